"""The assistant: one published index behind the three things people do with it, search, ask and read."""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock

import anyio.to_thread

from indexer.document import Document
from indexer.encoders import Encoder
from indexer.errors import ZhengwenError
from indexer.generations import Generation
from indexer.mapping import Memory
from indexer.opening import Opener
from server.answer.answer import Answer, Delta, Event, Found, pieces_of
from server.answer.llm import write
from server.answer.llm_client import Model, ModelFailure
from server.answering import Prepared, prepare
from server.observability.watching import Stages, tell_answered, tell_model_failed, watched
from server.replies import Reply, ReplyFilters, ReplyPage
from server.replies.finding import find_replies, read_reply
from server.replies.related import Related, related_to
from server.search.disclosure import ROLES, Role, seen_by
from server.search.engine import Source
from server.search.filters import Filters, chunk_mask, searched_documents
from server.search.followup import Turn
from server.search.names import with_names
from server.search.passages import Passage, passages_of
from server.search.query import Query, understand_query
from server.search.reranker import Reranker
from server.search.retrieve import Retriever, System
from server.search.versions import OtherVersion, other_versions

__all__ = ["Answer", "Assistant", "SearchResult"]

_LOG = logging.getLogger(__name__)
_NOTE = "{}，以下为文件原文摘录 / verbatim extracts instead"


@dataclass(frozen=True, slots=True)
class SearchResult:
    """Passages for a query, best first, and how long it took in milliseconds."""

    query: Query
    passages: Sequence[Passage]
    total_ms: float


