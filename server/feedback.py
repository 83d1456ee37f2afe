"""What readers say of answers, kept in a file of its own beside the index, each with what it was said of."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from indexer.privacy import mask
from server.database import opened

Rating = Literal["up", "down"]

FILE = "feedback.sqlite"
# Passages kept of an answer: whoever asks may ask for a hundred, and nobody reads them here.
_PASSAGES = 8
# Each step takes the file from the version that is its place in the list to the next.
_MIGRATIONS = (
    """
    CREATE TABLE feedback (
        answer_id TEXT PRIMARY KEY, at TEXT NOT NULL, rating TEXT NOT NULL CHECK (rating IN ('up', 'down')), comment TEXT,
        question TEXT NOT NULL, answered INTEGER NOT NULL, answer TEXT NOT NULL);
    CREATE INDEX feedback_by_time ON feedback (at);
    """,
)


@dataclass(frozen=True, slots=True)
class Feedback:
    """A rating with the answer it is about: ``answer`` is the object that was returned, its first passages included."""

    answer_id: str
    at: str
    rating: Rating
    comment: str | None
    answer: Mapping[str, Any]


class FeedbackStore:
    """The feedback of one data directory. Several processes may use it at once."""

    def __init__(self, data_dir: Path) -> None:
        self._path = data_dir / FILE

    def add(self, answer: Mapping[str, Any], rating: Rating, comment: str | None) -> Feedback:
        """Store a rating; a second one of the same answer replaces the first. Personal numbers typed in are masked.

        ``answer``: the JSON object of the answer. Raises ZhengwenError when the file cannot be written.
        """
        kept = list(answer.get("passages", ()))[:_PASSAGES]
        masked = {**answer, "question": mask(answer["question"]), "passages": kept}
        if answer.get("standalone_question"):
            masked["standalone_question"] = mask(answer["standalone_question"])
        at = datetime.now(UTC).isoformat(timespec="seconds")
        feedback = Feedback(answer["answer_id"], at, rating, mask(comment) if comment else None, masked)
        stored = json.dumps(masked, ensure_ascii=False)
        with opened(self._path, _MIGRATIONS) as db:
            db.execute(
                "INSERT OR REPLACE INTO feedback VALUES (?, ?, ?, ?, ?, ?, ?)",
                (feedback.answer_id, at, rating, feedback.comment, masked["question"], masked["answered"], stored),
            )
        return feedback

    def all(self) -> list[Feedback]:
        """Everything stored, newest first; nothing where nobody has rated anything yet."""
        if not self._path.is_file():
            return []
        with opened(self._path, _MIGRATIONS) as db:
            rows = db.execute(
                "SELECT answer_id, at, rating, comment, answer FROM feedback ORDER BY at DESC, rowid DESC"
            ).fetchall()
        return [Feedback(row[0], row[1], row[2], row[3], json.loads(row[4])) for row in rows]
