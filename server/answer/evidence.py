"""Evidence: sentences of the retrieved passages, scored by how much of the question they carry."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.analyzer import normalise
from indexer.generations import Generation
from indexer.numerals import to_arabic
from indexer.validity import EXPIRED, REPEALED
from server.search.passages import Passage
from server.search.query import Query

# Weights of the parts of a sentence's score, set by hand on the sample questions.
_CONTEXT = 0.6
_DENSE = {"zh": 0.8, "en": 1.6}
_TYPE = 0.25
_TERM = 1.0
_QUOTED = 0.3
_REPEATED = 0.6
_OTHER_YEAR = 0.3
_OUT_OF_FORCE = 0.3
_RANK = 0.02

# Fields that stand on lines of their own above the text; they are answered from metadata.
_LETTERHEAD = ("title", "addressee", "issuer", "document_number", "disclosure", "category")
_NUMBER = re.compile(r"\d|[一二三四五六七八九十百千万亿]{2,}")
_DATE = re.compile(r"\d{1,4}\s*年|\d{1,2}\s*月|\d{1,2}\s*日|季度|[一二三四五六七八九〇]{4}年")
_LIST = re.compile(r"[、；].*[、；]|一是|（.*、.*）|“.*、.*”")
_GROUP = re.compile(r"([二两三四五六七八九十]|\d)个([\u4e00-\u9fff]{2})(?=[”\"’」]|的|思路|分别|是|指|$)")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?=\s*年)")


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence considered for the answer.

    ``own`` is the share of the question's weighted terms that the sentence itself holds, ``coverage`` that of the
    sentence with its section and title, ``cosine`` its similarity to the question; all lie between 0 and 1.
    """

    passage: Passage
    start: int
    end: int
    quote: str
    score: float
    own: float
    coverage: float
    cosine: float
    defines: bool


def _matcher(term: str) -> re.Pattern[str]:
    """Finds a term in normalised text; numbers and Latin words only as a whole."""
    pattern = re.escape(term)
    if term[0].isascii() and term[0].isalnum():
        pattern = r"(?<![\d.a-z])" + pattern
    if term[-1].isascii() and term[-1].isalnum():
        pattern += r"(?![\d.]*[\da-z])"
    return re.compile(pattern)


class Terms:
    """The terms that carry a question, each with its weight: how rare it is in the index."""

    def __init__(self, query: Query, generation: Generation) -> None:
        words = list(dict.fromkeys(query.content.words))
        bigrams = [b for b in dict.fromkeys(query.content.bigrams) if b not in words]
        size = max(1, generation.manifest.chunks)
        self.absent: list[str] = []
        self._weights: dict[str, float] = {}
        self._matchers: dict[str, re.Pattern[str]] = {}
        for terms, index, share in ((words, generation.words, 1.0), (bigrams, generation.bigrams, 0.5)):
            for term, frequency in zip(terms, index.document_frequency(terms).tolist(), strict=True):
                self._weights[term] = share * float(np.log(1 + size / (frequency + 0.5)))
                self._matchers[term] = _matcher(term)
                if not frequency and index is generation.words:
                    self.absent.append(term)
        self.total = math.fsum(self._weights.values())

    def found(self, text: str) -> frozenset[str]:
        """Which terms stand in a normalised text."""
        return frozenset(term for term, matcher in self._matchers.items() if matcher.search(text))

    def share(self, found: frozenset[str]) -> float:
        """The weight of some terms as a share of all, 0 when the question has none."""
        return math.fsum(self._weights[term] for term in found) / self.total if self.total else 0.0


def _fits(query: Query, quote: str) -> bool:
    """Whether a sentence holds the kind of thing that is asked for."""
    if query.kind == "number":
        return bool(_NUMBER.search(quote))
    if query.kind == "date":
        return bool(_DATE.search(quote))
    if query.kind == "list":
        return bool(_LIST.search(quote))
    return False


def _same_term(asked: str | None, defined: str | None) -> bool:
    """Whether a glossary term is the one that is asked about, quotation marks and 工作 aside."""
    if not asked or not defined:
        return False
    plain = [re.sub(r"[\W_]|工作|的", "", normalise(term)) for term in (asked, defined)]
    return plain[0] == plain[1] or (len(plain[1]) >= 2 and plain[0].endswith(plain[1]))


def _groups(query: Query) -> list[tuple[int, str]]:
    """Coinages that count what they sum up: 三个一批 and 四个聚焦 stand for a text that says 一批 three, 聚焦 four times."""
    found = _GROUP.findall(normalise(query.text))
    return [(int(to_arabic(count) or count), word) for count, word in found]


def collect_evidence(
    query: Query, terms: Terms, passages: Sequence[Passage], generation: Generation, vector: NDArray[np.float32]
) -> list[Evidence]:
    """Every sentence of the passages as evidence, best first."""
    evidence: list[Evidence] = []
    codes: Mapping[str, re.Pattern[str]] = {code: _matcher(code) for code in query.codes}
    groups = _groups(query)
    for passage in passages:
        around = normalise("\n".join((passage.document.title, *passage.section)))
        in_heading = terms.found(around)
        in_passage = terms.found(normalise(passage.text)) | in_heading
        begin, stop = generation.sentence_starts[passage.ordinal : passage.ordinal + 2].tolist()
        cosines = np.asarray(generation.sentences[begin:stop], np.float32) @ vector
        defines = passage.term is not None and (
            _same_term(query.term, passage.term)
            or any(matcher.search(normalise(passage.term)) for matcher in codes.values())
            or any(_same_term(quoted, passage.term) for quoted in query.quoted)
        )
        status = passage.document.metadata.get("status")
        out_of_force = status is not None and status.value in (REPEALED, EXPIRED)
        spans = generation.sentence_spans[begin:stop].tolist()
        for (start, end), cosine in zip(spans, cosines.tolist(), strict=True):
            quote = passage.document.text[start:end]
            if _is_heading(passage, start, end):
                continue
            plain = normalise(quote)
            own = terms.found(plain)
            own_share, coverage = terms.share(own), terms.share(own | in_heading)
            score = own_share + _CONTEXT * (terms.share(own | in_passage) - own_share)
            score += _DENSE[query.language] * max(0.0, cosine) - _RANK * passage.rank
            score += _TYPE * _fits(query, quote) + _TERM * defines
            score += _REPEATED * any(plain.count(word) >= times for times, word in groups)
            score += _QUOTED * any(normalise(name) in plain for name in query.quoted)
            score -= _OUT_OF_FORCE * out_of_force
            years = set(_YEAR.findall(plain))
            if query.years and years and not years & set(query.years):
                score -= _OTHER_YEAR
            evidence.append(Evidence(passage, start, end, quote, score, own_share, coverage, max(0.0, cosine), defines))
    return sorted(evidence, key=lambda e: (-e.score, e.passage.rank, e.start))


def _is_heading(passage: Passage, start: int, end: int) -> bool:
    """Whether a sentence only names what follows, as a heading, a title or a line of the letterhead: it answers nothing."""
    named = [passage.document.metadata[name] for name in _LETTERHEAD if name in passage.document.metadata]
    spans = [(field.start, field.end) for field in named if field.start is not None and field.end is not None]
    if any(first <= start and end <= last + 1 for first, last in spans):
        return True
    return any(h.start <= end and start <= h.start and h.end + 1 >= end for h in passage.document.headings)
