"""The audit log: who asked what and changed what, a line of JSON each, added to the file of the day and never altered."""

import json
import logging
import os
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from threading import Lock
from typing import Any

from starlette.requests import HTTPConnection

from indexer.privacy import mask

FOLDER = "audit"
_NAME = re.compile(r"(\d{4}-\d{2}-\d{2})\.jsonl")
_LOG = logging.getLogger(__name__)
_MAX_TEXT = 2_000

# Characters that some readers of lines take for the end of one; JSON leaves them as they are.
_LINE_ENDS = {code: f"\\u{code:04x}" for code in (0x85, 0x2028, 0x2029)}

Entry = dict[str, Any]


class AuditLog:
    """The log of one data directory; days are those of UTC. Several processes may write at once: each line is one write.

    ``keep_days``: older files are deleted when a new day begins, 0 keeps all; ``texts``: whether what was asked is written
    down, personal numbers masked. A log that cannot be written is reported once; the service goes on.
    """

    def __init__(
        self, data_dir: Path, keep_days: int, texts: bool, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self.folder = data_dir / FOLDER
        self._keep_days = keep_days
        self._texts = texts
        self._clock = clock
        self._lock = Lock()
        self._day = ""
        self._failed = False

    def write(self, action: str, **facts: Any) -> None:
        """Add a line: the time, ``action``, and the facts that are not None."""
        now = self._clock()
        if not self._texts:
            facts.pop("text", None)
        if (text := facts.get("text")) is not None:
            facts["text"] = mask(str(text))[:_MAX_TEXT]
        entry = {"at": now.isoformat(timespec="milliseconds"), "action": action}
        entry |= {name: value for name, value in facts.items() if value is not None}
        line = (json.dumps(entry, ensure_ascii=False).translate(_LINE_ENDS) + "\n").encode("utf-8", "replace")
        with self._lock:
            try:
                self._turn(now.date())
                self._append(line)
                self._failed = False
            except OSError as error:
                if not self._failed:
                    _LOG.warning(
                        "%s：审计日志无法写入 / the audit log cannot be written: %s", self.folder, error.strerror
                    )
                self._failed = True

    def _append(self, line: bytes) -> None:
        opened = os.open(self.folder / f"{self._day}.jsonl", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(opened, line)
        finally:
            os.close(opened)

    def _turn(self, today: date) -> None:
        """On the first line of a day: delete the files that are too old."""
        if self._day == today.isoformat():
            return
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._day = today.isoformat()
        if not self._keep_days:
            return
        oldest = (today - timedelta(days=self._keep_days)).isoformat()
        for path in self.folder.iterdir():
            name = _NAME.fullmatch(path.name)
            if name and name[1] < oldest:
                path.unlink(missing_ok=True)


def entry_of(connection: HTTPConnection) -> Entry:
    """What is known so far for the line of a request; what is put into it is written when the request has been answered."""
    found: Entry = connection.scope.setdefault("state", {}).setdefault("audit", {})
    return found


def note(connection: HTTPConnection, **facts: Any) -> None:
    """Add facts to the line of a request, such as ``text``, what was asked, or ``document``."""
    entry_of(connection).update(facts)


def note_reader(connection: HTTPConnection, role: str, name: str, key: str | None, origin: str | None) -> None:
    """Write down who it was."""
    note(connection, role=role, name=name, key=key, origin=origin)
