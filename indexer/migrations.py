"""The schema of the writer's store, step by step: each step takes a store from the version that is its place to the next.

A step that was ever released is never changed: stores that it made are out there.
"""

import sqlite3
from collections.abc import Callable

from indexer.duplicates import signature

# Version 0 to 1.
_FIRST = (
    """CREATE TABLE documents (
        document_id TEXT PRIMARY KEY, root TEXT NOT NULL, source TEXT NOT NULL, title TEXT NOT NULL, text TEXT NOT NULL,
        pages TEXT NOT NULL, metadata TEXT NOT NULL, headings TEXT NOT NULL,
        size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, UNIQUE (root, source))""",
    """CREATE TABLE chunks (
        document_id TEXT NOT NULL REFERENCES documents ON DELETE CASCADE, number INTEGER NOT NULL,
        start INTEGER NOT NULL, "end" INTEGER NOT NULL, section TEXT NOT NULL, term TEXT, key TEXT NOT NULL,
        PRIMARY KEY (document_id, number)) WITHOUT ROWID""",
    "CREATE INDEX chunk_keys ON chunks (key)",
    "CREATE TABLE tokens (key TEXT, analyzer TEXT, words BLOB NOT NULL, bigrams BLOB NOT NULL, PRIMARY KEY (key, analyzer))",
    "CREATE TABLE vectors (key TEXT, encoder TEXT, passage BLOB NOT NULL, sentences BLOB NOT NULL, PRIMARY KEY (key, encoder))",
    "CREATE TABLE removed (root TEXT NOT NULL, source TEXT NOT NULL, document_id TEXT NOT NULL, PRIMARY KEY (root, source))",
    "CREATE TABLE state (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
)

# Version 2 to 3: what was cached of content that is gone can go. ``retired``: content that left, and after how many
# publications; ``kept``: the content of documents removed by hand, which may be restored; ``makers``: analyzers and
# encoders, and the last publication that used them.
_PRUNING = (
    "CREATE TABLE retired (key TEXT PRIMARY KEY, publication INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE TABLE kept (document_id TEXT NOT NULL, key TEXT NOT NULL, PRIMARY KEY (document_id, key)) WITHOUT ROWID",
    "CREATE INDEX kept_keys ON kept (key)",
    "CREATE TABLE makers (version TEXT PRIMARY KEY, publication INTEGER NOT NULL) WITHOUT ROWID",
    "INSERT INTO state VALUES ('publication', '0')",
    """CREATE TRIGGER chunk_gone AFTER DELETE ON chunks BEGIN
        INSERT OR REPLACE INTO retired
        VALUES (old.key, (SELECT CAST(value AS INTEGER) FROM state WHERE name = 'publication'));
    END""",
    """INSERT INTO retired SELECT key, 0 FROM (SELECT key FROM tokens UNION SELECT key FROM vectors)
        WHERE key NOT IN (SELECT key FROM chunks)""",
    """INSERT INTO makers SELECT version, 0 FROM
        (SELECT DISTINCT analyzer AS version FROM tokens UNION SELECT DISTINCT encoder FROM vectors)""",
)

# Version 3 to 4: sentence vectors as they are published, a byte a dimension and a scale a row, and where the sentences
# lie. NULL in older rows: their vectors are half floats, and the sentences have to be found again.
_AS_PUBLISHED = ("ALTER TABLE vectors ADD COLUMN scales BLOB", "ALTER TABLE vectors ADD COLUMN spans BLOB")


def _script(statements: tuple[str, ...]) -> Callable[[sqlite3.Connection], None]:
    def run(db: sqlite3.Connection) -> None:
        for statement in statements:
            db.execute(statement)

    return run


def _signatures(db: sqlite3.Connection) -> None:
    """Version 1 to 2: every document has its MinHash signature. Some stores of version 1 have it already."""
    if any(row[1] == "signature" for row in db.execute("PRAGMA table_info(documents)")):
        return
    # Not at the end, where SQLite puts a column that is added: rows are written by place.
    old = "document_id, root, source, title, text, pages, metadata, headings, size, mtime_ns"
    new = "document_id, root, source, title, text, pages, metadata, headings, signature, size, mtime_ns"
    db.execute(
        """CREATE TABLE documents_new (
        document_id TEXT PRIMARY KEY, root TEXT NOT NULL, source TEXT NOT NULL, title TEXT NOT NULL, text TEXT NOT NULL,
        pages TEXT NOT NULL, metadata TEXT NOT NULL, headings TEXT NOT NULL, signature BLOB NOT NULL,
        size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, UNIQUE (root, source))"""
    )
    db.create_function("signature_of", 1, lambda text: signature(text).tobytes(), deterministic=True)
    selected = new.replace("signature", "signature_of(text)")
    db.execute(f"INSERT INTO documents_new ({new}) SELECT {selected} FROM (SELECT {old} FROM documents)")
    db.execute("DROP TABLE documents")
    db.execute("ALTER TABLE documents_new RENAME TO documents")


_STEPS: tuple[Callable[[sqlite3.Connection], None], ...] = (
    _script(_FIRST),
    _signatures,
    _script(_PRUNING),
    _script(_AS_PUBLISHED),
)
SCHEMA_VERSION = len(_STEPS)


def version_of(db: sqlite3.Connection) -> int:
    """The schema's version that a store was written with; 0 for one that was begun just now."""
    version: int = db.execute("PRAGMA user_version").fetchone()[0]
    return version


def migrate(db: sqlite3.Connection) -> None:
    """Bring a store to ``SCHEMA_VERSION``, a transaction a step: interrupted, it goes on from the last whole step.

    The connection must be in autocommit mode.
    """
    # The rows of a table that is replaced have to outlive it; SQLite lets this be set outside of transactions only.
    db.execute("PRAGMA foreign_keys = OFF")
    for number in range(version_of(db), SCHEMA_VERSION):
        db.execute("BEGIN IMMEDIATE")
        try:
            _STEPS[number](db)
            db.execute(f"PRAGMA user_version = {number + 1}")
        except BaseException:
            if db.in_transaction:
                db.execute("ROLLBACK")
            raise
        db.execute("COMMIT")
    db.execute("PRAGMA foreign_keys = ON")
