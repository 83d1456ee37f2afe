"""Ids of requests and log lines: one line a record, an id in each, and no question, key or value of an exception."""

import io
import json
import logging
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from server.app import create_app
from server.assistant import Assistant
from server.observability.identity import REQUEST_ID, request_id_of
from server.observability.logs import JsonFormatter, TextFormatter, configure
from server.settings import Settings
from tests.server.support import FIRST, LETTER, Cli, OtherEncoder, built, free_port, local

QUESTION = "今年新建供水站多少座？"
SECRET = "某人的私事"
MADE = re.compile(r"[0-9a-f]{32}")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with the index of one letter."""
    return built(tmp_path_factory.mktemp("one"), OtherEncoder(), {FIRST: LETTER.format(25, "张三", "供水")}).data_dir


@pytest.fixture
def own(data: Path, tmp_path: Path) -> Path:
    """A copy of it that a test may change."""
    return Path(shutil.copytree(data, tmp_path / "own"))


@pytest.fixture
def client(own: Path) -> Iterator[TestClient]:
    with local(create_app(Assistant.open(own, OtherEncoder()), Settings()), raise_server_exceptions=False) as opened:
        yield opened


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What the service logs as JSON from info on; everything is as it was afterwards."""
    loggers = [logging.getLogger(name) for name in (None, "server", "indexer")]
    before = [(logger, logger.level, list(logger.handlers)) for logger in loggers]
    written = io.StringIO()
    with monkeypatch.context() as patched:
        patched.setattr(sys, "stderr", written)
        configure("json")
    yield written
    logging.captureWarnings(False)
    for logger, level, handlers in before:
        logger.setLevel(level)
        logger.handlers[:] = handlers


def read(written: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in written.getvalue().splitlines()]


def record_of(message: str, error: BaseException | None = None) -> logging.LogRecord:
    info = None if error is None else (type(error), error, error.__traceback__)
    return logging.LogRecord("server.x", logging.ERROR, __file__, 1, "%s", (message,), info)


def raised(error: Exception) -> Exception:
    try:
        raise error
    except Exception as caught:  # noqa: BLE001 - whatever was given
        return caught


@pytest.mark.parametrize("sent", ["abcdefgh", "4bf92f3577b34da6a3ce929d0e0e4736", "a.b-c_d.1", "A" * 64])
def test_a_harmless_id_is_kept(client: TestClient, sent: str) -> None:
    assert client.get("/healthz", headers={"X-Request-Id": sent}).headers["x-request-id"] == sent


@pytest.mark.parametrize(
    "sent", ["", "short", "A" * 65, "-leading", "with space", "a;b|c&d<e>", "../../etc", "%0d%0aSet-Cookie"]
)
def test_another_id_is_replaced(client: TestClient, sent: str) -> None:
    assert MADE.fullmatch(client.get("/healthz", headers={"X-Request-Id": sent}).headers["x-request-id"])


@given(st.text(max_size=80))
def test_whatever_is_sent_the_id_is_harmless(sent: str) -> None:
    got = request_id_of(sent)
    assert got.isascii()
    assert 8 <= len(got) <= 64
    assert not set(got) - set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-")


def test_each_request_has_an_id_of_its_own(client: TestClient) -> None:
    assert len({client.get("/healthz").headers["x-request-id"] for _ in range(20)}) == 20


def test_problems_name_the_request(client: TestClient) -> None:
    for response in (
        client.get("/api/documents/nothing"),
        client.get("/no/such/page"),
        client.post("/api/ask", json={}),
        client.post("/api/ask", content=b"x" * 2_000_000),  # Refused by the gate, before any route.
    ):
        assert response.status_code in (404, 413, 422)
        assert response.json()["request_id"] == response.headers["x-request-id"]


