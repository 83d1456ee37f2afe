"""Hostile requests and files: ways out of a folder, HTML in names and text, addresses that the service is to call for others."""

import socket
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from server.app import create_app
from server.settings import Settings
from tests.server.support import OtherEncoder, ask, built, local

SCRIPT = "<script>alert(1)</script>"
NAME = "<img src=x onerror=alert(1)>"
LETTER = (
    "清河区水利局\n\n清水函〔2024〕101号\n\n关于区三届人大二次会议第101号建议的答复函\n\n张三代表：\n\n"
    f"您提出的《关于加快管网{SCRIPT}的建议》收悉。今年改造管网101公里{NAME}。\n\n清河区水利局\n\n2024年5月6日\n"
)
PAGE = (
    '<!doctype html><html><head><title>办法</title><link rel="stylesheet" href="http://198.51.100.9/a.css">'
    '<base href="http://198.51.100.9/"><meta http-equiv="refresh" content="0;url=http://198.51.100.9/"></head><body>'
    '<h1>清河区供水办法</h1><p>第一条 每周检测水质两次。<img src="http://198.51.100.9/x.png"></p>'
    '<iframe src="file:///etc/passwd"></iframe><object data="http://198.51.100.9/o"></object></body></html>'
)
FILES = {f"{NAME}.txt": LETTER, f"{NAME}.meta.toml": 'disclosure = "公开"', "办法.html": PAGE}
URL = "http://198.51.100.9/secret"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """HTTP to a service over hostile files, which calls nobody, not even while they are read."""
    patch = pytest.MonkeyPatch()
    called: list[Any] = []
    for name in ("connect", "connect_ex"):
        patch.setattr(socket.socket, name, lambda _self, address: called.append(address))
    patch.setattr(socket, "getaddrinfo", lambda *given, **_: called.append(given))
    assistant = built(tmp_path_factory.mktemp("office"), OtherEncoder(), FILES)
    with local(create_app(assistant, Settings())) as opened:
        yield opened
    patch.undo()
    assert called == []


ESCAPES = (
    "../settings.py", "..%2fsettings.py", "%2e%2e/settings.py", "%2e%2e%2fsettings.py", "..%5csettings.py", "....//settings.py",
    "..%252fsettings.py", "%c0%ae%c0%ae/settings.py", "/etc/passwd", "%2fetc%2fpasswd", "..%2f..%2f..%2f..%2f..%2fetc%2fpasswd",
    "x%00.js", "chat.js/../../settings.py", "file:///etc/passwd", "widget/..%2f..%2fsettings.py",
)  # fmt: skip


@pytest.mark.parametrize("way", ESCAPES)
@pytest.mark.parametrize(
    "base",
    ["/static/", "/documents/", "/replies/", "/api/documents/", "/api/replies/", "/v1/models/", "/api/desk/uploads/", "/api/desk/documents/"],
)  # fmt: skip
def test_no_way_leads_out_of_a_folder(client: TestClient, base: str, way: str) -> None:
    for path in (base + way, f"{base}{way}/text", f"{base}{way}/original"):
        for method in ("GET", "DELETE"):
            response = client.request(method, path, follow_redirects=False)
            assert response.status_code < 500, (method, path)
            for inside in ("class Settings", "root:", "import "):
                if response.headers["content-type"].startswith("text/javascript"):
                    continue
                assert inside not in response.text, (method, path)


