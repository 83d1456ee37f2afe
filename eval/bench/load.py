"""Many clients at once against a running service."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import httpx2

from eval.bench.measurement import Measurement, below, percentile
from indexer.caching import Progress


@dataclass(frozen=True, slots=True)
class Load:
    """How many clients ask, and for how many seconds; the next question of a client follows its last answer."""

    clients: int = 64
    seconds: float = 20.0


@dataclass(slots=True)
class Seen:
    """Milliseconds of the requests that were answered, how many were not, and the seconds that all took."""

    milliseconds: list[float] = field(default_factory=list)
    errors: int = 0
    lasted: float = 0.0


async def put_under_load(url: str, questions: Sequence[str], load: Load) -> Seen:
    """Clients ask and search by turns, each beginning at its own place among the questions. An answer that is no
    success, or that does not come, is an error."""
    seen = Seen()
    began = time.perf_counter()
    until = began + load.seconds
    limits = httpx2.Limits(max_connections=load.clients, max_keepalive_connections=load.clients)
    async with httpx2.AsyncClient(base_url=url, timeout=60, limits=limits, trust_env=False) as client:

        async def work(number: int) -> None:
            first = turn = number * max(1, len(questions) // load.clients)
            while turn == first or time.perf_counter() < until:
                # Two are asked, two searched: a question of each kind, which take turns in the list.
                await _request(client, questions[turn % len(questions)], seen, asks=(turn // 2 + number) % 2 == 0)
                turn += 1

        async with asyncio.TaskGroup() as group:
            for number in range(load.clients):
                group.create_task(work(number))
    seen.lasted = time.perf_counter() - began
    return seen


async def _request(client: httpx2.AsyncClient, question: str, seen: Seen, *, asks: bool) -> None:
    began = time.perf_counter()
    try:
        if asks:
            response = await client.post("/api/ask", json={"question": question})
        else:
            response = await client.get("/api/search", params={"q": question})
    except httpx2.TransportError:
        seen.errors += 1
        return
    seen.milliseconds.append(1000 * (time.perf_counter() - began))
    seen.errors += not response.is_success


def measure_load(url: str, size: int, questions: Sequence[str], load: Load, progress: Progress) -> list[Measurement]:
    """Requests a second, p50 and p99, and the errors, of which none is right."""
    progress(f"load {size:,}", 0, 1)
    seen = asyncio.run(put_under_load(url, questions, load))
    progress(f"load {size:,}", 1, 1)
    name = f"{load.clients} 个客户端 clients, {load.seconds:g} s, {size:,} chunks"
    times = seen.milliseconds
    details = {"requests": float(len(times)), "requests/s": len(times) / seen.lasted}
    if times:
        details["p50"] = percentile(times, 50)
    p99 = percentile(times, 99) if times else None
    return [
        below("serve", f"{name}：p99", p99, "ms", None, chunks=size, details=details),
        below("serve", f"{name}：错误 errors", float(seen.errors), "", 0, chunks=size),
    ]
