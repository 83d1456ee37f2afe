"""Reading files in a process of its own, so that no file can crash, hang or exhaust the indexer."""

import multiprocessing
import resource
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from indexer.document import SourceDocument
from indexer.errors import UnreadableFile

# Seconds and bytes that reading one file may take. OCR of a long scan is the slowest honest case.
SECONDS = 600.0
MEMORY = 4 * 2**30


@dataclass(frozen=True, slots=True)
class _Failure:
    reason: str


def _serve(pipe: Connection, memory: int) -> None:
    """Read the files whose paths arrive until the other end closes."""
    from indexer.loaders import load

    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    while True:
        try:
            path, max_bytes = pipe.recv()
        except (EOFError, KeyboardInterrupt):
            return
        answer: SourceDocument | _Failure
        try:
            answer = load(path, max_bytes)
        except UnreadableFile as error:
            answer = _Failure(str(error))
        except MemoryError:
            answer = _Failure("读取时内存超限 / reading it takes too much memory")
        except Exception as error:  # noqa: BLE001  A library's bug must cost one file, not the run.
            answer = _Failure(f"文件无法解析（{type(error).__name__}）/ the file cannot be parsed")
        pipe.send(answer)


class LoadingWorker:
    """One worker process, started at the first file and again after a file has brought it down."""

    def __init__(self, seconds: float = SECONDS, memory: int = MEMORY) -> None:
        self._seconds = seconds
        self._memory = memory
        # A fresh interpreter: the indexer's threads and open database must not be forked into it.
        self._context = multiprocessing.get_context("spawn")
        self._process: Any = None
        self._pipe: Connection | None = None

    def __enter__(self) -> "LoadingWorker":
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()

    def _stop(self) -> None:
        if self._pipe is not None:
            self._pipe.close()
            self._process.join(timeout=2)
            if self._process.is_alive():
                self._process.kill()
                self._process.join()
        self._process = self._pipe = None

    def load(self, path: Path, max_bytes: int) -> SourceDocument:
        """Read one file. Raises UnreadableFile, also when reading it crashes, hangs or needs too much memory."""
        if self._pipe is None:
            self._pipe, theirs = self._context.Pipe()
            self._process = self._context.Process(target=_serve, args=(theirs, self._memory), daemon=True)
            self._process.start()
            theirs.close()
        try:
            self._pipe.send((path, max_bytes))
            if not self._pipe.poll(self._seconds):
                self._process.kill()
                self._stop()
                raise UnreadableFile(f"读取超过 {self._seconds:.0f} 秒 / reading it takes too long")
            answer = self._pipe.recv()
        except (EOFError, OSError) as error:
            self._stop()
            raise UnreadableFile("读取时程序崩溃 / reading it crashes the reader") from error
        if isinstance(answer, _Failure):
            raise UnreadableFile(answer.reason)
        document: SourceDocument = answer
        return document
