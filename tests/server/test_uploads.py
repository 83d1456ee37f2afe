"""Uploads as files: their names are made safe, none is lost, none takes the place of another unasked."""

import os
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.errors import UnreadableFile, ZhengwenError
from indexer.files import scan
from indexer.folders import uploads_folder
from indexer.sidecar import SUFFIX
from server.desk.names import MAX_BYTES, BadName, numbered, safe_name
from server.desk.uploads import NameTaken, TooLarge, Unsupported, Uploads, checked_name

MB = 1_000_000
FIRST, SECOND = b"\xe4\xbe\x9b\xe6\xb0\xb4 one", "供水 two".encode()


@pytest.fixture
def uploads(tmp_path: Path) -> Uploads:
    return Uploads(tmp_path / "data")


def add(uploads: Uploads, name: str, content: bytes = FIRST, **more: str) -> str:
    return uploads.add(name, BytesIO(content), MB, **more).name  # type: ignore[arg-type]


def kept(uploads: Uploads) -> dict[str, bytes]:
    """Every file below the folder of uploads, hidden ones too, by its path without the moment in it."""
    found = (path for path in uploads.folder.rglob("*") if path.is_file())
    names = ((re.sub(r"\d+T[\d.]+Z ", "", path.relative_to(uploads.folder).as_posix()), path) for path in found)
    return {name: path.read_bytes() for name, path in names}


