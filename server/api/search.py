"""GET /api/search: ranked passages."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query

from server.api.dependencies import TheAssistant, TheSettings
from server.api.schemas import SearchOut
from server.questions import checked
from server.search.filters import Filters
from server.search.retrieve import System

router = APIRouter()


@router.get("/api/search")
def search(
    q: str,
    assistant: TheAssistant,
    settings: TheSettings,
    top_k: Annotated[int, Query(ge=1, le=100)] = 8,
    system: System = "hybrid",
    kind: str | None = None,
    year: Annotated[str | None, Query(pattern=r"^[0-9]{4}$")] = None,
    issuer: str | None = None,
    number: str | None = None,
    as_of: date | None = None,
    status: str | None = None,
) -> SearchOut:
    """The passages that fit a query best."""
    filters = Filters(kind, year, issuer, number, as_of.isoformat() if as_of else None, status)
    text = checked(q, settings.max_question)
    return SearchOut.of(assistant.search(text, top_k, system, None if filters.empty else filters))
