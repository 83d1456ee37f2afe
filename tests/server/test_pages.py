"""The pages: they stay on this host, all they load is there, and security headers come with everything."""

import json
import re

import pytest
from starlette.testclient import TestClient

from server.app import create_app
from server.assistant import Assistant
from server.settings import Settings
from tests.server.support import check_problem, local

PAGES = (
    "/",
    "/replies",
    "/replies/anything",
    "/widget.js",
    "/static/replies.js",
    "/static/reply.js",
    "/documents/anything",
    "/static/chat.css",
    "/static/chat.js",
    "/static/events.js",
    "/static/page.js",
    "/static/document.js",
    "/static/facts.js",
    "/static/icon.svg",
)


@pytest.mark.parametrize("path", PAGES)
def test_nothing_on_the_pages_points_to_another_host(client: TestClient, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 200
    page = response.text.replace("http://www.w3.org/2000/svg", "")  # the name of a format, nothing that is fetched
    assert not re.search(r"\b(?:https?|wss?|ftp):", page)
    assert not re.search(r"""["'(=]\s*//\w""", page)


@pytest.mark.parametrize("path", ["/", "/replies", "/replies/anything", "/documents/anything"])
def test_what_the_pages_load_is_there(client: TestClient, path: str) -> None:
    page = client.get(path)
    assert page.headers["content-type"].startswith("text/html")
    assert 'lang="zh-CN"' in page.text
    loaded = re.findall(r'(?:src|href)="(/[^"#]*)"', page.text)
    assert any(name.endswith(".js") for name in loaded)
    assert any(name.endswith(".css") for name in loaded)
    for name in loaded:
        assert client.get(name).status_code == 200
    # The content security policy forbids scripts and styles within the page.
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\son\w+=|\sstyle=", page.text)
    for script in (name for name in loaded if name.endswith(".js")):
        for imported in re.findall(r'from "\./([^"]+)"', client.get(script).text):
            assert client.get(f"/static/{imported}").status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/documents/x",
        "/static/chat.js",
        "/healthz",
        "/api/documents",
        "/api/documents/unknown",
        "/unknown",
        "/api/search",
    ],
)
def test_security_headers_come_with_everything(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";") if part.strip())
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self'"
    assert "unsafe" not in headers["content-security-policy"]
    assert "*" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "access-control-allow-origin" not in headers


def test_a_defect_is_a_problem_without_details(assistant: Assistant) -> None:
    app = create_app(assistant, Settings())

    @app.get("/defect")
    def defect() -> None:
        raise RuntimeError("a secret")

    with local(app, raise_server_exceptions=False) as opened:
        response = opened.get("/defect")
        assert "secret" not in json.dumps(check_problem(response, 500))
