"""Arrays that stay in their files: memory-mapped, read as they are asked for, and given back before they fill the memory.

The system counts pages of mapped files as memory of the process until it needs them for something else. A service over
a large index would look as if it held all of it. So the service itself gives them back beyond ``LIMIT``; they stay in the
system's cache, and reading them again costs a microsecond for sixteen pages.
"""

import mmap
import time
from collections.abc import Iterable
from pathlib import Path
from threading import Lock
from typing import Any
from weakref import WeakSet

import numpy as np
from numpy.typing import NDArray

LIMIT = 3 << 29
"""Bytes of mapped files in memory, 1.5 GiB, beyond which they are given back."""
# Seconds between two looks at how much that is.
_PAUSE = 0.25
_STATM = Path("/proc/self/statm")

_READING = Lock()
_MAPPED: WeakSet[mmap.mmap] = WeakSet()


def mapped(path: Path, scattered: bool = False) -> NDArray[Any]:
    """A memory-mapped array without NumPy's memmap class, which makes each of a thousand small slices ten times dearer.

    ``scattered``: a few rows are read here and there, so that nothing is gained by reading on from there.
    """
    # NumPy reads the header with ast, which in Python 3.11 fails now and then when two threads do (gh-106905).
    with _READING:
        array = np.load(path, mmap_mode="r", allow_pickle=False)
    if isinstance(array.base, mmap.mmap):  # An empty array has none.
        _MAPPED.add(array.base)
        if scattered:
            _advise([array.base], "MADV_RANDOM")
    return np.asarray(array)


def _advise(maps: Iterable[mmap.mmap], advice: str) -> None:
    """Tell the system how mapped files are used, where it can be told: not on Windows."""
    if hasattr(mmap, advice):
        for each in maps:
            each.madvise(getattr(mmap, advice))


class Memory:
    """Keeps the mapped files of this process below a limit; safe to share between threads."""

    def __init__(self, limit: int = LIMIT) -> None:
        self._limit = limit
        self._next = 0.0

    def relieve(self) -> bool:
        """Give the pages of all mapped arrays back where they are more than the limit; whether that was so. To be called
        often: it looks a few times a second."""
        now = time.monotonic()
        if now < self._next:
            return False
        self._next = now + _PAUSE
        maps = list(_MAPPED)
        if sum(map(len, maps)) <= self._limit or resident() <= self._limit:
            return False
        _advise(maps, "MADV_DONTNEED")
        return True


def resident() -> int:
    """Bytes of mapped files in the memory of this process; 0 where the system does not say."""
    try:
        return int(_STATM.read_text(encoding="ascii").split()[2]) * mmap.PAGESIZE
    except OSError:
        return 0
