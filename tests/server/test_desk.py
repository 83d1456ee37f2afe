"""The desk over HTTP: what is indexed, bringing it up to date, correcting it, ratings, reports."""

import json
import re
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest

from indexer.folders import recorded_paths
from tests.server.desk_support import Desk, desk_over
from tests.server.support import FIRST, LETTER, SECOND, check_problem

LONG = "".join(f"第{n}座泵站配备水泵{n % 7 + 2}台，由第{n % 90}班在第{n}周检修。\n" for n in range(4_000))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with desk_over(tmp_path) as opened:
        yield opened


def events(response: Any) -> list[dict[str, Any]]:
    """The jobs that a stream told of."""
    lines = [line.removeprefix("data: ") for line in response.text.splitlines() if line.startswith("data: ")]
    return [json.loads(line) for line in lines]


def test_the_page_and_all_it_loads_are_of_this_host(desk: Desk) -> None:
    page = desk.http.get("/desk")
    assert page.headers["content-type"].startswith("text/html")
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\son\w+=|\sstyle=", page.text)
    assert not re.search(r"\b(?:https?|wss?):", page.text)
    waiting = re.findall(r'(?:src|href)="(/static/[^"#]*)"', page.text)
    seen: set[str] = set()
    while waiting:
        address = waiting.pop()
        if address in seen:
            continue
        seen.add(address)
        loaded = desk.http.get(address)
        assert loaded.status_code == 200, address
        assert not re.search(r"\b(?:https?|wss?):", loaded.text.replace("http://www.w3.org/2000/svg", "")), address
        waiting.extend(urljoin(address, name) for name in re.findall(r'from "(\.[^"]+)"', loaded.text))
    assert {"/static/desk/uploads.js", "/static/desk/access.js", "/static/page.js", "/static/desk.css"} <= seen


def test_what_is_indexed_and_since_when(desk: Desk) -> None:
    found = desk.get("/api/desk")
    assert found["generation"]["name"] == "000001"
    assert found["generation"]["documents"] == 2
    assert found["generation"]["created"].endswith("+00:00")
    assert found["counts"]["kind"] == {"reply": 2}
    assert found["counts"]["status"] == {"": 2}
    assert [(one["path"], one["present"], one["documents"]) for one in found["folders"]] == [
        (str(desk.folder), True, 2), (str(desk.data_dir / "uploads"), False, 0),
    ]  # fmt: skip
    assert (found["job"], found["waiting"], found["removed"]) == (None, [], [])
    assert found["limits"]["max_file_mb"] == 32
    assert ".docx" in found["limits"]["formats"]


def test_the_list_is_narrowed(desk: Desk) -> None:
    for n in range(3):
        desk.upload(f"通知{n}.txt", f"某市水利局\n\n关于检修的通知\n\n主动公开\n\n检修第{n}号水泵。\n")
    desk.index()

    def sources(query: str) -> list[str]:
        return [one["source"] for one in desk.get(f"/api/desk/documents?{query}")["documents"]]

    notices = ["通知0.txt", "通知1.txt", "通知2.txt"]
    assert sources("") == sorted([FIRST, SECOND, *notices])
    assert sources("kind=notice") == sources("uploaded=true") == sources("disclosure=主动公开") == notices
    assert sources("disclosure=none") == sources("kind=reply") == sorted([FIRST, SECOND])
    assert sources("q=张三") == [FIRST]
    assert sources("q=0137") == sources("q=137") == [SECOND]
    assert sources("q=第一份") == [FIRST]
    assert sources("q=通知&offset=1&limit=1") == ["通知1.txt"]
    assert desk.get("/api/desk/documents?q=通知&limit=1")["total"] == 3
    assert sources("q=没有这样的") == []
    check_problem(desk.http.get("/api/desk/documents?limit=1000000"), 422)


