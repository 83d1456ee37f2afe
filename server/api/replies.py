"""GET /api/replies: what was answered to which proposal, what is done and what is promised, what bears on it later."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from server.api.dependencies import TheAssistant, TheSettings
from server.api.reply_schemas import RelatedOut, ReplyList, ReplyOut
from server.questions import checked
from server.replies import ReplyFilters, ReplyPage, checked_reply_filters
from server.security.reader import TheReader

router = APIRouter()

Short = Annotated[str | None, Query(max_length=200)]


def reply_filters(
    settings: TheSettings, number: Short = None, kind: Short = None, session: Short = None, proposer: Short = None,
    year: Short = None, organ: Short = None, category: Short = None, adoption: Short = None, q: str | None = None,
) -> ReplyFilters:  # fmt: skip
    """What narrows a list, the same for every form in which it is given. Raises BadQuestion."""
    text = checked(q, settings.max_question) if q else None
    return checked_reply_filters(number, kind, session, proposer, year, text, organ, category, adoption)


TheFilters = Annotated[ReplyFilters, Depends(reply_filters)]


@router.get("/api/replies")
def list_replies(
    request: Request, response: Response, assistant: TheAssistant, reader: TheReader, filters: TheFilters,
    offset: Annotated[int, Query(ge=0, le=10**9)] = 0, limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> ReplyList:  # fmt: skip
    """Replies by the number of the proposal, with or without zeros, its kind, session, proposer, organ, year, category,
    adoption, or about a text. ``total`` counts all that were found; the header Link names the next ``limit`` of them."""
    page = assistant.reply_page(filters, reader.role, offset, limit)
    if links := _links(request, page, limit):
        response.headers["Link"] = links
    return ReplyList.of_page(page)


def _links(request: Request, page: ReplyPage, limit: int) -> str:
    """Where the replies before and after these are, as RFC 8288 has it."""
    ways = {}
    if page.offset + limit < page.total:
        ways["next"] = page.offset + limit
    if page.offset > 0:
        ways["prev"] = max(0, page.offset - limit)
    here = request.url
    return ", ".join(
        f'<{here.path}?{here.include_query_params(offset=at, limit=limit).query}>; rel="{way}"'
        for way, at in ways.items()
    )


@router.get("/api/replies/{document_id}")
def show_reply(document_id: str, assistant: TheAssistant, reader: TheReader) -> ReplyOut:
    """One reply."""
    return ReplyOut.of(assistant.reply(document_id, reader.role))


@router.get("/api/replies/{document_id}/related")
def related(document_id: str, assistant: TheAssistant, reader: TheReader) -> RelatedOut:
    """Later documents that may bear on each promise, the proposer's other proposals, similar proposals.

    Apart from the reply itself: every promise is a search of its own.
    """
    return RelatedOut.of(document_id, assistant.related(document_id, reader.role))
