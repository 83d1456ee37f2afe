"""POST and DELETE /api/documents: files come in through the browser, documents go and come back."""

from typing import Annotated, Any, get_args

import anyio.to_thread
from fastapi import APIRouter, Depends, Path, Request, Response
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.types import Message

from indexer.errors import NothingToIndex, UnknownDocument, ZhengwenError
from indexer.places import removed_places
from indexer.sidecar import sidecars
from server.api.dependencies import TheAssistant, TheSettings
from server.api.desk_schemas import JobOut, RemovalOut, UploadOut
from server.desk.folders import request_of, uploads_root
from server.desk.jobs import IndexJobs
from server.desk.uploads import OnConflict, TooLarge, Uploads, too_large
from server.security.audit import note
from server.security.reader import TheAdmin

router = APIRouter()

_CHOICES: tuple[OnConflict, ...] = get_args(OnConflict)
# Bytes of a request beside the file: the boundaries, the names, the other fields.
_AROUND = 64_000

# What OpenAPI says of a body that is read by hand, to count it while it comes.
_FORM: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {"type": "string", "format": "binary"},
                        "on_conflict": {"type": "string", "enum": list(_CHOICES), "default": "refuse"},
                    },
                }
            }
        },
    }
}

DocumentId = Annotated[str, Path(max_length=100)]


def the_jobs(request: Request) -> IndexJobs:
    """The work on the index."""
    found: IndexJobs = request.app.state.jobs
    return found


def the_uploads(request: Request) -> Uploads:
    """The uploaded files."""
    found: Uploads = request.app.state.uploads
    return found


TheJobs = Annotated[IndexJobs, Depends(the_jobs)]
TheUploads = Annotated[Uploads, Depends(the_uploads)]


async def _form(request: Request, max_bytes: int) -> FormData:
    """The form of a request, read no further than a file may be long. Raises TooLarge."""
    left = max_bytes + _AROUND
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > left:
        raise TooLarge(too_large(max_bytes))

    async def receive() -> Message:
        nonlocal left
        message = await request.receive()
        left -= len(message.get("body", b""))
        if left < 0:
            raise TooLarge(too_large(max_bytes))
        return message

    return await Request(request.scope, receive).form(max_files=1, max_fields=4, max_part_size=1_000)


@router.post("/api/documents", status_code=201, openapi_extra=_FORM)
async def upload_document(
    _reader: TheAdmin, request: Request, response: Response, uploads: TheUploads, assistant: TheAssistant,
    settings: TheSettings,
) -> UploadOut:  # fmt: skip
    """Keep one file. It is answered from once the index is brought up to date: POST /api/desk/index.

    200 where the same file is there already. 409 where another file of its name is there, unless ``on_conflict`` says to
    ``replace`` it, which keeps the old one aside, or to ``rename`` the new one. 413, 415 and 422: a file that is too
    large, of no known format, or unreadable.
    """
    max_bytes = settings.max_file_mb * 1_000_000
    form = await _form(request, max_bytes)
    try:
        file, asked = form.get("file"), form.get("on_conflict") or "refuse"
        on_conflict = next((choice for choice in _CHOICES if choice == asked), None)
        if not isinstance(file, UploadFile) or on_conflict is None:
            raise HTTPException(
                422,
                "应为 multipart/form-data：file 为一个文件，on_conflict 为 refuse、replace 或 rename / one file is wanted",
            )
        kept = await anyio.to_thread.run_sync(uploads.add, file.filename or "", file.file, max_bytes, on_conflict)
    finally:
        await form.close()
    note(request, action="upload", file=kept.name, stored=kept.stored)
    root = uploads_root(assistant.data_dir)
    removed = (i for i, at in removed_places(assistant.data_dir).items() if (at.root, at.source) == (root, kept.name))
    if kept.stored == "same":
        response.status_code = 200
    return UploadOut(
        name=kept.name, size=kept.size, stored=kept.stored, removed=next(removed, None),
        corrected=any(sidecars(uploads.folder / kept.name, uploads.folder)),
    )  # fmt: skip


@router.delete("/api/documents/{document_id}")
def remove_document(
    document_id: DocumentId, _reader: TheAdmin, assistant: TheAssistant, settings: TheSettings, jobs: TheJobs
) -> RemovalOut:
    """Take a document out of the index until it is restored; its file stays. Answers when it is done. 409 while the index
    is being updated, and for the last document."""
    if document_id not in assistant.generation.numbers:
        raise UnknownDocument(f"没有编号为 {document_id} 的文件 / no such document")
    request = request_of(assistant.data_dir, settings, document_id=document_id)
    job = jobs.finish(jobs.start("remove", request))
    if job.state != "done":
        reason = job.error or "已停止，没有移出 / stopped: nothing was removed"
        raise NothingToIndex(reason) if assistant.generation.manifest.documents == 1 else ZhengwenError(reason)
    return RemovalOut(document_id=document_id, removed=True)


@router.post("/api/documents/{document_id}/restore", status_code=202)
def restore_document(
    document_id: DocumentId, _reader: TheAdmin, assistant: TheAssistant, settings: TheSettings, jobs: TheJobs
) -> JobOut:
    """Take a document that was removed in again, and bring the index up to date. 404 where it was not removed."""
    if document_id not in removed_places(assistant.data_dir):
        raise UnknownDocument(f"编号 {document_id} 的文件没有被移出 / this document was not removed")
    return JobOut.of(jobs.start("restore", request_of(assistant.data_dir, settings, document_id=document_id)))
