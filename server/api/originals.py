"""GET /api/documents/{id}/original: the file that a document was read from, for those who may have all of it."""

from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import Response

from server.api.dependencies import TheAssistant
from server.originals import find_original
from server.security.reader import TheReader
from server.security.refused import AccessRefused

router = APIRouter()


@router.head("/api/documents/{document_id}/original", include_in_schema=False)
@router.get("/api/documents/{document_id}/original", response_class=Response)
def original(document_id: str, request: Request, assistant: TheAssistant, reader: TheReader) -> Response:
    """The file as it was indexed; never one that has changed since. HEAD says whether there is one.

    A file cannot be masked: one with personal numbers is for the administrator alone.
    """
    found = find_original(assistant.data_dir, assistant.document(document_id, reader.role))
    if found.personal and not reader.may("admin"):
        raise AccessRefused(
            403, "原文件含个人电话或证件号码，只有管理员可以下载 / the file holds personal numbers: administrators only"
        )
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(found.name, safe='')}",
        "Content-Length": str(found.size),
    }
    body = b"" if request.method == "HEAD" else found.read()
    # No type that a browser would show: whatever the file holds, it is saved.
    return Response(body, media_type="application/octet-stream", headers=headers)
