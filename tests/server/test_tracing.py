"""OpenTelemetry: spans of requests, searches and models without a text in them; nothing at all unless asked for."""

import json
import subprocess
import sys
from collections.abc import AsyncGenerator, Iterator, Sequence
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

pytest.importorskip("opentelemetry.sdk", reason="the extra [otel] is not installed")
pytest.importorskip("opentelemetry.exporter.otlp.proto.http", reason="the extra [otel] is not installed")

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from starlette.testclient import TestClient

from server.answer.llm_client import Message, ModelFailure
from server.app import create_app
from server.assistant import Assistant
from server.observability.exporting import TracingUnavailable, open_tracing
from server.observability.tracing import Tracing, exporting
from server.settings import Settings
from tests.server.support import FIRST, LETTER, ROOT, Cli, OtherEncoder, ask, built, local

QUESTION = "今年新建供水站多少座？"
# The trace and the span of https://www.w3.org/TR/trace-context/.
TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


class Fails:
    """A model that does not answer."""

    async def stream(self, messages: Sequence[Message]) -> AsyncGenerator[str, None]:
        raise ModelFailure("模型繁忙 / the model is busy")
        yield ""


@pytest.fixture(autouse=True)
def without_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_SDK_DISABLED"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with the index of one letter."""
    return built(tmp_path_factory.mktemp("one"), OtherEncoder(), {FIRST: LETTER.format(25, "张三", "供水")}).data_dir


def traced(data: Path, model: Any = None) -> tuple[TestClient, InMemorySpanExporter]:
    """An app whose spans are kept, and what keeps them."""
    kept, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(kept))
    tracing = Tracing(provider)
    return local(create_app(Assistant.open(data, OtherEncoder(), model), Settings(), tracing)), kept


def below(spans: Sequence[ReadableSpan], parent: ReadableSpan) -> list[str]:
    """Names of the spans directly below one, in the order of their beginning."""
    context = parent.get_span_context()
    found = [span for span in spans if span.parent and context and span.parent.span_id == context.span_id]
    return [span.name for span in sorted(found, key=lambda span: span.start_time or 0)]


def named(spans: Sequence[ReadableSpan], name: str) -> ReadableSpan:
    (found,) = (span for span in spans if span.name == name)
    return found


def test_a_search(data: Path) -> None:
    client, kept = traced(data)
    client.get("/api/search", params={"q": QUESTION}, headers={"X-Request-Id": "the-request"})
    spans = kept.get_finished_spans()
    request, search = named(spans, "GET /api/search"), named(spans, "search")
    assert request.parent is None
    assert dict(request.attributes or {}) == {
        "zhengwen.request_id": "the-request", "http.route": "/api/search", "http.request.method": "GET",
        "http.response.status_code": 200,
    }  # fmt: skip
    assert below(spans, request) == ["search"]
    stages = below(spans, search)
    # Some come twice: first with the quick encoder, then with the whole one.
    assert list(dict.fromkeys(stage.removeprefix("search.") for stage in stages)) == [
        "understand", "filter", "bm25", "encode", "dense", "fuse", "rerank", "read",
    ]  # fmt: skip
    for span in spans:  # A stage lies within its search, the search within its request.
        if span.parent:
            outer = search if span.name.startswith("search.") else request
            begins, ends, outer_begins, outer_ends = (
                at or 0 for one in (span, outer) for at in (one.start_time, one.end_time)
            )
            # Two clocks: one counts, the other is the time of day.
            assert outer_begins - 5_000_000 <= begins <= ends <= outer_ends


def test_a_model_that_fails(data: Path) -> None:
    client, kept = traced(data, Fails())
    assert "25座" in ask(client, QUESTION)["answer"]
    spans = kept.get_finished_spans()
    request = named(spans, "POST /api/ask")
    assert below(spans, request) == ["answer", "model"]
    attributes = request.attributes or {}
    assert attributes["zhengwen.model_failed"] is True
    assert attributes["zhengwen.answered"] is True
    assert attributes["zhengwen.mode"] == "extractive"


def test_no_text_is_in_any_span(data: Path) -> None:
    client, kept = traced(data, Fails())
    ask(client, QUESTION)
    ask(client, "第0999号建议的答复结果是什么？")
    client.get("/api/search", params={"q": QUESTION})
    client.get("/api/documents/机密")
    client.get("/机密")
    written = [span.to_json() for span in kept.get_finished_spans()]
    assert len(written) > 20
    for one in written:
        assert json.dumps(json.loads(one), ensure_ascii=False).isascii()
    refused = [s for s in kept.get_finished_spans() if (s.attributes or {}).get("zhengwen.refusal")]
    assert [(span.attributes or {})["zhengwen.refusal"] for span in refused] == ["unknown_number"]


