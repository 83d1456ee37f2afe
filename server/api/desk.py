"""/api/desk: what is indexed, bringing the index up to date with live progress, and correcting what was read."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated

import anyio.to_thread
from fastapi import APIRouter, Query, Request
from fastapi import Path as PathParameter
from sse_starlette import EventSourceResponse, ServerSentEvent

from indexer.document import Document
from indexer.errors import UnknownDocument
from indexer.loaders import LOADERS
from indexer.places import Place, place_of, places, removed_places
from indexer.sidecar import DEFAULTS, FIELDS, sidecars
from server.api.dependencies import TheAssistant, TheSettings
from server.api.desk_schemas import (
    CorrectableOut,
    CorrectionIn,
    DeskDocument,
    DeskDocumentList,
    DeskOut,
    FolderOut,
    GenerationOut,
    JobOut,
    LimitsOut,
    RemovedOut,
    fields_of,
)
from server.api.schemas import Model
from server.api.uploads import DocumentId, TheJobs, TheUploads
from server.assistant import Assistant
from server.desk.corrections import CHOICES, correct, corrections_of
from server.desk.folders import folders, request_of, uploads_root
from server.desk.inventory import UNKNOWN, Choice, counts, listed, waiting
from server.desk.jobs import IndexJobs
from server.security.audit import note
from server.security.reader import TheAdmin

router = APIRouter()

Narrowed = Annotated[str | None, Query(max_length=200)]
# In an address, what stands for documents without a value.
_NONE = "none"
# Seconds after which a stream looks whether its reader is still there.
_LOOK = 1.0


class IndexIn(Model):
    """``rebuild``: read and encode everything again."""

    rebuild: bool = False


@router.get("/api/desk")
def desk(
    _reader: TheAdmin, assistant: TheAssistant, settings: TheSettings, jobs: TheJobs, uploads: TheUploads
) -> DeskOut:
    """What is indexed, since when and from where; which uploads wait; what was taken out; what is going on."""
    generation, data_dir = assistant.generation, assistant.data_dir
    manifest, job = generation.manifest, jobs.job
    return DeskOut(
        generation=GenerationOut(
            name=generation.name, created=manifest.created, documents=manifest.documents, chunks=manifest.chunks,
            encoder=manifest.encoder,
        ),
        counts=counts(generation),
        folders=[FolderOut.model_validate(folder) for folder in folders(data_dir)],
        waiting=waiting(data_dir, uploads_root(data_dir), uploads.names()),
        removed=[
            RemovedOut(document_id=document_id, source=place.source, root=place.root)
            for document_id, place in removed_places(data_dir).items()
        ],
        job=JobOut.of(job) if job else None,
        limits=LimitsOut(max_file_mb=settings.max_file_mb, formats=sorted(LOADERS)),
    )  # fmt: skip


@router.post("/api/desk/index", status_code=202)
def start_indexing(
    _reader: TheAdmin, assistant: TheAssistant, settings: TheSettings, jobs: TheJobs, body: IndexIn | None = None
) -> JobOut:
    """Bring the index up to date with its folders and the uploads. 409 while that is being done already."""
    rebuild = body is not None and body.rebuild
    return JobOut.of(jobs.start("index", request_of(assistant.data_dir, settings, rebuild=rebuild)))


@router.delete("/api/desk/index", status_code=202)
def stop_indexing(_reader: TheAdmin, jobs: TheJobs) -> JobOut | None:
    """Stop what is being done. What is published stays; what was encoded is kept for the next time."""
    jobs.stop()
    return JobOut.of(jobs.job) if jobs.job else None


@router.get("/api/desk/index/events", response_class=EventSourceResponse)
async def indexing_events(_reader: TheAdmin, settings: TheSettings, jobs: TheJobs) -> EventSourceResponse:
    """Server-sent events ``job``, at once and at every change, until the work is over."""
    return EventSourceResponse(
        _events(jobs), ping=int(max(settings.keep_alive, 1)),
        ping_message_factory=lambda: ServerSentEvent(comment="keep-alive"), sep="\n",
        headers={"Cache-Control": "no-store"},
    )  # fmt: skip


async def _events(jobs: IndexJobs) -> AsyncIterator[ServerSentEvent]:
    told = 0
    while True:
        version, job = await anyio.to_thread.run_sync(jobs.wait, told, _LOOK, abandon_on_cancel=True)
        if job is None:
            return
        if version > told:
            told = version
            yield ServerSentEvent(json.dumps(JobOut.of(job).model_dump(), ensure_ascii=False), event="job")
        if job.state != "running":
            return


@router.delete("/api/desk/uploads/{name}", status_code=204)
def put_upload_aside(
    name: Annotated[str, PathParameter(max_length=300)],
    _reader: TheAdmin,
    assistant: TheAssistant,
    uploads: TheUploads,
) -> None:
    """Take an upload that is not indexed out of the folder of uploads; the file is kept aside."""
    root = uploads_root(assistant.data_dir)
    if name not in waiting(assistant.data_dir, root, uploads.names()):
        raise UnknownDocument("没有等待索引的文件叫这个名字 / no upload of this name is waiting")
    uploads.put_aside(name)


@router.get("/api/desk/documents")
def list_documents(
    _reader: TheAdmin, assistant: TheAssistant, q: Narrowed = None, kind: Narrowed = None, status: Narrowed = None,
    disclosure: Narrowed = None, uploaded: bool = False,
    offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0, limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> DeskDocumentList:  # fmt: skip
    """Documents in the order of their paths. ``q`` stands in the title, path, number, issuer or proposer; ``none`` stands
    for documents without a kind, status or disclosure."""
    given = {"kind": kind, "status": status, "disclosure": disclosure}
    fields = {name: UNKNOWN if value == _NONE else value for name, value in given.items() if value}
    root = uploads_root(assistant.data_dir)
    choice = Choice((q or "").strip(), fields, root if uploaded else None)
    found = listed(assistant.generation, assistant.data_dir, choice, offset, limit)
    where = places(assistant.data_dir)
    return DeskDocumentList(
        total=found.total,
        offset=offset,
        documents=[_line(document, where.get(document.document_id), root) for document in found.documents],
    )


def _line(document: Document, place: Place | None, root: str) -> DeskDocument:
    own = place is not None and any(path.name != DEFAULTS for path in sidecars(place.path, Path(place.root)))
    return DeskDocument.of(document, place is not None and place.root == root, own)


def _correctable(assistant: Assistant, document_id: str) -> CorrectableOut:
    document = assistant.document(document_id)
    place = place_of(assistant.data_dir, document_id)
    if place is None:
        raise UnknownDocument(f"编号 {document_id} 的文件正在移出，请刷新 / this document is being removed")
    corrected = corrections_of(place)
    return CorrectableOut(
        **_line(document, place, uploads_root(assistant.data_dir)).model_dump(),
        file=str(place.path), file_present=place.path.is_file(),
        sidecar=corrected.sidecar.name if corrected.sidecar else None,
        fields=fields_of(document.metadata, corrected), correctable=sorted(FIELDS),
        choices={name: list(values) for name, values in CHOICES.items()},
    )  # fmt: skip


@router.get("/api/desk/documents/{document_id}")
def show_document(document_id: DocumentId, _reader: TheAdmin, assistant: TheAssistant) -> CorrectableOut:
    """A document with its file, its side-car, and each field with where it is from."""
    return _correctable(assistant, document_id)


@router.put("/api/desk/documents/{document_id}/corrections")
def correct_document(
    document_id: DocumentId, body: CorrectionIn, _reader: TheAdmin, assistant: TheAssistant, request: Request
) -> CorrectableOut:
    """Write corrections into the document's side-car. They hold once the index is brought up to date. 422: ``errors`` says
    what is wrong with which field, and nothing is written."""
    assistant.document(document_id)
    place = place_of(assistant.data_dir, document_id)
    if place is not None:
        correct(place, body.fields)
        note(request, action="correct", document=document_id, fields=sorted(body.fields))
    return _correctable(assistant, document_id)
