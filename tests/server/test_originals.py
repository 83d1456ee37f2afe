"""The file a document was read from: only while it is the one that was read, and never past what is masked."""

import os
from pathlib import Path
from urllib.parse import unquote

import httpx2
import pytest
from starlette.testclient import TestClient

from indexer.encoders import Encoder
from indexer.errors import UnknownDocument
from indexer.pipeline import Indexer
from server.app import create_app
from server.assistant import Assistant
from server.originals import find_original
from server.settings import Settings
from tests.server.reply_letters import letter
from tests.server.support import check_problem, local

NAME = "函 第11号.txt"
PHONE = "13800000000"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a letter, and one that names a mobile number."""
    made = tmp_path / "文件"
    (made / "内").mkdir(parents=True)
    (made / NAME).write_text(letter(11, "张三", "供水"), encoding="utf-8")
    (made / "内" / "电话.txt").write_text(letter(12, "李四", "排水") + f"\n联系电话：{PHONE}\n", encoding="utf-8")
    return made


@pytest.fixture
def assistant(folder: Path, tmp_path: Path, encoder: Encoder) -> Assistant:
    """The assistant over the folder."""
    with Indexer(tmp_path / "data", encoder) as indexer:
        indexer.index([folder])
    return Assistant.open(tmp_path / "data", encoder)


def identity(assistant: Assistant, source: str) -> str:
    """The id of a document by its path."""
    (found,) = [one.document_id for one in assistant.documents() if one.source == source]
    return found


def test_the_file_comes_as_it_is(assistant: Assistant, folder: Path) -> None:
    address = f"/api/documents/{identity(assistant, NAME)}/original"
    content = (folder / NAME).read_bytes()
    with local(create_app(assistant, Settings())) as http:
        got = http.get(address)
        assert got.content == content
        assert got.headers["content-type"] == "application/octet-stream"
        assert got.headers["cache-control"] == "no-store"
        kind, _, name = got.headers["content-disposition"].partition("; filename*=UTF-8''")
        assert (kind, unquote(name)) == ("attachment", NAME)
        asked = http.head(address)
        assert (asked.status_code, asked.content, asked.headers["content-length"]) == (200, b"", str(len(content)))
        check_problem(http.get("/api/documents/nothing/original"), 404)


@pytest.mark.parametrize("change", ["longer", "same length", "younger", "gone", "side-car"])
def test_a_file_that_changed_is_not_handed_out(assistant: Assistant, folder: Path, change: str) -> None:
    file = folder / NAME
    text = file.read_text(encoding="utf-8")
    if change == "longer":
        file.write_text(text + "后来", encoding="utf-8")
    elif change == "same length":
        file.write_text(text.replace("张三", "王五"), encoding="utf-8")
        os.utime(file, ns=(0, file.stat().st_mtime_ns + 1_000_000))
    elif change == "younger":
        os.utime(file, ns=(0, file.stat().st_mtime_ns + 1_000_000))
    elif change == "gone":
        file.unlink()
    else:
        (folder / f"{NAME}.meta.toml").write_text('disclosure = "不予公开"\n', encoding="utf-8")
    with local(create_app(assistant, Settings())) as http:
        answer = http.get(f"/api/documents/{identity(assistant, NAME)}/original")
        assert NAME in check_problem(answer, 404)["detail"]


def test_what_is_read_while_it_changes_is_not_handed_out(assistant: Assistant, folder: Path) -> None:
    found = find_original(assistant.data_dir, assistant.document(identity(assistant, NAME)))
    (folder / NAME).write_text("短", encoding="utf-8")
    with pytest.raises(UnknownDocument, match=NAME):
        found.read()


def test_an_index_that_is_ahead_of_what_is_published(assistant: Assistant, folder: Path, encoder: Encoder) -> None:
    """The store knows the new file, the reader still shows the old text: neither is handed out as the other."""
    shown = assistant.document(identity(assistant, NAME))
    (folder / NAME).write_text(letter(11, "张三", "节水"), encoding="utf-8")
    with Indexer(assistant.data_dir, encoder) as indexer:
        indexer.index([folder])
    with pytest.raises(UnknownDocument, match=NAME):
        find_original(assistant.data_dir, shown)


def test_personal_numbers_are_said_to_be_in_it(assistant: Assistant) -> None:
    found = find_original(assistant.data_dir, assistant.document(identity(assistant, "内/电话.txt")))
    assert (found.personal, found.name) == (True, "电话.txt")
    assert not find_original(assistant.data_dir, assistant.document(identity(assistant, NAME))).personal


def test_personal_numbers_go_to_the_administrator_alone(assistant: Assistant) -> None:
    app = create_app(assistant, Settings(rate_limit_address="off"))
    keys = {role: app.state.access.keys.create(role, role)[1] for role in ("staff", "admin")}
    client = TestClient(app, base_url="https://service.example")
    letter_, phone = (f"/api/documents/{identity(assistant, one)}/original" for one in (NAME, "内/电话.txt"))

    def got(address: str, role: str) -> httpx2.Response:
        return client.get(address, headers={"Authorization": f"Bearer {keys[role]}"})

    assert [got(letter_, role).status_code for role in ("staff", "admin")] == [200, 200]
    assert "管理员" in check_problem(got(phone, "staff"), 403)["detail"]
    assert PHONE in got(phone, "admin").text


def test_without_a_store_nothing_is_known(assistant: Assistant, tmp_path: Path) -> None:
    document = assistant.document(identity(assistant, NAME))
    with pytest.raises(UnknownDocument, match="没有保存原文件的位置"):
        find_original(tmp_path / "elsewhere", document)
