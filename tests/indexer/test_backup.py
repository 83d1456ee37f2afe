"""One file with everything, and everything back from it: or nothing changed."""

import gzip
import io
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock

from indexer import backup, restoration
from indexer.backup import back_up
from indexer.errors import NoGeneration, StoreInUse, ZhengwenError
from indexer.files import document_id_of
from indexer.generations import Generation
from indexer.pipeline import Indexer
from indexer.restoration import restore
from indexer.soundness import problems_of
from tests.indexer.published import documents, one_line
from tests.indexer.support import REPORT, HashingEncoder, index, written

ROOT = Path(__file__).parents[2]
OWN = {
    "uploads/甲 乙.txt": "上传的文件",
    "uploads/甲 乙.txt.meta.toml": 'title = "甲"',
    "audit/2025-04.jsonl": '{"a": 1}\n',
}


@pytest.fixture
def data(tmp_path: Path, folder: Path) -> Path:
    """A data directory with two generations, a document removed, uploads, a log and a database of others' making."""
    data = tmp_path / "数 据"
    index(data, folder)
    with Indexer(data, HashingEncoder()) as indexer:
        assert indexer.remove(document_id_of("专版.md"))
    written(data, OWN)
    db = sqlite3.connect(data / "feedback.sqlite")
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("CREATE TABLE feedback (comment TEXT)")
    db.execute("INSERT INTO feedback VALUES ('很好')")
    db.commit()
    db.close()
    return data


@pytest.fixture
def file(data: Path, tmp_path: Path) -> Path:
    """A backup of it."""
    back_up(data, tmp_path / "备 份.tar.gz")
    return tmp_path / "备 份.tar.gz"


def everything(data: Path) -> dict[str, bytes]:
    """Every file but locks."""
    paths = (path for path in data.rglob("*") if path.is_file() and path.name != "write.lock")
    return {path.relative_to(data).as_posix(): path.read_bytes() for path in paths}


def comments(data: Path) -> list[str]:
    db = sqlite3.connect(data / "feedback.sqlite")
    found = [row[0] for row in db.execute("SELECT comment FROM feedback")]
    db.close()
    return found


def check_restored(place: Path, data: Path, folder: Path) -> None:
    """What the backup held is there, and indexing goes on where it was."""
    assert documents(place).keys() == {"报告.txt", "答复/第31号 建议🙂.txt"}
    assert "19座" in documents(place)["报告.txt"]
    assert comments(place) == ["很好"]
    for name, text in OWN.items():
        assert (place / name).read_text(encoding="utf-8") == text
        assert (place / name).stat().st_mtime_ns == (data / name).stat().st_mtime_ns
    with Indexer(place, HashingEncoder()) as indexer:
        assert indexer.restore(document_id_of("专版.md"))
    encoder = HashingEncoder()
    written(folder, {"报告.txt": REPORT})
    report = index(place, folder, encoder=encoder)
    assert "专版.md" in documents(place)
    assert (report.documents, report.encoded) == (4, 1)  # The uploaded file, indexed for the first time.


def test_a_backup_brings_everything_back_elsewhere(file: Path, data: Path, folder: Path, tmp_path: Path) -> None:
    place = tmp_path / "别处" / "数据"
    restored = restore(file, place)
    assert (restored.generation, restored.kept) == (Generation(data).name, None)
    left_out = ("-wal", "-shm")  # What reading a database leaves.
    assert set(everything(place)) == {n for n in everything(data) if "000001" not in n and not n.endswith(left_out)}
    assert not list(place.glob(".restoring*"))
    check_restored(place, data, folder)


def test_what_was_there_is_kept_aside(file: Path, data: Path, folder: Path) -> None:
    written(folder, {"报告.txt": REPORT.replace("19座", "18座")})
    reader = Generation(data)
    index(data, folder)
    db = sqlite3.connect(data / "feedback.sqlite")
    db.execute("INSERT INTO feedback VALUES ('后来的')")
    db.commit()
    db.close()
    (data / "uploads" / "新.txt").write_text("新的上传", encoding="utf-8")
    restored = restore(file, data)
    assert restored.kept is not None
    assert comments(restored.kept) == ["很好", "后来的"]
    assert (restored.kept / "uploads" / "新.txt").is_file()
    assert problems_of(reader) == []
    assert int(restored.generation) > int(reader.name)
    shutil.rmtree(restored.kept)
    check_restored(data, data, folder)


