"""GET /api/search: ranked passages."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from server.api.dependencies import TheAssistant, TheSettings
from server.api.schemas import SearchOut
from server.questions import checked
from server.search.filters import checked_filters
from server.search.retrieve import System
from server.security.reader import TheReader

router = APIRouter()


@router.get("/api/search", response_model=SearchOut)
def search(
    q: str,
    reader: TheReader,
    assistant: TheAssistant,
    settings: TheSettings,
    top_k: Annotated[int, Query(ge=1, le=100)] = 8,
    system: System = "hybrid",
    kind: str | None = None,
    year: str | None = None,
    issuer: str | None = None,
    number: str | None = None,
    as_of: str | None = None,
    status: str | None = None,
) -> Response:
    """The passages that fit a query best."""
    filters = checked_filters(kind, year, issuer, number, as_of, status)
    found = assistant.search(checked(q, settings.max_question), top_k, system, filters, reader.role)
    # Written here: what FastAPI writes is checked and copied once more, in another thread.
    return Response(SearchOut.of(found).model_dump_json(), media_type="application/json")
