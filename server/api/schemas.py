"""The JSON of design: what /api and ``--json`` return, field by field."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    model_serializer,
    model_validator,
)

from indexer.document import Document
from indexer.document import Field as MetadataField
from server.answer.answer import Answer, Mode
from server.assistant import SearchResult
from server.search.filters import Filters, checked_filters
from server.search.followup import Turn
from server.search.passages import Passage
from server.search.versions import OtherVersion, Relation, replaced_by, sources_of


class Model(BaseModel):
    model_config = ConfigDict(extra="forbid", from_attributes=True)


class PassageOut(Model):
    rank: int
    chunk_id: str
    document_id: str
    source: str
    title: str
    status: str | None
    superseded_by: str | None
    section: list[str]
    text: str
    start: int
    end: int
    score: float
    scores: dict[str, float]

    @classmethod
    def of(cls, passage: Passage) -> "PassageOut":
        """A passage as JSON; ``scores`` always names bm25 and dense, 0 where a list did not hold it."""
        document = passage.document
        status = document.metadata.get("status")
        return cls(
            rank=passage.rank, chunk_id=passage.chunk_id, document_id=document.document_id, source=document.source,
            title=document.title, status=status.value if status else None, superseded_by=replaced_by(document),
            section=list(passage.section), text=passage.text, start=passage.start, end=passage.end, score=passage.score,
            scores={name: passage.scores.get(name, 0.0) for name in ("bm25", "dense")},
        )  # fmt: skip


class CitationOut(Model):
    n: int
    document_id: str
    source: str
    title: str
    document_number: str | None
    issuer: str | None
    date: str | None
    status: str | None
    superseded_by: str | None
    section: list[str]
    page: int | None
    quote: str
    start: int
    end: int


class RefusalOut(Model):
    reason: str
    message: str


class AnswerOut(Model):
    answer_id: str
    question: str
    standalone_question: str | None
    language: Literal["zh", "en"]
    answered: bool
    refusal: RefusalOut | None
    answer: str
    mode: Mode
    note: str | None = None
    citations: list[CitationOut]
    passages: list[PassageOut]
    timings_ms: dict[str, float]

    @model_serializer(mode="wrap")
    def _without_empty_note(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        # ``note`` is there when there is something to note: every other answer has the fields of the contract alone.
        fields: dict[str, Any] = handler(self)
        if fields.get("note") is None:
            fields.pop("note", None)
        return fields

    @classmethod
    def of(cls, answer: Answer) -> "AnswerOut":
        """An answer as JSON."""
        return cls(
            answer_id=answer.answer_id, question=answer.question, standalone_question=answer.standalone_question,
            language=answer.language, answered=answer.answered,
            refusal=RefusalOut.model_validate(answer.refusal) if answer.refusal else None, answer=answer.answer,
            mode=answer.mode, note=answer.note, citations=[CitationOut.model_validate(c) for c in answer.citations],
            passages=[PassageOut.of(p) for p in answer.passages], timings_ms={"total": round(answer.total_ms, 2)},
        )  # fmt: skip


class SearchOut(Model):
    query: str
    language: Literal["zh", "en"]
    passages: list[PassageOut]
    timings_ms: dict[str, float]

    @classmethod
    def of(cls, result: SearchResult) -> "SearchOut":
        """A search result as JSON."""
        return cls(
            query=result.query.text, language=result.query.language,
            passages=[PassageOut.of(p) for p in result.passages], timings_ms={"total": round(result.total_ms, 2)},
        )  # fmt: skip


class FieldOut(Model):
    value: str
    start: int | None
    end: int | None

    @classmethod
    def of(cls, field: MetadataField) -> "FieldOut":
        """A metadata value with the span it was read from."""
        return cls(value=field.value, start=field.start, end=field.end)


class HeadingOut(Model):
    level: int
    title: str
    start: int
    end: int


class VersionOut(Model):
    document_id: str
    title: str
    date: str | None
    status: str | None
    relation: Relation


class DocumentSummary(Model):
    document_id: str
    source: str
    sources: list[str]
    title: str
    kind: str | None
    document_number: str | None
    issuer: str | None
    date: str | None
    status: str | None
    disclosure: str | None
    versions: list[VersionOut]
    characters: int

    @classmethod
    def of(cls, document: Document, versions: Sequence[OtherVersion]) -> "DocumentSummary":
        """A document as a line of a list; ``sources`` are its files, ``source`` first, the others exact copies of it."""
        values = {name: field.value for name, field in document.metadata.items()}
        return cls(
            document_id=document.document_id, source=document.source, sources=sources_of(document),
            title=document.title, kind=values.get("kind"), document_number=values.get("document_number"),
            issuer=values.get("issuer"), date=values.get("date"), status=values.get("status"),
            disclosure=values.get("disclosure"), versions=[VersionOut.model_validate(v) for v in versions],
            characters=len(document.text),
        )  # fmt: skip


class DocumentOut(DocumentSummary):
    metadata: dict[str, FieldOut]
    headings: list[HeadingOut]
    pages: list[int]
    n_chunks: int

    @classmethod
    def of(cls, document: Document, versions: Sequence[OtherVersion]) -> "DocumentOut":
        """A document with everything known about it but its text."""
        ranks = sorted({heading.rank for heading in document.headings})
        return cls(
            **DocumentSummary.of(document, versions).model_dump(),
            metadata={name: FieldOut.of(field) for name, field in document.metadata.items()},
            headings=[
                HeadingOut(level=ranks.index(h.rank) + 1, title=h.title, start=h.start, end=h.end)
                for h in document.headings
            ],
            pages=list(document.pages),
            n_chunks=len(document.chunks),
        )


class DocumentList(Model):
    total: int
    documents: list[DocumentSummary]


class TextOut(Model):
    document_id: str
    text: str


def _text(value: str) -> str:
    """JSON can hold lone surrogates, which are no text and which neither UTF-8 nor SQLite can take."""
    if any("\ud800" <= character <= "\udfff" for character in value):
        raise ValueError("lone surrogates are no text")
    return value


Text = Annotated[str, AfterValidator(_text)]


class FiltersIn(Model):
    """Narrow a question to documents; see Filters."""

    kind: Text | None = None
    year: Text | None = None
    issuer: Text | None = None
    number: Text | None = None
    as_of: Text | None = None
    status: Text | None = None

    @model_validator(mode="after")
    def _check(self) -> "FiltersIn":
        self.filters()
        return self

    def filters(self) -> Filters | None:
        """As the search takes them."""
        return checked_filters(self.kind, self.year, self.issuer, self.number, self.as_of, self.status)


# Characters of an earlier turn that are looked at, as many as a question may have: what a turn is about stands first.
_MAX_TURN = 2_000


def turn_of(role: Literal["user", "assistant"], content: str) -> Turn:
    """An earlier turn as the assistant takes it. A client may send far more than can be read while others wait."""
    return Turn(role, content[:_MAX_TURN])


class TurnIn(Model):
    role: Literal["user", "assistant"]
    content: Annotated[Text, Field(max_length=20_000)]


class Question(Model):
    """A question. It must hold something to read: letters, digits or Chinese characters, no control characters."""

    question: str
    history: Annotated[list[TurnIn], Field(max_length=50)] = []
    filters: FiltersIn | None = None
    top_k: Annotated[int, Field(ge=1, le=100)] = 8
    stream: bool = False

    def turns(self) -> list[Turn]:
        """The history as the assistant takes it."""
        return [turn_of(turn.role, turn.content) for turn in self.history]
