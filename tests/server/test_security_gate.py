"""What stands before every route: limits per address and key, sizes, headers, and the audit log."""

import json
import logging
import stat
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from indexer.encoders import Encoder
from server.app import create_app
from server.assistant import Assistant
from server.security.audit import AuditLog
from server.security.headers import SECURITY_HEADERS
from server.security.limits import Limits, counted_address, parsed
from server.security.refused import AccessRefused
from server.settings import Settings
from tests.server.support import ask, check_problem, local

QUESTION = "什么是631机制？请回复13912345678"
PAGE = "https://oa.example.gov.cn"


def app_of(data_dir: Path, encoder: Encoder, **settings: Any) -> FastAPI:
    return create_app(Assistant.open(data_dir, encoder), Settings(**settings))


def entries(data_dir: Path) -> list[dict[str, Any]]:
    """The audit log, oldest first."""
    files = sorted((data_dir / "audit").iterdir())
    return [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]


def test_too_many_of_an_address(own_data_dir: Path, encoder: Encoder) -> None:
    app = app_of(own_data_dir, encoder, rate_limit_address="5/minute", rate_limit_key="off")
    bearer = {"Authorization": f"Bearer {app.state.access.keys.create('staff', 'one')[1]}"}
    first, second = (TestClient(app, client=(f"10.0.0.{n}", 1)) for n in (1, 2))
    assert [first.get("/api/session", headers=bearer).status_code for _ in range(7)] == [200] * 5 + [429] * 2
    refused = first.get("/api/session", headers=bearer)
    check_problem(refused, 429)
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert f"{refused.headers['retry-after']} 秒" in refused.json()["detail"]
    # Refusals count too, files and what watches the service do not, and another address is another matter.
    assert first.get("/static/chat.css").status_code == first.get("/healthz").status_code == 200
    assert [second.get("/api/session").status_code for _ in range(6)] == [401] * 5 + [429]
    # A flood is one line of the log, not one for each request.
    assert [e["status"] for e in entries(own_data_dir) if e["address"] == "10.0.0.1"].count(429) == 1


def test_too_many_of_a_key(own_data_dir: Path, encoder: Encoder) -> None:
    app = app_of(own_data_dir, encoder, rate_limit_key="3/minute; 100/day")
    store = app.state.access.keys
    one, two = (store.create("staff", name)[1] for name in ("one", "two"))

    def statuses(key: str, count: int) -> list[int]:
        # From different addresses: it is the key that is counted.
        return [
            TestClient(app, client=(f"10.1.0.{n}", 1)).get("/api/session", headers={"Authorization": f"Bearer {key}"}).status_code
            for n in range(count)
        ]  # fmt: skip

    assert statuses(one, 5) == [200] * 3 + [429] * 2
    assert statuses(two, 2) == [200] * 2
    embedded = store.create("public", "page", "publish", [PAGE])[1]
    client = TestClient(app)
    got = [client.post("/api/token", json={"key": embedded}, headers={"Origin": PAGE}).status_code for _ in range(4)]
    assert got == [200] * 3 + [429]


@pytest.mark.anyio
@pytest.mark.parametrize(("parts", "status"), [(1, 408), (2, 408), (3, 200)])
async def test_a_request_that_never_ends(
    own_data_dir: Path, encoder: Encoder, monkeypatch: pytest.MonkeyPatch, parts: int, status: int
) -> None:
    """Of a body in three parts only some come; the connection stays open."""
    monkeypatch.setattr("server.security.gate._PATIENCE", 0.2)
    app = app_of(own_data_dir, encoder)
    body = json.dumps({"question": "什么是631机制？"}).encode()
    coming = [
        {"type": "http.request", "body": body[cut], "more_body": more}
        for cut, more in (
            (slice(0, 5), True),
            (slice(5, 9), True),
            (slice(9, None), False),
        )
    ][:parts]
    sent: list[Any] = []

    async def receive() -> Any:
        if coming:
            return coming.pop(0)
        await anyio.sleep_forever()

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "http",
        "path": "/api/ask", "raw_path": b"/api/ask", "query_string": b"", "root_path": "", "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80), "headers": [(b"host", b"127.0.0.1"), (b"content-type", b"application/json")],
    }  # fmt: skip
    with anyio.fail_after(20):
        await app(scope, receive, send)
    assert sent[0]["status"] == status
    if status == 408:
        assert "没有传完" in b"".join(message.get("body", b"") for message in sent[1:]).decode()


def test_alone_at_this_machine_nothing_is_counted(own_data_dir: Path, encoder: Encoder) -> None:
    client = local(app_of(own_data_dir, encoder, rate_limit_address="2/minute"))
    assert [client.get("/api/session").status_code for _ in range(10)] == [200] * 10


