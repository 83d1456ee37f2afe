"""Uploaded files, kept as real files in the data directory. None is lost, none takes the place of another unasked.

    uploads/通知.docx                                  what is indexed, with its side-cars
    uploads/.incoming/…                               files that are being received
    uploads/.replaced/20250101T…Z 通知.docx            what was replaced or put aside, kept for whoever wants it back

The indexer passes over names that begin with a dot.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import file_digest
from pathlib import Path
from threading import Lock
from time import monotonic, time
from typing import BinaryIO, Literal
from uuid import uuid4

from indexer.errors import UnreadableFile, ZhengwenError
from indexer.folders import uploads_folder
from indexer.loaders import LOADERS
from indexer.sidecar import SUFFIX
from indexer.worker import LoadingWorker
from server.desk.names import numbered, safe_name

OnConflict = Literal["refuse", "replace", "rename"]
Stored = Literal["new", "same", "replaced", "renamed"]

# Seconds for a first look at a file. What takes longer, a scan of many pages, is read when it is indexed.
_LOOK = 20.0
_BLOCK = 1 << 20
# Seconds after which nobody is receiving a file any more.
_STALE = 24 * 3600


class TooLarge(ZhengwenError):
    """An upload is larger than the settings allow."""


class Unsupported(ZhengwenError):
    """An upload is of a format that no loader reads."""


class NameTaken(ZhengwenError):
    """Another file of this name is there. ``name`` is that of the upload, ``free`` one that is not taken."""

    def __init__(self, name: str, free: str) -> None:
        super().__init__(
            f"已有同名而内容不同的文件 {name}：可替换（旧文件会保留），或另存为 {free} / "
            "another file of this name is there: replace it or keep both"
        )
        self.name = name
        self.free = free


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that is kept: its name in the folder of uploads, its size in bytes, and how it came there."""

    name: str
    size: int
    stored: Stored


def checked_name(given: str) -> str:
    """A safe name of a format that can be read. Raises BadName or Unsupported."""
    name = safe_name(given)
    suffix = Path(name).suffix
    if suffix not in LOADERS:
        raise Unsupported(f"格式 {suffix} 暂不支持，可用：{'、'.join(sorted(LOADERS))} / unsupported format")
    return name


def look_into(path: Path, max_bytes: int, seconds: float = _LOOK) -> None:
    """Read a file once, in a process of its own. Raises UnreadableFile; what takes longer is left to the indexer."""
    began = monotonic()
    with LoadingWorker(seconds=seconds) as worker:
        try:
            worker.load(path, max_bytes)
        except UnreadableFile:
            if monotonic() - began < seconds:
                raise


class Uploads:
    """The uploads of one data directory. Safe to share between threads."""

    def __init__(self, data_dir: Path) -> None:
        self.folder = uploads_folder(data_dir)
        self._lock = Lock()

    def names(self) -> list[str]:
        """Names of the files kept, side-cars left out, in order."""
        if not self.folder.is_dir():
            return []
        found = (path.name for path in self.folder.iterdir() if path.is_file())
        return sorted(name for name in found if not name.startswith(".") and Path(name).suffix in LOADERS)

    def add(self, given: str, content: BinaryIO, max_bytes: int, on_conflict: OnConflict = "refuse") -> Upload:
        """Keep a file under a safe form of its name, once it has been read as what its suffix says.

        A file with the same bytes that is there already is left alone. Raises BadName, Unsupported, TooLarge,
        UnreadableFile, NameTaken, or ZhengwenError where the disk does not take it.
        """
        name = checked_name(given)
        with self._writing(), self._incoming(name) as incoming:
            size = _copied(content, incoming, max_bytes)
            look_into(incoming, max_bytes)
            with self._lock:
                return self._placed(incoming, name, size, on_conflict)

    def put_aside(self, name: str) -> None:
        """Take an upload, and its side-car, out of the folder; both are kept. Raises FileNotFoundError."""
        if name not in self.names():
            raise FileNotFoundError(name)
        with self._writing(), self._lock:
            (self.folder / name).rename(self._aside(name))
            with suppress(FileNotFoundError):
                (self.folder / (name + SUFFIX)).rename(self._aside(name + SUFFIX))

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            yield
        except FileNotFoundError:
            raise
        except OSError as error:
            raise ZhengwenError(
                f"{self.folder}：无法写入（{error.strerror or error}），文件没有保存 / cannot be written: nothing was kept"
            ) from error

    @contextmanager
    def _incoming(self, name: str) -> Iterator[Path]:
        folder = self.folder / ".incoming"
        folder.mkdir(exist_ok=True)
        for left in folder.iterdir():  # By a service that was killed.
            with suppress(FileNotFoundError):  # Another upload has just ended.
                if time() - left.stat().st_mtime > _STALE:
                    left.unlink()
        path = folder / f"{uuid4().hex}{Path(name).suffix}"
        try:
            yield path
        finally:
            path.unlink(missing_ok=True)

    def _placed(self, incoming: Path, name: str, size: int, on_conflict: OnConflict) -> Upload:
        if _linked(incoming, self.folder / name):
            return Upload(name, size, "new")
        if _digest(incoming) == _digest(self.folder / name):
            return Upload(name, size, "same")
        if on_conflict == "refuse":
            raise NameTaken(name, self._free(name))
        if on_conflict == "replace":
            # The old file is kept under another name before the new one takes its place, in one step: an indexer that
            # looks meanwhile sees the one or the other.
            kept = self._aside(name)
            if not _linked(self.folder / name, kept):
                raise FileExistsError(str(kept))
            incoming.replace(self.folder / name)
            return Upload(name, size, "replaced")
        while not _linked(incoming, self.folder / (free := self._free(name))):
            continue
        return Upload(free, size, "renamed")

    def _free(self, name: str) -> str:
        number = 2
        while os.path.lexists(self.folder / numbered(name, number)):
            number += 1
        return numbered(name, number)

    def _aside(self, name: str) -> Path:
        folder = self.folder / ".replaced"
        folder.mkdir(exist_ok=True)
        return folder / f"{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ} {name}"


def _copied(content: BinaryIO, path: Path, max_bytes: int) -> int:
    """Write what is received, durably; its size in bytes. Raises TooLarge as soon as there is more than is taken."""
    size = 0
    with path.open("xb") as written:
        while block := content.read(_BLOCK):
            size += len(block)
            if size > max_bytes:
                raise TooLarge(too_large(max_bytes))
            written.write(block)
        written.flush()
        os.fsync(written.fileno())
    return size


def too_large(max_bytes: int) -> str:
    """What to say of a file that is larger than is taken."""
    return f"文件超过上限 {max_bytes / 1e6:.0f} MB（可设 ZHENGWEN_MAX_FILE_MB）/ the file is too large"


def _linked(file: Path, target: Path) -> bool:
    """Give a file another name in one step, without taking that of another file. False when the name is taken."""
    try:
        target.hardlink_to(file)
    except FileExistsError:
        return False
    except OSError:  # A file system without hard links: the indexer may see half of the file, and reads it again later.
        try:
            with file.open("rb") as read, target.open("xb") as written:
                shutil.copyfileobj(read, written)
        except FileExistsError:
            return False
    return True


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()