def test_a_backup_may_be_made_of_what_was_restored(file: Path, data: Path, tmp_path: Path) -> None:
    restore(file, data)
    again = back_up(data, tmp_path / "again.tar.gz")
    assert not [name for name in again.files if name.startswith("before-restore")]
    restore(tmp_path / "again.tar.gz", tmp_path / "third")
    assert documents(tmp_path / "third") == documents(data)


def test_the_file_can_be_read_by_tar_alone_and_only_by_its_owner(file: Path, data: Path) -> None:
    assert file.stat().st_mode & 0o777 == 0o600
    with tarfile.open(file) as tar:
        names = tar.getnames()
    assert names[-1] == "backup.json"
    assert "uploads/甲 乙.txt" in names
    assert not [name for name in names if "000001" in name or name.endswith(("-wal", "-shm", ".lock"))]
    assert not list(data.parent.glob("*.partial"))


def replaced(
    file: Path, change: Callable[[str, bytes], bytes | None], also: tuple[tarfile.TarInfo, bytes] | None = None
) -> None:
    """Write the backup anew with members changed or left out."""
    out = io.BytesIO()
    with tarfile.open(file) as old, tarfile.open(fileobj=out, mode="w:gz") as new:
        for member in old:
            extracted = old.extractfile(member)
            assert extracted is not None
            content = change(member.name, extracted.read())
            if content is not None:
                member.size = len(content)
                new.addfile(member, io.BytesIO(content))
        if also:
            new.addfile(also[0], io.BytesIO(also[1]))
    file.write_bytes(out.getvalue())


def link(name: str, kind: bytes) -> tuple[tarfile.TarInfo, bytes]:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, "/etc/passwd"
    return info, b""


def outside(name: str) -> tuple[tarfile.TarInfo, bytes]:
    info = tarfile.TarInfo(name)
    info.size = 1
    return info, b"x"


def listed_anew(file: Path, **change: object) -> None:
    def anew(name: str, content: bytes) -> bytes:
        return json.dumps(json.loads(content) | change).encode() if name == "backup.json" else content

    replaced(file, anew)