def test_up_to_date_with_progress_and_one_at_a_time(desk: Desk) -> None:
    (desk.folder / "第三份.txt").write_text(LETTER.format(45, "王五", "节水"), encoding="utf-8")
    (desk.folder / "长.txt").write_text(LONG, encoding="utf-8")
    (desk.folder / "坏.pdf").write_bytes(b"no pdf")
    (desk.folder / "表.xyz").write_bytes(b"1")
    (desk.folder / SECOND).unlink()
    started = desk.http.post("/api/desk/index")
    assert started.status_code == 202
    second = check_problem(desk.http.post("/api/desk/index"), 409)
    assert "正在更新" in second["detail"]
    document_id = desk.ids()[FIRST]
    assert "正在更新" in check_problem(desk.http.delete(f"/api/documents/{document_id}"), 409)["detail"]
    # Questions are answered meanwhile.
    assert desk.ask("第0125号建议是谁提出的")["citations"][0]["source"] == FIRST

    told = events(desk.http.get("/api/desk/index/events"))
    assert {one["job_id"] for one in told} == {started.json()["job_id"]}
    assert [one["state"] for one in told[:-1]] == ["running"] * (len(told) - 1)
    steps = list(dict.fromkeys(one["step"] for one in told))
    assert steps == ["read", "encode", "publish"]
    assert all(0 <= one["done"] <= one["total"] for one in told if one["total"])
    job = told[-1]
    assert job["state"] == "done"
    assert {name: job["report"][name] for name in ("added", "changed", "removed", "documents")} == {
        "added": 2, "changed": 0, "removed": 1, "documents": 3,
    }  # fmt: skip
    reasons = {one["source"]: one["reason"] for one in job["skipped"]}
    assert set(reasons) == {"坏.pdf", "表.xyz"}
    assert all("\n" not in reason for reason in reasons.values())
    assert set(desk.ids()) == {FIRST, "第三份.txt", "长.txt"}
    # Whoever comes later sees how it ended.
    assert events(desk.http.get("/api/desk/index/events")) == [job]
    again = desk.index()
    assert (again["report"]["published"], again["report"]["unchanged"]) == (False, 3)
    assert desk.http.post("/api/desk/index", json={"rebuild": True}).status_code == 202
    assert desk.ended()["report"]["changed"] == 3


def test_what_is_done_can_be_stopped(desk: Desk) -> None:
    for n in range(4):
        (desk.folder / f"长{n}.txt").write_text(LONG + str(n), encoding="utf-8")
    generation = desk.get("/api/desk")["generation"]
    desk.http.post("/api/desk/index", json={"rebuild": True})
    while desk.get("/api/desk")["job"]["step"] == "read":
        time.sleep(0.05)
    assert desk.http.delete("/api/desk/index").status_code == 202
    job = desk.ended()
    # A machine may have been quick enough to be done before it was told.
    if job["state"] != "done":
        assert (job["state"], job["error"]) == ("stopped", None)
        assert desk.get("/api/desk")["generation"] == generation
    assert desk.index()["state"] == "done"
    assert len(desk.ids()) == 6


def test_a_folder_that_is_gone_is_said(desk: Desk) -> None:
    shutil.move(desk.folder, desk.folder.with_name("移走"))
    assert desk.get("/api/desk")["folders"][0]["present"] is False
    job = desk.index()
    assert job["state"] == "failed"
    assert job["error"].startswith(str(desk.folder))
    assert desk.ask("第0125号建议是谁提出的")["answered"]


def test_without_a_record_the_documents_tell_their_folders(desk: Desk) -> None:
    desk.upload("甲.txt", "关于检修的通知\n\n检修水泵。\n")
    desk.index()
    (desk.data_dir / "folders.json").unlink()
    assert desk.get("/api/desk")["folders"][0]["path"] == str(desk.folder)
    assert desk.index()["report"]["unchanged"] == 3
    assert recorded_paths(desk.data_dir) == [desk.folder]
    (desk.data_dir / "folders.json").write_text("{")
    assert "folders.json" in check_problem(desk.http.post("/api/desk/index"), 503)["detail"]


