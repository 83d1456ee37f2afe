"""Evidence for a question: by the quick vector where that leaves no doubt, else by the whole encoder's."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from server.answer.english import as_written, decides, in_chinese, in_official_terms
from server.answer.evidence import Evidence, Terms, collect_evidence
from server.answer.expected import expected_answer
from server.answer.plain import in_plain_words
from server.answer.planned import planned_evidence
from server.answer.reading import Read, read_passages
from server.answer.refuse import refuse
from server.search.query import Query
from server.search.retrieve import Retriever

# Passages read for evidence; an answer may need one that ranks below those shown.
READ = 12
# How far the first sentence must lie above the next for the quick vector to be enough, in the scorer's units.
_CLEAR = 1.0


@dataclass(frozen=True, slots=True)
class Found:
    """What was read for a question, its terms, and the evidence there, best first."""

    read: Read
    terms: Terms
    evidence: Sequence[Evidence]


def find_evidence(
    retriever: Retriever, query: Query, allowed: NDArray[np.bool_] | None, count: int = READ, read: Read | None = None
) -> Found:  # fmt: skip
    """The evidence for a question in the ``count`` best passages. ``read`` is what was read for the question already."""
    if (known := _asked_in_chinese(retriever, query, allowed, count)) is not None:
        return known
    if read is None:
        read = read_passages(retriever, query, count, allowed)
    if planned := planned_evidence(query, read.passages, retriever.generation):
        return Found(read, Terms(query, retriever.generation), planned)
    found = _collected(retriever, query, read)
    if not read.quick or _clear(query, found.evidence):
        return found
    whole = read_passages(retriever, query, count, allowed, vector=retriever.encode(query))
    return _collected(retriever, query, whole)


def _asked_in_chinese(
    retriever: Retriever, query: Query, allowed: NDArray[np.bool_] | None, count: int
) -> Found | None:  # fmt: skip
    """What an English question finds when it is asked in the documents' own terms; None where that answers nothing."""
    chinese = in_chinese(query)
    if chinese is None:
        return None
    found = find_evidence(retriever, in_plain_words(chinese), allowed, count)
    if refuse(chinese, found.evidence) is None:
        return found
    # A share is no number of companies in English either.
    counts = expected_answer(chinese).unit is not None and found.evidence and found.evidence[0].focus.off
    if not (counts or (found.evidence and decides(chinese))):
        return None
    named = [replace(one, missing=as_written(query, one.missing)) if one.missing else one for one in found.evidence]
    return replace(found, evidence=named)


def _collected(retriever: Retriever, query: Query, read: Read) -> Found:
    query = in_official_terms(query)
    terms = Terms(query, retriever.generation)
    return Found(read, terms, collect_evidence(query, terms, read.passages, retriever.generation, read.vector))


def _clear(query: Query, evidence: Sequence[Evidence]) -> bool:
    """Whether another vector could hardly lead to another answer."""
    return bool(evidence) and evidence[0].lead >= _CLEAR and refuse(query, evidence) is None
