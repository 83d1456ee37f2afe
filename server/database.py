"""Small SQLite files beside the index, which several processes may use at once."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from indexer.errors import StoreMismatch
from indexer.store import store_error


@contextmanager
def opened(path: Path, migrations: Sequence[str]) -> Iterator[sqlite3.Connection]:
    """A connection in autocommit mode. Each migration takes the file from the version that is its place in the list to
    the next.

    Raises StoreMismatch for a file of a newer version, ZhengwenError when it cannot be used.
    """
    db: sqlite3.Connection | None = None
    try:
        db = sqlite3.connect(path, isolation_level=None, timeout=10)
        version = db.execute("PRAGMA user_version").fetchone()[0]
        if version > len(migrations):
            raise StoreMismatch(f"{path}：由更新的版本写成，请升级政问 / written by a newer version: upgrade zhengwen")
        if version < len(migrations):
            db.execute("BEGIN IMMEDIATE")  # Another process may be at it.
            version = db.execute("PRAGMA user_version").fetchone()[0]
            for number in range(version, len(migrations)):
                for statement in migrations[number].split(";"):
                    db.execute(statement)
            db.execute(f"PRAGMA user_version = {len(migrations)}")
            db.execute("COMMIT")
        yield db
    except sqlite3.DatabaseError as error:
        raise store_error(path, error) from error
    finally:
        if db is not None:
            db.close()