def test_a_defect_names_the_request(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError(SECRET)

    monkeypatch.setattr(Assistant, "search", broken)
    response = client.get("/api/search", params={"q": QUESTION}, headers={"X-Request-Id": "a-known-id"})
    assert response.status_code == 500
    assert response.headers["x-request-id"] == response.json()["request_id"] == "a-known-id"
    assert SECRET not in response.text
    assert 'route="/api/search",status="500"' in client.get("/metrics").text


def test_a_line_for_each_request(client: TestClient, lines: io.StringIO) -> None:
    client.get("/api/search", params={"q": QUESTION}, headers={"X-Request-Id": "first-request"})
    client.get("/api/documents/机密")
    client.get("/healthz")
    found = [line for line in read(lines) if line["logger"] == "server.observability.requests"]
    assert [(line["method"], line["route"], line["status"]) for line in found] == [
        ("GET", "/api/search", 200), ("GET", "/api/documents/{document_id}", 404),
    ]  # fmt: skip
    assert found[0]["request_id"] == "first-request"
    assert found[1]["request_id"] != "first-request"
    assert all(line["level"] == "info" and line["ms"] >= 0 for line in found)
    assert lines.getvalue().isascii()  # The question and the name of the document are not.


def test_what_a_thread_of_the_request_logs_names_it(client: TestClient, own: Path, lines: io.StringIO) -> None:
    (own / "CURRENT").unlink()  # Noticed in a thread: the dependency that looks for a new index is no coroutine.
    client.get("/api/search", params={"q": QUESTION}, headers={"X-Request-Id": "in-a-thread"})
    warned = [line for line in read(lines) if line["level"] == "warning"]
    assert [(line["logger"], line["request_id"]) for line in warned] == [("server.assistant", "in-a-thread")]


@given(st.text(), st.text())
def test_one_record_is_one_line(message: str, said: str) -> None:
    line = JsonFormatter().format(record_of(message))
    assert len(line.splitlines()) == 1
    shown = json.loads(line)
    assert set(shown) == {"time", "level", "logger", "message"}
    assert shown["level"] == "error"
    assert len(TextFormatter().format(record_of(message)).splitlines()) == 1
    # What an exception says may be what somebody asked.
    error = raised(ValueError(f"{SECRET}{said}"))
    for formatter in (JsonFormatter(), TextFormatter()):
        written = formatter.format(record_of("failed", error))
        assert SECRET not in written
        assert "ValueError" in written
        assert "test_logs.py" in written


def test_the_text_format() -> None:
    record = record_of("索引\n已更新")
    record.created = 1_735_689_600.5  # 2025-01-01, midnight, in UTC.
    assert TextFormatter().format(record) == "2025-01-01T00:00:00Z ERROR server.x: 索引 已更新"
    token = REQUEST_ID.set("the-request")
    try:
        assert TextFormatter().format(record).endswith("已更新 [the-request]")
    finally:
        REQUEST_ID.reset(token)


def test_the_process_writes_json_and_no_question(own: Path, tmp_path: Path) -> None:
    """``zhengwen serve`` with an access key: every line of its log is JSON, none holds the key or what was asked."""
    encoder = {"ZHENGWEN_ENCODER": "zhengwen-static"}
    cli = Cli(tmp_path, tmp_path, None)
    (tmp_path / "文件").mkdir()
    (tmp_path / "文件" / FIRST).write_text(LETTER.format(25, "张三", "供水"), encoding="utf-8")
    assert cli.afresh("index", "文件", "--data-dir", "data", "--quiet", **encoder).code == 0
    made = cli.afresh("keys", "create", "--role", "staff", "--name", "办公室", "--data-dir", "data", **encoder)
    key = next(word for word in made.out.split() if word.startswith("zws_"))
    port = free_port()
    command = [sys.executable, "-m", "server", "serve", "--port", str(port), "--data-dir", "data"]
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=tmp_path, env=cli.environ(ZHENGWEN_LOG_FORMAT="json", **encoder), stdout=log, stderr=log
        )
    try:
        url = f"http://127.0.0.1:{port}"
        for _ in range(1_000):
            try:
                if httpx.get(f"{url}/readyz", timeout=60).is_success:
                    break
            except httpx.TransportError:
                time.sleep(0.05)
        headers = {"Authorization": f"Bearer {key}", "X-Request-Id": "asked-over-http"}
        asked = httpx.post(f"{url}/api/ask", json={"question": QUESTION}, headers=headers, timeout=60)
        assert asked.json()["answered"]
        searched = httpx.get(f"{url}/api/search", params={"q": QUESTION}, headers={"Authorization": "Bearer zws_wrong"})
        assert searched.status_code == 401
    finally:
        process.terminate()
        process.wait(timeout=60)
    text = (tmp_path / "log").read_text(encoding="utf-8")
    found = [json.loads(line) for line in text.splitlines()]
    assert f":{port}/" in found[0]["message"]
    requests = {(line["route"], line["status"]): line["request_id"] for line in found if "route" in line}
    assert requests["/api/ask", 200] == "asked-over-http"
    assert MADE.fullmatch(requests["/api/search", 401])
    for hidden in (key, "zws_", QUESTION, "供水", "%E4%BB%8A"):
        assert hidden not in text
