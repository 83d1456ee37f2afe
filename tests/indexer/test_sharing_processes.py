"""Worker processes of one machine: whatever happens to them, everything is done, in order, and none is left.

``ZHENGWEN_WORK_KILLS``: in how many rounds workers are killed at random moments.
"""

import multiprocessing
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from indexer import caching
from indexer.encoders import Encoder
from indexer.errors import EncoderMismatch, UnreadableFile, ZhengwenError
from indexer.files import File
from indexer.pipeline import Indexer
from indexer.sharing import processes
from indexer.sharing.processes import Workers, compute_in_processes
from indexer.sharing.reading import Due, Outcome, Reading, due, read_files
from indexer.sharing.spread import SpreadEncoder
from indexer.static_model import StaticModel
from tests.indexer.sharing import ROOT, arrays_of, batches, documents, environment, indexed
from tests.indexer.support import FILES, HashingEncoder, written


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    with Workers(2) as started:
        yield started


def spread_over(workers: Workers, encoder: Encoder) -> SpreadEncoder:
    return SpreadEncoder(encoder, partial(compute_in_processes, workers, encoder))


def square(number: int) -> int:
    time.sleep(0.02 * (number % 3))
    return number * number


def die(folder: Path, number: int) -> int:
    """The third piece kills its worker the first time, the ninth always."""
    mark = folder / str(number)
    if number == 9 or (number == 3 and not mark.exists()):
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return square(number)


def fail(number: int) -> int:
    if number == 5:
        raise UnreadableFile("the fifth")
    return number


def test_results_come_in_order(workers: Workers) -> None:
    given = iter(range(40))
    results = workers.results(square, given)
    assert next(results) == 0
    assert next(given) <= 5  # Not far ahead of whoever takes the results.
    assert next(results) == 1
    assert list(results)[-1] == 39 * 39


def test_errors_come_through(workers: Workers) -> None:
    results = workers.results(fail, range(9))
    assert [next(results) for _ in range(5)] == [0, 1, 2, 3, 4]
    with pytest.raises(UnreadableFile, match="the fifth"):
        next(results)


def test_a_piece_that_kills_its_workers_costs_itself_alone(
    workers: Workers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "_TRIES", 2)
    results = list(workers.results(partial(die, tmp_path), range(12), lambda: -1))
    assert results == [-1 if number == 9 else number * number for number in range(12)]
    with pytest.raises(ZhengwenError, match="一再中断") as raised:
        list(workers.results(partial(die, tmp_path), range(9, 11)))
    assert len(str(raised.value).splitlines()) == 1
    assert list(workers.results(square, range(5))) == [0, 1, 4, 9, 16]


def test_one_worker_or_little_work_starts_no_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for workers, count, worth in ((Workers(1), 99, False), (Workers(), 31, False), (Workers(2), 1, True)):
        assert workers.worth(range(count))[0] is worth
        assert list(workers.worth(range(count))[1]) == list(range(count))
    monkeypatch.setattr(processes, "_sensible", lambda: 2)
    with Workers() as workers:
        assert workers.worth(range(32))[0]
        # A model that is not ours is asked for here, however many batches there are.
        encoder = HashingEncoder()
        assert len(list(compute_in_processes(workers, encoder, batches(40)))) == 40
        assert encoder.encoded
        assert workers._pool is None
    with Workers(1) as workers:
        folder = written(tmp_path / "文件", FILES)
        assert len(list(read_files(workers, files_of(folder)))) == 3
        assert workers._pool is None


def files_of(folder: Path) -> list[Due]:
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    found = [due(File(path, str(folder), path.relative_to(folder).as_posix()), None, 9_999) for path in paths]
    return [each for each in found if each]


def said(outcome: Outcome) -> object:
    """Everything about an outcome that can be compared."""
    if isinstance(outcome, UnreadableFile):
        return type(outcome), str(outcome)
    return outcome.document, outcome.keys, outcome.signature.tolist(), outcome.pages, outcome.ocr_pages, outcome.notes


def test_files_are_read_by_workers_as_they_are_here(workers: Workers, tmp_path: Path) -> None:
    folder = written(
        tmp_path / "文件",
        {
            **FILES, "空.txt": "", "坏.pdf": b"%PDF-1.7\n1 0 obj<</Kids[1 0 R]>>", "长.txt": "长" * 9_999,
            "页.html": "<p>全区水厂19座。</p>", "改.txt": "水厂", "改.txt.meta.toml": "not = [toml",
        },
    )  # fmt: skip
    files = files_of(folder)
    here, elsewhere = ([said(each) for each in read_files(who, files)] for who in (Workers(1), workers))
    assert here == elsewhere
    assert sum(isinstance(each, Reading) for each in read_files(workers, files)) >= 4


