"""Server-sent events of an answer: passages, delta, citations, done; error when something fails once it has begun."""

import json
import logging
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Any

from sse_starlette import EventSourceResponse, ServerSentEvent

from indexer.errors import ZhengwenError
from server.answer.answer import Delta, Event, Found
from server.api.problems import problem_of
from server.api.schemas import AnswerOut, PassageOut
from server.recent import RecentAnswers

_LOG = logging.getLogger(__name__)


def _event(name: str, data: dict[str, Any]) -> ServerSentEvent:
    return ServerSentEvent(json.dumps(data, ensure_ascii=False), event=name)


def _sent(event: Event, recent: RecentAnswers) -> list[ServerSentEvent]:
    """What goes over the wire for an event; an answer is remembered before anybody can rate it."""
    if isinstance(event, Found):
        passages = [PassageOut.of(passage).model_dump() for passage in event.passages]
        return [_event("passages", {"passages": passages, "standalone_question": event.standalone_question})]
    if isinstance(event, Delta):
        return [_event("delta", {"text": event.text})]
    whole = AnswerOut.of(event).model_dump()
    recent.remember(whole)
    return [_event("citations", {"citations": whole["citations"]}), _event("done", whole)]


async def _stream(
    first: Event, events: AsyncGenerator[Event, None], recent: RecentAnswers
) -> AsyncIterator[ServerSentEvent]:
    async with aclosing(events):
        try:
            for sent in _sent(first, recent):
                yield sent
            async for event in events:
                for sent in _sent(event, recent):
                    yield sent
        except ZhengwenError as error:
            yield _event("error", problem_of(503, str(error)))
        except Exception:  # noqa: BLE001 - the answer has begun: no other way is left to tell the reader
            _LOG.exception("a streamed answer failed")
            yield _event(
                "error",
                problem_of(500, "程序出错，详情见服务日志 / an error of this program: see the log of the service"),
            )


async def event_stream(events: AsyncGenerator[Event, None], recent: RecentAnswers, ping: float) -> EventSourceResponse:
    """The response. What fails before anything is found is raised here and becomes a problem document.

    A comment every ``ping`` seconds keeps the connection open; a reader who leaves ends the work.
    """
    first = await anext(events)
    return EventSourceResponse(
        _stream(first, events, recent), ping=ping, ping_message_factory=lambda: ServerSentEvent(comment="keep-alive"),
        sep="\n", headers={"Cache-Control": "no-store"},
    )  # fmt: skip
