"""The gate before every route: counts requests per address, bounds what is sent, writes down what was answered."""

import time

import anyio
from starlette.datastructures import QueryParams
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.api.problems import problem, refusal
from server.security.access import Access
from server.security.audit import AuditLog, entry_of
from server.security.keys import KeysUnreadable
from server.security.limits import Limits
from server.security.origins import changes
from server.security.refused import AccessRefused

# Files that are the same for everyone, and what watches the service: neither counted nor written down.
_FREE = ("/static/", "/healthz", "/readyz", "/metrics", "/widget.js", "/favicon.ico")
_WRITTEN = ("/api/", "/v1/", "/replies.atom")
# Seconds that the next part of a request may take to come.
_PATIENCE = 30.0
# A form around an uploaded file, in bytes.
_FORM = 65_536


class Gate:
    """ASGI middleware. ``max_body`` and ``max_upload``: bytes that a request may send; uploads are POST /api/documents."""

    def __init__(
        self, app: ASGIApp, access: Access, limits: Limits, audit: AuditLog, max_body: int, max_upload: int
    ) -> None:
        self._app, self._access, self._limits, self._audit = app, access, limits, audit
        self._max_body, self._max_upload = max_body, max_upload + _FORM

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """An ASGI application."""
        if scope["type"] != "http" or scope["path"].startswith(_FREE):
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        connection = HTTPConnection(scope)
        address = connection.client.host if connection.client else ""
        status = 500  # What becomes of a request that breaks off before it is answered.

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            # Alone at this machine, nobody has to be kept from anything.
            if self._access.configured:
                self._limits.hit_address(address)
            await self._app(scope, self._bounded(scope, connection, receive), watched)
        except AccessRefused as error:
            await refusal(error, connection)(scope, receive, watched)
        except KeysUnreadable as error:
            await problem(503, str(error), connection)(scope, receive, watched)
        except HTTPException as error:
            await problem(error.status_code, str(error.detail), connection)(scope, receive, watched)
        finally:
            self._write(connection, address, status, 1000 * (time.perf_counter() - began))

    def _bounded(self, scope: Scope, connection: HTTPConnection, receive: Receive) -> Receive:
        """``receive``, which ends in a 413 when more is sent than may be, and in a 408 when nothing more comes. Raises
        HTTPException where too much is announced."""
        upload = scope["method"] == "POST" and scope["path"] == "/api/documents"
        most = self._max_upload if upload else self._max_body
        announced = connection.headers.get("content-length", "")
        if announced.isdecimal() and int(announced[:20]) > most:
            raise _too_large(most)
        read, whole = 0, False

        async def bounded() -> Message:
            nonlocal read, whole
            if whole:  # What is waited for now is the end of the connection.
                return await receive()
            try:
                with anyio.fail_after(_PATIENCE):
                    message = await receive()
            except TimeoutError:
                raise HTTPException(408, "内容迟迟没有传完 / the rest of the request did not come") from None
            whole = not message.get("more_body", False)
            if message["type"] == "http.request":
                read += len(message.get("body", b""))
                if read > most:
                    raise _too_large(most)
            return message

        return bounded

    def _write(self, connection: HTTPConnection, address: str, status: int, took_ms: float) -> None:
        entry = entry_of(connection)
        path: str = connection.scope["path"]
        if not path.startswith(_WRITTEN) and not changes(connection) and status < 400:
            return
        # One line a minute tells of a flood as well as a thousand do.
        if status == 429 and not self._limits.worth_noting(address):
            return
        if path.startswith(_WRITTEN) and (asked := QueryParams(connection.scope["query_string"]).get("q")):
            entry.setdefault("text", asked)
        self._audit.write(
            entry.pop("action", f"{connection.scope['method']} {path}"[:300]), status=status, address=address,
            took_ms=round(took_ms, 1), **entry,
        )  # fmt: skip


def _too_large(most: int) -> HTTPException:
    return HTTPException(413, f"内容太大，最多 {most // 1000} kB / too large: at most {most // 1000} kB")
