"""The pages people open: chat, source viewer, reply history; and the widget for other pages. Files as they are, no build step."""

import re
from functools import cache
from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import FileResponse, Response

WEB = Path(__file__).parents[1] / "web"

# The modules of the widget, each after those it imports.
WIDGET = (
    "common.js", "events.js", "words.js", "widget/answer.js", "widget/followups.js", "widget/actions.js",
    "widget/style.js", "widget/parts.js", "widget/conversation.js", "widget/element.js", "widget/define.js", "widget/embed.js",
)  # fmt: skip

_IMPORT = re.compile(r"^import [^;]*;\n", re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function|class|const|let)\b)", re.MULTILINE)

router = APIRouter(include_in_schema=False)


@cache
def widget_script() -> str:
    """The modules of the widget as one classic script, which pages of other hosts load with a single plain tag.

    A module would come only where the service allows the page's origin, and after the page has been read.
    """
    sources = [(WEB / name).read_text(encoding="utf-8") for name in WIDGET]
    joined = "\n".join(_EXPORT.sub("", _IMPORT.sub("", source)) for source in sources)
    return f'(() => {{\n"use strict";\n{joined}}})();\n'


@router.get("/")
def chat() -> FileResponse:
    """The chat page."""
    return FileResponse(WEB / "index.html")


@router.get("/documents/{document_id}")
def viewer(document_id: str) -> FileResponse:
    """The source viewer; the page itself fetches the document."""
    return FileResponse(WEB / "document.html")


@router.get("/replies")
def reply_history() -> FileResponse:
    """The reply history; the page itself fetches the list."""
    return FileResponse(WEB / "replies.html")


@router.get("/replies/{document_id}")
def one_reply(document_id: str) -> FileResponse:
    """One reply; the page itself fetches it."""
    return FileResponse(WEB / "reply.html")


@router.get("/widget.js")
def widget() -> Response:
    """The chat widget. Browsers keep it for an hour, then ask for the new one."""
    return Response(
        widget_script(), media_type="text/javascript; charset=utf-8",
        headers={"Cache-Control": "public, max-age=3600", "Cross-Origin-Resource-Policy": "cross-origin"},
    )  # fmt: skip
