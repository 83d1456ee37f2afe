"""POST /api/ask: a question, its cited answer or its refusal."""

from fastapi import APIRouter

from server.api.dependencies import TheAssistant, TheSettings
from server.api.schemas import AnswerOut, Question
from server.questions import BadQuestion, checked

router = APIRouter()


@router.post("/api/ask")
def ask(body: Question, assistant: TheAssistant, settings: TheSettings) -> AnswerOut:
    """Answer a question with verbatim citations, or refuse."""
    if body.stream:
        raise BadQuestion("stream：尚不支持 / streaming is not supported yet")
    question = checked(body.question, settings.max_question)
    filters = body.filters.filters() if body.filters else None
    return AnswerOut.of(assistant.ask(question, body.top_k, filters))
