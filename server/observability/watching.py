"""Stages of a piece of work, timed where it is done and told to whoever watches the request, if anybody does.

The watcher travels with the context of the request, into threads too, so that two apps over one assistant are told apart and
the command line, which nobody watches, pays nothing.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from time import perf_counter
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from server.answer.answer import Answer

Work = Literal["search", "answer", "model"]

WATCHER: ContextVar["Watcher | None"] = ContextVar("watcher", default=None)


class Watcher(Protocol):
    """Is told what happens in one request, as it happens; from several threads, one after the other."""

    def began(self, work: Work) -> None:
        """A piece of work begins."""

    def stage(self, work: Work, name: str, seconds: float) -> None:
        """A stage of it has just ended and took this long. A stage may come more than once."""

    def ended(self, work: Work, seconds: float, stages: Mapping[str, float]) -> None:
        """It has ended, well or not; ``stages``: milliseconds by name."""

    def answered(self, answer: "Answer") -> None:
        """A question has been answered or refused."""

    def model_failed(self) -> None:
        """The model gave no usable answer."""


class Stages(dict[str, float]):
    """Milliseconds by stage. Whoever adds to one, as ``Retriever.search`` does to its ``timings``, has just ended it."""

    def __init__(self, work: Work, watcher: Watcher | None) -> None:
        super().__init__()
        self._work = work
        self._watcher = watcher
        self._lap = perf_counter()

    def __setitem__(self, name: str, milliseconds: float) -> None:
        spent = milliseconds - self.get(name, 0.0)
        super().__setitem__(name, milliseconds)
        if self._watcher is not None:
            self._watcher.stage(self._work, name, spent / 1000)

    def skip(self) -> None:
        """Leave out the time since the last ``lap``, which others have counted."""
        self._lap = perf_counter()

    def lap(self, name: str) -> None:
        """Count the time since the last ``lap`` or ``skip``, or since the work began, for a stage."""
        began, self._lap = self._lap, perf_counter()
        self[name] = self.get(name, 0.0) + 1000 * (self._lap - began)


@contextmanager
def watched(work: Work) -> Iterator[Stages]:
    """Do a piece of work under the eyes of the request's watcher; what is yielded takes its stages."""
    watcher = WATCHER.get()
    stages = Stages(work, watcher)
    began = perf_counter()
    if watcher is not None:
        watcher.began(work)
    try:
        yield stages
    finally:
        if watcher is not None:
            watcher.ended(work, perf_counter() - began, stages)


def tell_answered(answer: "Answer") -> None:
    """Tell the watcher that a question has been answered or refused."""
    if (watcher := WATCHER.get()) is not None:
        watcher.answered(answer)


def tell_model_failed() -> None:
    """Tell the watcher that the model gave no usable answer."""
    if (watcher := WATCHER.get()) is not None:
        watcher.model_failed()
