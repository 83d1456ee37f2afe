"""Reading files in a process of its own, so that no file can crash, hang or exhaust the indexer.

``python -m indexer.worker MEMORY`` reads requests, one JSON object a line, from stdin and answers each with one line on
stdout: {"path", "max_bytes"} with {"document": …} or {"reason": …}.
"""

import json
import os
import select
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from signal import SIGKILL

from indexer.document import SourceDocument
from indexer.errors import UnreadableFile
from indexer.loaders import load

# Seconds and bytes of address space that reading one file may take. OCR of a long scan is the slowest honest case.
SECONDS = 900.0
MEMORY = 6 * 2**30
# Pure Python reads these, in time linear in their size, which is limited: they need no process of their own.
_HARMLESS = frozenset((".txt", ".md", ".markdown"))


class LoadingWorker:
    """One worker process, started at the first file that needs it and again after a file has brought it down."""

    def __init__(self, seconds: float = SECONDS, memory: int = MEMORY) -> None:
        self._seconds = seconds
        self._memory = memory
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "LoadingWorker":
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()

    def _stop(self) -> None:
        if self._process is not None:
            if self._process.poll() is None:
                os.killpg(self._process.pid, SIGKILL)  # And the programs it started.
            self._process.communicate()
            self._process = None

    def _start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "indexer.worker", str(self._memory)]
        # Wherever this package was imported from, the worker imports it too.
        home = str(Path(__file__).parents[1])
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, (home, os.environ.get("PYTHONPATH"))))}
        return subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment,
            start_new_session=True,
        )  # fmt: skip

    def load(self, path: Path, max_bytes: int) -> SourceDocument:
        """Read one file. Raises UnreadableFile, also when reading it crashes, hangs or needs too much memory."""
        if path.suffix.lower() in _HARMLESS:
            return load(path, max_bytes)
        if self._process is not None and self._process.poll() is not None:  # It died after its last answer.
            self._stop()
        if self._process is None:
            self._process = self._start()
        try:
            answer = json.loads(self._exchange(self._process, json.dumps({"path": str(path), "max_bytes": max_bytes})))
        except UnreadableFile:
            self._stop()
            raise
        if "reason" in answer:
            raise UnreadableFile(answer["reason"])
        document = answer["document"]
        return SourceDocument(document["text"], document["title"], document["ocr_pages"], tuple(document["notes"]))

    def _exchange(self, process: subprocess.Popen[bytes], request: str) -> bytes:
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("the worker has no pipes")
        try:
            process.stdin.write(request.encode() + b"\n")
            process.stdin.flush()
        except BrokenPipeError as error:
            raise UnreadableFile("读取程序无法启动 / the reader cannot be started") from error
        if not select.select([process.stdout], [], [], self._seconds)[0]:
            raise UnreadableFile(f"读取超过 {self._seconds:.0f} 秒 / reading it takes too long")
        answer = process.stdout.readline()
        if not answer.endswith(b"\n"):
            raise UnreadableFile("读取时程序崩溃 / reading it crashes the reader")
        return answer


def _answer(path: str, max_bytes: int) -> dict[str, object]:
    try:
        return {"document": asdict(load(Path(path), max_bytes))}
    except UnreadableFile as error:
        return {"reason": str(error)}
    except MemoryError:
        return {"reason": "读取时内存超限 / reading it takes too much memory"}
    except RecursionError:
        return {"reason": "文件嵌套过深 / the file is nested too deeply"}
    except Exception as error:  # noqa: BLE001  A library's bug must cost one file, not the run.
        return {"reason": f"文件无法解析（{type(error).__name__}）/ the file cannot be parsed"}


def main() -> None:
    """Serve requests until stdin closes."""
    import resource  # Unix only, and only the worker limits itself.

    memory = int(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Libraries that print must not print into the answers.
    answers = os.fdopen(os.dup(1), "w", encoding="ascii")
    os.dup2(2, 1)
    for line in sys.stdin:
        answers.write(json.dumps(_answer(**json.loads(line))) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