def test_the_trace_of_the_caller_goes_on(data: Path) -> None:
    client, kept = traced(data)
    client.get("/api/search", params={"q": QUESTION}, headers={"traceparent": f"00-{TRACE}-{PARENT}-01"})
    spans = kept.get_finished_spans()
    contexts = [span.get_span_context() for span in spans]
    assert {format(context.trace_id, "032x") for context in contexts if context} == {TRACE}
    assert all(contexts)
    parent = named(spans, "GET /api/search").parent
    assert parent is not None
    assert format(parent.span_id, "016x") == PARENT


@pytest.fixture
def collector() -> Iterator[tuple[str, list[tuple[str, bytes]]]]:
    """A server that takes whatever is sent to it: its address, and paths and bodies of what came."""
    came: list[tuple[str, bytes]] = []

    class Taking(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            came.append((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Taking)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", came
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("path", ["", "/", "/v1/traces"])
def test_a_collector_gets_them(data: Path, collector: tuple[str, list[tuple[str, bytes]]], path: str) -> None:
    address, came = collector
    tracing = exporting(address + path)
    client = local(create_app(Assistant.open(data, OtherEncoder()), Settings(), tracing))
    client.get("/api/search", params={"q": QUESTION})
    tracing.close()
    assert {where for where, _ in came} == {"/v1/traces"}
    got = ExportTraceServiceRequest.FromString(came[0][1])
    resource = {one.key: one.value.string_value for one in got.resource_spans[0].resource.attributes}
    assert resource["service.name"] == "zhengwen"
    assert "GET /api/search" in {span.name for span in got.resource_spans[0].scope_spans[0].spans}
    assert QUESTION.encode() not in came[0][1]


def test_off_unless_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    assert open_tracing(Settings()) is None
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("OTEL_SDK_DISABLED", "true")
    assert open_tracing(Settings(otel_endpoint="http://127.0.0.1:9")) is None
    monkeypatch.delenv("OTEL_SDK_DISABLED")
    opened = open_tracing(Settings())
    assert opened is not None
    opened.close()


def test_an_address_that_is_none() -> None:
    with pytest.raises(TracingUnavailable, match="ZHENGWEN_OTEL_ENDPOINT：collector:4317 不是网址"):
        open_tracing(Settings(otel_endpoint="collector:4317"))


def test_nothing_is_loaded_while_it_is_off(data: Path, tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from server.app import create_app; from server.assistant import Assistant; "
        "from server.settings import Settings; from tests.server.support import OtherEncoder; "
        f"create_app(Assistant.open(Path({str(data)!r}), OtherEncoder()), Settings()); "
        "print([name for name in sys.modules if name.startswith(('opentelemetry.sdk', 'opentelemetry.exporter'))])"
    )
    environment = Cli(tmp_path, tmp_path, None).environ()
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=True
    )
    assert done.stdout.strip() == "[]"


def test_the_framework_s_own_spans_are_off(data: Path, tmp_path: Path) -> None:
    """FastAPI tells any provider of the process which address was asked for, with the question in it, unless told not to."""
    code = (
        "import sys; from pathlib import Path; from opentelemetry import trace; "
        "from opentelemetry.sdk.trace import TracerProvider; "
        "from opentelemetry.sdk.trace.export import SimpleSpanProcessor; "
        "from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter; "
        "from fastapi import FastAPI; from starlette.testclient import TestClient; from server.app import create_app; "
        "from server.assistant import Assistant; from server.settings import Settings; "
        "from tests.server.support import OtherEncoder, local; "
        "kept, provider = InMemorySpanExporter(), TracerProvider(); "
        "provider.add_span_processor(SimpleSpanProcessor(kept)); trace.set_tracer_provider(provider); "
        f"app = create_app(Assistant.open(Path({str(data)!r}), OtherEncoder()), Settings()); "
        "print(local(app).get('/api/search', params={'q': '供水站'}).status_code, len(kept.get_finished_spans())); "
        "TestClient(FastAPI()).get('/other'); print(len(kept.get_finished_spans()) > 0)"
    )
    environment = Cli(tmp_path, tmp_path, None).environ(FASTAPI_OTEL_AUTO_CONFIGURE="true")
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=True
    )
    assert done.stdout.split() == ["200", "0", "True"]


def test_without_the_extra_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.observability.exporting.find_spec", lambda _name: None)
    with pytest.raises(TracingUnavailable, match=r"pip install 'zhengwen\[otel\]'"):
        open_tracing(Settings(otel_endpoint="http://127.0.0.1:4318"))
