"""The last answers given, for a while: what a reader rates is stored with what was shown."""

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from threading import Lock
from typing import Any

from indexer.errors import ZhengwenError

Shown = Mapping[str, Any]
"""An answer as the JSON object that was returned: it holds the passages' text and no whole document."""


class UnknownAnswer(ZhengwenError):
    """No answer with this id is remembered: it is too old, or was never given."""


class RecentAnswers:
    """At most ``size`` answers, none older than ``seconds``; the oldest go first. Safe to share between threads."""

    def __init__(
        self, size: int = 1_000, seconds: float = 24 * 3600, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._size, self._seconds, self._clock = size, seconds, clock
        self._answers: OrderedDict[str, tuple[float, Shown]] = OrderedDict()
        self._lock = Lock()

    def remember(self, answer: Shown) -> None:
        """Keep an answer under its ``answer_id``."""
        with self._lock:
            answer_id = str(answer["answer_id"])
            self._answers[answer_id] = (self._clock(), answer)
            self._answers.move_to_end(answer_id)
            self._drop()

    def answer(self, answer_id: str) -> Shown:
        """The answer with this id. Raises UnknownAnswer."""
        with self._lock:
            self._drop()
            known = self._answers.get(answer_id)
        if known is None:
            raise UnknownAnswer(f"没有编号为 {answer_id[:80]} 的回答，或已过期，请重新提问 / no such answer: ask again")
        return known[1]

    def _drop(self) -> None:
        oldest = self._clock() - self._seconds
        while self._answers:
            answer_id, (given, _) = next(iter(self._answers.items()))
            if given >= oldest and len(self._answers) <= self._size:
                return
            del self._answers[answer_id]
