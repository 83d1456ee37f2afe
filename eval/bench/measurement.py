"""One measured thing beside its reference, and how the two take turns."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np


@dataclass(frozen=True, slots=True)
class Measurement:
    """``measured`` and ``reference`` in ``unit``; a target bounds ``ratio`` from one side.

    ``measured`` is None for what could not be measured, as ``name`` says; ``reference``, ``ratio`` and ``met`` are None
    where there is nothing to compare with or no target. ``chunks`` is the size of the index, None where the sample
    corpus was used; ``details`` are further figures by name, milliseconds where a name says no unit.
    """

    part: str
    name: str
    against: str
    measured: float | None
    reference: float | None
    unit: str
    ratio: float | None
    target: str
    met: bool | None
    chunks: int | None = None
    details: Mapping[str, float] = field(default_factory=dict)


def at_most(
    part: str, name: str, against: str, values: tuple[float, float], unit: str, bound: float | None, **more: Any
) -> Measurement:
    """Measured over reference, which is not to be more than ``bound``; None: no target."""
    measured, reference = values
    ratio = measured / reference
    target, met = ("", None) if bound is None else (f"≤ {bound:g}", ratio <= bound)
    return Measurement(part, name, against, measured, reference, unit, ratio, target, met, **more)


def faster(
    part: str, name: str, against: str, values: tuple[float, float], unit: str, bound: float, **more: Any
) -> Measurement:
    """Reference over measured, which is to be at least ``bound``."""
    measured, reference = values
    ratio = reference / measured
    return Measurement(
        part, name, against, measured, reference, unit, ratio, f"≥ {bound:g} × faster", ratio >= bound, **more
    )


def below(part: str, name: str, measured: float | None, unit: str, bound: float | None, **more: Any) -> Measurement:
    """A figure that is not to be more than ``bound`` in its own unit; None: no target."""
    target = "" if bound is None else f"≤ {bound:g} {unit}".rstrip()
    met = None if bound is None or measured is None else measured <= bound
    return Measurement(part, name, "", measured, None, unit, None, target, met, **more)


def seconds(action: Callable[[], object]) -> float:
    """How long a call takes."""
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


@dataclass(frozen=True, slots=True)
class Times:
    """Milliseconds of each question: by the clock, and of processor time, which other work on the machine hardly
    changes."""

    wall: list[float]
    processor: list[float]


def in_turns(
    sides: Mapping[str, Callable[[str], object]], questions: Sequence[str], turn: int, tell: Callable[[int, int], None]
) -> dict[str, Times]:
    """The times of each question on each side.

    A side answers ``turn`` questions in a row before it is the other's turn: each works with the caches it has when it
    works alone, and whatever else the machine does falls on all alike. The first question is asked once before.
    """
    for side in sides.values():
        side(questions[0])
    took = {name: Times([], []) for name in sides}
    for start in range(0, len(questions), turn):
        tell(start, len(questions))
        for name, side in sides.items():
            _answer(side, questions[start : start + turn], took[name])
    tell(len(questions), len(questions))
    return took


def _answer(side: Callable[[str], object], questions: Sequence[str], into: Times) -> None:
    for question in questions:
        began, used = time.perf_counter(), time.process_time()
        side(question)
        into.processor.append(1000 * (time.process_time() - used))
        into.wall.append(1000 * (time.perf_counter() - began))


def percentile(values: Sequence[float], percent: float) -> float:
    """A percentile, interpolated between the two nearest values."""
    return float(np.percentile(values, percent))
