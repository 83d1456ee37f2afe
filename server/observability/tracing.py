"""OpenTelemetry spans of requests, searches, answers and calls of a model: names, times and outcomes, never texts.

Own spans instead of those of opentelemetry-instrumentation-fastapi, which carry the address that was asked for, and with it
the question.
"""

import os
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Span, SpanKind, Status, StatusCode, set_span_in_context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from server.observability.watching import Work

if TYPE_CHECKING:
    from server.answer.answer import Answer

_PATH = "/v1/traces"


def exporting(endpoint: str | None) -> "Tracing":
    """Traces by OTLP over HTTP to a collector such as http://127.0.0.1:4318; None: where the standard variables say."""
    attributes = {} if os.environ.get("OTEL_SERVICE_NAME") else {"service.name": "zhengwen"}
    provider = TracerProvider(resource=Resource.create(attributes))
    whole = None if endpoint is None else endpoint.rstrip("/").removesuffix(_PATH) + _PATH
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=whole)))
    return Tracing(provider)


class Tracing:
    """Where spans go."""

    def __init__(self, provider: TracerProvider) -> None:
        self._provider = provider
        self._tracer = provider.get_tracer("zhengwen")
        self._propagator = TraceContextTextMapPropagator()

    def request(self, headers: Mapping[str, str], request_id: str) -> "RequestSpan":
        """The span of a request, which continues the trace that ``traceparent`` names, if any."""
        parent = self._propagator.extract(
            {name: headers[name] for name in ("traceparent", "tracestate") if name in headers}
        )
        span = self._tracer.start_span("request", parent, kind=SpanKind.SERVER)
        span.set_attribute("zhengwen.request_id", request_id)
        return RequestSpan(self, span)

    def close(self) -> None:
        """Send what has not been sent, and end. The end of the process does so too."""
        self._provider.shutdown()

    def child(self, name: str, parent: Span, start_ns: int | None = None, kind: SpanKind = SpanKind.INTERNAL) -> Span:
        """A span below another one; ``start_ns``: nanoseconds since 1970, None for now."""
        return self._tracer.start_span(name, set_span_in_context(parent), kind=kind, start_time=start_ns)


class RequestSpan:
    """The span of one request, and below it those of the work done for it."""

    def __init__(self, tracing: Tracing, span: Span) -> None:
        self._tracing = tracing
        self._span = span
        self._work: dict[Work, Span] = {}

    def began(self, work: Work) -> None:
        """A piece of work begins."""
        kind = SpanKind.CLIENT if work == "model" else SpanKind.INTERNAL
        self._work[work] = self._tracing.child(work, self._span, kind=kind)

    def stage(self, work: Work, name: str, seconds: float) -> None:
        """A stage of it has just ended."""
        now = time.time_ns()
        parent = self._work.get(work, self._span)
        self._tracing.child(f"{work}.{name}", parent, now - int(seconds * 1e9)).end(now)

    def ended(self, work: Work) -> None:
        """It has ended."""
        if (span := self._work.pop(work, None)) is not None:
            span.end()

    def answered(self, answer: "Answer") -> None:
        """Note whether there was an answer, by whom, or why not."""
        self._span.set_attribute("zhengwen.answered", answer.answered)
        if answer.refusal is None:
            self._span.set_attribute("zhengwen.mode", answer.mode)
        else:
            self._span.set_attribute("zhengwen.refusal", answer.refusal.reason)

    def model_failed(self) -> None:
        """Note that the extract answers in the model's place."""
        self._span.set_attribute("zhengwen.model_failed", True)

    def close(self, route: str, method: str, status: int) -> None:
        """End the span; ``route`` is a template."""
        self._span.update_name(f"{method[:10]} {route}")
        self._span.set_attribute("http.route", route)
        self._span.set_attribute("http.request.method", method[:10])
        self._span.set_attribute("http.response.status_code", status)
        if status >= 500:
            self._span.set_status(Status(StatusCode.ERROR))
        for span in self._work.values():
            span.end()
        self._span.end()
