"""Workers of the shared store: whatever happens to them, everything is computed, and the result is the same.

``ZHENGWEN_WORK_KILLS``: in how many rounds workers are killed at random moments.
"""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from threading import Thread

import numpy as np
import pytest
import sqlalchemy as sa

from indexer import caching
from indexer.encoders import Floats
from indexer.errors import EncoderMismatch, ZhengwenError
from indexer.sharing import labour, table
from indexer.sharing.batch import Batch, Computed, compute_here
from indexer.sharing.labour import compute_with_others, maker_of, work
from indexer.sharing.spread import SpreadEncoder
from indexer.sharing.table import SharedStore
from indexer.static_model import StaticModel
from tests.indexer.sharing import (
    ROOT,
    SlowEncoder,
    arrays_of,
    batches,
    documents,
    end,
    environment,
    indexed,
    start_worker,
    store_url,
)
from tests.indexer.support import HashingEncoder

RUN = "一台:甲"


@pytest.fixture(params=["sqlite", "postgresql"])
def shared_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with store_url(request.param, tmp_path) as url:
        yield url


@pytest.fixture
def store(shared_url: str) -> Iterator[SharedStore]:
    opened = SharedStore(shared_url, lease=1.0)
    yield opened
    opened.close()


def blobs(computed: list[Computed]) -> dict[str, list[bytes | None]]:
    """Everything that was computed, by key."""
    tokens = {key: [words.tobytes(), bigrams.tobytes()] for each in computed for key, words, bigrams in each.tokens}
    return {key: [*tokens[key], *vectors.blobs()] for each in computed for key, vectors in each.vectors}


def close(found: Iterator[Computed]) -> None:
    """What becomes of it when whoever takes the results stops in the middle."""
    assert isinstance(found, Generator)
    found.close()


def claimed(store: SharedStore) -> bool:
    with store._connected() as connection:
        return connection.scalar(sa.select(table._ROW.worker)) is not None


def test_alone(store: SharedStore) -> None:
    encoder, wanted = HashingEncoder(), batches(5)
    found = list(compute_with_others(store, RUN, encoder, wanted))
    assert blobs(found) == blobs(list(compute_here(encoder, wanted)))
    assert store.makers() == set()


