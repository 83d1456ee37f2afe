"""The service as a process of its own: how it starts, what it holds in memory, what an answer costs beside a search."""

import statistics
from collections.abc import Iterator, Sequence
from pathlib import Path

import httpx2

from eval.bench.load import Load, measure_load
from eval.bench.measurement import Measurement, at_most, below, in_turns
from eval.bench.processes import resident, serving
from indexer.caching import Progress

_TURN = 25
_GIB = 1 << 30
# Where each target is asked for, in chunks.
_START, _MEMORY = 100_000, 1_000_000


def cold_starts(data_dir: Path, small: Path, repeat: int, tell: Progress, size: int) -> tuple[float, float]:
    """Median seconds from the start of ``serve`` to the first good /readyz, over an index and over a small one."""
    times: tuple[list[float], list[float]] = ([], [])
    for turn in range(repeat + 1):
        tell(f"start {size:,}", turn, repeat + 1)
        for folder, into in zip((data_dir, small), times, strict=True):
            with serving(folder) as service:
                into.append(service.started)
    tell(f"start {size:,}", repeat + 1, repeat + 1)
    # The first turn reads the files in.
    large, little = (statistics.median(values[1:]) for values in times)
    return large, little


def measure_service(
    data_dir: Path, small: Path, size: int, questions: Sequence[str], repeat: int, load: Load, progress: Progress
) -> list[Measurement]:
    """Everything about the service over ``size`` chunks; ``small`` is the index of the sample corpus."""
    starts = cold_starts(data_dir, small, repeat, progress, size)
    found = [
        at_most(
            "serve", f"serve 冷启动 cold start, {size:,} chunks", "示例语料的索引 the sample corpus's index", starts, "s",
            1.3 if size >= _START else None, chunks=size,
        )
    ]  # fmt: skip
    with serving(data_dir) as service, httpx2.Client(base_url=service.url, timeout=60, trust_env=False) as client:
        found.extend(_answers(client, size, questions, progress))
        found.extend(_memory(service.process, size, 2 * len(questions)))
        found.extend(measure_load(service.url, size, questions, load, progress))
    return found


def _checked(response: httpx2.Response) -> None:
    response.raise_for_status()


def _answers(client: httpx2.Client, size: int, questions: Sequence[str], progress: Progress) -> Iterator[Measurement]:
    sides = {
        "ask": lambda question: _checked(client.post("/api/ask", json={"question": question})),
        "search": lambda question: _checked(client.get("/api/search", params={"q": question})),
    }
    took = in_turns(sides, questions, _TURN, lambda done, total: progress(f"serve {size:,}", done, total))
    p50 = {side: statistics.median(times.wall) for side, times in took.items()}
    yield at_most(
        "serve",
        f"POST /api/ask, {size:,} chunks, p50",
        "GET /api/search",
        (p50["ask"], p50["search"]),
        "ms",
        2.5,
        chunks=size,
    )


def _memory(process: int, size: int, answered: int) -> Iterator[Measurement]:
    sizes = resident(process)
    if sizes:
        details = {"GiB own, not of mapped files": sizes.get("own", 0) / _GIB}
        yield below(
            "serve", f"常驻内存 resident after {answered} answers, {size:,} chunks", sizes["all"] / _GIB, "GiB",
            2.5 if size >= _MEMORY else None, chunks=size, details=details,
        )  # fmt: skip