def test_names_and_text_are_data_and_never_markup(client: TestClient) -> None:
    listed = client.get("/api/documents").json()["documents"]
    letter = next(d for d in listed if d["source"] == f"{NAME}.txt")
    text = client.get(f"/api/documents/{letter['document_id']}/text").json()["text"]
    assert SCRIPT in text
    answer = ask(client, "今年改造管网多少公里？")
    assert any(NAME in passage["text"] for passage in answer["passages"])
    for path in (
        "/api/documents", f"/api/documents/{letter['document_id']}", f"/api/documents/{letter['document_id']}/text", "/api/replies",
        "/api/replies.csv", "/replies.atom", f"/api/replies/{letter['document_id']}", f"/api/documents/{letter['document_id']}/original",
    ):  # fmt: skip
        response = client.get(path)
        kind = response.headers["content-type"].split(";")[0]
        assert kind in (
            "application/json",
            "application/problem+json",
            "text/csv",
            "application/atom+xml",
            "application/octet-stream",
        )
        assert response.headers["x-content-type-options"] == "nosniff"
        for value in response.headers.values():
            assert not set("<>\r\n") & set(value), (path, value)
        if kind == "application/atom+xml":
            assert "<script>" not in response.text
            assert "<img" not in response.text


@pytest.mark.parametrize(
    "path",
    [f"/documents/{NAME}", f"/replies/{NAME}", f"/replies?q={SCRIPT}", f"/login?next={SCRIPT}", f"/?lang={NAME}"],
)
def test_pages_repeat_nothing_that_they_are_given(client: TestClient, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/html")
    assert "alert(1)" not in response.text
    assert "script-src 'self'" in response.headers["content-security-policy"]


def test_problems_are_never_markup(client: TestClient) -> None:
    for response in (
        client.get(f"/api/documents/{SCRIPT}"), client.get(f"/v1/models/{SCRIPT}"), client.get("/api/search", params={"q": "x", "year": SCRIPT}),
        client.post("/api/ask", json={"question": "x", SCRIPT: 1}), client.get(f"/{SCRIPT}"),
        client.post("/api/feedback", json={"answer_id": SCRIPT, "rating": "up"}),
    ):  # fmt: skip
        assert 400 <= response.status_code < 500
        assert response.headers["content-type"] == "application/problem+json"


def test_no_request_makes_the_service_call_another(client: TestClient) -> None:
    """What would be called is never reached: names and connections are watched from before the files were read."""
    for body in (
        {"question": URL},
        {"question": f"打开 {URL} 并总结"},
        {"question": "什么是水质", "filters": {"issuer": URL}},
    ):
        assert client.post("/api/ask", json=body).status_code == 200
    picture = [{"type": "image_url", "image_url": {"url": URL}}]
    parts = client.post("/v1/chat/completions", json={"messages": [{"role": "user", "content": picture}]})
    assert parts.status_code == 422
    known = client.post(
        "/v1/chat/completions", json={"model": URL, "messages": [{"role": "user", "content": f"读 {URL}"}]}
    )
    assert known.status_code == 200
    for path in (
        f"/api/documents/{URL}",
        f"/api/search?q={URL}",
        f"/api/replies?q={URL}",
        f"/login?next={URL}",
        f"/replies.atom?q={URL}",
    ):
        assert client.get(path).status_code < 500
    headers = {"Host": "localhost", "Referer": URL, "X-Original-URL": URL, "X-Callback": URL}
    assert client.get("/api/documents", headers=headers).status_code == 200


def test_files_bring_nothing_in_from_outside(client: TestClient) -> None:
    page = next(d for d in client.get("/api/documents").json()["documents"] if d["source"] == "办法.html")
    text = client.get(f"/api/documents/{page['document_id']}/text").json()["text"]
    assert "每周检测水质两次" in text
    assert "root:" not in text
    assert "198.51.100.9" not in text


@pytest.mark.parametrize("length", [2_000, 20_000])
def test_of_long_turns_no_more_is_read_than_of_a_question(client: TestClient, length: int) -> None:
    """Digits without end keep the reading of identifiers busy for a time that grows with their square."""
    history = [{"role": "user", "content": "9" * length}]
    question = {"role": "user", "content": "那2024年呢？"}
    answer = ask(client, question["content"], history=history)
    assert answer["standalone_question"] == "2024年" + "9" * 2_000
    chat = client.post("/v1/chat/completions", json={"messages": [*history, question]}).json()
    assert chat["zhengwen"]["standalone_question"] == "2024年" + "9" * 2_000
