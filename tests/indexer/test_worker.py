"""No file can crash, hang or exhaust the indexer, nor take the next file with it."""

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from indexer.document import SourceDocument
from indexer.errors import UnreadableFile
from indexer.worker import LoadingWorker

# What a broken library does to the process that uses it. The module takes the place of the PDF loader in the worker,
# through the hook that Python itself has for code at its start.
HOSTILE = """
import os, subprocess, sys, time, types

def load(data):
    from indexer.document import SourceDocument
    what = data.decode()
    if what == "abort":
        os.abort()
    if what == "exit":
        os._exit(0)
    if what == "segfault":
        import ctypes
        ctypes.string_at(1)
    if what == "hang":
        subprocess.Popen(["sleep", "631"])
        time.sleep(600)
    if what == "spin":
        while True:
            pass
    if what == "eat":
        kept = []
        while True:
            kept.append(bytearray(64 * 2**20))
    if what == "nest":
        return load(data)
    if what == "bug":
        raise KeyError("a line\\nand another")
    if what == "late":
        import threading
        threading.Timer(0.3, os.abort).start()
    if what == "print":
        print('{"reason": "printed"}', flush=True)
        os.write(1, b'{"reason": "written"}\\n')
        subprocess.run(["echo", '{"reason": "by another program"}'])
        sys.stderr.write("a warning\\n" * 20000)
    return SourceDocument("读到：" + what, "题", 2, ("一", "二"))

module = types.ModuleType("indexer.loaders.pdf")
module.load = load
sys.modules["indexer.loaders.pdf"] = module
"""
FINE = "fine 文字 🙂\u2028"
MEMORY = 2**30


@pytest.fixture
def worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LoadingWorker]:
    (tmp_path / "start").mkdir()
    (tmp_path / "start" / "sitecustomize.py").write_text(HOSTILE, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "start"))
    with LoadingWorker(seconds=20, memory=MEMORY) as started:
        yield started


def read(worker: LoadingWorker, folder: Path, content: str) -> SourceDocument:
    path = folder / "文件 一.pdf"
    path.write_text(content, encoding="utf-8")
    return worker.load(path, 1000)


def check_fine(worker: LoadingWorker, folder: Path) -> None:
    assert read(worker, folder, FINE) == SourceDocument("读到：" + FINE, "题", 2, ("一", "二"))


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("abort", "崩溃"), ("exit", "崩溃"), ("segfault", "崩溃"), ("eat", "内存"), ("nest", "嵌套"), ("bug", "KeyError"),
    ],
)  # fmt: skip
def test_a_file_costs_itself_alone(worker: LoadingWorker, tmp_path: Path, what: str, said: str) -> None:
    check_fine(worker, tmp_path)
    for _ in range(2):
        with pytest.raises(UnreadableFile, match=said) as raised:
            read(worker, tmp_path, what)
        assert len(str(raised.value).splitlines()) == 1
        check_fine(worker, tmp_path)


@pytest.mark.parametrize("what", ["hang", "spin"])
@pytest.mark.usefixtures("worker")
def test_a_file_that_takes_too_long(tmp_path: Path, what: str) -> None:
    with LoadingWorker(seconds=4, memory=MEMORY) as impatient:
        check_fine(impatient, tmp_path)
        began = time.monotonic()
        with pytest.raises(UnreadableFile, match="超过 4 秒") as raised:
            read(impatient, tmp_path, what)
        assert 4 <= time.monotonic() - began < 60
        assert len(str(raised.value).splitlines()) == 1
        check_fine(impatient, tmp_path)
    # What the file had started ends with it.
    running = subprocess.run(["ps", "-eo", "stat,args"], capture_output=True, text=True, check=True).stdout
    assert not [line for line in running.splitlines() if line.endswith("sleep 631") and not line.startswith("Z")]


def test_a_reader_that_dies_after_its_answer_costs_nothing(worker: LoadingWorker, tmp_path: Path) -> None:
    assert read(worker, tmp_path, "late").text == "读到：late"
    time.sleep(2)
    check_fine(worker, tmp_path)


def test_what_libraries_print_is_no_answer(worker: LoadingWorker, tmp_path: Path) -> None:
    assert read(worker, tmp_path, "print").text == "读到：print"
    check_fine(worker, tmp_path)


def test_reasons_come_through(worker: LoadingWorker, tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="超过上限"):
        read(worker, tmp_path, "x" * 1001)
    with pytest.raises(UnreadableFile, match="无法读取"):
        worker.load(tmp_path / "没有.pdf", 1000)
    with pytest.raises(UnreadableFile, match="暂不支持"):
        worker.load(tmp_path / "x.xyz", 1000)
    check_fine(worker, tmp_path)


@pytest.mark.parametrize(
    "name",
    [
        "空 格 .html", "中文“引号”.html", 'a"b\\c.html', "行\n行.html", "🙂.HTML", os.fsdecode("旧系统".encode("gb18030")) + ".html",
        os.fsdecode(b"\xff\xfe") + ".txt",
    ],
)  # fmt: skip
def test_any_path(worker: LoadingWorker, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text("<p>全区水厂19座。</p>", encoding="utf-8")
    assert "全区水厂19座。" in worker.load(path, 1000).text


def test_real_files_that_are_damaged(tmp_path: Path) -> None:
    """The loaders themselves, in a worker: every file gets its line, and the one between them is read."""
    with LoadingWorker(seconds=60) as real:
        for number, content in enumerate(
            (b"%PDF-1.7\n1 0 obj<</Kids[1 0 R]>>", b"PK\x03\x04" + bytes(60), b"\x00" * 99)
        ):
            for suffix in (".pdf", ".docx", ".ofd"):
                path = tmp_path / f"{number}{suffix}"
                path.write_bytes(content)
                with pytest.raises(UnreadableFile) as raised:
                    real.load(path, 1000)
                assert len(str(raised.value).splitlines()) == 1
            good = tmp_path / f"good {number}.html"
            good.write_text("<p>水厂</p>", encoding="utf-8")
            assert "水厂" in real.load(good, 1000).text


def test_no_process_is_left(tmp_path: Path) -> None:
    path = tmp_path / "x.html"
    path.write_text("<p>水厂</p>", encoding="utf-8")
    with LoadingWorker() as real:
        real.load(path, 1000)
        process = real._process
        assert process is not None
        assert process.poll() is None
    assert process.poll() is not None
