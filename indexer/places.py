"""Where the files of the indexed documents are: a look into the writer's store that never waits for the writer."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from indexer.store import store_error


@dataclass(frozen=True, slots=True)
class Place:
    """The file of a document: ``root`` is the folder that was named, ``source`` the path below it."""

    root: str
    source: str

    @property
    def path(self) -> Path:
        """The file itself. A name that is not UTF-8 does not lead there: both parts are kept as they are shown."""
        return Path(self.root, self.source)


@contextmanager
def _opened(data_dir: Path) -> Iterator[sqlite3.Connection | None]:
    path = data_dir / "store.sqlite"
    if not path.is_file():
        yield None
        return
    try:
        db = sqlite3.connect(path.resolve().as_uri() + "?mode=ro", uri=True, timeout=10)
        try:
            yield db
        finally:
            db.close()
    except sqlite3.DatabaseError as error:
        raise store_error(path, error) from error


def places(data_dir: Path) -> dict[str, Place]:
    """The file of every document in the store by the document's id. Raises ZhengwenError."""
    with _opened(data_dir) as db:
        rows = db.execute("SELECT document_id, root, source FROM documents") if db else ()
        return {row[0]: Place(row[1], row[2]) for row in rows}


def place_of(data_dir: Path, document_id: str) -> Place | None:
    """The file of one document, None where the store does not know it. Raises ZhengwenError."""
    with _opened(data_dir) as db:
        query = "SELECT root, source FROM documents WHERE document_id = ?"
        row = db.execute(query, (document_id,)).fetchone() if db else None
        return Place(*row) if row else None


def removed_places(data_dir: Path) -> dict[str, Place]:
    """The files of the documents that a person took out, by the document's id. Raises ZhengwenError."""
    with _opened(data_dir) as db:
        rows = db.execute("SELECT document_id, root, source FROM removed") if db else ()
        return {row[0]: Place(row[1], row[2]) for row in rows}
