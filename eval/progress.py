"""Progress on stderr, so that stdout holds the report alone."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from indexer.caching import Progress as Report

_STEPS = {
    "read": "读取 read",
    "encode": "编码 encode",
    "publish": "发布 publish",
    "ask": "提问 ask",
    "search": "检索 search",
    "index": "建索引 index",
}


@contextmanager
def shown() -> Iterator[Report]:
    """A bar for each step that reports; systems report under their own names."""
    columns = (TextColumn("{task.description:<14}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    bars = Progress(*columns, console=Console(stderr=True))
    tasks: dict[str, Any] = {}

    def report(step: str, done: int, total: int) -> None:
        if not tasks:
            bars.start()  # Not before: an error without any progress is told in one line, with no empty one above it.
        if step not in tasks:
            tasks[step] = bars.add_task(_STEPS.get(step, step), total=total)
        bars.update(tasks[step], completed=done, total=total)

    try:
        yield report
    finally:
        if tasks:
            bars.stop()
