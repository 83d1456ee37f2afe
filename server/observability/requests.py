"""Around every request: its id, its metrics, its log line and, where traces are on, its span."""

import logging
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.observability.identity import HEADER, REQUEST_ID, request_id_of
from server.observability.metrics import OTHER, Metrics
from server.observability.watching import WATCHER, Work

if TYPE_CHECKING:
    from server.answer.answer import Answer
    from server.observability.tracing import RequestSpan, Tracing

_LOG = logging.getLogger(__name__)
# What is asked for all the time and tells nothing.
_QUIET = frozenset({"/healthz", "/readyz", "/metrics", "/static"})


def template_of(scope: Scope) -> str:
    """The route's path as it is declared, “/static” for files, “other” where there is none: never what was asked for."""
    path = getattr(scope.get("route"), "path", None)
    if isinstance(path, str):
        return path
    return "/static" if scope.get("root_path") == "/static" else OTHER


class RequestWatch:
    """What happens in one request, for its metrics and its span."""

    def __init__(self, metrics: Metrics, span: "RequestSpan | None") -> None:
        self._metrics = metrics
        self._span = span
        self._model_failed = False

    def began(self, work: Work) -> None:
        if self._span is not None:
            self._span.began(work)

    def stage(self, work: Work, name: str, seconds: float) -> None:
        if self._span is not None:
            self._span.stage(work, name, seconds)

    def ended(self, work: Work, seconds: float, stages: Mapping[str, float]) -> None:
        self._metrics.work_ended(work, seconds, stages)
        if self._span is not None:
            self._span.ended(work)

    def answered(self, answer: "Answer") -> None:
        self._metrics.answered(answer, self._model_failed)
        if self._span is not None:
            self._span.answered(answer)

    def model_failed(self) -> None:
        self._model_failed = True
        self._metrics.model_failed()
        if self._span is not None:
            self._span.model_failed()


class Requests:
    """ASGI middleware, the outermost one. ``tracing``: None where traces are off."""

    def __init__(self, app: ASGIApp, metrics: Metrics, tracing: "Tracing | None" = None) -> None:
        self._app, self._metrics, self._tracing = app, metrics, tracing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """An ASGI application."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        request_id = request_id_of(headers.get(HEADER))
        span = self._tracing.request(headers, request_id) if self._tracing else None
        # Never reset: the context ends with the request, and what failed is logged and answered outside of here.
        REQUEST_ID.set(request_id)
        WATCHER.set(RequestWatch(self._metrics, span))
        status = 500  # What becomes of a request that breaks off before it is answered.

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[HEADER] = request_id
            await send(message)

        began = time.perf_counter()
        self._metrics.request_began()
        try:
            await self._app(scope, receive, watched)
        finally:
            seconds = time.perf_counter() - began
            route, method = template_of(scope), str(scope["method"])
            self._metrics.request_ended(route, method, status, seconds)
            if span is not None:
                span.close(route, method, status)
            ms = round(1000 * seconds, 1)
            _LOG.log(
                logging.DEBUG if route in _QUIET else logging.INFO, "%s %s %d %s ms", method[:10], route, status, ms,
                extra={"method": method[:10], "route": route, "status": status, "ms": ms},
            )  # fmt: skip
