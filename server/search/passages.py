"""Passages: chunks as they are returned, with the text they stand for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from indexer.document import Document
from indexer.generations import Generation
from server.search.candidates import Candidate


@dataclass(frozen=True, slots=True)
class Passage:
    """A retrieved chunk; ``text`` equals ``document.text[start:end]``."""

    rank: int
    ordinal: int
    chunk_id: str
    document: Document
    section: tuple[str, ...]
    term: str | None
    text: str
    start: int
    end: int
    score: float
    scores: Mapping[str, float]


def passages_of(generation: Generation, candidates: Sequence[Candidate]) -> list[Passage]:
    """Look candidates up, ranks from 1 in the order given."""
    documents: dict[int, Document] = {}
    passages = []
    chunks = generation.chunks_at([candidate.ordinal for candidate in candidates])
    for rank, (candidate, (number, place, chunk)) in enumerate(zip(candidates, chunks, strict=True), start=1):
        if number not in documents:
            documents[number] = generation.document(number)
        document = documents[number]
        passages.append(
            Passage(
                rank=rank, ordinal=candidate.ordinal, chunk_id=f"{document.document_id}-{place:04d}", document=document,
                section=chunk.section, term=chunk.term, text=document.text[chunk.start : chunk.end],
                start=chunk.start, end=chunk.end, score=candidate.score, scores=candidate.scores,
            )
        )  # fmt: skip
    return passages
