"""Bringing a backup back: unpacked beside what is there, verified, and only then put in its place.

What was there before is kept in a folder of its own. A crash at any moment leaves the old or the restored index.
"""

import gzip
import os
import shutil
import sqlite3
import tarfile
import zlib
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from indexer.backup import CONTENTS, FORMAT, KEPT, Contents, held
from indexer.errors import NoGeneration, ZhengwenError, reason_of
from indexer.generations import Generation, current_name, digest, folders
from indexer.migrations import SCHEMA_VERSION, version_of
from indexer.publication import switch
from indexer.soundness import problems_of
from indexer.store import Store

_STORE = "store.sqlite"


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored, as which generation, and where what was there before is kept, None where nothing was."""

    contents: Contents
    generation: str
    kept: Path | None


class _Damaged(Exception):
    """The backup is not what was written."""


def restore(file: Path, data_dir: Path) -> Restored:
    """Make a data directory hold what a backup holds.

    Raises ZhengwenError when the file is no backup, damaged, incomplete or of a newer version, or there is no room, with
    everything as it was; StoreInUse while somebody writes.
    """
    if not file.is_file():
        raise ZhengwenError(f"{file}：没有这个文件 / no such file")
    fresh = not data_dir.exists()
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        lock = held(data_dir)
        unpacked = data_dir / ".restoring"
        try:
            shutil.rmtree(unpacked, ignore_errors=True)  # Of a restoration that was interrupted.
            unpacked.mkdir()
            contents = _unpacked(file, unpacked)
            _verify(unpacked, contents)
            return _put_in_place(unpacked, data_dir, contents)
        finally:
            shutil.rmtree(unpacked, ignore_errors=True)
            lock.release()
    except (tarfile.TarError, gzip.BadGzipFile, EOFError, zlib.error, _Damaged, sqlite3.DatabaseError) as error:
        raise ZhengwenError(
            f"{file}：不是完好的备份（{reason_of(error)}），什么也没有改动 / no sound backup; nothing was changed"
        ) from error
    except OSError as error:
        raise ZhengwenError(
            f"{data_dir}：无法恢复（{error.strerror or error}）/ cannot be restored; what was there is still there"
        ) from error
    finally:
        if fresh and (data_dir / "write.lock").exists() and not (data_dir / "CURRENT").exists():
            shutil.rmtree(data_dir, ignore_errors=True)


def _unpacked(file: Path, folder: Path) -> Contents:
    with gzip.open(file) as stream, tarfile.open(fileobj=stream, mode="r:") as tar:
        for member in tar:
            # The filter refuses what would leave the folder; a backup holds plain files and nothing else.
            if not member.isreg():
                raise _Damaged(f"{member.name[:100]}: {member.type!r}")
            tar.extract(member, folder, filter="data")
        while stream.read(1 << 20):  # To the checksum of the compressed file, which is at its end.
            pass
    try:
        contents = Contents.parsed((folder / CONTENTS).read_bytes())
    except FileNotFoundError:
        raise _Damaged(f"没有 {CONTENTS} / incomplete") from None
    except (ValueError, TypeError, AttributeError, KeyError) as error:
        raise _Damaged(f"{CONTENTS}: {reason_of(error)}") from error
    if contents.format != FORMAT:
        raise _Damaged(f"格式 {contents.format}，本程序需要 {FORMAT} / another format: upgrade zhengwen")
    (folder / CONTENTS).unlink()
    return contents


def _verify(folder: Path, contents: Contents) -> None:
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    if wrong := sorted(found ^ contents.files.keys()):
        raise _Damaged(f"{wrong[0][:100]}：缺少或多余 / missing or not listed")
    for name, kept in contents.files.items():
        path = folder / PurePosixPath(name)
        if path.stat().st_size != kept.size or digest(path) != kept.sha256:
            raise _Damaged(f"{name[:100]}：内容与校验和不符 / checksum differs")
        os.utime(path, ns=(kept.mtime_ns, kept.mtime_ns))
    try:
        if problems := problems_of(Generation(folder)):
            raise _Damaged(problems[0])
    except ZhengwenError as error:
        raise _Damaged(reason_of(error)) from error
    if (folder / _STORE).is_file():
        with closing(sqlite3.connect(folder / _STORE)) as db:
            if version_of(db) > SCHEMA_VERSION:
                raise _Damaged("由更新的版本写成，请升级政问 / written by a newer version: upgrade zhengwen")
            if (said := db.execute("PRAGMA quick_check(1)").fetchone()[0]) != "ok":
                raise _Damaged(f"{_STORE}: {said}")


def _put_in_place(unpacked: Path, data_dir: Path, contents: Contents) -> Restored:
    """Files first, with a store that wants to be published, the pointer last: whatever interrupts this, the store and
    what is published never contradict each other unnoticed."""
    existing = folders(data_dir)
    name = f"{int(existing[-1].name) + 1:06d}" if existing else contents.generation
    unpublished = _marked(unpacked / _STORE, True)
    (data_dir / "generations").mkdir(exist_ok=True)
    (unpacked / "generations" / contents.generation).rename(data_dir / "generations" / name)
    kept = _moved_aside(data_dir)
    for path in sorted(unpacked.iterdir()):
        if path.name not in ("generations", "CURRENT"):
            path.rename(data_dir / path.name)
    switch(data_dir, name)
    _marked(data_dir / _STORE, unpublished)
    return Restored(contents, name, kept)


def _marked(path: Path, unpublished: bool) -> bool:
    """Say of a store whether it has something to publish; what it said before."""
    if not path.is_file():
        return unpublished
    store = Store(path)
    try:
        before, store.unpublished = store.unpublished, unpublished
    finally:
        store.close()
    return before


def _moved_aside(data_dir: Path) -> Path | None:
    """Move what is there, but for the generations, which readers may be reading, into a folder that is returned."""
    ours = ("generations", "CURRENT", "write.lock", ".restoring")
    there = [path for path in data_dir.iterdir() if path.name not in ours and not path.name.startswith(KEPT)]
    if not there:
        return None
    try:
        current = current_name(data_dir)
    except NoGeneration:
        current = "none"
    # By SQLite's own rules a database and its journal belong together: they move together.
    kept = data_dir / f"{KEPT}{datetime.now(UTC):%Y%m%dT%H%M%S}-{current}"
    kept.mkdir()
    for path in there:
        path.rename(kept / path.name)
    return kept