def test_a_window_of_batches_at_a_time(store: SharedStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(labour, "_WINDOW", 3)
    encoder, wanted = HashingEncoder(), batches(8)
    taken: list[Batch] = []

    def given() -> Iterator[Batch]:
        for batch in wanted:
            taken.append(batch)
            yield batch

    found = compute_with_others(store, RUN, encoder, given())
    first = next(found)
    assert len(taken) == 3
    assert blobs([first, *found]) == blobs(list(compute_here(encoder, wanted)))


def test_a_worker_does_all_and_leaves(store: SharedStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other side computes nothing itself here: each batch comes through the store."""
    encoder, wanted = HashingEncoder(), batches(6)
    monkeypatch.setattr(labour, "_PAUSE", 0.05)
    claim = SharedStore.claim
    monkeypatch.setattr(
        SharedStore, "claim", lambda self, maker, worker, run=None: None if run else claim(self, maker, worker)
    )
    done: list[int] = []
    worker = Thread(target=lambda: done.append(work(store, HashingEncoder(), print, idle=3)))
    worker.start()
    found = list(compute_with_others(store, RUN, encoder, wanted))
    worker.join()
    assert done == [6]
    assert encoder.encoded == []
    assert blobs(found) == blobs(list(compute_here(HashingEncoder(), wanted)))


def test_what_a_bad_worker_hands_in_is_not_kept(store: SharedStore) -> None:
    """Somebody fills the table with nonsense; and somebody else empties it."""
    encoder, wanted = HashingEncoder(), batches(6)
    found = compute_with_others(store, RUN, encoder, wanted)
    taken = [next(found)]
    while claim := store.claim(maker_of(encoder), "坏"):
        store.complete(claim, np.zeros(9).tobytes())
    taken.append(next(found))
    store.clear(RUN)
    taken.extend(found)
    assert blobs(taken) == blobs(list(compute_here(encoder, wanted)))


def test_a_run_that_goes_on_uses_what_was_handed_in(store: SharedStore) -> None:
    encoder, wanted = HashingEncoder(), batches(4)
    maker = maker_of(encoder)
    rows = {labour._id(RUN, maker, batch): (number, batch) for number, batch in enumerate(wanted)}
    labour._put(store, RUN, maker, rows)
    assert work(store, HashingEncoder(), print, idle=0) == 4
    found = list(compute_with_others(store, RUN, encoder, wanted))
    assert encoder.encoded == []
    assert blobs(found) == blobs(list(compute_here(HashingEncoder(), wanted)))


def test_an_interrupted_run_leaves_nothing(store: SharedStore) -> None:
    found = compute_with_others(store, RUN, HashingEncoder(), batches(4))
    next(found)
    assert store.makers()
    close(found)
    assert store.makers() == set()


def test_a_batch_that_cannot_be_computed_is_left_to_whoever_asked(store: SharedStore) -> None:
    class Broken(HashingEncoder):
        def encode_passages(self, passages: Sequence[Sequence[str]]) -> tuple[Floats, Floats]:
            raise MemoryError("too much\nof it")

    (batch,) = batches(1)
    maker = maker_of(HashingEncoder())
    labour._put(store, RUN, maker, {"x": (0, batch)})
    said: list[str] = []
    assert work(store, Broken(), said.append, idle=0) == 0
    assert len(said) == 5
    assert all("too much" in line and len(line.splitlines()) == 1 for line in said)
    assert store.claim(maker, "whoever asked", RUN)


def test_another_encoder_is_refused(store: SharedStore, shared_url: str) -> None:
    found = compute_with_others(store, RUN, HashingEncoder("another"), batches(2))
    next(found)
    with pytest.raises(EncoderMismatch, match="another") as raised:
        work(store, HashingEncoder(), print, idle=5)
    assert len(str(raised.value).splitlines()) == 1
    refused = subprocess.run(
        [sys.executable, "-m", "server", "work"], env=environment(ZHENGWEN_SHARED_STORE=shared_url), cwd=ROOT,
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert refused.returncode == 2
    assert len(refused.stderr.splitlines()) == 1
    assert "ZHENGWEN_ENCODER" in refused.stderr
    close(found)


def test_a_worker_that_is_told_to_stop_gives_back_what_it_is_at(store: SharedStore, shared_url: str) -> None:
    """A terminated ``zhengwen work`` ends in good order; here in the middle of a batch that takes a minute."""
    maker = maker_of(StaticModel())
    labour._put(store, RUN, maker, {"x": (0, batches(1, size=30_000)[0])})
    worker = subprocess.Popen(
        [sys.executable, "-m", "server", "work"], env=environment(ZHENGWEN_SHARED_STORE=shared_url), cwd=ROOT,
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    while not claimed(store):
        time.sleep(0.05)
    time.sleep(1)  # Right after its claim it would leave it to the end of the lease.
    worker.terminate()
    assert worker.communicate(timeout=60)[1] == ""
    assert worker.returncode == 0
    assert store.claim(maker, "another")


def test_workers_killed_at_random_moments(
    shared_url: str, store: SharedStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed with -9 in the middle of batches and replaced: nothing is lost, the index is the same, the store empty."""
    monkeypatch.setattr(caching, "_BATCH", 2)
    monkeypatch.setattr(labour, "_PAUSE", 0.05)
    folder, draw = documents(tmp_path / "文件"), random.Random(631)
    expected = indexed(folder, tmp_path / "一个进程", StaticModel())
    workers = [start_worker(shared_url, 1.0) for _ in range(2)]
    pool = ThreadPoolExecutor(1)
    try:
        for number in range(int(os.environ.get("ZHENGWEN_WORK_KILLS", "3"))):
            spread = SpreadEncoder(StaticModel(), partial(compute_with_others, store, RUN, SlowEncoder()))
            data = tmp_path / str(number)
            run = pool.submit(indexed, folder, data, spread)
            time.sleep(draw.uniform(0.1, 0.8))
            killed = workers.pop(draw.randrange(2))
            os.kill(killed.pid, signal.SIGSTOP if number % 3 == 2 else signal.SIGKILL)  # Hung, not dead.
            workers.append(start_worker(shared_url, 1.0))
            assert run.result() == expected
            assert store.makers() == set()
            end([killed])
    finally:
        end(workers)
        pool.shutdown()


def test_killed_while_it_waits_for_others(shared_url: str, tmp_path: Path) -> None:
    """The indexer itself, killed with -9 and run again: as if nothing had been."""
    folder, data = documents(tmp_path / "文件", 60), tmp_path / "数据"
    expected = indexed(folder, tmp_path / "一个进程", StaticModel())
    command = [sys.executable, "-m", "server", "index", str(folder), "--data-dir", str(data), "--quiet"]
    settings = environment(ZHENGWEN_SHARED_STORE=shared_url)
    store = SharedStore(shared_url)
    run = subprocess.Popen(command, env=settings, cwd=ROOT, stderr=subprocess.DEVNULL)
    while not store.makers() and run.poll() is None:
        time.sleep(0.01)
    run.kill()
    run.wait()
    again = subprocess.run(command, env=settings, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert again.returncode == 0, again.stderr
    assert arrays_of(data) == expected
    assert store.makers() == set()
    store.close()


def test_a_store_that_goes_away(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/共享.sqlite"
    store = SharedStore(url)
    found = compute_with_others(store, RUN, HashingEncoder(), batches(3))
    next(found)
    store.close()
    for name in ("共享.sqlite-wal", "共享.sqlite-shm"):
        (tmp_path / name).unlink(missing_ok=True)
    (tmp_path / "共享.sqlite").write_bytes(b"nonsense" * 1000)
    with pytest.raises(ZhengwenError, match="共享库无法使用") as raised:
        list(found)
    assert len(str(raised.value).splitlines()) == 1
