"""Evidence: sentences of the retrieved passages, ordered by how well they answer the question."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.analyzer import normalise
from indexer.generations import Generation
from indexer.numerals import to_arabic
from indexer.validity import EXPIRED, REPEALED
from server.answer.expected import expected_answer
from server.answer.features import Context, Measured, first_choice, measure
from server.answer.features import measure_all as measure_passage
from server.answer.identity import bears, coined, missing_name, missing_year
from server.answer.scorer import LIMIT, load_networks
from server.answer.terms import Terms, bare_question, matcher
from server.search.passages import Passage
from server.search.query import Query

__all__ = ["Evidence", "ReadPassage", "Terms", "collect_evidence", "read_passage"]

# What the trained scorer cannot know, in its units: between the sentence that answers and the next best lie about two.
_DEFINES = 8.0
_REPEATED = 5.0
_COINED = 4.0
_SAYS_WHAT = 4.0
_OTHER_YEAR = 2.5
_OUT_OF_FORCE = 2.0
_REMARKED = 3.0
# Another year, district, province or code than the question's: only where nothing else is found, and then refused.
_OTHER_IDENTITY = 6.0
# A clause after a semicolon goes on from those before it: what it adds to them counts this much.
_ADDS = 12.0
# Sentences that are measured in full.
_MEASURED = 24

# Fields that stand on lines of their own above the text; they are answered from metadata.
_LETTERHEAD = ("title", "addressee", "issuer", "document_number", "disclosure", "category")
_GROUP = re.compile(r"([二两三四五六七八九十]|\d)个([\u4e00-\u9fff]{2})(?=[”\"’」]|的|思路|分别|是|指|包括|$)")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?=\s*年)")
# A remark about the text itself, below or above it, or the opening of a letter.
_REMARK = re.compile(
    r"^(?:□|[(（](?:据|综合|题名)|本文|来源|原标题|责任编辑|编辑|作者|记者|打印|联系人|联系电话|邮政?编码?)"
    r"|^.{0,80}(?:收悉|已收到)[。;]?$|(?:答复|函复|函告|报告)如下[:。]?$"
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence considered for the answer.

    ``own`` is the share of the question's weighted terms that the sentence itself holds, ``coverage`` that of the
    sentence with its section and title, ``around`` that of its whole passage, ``cosine`` its similarity to the question;
    all lie between 0 and 1. ``has_rarest`` says whether the passage has the rarest word of the question.
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
    around: float = 1.0
    has_rarest: bool = True


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


@dataclass(frozen=True, slots=True)
class ReadPassage:
    """A passage that has been read: its sentences but for headings, and what was measured of them."""

    passage: Passage
    spans: Sequence[tuple[int, int]]
    context: Context
    measured: Measured
    heading: frozenset[str]


def read_passage(
    query: Query, terms: Terms, passage: Passage, generation: Generation, vector: NDArray[np.float32]
) -> ReadPassage | None:
    """Measure the sentences of a passage; None when it holds nothing but headings."""
    begin, stop = generation.sentence_starts[passage.ordinal : passage.ordinal + 2].tolist()
    spans = generation.sentence_spans[begin:stop].tolist()
    kept = [at for at, (start, end) in enumerate(spans) if not _is_heading(passage, start, end)]
    if not kept:
        return None
    cosines = generation.sentence_cosines(begin + np.array(kept), vector)
    heading = normalise("\n".join((passage.document.title, *passage.section)))
    text = passage.document.text
    context = Context(
        [normalise(text[spans[at][0] : spans[at][1]]) for at in kept], cosines, heading, passage.rank,
        [normalise(name) for name in query.quoted],
    )  # fmt: skip
    return ReadPassage(
        passage,
        [spans[at] for at in kept],
        context,
        measure_passage(context, terms, bare_question(query)),
        terms.found(heading),
    )


def _defines(query: Query, codes: Mapping[str, re.Pattern[str]], passage: Passage) -> bool:
    """Whether a passage is the glossary entry of what is asked about."""
    return passage.term is not None and (
        _same_term(query.term, passage.term)
        or any(code.search(normalise(passage.term)) for code in codes.values())
        # An English question that holds the Chinese term asks for nothing else.
        or (query.language == "en" and len(passage.term) > 3 and normalise(passage.term) in normalise(query.text))
        or any(_same_term(quoted, passage.term) for quoted in query.quoted)
    )


def _says_what(query: Query, plain: str) -> bool:
    """Whether a normalised sentence begins with a coined term, or the term asked about, and says what it is: “三清”，就是……"""
    names = coined(query) or ((normalise(query.term),) if query.term else ())
    return any(re.match(rf"[“\"「]?{re.escape(name)}[”\"」]?[,:]?(?:就?是|指|即|:|,)", plain) for name in names)


def _adjusted(query: Query, groups: Sequence[tuple[int, str]], passage: Passage, plain: str) -> float:
    """What speaks for or against a sentence beyond its features."""
    status = passage.document.metadata.get("status")
    score = -_OUT_OF_FORCE if status is not None and status.value in (REPEALED, EXPIRED) else 0.0
    score += _REPEATED * any(plain.count(word) >= times for times, word in groups)
    score += _SAYS_WHAT * _says_what(query, plain)
    score += _COINED * any(bears(plain, name) for name in coined(query))
    score -= _REMARKED * (_REMARK.search(plain) is not None)
    years = set(_YEAR.findall(plain))
    return score - _OTHER_YEAR * bool(query.years and years and not years & set(query.years))


def _otherness(query: Query, passage: Passage) -> float:
    """What a passage loses for being about another thing than the question, in the scorer's units."""
    if missing_name(query, passage) is not None:
        return _OTHER_IDENTITY
    # A Chinese question has words enough to find its year by; a passage that has but the year is no better than its own.
    if query.language == "en" and missing_year(query, passage) is not None:
        return _OTHER_YEAR
    return 0.0


