"""A list of replies in other forms: a workbook, a table for scripts, a feed of what is new."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from server.api.dependencies import TheAssistant
from server.api.replies import TheFilters
from server.assistant import Assistant
from server.questions import BadQuestion
from server.replies import Reply, ReplyFilters
from server.replies.feed import ENTRIES, MEDIA_TYPE, atom, newest
from server.replies.table import Language, as_csv, as_xlsx
from server.search.disclosure import Role
from server.security.reader import TheReader

router = APIRouter()

# Replies in one file.
MAX_ROWS = 5_000
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_SEARCH = ("q", "number", "kind", "session", "proposer", "organ", "year", "category", "adoption")

TheLanguage = Annotated[Language, Query(alias="lang")]


def _all_rows(assistant: Assistant, filters: ReplyFilters, role: Role) -> Sequence[Reply]:
    page = assistant.reply_page(filters, role, 0, MAX_ROWS)
    if page.total > MAX_ROWS:
        raise BadQuestion(
            f"共有 {page.total} 份答复，一次最多导出 {MAX_ROWS} 份，请加上年份等条件 / too many for one file: narrow the search"
        )
    return page.replies


def _file(body: bytes, media_type: str, name: str) -> Response:
    # ``inline`` would let a browser show what is meant to be kept.
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(body, media_type=media_type, headers=headers)


@router.get("/api/replies.xlsx", response_class=Response)
def replies_xlsx(
    request: Request, assistant: TheAssistant, reader: TheReader, filters: TheFilters, language: TheLanguage = "zh"
) -> Response:
    """All replies that were found, as a workbook; the parameters are those of /api/replies."""
    rows = _all_rows(assistant, filters, reader.role)
    return _file(as_xlsx(rows, str(request.base_url), language), _XLSX, "replies.xlsx")


@router.get("/api/replies.csv", response_class=Response)
def replies_csv(
    request: Request, assistant: TheAssistant, reader: TheReader, filters: TheFilters, language: TheLanguage = "zh"
) -> Response:
    """All replies that were found, as CSV in UTF-8."""
    body = as_csv(_all_rows(assistant, filters, reader.role), str(request.base_url), language)
    return _file(body.encode("utf-8"), "text/csv; charset=utf-8", "replies.csv")


@router.get("/replies.atom", response_class=Response)
def replies_atom(request: Request, assistant: TheAssistant, reader: TheReader, filters: TheFilters) -> Response:
    """The newest replies of a search, as a feed to subscribe to."""
    # About a text they come by relevance: the newest of all that were found.
    limit = ENTRIES if filters.text is None else MAX_ROWS
    page = assistant.reply_page(filters, reader.role, 0, limit)
    search = {name: value for name in _SEARCH if (value := request.query_params.get(name, "").strip())}
    body = atom(newest(page.replies), search, str(request.base_url))
    return Response(body, media_type=f"{MEDIA_TYPE}; charset=utf-8")
