"""Errors as RFC 9457 problem+json: one shape for whatever goes wrong."""

import sqlite3
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from indexer.errors import UnknownDocument, ZhengwenError
from server.questions import BadQuestion
from server.recent import UnknownAnswer


def problem_of(status: int, detail: str) -> dict[str, Any]:
    """A problem document with the standard title of its status."""
    return {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}


def problem(status: int, detail: str, request: Request | None = None) -> JSONResponse:
    """The response; below /v1 with the ``error`` member that clients of the OpenAI protocol read."""
    body = problem_of(status, detail)
    if request is not None and request.url.path.startswith("/v1/"):
        kind = "invalid_request_error" if status < 500 else "server_error"
        body["error"] = {"message": detail, "type": kind, "param": None, "code": None}
    return JSONResponse(body, status_code=status, media_type="application/problem+json")


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

    @app.exception_handler(ZhengwenError)
    def unavailable(request: Request, error: ZhengwenError) -> JSONResponse:
        return problem(503, str(error), request)

    @app.exception_handler(sqlite3.DatabaseError)
    def unreadable(request: Request, error: sqlite3.DatabaseError) -> JSONResponse:
        return problem(503, f"索引暂时无法读取（{error}）/ the index cannot be read at present", request)

    @app.exception_handler(Exception)
    def defect(request: Request, error: Exception) -> JSONResponse:
        return problem(500, "程序出错，详情见服务日志 / an error of this program: see the log of the service", request)

    @app.exception_handler(HTTPException)
    def http(request: Request, error: HTTPException) -> JSONResponse:
        response = problem(error.status_code, str(error.detail), request)
        response.headers.update(error.headers or {})
        return response
