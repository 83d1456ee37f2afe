"""Files read and understood, in this process or by workers."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from indexer.document import Document, SourceDocument
from indexer.duplicates import Signature, signature
from indexer.errors import UnreadableFile
from indexer.files import File
from indexer.reading import content_key, understand
from indexer.sharing.processes import Workers
from indexer.sidecar import UnreadableSidecar, sidecars
from indexer.store import FileState
from indexer.worker import LoadingWorker


@dataclass(frozen=True, slots=True)
class Due:
    """A file that is to be read, at most ``max_bytes`` of it; its side-car files, nearest first; and the state of them all
    before, by which a change is seen."""

    file: File
    corrections: tuple[Path, ...]
    size: int
    mtime_ns: int
    max_bytes: int


@dataclass(frozen=True, slots=True)
class Reading:
    """What comes of a file: the document, content keys of its chunks, its MinHash signature; pages, how many of them were
    recognised from images, and remarks for the person who runs the indexer."""

    document: Document
    keys: tuple[str, ...]
    signature: Signature
    pages: int
    ocr_pages: int
    notes: tuple[str, ...]


Outcome = Reading | UnreadableFile
"""What comes of a file, or why nothing does."""
Load = Callable[[Path, int], SourceDocument]
"""Loads a file of at most so many bytes. Raises UnreadableFile."""


def due(file: File, known: FileState | None, max_bytes: int) -> Due | None:
    """What is to be read of a file; None when it is as it was ``known``. A change of a side-car is a change of its file.

    Raises UnreadableFile, UnreadableSidecar.
    """
    try:
        corrections = tuple(sidecars(file.path, file.folder)) if file.root else ()
        states = [path.stat() for path in (file.path, *corrections)] if file.root else []
    except OSError as error:
        broken = UnreadableFile if error.filename == str(file.path) else UnreadableSidecar
        raise broken(f"{Path(error.filename).name} 无法读取：{error.strerror} / cannot be read") from error
    size = sum(state.st_size for state in states)
    # The sum, not the latest: a side-car copied with an older time changes it too. Kept within SQLite's integers.
    mtime_ns = sum(state.st_mtime_ns for state in states) % 2**63
    if known and (known.size, known.mtime_ns) == (size, mtime_ns):
        return None
    return Due(file, corrections, size, mtime_ns, max_bytes)


def read_file(load: Load, due: Due) -> Outcome:
    """Load and understand one file."""
    try:
        loaded = load(due.file.path, due.max_bytes)
        document = understand(due.file.source, loaded, corrections=due.corrections)
        if not document.text:
            raise UnreadableFile("文件没有文字 / the file holds no text")
    except UnreadableFile as error:
        return error
    keys = tuple(content_key(document.title, c.section, document.text[c.start : c.end]) for c in document.chunks)
    pages = loaded.text.count("\f") + 1
    return Reading(document, keys, signature(document.text), pages, loaded.ocr_pages, loaded.notes)


@cache
def _loader() -> LoadingWorker:
    # Of a worker: its pipe closes with the worker, which ends it.
    return LoadingWorker()


def _read_file(due: Due) -> Outcome:
    return read_file(_loader().load, due)


def _crashed() -> Outcome:
    return UnreadableFile("读取时程序崩溃 / reading it crashes the reader")


def read_files(workers: Workers, files: Iterable[Due]) -> Iterator[Outcome]:
    """What comes of each file, in order."""
    worth, files = workers.worth(files)
    if worth:
        yield from workers.results(_read_file, files, _crashed)
        return
    with LoadingWorker() as loader:
        for each in files:
            yield read_file(loader.load, each)
