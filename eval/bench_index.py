"""How fast files are read and understood, by format: from bytes to chunks, without encoding."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.report import table
from indexer.caching import Progress
from indexer.document import Document
from indexer.errors import UnreadableFile, ZhengwenError
from indexer.files import scan
from indexer.loaders import LOADERS, load
from indexer.reading import understand

# Formats without pages of their own are counted in pages of this many characters, about one of a printed document.
CHARACTERS_A_PAGE = 600


@dataclass(frozen=True, slots=True)
class FormatSpeed:
    """Files of one format: how many were read, their pages and characters, and the seconds it took."""

    suffix: str
    files: int
    pages: int
    characters: int
    seconds: float
    unreadable: int

    @property
    def pages_a_second(self) -> float:
        """Pages read in a second, 0 when nothing was read."""
        return self.pages / self.seconds if self.seconds else 0.0


def _timed(path: Path, max_bytes: int) -> tuple[Document | None, float]:
    """A file as a document, None when it cannot be read, and the seconds it took."""
    began = time.perf_counter()
    try:
        document = understand(path.name, load(path, max_bytes))
    except UnreadableFile:
        document = None
    return document, time.perf_counter() - began


def _pages(document: Document) -> int:
    return len(document.pages) or -(-len(document.text) // CHARACTERS_A_PAGE)


def measure_formats(paths: Sequence[Path], max_bytes: int, progress: Progress) -> list[FormatSpeed]:
    """Read every file below the paths, format by format; the first of each is read once before, to load libraries.

    Raises ZhengwenError when a path does not exist or nothing there can be read.
    """
    by_suffix: dict[str, list[Path]] = {}
    for file in scan(paths):
        suffix = file.path.suffix.lower()
        if suffix in LOADERS:
            by_suffix.setdefault(suffix, []).append(file.path)
    total = sum(map(len, by_suffix.values()))
    speeds: list[FormatSpeed] = []
    done = 0
    for suffix, found in sorted(by_suffix.items()):
        _timed(found[0], max_bytes)
        documents: list[Document] = []
        seconds = 0.0
        for path in found:
            document, took = _timed(path, max_bytes)
            if document:
                documents.append(document)
                seconds += took
            done += 1
            progress("read", done, total)
        pages, characters = sum(map(_pages, documents)), sum(len(document.text) for document in documents)
        speeds.append(FormatSpeed(suffix, len(documents), pages, characters, seconds, len(found) - len(documents)))
    if not any(speed.files for speed in speeds):
        raise ZhengwenError("没有可以读取的文件 / nothing there can be read")
    return speeds


def formats_table(speeds: Sequence[FormatSpeed]) -> str:
    """The speeds as a Markdown table."""
    return table(
        ("格式 format", "文件 files", "页 pages", "字 characters", "秒 seconds", "页/秒 pages/s", "读不了 unreadable"),
        [
            (
                s.suffix,
                str(s.files),
                str(s.pages),
                str(s.characters),
                f"{s.seconds:.2f}",
                f"{s.pages_a_second:.1f}",
                str(s.unreadable),
            )
            for s in speeds
        ],
    )
