"""Coming in: with a key, a token, a session or a visit; what other pages may make a browser do; what is refused."""

import time
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from indexer.encoders import Encoder
from server.app import create_app
from server.assistant import Assistant
from server.security.keys import Key
from server.settings import Settings
from tests.server.support import check_problem, local

PORTAL = "https://oa.example.gov.cn"
OTHER = "https://evil.example.com"


class Office:
    """A service with a key of each kind."""

    def __init__(self, app: FastAPI) -> None:
        self.app = app
        store = app.state.access.keys
        self.admin: tuple[Key, str] = store.create("admin", "管理员")
        self.staff: tuple[Key, str] = store.create("staff", "办公系统")
        self.publish: tuple[Key, str] = store.create("public", "门户", "publish", [PORTAL])
        self.client = TestClient(app, base_url="https://service.example")

    def token(self, origin: str = PORTAL) -> str:
        response = self.client.post("/api/token", json={"key": self.publish[1]}, headers={"Origin": origin})
        assert response.status_code == 200, response.text
        body = response.json()
        assert (body["token_type"], body["expires_in"], body["role"]) == ("Bearer", 600, "public")
        token: str = body["token"]
        return token

    def get(self, authorization: str | None, path: str = "/api/session", **headers: str) -> Any:
        if authorization is not None:
            headers["Authorization"] = authorization
        return self.client.get(path, headers=headers)

    def revoke(self, made: tuple[Key, str]) -> None:
        self.app.state.access.keys.revoke(made[0].id)


@pytest.fixture
def office(own_data_dir: Path, encoder: Encoder) -> Office:
    return Office(create_app(Assistant.open(own_data_dir, encoder), Settings(rate_limit_address="off")))


def test_keys_come_as_bearer(office: Office) -> None:
    for presented, name, role in ((office.admin[1], "管理员", "admin"), (office.staff[1], "办公系统", "staff")):
        assert office.get(f"Bearer {presented}").json() == {"name": name, "role": role}
        assert office.get(f"bearer  {presented} ").status_code == 200
    for wrong in (
        "", "Bearer", "Bearer ", "Bearer x", f"Basic {office.staff[1]}", office.staff[1], f"Bearer {office.staff[1]}x",
        f"Bearer {office.publish[1]}", "Bearer zwt_", "Bearer zwt_x.y.z", "Bearer " + "x" * 10_000,
    ):  # fmt: skip
        response = office.get(wrong)
        check_problem(response, 401)
        assert response.headers["www-authenticate"] == "Bearer"
    # Which of two is meant, a proxy and the service may see differently.
    two = [("Authorization", f"Bearer {key}") for key in (office.staff[1], office.admin[1])]
    check_problem(office.client.get("/api/session", headers=two), 401)


def test_a_revoked_key_ends_everything_made_with_it(office: Office) -> None:
    token = office.token()
    assert office.client.post("/api/session", json={"key": office.staff[1]}).status_code == 200
    assert office.get(None).json()["name"] == "办公系统"
    office.revoke(office.staff)
    check_problem(office.get(f"Bearer {office.staff[1]}"), 401)
    check_problem(office.get(None), 401)
    assert office.get(f"Bearer {token}", Origin=PORTAL).status_code == 200
    office.revoke(office.publish)
    assert "revoked" in check_problem(office.get(f"Bearer {token}", Origin=PORTAL), 401)["detail"]
    response = office.client.post("/api/token", json={"key": office.publish[1]}, headers={"Origin": PORTAL})
    check_problem(response, 401)


def test_a_token_is_bound_to_its_page(office: Office) -> None:
    token = office.token()
    assert office.get(f"Bearer {token}", Origin=PORTAL).json() == {"name": "门户", "role": "public"}
    same = {"Sec-Fetch-Site": "same-origin"}
    assert office.get(f"Bearer {token}", **same).status_code == 200
    check_problem(office.get(f"Bearer {token}"), 403)
    for origin in (OTHER, "null", PORTAL + ":8443", PORTAL.replace("https", "http"), PORTAL + ".evil.example"):
        check_problem(office.get(f"Bearer {token}", Origin=origin), 403)
        exchanged = office.client.post("/api/token", json={"key": office.publish[1]}, headers={"Origin": origin})
        check_problem(exchanged, 403)
    check_problem(office.client.post("/api/token", json={"key": office.publish[1]}), 403)
    check_problem(office.client.post("/api/token", json={"key": office.staff[1]}, headers={"Origin": PORTAL}), 401)


