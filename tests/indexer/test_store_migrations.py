"""Stores of every version that was ever written are brought to the present one, with everything in them."""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from indexer import migrations
from indexer.document import Chunk, Field
from indexer.duplicates import signature
from indexer.migrations import SCHEMA_VERSION
from indexer.store import Store
from tests.indexer.published import counts, documents
from tests.indexer.support import FILES, HashingEncoder, index

TEXT = "标题\n\n一、户数\n\n全区水厂19座。"
HALVES = np.array([[1, 0.5, -1, 0], [0, 2, 2, 1]], np.float16)
OTHER = "另一份\n\n全区水库3座。"

# As the first version of the program wrote it. Its second version put the signature in, and called that version 1 too.
FIRST = """
    CREATE TABLE documents (
        document_id TEXT PRIMARY KEY, root TEXT NOT NULL, source TEXT NOT NULL, title TEXT NOT NULL, text TEXT NOT NULL,
        pages TEXT NOT NULL, metadata TEXT NOT NULL, headings TEXT NOT NULL,{signature}
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
    PRAGMA user_version = 1;
"""


def written(path: Path, with_signature: bool) -> None:
    """A store of version 1 with two documents, one of three cached contents unused, one document removed."""
    db = sqlite3.connect(path)
    db.executescript(FIRST.format(signature=" signature BLOB NOT NULL," if with_signature else ""))
    for number, (document_id, text) in enumerate((("d1", TEXT), ("d2", OTHER))):
        row = (
            document_id,
            "/根",
            f"{number}.txt",
            "标题",
            text,
            "[0, 4]",
            json.dumps({"kind": {"value": "other"}}),
            "[]",
        )
        own = (signature(text).tobytes(),) if with_signature else ()
        marks = ", ".join("?" * (10 + len(own)))
        db.execute(f"INSERT INTO documents VALUES ({marks})", (*row, *own, 123, 456 + number))
        db.execute("INSERT INTO chunks VALUES (?, 0, 0, 4, '[\"一\"]', NULL, ?)", (document_id, f"k{number}"))
    for key in ("k0", "k1", "gone"):
        db.execute("INSERT INTO tokens VALUES (?, '1', ?, ?)", (key, np.arange(3, dtype=np.uint64).tobytes(), b""))
        db.execute(
            "INSERT INTO vectors VALUES (?, 'e', ?, ?)", (key, np.ones(4, np.float16).tobytes(), HALVES.tobytes())
        )
    db.execute("INSERT INTO removed VALUES ('/根', '9.txt', 'd9')")
    db.execute("INSERT INTO state VALUES ('unpublished', 'no'), ('reader', '4')")
    db.commit()
    db.close()


@pytest.fixture(params=[False, True], ids=["first", "with signatures"])
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    written(tmp_path / "store.sqlite", request.param)
    return tmp_path / "store.sqlite"


@pytest.fixture
def migrated(path: Path) -> Iterator[Store]:
    store = Store(path)
    yield store
    store.close()


def test_everything_is_still_there(migrated: Store) -> None:
    one, other = migrated.documents()
    assert (one.document_id, one.source, one.text, one.pages) == ("d1", "0.txt", TEXT, (0, 4))
    assert (other.document_id, other.text, other.metadata) == ("d2", OTHER, {"kind": Field("other")})
    assert migrated.chunks("d2") == [(Chunk(0, 4, ("一",)), "k1")]
    assert [(state.size, state.mtime_ns) for state in migrated.files().values()] == [(123, 456), (123, 457)]
    assert migrated.removed() == {"d9": ("/根", "9.txt")}
    assert (migrated.unpublished, migrated.reader) == (False, "4")
    assert migrated.missing("tokens", "1") == migrated.missing("vectors", "e") == []
    np.testing.assert_array_equal(migrated.tokens("1")["k1"][0], np.arange(3, dtype=np.uint64))
    vectors = migrated.vectors("e", 4)["k1"]
    np.testing.assert_array_equal(vectors.passage, np.ones(4, np.float16))
    # Half floats become bytes with a scale, as they are published.
    np.testing.assert_allclose(vectors.sentences * vectors.scales[:, None], HALVES, atol=0.02)
    assert vectors.spans is None
    for stored, text in zip(migrated.signatures(), (TEXT, OTHER), strict=True):
        np.testing.assert_array_equal(stored, signature(text))


def test_a_migrated_store_is_like_a_new_one(path: Path, tmp_path: Path) -> None:
    def schema(place: Path) -> set[tuple[str, str, str]]:
        Store(place).close()
        db = sqlite3.connect(place)
        rows = db.execute("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
        columns = {
            ("column", name, str(db.execute(f"PRAGMA table_info({name})").fetchall())) for kind, name, _ in rows if kind == "table"
        }  # fmt: skip
        assert db.execute("PRAGMA user_version").fetchone()[0] == SCHEMA_VERSION
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        db.close()
        return {(kind, name, "" if kind == "table" else sql) for kind, name, sql in rows} | columns

    assert schema(path) == schema(tmp_path / "new.sqlite")


def test_deleting_a_document_still_deletes_its_chunks(migrated: Store) -> None:
    migrated.delete("d1")
    assert migrated.chunks("d1") == []
    assert len(migrated.chunks("d2")) == 1


def test_what_was_cached_of_vanished_content_goes_in_time(migrated: Store, path: Path) -> None:
    def cached() -> list[str]:
        db = sqlite3.connect(path)
        keys = [row[0] for row in db.execute("SELECT key FROM tokens ORDER BY key")]
        db.close()
        return keys

    migrated.published(("1", "e"))
    assert cached() == ["gone", "k0", "k1"]
    for _ in range(5):
        migrated.published(("1", "e"))
    assert cached() == ["k0", "k1"]


@pytest.mark.parametrize("step", range(SCHEMA_VERSION))
def test_an_interrupted_step_is_done_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int) -> None:
    path = tmp_path / "store.sqlite"
    if step:
        written(path, with_signature=False)
    steps = list(migrations._STEPS)

    def interrupted(db: sqlite3.Connection) -> None:
        steps[step](db)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(migrations, "_STEPS", (*steps[:step], interrupted, *steps[step + 1 :]))
        with pytest.raises(KeyboardInterrupt):
            Store(path)
    db = sqlite3.connect(path)
    assert db.execute("PRAGMA user_version").fetchone()[0] == step
    db.close()
    store = Store(path)
    assert len(list(store.documents())) == (2 if step else 0)
    store.close()


def test_an_index_over_a_store_of_the_first_version_is_updated(data: Path, folder: Path) -> None:
    index(data, folder)
    (data / "store.sqlite").unlink()
    written(data / "store.sqlite", with_signature=False)
    encoder = HashingEncoder()
    report = index(data, folder, encoder=encoder)
    assert counts(report) == (3, 0, 0, 2)
    assert sorted(documents(data)) == sorted(FILES)