def test_fields_are_shown_with_where_they_are_from_and_corrected(desk: Desk) -> None:
    (desk.folder / "_defaults.toml").write_text('category = "B"\n', encoding="utf-8")
    desk.index()
    document_id = desk.ids()[FIRST]
    text = desk.get(f"/api/documents/{document_id}/text")["text"]
    address = f"/api/desk/documents/{document_id}"
    info = desk.get(address)
    assert info["file"] == str(desk.folder / FIRST)
    fields = {field["name"]: field for field in info["fields"]}
    number = fields["document_number"]
    assert text[number["start"] : number["end"]] == number["value"] == "渝水函〔2025〕25号"
    assert (number["origin"], fields["category"]["origin"], fields["kind"]["origin"]) == ("read", "default", "derived")

    wrong = desk.http.put(f"{address}/corrections", json={"fields": {"date": "下周", "issuer": "甲"}})
    assert wrong.status_code == 422
    assert set(wrong.json()["errors"]) == {"date"}
    saved = desk.http.put(f"{address}/corrections", json={"fields": {"proposer": "张三丰", "date": "2025-05-06"}})
    assert saved.status_code == 200
    assert saved.json()["sidecar"] == f"{FIRST}.meta.toml"
    waiting = {field["name"]: field for field in saved.json()["fields"]}
    assert (waiting["proposer"]["origin"], waiting["proposer"]["in_index"]) == ("corrected", False)

    assert desk.index()["report"]["changed"] == 1
    now = {field["name"]: field for field in desk.get(address)["fields"]}
    assert (now["proposer"]["value"], now["proposer"]["in_index"]) == ("张三丰", True)
    assert [one["proposer"] for one in desk.get("/api/replies?proposer=张三丰")["replies"]] == ["张三丰"]
    assert {one["source"]: one["date"] for one in desk.get("/api/documents")["documents"]}[FIRST] == "2025-05-06"
    (line,) = desk.get("/api/desk/documents?q=0125")["documents"]
    assert line["corrected"] is True
    # Withdrawn, the text has the last word again.
    desk.http.put(f"{address}/corrections", json={"fields": {"proposer": "", "date": ""}})
    desk.index()
    back = {field["name"]: field for field in desk.get(address)["fields"]}
    assert (back["proposer"]["value"], back["proposer"]["origin"]) == ("张三", "read")
    assert not (desk.folder / f"{FIRST}.meta.toml").exists()


def test_what_cannot_be_corrected_is_said(desk: Desk) -> None:
    document_id = desk.ids()[FIRST]
    address = f"/api/desk/documents/{document_id}/corrections"
    check_problem(desk.http.put("/api/desk/documents/unknown/corrections", json={"fields": {"issuer": "甲"}}), 404)
    check_problem(desk.http.get("/api/desk/documents/unknown"), 404)
    check_problem(desk.http.put(address, json={"fields": {}}), 422)
    assert desk.http.put(address, json={"fields": {"../x": "甲"}}).json()["errors"].keys() == {"../x"}
    assert desk.http.put(address, content=b'{"fields": {"issuer": "\\ud800"}}').status_code == 422
    (desk.folder / FIRST).unlink()
    assert "原文件不在了" in check_problem(desk.http.put(address, json={"fields": {"issuer": "甲"}}), 503)["detail"]


def test_ratings_with_the_passages_concerned(desk: Desk) -> None:
    for question, rating in (("第0125号建议是谁提出的", "up"), ("第0999号建议是谁提出的", "down")):
        answer = desk.ask(question)
        body = {"answer_id": answer["answer_id"], "rating": rating, "comment": "电话13900001234"}
        assert desk.http.post("/api/feedback", json=body).status_code == 201
    found = desk.get("/api/desk/feedback")
    assert (found["total"], found["up"], found["down"]) == (2, 1, 1)
    down, up = found["feedback"]
    assert (up["question"], up["cited"], up["comment"]) == ("第0125号建议是谁提出的", True, "电话139********")
    (passage,) = up["passages"]
    text = desk.get(f"/api/documents/{passage['document_id']}/text")["text"]
    assert text[passage["start"] : passage["end"]] == passage["text"]
    assert (down["answered"], down["cited"]) == (False, False)
    only = desk.get("/api/desk/feedback?rating=down")
    assert (only["total"], only["up"], [one["rating"] for one in only["feedback"]]) == (1, 1, ["down"])


def test_the_last_report(desk: Desk, tmp_path: Path) -> None:
    assert desk.get("/api/desk/evaluation") == {"folder": str(desk.data_dir / "eval"), "report": None, "page": None}
    check_problem(desk.http.get("/api/desk/evaluation/report"), 404)
    for name, right in (("早", 1), ("晚", 2)):
        (desk.data_dir / "eval" / name).mkdir(parents=True)
        report = {"kind": "questions", "right": right, "wrong": [{"id": n} for n in range(50)]}
        (desk.data_dir / "eval" / name / "report.json").write_text(json.dumps(report))
        time.sleep(0.02)
    found = desk.get("/api/desk/evaluation")
    assert (found["report"]["right"], len(found["report"]["wrong"]), found["page"]) == (2, 20, None)
    (desk.data_dir / "eval" / "晚" / "report.html").write_text(
        "<style>p {}</style><p>报告<script>alert(1)</script>", encoding="utf-8"
    )
    page = desk.http.get(desk.get("/api/desk/evaluation")["page"])
    assert page.text.startswith("<style>")
    # It is shown with its style, and nothing in it runs.
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "script" not in policy
    (desk.data_dir / "eval" / "晚" / "report.json").write_text("[1]")
    assert "report.json" in check_problem(desk.http.get("/api/desk/evaluation"), 503)["detail"]