class Assistant:
    """Answers from the current generation, and follows when a new one is published. Safe to share between threads."""

    def __init__(
        self, data_dir: Path, encoder: Encoder, model: Model | None = None, reranker: Reranker | None = None,
        source: Source | None = None,
    ) -> None:  # fmt: skip
        self.data_dir = data_dir
        self._model = model
        self._reranker = reranker
        self._encoder = encoder
        self._lock = Lock()
        self._failure = ""
        self._memory = Memory()
        self._source = source or Opener(data_dir)
        self._opened = self._source.published()
        self._retrievers = self._open_retrievers()

    def _open_retrievers(self) -> Mapping[Role, Retriever]:
        """The search over what each role may see, of one generation."""
        return self._source.open(self._retrievers_of)

    def _retrievers_of(self, generation: Generation) -> Mapping[Role, Retriever]:
        seen = {role: seen_by(generation, role) for role in ROLES}
        made = {each.folder: Retriever(each, self._encoder, self._reranker) for each in seen.values()}
        return {role: made[each.folder] for role, each in seen.items()}

    @classmethod
    def open(
        cls, data_dir: Path, encoder: Encoder, model: Model | None = None, reranker: Reranker | None = None,
        source: Source | None = None,
    ) -> "Assistant":  # fmt: skip
        """Open the index of a data directory; ``model`` writes answers where there is evidence, ``reranker`` puts the
        first passages in order, None: without. ``source`` says which generation is current and opens it, by default the
        data directory itself.

        Raises NoGeneration, DamagedGeneration or EncoderMismatch.
        """
        return cls(data_dir, encoder, model, reranker, source)

    @property
    def generation(self) -> Generation:
        """The generation that answers now, with everything that is in it: not for those who may not see it all."""
        return self._seen("admin")

    def _seen(self, role: Role) -> Generation:
        return self._retrievers[role].generation

    @property
    def failure(self) -> str:
        """Why the newest generation cannot be opened while an older one answers; empty when it is the newest."""
        return self._failure

    def refresh(self) -> None:
        """Move to the newest generation if there is one. While it cannot be opened, the present one goes on answering."""
        with self._lock:
            try:
                newest = self._source.published()
                if newest != self._opened or self._source.damage(self.generation):
                    self._retrievers = self._open_retrievers()
                    self._opened = newest
                self._source.watch(self.generation)
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
        with watched("search") as stages:
            retriever = self._retrievers[role]
            query = with_names(understand_query(text), retriever.generation).query
            stages.lap("understand")
            documents = searched_documents(retriever.generation, filters)
            allowed = None if documents is None else chunk_mask(retriever.generation, documents)
            stages.lap("filter")
            candidates = retriever.search(query, top_k, system, allowed, timings=stages)
            stages.skip()
            passages = passages_of(retriever.generation, candidates)
            self._memory.relieve()
            stages.lap("read")
        return SearchResult(query, passages, 1000 * (time.perf_counter() - began))

    def ask(
        self, question: str, top_k: int = 8, filters: Filters | None = None, role: Role = "admin",
        history: Sequence[Turn] = (),
    ) -> Answer:  # fmt: skip
        """Answer a question from the documents that the role may see, or say why there is no answer.

        ``history`` holds the earlier turns, oldest first: a follow-up question is understood with them.
        """
        if self._model is None:
            with watched("answer") as stages:
                return self._prepare(question, top_k, filters, role, history, stages).answer
        return asyncio.run(self.answer(question, top_k, filters, role, history))

    async def answer(
        self, question: str, top_k: int = 8, filters: Filters | None = None, role: Role = "admin",
        history: Sequence[Turn] = (),
    ) -> Answer:  # fmt: skip
        """``ask`` for an event loop."""
        async with aclosing(self.events(question, top_k, filters, role, history)) as events:
            async for event in events:
                if isinstance(event, Answer):
                    return event
        raise RuntimeError("no answer among the events")

    async def events(
        self, question: str, top_k: int = 8, filters: Filters | None = None, role: Role = "admin",
        history: Sequence[Turn] = (),
    ) -> AsyncGenerator[Event, None]:  # fmt: skip
        """What was found, the answer's text piece by piece, and last the Answer, which replaces the pieces.

        Closing it stops the work, that of the model included.
        """
        with watched("answer") as stages:
            prepared = await anyio.to_thread.run_sync(self._prepare, question, top_k, filters, role, history, stages)
        answer = prepared.answer
        yield Found(answer.passages, answer.standalone_question)
        if self._model is not None and prepared.evidence:
            try:
                async with aclosing(self._written(self._model, prepared)) as written:
                    async for event in written:
                        yield event
                return
            except ModelFailure as failure:
                # The reason alone: neither the question nor what the model said belongs into a log.
                _LOG.warning("回答取自原文摘录 / extractive answer: %s", failure)
                tell_model_failed()
                answer = replace(answer, note=_NOTE.format(failure))
        for piece in pieces_of(answer.answer):
            yield Delta(piece)
        answer = replace(answer, total_ms=1000 * (time.perf_counter() - prepared.began))
        tell_answered(answer)
        yield answer

    def _prepare(
        self, question: str, top_k: int, filters: Filters | None, role: Role, history: Sequence[Turn], stages: Stages
    ) -> Prepared:
        stages.lap("wait")  # For a thread to do it in.
        prepared = prepare(self._retrievers[role], question, top_k, filters, history, stages)
        self._memory.relieve()
        return prepared

    async def _written(self, model: Model, prepared: Prepared) -> AsyncGenerator[Event, None]:
        """The pieces of the model's answer and the Answer made of them. Raises ModelFailure."""
        answer: Answer | None = None
        with watched("model"):
            async with aclosing(write(prepared.query, prepared.evidence, model, self._encoder.encode)) as written:
                async for event in written:
                    if isinstance(event, Delta):
                        yield event
                        continue
                    answer = replace(
                        prepared.answer, answer=event.text, citations=event.citations, mode="llm",
                        total_ms=1000 * (time.perf_counter() - prepared.began),
                    )  # fmt: skip
        if answer is not None:
            tell_answered(answer)
            yield answer

    def documents(self, role: Role = "admin") -> list[Document]:
        """Every document that the role may see, without its chunks."""
        return list(self._seen(role).documents())

    def document(self, document_id: str, role: Role = "admin") -> Document:
        """A document with its chunks. Raises UnknownDocument, also for one that the role may not see."""
        return self._seen(role).document_by_id(document_id)

    def versions(self, document_id: str, role: Role = "admin") -> list[OtherVersion]:
        """What a document is replaced by, and its other versions, as far as the role may see them."""
        return other_versions(self._seen(role), document_id)

    def replies(self, filters: ReplyFilters, role: Role = "admin") -> list[Reply]:
        """Every reply that the role may see and the filters let pass: newest first; by relevance where a text is given."""
        return list(self.reply_page(filters, role).replies)

    def reply_page(
        self, filters: ReplyFilters, role: Role = "admin", offset: int = 0, limit: int | None = None
    ) -> ReplyPage:
        """``limit`` replies, None for all, from ``offset`` on in the order of ``replies``; only these are read."""
        return find_replies(self._retrievers[role], filters, offset, limit)

    def reply(self, document_id: str, role: Role = "admin") -> Reply:
        """A reply by its document. Raises UnknownDocument, also where the document is no reply."""
        return read_reply(self._seen(role), document_id)

    def related(self, document_id: str, role: Role = "admin") -> Related:
        """What may bear on a reply, of what the role may see. Raises UnknownDocument as ``reply`` does."""
        retriever = self._retrievers[role]
        return related_to(read_reply(retriever.generation, document_id), retriever, self._encoder.encode)