def _added(read: ReadPassage, at: int, terms: Terms) -> float:
    """The share of the question that a clause adds to the clauses of its sentence before it; 0 where it is no such clause."""
    before = at
    while before > 0 and read.context.sentences[before - 1].endswith(";"):
        before -= 1
    if before == at:
        return 0.0
    rows = read.measured.rows
    added = rows[at] & ~rows[before:at].any(axis=0)
    return float(terms.weights[added].sum()) / terms.total if terms.total else 0.0


def collect_evidence(
    query: Query, terms: Terms, passages: Sequence[Passage], generation: Generation, vector: NDArray[np.float32]
) -> list[Evidence]:
    """The sentences of the passages that may answer, best first. At most _MEASURED, the others are no rivals.

    ``vector`` is the question's, float32 [dimension], in the space of ``generation.sentences``.
    """
    read = [found for p in passages if (found := read_passage(query, terms, p, generation, vector))]
    if not read:
        return []
    codes: Mapping[str, re.Pattern[str]] = {code: matcher(code) for code in query.codes}
    groups, expected = _groups(query), expected_answer(query)
    defines = [_defines(query, codes, one.passage) for one in read]
    others = [_otherness(query, one.passage) for one in read]
    places = [(at, i) for at, one in enumerate(read) for i in range(len(one.spans))]
    first = np.concatenate(
        [first_choice(one.measured) + d - (o > 0) for one, d, o in zip(read, defines, others, strict=True)]
    )
    chosen = [places[at] for at in np.argsort(-first, kind="stable")[:_MEASURED]]
    features = np.stack([measure(read[at].context, i, read[at].measured, terms, expected) for at, i in chosen])
    scores = load_networks()[query.language].scores(features, LIMIT).tolist()
    evidence = []
    held = [terms.of(np.asarray(one.measured.rows.any(axis=0))) | one.heading for one in read]
    rarest = terms.rarest
    for (at, i), score in zip(chosen, scores, strict=True):
        one, (start, end) = read[at], read[at].spans[i]
        plain = one.context.sentences[i]
        own = terms.found(plain)
        known = _DEFINES * defines[at] - others[at] + _adjusted(query, groups, one.passage, plain)
        if query.kind in ("number", "date") and any(c.isdigit() for c in plain):
            known += _ADDS * _added(one, i, terms)
        cosine = min(1.0, max(0.0, float(one.context.cosines[i])))
        quote = one.passage.document.text[start:end]
        coverage = terms.share(own | one.heading)
        evidence.append(
            Evidence(
                one.passage,
                start,
                end,
                quote,
                score + known,
                terms.share(own),
                coverage,
                cosine,
                defines[at],
                terms.share(held[at]),
                rarest is None or rarest in held[at],
            )
        )
    return sorted(evidence, key=lambda e: (-e.score, e.passage.rank, e.start))


def _is_heading(passage: Passage, start: int, end: int) -> bool:
    """Whether a sentence only names what follows, as a heading, a title or a line of the letterhead: it answers nothing."""
    named = [passage.document.metadata[name] for name in _LETTERHEAD if name in passage.document.metadata]
    spans = [(field.start, field.end) for field in named if field.start is not None and field.end is not None]
    if any(first <= start and end <= last + 1 for first, last in spans):
        return True
    return any(h.start <= end and start <= h.start and h.end + 1 >= end for h in passage.document.headings)
