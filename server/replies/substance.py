"""What a text is about: its words, each with how much it says, so that sharing 推进 counts for nothing and sharing 水厂 does."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from indexer.analyzer import analyze, normalise
from indexer.generations import Generation

# How much the general frequency of words, which a small index cannot know, weighs: as much as so many passages.
_PRIOR = 400
# Natural logarithms of inverse document frequencies. Words above the first are too rare for their number to matter.
_RARE, _UNKNOWN = 9.0, 12.0
# A word that says less than this is one that any document may hold.
SPECIFIC = 3.0
# What letters say whatever they are about, and who they are from: neither is a substance that two texts share.
_FORMAL = re.compile(
    "下一步|下一阶段|接下来|党中央|国务院|中央|省委|市委|区委|县委|省政府|市政府|区政府|县政府|人民政府|政府|决策|部署|贯彻|落实|认真|精神|要求|"
    "指导思想|总书记|紧紧围绕|会同|有关|相关|部门|单位|一方面|另一方面|一是|二是|三是|四是|五是|六是|尽快|力争|继续|进一步|持续|积极|充分|利用|"
    "取得|成效|更大|奋力|全力|我们|将|您|代表|委员|建议|提案|问题|方面|工作|开展|推进|推动|加快|加强|加大|强化|提升|提高|完善|健全|优化|"
    "组织|实施|实现|促进|进行|做好|办理|答复|通过|以及|按照|根据|结合"
)
_ORGAN = re.compile(
    r"[\u4e00-\u9fff]{0,12}?(?:委员会|管理局|办公室|财政局|国资委|发展改革委|发改委|[\u4e00-\u9fff]{2}(?:局|委|厅|办))(?=[\u4e00-\u9fff]{0,1}|$)"
)


@cache
def _frequencies() -> Mapping[str, float]:
    """Inverse document frequencies of common words, from jieba's table; read as a file, its package is slow to import."""
    spec = find_spec("jieba")
    if spec is None or not spec.submodule_search_locations:
        return {}
    table = Path(spec.submodule_search_locations[0]) / "analyse" / "idf.txt"
    rows = (line.rsplit(" ", 1) for line in table.read_text(encoding="utf-8").splitlines() if " " in line)
    return {word: float(value) for word, value in rows if float(value) < _RARE}


@dataclass(frozen=True, slots=True)
class Substance:
    """The words of a text that say what it is about, each with its weight; parts of longer ones are among them."""

    weights: Mapping[str, float]

    def shared(self, text: str) -> float:
        """The weight of the words that a normalised text has too, counting of each only its longest form."""
        found = [word for word in self.weights if word in text]
        return math.fsum(self.weights[word] for word in longest(found))

    @property
    def total(self) -> float:
        """What a text shares that has all of it."""
        return math.fsum(self.weights[word] for word in longest(list(self.weights)))


def longest(words: Sequence[str]) -> list[str]:
    """Those words that do not stand in another of them."""
    return [word for word in words if not any(word != other and word in other for other in words)]


def substance_of(text: str, generation: Generation) -> Substance:
    """The words of a text with their weights in an index, without forms of address, names of organs and common words."""
    plain = normalise(text)
    for formal in (_ORGAN, _FORMAL):
        plain = formal.sub(" ", plain)
    words = [word for word in dict.fromkeys(analyze(plain).words) if len(word) > 1 and not word.isdecimal()]
    size = generation.manifest.chunks + _PRIOR
    weights = {}
    for word, frequency in zip(words, generation.words.document_frequency(words).tolist(), strict=True):
        general = _PRIOR * math.exp(-_frequencies().get(word, _UNKNOWN))
        weight = math.log(size / (frequency + general + 0.5))
        if weight >= SPECIFIC:
            weights[word] = weight
    return Substance(weights)
