"""Both sides of the shared store: whoever wants batches computed, and the workers that compute them."""

import os
import socket
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from itertools import islice
from threading import Event, Thread

from indexer.analyzer import ANALYZER_VERSION
from indexer.caching import encoder_key
from indexer.encoders import Encoder
from indexer.errors import EncoderMismatch, ZhengwenError, reason_of
from indexer.sharing.batch import Batch, Computed, compute
from indexer.sharing.table import Claim, SharedStore
from indexer.sharing.wire import InvalidResult, batch_of_bytes, batch_to_bytes, result_of_bytes, result_to_bytes

# Raise it when batches or results are written otherwise.
_WIRE = "1"
# Batches asked for at a time: the texts of 16,000 chunks, work for 250 workers.
_WINDOW = 256
# Results taken at a time, a megabyte each.
_TAKEN = 16
# Seconds between two looks at a store in which nothing was to be done.
_PAUSE = 0.5


def maker_of(encoder: Encoder) -> str:
    """Names everything that a result depends on beside the batch."""
    return f"{encoder_key(encoder)}:{ANALYZER_VERSION}:{_WIRE}"


def worker_name() -> str:
    """A name for a process that no other process has."""
    return f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"


@contextmanager
def _renewed(store: SharedStore, claim: Claim) -> Iterator[None]:
    """Renew a claim while the block lasts; it is given back when the block fails."""
    done = Event()

    def renew() -> None:
        while not done.wait(store.lease / 3):
            try:
                store.renew(claim)
            except ZhengwenError:
                continue  # The store may be back before the claim runs out; if not, someone else computes it too.

    thread = Thread(target=renew, daemon=True)
    thread.start()
    try:
        yield
    except BaseException:
        store.release(claim)
        raise
    finally:
        done.set()
        thread.join()


def compute_with_others(store: SharedStore, run: str, encoder: Encoder, batches: Iterable[Batch]) -> Iterator[Computed]:
    """Batches computed by whoever works for this store, and by this process while no result is there.

    ``run`` names the data directory: what an interrupted run of it left in the store is used. Nothing is left at the end.
    """
    # Its name stays the same, since a data directory has one writer at a time: what it was at when it was killed is free.
    maker, worker = maker_of(encoder), f"index {run}"
    store.void(run, worker)
    asked: dict[str, tuple[int, Batch]] = {}
    numbered = enumerate(batches)
    try:
        while True:
            fresh = {
                _id(run, maker, batch): (number, batch) for number, batch in islice(numbered, _WINDOW - len(asked))
            }
            asked |= fresh
            if not asked:
                return
            _put(store, run, maker, fresh)
            finished = list(_finished(store, encoder, asked))
            if not finished:
                claim = store.claim(maker, worker, run)
                if claim is None:
                    # Someone emptied the table, or a database came back without its last minutes.
                    there = store.present(asked)
                    _put(store, run, maker, {id_: asked[id_] for id_ in asked.keys() - there})
                    time.sleep(_PAUSE)
                elif claim.id in asked:
                    with _renewed(store, claim):
                        finished = [(claim.id, compute(encoder, asked[claim.id][1]))]
                else:  # Of an interrupted run, and no longer wanted.
                    finished = []
                    store.delete([claim.id])
            for id_, computed in finished:
                yield computed
                del asked[id_]
            store.delete([id_ for id_, _ in finished])
    finally:
        store.clear(run)


def _id(run: str, maker: str, batch: Batch) -> str:
    wanted = [(content.key, content.tokens, content.vectors) for content in batch]
    return sha256(repr((run, maker, wanted)).encode()).hexdigest()


def _put(store: SharedStore, run: str, maker: str, batches: dict[str, tuple[int, Batch]]) -> None:
    store.put(run, maker, {id_: (number, batch_to_bytes(batch)) for id_, (number, batch) in batches.items()})


def _finished(
    store: SharedStore, encoder: Encoder, asked: dict[str, tuple[int, Batch]]
) -> Iterator[tuple[str, Computed]]:
    for id_, result in store.finished(list(asked), _TAKEN):
        try:
            yield id_, result_of_bytes(result, asked[id_][1], encoder.dimension)
        except InvalidResult:
            store.reject(id_)


def work(store: SharedStore, encoder: Encoder, tell: Callable[[str], None], idle: float | None = None) -> int:
    """Compute what the store asks for, one batch at a time; returns how many when there was nothing for ``idle`` seconds.

    Raises EncoderMismatch when only results of another encoder or version are asked for.
    """
    maker, worker = maker_of(encoder), worker_name()
    done, last = 0, time.monotonic()
    while True:
        claim = store.claim(maker, worker)
        if claim is None:
            _check_maker(store, maker)
            if idle is not None and time.monotonic() - last > idle:
                return done
            time.sleep(_PAUSE)
            continue
        try:
            with _renewed(store, claim):
                store.complete(claim, result_to_bytes(compute(encoder, batch_of_bytes(claim.batch))))
        except ZhengwenError:
            raise
        except Exception as error:  # noqa: BLE001  It was given back; whoever asked for it computes it after some tries.
            tell(f"一批没有算成（{reason_of(error)}），留给别的进程 / a batch failed and is left to others")
            continue
        done, last = done + 1, time.monotonic()


def _check_maker(store: SharedStore, maker: str) -> None:
    asked = store.makers()
    if asked and maker not in asked:
        raise EncoderMismatch(
            f"共享库要的是 {min(asked)}，本进程是 {maker}：请用同样的版本和 ZHENGWEN_ENCODER / the store asks for results of another "
            "encoder or version than this process has"
        )