def test_a_token_lasts_ten_minutes(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.time()
    for age, status in ((590, 200), (615, 401)):
        with monkeypatch.context() as clock:
            clock.setattr("itsdangerous.timed.time.time", lambda age=age: now - age)
            token = office.token()
        response = office.get(f"Bearer {token}", Origin=PORTAL)
        assert response.status_code == status
        if status == 401:
            assert "expired" in response.json()["detail"]


def test_signed_notes_are_good_for_one_purpose(office: Office) -> None:
    token = office.token()
    session = office.client.post("/api/session", json={"key": office.staff[1]}).cookies["zhengwen_session"]
    office.client.cookies.clear()
    check_problem(office.get(f"Bearer zwt_{session}", Origin=PORTAL), 401)
    for name in ("zhengwen_session", "zhengwen_visit"):
        for value in (token, token.removeprefix("zwt_"), session[:-1], "x", ""):
            check_problem(office.client.get("/api/session", headers={"Cookie": f"{name}={value}"}), 401)
    check_problem(office.client.get("/api/session", headers={"Cookie": f"zhengwen_visit={session}"}), 401)
    payload, stamp, signature = token.removeprefix("zwt_").split(".")
    for altered in (
        f"{payload[:-2]}AA.{stamp}.{signature}",
        f"{payload}.{stamp[:-1]}z.{signature}",
        f"{payload}.{stamp}",
    ):
        check_problem(office.get(f"Bearer zwt_{altered}", Origin=PORTAL), 401)


def test_a_session_is_a_strict_cookie(office: Office) -> None:
    response = office.client.post("/api/session", json={"key": office.admin[1]})
    assert response.json() == {"name": "管理员", "role": "admin"}
    cookie = SimpleCookie(response.headers["set-cookie"])["zhengwen_session"]
    assert (cookie["httponly"], cookie["secure"], cookie["samesite"].lower(), cookie["path"]) == (
        True,
        True,
        "strict",
        "/",
    )
    assert int(cookie["max-age"]) == 12 * 3600
    assert cookie["domain"] == ""
    assert office.admin[1] not in response.headers["set-cookie"]
    plain = TestClient(office.app, base_url="http://service.example").post(
        "/api/session", json={"key": office.admin[1]}
    )
    assert "secure" not in plain.headers["set-cookie"].lower().split("; ")
    assert office.get(None).json()["role"] == "admin"
    assert office.client.delete("/api/session").status_code == 204
    check_problem(office.get(None), 401)


def test_a_session_ends_by_itself(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.time()
    with monkeypatch.context() as clock:
        clock.setattr("itsdangerous.timed.time.time", lambda: now - 12 * 3600 - 10)
        cookie = office.client.post("/api/session", json={"key": office.admin[1]}).cookies["zhengwen_session"]
    response = office.client.get("/api/session", headers={"Cookie": f"zhengwen_session={cookie}"})
    assert "expired" in check_problem(response, 401)["detail"]


def test_only_secret_keys_sign_in(office: Office) -> None:
    for key in ("", " ", office.publish[1], office.token(), "x" * 201, office.admin[1] + " "):
        response = office.client.post("/api/session", json={"key": key})
        assert response.status_code in (401, 422)
        assert "set-cookie" not in response.headers


@pytest.mark.parametrize(
    ("headers", "let"),
    [
        ({}, True), ({"Sec-Fetch-Site": "same-origin"}, True), ({"Sec-Fetch-Site": "none"}, True),
        ({"Origin": "https://service.example"}, True), ({"Origin": "https://service.example", "Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "cross-site"}, False), ({"Sec-Fetch-Site": "same-site"}, False), ({"Origin": OTHER}, False),
        ({"Origin": PORTAL}, False), ({"Origin": "null"}, False), ({"Origin": "https://service.example:8443"}, False),
        ({"Origin": "http://["}, False),
        ({"Origin": "https://service.example.evil.example"}, False), ({"Origin": "https://service.example", "Sec-Fetch-Site": "cross-site"}, False),
    ],
)  # fmt: skip
def test_other_pages_change_nothing_with_a_session(office: Office, headers: dict[str, str], let: bool) -> None:
    office.client.post("/api/session", json={"key": office.admin[1]})
    feedback = {"answer_id": "unknown", "rating": "up"}
    assert office.client.post("/api/feedback", json=feedback, headers=headers).status_code == (404 if let else 403)
    # Signing in and out from elsewhere changes whose rights a reader has.
    signing = office.client.post("/api/session", json={"key": office.staff[1]}, headers=headers)
    assert signing.status_code == (200 if let else 403)
    assert office.client.delete("/api/session", headers=headers).status_code == (204 if let else 403)
    # A key in the header is not sent by browsers of themselves.
    authorised = {**headers, "Authorization": f"Bearer {office.admin[1]}"}
    assert office.client.post("/api/feedback", json=feedback, headers=authorised).status_code == 404


def test_listed_pages_alone_may_call(office: Office) -> None:
    preflight = {
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type",
    }
    allowed = office.client.options("/api/ask", headers={"Origin": PORTAL, **preflight})
    assert allowed.status_code == 200
    assert allowed.headers["access-control-allow-origin"] == PORTAL
    assert "access-control-allow-credentials" not in allowed.headers
    assert "DELETE" not in allowed.headers["access-control-allow-methods"]
    refused = office.get(None, Origin=PORTAL)
    check_problem(refused, 401)
    assert refused.headers["access-control-allow-origin"] == PORTAL  # So that the page can tell why.
    assert "origin" in refused.headers["vary"].lower()
    for origin in (OTHER, "null", "https://oa.example.gov.cn.evil.example", "*"):
        assert office.client.options("/api/ask", headers={"Origin": origin, **preflight}).status_code == 400
        for path in ("/api/documents", "/healthz", "/", "/widget.js"):
            response = office.get(f"Bearer {office.staff[1]}", path, Origin=origin)
            assert "access-control-allow-origin" not in response.headers
    office.revoke(office.publish)
    assert "access-control-allow-origin" not in office.get(None, Origin=PORTAL).headers


def test_a_visit_from_a_widget(office: Office) -> None:
    """A link to a source carries the token; what follows reads with the widget's role, and never with more."""
    office.client.cookies.clear()
    shown = office.app.state.assistant.documents("public")[0].document_id
    html = {"Accept": "text/html"}
    path = f"/documents/{shown}"
    away = office.client.get(path, headers=html, follow_redirects=False)
    assert (away.status_code, away.headers["location"]) == (303, f"/login?next=%2Fdocuments%2F{shown}")
    page = office.client.get(path, params={"visit": office.token()}, headers=html)
    assert page.status_code == 200
    cookie = SimpleCookie(page.headers["set-cookie"])["zhengwen_visit"]
    assert (cookie["httponly"], cookie["samesite"].lower(), int(cookie["max-age"])) == (True, "strict", 600)
    assert office.client.get(f"/api/documents/{shown}").status_code == 200
    invisible = {d.document_id for d in office.app.state.assistant.documents("admin")} - {
        d.document_id for d in office.app.state.assistant.documents("public")
    }
    assert invisible
    for document_id in invisible:
        check_problem(office.client.get(f"/api/documents/{document_id}"), 404)
    # Whoever is signed in keeps the own role.
    office.client.post("/api/session", json={"key": office.staff[1]})
    assert office.get(None).json()["role"] == "staff"
    # No other route takes a token from its address.
    office.client.cookies.clear()
    check_problem(office.client.get("/api/documents", params={"visit": office.token()}), 401)
    for bad in ("x", office.publish[1], office.staff[1]):
        assert office.client.get(path, params={"visit": bad}, headers=html, follow_redirects=False).status_code == 303


def test_pages_lead_to_the_sign_in(office: Office) -> None:
    html = {"Accept": "text/html,application/xhtml+xml"}
    office.client.cookies.clear()
    for path in ("/", "/replies?q=盘活&number=457", "/desk", "//evil.example/", "/replies/..%2f..%2fetc"):
        response = office.client.get(path, headers=html, follow_redirects=False)
        if response.status_code == 303:
            location = response.headers["location"]
            assert location.startswith("/login?next=%2F")
            assert "\n" not in location
        else:
            assert response.status_code == 404
    assert office.client.get("/login").status_code == 200
    office.client.post("/api/session", json={"key": office.staff[1]})
    assert office.client.get("/", headers=html).status_code == 200
    desk = office.client.get("/desk", headers=html, follow_redirects=False)
    assert (desk.status_code, desk.headers["location"]) == (303, "/login?refused=1")
    check_problem(office.client.get("/api/desk", headers=html), 403)


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-For": "10.0.0.9"}, {"Forwarded": "for=10.0.0.9"}, {"X-Forwarded-Host": "a.cn"}, {"X-Real-IP": "10.0.0.9"},
        {"X-Forwarded-Proto": "https"}, {"Host": "zhengwen.example.gov.cn"}, {"Host": "evil.example:80"}, {"Host": "127.0.0.1.evil.example"},
        {"Origin": OTHER}, {"Origin": PORTAL}, {"Origin": "http://["}, {"Origin": "http://localhost.evil.example"},
        # Browsers call such names, which the framework cannot read.
        {"Host": "a{b.evil.example"}, {"Host": "a`b.evil.example:8000"}, {"Host": 'a"b.evil.example'},
        {"Host": "evil.example:99999999"}, {"Host": "localhost@evil.example"}, {"Host": "evil.example#localhost"}, {"Host": "[::1"}, {"Host": ""},
    ],
)  # fmt: skip
def test_without_keys_nobody_comes_through_a_proxy(
    own_data_dir: Path, encoder: Encoder, headers: dict[str, str]
) -> None:
    client = local(create_app(Assistant.open(own_data_dir, encoder), Settings()))
    assert client.get("/api/documents").status_code == 200
    assert client.get("/api/documents", headers={"Host": "127.0.0.1:8000"}).status_code == 200
    assert client.get("/api/documents", headers={"Host": "[::1]:8000"}).status_code == 200
    problem = check_problem(client.get("/api/documents", headers=headers), 403)
    assert "没有配置访问密钥" in problem["detail"]
    assert "\n" not in problem["detail"]


def test_without_keys_other_pages_change_nothing(own_data_dir: Path, encoder: Encoder) -> None:
    client = local(create_app(Assistant.open(own_data_dir, encoder), Settings()))
    body = {"answer_id": "unknown", "rating": "up"}
    for headers, status in (
        ({}, 404), ({"Origin": "http://localhost"}, 404), ({"Origin": "http://localhost:9000"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403), ({"Sec-Fetch-Site": "same-site", "Origin": "http://localhost:9000"}, 403),
    ):  # fmt: skip
        assert client.post("/api/feedback", json=body, headers=headers).status_code == status
    # There is nothing to sign in with.
    check_problem(client.post("/api/session", json={"key": "zws_x_y"}), 401)
    check_problem(client.post("/api/token", json={"key": "zwp_x_y"}, headers={"Origin": PORTAL}), 401)


def test_an_unreadable_file_of_keys_lets_nobody_in(office: Office) -> None:
    office.app.state.access.keys.path.write_text("{", encoding="utf-8")
    for authorization in (None, f"Bearer {office.admin[1]}"):
        problem = check_problem(office.get(authorization, "/api/documents"), 503)
        assert "keys.json" in problem["detail"]
    check_problem(local(office.app).get("/api/documents"), 503)
    assert office.client.get("/healthz").status_code == 200
