"""POST /api/ask: a question, its cited answer or its refusal; as one object or as server-sent events."""

from fastapi import APIRouter, Request, Response

from server.api.dependencies import TheAssistant, TheRecent, TheSettings
from server.api.events import event_stream
from server.api.schemas import AnswerOut, Question
from server.questions import checked
from server.security.audit import note
from server.security.reader import TheReader

router = APIRouter()


@router.post("/api/ask", response_model=AnswerOut)
async def ask(
    body: Question,
    request: Request,
    reader: TheReader,
    assistant: TheAssistant,
    settings: TheSettings,
    recent: TheRecent,
) -> AnswerOut | Response:
    """Answer a question with verbatim citations, or refuse. ``stream``, or asking for events, gives events."""
    question = checked(body.question, settings.max_question)
    note(request, text=question)
    filters = body.filters.filters() if body.filters else None
    if body.stream or "text/event-stream" in request.headers.get("accept", ""):
        events = assistant.events(question, body.top_k, filters, reader.role, body.turns())
        return await event_stream(events, recent, settings.keep_alive)
    answer = AnswerOut.of(await assistant.answer(question, body.top_k, filters, reader.role, body.turns()))
    recent.remember(answer.model_dump())
    return answer
