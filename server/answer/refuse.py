"""When not to answer: nothing found, or what was found does not match what was asked."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from indexer.analyzer import normalise
from server.answer.evidence import Evidence
from server.search.query import Query

Reason = Literal["no_evidence", "unknown_number", "mismatch"]

# Calibrated on the sample questions: see docs/decisions.
# Coverage (share of the question's weighted terms that the evidence holds) and cosine back each other up: a colloquial
# question shares few words with official text, a terse one looks like nothing to the encoder.
_MIN_SUPPORT = {"zh": 0.57, "en": 0.40}


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


def refuse(query: Query, evidence: Sequence[Evidence]) -> Refusal | None:
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
    for place in query.places:
        if place not in around and place[:-1] not in around:
            return _mismatch(query, place)
    defined = query.term is not None and best.passage.term is not None and best.defines
    supported = best.coverage + best.cosine >= _MIN_SUPPORT[query.language]
    return None if defined or supported else no_evidence(query)
