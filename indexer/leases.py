"""Readers keep what they read on disk: a shared lock on a file of it, which ends with its owner or with its process.

Whoever wants to delete asks for the lock alone, and leaves what is held for another time.
"""

import os
import sys
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

if sys.platform != "win32":
    import fcntl


def hold(owner: object, path: Path) -> None:
    """Hold a file for as long as ``owner`` lives. Raises OSError when it is not there or is being deleted.

    Windows has no such locks and needs none: a file that is open cannot be deleted there.
    """
    descriptor = os.open(path, os.O_RDONLY)
    # Not closed at exit: that is when the operating system does it, after the last reader.
    weakref.finalize(owner, os.close, descriptor).atexit = False
    if sys.platform != "win32":
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        if not os.fstat(descriptor).st_nlink:  # Deleted between the two calls.
            raise FileNotFoundError(2, "deleted", str(path))


@contextmanager
def unheld(path: Path) -> Iterator[bool]:
    """Whether nobody holds a file; within the block nobody can begin to. A file that is not there is held by nobody."""
    try:
        # Some network file systems lock a file alone only where it was opened for writing.
        descriptor = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        yield True
        return
    try:
        yield _locked(descriptor)
    finally:
        os.close(descriptor)


def _locked(descriptor: int) -> bool:
    if sys.platform != "win32":
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True
