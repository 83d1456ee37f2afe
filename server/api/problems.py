"""Errors as RFC 9457 problem+json: one shape for whatever goes wrong."""

import sqlite3
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection

from indexer.errors import UnknownDocument, ZhengwenError
from server.observability.identity import HEADER, REQUEST_ID
from server.questions import BadQuestion
from server.recent import UnknownAnswer
from server.security.access import SESSION_COOKIE, VISIT_COOKIE
from server.security.headers import secure
from server.security.refused import AccessRefused


def problem_of(status: int, detail: str) -> dict[str, Any]:
    """A problem document with the standard title of its status; ``request_id`` leads to what the log says of it."""
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    request_id = REQUEST_ID.get()
    return body if request_id is None else {**body, "request_id": request_id}


def problem(status: int, detail: str, request: HTTPConnection | None = None) -> JSONResponse:
    """The response; below /v1 with the ``error`` member that clients of the OpenAI protocol read."""
    body = problem_of(status, detail)
    if request is not None and request.url.path.startswith("/v1/"):
        kind = "invalid_request_error" if status < 500 else "server_error"
        body["error"] = {"message": detail, "type": kind, "param": None, "code": None}
    return JSONResponse(body, status_code=status, media_type="application/problem+json")


def refusal(error: AccessRefused, request: HTTPConnection) -> Response:
    """The response to whoever is not let in: a problem, or, for people who open a page, the way to sign in."""
    path = request.url.path
    opens_page = request.scope["method"] == "GET" and "text/html" in request.headers.get("accept", "")
    # Whoever is signed in without the right to a page may sign in as somebody else; without keys there is nothing to sign.
    signed_in = error.status == 403 and not request.cookies.keys().isdisjoint((SESSION_COOKIE, VISIT_COOKIE))
    if (error.status == 401 or signed_in) and opens_page and not path.startswith(("/api/", "/v1/")):
        back = path + (f"?{request.url.query}" if request.url.query else "")
        asked = "refused=1" if signed_in else f"next={quote(back, safe='')}"
        return RedirectResponse(f"/login?{asked}", 303, headers={"Cache-Control": "no-store"})
    response = problem(error.status, str(error), request)
    if error.status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    if error.retry_after is not None:
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def _place(error: RequestValidationError) -> str:
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"] if part != "body")
    said = str(first["msg"]).removeprefix("Value error, ")
    return f"{where}: {said}" if where else said


def install(app: FastAPI) -> None:
    """Answer every known error with a problem document."""

    @app.exception_handler(RequestValidationError)
    def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        return problem(422, _place(error), request)

    @app.exception_handler(BadQuestion)
    def bad_question(request: Request, error: BadQuestion) -> JSONResponse:
        return problem(422, str(error), request)

    @app.exception_handler(UnknownDocument)
    def unknown(request: Request, error: UnknownDocument) -> JSONResponse:
        return problem(404, str(error), request)

    @app.exception_handler(UnknownAnswer)
    def forgotten(request: Request, error: UnknownAnswer) -> JSONResponse:
        return problem(404, str(error), request)

    @app.exception_handler(AccessRefused)
    def refused(request: Request, error: AccessRefused) -> Response:
        return refusal(error, request)

    @app.exception_handler(ZhengwenError)
    def unavailable(request: Request, error: ZhengwenError) -> JSONResponse:
        return problem(503, str(error), request)

    @app.exception_handler(sqlite3.DatabaseError)
    def unreadable(request: Request, error: sqlite3.DatabaseError) -> JSONResponse:
        return problem(503, f"索引暂时无法读取（{error}）/ the index cannot be read at present", request)

    @app.exception_handler(Exception)
    def defect(request: Request, error: Exception) -> JSONResponse:
        response = problem(
            500, "程序出错，详情见服务日志 / an error of this program: see the log of the service", request
        )
        secure(response.headers, request.url.path)  # It is sent from outside of what does so for all others.
        response.headers[HEADER] = REQUEST_ID.get() or ""
        return response

    @app.exception_handler(HTTPException)
    def http(request: Request, error: HTTPException) -> JSONResponse:
        response = problem(error.status_code, str(error.detail), request)
        response.headers.update(error.headers or {})
        return response
