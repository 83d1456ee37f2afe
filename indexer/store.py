"""The working state of the writer in SQLite: documents, chunks, and cached tokens and vectors by content.

Readers never open it; they read published generations.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.document import Chunk, Document, Field, Heading
from indexer.duplicates import Signature
from indexer.errors import StoreMismatch, ZhengwenError
from indexer.lexical import Terms

# Each step takes the store from the version that is its place in the list to the next.
_MIGRATIONS = (
    """
    CREATE TABLE documents (
        document_id TEXT PRIMARY KEY, root TEXT NOT NULL, source TEXT NOT NULL, title TEXT NOT NULL, text TEXT NOT NULL,
        pages TEXT NOT NULL, metadata TEXT NOT NULL, headings TEXT NOT NULL, signature BLOB NOT NULL,
        size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, UNIQUE (root, source));
    CREATE TABLE chunks (
        document_id TEXT NOT NULL REFERENCES documents ON DELETE CASCADE, number INTEGER NOT NULL,
        start INTEGER NOT NULL, "end" INTEGER NOT NULL, section TEXT NOT NULL, term TEXT, key TEXT NOT NULL,
        PRIMARY KEY (document_id, number)) WITHOUT ROWID;
    CREATE INDEX chunk_keys ON chunks (key);
    CREATE TABLE tokens (key TEXT, analyzer TEXT, words BLOB NOT NULL, bigrams BLOB NOT NULL, PRIMARY KEY (key, analyzer));
    CREATE TABLE vectors (key TEXT, encoder TEXT, passage BLOB NOT NULL, sentences BLOB NOT NULL, PRIMARY KEY (key, encoder));
    CREATE TABLE removed (root TEXT NOT NULL, source TEXT NOT NULL, document_id TEXT NOT NULL, PRIMARY KEY (root, source));
    CREATE TABLE state (name TEXT PRIMARY KEY, value TEXT NOT NULL);
    """,
)
SCHEMA_VERSION = len(_MIGRATIONS)


@dataclass(frozen=True, slots=True)
class FileState:
    """What is known of an indexed file: enough to see, without reading it, that it has not changed."""

    document_id: str
    size: int
    mtime_ns: int


def document_row(document: Document) -> tuple[str, str, str, str, str, str, str]:
    """A document as the columns document_id, source, title, text, pages, metadata, headings."""
    metadata = {name: asdict(field) for name, field in document.metadata.items()}
    headings = [[h.rank, h.title, h.start, h.end] for h in document.headings]
    return (
        document.document_id, document.source, document.title, document.text,
        json.dumps(document.pages), json.dumps(metadata, ensure_ascii=False), json.dumps(headings, ensure_ascii=False),
    )  # fmt: skip


def document_of(row: Sequence[Any], chunks: Sequence[Chunk] = ()) -> Document:
    """The inverse of ``document_row``."""
    metadata = {name: Field(**value) for name, value in json.loads(row[5]).items()}
    headings = tuple(Heading(*heading) for heading in json.loads(row[6]))
    return Document(row[0], row[1], row[2], row[3], tuple(json.loads(row[4])), metadata, headings, tuple(chunks))


def chunk_of(start: int, end: int, section: str, term: str | None) -> Chunk:
    """A chunk from its columns."""
    return Chunk(start, end, tuple(json.loads(section)), term)


def store_error(path: Path, error: Exception) -> ZhengwenError:
    """What to tell the user when SQLite cannot go on. Only a damaged file is worth deleting."""
    if isinstance(error, sqlite3.OperationalError):
        return ZhengwenError(
            f"{path}：无法读写（{error}），已发布的索引不受影响 / cannot be used; what is published stays usable"
        )
    return ZhengwenError(
        f"{path}：已损坏（{error}）；删除它后重新运行 zhengwen index，已发布的索引不受影响 / "
        "damaged: delete it and run zhengwen index again; what is published stays usable"
    )


class Store:
    """The store of one data directory. One writer at a time; the caller holds the directory's lock."""

    def __init__(self, path: Path) -> None:
        try:
            self._db = sqlite3.connect(path, isolation_level=None)
        except sqlite3.OperationalError as error:
            raise store_error(path, error) from error
        try:
            self._db.execute("PRAGMA foreign_keys = ON")
            version = self._db.execute("PRAGMA user_version").fetchone()[0]
            if version > SCHEMA_VERSION:
                raise StoreMismatch(
                    f"{path}：由更新的版本写成（{version} > {SCHEMA_VERSION}），请升级政问或另选 --data-dir / "
                    "written by a newer version: upgrade zhengwen or choose another --data-dir"
                )
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = NORMAL")
            for number in range(version, SCHEMA_VERSION):
                self._db.executescript(f"BEGIN; {_MIGRATIONS[number]} PRAGMA user_version = {number + 1}; COMMIT;")
        except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
            # A damaged schema can have a name that is no text, which the message about it would have to quote.
            self._db.close()
            raise store_error(path, error) from error
        except BaseException:
            self._db.close()
            raise

    def close(self) -> None:
        """Close the database."""
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All changes inside take effect together, or none."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            if self._db.in_transaction:  # A full disk has ended it already.
                self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def _state(self, name: str) -> str | None:
        row = self._db.execute("SELECT value FROM state WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def _set_state(self, name: str, value: str) -> None:
        self._db.execute("INSERT OR REPLACE INTO state VALUES (?, ?)", (name, value))

    @property
    def unpublished(self) -> bool:
        """Whether documents changed since the last publication."""
        return self._state("unpublished") != "no"

    @unpublished.setter
    def unpublished(self, changed: bool) -> None:
        self._set_state("unpublished", "yes" if changed else "no")

    @property
    def reader(self) -> str | None:
        """Version of the code that read the documents in."""
        return self._state("reader")

    @reader.setter
    def reader(self, version: str) -> None:
        self._set_state("reader", version)

    def clear_caches(self) -> None:
        """Forget all cached tokens and vectors."""
        for table in ("tokens", "vectors"):
            self._db.execute(f"DELETE FROM {table}")

    # Documents

    def files(self) -> dict[tuple[str, str], FileState]:
        """State of every indexed file by (root, source)."""
        rows = self._db.execute("SELECT root, source, document_id, size, mtime_ns FROM documents")
        return {(root, source): FileState(*state) for root, source, *state in rows}

    def put(self, root: str, state: FileState, document: Document, keys: Sequence[str], signature: Signature) -> None:
        """Add or replace a document with its chunks; ``keys`` name the content of each chunk."""
        self._db.execute("DELETE FROM documents WHERE root = ? AND source = ?", (root, document.source))
        document_id, source, title, text, *rest = document_row(document)
        self._db.execute(
            "INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (document_id, root, source, title, text, *rest, signature.tobytes(), state.size, state.mtime_ns),
        )
        self._db.executemany(
            "INSERT INTO chunks VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                (document_id, number, c.start, c.end, json.dumps(c.section, ensure_ascii=False), c.term, key)
                for number, (c, key) in enumerate(zip(document.chunks, keys, strict=True))
            ),
        )

    def delete(self, document_id: str) -> None:
        """Drop a document and its chunks; cached tokens and vectors stay for when it comes back."""
        self._db.execute("DELETE FROM documents WHERE document_id = ?", (document_id,))

    def documents(self) -> Iterator[Document]:
        """Every document without its chunks, ordered by source: the order of a published generation."""
        columns = "document_id, source, title, text, pages, metadata, headings"
        rows = self._db.execute(f"SELECT {columns} FROM documents ORDER BY source, root")
        return (document_of(row) for row in rows)

    def signatures(self) -> list[Signature]:
        """MinHash signatures in the order of ``documents``."""
        rows = self._db.execute("SELECT signature FROM documents ORDER BY source, root")
        return [np.frombuffer(row[0], np.uint64) for row in rows]

    def chunks(self, document_id: str) -> list[tuple[Chunk, str]]:
        """Chunks of a document in order, each with its content key."""
        rows = self._db.execute(
            'SELECT start, "end", section, term, key FROM chunks WHERE document_id = ? ORDER BY number', (document_id,)
        )
        return [(chunk_of(*row), key) for *row, key in rows]

    # Removal by hand

    def removed(self) -> dict[str, tuple[str, str]]:
        """Documents that a person removed: id -> (root, source)."""
        return {row[0]: (row[1], row[2]) for row in self._db.execute("SELECT document_id, root, source FROM removed")}

    def remove(self, document_id: str) -> bool:
        """Remove a document and remember it, so that its file is passed over. False when there is none."""
        row = self._db.execute("SELECT root, source FROM documents WHERE document_id = ?", (document_id,)).fetchone()
        if row is None:
            return False
        self._db.execute("INSERT OR REPLACE INTO removed VALUES (?, ?, ?)", (*row, document_id))
        self.delete(document_id)
        return True

    def restore(self, document_id: str) -> bool:
        """Forget that a document was removed. False when it was not."""
        return self._db.execute("DELETE FROM removed WHERE document_id = ?", (document_id,)).rowcount > 0

    # Caches by content

    def missing(self, table: str, version: str) -> list[str]:
        """Keys of chunks for which ``tokens`` or ``vectors`` of this analyzer or encoder are not cached."""
        column = {"tokens": "analyzer", "vectors": "encoder"}[table]
        query = f"SELECT DISTINCT key FROM chunks EXCEPT SELECT key FROM {table} WHERE {column} = ?"
        return [row[0] for row in self._db.execute(query, (version,))]

    def put_tokens(self, analyzer: str, rows: Iterable[tuple[str, Terms, Terms]]) -> None:
        """Cache (key, words, bigrams), the tokens as uint64 hashes."""
        self._db.executemany(
            "INSERT OR REPLACE INTO tokens VALUES (?, ?, ?, ?)",
            ((key, analyzer, words.tobytes(), bigrams.tobytes()) for key, words, bigrams in rows),
        )

    def tokens(self, key: str, analyzer: str) -> tuple[Terms, Terms]:
        """Cached words and bigrams of a chunk, uint64."""
        row = self._db.execute(
            "SELECT words, bigrams FROM tokens WHERE key = ? AND analyzer = ?", (key, analyzer)
        ).fetchone()
        return np.frombuffer(row[0], np.uint64), np.frombuffer(row[1], np.uint64)

    def put_vectors(self, encoder: str, rows: Iterable[tuple[str, NDArray[np.float16], NDArray[np.float16]]]) -> None:
        """Cache (key, passage vector [d], sentence vectors [s, d]) as float16."""
        self._db.executemany(
            "INSERT OR REPLACE INTO vectors VALUES (?, ?, ?, ?)",
            ((key, encoder, passage.tobytes(), sentences.tobytes()) for key, passage, sentences in rows),
        )

    def vectors(self, key: str, encoder: str, dimension: int) -> tuple[NDArray[np.float16], NDArray[np.float16]]:
        """Cached passage vector [d] and sentence vectors [s, d] of a chunk, float16."""
        row = self._db.execute(
            "SELECT passage, sentences FROM vectors WHERE key = ? AND encoder = ?", (key, encoder)
        ).fetchone()
        return np.frombuffer(row[0], np.float16), np.frombuffer(row[1], np.float16).reshape(-1, dimension)
