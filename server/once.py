"""What is worked out once for each generation of the index, and goes with it."""

from collections.abc import Callable
from typing import TypeVar
from weakref import WeakKeyDictionary

from indexer.generations import Generation

T = TypeVar("T")


def once(work_out: Callable[[Generation], T]) -> Callable[[Generation], T]:
    """``work_out``, called once for each generation. What it gives must not hold the generation: one that nobody reads has
    to go at once."""
    known: WeakKeyDictionary[Generation, T] = WeakKeyDictionary()

    def of(generation: Generation) -> T:
        if generation not in known:
            known[generation] = work_out(generation)
        return known[generation]

    return of
