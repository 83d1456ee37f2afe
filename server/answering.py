"""From a question to its extractive answer, over what a reader may see."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import uuid4

from indexer.generations import Generation
from server.answer.answer import Answer
from server.answer.cite import Citation
from server.answer.evidence import Evidence
from server.answer.extract import compose
from server.answer.field_lines import compose_fields
from server.answer.fields import field_answers
from server.answer.finding import READ, Found, find_evidence
from server.answer.outcome import MOST_REPLIES, asks_outcome, compose_outcomes
from server.answer.plain import in_plain_words
from server.answer.proposals import asked_of_proposal, of_years, refused_name
from server.answer.reading import read_passages
from server.answer.refuse import Refusal, no_evidence, refuse, with_nearest
from server.answer.side_by_side import compare, compose_comparison
from server.designation import Designation, designation_of, unknown_report
from server.observability.watching import Stages
from server.scope import Scope, scope_of
from server.search.filters import Filters, chunk_mask, searched_documents
from server.search.followup import Turn, standalone_question
from server.search.names import Named, with_names
from server.search.query import Query, understand_query
from server.search.retrieve import Retriever


@dataclass(frozen=True, slots=True)
class Prepared:
    """What is known before a model is asked: the extractive answer, and the evidence where a model may write; ``began``: when
    the work began, of ``time.perf_counter``."""

    query: Query
    answer: Answer
    evidence: Sequence[Evidence]
    began: float


def prepare(
    retriever: Retriever, question: str, top_k: int, filters: Filters | None, history: Sequence[Turn], stages: Stages
) -> Prepared:
    """Answer a question by extracts, or refuse it. ``history`` holds the earlier turns, oldest first."""
    began = time.perf_counter()
    generation = retriever.generation
    standalone = standalone_question(question, history)
    text = standalone or question
    designated = designation_of(text, generation)
    named = with_names(understand_query(designated.rest if designated else text), generation)
    asked, scope = _scoped(named, generation, filters)
    if designated is not None:
        scope = _confined(scope, designated, generation, filters, text)
    query = in_plain_words(named.query)
    stages.lap("understand")
    reading = time.perf_counter()
    allowed = None if scope.documents is None else chunk_mask(generation, scope.documents)
    timings: dict[str, float] = {}
    count = max(top_k, READ)
    read = read_passages(retriever, query, count, allowed, timings=timings)
    stages["encode"] = timings.get("encode", 0.0)
    stages["retrieve"] = 1000 * (time.perf_counter() - reading) - stages["encode"]
    stages.skip()
    refusal, text, citations = refused_name(named) or scope.refusal, "", list[Citation]()
    evidence: Sequence[Evidence] = ()
    if refusal is None and scope.named:
        documents = of_years(asked, [generation.document(number) for number in scope.named])
        told = replace(asked, language=query.language)
        text, citations = compose_fields(told, field_answers(asked, documents, scope.by), scope.by)
        if not citations and len(documents) <= MOST_REPLIES and asks_outcome(asked):
            text, citations = compose_outcomes(
                told, [generation.document_by_id(one.document_id) for one in documents], scope.by
            )
    if refusal is None and not citations:
        found = find_evidence(retriever, query, allowed, count, read)
        read, evidence = found.read, found.evidence
        refusal, text, citations = _extract(query, found, generation)
        refusal = refused_name(named, evidence) or refusal
        compared = compare(retriever, query, READ, allowed, evidence)
        if compared and refused_name(named, evidence) is None:
            refusal, (text, citations) = None, compose_comparison(query, compared)
            evidence = [one.evidence for one in compared if one.evidence is not None]
    stages.lap("extract")
    if refusal is not None:
        refusal = with_nearest(refusal, query, read.passages)
    answer = Answer(
        answer_id=uuid4().hex, question=question, language=query.language, answered=refusal is None, refusal=refusal,
        answer=text if refusal is None else refusal.message, citations=citations if refusal is None else [],
        passages=read.passages[:top_k], total_ms=1000 * (time.perf_counter() - began), standalone_question=standalone,
    )  # fmt: skip
    return Prepared(named.query, answer, evidence if refusal is None else (), began)


def _confined(
    scope: Scope, designated: Designation, generation: Generation, filters: Filters | None, text: str
) -> Scope:
    """A scope within the reports that the question names; a refusal where there is none of that name."""
    if not designated.documents:
        return Scope(scope.documents, scope.refusal or unknown_report(text, designated.name))
    found = searched_documents(generation, filters, among=set(designated.documents)) or set()
    return replace(scope, documents=found if scope.documents is None else found & scope.documents)


def _scoped(named: Named, generation: Generation, filters: Filters | None) -> tuple[Query, Scope]:
    """The question that fields are asked by, and what it is confined to: the Chinese one behind an English one about a proposal,
    where that names documents."""
    asked = asked_of_proposal(named)
    scope = scope_of(asked, generation, filters)
    if asked is named.query or (scope.named and scope.refusal is None):
        return asked, scope
    return named.query, scope_of(named.query, generation, filters)


def _extract(query: Query, found: Found, generation: Generation) -> tuple[Refusal | None, str, list[Citation]]:
    refusal = refuse(query, found.evidence)
    if refusal:
        return refusal, "", []
    text, citations = compose(query, found.evidence, generation, found.terms)
    return (None, text, citations) if citations else (no_evidence(query), "", [])
