"""GET /api/replies: what was answered to which proposal, what is done and what is promised."""

from typing import Annotated

from fastapi import APIRouter, Query

from server.api.dependencies import TheAssistant, TheSettings
from server.api.reply_schemas import ReplyList, ReplyOut
from server.questions import checked
from server.replies import checked_reply_filters

router = APIRouter()

Short = Annotated[str | None, Query(max_length=200)]


@router.get("/api/replies")
def list_replies(
    assistant: TheAssistant,
    settings: TheSettings,
    number: Short = None,
    kind: Short = None,
    session: Short = None,
    proposer: Short = None,
    year: Short = None,
    q: str | None = None,
) -> ReplyList:
    """Replies by the number of the proposal, with or without zeros, its kind, session, proposer, year, or about a text."""
    text = checked(q, settings.max_question) if q is not None else None
    return ReplyList.of(assistant.replies(checked_reply_filters(number, kind, session, proposer, year, text)))


@router.get("/api/replies/{document_id}")
def show_reply(document_id: str, assistant: TheAssistant) -> ReplyOut:
    """One reply."""
    return ReplyOut.of(assistant.reply(document_id))
