"""Work on the index, one piece at a time, in a process of its own: questions are answered meanwhile.

The process writes what it is doing as JSON lines; ``server.desk.working`` is its program.
"""

import atexit
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Condition, Thread
from typing import Any, Literal
from uuid import uuid4

from indexer.errors import ZhengwenError

Action = Literal["index", "remove", "restore"]
State = Literal["running", "done", "failed", "stopped"]
Line = Mapping[str, Any]

# Seconds that a stopped process gets to end in good order.
_GRACE = 10.0


class JobRunning(ZhengwenError):
    """The index is being worked on already."""


@dataclass(frozen=True, slots=True)
class Reason:
    """A file and what is to be said of it."""

    source: str
    reason: str


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of work: where it stands, and what came of it.

    ``step`` is read, encode or publish; ``done`` of ``total`` files, chunks or documents. ``report`` counts what was
    done, as IndexReport does. ``skipped``: files that are not indexed as they are now; ``notes``: remarks on others.
    Times are ISO 8601, UTC.
    """

    job_id: str
    action: Action
    started: str
    state: State = "running"
    step: str = "read"
    done: int = 0
    total: int = 0
    finished: str | None = None
    error: str | None = None
    report: Line | None = None
    skipped: Sequence[Reason] = field(default=())
    notes: Sequence[Reason] = field(default=())


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _reasons(rows: Sequence[Line]) -> tuple[Reason, ...]:
    return tuple(Reason(row["source"], row["reason"]) for row in rows)


class IndexJobs:
    """The work on one data directory. Safe to share between threads."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._job: Job | None = None
        self._version = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._stopping = False

    @property
    def job(self) -> Job | None:
        """The piece of work that runs, or ran last since the service was started."""
        with self._changed:
            return self._job

    def start(self, action: Action, request: Mapping[str, Any]) -> Job:
        """Begin. ``request`` holds what the process is told beside the action. Raises JobRunning."""
        with self._changed:
            if self._job is not None and self._job.state == "running":
                raise JobRunning(
                    f"索引正在更新（{self._job.started} 开始），请等它完成再试 / the index is being updated: try again when it is done"
                )
            self._stopping = False
            job = self._set(Job(uuid4().hex, action, _now()))
        Thread(target=self._work, args=({"action": action, **request},), name="index job", daemon=True).start()
        return job

    def stop(self) -> None:
        """End what runs; what is published stays as it is, and what was encoded is kept for the next time."""
        with self._changed:
            process = self._process
            self._stopping = True
        if process is not None:
            process.terminate()

    def wait(self, version: int, seconds: float) -> tuple[int, Job | None]:
        """The job as soon as it is newer than ``version`` (0 at first), or after so many seconds; with its version."""
        with self._changed:
            self._changed.wait_for(lambda: self._version > version, seconds)
            return self._version, self._job

    def finish(self, job: Job) -> Job:
        """Wait for the end of a job."""
        with self._changed:
            self._changed.wait_for(
                lambda: self._job is None or self._job.job_id != job.job_id or self._job.state != "running"
            )
            return self._job if self._job is not None and self._job.job_id == job.job_id else job

    def _set(self, job: Job) -> Job:
        with self._changed:
            self._job = job
            self._version += 1
            self._changed.notify_all()
        return job

    def _update(self, **changes: Any) -> None:
        with self._changed:
            if self._job is not None:
                self._set(replace(self._job, **changes))

    def _work(self, request: Mapping[str, Any]) -> None:
        last: Line = {"event": "error", "message": "更新索引的程序意外结束 / the indexing process ended unexpectedly"}
        try:
            for line in self._lines(request):
                if line["event"] == "progress":
                    self._update(step=line["step"], done=line["done"], total=line["total"])
                else:
                    last = line
        except (OSError, ValueError) as error:
            last = {"event": "error", "message": f"更新索引的程序无法运行（{error}）/ the indexing process cannot run"}
        reasons = {name: _reasons(last.get(name, ())) for name in ("skipped", "notes")}
        if self._stopping and last["event"] == "error":
            self._update(state="stopped", finished=_now())
        elif last["event"] == "error":
            self._update(state="failed", finished=_now(), error=last["message"], **reasons)
        else:
            self._update(state="done", finished=_now(), report=last["report"], **reasons)

    def _lines(self, request: Mapping[str, Any]) -> Any:
        """What the process says, line by line. Raises OSError or ValueError."""
        # Wherever this package was imported from, the process imports it too.
        home = str(Path(__file__).parents[2])
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, (home, os.environ.get("PYTHONPATH"))))}
        process = subprocess.Popen(
            [sys.executable, "-m", "server.desk.working"],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        atexit.register(process.kill)  # It would otherwise go on after the service has ended.
        with self._changed:
            self._process = process
        try:
            if process.stdin is None or process.stdout is None:
                raise OSError("no pipes")
            # The pipe stays open: its end tells the process that the service is gone.
            process.stdin.write(json.dumps(request).encode() + b"\n")
            process.stdin.flush()
            if self._stopping:
                process.terminate()
            for line in process.stdout:
                yield json.loads(line)
        finally:
            with self._changed:
                self._process = None
            _end(process)
            atexit.unregister(process.kill)


def _end(process: subprocess.Popen[bytes]) -> None:
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()
    try:
        process.wait(_GRACE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
