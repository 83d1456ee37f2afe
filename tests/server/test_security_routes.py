"""Every route declares the role it asks for, and asks for it: walked over the routes and the OpenAPI document."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts
from fastapi.staticfiles import StaticFiles
from starlette.routing import Mount
from starlette.testclient import TestClient

from indexer.encoders import Encoder
from server.api.pages import WEB
from server.app import create_app
from server.assistant import Assistant
from server.search.disclosure import ROLES, Role
from server.security.reader import Requires
from server.settings import Settings
from tests.server.support import check_problem, local

# Routes that anybody may call, known or not: what watches the service, what signs in, and files without content.
OPEN = {
    ("GET", "/healthz"),
    ("GET", "/readyz"),
    ("GET", "/metrics"),
    ("GET", "/login"),
    ("GET", "/widget.js"),
    ("POST", "/api/session"),
    ("DELETE", "/api/session"),
    ("POST", "/api/token"),
}
# Of those that serve data, the ones that are not for every reader: all else is filtered by role, not refused.
KEEPER = re.compile(r"/desk|/api/desk")
Routes = dict[tuple[str, str], list[Role | None]]


def calls(dependant: Dependant) -> Iterator[object]:
    """Whatever a route depends on, however deep."""
    for one in dependant.dependencies:
        yield one.call
        yield from calls(one)


def routes_of(app: FastAPI) -> Routes:
    """The roles that each route declares, by method and path; mounts of files aside."""
    found: Routes = {}
    for context in iter_route_contexts(app.routes):
        route = context.original_route
        if isinstance(route, Mount):
            assert (route.path, type(route.app)) == ("/static", StaticFiles)
            assert isinstance(route.app, StaticFiles)
            assert route.app.directory == WEB
            continue
        assert isinstance(route, APIRoute), f"{route} can declare no role"
        roles = [call.role for call in calls(route.dependant) if isinstance(call, Requires)]
        for method in route.methods or ():
            found[method, route.path] = roles
    return found


def bare(data_dir: Path, encoder: Encoder, **settings: str) -> FastAPI:
    return create_app(
        Assistant.open(data_dir, encoder),
        Settings.model_validate({"rate_limit_address": "off", "rate_limit_key": "off", **settings}),
    )


@pytest.fixture
def app(own_data_dir: Path, encoder: Encoder) -> FastAPI:
    """An app over an index that may be written to."""
    return bare(own_data_dir, encoder)


def test_every_route_declares_one_role(app: FastAPI) -> None:
    routes = routes_of(app)
    assert len(routes) > 25
    undeclared = sorted(route for route, roles in routes.items() if len(set(roles)) != 1)
    assert undeclared == []
    assert {route for route, roles in routes.items() if roles[0] is None} <= OPEN
    for (_, path), roles in routes.items():
        if KEEPER.match(path):
            assert set(roles) == {"admin"}


def test_whatever_changes_documents_is_for_the_administrator(app: FastAPI) -> None:
    for (method, path), roles in routes_of(app).items():
        if method in ("PUT", "DELETE", "PATCH") and path != "/api/session":
            assert set(roles) == {"admin"}, (method, path)
        if method == "POST" and path.startswith("/api/documents"):
            assert set(roles) == {"admin"}, (method, path)


def test_the_openapi_document_names_no_route_beside_them(app: FastAPI) -> None:
    routes = routes_of(app)
    described = {
        (method.upper(), path)
        for path, operations in app.openapi()["paths"].items()
        for method in operations
        if method in ("get", "post", "put", "delete", "patch", "head")
    }
    assert described
    assert described <= set(routes)


def called(client: TestClient, method: str, path: str, role: str | None) -> int:
    """The status of a request with nothing in it."""
    filled = re.sub(r"\{[^}]*\}", "unknown", path)
    headers = {"Accept": "application/json"}
    if role:
        headers["Authorization"] = f"Bearer {role}"
    response = client.request(method, filled, headers=headers, follow_redirects=False)
    if response.status_code >= 400 and method != "HEAD":
        assert response.headers["content-type"] == "application/problem+json", (method, path)
        assert response.json()["status"] == response.status_code
    return response.status_code


def test_each_role_at_each_route(own_data_dir: Path, app: FastAPI) -> None:
    """Below the declared role a route refuses before anything else is looked at; from it on, access is no obstacle."""
    store = app.state.access.keys
    keys: dict[Role, str] = {role: store.create(role, f"key of {role}")[1] for role in ROLES}
    with TestClient(app) as client:
        for (method, path), roles in sorted(routes_of(app).items()):
            needed = roles[0]
            if path == "/api/desk/index/events":
                continue  # An endless stream; below.
            status = called(client, method, path, None)
            if needed is not None:
                assert status == 401, (method, path)
            for role, key in keys.items():
                if path == "/api/desk/index" and method == "POST" and role == "admin":
                    continue  # Would begin an index run.
                status = called(client, method, path, key)
                if needed is not None and ROLES.index(role) < ROLES.index(needed):
                    assert status == 403, (method, path, role)
                else:
                    assert status not in (401, 403), (method, path, role)
                    assert status < 500, (method, path, role)
        for role in ("public", "deputy", "staff"):
            assert called(client, "GET", "/api/desk/index/events", keys[role]) == 403
        assert called(client, "GET", "/api/desk/index/events", None) == 401


def test_head_and_options_tell_strangers_nothing(app: FastAPI) -> None:
    app.state.access.keys.create("admin", "somebody")
    with TestClient(app) as client:
        for path in ("/api/documents", "/api/search?q=631", "/api/replies", "/desk", "/openapi.json"):
            for method in ("HEAD", "OPTIONS", "TRACE"):
                response = client.request(method, path)
                assert response.status_code in (401, 405), (method, path)
                assert "631" not in response.text


def test_without_keys_only_this_machine_is_served(app: FastAPI) -> None:
    for (method, path), roles in sorted(routes_of(app).items()):
        if roles[0] is None:
            continue
        for host in ("10.0.0.7", "192.168.1.4", "::ffff:10.0.0.7", "fe80::1%eth0", "testclient", ""):
            client = TestClient(app, client=(host, 1), base_url="http://localhost")
            assert called(client, method, path, None) == 403, (method, path, host)
    for host in ("127.0.0.1", "127.8.9.1", "::1", "::ffff:127.0.0.1"):
        client = TestClient(app, client=(host, 1), base_url="http://localhost")
        assert client.get("/api/session").json() == {"name": "local", "role": "admin"}


def test_a_key_of_any_kind_ends_the_local_administrator(app: FastAPI) -> None:
    client = local(app)
    assert client.get("/api/documents").status_code == 200
    key, _ = app.state.access.keys.create("public", "网站", "publish", ["https://example.org"])
    assert client.get("/api/documents").status_code == 401
    # Nor does the door open again when the last key is revoked.
    app.state.access.keys.revoke(key.id)
    assert client.get("/api/documents").status_code == 401
    assert client.get("/api/documents", headers={"Authorization": ""}).status_code == 401


def test_open_to_the_public(own_data_dir: Path, encoder: Encoder) -> None:
    app = bare(own_data_dir, encoder, open_to_public="true")
    app.state.access.keys.create("admin", "somebody")
    with TestClient(app) as client:
        assert client.get("/api/session").json() == {"name": "anonymous", "role": "public"}
        shown = client.get("/api/documents").json()["documents"]
        everything = app.state.assistant.documents("admin")
        assert {d["document_id"] for d in shown} == {d.document_id for d in app.state.assistant.documents("public")}
        assert len(shown) < len(everything)
        check_problem(client.get("/api/desk"), 401)
        assert client.get("/desk", headers={"Accept": "text/html"}, follow_redirects=False).status_code == 303
