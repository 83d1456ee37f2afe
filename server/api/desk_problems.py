"""What goes wrong at the desk, as problem documents."""

from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from indexer.errors import NothingToIndex, StoreInUse, UnreadableFile, ZhengwenError
from server.api.problems import problem_of
from server.desk.corrections import BadCorrection
from server.desk.jobs import JobRunning
from server.desk.names import BadName
from server.desk.uploads import NameTaken, TooLarge, Unsupported
from server.security.keys import BadKey
from server.security.origins import BadOrigin

# A request at fault, not the service: each with the status that says how.
_STATUS: tuple[tuple[type[ZhengwenError], int], ...] = (
    (TooLarge, 413), (Unsupported, 415), (BadName, 422), (BadCorrection, 422), (UnreadableFile, 422), (NameTaken, 409),
    (JobRunning, 409), (NothingToIndex, 409), (StoreInUse, 409), (BadKey, 422), (BadOrigin, 422),
)  # fmt: skip


def _problem(status: int, detail: str, more: dict[str, Any] | None = None) -> JSONResponse:
    body = {**problem_of(status, detail), **(more or {})}
    return JSONResponse(body, status_code=status, media_type="application/problem+json")


def _handler(status: int) -> Any:
    def handle(_request: Request, error: Exception) -> JSONResponse:
        more: dict[str, Any] = {}
        if isinstance(error, BadCorrection):
            more = {"errors": error.errors}
        elif isinstance(error, NameTaken):
            more = {"name": error.name, "free": error.free}
        return _problem(status, str(error), more)

    return handle


def install(app: FastAPI) -> None:
    """Answer every known error of the desk with a problem document. ``errors`` (422) says what is wrong by field;
    ``name`` and ``free`` (409) are the name that is taken and one that is not."""
    for kind, status in _STATUS:
        app.add_exception_handler(kind, _handler(status))
