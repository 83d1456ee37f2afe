"""``python -m server.desk.working``: one piece of work on the index, told on stdin, reported on stdout.

Stdin: one JSON object {"action", "data_dir", "encoder", "max_bytes", "paths", "rebuild"?, "document_id"?}, and then its
end when whoever asked is gone. Stdout: JSON lines {"event": "progress", "step", "done", "total"}, and last {"event":
"report", "report", "skipped", "notes"} or {"event": "error", "message", "skipped"?}.
"""

import json
import os
import signal
import sqlite3
import sys
import traceback
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from threading import Thread
from time import monotonic
from typing import Any

from indexer.encoders import load_encoder
from indexer.errors import NothingToIndex, ZhengwenError
from indexer.pipeline import Indexer, IndexReport
from indexer.store import store_error
from server.search.qdrant.configured import mirror_published
from server.settings import Settings

# Seconds between two reports of the same step, and by how much questions go before this work.
_PAUSE = 0.2
_NICE = 5


class _Progress:
    """Tells how far a step is, not more often than a person can read."""

    def __init__(self) -> None:
        self._told = ("", -1.0)

    def __call__(self, step: str, done: int, total: int) -> None:
        now = monotonic()
        if step != self._told[0] or done == total or now - self._told[1] >= _PAUSE:
            self._told = (step, now)
            tell({"event": "progress", "step": step, "done": done, "total": total})


def tell(line: Mapping[str, Any]) -> None:
    """One line to whoever asked."""
    print(json.dumps(line), flush=True)


def _report_of(report: IndexReport | None) -> dict[str, Any]:
    values = asdict(report) if report else {}
    skipped, notes = values.pop("skipped", ()), values.pop("notes", ())
    return {"event": "report", "report": values, "skipped": list(skipped), "notes": list(notes)}


def work(request: Mapping[str, Any]) -> dict[str, Any]:
    """Do what is asked; the last line to tell. Raises ZhengwenError."""
    data_dir, encoder, progress = Path(request["data_dir"]), load_encoder(request["encoder"]), _Progress()
    with Indexer(data_dir, encoder, progress) as indexer:
        report = _changed(indexer, request)
    # Where searches run in a cluster, what was removed has to go there too.
    mirror_published(Settings(), data_dir, encoder, progress)
    return _report_of(report)


def _changed(indexer: Indexer, request: Mapping[str, Any]) -> IndexReport | None:
    if request["action"] == "remove":
        if not indexer.remove(request["document_id"]):
            raise ZhengwenError(f"没有编号为 {request['document_id']} 的文件 / no such document")
        return None
    if request["action"] == "restore" and not indexer.restore(request["document_id"]):
        raise ZhengwenError(f"编号 {request['document_id']} 的文件没有被移出 / this document was not removed")
    paths = [Path(path) for path in request["paths"]]
    return indexer.index(paths, rebuild=request.get("rebuild", False), max_bytes=request["max_bytes"])


def _end_with_asker() -> None:
    sys.stdin.read()
    os.kill(os.getpid(), signal.SIGTERM)


def _stop(_number: int, _frame: object) -> None:
    raise SystemExit(1)  # Through every ``with``: the store is rolled back, the lock goes.


def main() -> None:
    """Read the request, do it, tell what came of it."""
    signal.signal(signal.SIGTERM, _stop)
    if hasattr(os, "nice"):
        os.nice(_NICE)
    request = json.loads(sys.stdin.readline())
    Thread(target=_end_with_asker, daemon=True).start()
    try:
        last = work(request)
    except NothingToIndex as error:
        skipped = [{"source": source, "reason": reason} for source, reason in error.skipped]
        last = {"event": "error", "message": str(error), "skipped": skipped}
    except ZhengwenError as error:
        last = {"event": "error", "message": str(error)}
    except sqlite3.DatabaseError as error:
        last = {"event": "error", "message": str(store_error(Path(request["data_dir"]) / "store.sqlite", error))}
    except OSError as error:
        last = {"event": "error", "message": f"{error.filename or ''}：{error.strerror or error} / the system refused"}
    except Exception:  # noqa: BLE001 - a defect: where it is stands in the log of the service, which shares this stderr
        traceback.print_exc()
        last = {
            "event": "error",
            "message": "程序出错，详情见服务日志 / an error of this program: see the log of the service",
        }
    tell(last)


if __name__ == "__main__":
    main()
