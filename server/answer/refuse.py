"""When not to answer: nothing found, or what was found does not match what was asked."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from server.answer.evidence import Evidence
from server.answer.expected import expected_answer
from server.answer.fields import LABELS, STATED, asked_fields
from server.answer.focus import focus_of
from server.answer.support import certain, support
from server.search.passages import Passage
from server.search.query import Query

Reason = Literal["no_evidence", "unknown_number", "mismatch"]

_MIN_SUPPORT = {"zh": 0.35, "en": 0.4}
# Nearest documents that a refusal names, and characters of each title.
_NEAREST, _TITLE = 3, 40


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why there is no answer, for programs and for people."""

    reason: Reason
    message: str


def _say(query: Query, chinese: str, english: str) -> str:
    return english if query.language == "en" else chinese


def unknown_number(query: Query, what: str) -> Refusal:
    """Nothing in the index bears the number that was asked about."""
    return Refusal(
        "unknown_number",
        _say(
            query,
            f"没有找到{what}，无法回答。",
            f"No document with the number {what} was found, so there is no answer.",
        ),
    )


def no_evidence(query: Query) -> Refusal:
    """Nothing that was found bears on the question."""
    return Refusal(
        "no_evidence",
        _say(
            query,
            "现有文件中没有找到能回答这个问题的依据。",
            "The indexed documents hold no evidence that answers this question.",
        ),
    )


def _mismatch(query: Query, missing: str) -> Refusal:
    return Refusal(
        "mismatch",
        _say(
            query,
            f"找到的文件没有提到“{missing}”，无法据此回答。",
            f"What was found does not mention “{missing}”, so there is no answer.",
        ),
    )


def refuse(query: Query, evidence: Sequence[Evidence], least: float | None = None) -> Refusal | None:
    """Whether the best evidence is too weak, or about another number, year or place than the question.

    ``least`` is the support below which nothing is answered; None stands for the calibrated one.
    """
    if not evidence:
        return no_evidence(query)
    best = evidence[0]
    if _other(query, best) is not None:
        # Of the right place and another year says more than of another place.
        nearest = next((one for one in evidence if one.missing is None), best)
        return _other(query, nearest)
    unstated = _unstated(query, best)
    if unstated is not None:
        return unstated
    defined = certain(query, best)
    # A procedure for another thing is none for this one: 居民身份证补领 is not answered by what says 居民身份证 alone.
    if query.kind == "how" and query.language == "zh" and not best.has_rarest and not defined:
        return _nothing(query, evidence)
    if (best.focus.bare or best.focus.off) and not defined:
        return _nothing(query, evidence)
    if best.focus.other_measure and not defined:
        # Said of the right place and year, but of another figure: 资产总额 is no 负债总额.
        measure = focus_of(expected_answer(query))
        return _mismatch(query, "".join(measure.measure).split("|")[0]) if measure else _nothing(query, evidence)
    least = _MIN_SUPPORT[query.language] if least is None else least
    return None if defined or support(query, best) >= least else _nothing(query, evidence)


def _other(query: Query, evidence: Evidence) -> Refusal | None:
    """What a question names and this evidence is not about."""
    if evidence.missing is not None:
        return _mismatch(query, evidence.missing)
    if evidence.year_fit == 0:
        if not query.years:
            return _mismatch(query, "今年")
        years = "、".join(query.years)
        return _mismatch(query, years if query.language == "en" else f"{years}年")
    return None


def _unstated(query: Query, best: Evidence) -> Refusal | None:
    """That a document named by its number does not state the very field that is asked for, such as its date."""
    if not query.names_number:
        return None
    document = best.passage.document
    for name in asked_fields(query):
        found = document.metadata.get(name)
        if name in STATED and (found is None or found.start is None):
            return _mismatch(query, LABELS[name][query.language == "en"])
    return None


def _nothing(query: Query, evidence: Sequence[Evidence]) -> Refusal:
    """That nothing was found; where what is about another place or year says more than the best, that this is so."""
    stronger = (_other(query, one) for one in evidence if one.score > evidence[0].score)
    return next((other for other in stronger if other is not None), no_evidence(query))


def with_nearest(refusal: Refusal, query: Query, passages: Sequence[Passage]) -> Refusal:
    """A refusal that also names the documents nearest to the question, by title: an offer, no citation."""
    titles = list(
        dict.fromkeys(passage.document.title.strip() for passage in passages if passage.document.title.strip())
    )
    if not titles:
        return refusal
    shown = [title if len(title) <= _TITLE else title[: _TITLE - 1] + "…" for title in titles[:_NEAREST]]
    names = "".join(f"《{' '.join(title.split())}》" for title in shown)
    return replace(
        refusal,
        message=refusal.message + _say(query, f"内容最接近的文件：{names}", f" The nearest documents are {names}."),
    )
