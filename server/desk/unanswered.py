"""Questions that got no answer, kept for a while: they say which documents are missing, or hard to find."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from sqlite3 import Connection

from indexer.errors import ZhengwenError
from indexer.privacy import mask
from server.database import opened
from server.recent import RecentAnswers, Shown

_LOG = logging.getLogger(__name__)

FILE = "unanswered.sqlite"
_MIGRATIONS = (
    """
    CREATE TABLE unanswered (at TEXT NOT NULL, question TEXT NOT NULL, standalone TEXT, language TEXT NOT NULL, reason TEXT NOT NULL);
    CREATE INDEX unanswered_by_time ON unanswered (at);
    """,
)


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A question without an answer: how often it was asked, when last (ISO 8601, UTC), and why there was none.

    ``standalone`` is how it was understood where it was a follow-up.
    """

    question: str
    standalone: str | None
    language: str
    reason: str
    times: int
    last: str


# Rows that are kept, and questions that are listed: whoever may ask must not fill the disk, nor the page of the keeper.
_MOST, _LISTED = 20_000, 500


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")


class UnansweredStore:
    """The unanswered questions of one data directory; none is kept longer than ``days``, and of more than ``most`` the
    latest. Several processes may use it."""

    def __init__(self, data_dir: Path, days: int, most: int = _MOST) -> None:
        self._path = data_dir / FILE
        self._days = days
        self._most = most

    @contextmanager
    def _opened(self) -> Iterator[Connection]:
        with opened(self._path, _MIGRATIONS) as db:
            db.execute("DELETE FROM unanswered WHERE at < ?", (_iso(datetime.now(UTC) - timedelta(days=self._days)),))
            yield db

    def add(self, answer: Shown, at: datetime | None = None) -> None:
        """Keep the question of a refusal, the JSON object of an answer. Personal numbers in it are masked.

        Raises ZhengwenError when the file cannot be written.
        """
        standalone = answer.get("standalone_question")
        row = (
            _iso(at or datetime.now(UTC)), mask(answer["question"]), mask(standalone) if standalone else None,
            answer["language"], answer["refusal"]["reason"],
        )  # fmt: skip
        with self._opened() as db:
            db.execute("INSERT INTO unanswered VALUES (?, ?, ?, ?, ?)", row)
            db.execute("DELETE FROM unanswered WHERE rowid <= (SELECT max(rowid) FROM unanswered) - ?", (self._most,))

    def since(self, days: int = 7) -> list[Unanswered]:
        """Questions of the last so many days, the same ones as one: most often asked first, then the latest; 500 at most."""
        if not self._path.is_file():
            return []
        with self._opened() as db:
            rows = db.execute(
                # SQLite takes the other columns from the row of the latest moment.
                "SELECT question, standalone, language, reason, count(*) AS times, max(at) AS last FROM unanswered "
                "WHERE at >= ? GROUP BY trim(question), standalone ORDER BY times DESC, last DESC LIMIT ?",
                (_iso(datetime.now(UTC) - timedelta(days=days)), _LISTED),
            ).fetchall()
        return [Unanswered(*row) for row in rows]


class RecordingAnswers(RecentAnswers):
    """The answers of the last hours; the questions of those that are refusals are kept for the desk."""

    def __init__(self, store: UnansweredStore) -> None:
        super().__init__()
        self._store = store
        self._failure = ""

    def remember(self, answer: Shown) -> None:
        super().remember(answer)
        if answer["answered"] or not answer.get("refusal"):
            return
        try:
            self._store.add(answer)
            self._failure = ""
        except ZhengwenError as error:  # The reader gets the answer all the same.
            if str(error) != self._failure:
                self._failure = str(error)
                _LOG.warning("没有记下未答的问题 / an unanswered question was not kept: %s", error)
