"""Keys at the desk: made, shown once, revoked; nobody locks themselves out; and the desk is for keepers alone."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.server.desk_support import Desk, desk_over
from tests.server.support import FIRST, check_problem

ORIGIN = "https://oa.example.gov.cn"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with desk_over(tmp_path) as opened:
        yield opened


def create(desk: Desk, role: str, *, bearer: str | None = None, **more: Any) -> Any:
    headers = {"authorization": f"Bearer {bearer}"} if bearer else {}
    return desk.http.post("/api/desk/keys", json={"role": role, "name": f"{role} 钥匙", **more}, headers=headers)


def test_from_the_first_key_to_the_last(desk: Desk) -> None:
    assert desk.get("/api/desk/keys") == {"configured": False, "keys": []}
    # The first key shuts the door: it has to open the desk.
    assert "管理员密钥" in check_problem(create(desk, "staff"), 409)["detail"]
    made = create(desk, "admin")
    assert made.status_code == 201
    admin, admin_id = made.json()["presented"], made.json()["key"]["id"]
    check_problem(desk.http.get("/api/desk"), 401)
    desk.http.headers["authorization"] = f"Bearer {admin}"

    staff = create(desk, "staff", bearer=admin, days=30).json()
    page = create(desk, "public", bearer=admin, kind="publish", origins=[ORIGIN]).json()
    found = desk.get("/api/desk/keys")
    assert found["configured"] is True
    assert [(one["role"], one["kind"], one["own"], one["origins"]) for one in found["keys"]] == [
        ("public", "publish", False, [ORIGIN]), ("staff", "secret", False, []), ("admin", "secret", True, []),
    ]  # fmt: skip
    # What holders present is in no list.
    for secret in (admin, staff["presented"], page["presented"]):
        assert secret not in desk.http.get("/api/desk/keys").text

    desk.http.headers["authorization"] = f"Bearer {staff['presented']}"
    assert desk.ask("第0125号建议是谁提出的")["answered"]
    for response in (
        desk.http.get("/api/desk"), desk.http.get("/api/desk/documents"), desk.http.get("/api/desk/keys"),
        desk.http.get("/api/desk/feedback"), desk.http.get("/api/desk/unanswered"), desk.http.get("/api/desk/evaluation"),
        desk.http.get("/api/desk/index/events"), desk.http.post("/api/desk/index"), create(desk, "admin"),
        desk.upload("一.txt", "正文"), desk.http.delete(f"/api/documents/{desk.ids()[FIRST]}"), desk.http.get("/desk"),
        desk.http.put(f"/api/desk/documents/{desk.ids()[FIRST]}/corrections", json={"fields": {"issuer": "甲"}}),
    ):  # fmt: skip
        assert response.status_code in (401, 403), response.request.url

    desk.http.headers["authorization"] = f"Bearer {admin}"
    assert desk.http.delete(f"/api/desk/keys/{staff['key']['id']}").json()["valid"] is False
    check_problem(desk.http.get("/api/desk", headers={"authorization": f"Bearer {staff['presented']}"}), 401)
    assert "最后一把" in check_problem(desk.http.delete(f"/api/desk/keys/{admin_id}"), 409)["detail"]
    second = create(desk, "admin", bearer=admin).json()
    assert desk.http.delete(f"/api/desk/keys/{admin_id}").status_code == 200
    check_problem(desk.http.get("/api/desk"), 401)
    desk.http.headers["authorization"] = f"Bearer {second['presented']}"
    assert desk.get("/api/desk/keys")["configured"] is True


def test_what_is_no_key_is_said(desk: Desk) -> None:
    admin = create(desk, "admin").json()["presented"]
    desk.http.headers["authorization"] = f"Bearer {admin}"
    check_problem(desk.http.delete("/api/desk/keys/unknown"), 404)
    for wrong in (
        {"role": "deputy", "kind": "publish", "origins": [ORIGIN]},
        {"role": "public", "kind": "publish"},
        {"role": "public", "kind": "publish", "origins": ["oa.example.gov.cn/page"]},
        {"role": "staff", "origins": [ORIGIN]},
        {"role": "king"},
        {"role": "staff", "name": " "},
        {"role": "staff", "days": 0},
    ):
        body = {"name": "钥匙", **wrong}
        problem = check_problem(desk.http.post("/api/desk/keys", json=body), 422)
        assert "\n" not in problem["detail"]
    assert len(desk.get("/api/desk/keys")["keys"]) == 1
