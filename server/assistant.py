"""The assistant: one published index behind the three things people do with it, search, ask and read."""

import logging
import re
import time
from collections.abc import Sequence, Set
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Lock
from typing import Literal
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from indexer.document import Document
from indexer.encoders import Encoder
from indexer.errors import UnknownDocument, ZhengwenError
from indexer.generations import Generation, current_name
from server.answer.cite import Citation
from server.answer.evidence import Terms, collect_evidence
from server.answer.extract import compose, compose_fields
from server.answer.fields import asked_fields, field_answers
from server.answer.refuse import Refusal, no_evidence, refuse, unknown_number
from server.search.disclosure import Role, visible_documents
from server.search.filters import Filters, chunk_mask, searched_documents
from server.search.passages import Passage, passages_of
from server.search.query import Language, Query, understand_query
from server.search.retrieve import Retriever, System
from server.search.versions import OtherVersion, as_seen, other_versions

_LOG = logging.getLogger(__name__)
# Passages read for evidence; an answer may need one that ranks below those shown.
_READ = 12
_LEAD_IN = re.compile(r"(?:..[委会局厅府院部办处]|的|据|按|照|件)$")
# A question that names this many documents or fewer by number is about them.
_MAX_NAMED = 3


@dataclass(frozen=True, slots=True)
class SearchResult:
    """Passages for a query, best first, and how long it took in milliseconds."""

    query: Query
    passages: Sequence[Passage]
    total_ms: float


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer with verified citations, or a refusal without any. ``passages`` are what was found either way."""

    answer_id: str
    question: str
    language: Language
    answered: bool
    refusal: Refusal | None
    answer: str
    citations: Sequence[Citation]
    passages: Sequence[Passage]
    total_ms: float
    mode: Literal["extractive", "llm"] = "extractive"
    standalone_question: str | None = None


@dataclass(frozen=True, slots=True)
class _Scope:
    """Which documents a question is confined to; ``refusal`` when it names one that does not exist."""

    documents: set[int] | None = None
    refusal: Refusal | None = None
    named: Sequence[int] = field(default=())


class Assistant:
    """Answers from the current generation, and follows when a new one is published. Safe to share between threads."""

    def __init__(self, data_dir: Path, encoder: Encoder) -> None:
        self._data_dir = data_dir
        self._encoder = encoder
        self._lock = Lock()
        self._failure = ""
        self._opened = _published(data_dir)
        self._retriever = Retriever(Generation(data_dir, self._opened[0]), encoder)

    @classmethod
    def open(cls, data_dir: Path, encoder: Encoder) -> "Assistant":
        """Open the index of a data directory. Raises NoGeneration, DamagedGeneration or EncoderMismatch."""
        return cls(data_dir, encoder)

    @property
    def generation(self) -> Generation:
        """The generation that answers now."""
        return self._retriever.generation

    def refresh(self) -> None:
        """Move to the newest generation if there is one. While it cannot be opened, the present one goes on answering."""
        with self._lock:
            try:
                newest = _published(self._data_dir)
                if newest != self._opened:
                    self._retriever = Retriever(Generation(self._data_dir, newest[0]), self._encoder)
                    self._opened = newest
                self._failure = ""
            except ZhengwenError as error:
                if str(error) != self._failure:  # Once, not at every question.
                    self._failure = str(error)
                    _LOG.warning("仍用第 %s 代索引 / still answering from the old index: %s", self._opened[0], error)

    def search(
        self, text: str, top_k: int = 8, system: System = "hybrid", filters: Filters | None = None, role: Role = "admin"
    ) -> SearchResult:
        """The best passages for a query, of the documents that the role may see."""
        began = time.perf_counter()
        retriever = self._retriever
        query = understand_query(text)
        visible = visible_documents(retriever.generation, role)
        documents = searched_documents(retriever.generation, filters, visible)
        allowed = None if documents is None else chunk_mask(retriever.generation, documents)
        candidates = retriever.search(query, top_k, system, allowed)
        passages = _seen(retriever.generation, passages_of(retriever.generation, candidates), visible)
        return SearchResult(query, passages, 1000 * (time.perf_counter() - began))

    def ask(self, question: str, top_k: int = 8, filters: Filters | None = None, role: Role = "admin") -> Answer:
        """Answer a question from the documents that the role may see, or say why there is no answer."""
        began = time.perf_counter()
        retriever = self._retriever
        generation = retriever.generation
        query = understand_query(question)
        visible = visible_documents(generation, role)
        scope = _scope(query, generation, filters, visible)
        vector = retriever.encode(query)
        allowed = None if scope.documents is None else chunk_mask(generation, scope.documents)
        candidates = retriever.search(query, max(top_k, _READ), "hybrid", allowed, vector)
        read = _seen(generation, passages_of(generation, candidates), visible)
        refusal, text, citations = scope.refusal, "", list[Citation]()
        if refusal is None and scope.named:
            named = [as_seen(generation, generation.document(number), visible) for number in scope.named]
            found = field_answers(query, named)
            text, citations = compose_fields(query, found)
        if refusal is None and not citations:
            refusal, text, citations = _extract(query, read, generation, vector)
        return Answer(
            answer_id=uuid4().hex, question=question, language=query.language, answered=refusal is None, refusal=refusal,
            answer=text if refusal is None else refusal.message, citations=citations if refusal is None else [],
            passages=read[:top_k], total_ms=1000 * (time.perf_counter() - began),
        )  # fmt: skip

    def documents(self, role: Role = "admin") -> list[Document]:
        """Every document that the role may see, without its chunks."""
        generation = self.generation
        visible = visible_documents(generation, role)
        return [
            as_seen(generation, document, visible)
            for number, document in enumerate(generation.documents())
            if visible is None or number in visible
        ]

    def document(self, document_id: str, role: Role = "admin") -> Document:
        """A document with its chunks. Raises UnknownDocument, also for one that the role may not see."""
        generation = self.generation
        visible = visible_documents(generation, role)
        document = generation.document_by_id(document_id)
        if visible is not None and generation.numbers[document_id] not in visible:
            raise UnknownDocument(f"没有编号为 {document_id[:80]} 的文件 / no such document")
        return as_seen(generation, document, visible)

    def versions(self, document_id: str, role: Role = "admin") -> list[OtherVersion]:
        """What a document is replaced by, and its other versions, as far as the role may see them."""
        generation = self.generation
        return other_versions(generation, document_id, visible_documents(generation, role))


def _published(data_dir: Path) -> tuple[str, int]:
    """Name of the current generation and the time of its manifest: an index begun afresh counts from 000001 again."""
    name = current_name(data_dir)
    manifest = data_dir / "generations" / name / "manifest.json"
    return name, manifest.stat().st_mtime_ns if manifest.is_file() else 0


def _after_lead_in(generation: Generation, number: str) -> set[int]:
    """Documents with the 文号 that follows an organ's name or a particle, as in 市国资委渝国资函〔2025〕313号.

    Anything else in front makes it another 文号: 国资函〔2025〕313号 is not 渝国资函〔2025〕313号.
    """
    found = generation.values_in("document_number", number)
    return set().union(
        *(documents for value, documents in found.items() if _LEAD_IN.search(number.removesuffix(value)))
    )


def _seen(generation: Generation, passages: Sequence[Passage], visible: Set[int] | None) -> list[Passage]:
    return [replace(passage, document=as_seen(generation, passage.document, visible)) for passage in passages]


def _scope(query: Query, generation: Generation, filters: Filters | None, visible: Set[int] | None) -> _Scope:
    """Documents that the question names by number, or by proposer when it asks for a field of theirs.

    Of what is named the newest version counts, even where the whole corpus holds a newer one under another number.
    """
    within = searched_documents(generation, filters, visible)
    named: list[set[int]] = []
    for number, kind in query.proposals:
        found = generation.documents_with("proposal_number", number)
        if kind:
            found &= generation.documents_with("proposal_kind", kind)
        found = _among(found, visible)
        if not found:
            return _Scope(
                within, _unknown(query, number.zfill(4), f"第{number.zfill(4)}号{kind or '建议或提案'}的答复")
            )
        named.append(found)
    for number in query.document_numbers:
        found = generation.documents_with("document_number", number) or _after_lead_in(generation, number)
        found = _among(found, visible)
        if not found:
            return _Scope(within, _unknown(query, number, f"文号为{number}的文件"))
        named.append(found)
    for serial in query.serials:
        found = _among(generation.documents_like("document_number", f"〕{serial}号"), visible)
        if not found:
            return _Scope(within, _unknown(query, f"{serial}号", f"文号为{serial}号的文件"))
        named.append(found)
    if not named and asked_fields(query):
        named.extend(generation.values_in("proposer", query.text).values())
    if not named:
        return _Scope(within)
    documents = {
        number for found in named for number in searched_documents(generation, filters, visible, among=found) or ()
    }
    return _Scope(documents, None, sorted(documents) if len(documents) <= _MAX_NAMED else ())


def _among(documents: set[int], visible: Set[int] | None) -> set[int]:
    return documents if visible is None else documents & visible


def _unknown(query: Query, number: str, what: str) -> Refusal:
    return unknown_number(query, number if query.language == "en" else what)


def _extract(
    query: Query, passages: Sequence[Passage], generation: Generation, vector: NDArray[np.float32]
) -> tuple[Refusal | None, str, list[Citation]]:
    terms = Terms(query, generation)
    evidence = collect_evidence(query, terms, passages, generation, vector)
    refusal = refuse(query, evidence)
    if refusal:
        return refusal, "", []
    text, citations = compose(query, evidence, generation)
    return (None, text, citations) if citations else (no_evidence(query), "", [])