@pytest.mark.parametrize(
    ("given_name", "name"),
    [
        ("通知.docx", "通知.docx"),
        ("报告.PDF", "报告.pdf"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ("..\\..\\windows\\win.txt", "win.txt"),
        ("/etc/cron.d/x.md", "x.md"),
        ("C:\\文件\\一.txt", "一.txt"),
        (".htaccess.txt", "htaccess.txt"),
        ("~$通知.docx", "通知.docx"),
        ("a\x00b\nc\u202etxt.exe.txt", "ab ctxt.exe.txt"),
        ("con.txt", "_con.txt"),
        ("LPT1.final.md", "_LPT1.final.md"),
        ("console.txt", "console.txt"),
        ('a<b>:"|?*.txt', "a＜b＞：＂｜？＊.txt"),
        ("空 格\u3000\u00a0.txt", "空 格.txt"),
        ("e\u0301.txt", "é.txt"),
        ("尾. . .txt", "尾.txt"),
    ],
)
def test_names_are_made_safe(given_name: str, name: str) -> None:
    assert safe_name(given_name) == name


@pytest.mark.parametrize(
    "name", ["", ".", "..", "/", "txt", ".txt", "...txt", "a/", "\x00", "~$.docx", "文." + "长" * 200]
)
def test_of_some_names_nothing_is_left(name: str) -> None:
    with pytest.raises(BadName):
        safe_name(name)


@given(st.text(max_size=300).map(lambda stem: f"{stem}.txt") | st.text(max_size=300))
def test_a_safe_name_is_one_name_that_the_indexer_reads(name: str) -> None:
    try:
        safe = safe_name(name)
    except BadName:
        return
    assert safe == Path(safe).name == safe_name(safe)
    assert not set(safe) & set('/\\<>:"|?*\x00')
    assert safe.isprintable()
    assert not safe.startswith((".", "~$", " "))
    assert not safe.endswith((".", " "))
    for longest in (safe + SUFFIX, numbered(safe, 999) + SUFFIX, f"20250101T000000.000000Z {safe}"):
        assert len(longest.encode()) <= 255
    assert len(safe.encode()) <= MAX_BYTES + len(Path(safe).suffix)


def test_a_long_name_is_shortened_between_characters(uploads: Uploads) -> None:
    name = add(uploads, "长" * 200 + ".txt")
    assert set(name.removesuffix(".txt")) == {"长"}
    assert uploads.names() == [name]
    assert [file.source for file in scan([uploads.folder])] == [name]


def test_only_what_can_be_read_is_taken() -> None:
    assert checked_name("a.ofd") == "a.ofd"
    for name in ("a.exe", "a.txt.exe", "_defaults.toml", "a.txt.meta.toml", "a.html\u202e.svg"):
        with pytest.raises(Unsupported, match=r"暂不支持"):
            checked_name(name)


def test_what_is_there_is_never_replaced_unasked(uploads: Uploads) -> None:
    assert add(uploads, "通知.txt") == "通知.txt"
    with pytest.raises(NameTaken) as taken:
        add(uploads, "文件夹/通知.txt", SECOND)
    assert (taken.value.name, taken.value.free) == ("通知.txt", "通知 (2).txt")
    assert kept(uploads) == {"通知.txt": FIRST}
    assert uploads.add("通知.txt", BytesIO(FIRST), MB).stored == "same"
    assert add(uploads, "通知.txt", SECOND, on_conflict="rename") == "通知 (2).txt"
    assert add(uploads, "通知.txt", b"three", on_conflict="rename") == "通知 (3).txt"
    assert kept(uploads) == {"通知.txt": FIRST, "通知 (2).txt": SECOND, "通知 (3).txt": b"three"}


def test_what_is_replaced_is_kept_aside(uploads: Uploads) -> None:
    add(uploads, "通知.txt")
    assert uploads.add("通知.txt", BytesIO(SECOND), MB, "replace").stored == "replaced"
    assert kept(uploads) == {"通知.txt": SECOND, ".replaced/通知.txt": FIRST}
    assert uploads.names() == ["通知.txt"]
    # The indexer passes over what is aside.
    assert [file.source for file in scan([uploads.folder])] == ["通知.txt"]


def test_put_aside_with_its_side_car(uploads: Uploads) -> None:
    add(uploads, "通知.txt")
    (uploads.folder / ("通知.txt" + SUFFIX)).write_text('issuer = "甲"\n')
    uploads.put_aside("通知.txt")
    assert uploads.names() == []
    assert sorted(kept(uploads)) == [".replaced/通知.txt", ".replaced/通知.txt.meta.toml"]
    for name in ("通知.txt", "../data/store.sqlite", ".replaced"):
        with pytest.raises(FileNotFoundError):
            uploads.put_aside(name)


def test_what_is_wrong_is_said_and_nothing_is_kept(uploads: Uploads) -> None:
    for name, content, error, message in (
        ("空.txt", b"", UnreadableFile, "没有文字"),
        ("坏.pdf", b"%PDF-1.7 broken", UnreadableFile, "PDF"),
        ("假.docx", b"PK\x03\x04 no archive", UnreadableFile, "docx|DOCX|ZIP|zip"),
        ("大.txt", b"x" * (MB + 1), TooLarge, "1 MB"),
    ):
        with pytest.raises(error, match=message) as raised:
            add(uploads, name, content)
        assert "\n" not in str(raised.value)
    assert kept(uploads) == {}
    assert add(uploads, "正好.txt", b"x" * MB) == "正好.txt"


def test_uploads_of_one_name_at_once_are_all_kept(uploads: Uploads) -> None:
    contents = [f"第{n}份".encode() for n in range(12)]
    barrier = threading.Barrier(4)

    def keep(content: bytes) -> str:
        barrier.wait()
        return add(uploads, "同名.txt", content, on_conflict="rename")

    with ThreadPoolExecutor(4) as clients:
        names = list(clients.map(keep, contents))
    assert len(set(names)) == 12
    assert {(uploads.folder / name).read_bytes() for name in names} == set(contents)


def test_what_a_killed_service_left_is_cleared(uploads: Uploads) -> None:
    incoming = uploads.folder / ".incoming"
    incoming.mkdir(parents=True)
    for name, age in (("old.txt", 2 * 24 * 3600), ("new.txt", 60)):
        (incoming / name).write_bytes(FIRST)
        moment = (incoming / name).stat().st_mtime - age
        os.utime(incoming / name, (moment, moment))
    add(uploads, "一.txt")
    assert [path.name for path in incoming.iterdir()] == ["new.txt"]


def test_a_folder_that_takes_no_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    uploads_folder(tmp_path / "data").write_text("a file where the folder should be")
    with pytest.raises(ZhengwenError, match=r"无法写入"):
        add(Uploads(tmp_path / "data"), "一.txt")


@pytest.mark.skipif(not hasattr(os, "link"), reason="no hard links here")
def test_without_hard_links_files_are_copied(uploads: Uploads, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(os, "link", refused)
    assert add(uploads, "一.txt") == "一.txt"
    with pytest.raises(NameTaken):
        add(uploads, "一.txt", SECOND)
    assert uploads.add("一.txt", BytesIO(SECOND), MB, "replace").stored == "replaced"
    assert kept(uploads) == {"一.txt": SECOND, ".replaced/一.txt": FIRST}
