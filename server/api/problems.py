"""Errors as RFC 9457 problem+json: one shape for whatever goes wrong."""

import sqlite3
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from indexer.errors import UnknownDocument, ZhengwenError
from server.questions import BadQuestion


def problem(status: int, detail: str) -> JSONResponse:
    """A problem document with the standard title of its status."""
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    return JSONResponse(body, status_code=status, media_type="application/problem+json")


def _place(error: RequestValidationError) -> str:
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"] if part != "body")
    said = str(first["msg"]).removeprefix("Value error, ")
    return f"{where}: {said}" if where else said


def install(app: FastAPI) -> None:
    """Answer every known error with a problem document."""

    @app.exception_handler(RequestValidationError)
    def invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        return problem(422, _place(error))

    @app.exception_handler(BadQuestion)
    def bad_question(_: Request, error: BadQuestion) -> JSONResponse:
        return problem(422, str(error))

    @app.exception_handler(UnknownDocument)
    def unknown(_: Request, error: UnknownDocument) -> JSONResponse:
        return problem(404, str(error))

    @app.exception_handler(ZhengwenError)
    def unavailable(_: Request, error: ZhengwenError) -> JSONResponse:
        return problem(503, str(error))

    @app.exception_handler(sqlite3.DatabaseError)
    def unreadable(_: Request, error: sqlite3.DatabaseError) -> JSONResponse:
        return problem(503, f"索引暂时无法读取（{error}）/ the index cannot be read at present")

    @app.exception_handler(Exception)
    def defect(_: Request, error: Exception) -> JSONResponse:
        return problem(500, "程序出错，详情见服务日志 / an error of this program: see the log of the service")

    @app.exception_handler(HTTPException)
    def http(_: Request, error: HTTPException) -> JSONResponse:
        response = problem(error.status_code, str(error.detail))
        response.headers.update(error.headers or {})
        return response
