"""POST /v1/chat/completions and GET /v1/models: the same answers in the OpenAI wire format, for existing chat clients.

Citations are numbered notes below the text, and ``zhengwen`` holds the whole answer object: an extension field of the
completion, in a stream of its last chunk.
"""

import json
import logging
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Any

from fastapi import APIRouter, Depends, Request, Response
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.exceptions import HTTPException

from indexer.errors import ZhengwenError
from server.answer.answer import Answer, Delta, Event
from server.api.chat_schemas import MODEL, ChatRequest, model_object
from server.api.dependencies import TheAssistant, TheRecent, TheSettings
from server.api.schemas import AnswerOut
from server.questions import checked
from server.recent import RecentAnswers
from server.security.audit import note
from server.security.reader import TheReader, requires

_LOG = logging.getLogger(__name__)
# Of a long quote the notes show the beginning; the extension field has all of it.
_MAX_QUOTE = 200

router = APIRouter()


def notes_of(answer: Answer) -> str:
    """What stands below the text: the reason for a fallback, the numbered citations."""
    english = answer.language == "en"
    lines: list[str] = []
    if answer.note:
        lines.append(f"{'Note' if english else '注'}：{answer.note}")
    for citation in answer.citations:
        facts = [citation.document_number, citation.issuer, citation.date, " › ".join(citation.section)]
        page = (f"p. {citation.page}" if english else f"第 {citation.page} 页") if citation.page else None
        status = citation.status or ("已有更新版本" if citation.superseded_by else None)
        where = "，".join(fact for fact in (*facts, page, status) if fact)
        quote = " ".join(citation.quote.split())
        shown = quote if len(quote) <= _MAX_QUOTE else quote[:_MAX_QUOTE] + "……"
        lines.append(f"[{citation.n}] 《{citation.title}》{f'（{where}）' if where else ''}：“{shown}”")
    return "\n\n" + "\n".join(lines) if lines else ""


def _completion(answer: Answer, shown: dict[str, Any], created: int) -> dict[str, Any]:
    message = {"role": "assistant", "content": answer.answer + notes_of(answer), "refusal": None}
    return {
        "id": f"chatcmpl-{answer.answer_id}", "object": "chat.completion", "created": created, "model": MODEL,
        "choices": [{"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}],
        "usage": _usage(), "zhengwen": shown,
    }  # fmt: skip


def _usage() -> dict[str, int]:
    """Tokens are not counted here; clients want the field."""
    return {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}


def _chunk(name: str, created: int, delta: dict[str, str], **more: Any) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "finish_reason": more.pop("finish_reason", None), "logprobs": None}
    return {
        "id": name, "object": "chat.completion.chunk", "created": created, "model": MODEL, "choices": [choice], **more,
    }  # fmt: skip


async def _chunks(
    events: AsyncGenerator[Event, None], name: str, recent: RecentAnswers, usage: bool
) -> AsyncIterator[dict[str, Any]]:
    """The chunks of a stream. What was sent cannot be taken back: an answer that replaces it comes below."""
    created = int(time.time())
    yield _chunk(name, created, {"role": "assistant", "content": ""})
    sent = ""
    async for event in events:
        if isinstance(event, Delta):
            sent += event.text
            yield _chunk(name, created, {"content": event.text})
        elif isinstance(event, Answer):
            rest = event.answer.removeprefix(sent) if event.answer.startswith(sent) else f"\n\n{event.answer}"
            if tail := ("" if sent == event.answer else rest) + notes_of(event):
                yield _chunk(name, created, {"content": tail})
            shown = AnswerOut.of(event).model_dump()
            recent.remember(shown)
            yield _chunk(name, created, {}, finish_reason="stop", zhengwen=shown)
    if usage:
        yield {**_chunk(name, created, {}), "choices": [], "usage": _usage()}


async def _stream(
    events: AsyncGenerator[Event, None], recent: RecentAnswers, usage: bool
) -> AsyncIterator[ServerSentEvent]:
    name = f"chatcmpl-{time.time_ns():x}"
    async with aclosing(events):
        try:
            async for chunk in _chunks(events, name, recent, usage):
                yield ServerSentEvent(json.dumps(chunk, ensure_ascii=False))
        except ZhengwenError as error:
            yield _failure(str(error))
        except Exception:  # noqa: BLE001 - the answer has begun: no other way is left to tell the client
            _LOG.exception("a streamed answer failed")
            yield _failure("程序出错，详情见服务日志 / an error of this program: see the log of the service")
        yield ServerSentEvent("[DONE]")


def _failure(message: str) -> ServerSentEvent:
    error = {"message": message, "type": "server_error", "param": None, "code": None}
    return ServerSentEvent(json.dumps({"error": error}, ensure_ascii=False))


@router.post("/v1/chat/completions", response_model=None)
async def complete(
    body: ChatRequest,
    request: Request,
    reader: TheReader,
    assistant: TheAssistant,
    settings: TheSettings,
    recent: TheRecent,
) -> dict[str, Any] | Response:
    """Answer the last message; the ones before it are the history. Any name of a model is taken."""
    question = checked(body.question(), settings.max_question)
    note(request, text=question)
    filters = body.filters.filters() if body.filters else None
    events = assistant.events(question, body.top_k, filters, reader.role, body.history())
    if body.stream:
        usage = body.stream_options is not None and body.stream_options.include_usage
        await anext(events)  # What was found. What fails before anything is found is a problem document.
        return EventSourceResponse(
            _stream(events, recent, usage), ping=settings.keep_alive, sep="\n",
            ping_message_factory=lambda: ServerSentEvent(comment="keep-alive"),
        )  # fmt: skip
    async with aclosing(events):
        async for event in events:
            if isinstance(event, Answer):
                shown = AnswerOut.of(event).model_dump()
                recent.remember(shown)
                return _completion(event, shown, int(time.time()))
    raise RuntimeError("no answer among the events")


@router.get("/v1/models", dependencies=[Depends(requires("public"))])
def list_models() -> dict[str, Any]:
    """The one model there is."""
    return {"object": "list", "data": [model_object()]}


@router.get("/v1/models/{name}", dependencies=[Depends(requires("public"))])
def show_model(name: str) -> dict[str, Any]:
    """The model by its name."""
    if name != MODEL:
        raise HTTPException(404, f"没有模型 {name[:80]}，只有 {MODEL} / no such model")
    return model_object()
