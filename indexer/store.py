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

from indexer.cached import CachedVectors
from indexer.document import Chunk, Document, Field, Heading
from indexer.duplicates import Signature
from indexer.errors import StoreMismatch, ZhengwenError
from indexer.lexical import Terms
from indexer.migrations import SCHEMA_VERSION, migrate, version_of

# Publications for which cached tokens and vectors are kept after their content left the index: a folder that was not
# mounted for a day, or an encoder that was tried, costs nothing when it comes back.
KEPT_PUBLICATIONS = 3
# Of a document, in the order of ``document_of``.
_COLUMNS = "document_id, source, title, text, pages, metadata, headings"


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
        # What SQLite calls an I/O error is most often a full disk.
        name = getattr(error, "sqlite_errorname", "")
        advice = "，请检查磁盘空间" if name.startswith(("SQLITE_FULL", "SQLITE_IOERR")) else ""
        check = ": check the free space of the disk" if advice else ""
        return ZhengwenError(
            f"{path}：无法读写（{error}）{advice}；已发布的索引不受影响 / cannot be used{check}; what is published stays usable"
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
            version = version_of(self._db)
            if version > SCHEMA_VERSION:
                raise StoreMismatch(
                    f"{path}：由更新的版本写成（{version} > {SCHEMA_VERSION}），请升级政问或另选 --data-dir / "
                    "written by a newer version: upgrade zhengwen or choose another --data-dir"
                )
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = NORMAL")
            migrate(self._db)
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
        for table in ("tokens", "vectors", "retired", "makers"):
            self._db.execute(f"DELETE FROM {table}")

    def published(self, makers: Sequence[str]) -> None:
        """Everything is published, made by these analyzers and encoders. What was cached of content that left the index
        more than KEPT_PUBLICATIONS ago goes, and what other makers made; the content of documents that may be restored
        stays."""
        with self.transaction():
            publication = int(self._state("publication") or 0) + 1
            self._set_state("publication", str(publication))
            self.unpublished = False
            last = publication - KEPT_PUBLICATIONS
            self._db.executemany("INSERT OR REPLACE INTO makers VALUES (?, ?)", ((m, publication) for m in makers))
            old_makers = "(SELECT version FROM makers WHERE publication < :last)"
            old_keys = """(SELECT key FROM retired WHERE publication < :last
                EXCEPT SELECT key FROM chunks EXCEPT SELECT key FROM kept)"""
            for table, maker in (("tokens", "analyzer"), ("vectors", "encoder")):
                self._db.execute(f"DELETE FROM {table} WHERE key IN {old_keys}", {"last": last})
                if self._db.execute(f"SELECT 1 FROM {old_makers}", {"last": last}).fetchone():
                    self._db.execute(f"DELETE FROM {table} WHERE {maker} IN {old_makers}", {"last": last})
            self._db.execute("DELETE FROM makers WHERE publication < ?", (last,))
            self._db.execute("DELETE FROM retired WHERE publication < ? AND key NOT IN (SELECT key FROM kept)", (last,))

    # Documents

    def files(self) -> dict[tuple[str, str], FileState]:
        """State of every indexed file by (root, source)."""
        rows = self._db.execute("SELECT root, source, document_id, size, mtime_ns FROM documents")
        return {(root, source): FileState(*state) for root, source, *state in rows}

    def count(self) -> int:
        """How many documents there are."""
        count: int = self._db.execute("SELECT COUNT(*) FROM documents").fetchone()[0]
        return count

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
        """Drop a document and its chunks; cached tokens and vectors stay for a while, in case it comes back."""
        self._db.execute("DELETE FROM documents WHERE document_id = ?", (document_id,))

    def documents(self) -> Iterator[Document]:
        """Every document without its chunks, ordered by source: the order of a published generation."""
        rows = self._db.execute(f"SELECT {_COLUMNS} FROM documents ORDER BY source, root")
        return (document_of(row) for row in rows)

    def documents_holding(self, keys: Iterable[str]) -> Iterator[Document]:
        """The documents of ``documents`` that hold a chunk of this content; the others are not even read."""
        self._db.execute("CREATE TEMP TABLE IF NOT EXISTS wanted (key TEXT PRIMARY KEY) WITHOUT ROWID")
        self._db.execute("DELETE FROM temp.wanted")
        self._db.execute("BEGIN")
        self._db.executemany("INSERT OR IGNORE INTO temp.wanted VALUES (?)", ((key,) for key in keys))
        self._db.execute("COMMIT")
        holding = "SELECT document_id FROM chunks WHERE key IN (SELECT key FROM temp.wanted)"
        query = f"SELECT {_COLUMNS} FROM documents WHERE document_id IN ({holding}) ORDER BY source, root"
        return (document_of(row) for row in self._db.execute(query))

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

    def all_chunks(self) -> dict[str, list[tuple[Chunk, str]]]:
        """``chunks`` of every document that has some, by its id."""
        columns = 'document_id, start, "end", section, term, key'
        found: dict[str, list[tuple[Chunk, str]]] = {}
        for document_id, *row, key in self._db.execute(f"SELECT {columns} FROM chunks ORDER BY document_id, number"):
            found.setdefault(document_id, []).append((chunk_of(*row), key))
        return found

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
        keys = "SELECT DISTINCT document_id, key FROM chunks WHERE document_id = ?"
        self._db.execute(f"INSERT OR REPLACE INTO kept {keys}", (document_id,))
        self.delete(document_id)
        return True

    def restore(self, document_id: str) -> bool:
        """Forget that a document was removed. False when it was not."""
        with self.transaction():
            # Its content waits for the next run, as long as any that left.
            publication = int(self._state("publication") or 0)
            keys = "SELECT key, ? FROM kept WHERE document_id = ?"
            self._db.execute(f"INSERT OR REPLACE INTO retired {keys}", (publication, document_id))
            self._db.execute("DELETE FROM kept WHERE document_id = ?", (document_id,))
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

    def tokens(self, analyzer: str) -> dict[str, tuple[Terms, Terms]]:
        """All cached words and bigrams of an analyzer, uint64, by the key of the content."""
        rows = self._db.execute("SELECT key, words, bigrams FROM tokens WHERE analyzer = ?", (analyzer,))
        return {row[0]: (np.frombuffer(row[1], np.uint64), np.frombuffer(row[2], np.uint64)) for row in rows}

    def put_vectors(self, encoder: str, rows: Iterable[tuple[str, CachedVectors]]) -> None:
        """Cache the vectors of chunks by the keys of their content."""
        self._db.executemany(
            "INSERT OR REPLACE INTO vectors (key, encoder, passage, sentences, scales, spans) VALUES (?, ?, ?, ?, ?, ?)",
            ((key, encoder, *of.blobs()) for key, of in rows),
        )

    def vectors(self, encoder: str, dimension: int) -> dict[str, CachedVectors]:
        """All cached vectors of an encoder by the key of the content."""
        # One pass in the order of the file: looking each up in the index takes five times as long.
        rows = self._db.execute(
            "SELECT key, passage, sentences, scales, spans FROM vectors WHERE encoder = ?", (encoder,)
        )
        return {key: CachedVectors.of(dimension, *blobs) for key, *blobs in rows}
