"""The pages people open: chat, source viewer, reply history; and the widget for other pages. Files as they are, no build step."""

import re
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import FileResponse, Response

from server.api.dependencies import TheAccess
from server.security.access import VISIT_COOKIE, set_cookie
from server.security.reader import requires
from server.security.refused import AccessRefused

WEB = Path(__file__).parents[1] / "web"

# The modules of the widget, each after those it imports.
WIDGET = (
    "common.js", "events.js", "words.js", "widget/answer.js", "widget/followups.js", "widget/actions.js",
    "widget/style.js", "widget/parts.js", "widget/conversation.js", "widget/token.js", "widget/element.js", "widget/define.js", "widget/embed.js",
)  # fmt: skip

_IMPORT = re.compile(r"^import [^;]*;\n", re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function|class|const|let)\b)", re.MULTILINE)

router = APIRouter(include_in_schema=False)
_READERS = [Depends(requires("public"))]
_KEEPERS = [Depends(requires("admin"))]
_ANYBODY = [Depends(requires(None))]


@cache
def widget_script() -> str:
    """The modules of the widget as one classic script, which pages of other hosts load with a single plain tag.

    A module would come only where the service allows the page's origin, and after the page has been read.
    """
    sources = [(WEB / name).read_text(encoding="utf-8") for name in WIDGET]
    joined = "\n".join(_EXPORT.sub("", _IMPORT.sub("", source)) for source in sources)
    return f'(() => {{\n"use strict";\n{joined}}})();\n'


@router.get("/", dependencies=_READERS)
def chat() -> FileResponse:
    """The chat page."""
    return FileResponse(WEB / "index.html")


@router.get("/documents/{document_id}", dependencies=_READERS)
async def viewer(document_id: str, request: Request, access: TheAccess, visit: str | None = None) -> FileResponse:
    """The source viewer; the page itself fetches the document.

    ``visit``: the token of a widget from which the reader comes, who reads with its rights for as long as a token lasts.
    """
    response = FileResponse(WEB / "document.html")
    if visit:
        with suppress(AccessRefused):
            set_cookie(response, VISIT_COOKIE, access.visit(visit), access.token_seconds, request)
            response.headers["Cache-Control"] = "no-store"
    return response


@router.get("/replies", dependencies=_READERS)
def reply_history() -> FileResponse:
    """The reply history; the page itself fetches the list."""
    return FileResponse(WEB / "replies.html")


@router.get("/replies/{document_id}", dependencies=_READERS)
def one_reply(document_id: str) -> FileResponse:
    """One reply; the page itself fetches it."""
    return FileResponse(WEB / "reply.html")


@router.get("/desk", dependencies=_KEEPERS)
def desk() -> FileResponse:
    """The keeper's desk; the page itself fetches what it shows."""
    return FileResponse(WEB / "desk.html")


@router.get("/login", dependencies=_ANYBODY)
def login() -> FileResponse:
    """Where people sign in."""
    return FileResponse(WEB / "login.html")


@router.get("/openapi.json", dependencies=_READERS)
def openapi(request: Request) -> dict[str, Any]:
    """The description of this interface."""
    described: dict[str, Any] = request.app.openapi()
    return described


@router.get("/widget.js", dependencies=_ANYBODY)
def widget() -> Response:
    """The chat widget. Browsers keep it for an hour, then ask for the new one."""
    return Response(
        widget_script(), media_type="text/javascript; charset=utf-8",
        headers={"Cache-Control": "public, max-age=3600", "Cross-Origin-Resource-Policy": "cross-origin"},
    )  # fmt: skip
