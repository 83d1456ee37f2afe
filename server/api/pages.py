"""The pages people open: chat at /, the source viewer at /documents/{id}. Files as they are, no build step."""

from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import FileResponse

WEB = Path(__file__).parents[1] / "web"

router = APIRouter(include_in_schema=False)


@router.get("/")
def chat() -> FileResponse:
    """The chat page."""
    return FileResponse(WEB / "index.html")


@router.get("/documents/{document_id}")
def viewer(document_id: str) -> FileResponse:
    """The source viewer; the page itself fetches the document."""
    return FileResponse(WEB / "document.html")
