"""One file with everything a data directory holds: a compressed tar whose last member, ``backup.json``, has the checksums.

Of the generations it holds the current one. SQLite files are copied by SQLite, which gives a state that was whole at one
moment while others write. What is left out is what a command leaves behind when it is interrupted, and locks.
"""

import json
import os
import sqlite3
import tarfile
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO

from filelock import FileLock, Timeout

from indexer.errors import StoreInUse, ZhengwenError
from indexer.generations import Generation

FORMAT = 1
CONTENTS = "backup.json"
# Begins the names of folders in which a restoration keeps what was there before; no backup holds them.
KEPT = "before-restore-"
# Seconds to wait for whoever is writing.
_PATIENCE = 30
# Vectors hardly compress, and a higher level takes ten times as long.
_LEVEL = 1
_SQLITE = b"SQLite format 3\0"
_LEFTOVERS = (".new", "-wal", "-shm", "-journal")


@dataclass(frozen=True, slots=True)
class Kept:
    """A file of a backup: its bytes, its checksum, and when it was changed last, which decides whether it is read anew."""

    size: int
    sha256: str
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class Contents:
    """What a backup holds. ``generation``: the name of the one that is current in it."""

    format: int
    created: str
    generation: str
    files: dict[str, Kept]

    def dumped(self) -> bytes:
        """As it is written. Names that are not UTF-8 hold lone surrogates, which JSON's escapes carry."""
        return json.dumps(asdict(self), indent=1).encode("ascii")

    @classmethod
    def parsed(cls, raw: bytes) -> "Contents":
        """The inverse of ``dumped``. Raises ValueError, TypeError, AttributeError or KeyError."""
        read: dict[str, Any] = json.loads(raw)
        files = {name: Kept(**kept) for name, kept in read["files"].items()}
        return cls(read["format"], read["created"], read["generation"], files)


def held(data_dir: Path) -> FileLock:
    """The writer's lock of a data directory, held. Raises StoreInUse and OSError."""
    lock = FileLock(data_dir / "write.lock", timeout=_PATIENCE)
    try:
        lock.acquire()
    except Timeout:
        raise StoreInUse(
            f"{data_dir}：另一个 zhengwen 正在写入，请等它结束再试 / another zhengwen is writing here: try again later"
        ) from None
    return lock


def belongings(data_dir: Path, generation: str) -> Iterator[Path]:
    """The files of a data directory that a backup holds, in order. Links to folders are not followed."""
    for folder, names, files in os.walk(data_dir):
        here = Path(folder)
        if here == data_dir:
            names[:] = [name for name in names if not name.startswith((KEPT, ".restoring"))]
        if here == data_dir / "generations":
            names[:] = [name for name in names if name == generation]
        names.sort()
        for name in sorted(files):
            path = here / name
            own = here == data_dir and (name == "write.lock" or name.endswith(_LEFTOVERS))
            if path.is_file() and not own:
                yield path


class _Hashed:
    """A file being read, at most ``size`` bytes of it: a log may grow meanwhile."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file = file
        self._left = size
        self.digest = sha256()

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(self._left if size < 0 else min(size, self._left))
        self._left -= len(data)
        self.digest.update(data)
        return data


def _add(tar: tarfile.TarFile, name: str, path: Path, mtime_ns: int) -> Kept:
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        info = tarfile.TarInfo(name)
        info.size, info.mtime, info.mode = size, mtime_ns // 10**9, 0o600
        hashed = _Hashed(file, size)
        tar.addfile(info, hashed)
    return Kept(size, hashed.digest.hexdigest(), mtime_ns)


def _is_database(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(_SQLITE)) == _SQLITE


def _copy_database(path: Path, copy: Path) -> None:
    with (
        closing(sqlite3.connect(path.resolve().as_uri() + "?mode=ro", uri=True, timeout=_PATIENCE)) as source,
        closing(sqlite3.connect(copy)) as target,
    ):
        source.backup(target)


def back_up(data_dir: Path, file: Path) -> Contents:
    """Write everything that a data directory holds to one new file, which appears when it is complete.

    Raises NoGeneration or DamagedGeneration when there is no sound index, StoreInUse while somebody writes, and
    ZhengwenError when ``file`` exists, lies in the data directory or cannot be written.
    """
    if file.exists():
        raise ZhengwenError(f"{file}：已经存在，请换一个文件名 / exists already: choose another name")
    if data_dir.resolve() in file.resolve().parents:
        raise ZhengwenError(f"{file}：备份不能放在索引自己的文件夹里 / a backup cannot lie in the folder of the index")
    Generation(data_dir)  # Where there is no index, nothing is begun.
    partial = file.with_name(f"{file.name}.partial")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        lock = held(data_dir)
        try:
            contents = _written(data_dir, partial)
        finally:
            lock.release()
        partial.rename(file)
        _sync(file.parent)
    except (OSError, sqlite3.Error) as error:
        with suppress(OSError):
            partial.unlink()
        reason = getattr(error, "strerror", None) or error
        raise ZhengwenError(f"{file}：备份没有写成（{reason}）/ the backup could not be written") from error
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    return contents


def _written(data_dir: Path, partial: Path) -> Contents:
    generation = Generation(data_dir)
    if altered := generation.altered():
        raise generation.damaged(f"{altered[0]}：内容与校验和不符")
    files: dict[str, Kept] = {}
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)  # It holds keys and questions.
    with (
        os.fdopen(descriptor, "wb") as written,
        TemporaryDirectory(dir=partial.parent, prefix=".zhengwen-backup-") as scratch,
    ):
        with tarfile.open(fileobj=written, mode="w:gz", compresslevel=_LEVEL, format=tarfile.PAX_FORMAT) as tar:
            for path in belongings(data_dir, generation.name):
                name = path.relative_to(data_dir).as_posix()
                mtime_ns = path.stat().st_mtime_ns
                if path.is_relative_to(generation.folder) or not _is_database(path):
                    files[name] = _add(tar, name, path, mtime_ns)
                else:
                    copy = Path(scratch, "copy.sqlite")
                    _copy_database(path, copy)
                    files[name] = _add(tar, name, copy, mtime_ns)
                    copy.unlink()
            created = datetime.now(UTC).isoformat(timespec="seconds")
            contents = Contents(FORMAT, created, generation.name, files)
            listed = Path(scratch, CONTENTS)
            listed.write_bytes(contents.dumped())
            _add(tar, CONTENTS, listed, 0)
        written.flush()
        os.fsync(written.fileno())
    return contents


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