DAMAGE: dict[str, Callable[[Path], object]] = {
    "empty": lambda file: file.write_bytes(b""),
    "no archive": lambda file: file.write_bytes(b"hello" * 1000),
    "gzip of nonsense": lambda file: file.write_bytes(gzip.compress(b"hello" * 1000)),
    "cut": lambda file: file.write_bytes(file.read_bytes()[:-1]),
    "half": lambda file: file.write_bytes(file.read_bytes()[: file.stat().st_size // 2]),
    "a byte": lambda file: file.write_bytes(file.read_bytes()[:5000] + b"\x00" + file.read_bytes()[5001:]),
    "without its list": lambda file: replaced(file, lambda name, content: None if name == "backup.json" else content),
    "without the store": lambda file: replaced(file, lambda name, content: None if name == "store.sqlite" else content),
    "another upload": lambda file: replaced(file, lambda name, content: content.replace(b"\xe4", b"\xe5") if "uploads" in name else content),
    "another list": lambda file: replaced(file, lambda name, content: b"[]" if name == "backup.json" else content),
    "of the future": lambda file: listed_anew(file, format=99),
    "nothing listed": lambda file: listed_anew(file, files={}),
    "a symbolic link": lambda file: replaced(file, lambda _, content: content, link("uploads/x", tarfile.SYMTYPE)),
    "a hard link": lambda file: replaced(file, lambda _, content: content, link("uploads/x", tarfile.LNKTYPE)),
    "a device": lambda file: replaced(file, lambda _, content: content, link("uploads/x", tarfile.CHRTYPE)),
    "a way out": lambda file: replaced(file, lambda _, content: content, outside("../outside.txt")),
    "an absolute name": lambda file: replaced(file, lambda _, content: content, outside("/tmp/zhengwen-outside.txt")),
    "one file too many": lambda file: replaced(file, lambda _, content: content, outside("uploads/more.txt")),
}  # fmt: skip


@pytest.mark.parametrize("what", DAMAGE)
def test_a_damaged_backup_changes_nothing(file: Path, data: Path, tmp_path: Path, what: str) -> None:
    DAMAGE[what](file)
    before = everything(data)
    for place in (data, tmp_path / "fresh"):
        with pytest.raises(ZhengwenError, match="nothing was changed") as caught:
            restore(file, place)
        assert str(file) in one_line(caught.value)
    assert everything(data) == before
    assert not (tmp_path / "fresh").exists()
    assert not (tmp_path / "outside.txt").exists()
    assert not Path("/tmp/zhengwen-outside.txt").exists()


def test_a_backup_whose_store_is_of_a_newer_version(data: Path, tmp_path: Path) -> None:
    db = sqlite3.connect(data / "store.sqlite")
    db.execute("PRAGMA user_version = 99")
    db.close()
    back_up(data, tmp_path / "b.tar.gz")
    with pytest.raises(ZhengwenError, match="newer version"):
        restore(tmp_path / "b.tar.gz", tmp_path / "fresh")
    assert not (tmp_path / "fresh").exists()


class TestRefusals:
    def test_no_index(self, tmp_path: Path) -> None:
        with pytest.raises(NoGeneration):
            back_up(tmp_path / "none", tmp_path / "b.tar.gz")
        assert list(tmp_path.iterdir()) == []

    def test_a_file_that_exists_is_not_replaced(self, file: Path, data: Path) -> None:
        before = file.read_bytes()
        with pytest.raises(ZhengwenError, match="exists already"):
            back_up(data, file)
        assert file.read_bytes() == before

    def test_not_into_itself(self, data: Path) -> None:
        with pytest.raises(ZhengwenError, match="cannot lie in"):
            back_up(data, data / "uploads" / "b.tar.gz")

    def test_where_nothing_can_be_written(self, data: Path, tmp_path: Path) -> None:
        (tmp_path / "a file").write_text("")
        with pytest.raises(ZhengwenError, match="could not be written") as caught:
            back_up(data, tmp_path / "a file" / "b.tar.gz")
        one_line(caught.value)

    def test_the_folder_is_made(self, data: Path, tmp_path: Path) -> None:
        back_up(data, tmp_path / "no folder" / "yet" / "b.tar.gz")
        assert (tmp_path / "no folder" / "yet" / "b.tar.gz").is_file()

    def test_a_damaged_generation_is_not_backed_up(self, data: Path, tmp_path: Path) -> None:
        path = Generation(data).folder / "sentences.npy"
        path.write_bytes(path.read_bytes()[:-1] + b"\x7e")
        with pytest.raises(ZhengwenError, match=r"sentences\.npy"):
            back_up(data, tmp_path / "b.tar.gz")
        assert not list(tmp_path.glob("b.tar.gz*"))

    def test_somebody_writes(self, file: Path, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(backup, "_PATIENCE", 0.1)
        before = everything(data)
        with FileLock(data / "write.lock"):
            for action in (lambda: back_up(data, tmp_path / "c.tar.gz"), lambda: restore(file, data)):
                with pytest.raises(StoreInUse, match="another zhengwen is writing"):
                    action()
        assert everything(data) == before

    def test_no_such_backup(self, tmp_path: Path) -> None:
        with pytest.raises(ZhengwenError, match="no such file"):
            restore(tmp_path / "none.tar.gz", tmp_path / "fresh")
        assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("moment", ["_moved_aside", "switch", "_marked"])
def test_an_interrupted_restoration_leaves_an_index(
    file: Path, data: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    written(folder, {"报告.txt": REPORT.replace("19座", "18座")})
    index(data, folder)
    newer = documents(data)

    class PowerCut(BaseException):
        pass

    def cut(*_: object) -> None:
        raise PowerCut

    with monkeypatch.context() as patched:
        patched.setattr(restoration, moment, cut)
        with pytest.raises(PowerCut):
            restore(file, data)
    assert documents(data) == newer
    written(folder, {"报告.txt": REPORT.replace("19座", "17座")})
    index(data, folder)
    assert "17座" in documents(data)["报告.txt"]
    restore(file, data)
    assert "19座" in documents(data)["报告.txt"]


def test_the_commands(data: Path, folder: Path, tmp_path: Path) -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ZHENGWEN_")}

    def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "server", *map(str, arguments)], env=kept | {"PYTHONPATH": str(ROOT)}, cwd=tmp_path,
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip

    done = run("backup", "一.tar.gz", "--data-dir", data)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("已备份 一.tar.gz：第 2 代索引，")
    done = run("restore", "一.tar.gz", "--data-dir", "恢复")
    assert (done.returncode, done.stderr) == (0, "")
    assert "现为第 2 代索引" in done.stdout
    assert documents(tmp_path / "恢复") == documents(data)
    for arguments in (
        ("backup", "一.tar.gz", "--data-dir", data),
        ("restore", "二.tar.gz"),
        ("restore", data / "CURRENT"),
    ):
        done = run(*arguments)
        assert (done.returncode, done.stdout) == (2, "")
        assert len(done.stderr.splitlines()) == 1
        assert done.stderr.startswith("zhengwen: ")
