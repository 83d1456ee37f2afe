"""When not to answer: nothing found, or what was found does not match what was asked."""

import re
from dataclasses import dataclass
from typing import Literal

from indexer.analyzer import analyze, normalise
from server.answer.evidence import Evidence, Terms
from server.search.query import Query

Reason = Literal["no_evidence", "unknown_number", "mismatch"]

# Calibrated on the sample questions: see docs/decisions. Coverage is the share of the question's weighted terms.
_MIN_COVERAGE = 0.42
_MIN_COVERAGE_WITH_COSINE = 0.22
_MIN_COSINE = {"zh": 0.42, "en": 0.30}
_PLACE = re.compile(r"[\u4e00-\u9fff]{1,4}(?:区|县|州|盟|旗)$")
_NO_PLACE = re.compile(r"(?:开发|高新|经开|园|社|市|地|新|景|片|城|郊|辖|各|全|本|城|库|山|主城|示范|试验|自治|都|功能|保税|自贸)区$|^.?区县$|各县|全县")


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
        _say(query, f"没有找到{what}，无法回答。", f"No document with the number {what} was found, so there is no answer."),
    )


def no_evidence(query: Query) -> Refusal:
    """Nothing that was found bears on the question."""
    return Refusal(
        "no_evidence",
        _say(
            query, "现有文件中没有找到能回答这个问题的依据。", "The indexed documents hold no evidence that answers this question."
        ),
    )


def _mismatch(query: Query, missing: str) -> Refusal:
    return Refusal(
        "mismatch",
        _say(
            query, f"找到的文件没有提到“{missing}”，无法据此回答。", f"What was found does not mention “{missing}”, so there is no answer."
        ),
    )


def places(query: Query) -> list[str]:
    """Districts and counties that the question names."""
    words = [word for word in analyze(query.text).words if _PLACE.search(word) and len(word) >= 3]
    return [word for word in words if not _NO_PLACE.search(word)]


def refuse(query: Query, terms: Terms, evidence: list[Evidence]) -> Refusal | None:
    """Whether the best evidence is too weak, or about another number, year or place than the question."""
    if not evidence:
        return no_evidence(query)
    best = evidence[0]
    document = best.passage.document
    around = normalise("\n".join((document.title, *best.passage.section, best.passage.text)))
    for code in query.codes:
        if not re.search(rf"(?<!\d){re.escape(code)}(?!\d)", around):
            return _mismatch(query, code)
    dated = around + (document.metadata["date"].value if "date" in document.metadata else "")
    for year in query.years:
        if year not in dated:
            return _mismatch(query, f"{year}年" if query.language == "zh" else year)
    for place in places(query):
        if place not in around and place[:-1] not in around:
            return _mismatch(query, place)
    strong = best.passage.term is not None and best.score > 1.5
    if query.language == "en":
        named = bool(query.codes) or best.coverage >= _MIN_COVERAGE
        return None if named or strong or best.cosine >= _MIN_COSINE["en"] else no_evidence(query)
    covered = best.coverage >= _MIN_COVERAGE
    similar = best.coverage >= _MIN_COVERAGE_WITH_COSINE and best.cosine >= _MIN_COSINE["zh"]
    return None if covered or similar or strong else no_evidence(query)