def test_forwarded_addresses_are_believed_from_listed_proxies_alone(own_data_dir: Path, encoder: Encoder) -> None:
    app = app_of(own_data_dir, encoder, rate_limit_address="2/minute", trusted_proxies="10.9.0.0/16")
    app.state.access.keys.create("staff", "one")
    for proxy, expected in (("10.9.1.1", [401] * 4), ("10.8.1.1", [401, 401, 429, 429])):
        client = TestClient(app, client=(proxy, 1))
        got = [client.get("/api/session", headers={"X-Forwarded-For": f"172.16.0.{n}"}).status_code for n in range(4)]
        assert got == expected


def test_addresses_that_count_as_one() -> None:
    assert counted_address("10.0.0.1") == counted_address("::ffff:10.0.0.1") == "10.0.0.1"
    assert counted_address("2001:db8:1:2:3:4:5:6") == counted_address("2001:db8:1:2::9") == "2001:db8:1:2::"
    assert counted_address("2001:db8:1:3::9") != counted_address("2001:db8:1:2::9")
    assert counted_address("fe80::1%eth0") == "fe80::"
    assert counted_address("unknown") == "unknown"


@pytest.mark.parametrize("value", ["", "many", "5", "5/fortnight", "-1/minute", "5 per"])
def test_what_is_no_limit(value: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        parsed(value)
    if value:
        with pytest.raises(ValueError, match="300/minute"):
            Settings(rate_limit_key=value)


def test_limits_of_several_windows() -> None:
    limits = Limits("3/second; 4/hour", "off")
    for _ in range(3):
        limits.hit_address("10.0.0.1")
    with pytest.raises(AccessRefused) as raised:
        limits.hit_address("10.0.0.1")
    assert (raised.value.status, raised.value.retry_after) == (429, 1)
    limits.hit_key("anything")


@pytest.mark.parametrize("announced", [True, False])
def test_what_is_too_large_is_refused_before_it_is_read(own_data_dir: Path, encoder: Encoder, announced: bool) -> None:
    client = local(app_of(own_data_dir, encoder, max_body_kb=20))
    body = json.dumps({"question": "什么是631机制", "history": [{"role": "user", "content": "问" * 6_000}]}).encode()
    assert len(body) > 20_000
    sent = 0

    def pieces(size: int = 1_000) -> Iterator[bytes]:
        nonlocal sent
        for start in range(0, len(body), size):
            sent += size
            yield body[start : start + size]

    headers = {"Content-Type": "application/json"}
    if announced:
        headers["Content-Length"] = str(len(body))
    response = client.post("/api/ask", content=pieces() if not announced else body, headers=headers)
    assert "20 kB" in check_problem(response, 413)["detail"]
    small = json.dumps({"question": "什么是631机制"}).encode()
    assert client.post("/api/ask", content=small, headers={"Content-Type": "application/json"}).status_code == 200
    # Uploads have a limit of their own.
    assert client.post("/api/documents", content=body, headers=headers).status_code != 413


def test_headers_come_with_every_kind_of_response(own_data_dir: Path, encoder: Encoder) -> None:
    app = app_of(own_data_dir, encoder, rate_limit_key="6/minute", max_body_kb=1)
    key = app.state.access.keys.create("staff", "one")[1]

    @app.get("/defect")
    def defect() -> None:
        raise RuntimeError("a secret")

    client = TestClient(app, raise_server_exceptions=False)
    bearer = {"Authorization": f"Bearer {key}"}
    responses = {
        200: client.get("/api/session", headers=bearer), 401: client.get("/api/session"), 403: client.get("/api/desk", headers=bearer),
        404: client.get("/nothing"), 405: client.put("/api/ask"), 413: client.post("/api/ask", content=b"x" * 2_000),
        422: client.post("/api/ask", json={}, headers=bearer), 500: client.get("/defect"),
        303: client.get("/", headers={"Accept": "text/html"}, follow_redirects=False), 304: None,
    }  # fmt: skip
    for _ in range(10):
        responses[429] = client.get("/api/session", headers=bearer)
    tag = client.get("/static/chat.css").headers["etag"]
    responses[304] = client.get("/static/chat.css", headers={"If-None-Match": tag})
    for status, response in responses.items():
        assert response is not None
        assert response.status_code == status
        for name, value in SECURITY_HEADERS.items():
            assert response.headers[name] == value, (status, name)
        assert "server" not in response.headers
        if response.request.url.path.startswith("/api/"):
            assert response.headers["cache-control"] == "no-store"
    policy = SECURITY_HEADERS["Content-Security-Policy"]
    assert "frame-ancestors 'self'" in policy
    assert "unsafe" not in policy
    assert client.get("/widget.js").headers["cross-origin-resource-policy"] == "cross-origin"


def test_who_asked_what_is_written_down(own_data_dir: Path, encoder: Encoder, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    app = app_of(own_data_dir, encoder)
    key, presented = app.state.access.keys.create("staff", "办公系统")
    embedded, publish = app.state.access.keys.create("public", "门户", "publish", [PAGE])
    client = TestClient(app, client=("10.0.0.3", 1), headers={"Authorization": f"Bearer {presented}"})
    ask(client, QUESTION)
    with client.stream("POST", "/api/ask", json={"question": "什么是一企一策", "stream": True}) as response:
        response.read()
    client.post("/v1/chat/completions", json={"messages": [{"role": "user", "content": "什么是416"}]})
    client.get("/api/search", params={"q": "盘活"})
    client.get("/api/replies", params={"q": "国企"})
    client.get("/api/desk")
    client.get("/")
    anonymous = TestClient(app, client=("10.0.0.4", 1))
    anonymous.get("/api/documents")
    token = anonymous.post("/api/token", json={"key": publish}, headers={"Origin": PAGE}).json()["token"]
    cookie = anonymous.post("/api/session", json={"key": presented}).headers["set-cookie"]
    written = entries(own_data_dir)
    assert [(e["action"], e["status"], e.get("text"), e.get("role")) for e in written] == [
        ("POST /api/ask", 200, QUESTION.replace("13912345678", "139********"), "staff"),
        ("POST /api/ask", 200, "什么是一企一策", "staff"),
        ("POST /v1/chat/completions", 200, "什么是416", "staff"),
        ("GET /api/search", 200, "盘活", "staff"),
        ("GET /api/replies", 200, "国企", "staff"),
        ("GET /api/desk", 403, None, "staff"),
        ("GET /api/documents", 401, None, None),
        ("token", 200, None, "public"),
        ("sign in", 200, None, "staff"),
    ]
    assert {(e["name"], e["key"], e["address"]) for e in written[:6]} == {("办公系统", key.id, "10.0.0.3")}
    assert (written[7]["origin"], written[7]["key"]) == (PAGE, embedded.id)
    assert all(datetime.fromisoformat(e["at"]).tzinfo for e in written)
    # Neither there nor in any other log is anything by which somebody could come in.
    secrets = [
        presented.split("_", 2)[2],
        publish.split("_", 2)[2],
        token,
        cookie.split(";")[0].split("=", 1)[1],
        key.hash,
    ]
    kept = json.dumps(written, ensure_ascii=False) + caplog.text
    assert [secret for secret in secrets if secret in kept] == []
    assert "13912345678" not in kept
    files = list((own_data_dir / "audit").iterdir())
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def test_what_was_asked_may_be_left_out(own_data_dir: Path, encoder: Encoder) -> None:
    client = local(app_of(own_data_dir, encoder, audit_texts=False))
    ask(client, "什么是631机制")
    client.get("/api/search", params={"q": "盘活"})
    kept = entries(own_data_dir)
    assert [(e["action"], e["name"]) for e in kept] == [("POST /api/ask", "local"), ("GET /api/search", "local")]
    assert "631" not in json.dumps(kept)
    assert "盘活" not in json.dumps(kept, ensure_ascii=False)


def test_lines_are_added_and_old_days_go(tmp_path: Path) -> None:
    days = [datetime(2025, 3, day, 12, tzinfo=UTC) for day in (1, 1, 2, 10, 11)]
    (tmp_path / "audit").mkdir()
    (tmp_path / "audit" / "notes.txt").write_text("kept")
    for n, day in enumerate(days):
        clock: Callable[[], datetime] = partial(datetime.fromisoformat, day.isoformat())
        # A log that was opened for a single line: nothing is remembered between them.
        AuditLog(tmp_path, 9, True, clock).write("ask", text=f"第{n}问\n\x00", empty=None)
    assert sorted(file.name for file in (tmp_path / "audit").iterdir()) == [
        "2025-03-02.jsonl", "2025-03-10.jsonl", "2025-03-11.jsonl", "notes.txt",
    ]  # fmt: skip
    AuditLog(tmp_path, 0, True, lambda: datetime(2026, 1, 1, tzinfo=UTC)).write("ask")
    assert (tmp_path / "audit" / "2025-03-02.jsonl").exists()
    assert json.loads((tmp_path / "audit" / "2025-03-02.jsonl").read_text("utf-8")) == {
        "at": "2025-03-02T12:00:00.000+00:00", "action": "ask", "text": "第2问\n\x00",
    }  # fmt: skip


def test_a_log_that_cannot_be_written_is_reported_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "audit").write_text("in the way")
    log = AuditLog(tmp_path, 9, True)
    for _ in range(3):
        log.write("ask", text="\ud800 lone")
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    (tmp_path / "audit").unlink()
    log.write("ask", text="again")
    assert entries(tmp_path)[0]["text"] == "again"


def test_a_line_of_the_log_is_one_line_to_every_reader(tmp_path: Path) -> None:
    AuditLog(tmp_path, 0, True).write("ask", text="一\u2028二\u2029三\x85四\n五")
    (file,) = (tmp_path / "audit").iterdir()
    (line,) = file.read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["text"] == "一\u2028二\u2029三\x85四\n五"
