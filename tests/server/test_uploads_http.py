"""POST and DELETE /api/documents: from a file in a browser to an answer out of it, and back."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from indexer.encoders import load_encoder
from indexer.pipeline import Indexer
from tests.server.desk_support import ENCODER, Desk, desk_over
from tests.server.support import FIRST, LETTER, SECOND, check_problem

NOTICE = "某市水利局\n\n关于检修的通知\n\n“742”机制：指提前7天排水、提前4天检修、提前2天试水。\n"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with desk_over(tmp_path, max_file_mb=1) as opened:
        yield opened


def test_from_the_upload_to_the_answer_and_back(desk: Desk) -> None:
    assert not desk.ask("什么是742机制")["answered"]
    kept = desk.upload("检修.txt", NOTICE)
    assert kept.status_code == 201
    assert kept.json() == {
        "name": "检修.txt", "size": len(NOTICE.encode()), "stored": "new", "removed": None, "corrected": False,
    }  # fmt: skip
    assert desk.get("/api/desk")["waiting"] == ["检修.txt"]
    job = desk.index()
    assert (job["state"], job["report"]["added"], job["report"]["documents"]) == ("done", 1, 3)
    assert desk.get("/api/desk")["waiting"] == []
    answer = desk.ask("什么是742机制")
    assert answer["citations"][0]["source"] == "检修.txt"
    assert answer["citations"][0]["quote"].startswith("“742”机制：指提前7天")

    document_id = desk.ids()["检修.txt"]
    removed = desk.http.delete(f"/api/documents/{document_id}")
    assert removed.json() == {"document_id": document_id, "removed": True}
    assert not desk.ask("什么是742机制")["answered"]
    assert (desk.data_dir / "uploads" / "检修.txt").read_text(encoding="utf-8") == NOTICE
    assert [one["source"] for one in desk.get("/api/desk")["removed"]] == ["检修.txt"]
    # A run of the indexer does not bring it back, and neither does sending the file again: it says how.
    desk.index()
    assert "检修.txt" not in desk.ids()
    again = desk.upload("检修.txt", NOTICE)
    assert (again.status_code, again.json()["stored"], again.json()["removed"]) == (200, "same", document_id)

    assert desk.http.post(f"/api/documents/{document_id}/restore").status_code == 202
    assert desk.ended()["state"] == "done"
    assert desk.ids()["检修.txt"] == document_id
    assert desk.ask("什么是742机制")["answered"]
    check_problem(desk.http.post(f"/api/documents/{document_id}/restore"), 404)


def test_an_index_of_other_folders_keeps_the_uploads(desk: Desk, tmp_path: Path) -> None:
    desk.upload("检修.txt", NOTICE)
    other = tmp_path / "另一个"
    other.mkdir()
    (other / "甲.txt").write_text(LETTER.format(88, "王五", "节水"), encoding="utf-8")
    with Indexer(desk.data_dir, load_encoder(ENCODER)) as indexer:
        indexer.index([other])
    assert set(desk.ids()) == {"甲.txt", "检修.txt"}
    # And what was named then is what the desk indexes from now on.
    (other / "乙.txt").write_text(LETTER.format(89, "赵六", "防汛"), encoding="utf-8")
    desk.index()
    assert set(desk.ids()) == {"甲.txt", "乙.txt", "检修.txt"}


def test_the_same_name_as_an_indexed_file_is_another_document(desk: Desk) -> None:
    before = desk.ids()
    assert desk.upload(FIRST, NOTICE).status_code == 201
    desk.index()
    listed = desk.get("/api/documents")["documents"]
    assert sorted(one["source"] for one in listed) == sorted([FIRST, FIRST, SECOND])
    assert set(before.values()) < {one["document_id"] for one in listed}


def test_a_file_of_the_same_name(desk: Desk) -> None:
    desk.upload("检修.txt", NOTICE)
    taken = desk.upload("检修.txt", NOTICE + "改。")
    assert taken.status_code == 409
    assert taken.headers["content-type"] == "application/problem+json"
    assert taken.json()["free"] == "检修 (2).txt"
    renamed = desk.upload("检修.txt", NOTICE + "改。", on_conflict="rename")
    assert (renamed.status_code, renamed.json()["name"]) == (201, "检修 (2).txt")
    replaced = desk.upload("检修.txt", "全新的。\n", on_conflict="replace")
    assert (replaced.status_code, replaced.json()["stored"]) == (201, "replaced")
    aside = list((desk.data_dir / "uploads" / ".replaced").iterdir())
    assert [path.read_text(encoding="utf-8") for path in aside] == [NOTICE]


def test_what_cannot_be_taken_is_said_in_one_line(desk: Desk) -> None:
    for status, name, content in (
        (413, "大.txt", "水" * 400_000),
        (413, "很大.txt", "水" * 2_000_000),
        (415, "程序.exe", "MZ"),
        (415, "_defaults.toml", 'disclosure = "公开"'),
        (422, "坏.pdf", "nothing"),
        (422, "空.txt", " \n"),
        (422, "无后缀", NOTICE),
    ):
        problem = check_problem(desk.upload(name, content), status)
        assert "\n" not in problem["detail"]
    check_problem(desk.upload("一.txt", NOTICE, on_conflict="overwrite"), 422)
    check_problem(desk.http.post("/api/documents", data={"file": "no file"}), 422)
    check_problem(desk.http.post("/api/documents", json={}), 422)
    check_problem(
        desk.http.post("/api/documents", content=b"--x", headers={"content-type": "multipart/form-data"}), 400
    )
    two = [("file", ("a.txt", b"a")), ("file", ("b.txt", b"b"))]
    check_problem(desk.http.post("/api/documents", files=two), 400)
    assert not (desk.data_dir / "uploads").exists() or desk.get("/api/desk")["waiting"] == []


def test_hostile_names_stay_in_the_folder(desk: Desk) -> None:
    for name in ("../../../../tmp/x.txt", "..\\x.txt", "/x.txt", "a/../x.txt", "uploads/../../CURRENT.txt"):
        assert desk.upload(name, NOTICE + name).status_code in (201, 409)
    inside = {path.relative_to(desk.data_dir).as_posix() for path in (desk.data_dir / "uploads").glob("*.txt")}
    assert inside == {"uploads/x.txt", "uploads/CURRENT.txt"}


def test_an_upload_that_waits_can_be_put_aside(desk: Desk) -> None:
    desk.upload("检修.txt", NOTICE)
    assert desk.http.delete("/api/desk/uploads/检修.txt").status_code == 204
    assert desk.get("/api/desk")["waiting"] == []
    for name in ("检修.txt", "..%2fstore.sqlite", FIRST):
        check_problem(desk.http.delete(f"/api/desk/uploads/{name}"), 404)
    assert len(list((desk.data_dir / "uploads" / ".replaced").iterdir())) == 1


def test_the_last_document_stays(desk: Desk) -> None:
    first, second = desk.ids().values()
    assert desk.http.delete(f"/api/documents/{first}").status_code == 200
    assert "最后一份" in check_problem(desk.http.delete(f"/api/documents/{second}"), 409)["detail"]
    check_problem(desk.http.delete("/api/documents/unknown"), 404)
    assert list(desk.ids().values()) == [second]


@pytest.mark.parametrize("suffix", ["docx", "pdf"])
def test_files_of_an_office_program(desk: Desk, tmp_path: Path, suffix: str) -> None:
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("no LibreOffice here (Debian: apt install libreoffice-writer)")
    written = tmp_path / "检修.html"
    written.write_text(f"<meta charset=utf-8><h1>关于检修的通知</h1><p>{NOTICE.splitlines()[4]}</p>", encoding="utf-8")
    command = [office, f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless", "--writer"]
    formats = {"docx": "docx:MS Word 2007 XML", "pdf": "pdf:writer_web_pdf_Export"}
    subprocess.run(
        [*command, "--convert-to", formats[suffix], "--outdir", str(tmp_path), str(written)],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    made = (tmp_path / f"检修.{suffix}").read_bytes()
    # A file that a network has cut off is no file.
    check_problem(desk.upload(f"半份.{suffix}", made[: len(made) // 3]), 422)
    assert desk.upload(f"检修.{suffix}", made).status_code == 201
    desk.index()
    answer = desk.ask("什么是742机制")
    assert answer["citations"][0]["source"] == f"检修.{suffix}"
    assert "提前7天排水、提前4天检修" in answer["citations"][0]["quote"]