def test_the_index_is_the_same_to_the_last_bit(
    workers: Workers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(caching, "_BATCH", 5)
    folder, encoder = documents(tmp_path / "文件"), StaticModel()
    expected = indexed(folder, tmp_path / "一个进程", encoder)
    assert indexed(folder, tmp_path / "数据", spread_over(workers, encoder)) == expected
    assert multiprocessing.active_children()


def test_the_indexer_reads_by_workers(workers: Workers, tmp_path: Path) -> None:
    """Everything in its report as with one process, files that cannot be read and files that are there twice included."""
    one, other = documents(tmp_path / "一" / "文件", 5), documents(tmp_path / "二" / "文件", 3)
    (one / "坏.pdf").write_bytes(b"%PDF-1.7\n1 0 obj<</Kids[1 0 R]>>")
    reports = []
    for name, processes_ in (("一个进程", None), ("几个进程", workers)):
        with Indexer(tmp_path / name, StaticModel(), workers=processes_) as indexer:
            first = indexer.index([one, other])
            (one / "坏.pdf").write_bytes(b"%PDF-1.7\n1 0 obj<</Kids[1 0 R]>>")
            reports.append((replace(first, seconds=0), replace(indexer.index([one, other]), seconds=0)))
    assert reports[0] == reports[1]
    assert (reports[0][0].added, reports[0][1].unchanged, len(reports[0][0].skipped)) == (8, 8, 1)
    assert arrays_of(tmp_path / "一个进程") == arrays_of(tmp_path / "几个进程")


def test_an_encoder_that_is_replaced_while_it_runs(workers: Workers, tmp_path: Path) -> None:
    class Replaced(StaticModel):
        fingerprint = "before"

    encoder = Replaced()
    with pytest.raises(EncoderMismatch):
        indexed(documents(tmp_path / "文件", 2), tmp_path / "数据", spread_over(workers, encoder))


def test_a_spread_encoder_is_its_encoder() -> None:
    encoder = HashingEncoder()
    spread = SpreadEncoder(encoder, lambda batches: iter(()))
    assert (spread.name, spread.parts, spread.dimension, spread.fingerprint) == ("hashing", (), 32, "bigrams-32")
    assert (spread.encode(["水厂"]) == encoder.encode(["水厂"])).all()
    assert (spread.encode_passages([["水", "厂"]])[1] == encoder.encode(["水", "厂"])).all()


def test_workers_killed_at_random_moments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While batches come in, now and then one of the workers is killed."""
    monkeypatch.setattr(caching, "_BATCH", 1)
    folder, encoder, draw = documents(tmp_path / "文件", 12), StaticModel(), random.Random(631)
    expected = indexed(folder, tmp_path / "一个进程", encoder)
    killed: list[int] = []

    def kill(step: str, _done: int, _total: int) -> None:
        time.sleep(draw.uniform(0, 0.02))
        others = multiprocessing.active_children()
        if step == "encode" and others and draw.random() < 0.08:
            killed.append(draw.choice(others).pid or 0)
            os.kill(killed[-1], signal.SIGKILL)

    for number in range(int(os.environ.get("ZHENGWEN_WORK_KILLS", "2"))):
        with Workers(2) as workers:
            assert indexed(folder, tmp_path / str(number), spread_over(workers, encoder), kill) == expected
    assert killed
    print(f"{len(killed)} workers killed")


@pytest.mark.parametrize("error", [ValueError("bad value(s) in fds_to_keep"), OSError("handle is closed")])
def test_a_pool_that_breaks_while_it_starts_a_process_is_made_anew(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain, failures = ProcessPoolExecutor.submit, [error]

    def submit(pool: ProcessPoolExecutor, *args: Any) -> Any:
        if pool is first and failures:
            raise failures.pop()
        return plain(pool, *args)

    with Workers(2) as workers:
        assert list(workers.results(abs, [-1])) == [1]
        first = workers._pool
        monkeypatch.setattr(ProcessPoolExecutor, "submit", submit)
        assert list(workers.results(abs, [-1, -2, -3])) == [1, 2, 3]
        assert workers._pool is not first
        # One that fails from the start is no accident.
        workers._stop()
        monkeypatch.setattr(ProcessPoolExecutor, "submit", lambda *_: (_ for _ in ()).throw(error))
        with pytest.raises(type(error)):
            list(workers.results(abs, [-1]))


# What a shell starts in the background ignores Ctrl+C, and so does all that it starts.
OWNER = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)
from indexer.sharing import processes
from indexer.sharing.processes import Workers
from tests.indexer.test_sharing_processes import pid_then_sleep
if __name__ == "__main__":
    with Workers(2) as workers:
        for pid in workers.results(pid_then_sleep, range(9)):
            print(pid, flush=True)
"""


def pid_then_sleep(number: int) -> int:
    time.sleep(1 if number < 2 else 600)
    return os.getpid()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_no_worker_outlives_its_owner(tmp_path: Path, number: signal.Signals) -> None:
    (tmp_path / "owner.py").write_text(OWNER)
    owner = subprocess.Popen(
        [sys.executable, tmp_path / "owner.py"], env=environment(), cwd=ROOT, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, text=True, start_new_session=True,
    )  # fmt: skip
    assert owner.stdout is not None
    assert {int(owner.stdout.readline()) for _ in range(2)} - {owner.pid}
    # The workers, who have ten minutes of work left, hold the other end: it closes when the last of them is gone.
    try:
        owner.send_signal(number)
        owner.communicate(timeout=60)
    finally:
        owner.kill()
        owner.wait()


def test_an_indexer_killed_in_its_work_goes_on(tmp_path: Path) -> None:
    folder, data = documents(tmp_path / "文件", 60), tmp_path / "数据"
    expected = indexed(folder, tmp_path / "一个进程", StaticModel())
    command = [
        sys.executable, "-m", "server", "index", str(folder), "--data-dir", str(data), "--quiet", "--workers", "2",
    ]  # fmt: skip
    draw = random.Random(631)
    for _ in range(2):
        run = subprocess.Popen(command, env=environment(), cwd=ROOT, stderr=subprocess.DEVNULL)
        time.sleep(draw.uniform(1, 5))
        run.kill()
        run.wait()
    again = subprocess.run(
        command, env=environment(), cwd=ROOT, capture_output=True, text=True, timeout=300, check=False
    )
    assert again.returncode == 0, again.stderr
    assert arrays_of(data) == expected
