"""The JSON of the desk."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import Field

from indexer.document import Document
from indexer.document import Field as MetadataField
from indexer.sidecar import FIELDS
from server.api.schemas import Model, Text
from server.desk.corrections import Corrected
from server.desk.jobs import Action, Job, State
from server.feedback import Feedback, Rating

Origin = Literal["read", "corrected", "default", "derived"]

# What is shown beside what can be corrected; other fields name documents and files.
_SHOWN = FIELDS | {"repeals", "amends"}


class ReasonOut(Model):
    source: str
    reason: str


class JobOut(Model):
    """A piece of work on the index."""

    job_id: str
    action: Action
    started: str
    state: State
    step: str
    done: int
    total: int
    finished: str | None
    error: str | None
    report: dict[str, Any] | None
    skipped: list[ReasonOut]
    notes: list[ReasonOut]

    @classmethod
    def of(cls, job: Job) -> "JobOut":
        """A job as JSON."""
        return cls(
            job_id=job.job_id, action=job.action, started=job.started, state=job.state, step=job.step, done=job.done,
            total=job.total, finished=job.finished, error=job.error, report=dict(job.report) if job.report else None,
            skipped=[ReasonOut.model_validate(one) for one in job.skipped],
            notes=[ReasonOut.model_validate(one) for one in job.notes],
        )  # fmt: skip


class GenerationOut(Model):
    name: str
    created: str
    documents: int
    chunks: int
    encoder: str


class FolderOut(Model):
    path: str
    present: bool
    documents: int
    uploads: bool


class RemovedOut(Model):
    document_id: str
    source: str
    root: str


class LimitsOut(Model):
    max_file_mb: int
    formats: list[str]


class DeskOut(Model):
    """What is indexed, since when, from where, and what is going on."""

    generation: GenerationOut
    counts: dict[str, dict[str, int]]
    folders: list[FolderOut]
    waiting: list[str]
    removed: list[RemovedOut]
    job: JobOut | None
    limits: LimitsOut


class DeskDocument(Model):
    document_id: str
    source: str
    title: str
    kind: str | None
    document_number: str | None
    issuer: str | None
    date: str | None
    status: str | None
    disclosure: str | None
    characters: int
    uploaded: bool
    corrected: bool

    @classmethod
    def of(cls, document: Document, uploaded: bool, corrected: bool) -> "DeskDocument":
        """A document as a line of the desk's list."""
        names = ("kind", "document_number", "issuer", "date", "status", "disclosure")
        values = {name: document.value(name) for name in names}
        return cls(
            document_id=document.document_id, source=document.source, title=document.title,
            characters=len(document.text), uploaded=uploaded, corrected=corrected, **values,
        )  # fmt: skip


class DeskDocumentList(Model):
    total: int
    offset: int
    documents: list[DeskDocument]


class DeskField(Model):
    """A metadata value and where it is from: ``read`` at its span, ``corrected`` by people in the document's own side-car,
    a ``default`` of its folder, or ``derived``. ``in_index``: whether the index says so already."""

    name: str
    value: str
    start: int | None
    end: int | None
    origin: Origin
    in_index: bool


class CorrectableOut(DeskDocument):
    """A document with every field, and how fields can be corrected."""

    file: str
    file_present: bool
    sidecar: str | None
    fields: list[DeskField]
    correctable: list[str]
    choices: dict[str, list[str]]


def fields_of(metadata: Mapping[str, MetadataField], corrected: Corrected) -> list[DeskField]:
    """The fields of a document, those included that people gave and the index does not hold yet."""
    found: list[DeskField] = []
    for name, value in metadata.items():
        if name not in _SHOWN:
            continue
        said = corrected.own.get(name)
        if said is not None:
            same = said == value.value
            span = (value.start, value.end) if same else (None, None)
            found.append(
                DeskField(name=name, value=said, start=span[0], end=span[1], origin="corrected", in_index=same)
            )
            continue
        default = value.start is None and corrected.defaults.get(name) == value.value
        origin: Origin = "default" if default else "derived" if value.start is None else "read"
        found.append(
            DeskField(name=name, value=value.value, start=value.start, end=value.end, origin=origin, in_index=True)
        )
    for name, said in corrected.own.items():
        if name not in metadata:
            found.append(DeskField(name=name, value=said, start=None, end=None, origin="corrected", in_index=False))
    return found


class CorrectionIn(Model):
    """Values by field; an empty one withdraws the correction of its field."""

    fields: Annotated[dict[Text, Text], Field(min_length=1, max_length=60)]


class UploadOut(Model):
    """What became of an upload. ``name``: the one it is kept under; ``removed``: the id of a document that a person took
    out and that this file belongs to; ``corrected``: whether a side-car speaks for it."""

    name: str
    size: int
    stored: Literal["new", "same", "replaced", "renamed"]
    removed: str | None
    corrected: bool


class RemovalOut(Model):
    document_id: str
    removed: bool


class CitedOut(Model):
    document_id: str
    title: str
    start: int
    end: int
    text: str


class DeskFeedback(Model):
    """A rating, the question, the answer, and the passages concerned: those cited, else those that were found."""

    answer_id: str
    at: str
    rating: Rating
    comment: str | None
    question: str
    answered: bool
    answer: str
    cited: bool
    passages: list[CitedOut]

    @classmethod
    def of(cls, feedback: Feedback) -> "DeskFeedback":
        """A rating as JSON. Answers were stored as they were then: what has been added to answers since is not asked for."""
        answer = feedback.answer
        cited: Sequence[Mapping[str, Any]] = answer.get("citations") or ()
        passages = cited or list(answer.get("passages") or ())[:3]
        return cls(
            answer_id=feedback.answer_id, at=feedback.at, rating=feedback.rating, comment=feedback.comment,
            question=answer["question"], answered=answer["answered"], answer=answer["answer"], cited=bool(cited),
            passages=[
                CitedOut(
                    document_id=p["document_id"], title=p["title"], start=p["start"], end=p["end"],
                    text=p.get("quote") or p.get("text") or "",
                )
                for p in passages
            ],
        )  # fmt: skip


class DeskFeedbackList(Model):
    total: int
    up: int
    down: int
    feedback: list[DeskFeedback]


class UnansweredOut(Model):
    question: str
    standalone: str | None
    language: str
    reason: str
    times: int
    last: str


class UnansweredList(Model):
    """``recorded``: whether questions are kept at all; ``kept_days``: for how long."""

    days: int
    recorded: bool
    kept_days: int
    questions: list[UnansweredOut]


class EvaluationOut(Model):
    """The last report, None where there is none in ``folder``; ``page``: the address of its HTML page."""

    folder: str
    report: dict[str, Any] | None
    page: str | None
