"""Evidence: sentences of the retrieved passages, ordered by how well they answer the question."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from indexer.analyzer import normalise
from indexer.generations import Generation
from indexer.numerals import to_arabic
from indexer.validity import EXPIRED, REPEALED
from server.answer.demands import UNMET, demand_of
from server.answer.duties import missing_duty
from server.answer.expected import expected_answer, in_unit
from server.answer.features import FEATURES, measure_some
from server.answer.focus import WHOLE, Focused, focused
from server.answer.identity import bears, coined, missing_name, says_post
from server.answer.measured import first_choice
from server.answer.places import missing_place, named_in, places_of
from server.answer.scorer import LIMIT, load_networks
from server.answer.sentences import ReadPassage, read_passage, read_sentences
from server.answer.subject import Subject
from server.answer.terms import Terms, matcher
from server.answer.years import asks_now, asks_plan, in_this_year, is_planned, latest_year, year_fit
from server.search.passages import Passage
from server.search.query import Query

__all__ = ["Evidence", "ReadPassage", "Terms", "collect_evidence", "read_passage"]

# What the trained scorer cannot know, in its units: between the sentence that answers and the next best lie about two.
_DEFINES = 8.0
_REPEATED = 5.0
_COINED = 4.0
_SAYS_WHAT = 4.0
_OTHER_YEAR = 2.5
# What was to be done, where the question asks what was.
_PLANNED = 6.0
# Two years are compared, and the sentence has both.
_ALL_YEARS = 3.0
_OUT_OF_FORCE = 2.0
_REMARKED = 3.0
_COUNTED = 2.5
# Another year, district, province or code than the question's: only where nothing else is found, and then refused.
_OTHER_IDENTITY = 6.0
# A clause after a semicolon goes on from those before it: what it adds to them counts this much.
_ADDS, _ADDS_MOST = 12.0, 4.0
# Nothing in the sentence can be what is asked for: no figure, no date. Names a dictionary may not know.
_BARE = {"number": 3.0, "date": 1.0}
_BARE_OF_NAMES = 0.5
# The figure of something else: 资产总额 where 负债总额 is asked for.
_OTHER_MEASURE = 3.0
# The latest of several years, where the question asks for what is so now.
_LATEST = 1.5
_KEPT = [FEATURES.index(name) for name in ("pairs", "near_candidate")]
_DIGIT = re.compile(r"\d")
# How far the first may lie above the next before it matters no more.
_LEAD = 6.0
# Sentences that are measured in full.
_MEASURED = 24

_GROUP = re.compile(r"([二两三四五六七八九十]|\d)个([\u4e00-\u9fff]{2})(?=[”\"’」]|的|思路|分别|是|指|包括|$)")
# A remark about the text itself, below or above it, or the opening of a letter.
_REMARK = re.compile(
    r"^(?:□|[(（](?:据|综合|题名)|本文|来源|原标题|责任编辑|编辑|作者|记者|打印|联系人|联系电话|邮政?编码?)"
    r"|^.{0,80}(?:收悉|已收到)[。;]?$|(?:答复|函复|函告|报告)如下[:。]?$"
)
_ASKS_REMARK = re.compile(
    r"记者|作者|编辑|采写|报道|来源|稿|联系人|电话|邮编|邮政编码|reporter|journalist|contact|phone"
)
_MEANING = re.compile(
    r"解释|定义|意思|含义|理解|是啥|指啥|啥意思|概念|何谓|怎么讲|什么概念|说的是什么|\bmean", re.IGNORECASE
)
_WHICH_ONES = re.compile(
    r"哪(?P<count>[二两三四五六七八九十]|\d)(?P<kind>大|个|类|项|家|种|方面)?(?P<noun>[\u4e00-\u9fff]{2})?"
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence considered for the answer.

    ``own`` is the share of the question's weighted terms that the sentence itself holds, ``coverage`` that of the
    sentence with its section and title, ``around`` that of its whole passage, ``cosine`` its similarity to the question;
    all lie between 0 and 1. ``has_rarest`` says whether the passage has the rarest word of the question. ``missing`` is
    what the question names and the evidence does not bear; ``year_fit`` is 0 where it speaks of other years.

    ``subject`` is the share of the question's terms, places and years aside, that the sentence has with its headings;
    ``lacking`` the weight of the heaviest of its words that they do not have, ``lacking_around`` that of the heaviest that
    the passage does not have, both as shares of the heaviest word; ``in_unit`` is 1 with a figure in the unit asked for,
    0 without, 0.5 where none is asked for; ``pairs`` and ``near`` are the scorer's features ``pairs`` and
    ``near_candidate``; ``lead`` is how far the score of the first lies above that of the next; ``focus`` says whether the
    sentence speaks of the very thing that is asked about; ``planned`` marks the parts of a plan that is asked for as a whole,
    ``shown`` are the words of it that are shown where that are not all.
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
    missing: str | None = None
    year_fit: float = 1.0
    subject: float = 1.0
    lacking: float = 0.0
    lacking_around: float = 0.0
    in_unit: float = 0.5
    pairs: float = 0.0
    near: float = 0.0
    lead: float = 0.0
    focus: Focused = WHOLE
    planned: bool = False
    shown: str | None = None


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


def asks_meaning(query: Query) -> bool:
    """Whether a question asks what something means, in whatever words."""
    return query.kind == "definition" or _MEANING.search(query.text) is not None


@lru_cache(maxsize=64)
def _counted_things(text: str) -> re.Pattern[str] | None:
    """How a document counts what a question asks for: 3大体系 for 哪三大体系."""
    match = _WHICH_ONES.search(normalise(text))
    if not match or not match["noun"]:
        return None
    count = int(to_arabic(match["count"]) or match["count"])
    written = "二两三四五六七八九十"[count - 1 if count > 2 else 0] if count <= 10 else ""
    return re.compile(
        rf"(?:{count}|{written or count}|{'两' if count == 2 else count})(?:大|个|类|项|家|种|方面)?{match['noun']}"
    )


def _defines(query: Query, codes: Mapping[str, re.Pattern[str]], passage: Passage) -> bool:
    """Whether a passage is the glossary entry of what is asked about."""
    return passage.term is not None and (
        _same_term(query.term, passage.term)
        or any(code.search(normalise(passage.term)) for code in codes.values())
        # An English question that holds the Chinese term asks for nothing else.
        or (
            (query.language == "en" or asks_meaning(query))
            and len(passage.term) > 3
            and normalise(passage.term) in normalise(query.text)
        )
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
    score += _SAYS_WHAT * says_post(query, plain)
    score += _COINED * any(bears(plain, name) for name in coined(query))
    if len(query.years) > 1 and all(year in plain for year in query.years):
        score += _ALL_YEARS
    score -= _REMARKED * (_REMARK.search(plain) is not None and not _ASKS_REMARK.search(query.text))
    counted = _counted_things(query.text)
    score += _COUNTED * (counted is not None and counted.search(plain) is not None)
    return score


def _otherness(missing: str | None, fit: float) -> float:
    """What a sentence loses for being about another thing or year than the question, in the scorer's units."""
    return _OTHER_IDENTITY if missing is not None or fit == 0 else _OTHER_YEAR * (1 - fit)


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
    read = read_sentences(query, terms, passages, generation, vector)
    if not read:
        return []
    codes: Mapping[str, re.Pattern[str]] = {code: matcher(code) for code in query.codes}
    groups, expected, demand = _groups(query), expected_answer(query), demand_of(query, terms, passages)
    defines = [_defines(query, codes, one.passage) for one in read]
    unnamed = [missing_name(query, one.passage) for one in read]
    places = [(at, i) for at, one in enumerate(read) for i in range(len(one.spans))]
    first = np.concatenate(
        [first_choice(one.measured) + d - (m is not None) for one, d, m in zip(read, defines, unnamed, strict=True)]
    )
    chosen = [places[at] for at in np.argsort(-first, kind="stable")[:_MEASURED].tolist()]
    features = measure_some([(read[at].context, read[at].measured, i) for at, i in chosen], terms, expected)
    scores = load_networks()[query.language].scores(features, LIMIT).tolist()
    rarest = terms.names.index(terms.rarest) if terms.rarest is not None else None
    subject = Subject.of(terms, " ".join((*named_in(query), *query.years)))
    # What is asked of a place is answered by the documents about it, however old; what is not, by the latest there is.
    dated = in_this_year(query, passages, generation.titles) if places_of(query) else query
    asks_what_was = bool(query.years) and not asks_plan(query)
    own = np.stack([read[at].measured.rows[i] for at, i in chosen])
    near = own | np.stack([read[at].measured.heading for at, _ in chosen])
    held = np.stack([one.measured.rows.any(axis=0) | one.measured.heading for one in read])[[at for at, _ in chosen]]
    shares = [terms.shares_of(rows).tolist() for rows in (own, near, held)]
    columns = zip(chosen, scores, features[:, _KEPT].tolist(), *shares, *subject.clues(near, held), strict=True)
    evidence = []
    for number, ((at, i), score, kept, own_share, near_share, around, said, lacking, lacking_around) in enumerate(
        columns
    ):
        one, (start, end) = read[at], read[at].spans[i]
        plain = one.context.sentences[i]
        known = 0.0
        if asks_what_was and is_planned(one.passage, start, plain):
            known -= _PLANNED
        missing = (
            unnamed[at] or missing_place(query, one.passage, start, end) or missing_duty(query, one.passage, plain)
        )
        fit = year_fit(query, one.passage, start, plain)
        if dated is not query and year_fit(dated, one.passage, start, plain) == 0:
            fit = 0.0
        known += _DEFINES * defines[at] - _otherness(missing, fit) + _adjusted(query, groups, one.passage, plain)
        meets = focused(expected, terms, plain, one.context.heading)
        if demand is not None and not defines[at]:
            demanded = demand(one.passage, start, end)
            meets, known = demanded.on(meets), known + (demanded.worth if demanded.met else -UNMET)
            start = start if demanded.start is None else demanded.start
        known -= _BARE.get(expected.kind, _BARE_OF_NAMES) * meets.bare + _OTHER_MEASURE * (
            meets.other_measure or meets.off
        )
        if query.kind in ("number", "date") and _DIGIT.search(plain):
            known += min(_ADDS_MOST, _ADDS * _added(one, i, terms))
        evidence.append(
            Evidence(
                one.passage, start, end, one.passage.document.text[start:end], score + known, own_share, near_share,
                min(1.0, max(0.0, float(one.context.cosines[i]))), defines[at], around,
                rarest is None or bool(held[number, rarest]), missing, fit, said, lacking, lacking_around,
                0.5 if expected.unit is None else float(in_unit(expected, plain)),
                pairs=kept[0], near=kept[1], focus=meets,
            )
        )  # fmt: skip
    evidence = _latest_first(evidence) if expected.kind == "number" and asks_now(query) else evidence
    # What speaks of another place, year or name answers only where nothing else does, and is refused then.
    ordered = sorted(evidence, key=lambda e: (_other(e), -e.score, e.passage.rank, e.start))
    following = next((e.score for e in ordered[1:] if e.quote != ordered[0].quote), ordered[0].score - _LEAD)
    return [replace(ordered[0], lead=min(_LEAD, max(-_LEAD, ordered[0].score - following))), *ordered[1:]]


def _latest_first(evidence: list[Evidence]) -> list[Evidence]:
    """Sentences with the figure that is asked for, the latest of them ahead: 目前 asks for no figure of an earlier year."""
    years = [latest_year(one.passage, one.start, normalise(one.quote)) for one in evidence]
    fits = [not (_other(one) or one.focus.missed) for one in evidence]
    last = max((year for year, fit in zip(years, fits, strict=True) if fit), default="")
    return [
        replace(one, score=one.score + _LATEST) if fit and last and year == last else one
        for one, year, fit in zip(evidence, years, fits, strict=True)
    ]


def _other(evidence: Evidence) -> bool:
    return evidence.missing is not None or evidence.year_fit == 0
