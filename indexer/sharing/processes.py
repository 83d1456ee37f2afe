"""Worker processes of this machine. One that dies costs what it was at a second try; none outlives who started it."""

import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from functools import cache, partial
from itertools import chain, islice
from multiprocessing import get_context
from multiprocessing.connection import Connection
from threading import Thread
from typing import NoReturn, TypeVar

from indexer import encoders
from indexer.encoders import BUNDLED, USE, Encoder, load_encoder
from indexer.errors import EncoderMismatch, ZhengwenError
from indexer.sharing.batch import Batch, Computed, compute, compute_here
from indexer.static_model import STATIC

T = TypeVar("T")
R = TypeVar("R")

# How often the same piece of work may be lost with its worker.
_TRIES = 5
# Pieces of work under way for each worker: one more than it is at, so that it never waits.
_AHEAD = 2
# Without being asked for, workers are started for no fewer files, or batches of 64 chunks, than this; no more than this,
# and no more than half of the memory holds.
_WORTH = 32
_MOST = 8
_MEMORY = 2**29


def cores() -> int:
    """Processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _sensible() -> int:
    """How many workers are taken without being asked for."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") if hasattr(os, "sysconf") else 2**32
    return max(1, min(cores(), _MOST, memory // 2 // _MEMORY))


def alone() -> None:
    """Make this process use one core: there are as many as there are cores."""
    encoders.THREADS = 1
    os.environ["OMP_NUM_THREADS"] = "1"  # Read by torch, where an encoder loads it.


def _begin(lifeline: Connection) -> None:
    """What a worker does first. When the other end of the pipe closes, be it by the end of its owner, so does the worker."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C reaches the whole group: whoever started the worker ends it.
    alone()

    def watch() -> None:
        try:
            lifeline.recv_bytes()
        except (EOFError, OSError):
            os._exit(1)

    Thread(target=watch, daemon=True).start()


def _lost() -> NoReturn:
    raise ZhengwenError(
        "工作进程一再中断，可能内存不足，请减少 --workers；已编码的都已保存，可接着运行 / workers keep dying, perhaps for "
        "want of memory: try fewer --workers; what was encoded is kept, run it again"
    )


class Workers:
    """``count`` processes, started with the first work there is for them; 1: all is done in this process.

    Without a number as many as there are cores, where the work is worth it.
    """

    def __init__(self, count: int | None = None) -> None:
        self.asked = count is not None
        self.count = _sensible() if count is None else count
        self._pool: ProcessPoolExecutor | None = None
        self._lifeline: Connection | None = None

    def __enter__(self) -> "Workers":
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()

    def worth(self, given: Iterable[T]) -> tuple[bool, Iterator[T]]:
        """Whether these are enough pieces of work for processes of their own, and the pieces."""
        pieces, least = iter(given), 1 if self.asked else _WORTH
        first = list(islice(pieces, least))
        return self.count > 1 and len(first) == least, chain(first, pieces)

    def _stop(self) -> None:
        if self._lifeline is not None:
            self._lifeline.close()
            self._lifeline = None
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None

    def _submit(self, call: Callable[[T], R], given: T) -> "Future[R]":
        new = self._pool is None
        try:
            if self._pool is None:
                context = get_context("spawn")  # Forking is not safe beside threads, of which libraries have many.
                ours, self._lifeline = context.Pipe(duplex=False)
                self._pool = ProcessPoolExecutor(self.count, context, _begin, (ours,))
            return self._pool.submit(call, given)
        except (BrokenProcessPool, OSError, ValueError) as error:
            # A pool that is just breaking starts a process with pipes that are closed already, or even others' by now.
            if new and not isinstance(error, BrokenProcessPool):
                raise
            self._stop()
            return self._submit(call, given)

    def results(self, call: Callable[[T], R], given: Iterable[T], lost: Callable[[], R] = _lost) -> Iterator[R]:
        """``call`` of each, computed side by side, in order; ``lost`` in place of a piece of which workers keep dying.

        Raises what ``call`` raises, and by default ZhengwenError where a piece is lost.
        """
        waiting: deque[tuple[T, Future[R]]] = deque()
        for each in given:
            waiting.append((each, self._submit(call, each)))
            if len(waiting) >= _AHEAD * self.count:
                yield self._result(call, lost, *waiting.popleft())
        while waiting:
            yield self._result(call, lost, *waiting.popleft())

    def _result(self, call: Callable[[T], R], lost: Callable[[], R], given: T, future: "Future[R]") -> R:
        # With a worker everything under way is lost. Each piece is tried again when its turn comes, and whoever breaks
        # the pool now is that piece or what came after it, which is not tried again before its own turn.
        for _ in range(_TRIES):
            with suppress(BrokenProcessPool):
                return future.result()
            future = self._submit(call, given)
        try:
            return future.result()
        except BrokenProcessPool:
            return lost()


@cache
def _loaded(name: str, fingerprint: str) -> Encoder:
    encoder = load_encoder(name)
    if encoder.fingerprint != fingerprint:
        raise EncoderMismatch(
            f"编码器 {name} 在运行中被换掉了，请重新运行 / the encoder was replaced while it ran: run it again"
        )
    return encoder


def _compute(name: str, fingerprint: str, batch: Batch) -> Computed:
    return compute(_loaded(name, fingerprint), batch)


def compute_in_processes(workers: Workers, encoder: Encoder, batches: Iterable[Batch]) -> Iterator[Computed]:
    """Batches computed by workers, each of which loads the encoder by its name; here where that is not worth it."""
    worth, batches = workers.worth(batches)
    # A model of sentence-transformers takes gigabytes, and all cores by itself.
    light = encoder.name in (BUNDLED, STATIC, USE)
    if not worth or not (light or workers.asked):
        return compute_here(encoder, batches)
    return workers.results(partial(_compute, encoder.name, encoder.fingerprint), batches)
