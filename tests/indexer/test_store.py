import sqlite3
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from indexer.cached import CachedVectors
from indexer.document import Chunk, Document, Field, Heading
from indexer.duplicates import signature
from indexer.errors import StoreMismatch, ZhengwenError
from indexer.lexical import term_hashes
from indexer.migrations import SCHEMA_VERSION
from indexer.store import FileState, Store, document_of, document_row, store_error

TEXT = "标题\n\n一、户数\n\n全区水厂19座。"
DOCUMENT = Document(
    document_id="d1", source="子 目录/报告🙂.txt", title="标题", text=TEXT, pages=(0, 4),
    metadata={"title": Field("标题", 0, 2), "kind": Field("other")}, headings=(Heading(4.0, "一、户数", 4, 8),),
    chunks=(Chunk(0, 2), Chunk(4, len(TEXT), ("一、户数",), "水厂")),
)  # fmt: skip
STATE = FileState("d1", 123, 456)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "store.sqlite")
    yield opened
    opened.close()


def put(store: Store, document: Document = DOCUMENT, root: str = "/根", state: FileState = STATE) -> None:
    store.put(root, state, document, [f"k{i}" for i in range(len(document.chunks))], signature(document.text))


def test_a_document_comes_back_as_it_was(store: Store) -> None:
    put(store)
    (stored,) = store.documents()
    chunks = store.chunks("d1")
    assert [key for _, key in chunks] == ["k0", "k1"]
    assert (
        Document(
            **{name: getattr(stored, name) for name in Document.__slots__} | {"chunks": tuple(c for c, _ in chunks)}
        )
        == DOCUMENT
    )
    assert document_of(document_row(DOCUMENT), DOCUMENT.chunks) == DOCUMENT
    assert store.files() == {("/根", DOCUMENT.source): STATE}
    assert store.all_chunks() == {"d1": chunks}
    assert store.count() == 1
    assert [d.document_id for d in store.documents_holding(["k1", "unknown"])] == ["d1"]
    assert list(store.documents_holding(["unknown"])) == []
    np.testing.assert_array_equal(store.signatures()[0], signature(TEXT))


def test_the_same_file_replaces_its_document(store: Store) -> None:
    put(store)
    changed = Document("d1", DOCUMENT.source, "新", "新", chunks=(Chunk(0, 1),))
    put(store, changed, state=FileState("d1", 1, 2))
    assert [document.title for document in store.documents()] == ["新"]
    assert store.chunks("d1") == [(Chunk(0, 1), "k0")]
    store.delete("d1")
    assert store.files() == {}
    assert store.chunks("d1") == []


def test_a_transaction_takes_effect_whole_or_not_at_all(store: Store) -> None:
    put(store)

    def interrupted() -> None:
        with store.transaction():
            store.delete("d1")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert len(store.files()) == 1
    with store.transaction():
        store.delete("d1")
    assert store.files() == {}


def test_removal_is_remembered_until_it_is_restored(store: Store) -> None:
    put(store)
    assert store.remove("d1")
    assert not store.remove("d1")
    assert store.files() == {}
    assert store.removed() == {"d1": ("/根", DOCUMENT.source)}
    assert store.restore("d1")
    assert not store.restore("d1")
    assert store.removed() == {}


def test_caches_by_content(store: Store) -> None:
    put(store)
    assert sorted(store.missing("tokens", "1")) == sorted(store.missing("vectors", "e")) == ["k0", "k1"]
    words, bigrams = term_hashes(["水", "厂"]), term_hashes([])
    store.put_tokens("1", [("k0", words, bigrams)])
    passage, sentences = np.arange(4, dtype=np.float16), np.arange(12, dtype=np.int8).reshape(3, 4)
    scales, spans = np.array([0.5, 1, 2], np.float32), np.array([[0, 2], [2, 5], [6, 9]], np.int32)
    store.put_vectors("e", [("k1", CachedVectors(passage, sentences, scales, spans))])
    assert (store.missing("tokens", "1"), store.missing("vectors", "e")) == (["k1"], ["k0"])
    assert len(store.missing("tokens", "2")) == len(store.missing("vectors", "f")) == 2
    assert (list(store.tokens("1")), list(store.tokens("2"))) == (["k0"], [])
    for stored, given in zip(store.tokens("1")["k0"], (words, bigrams), strict=True):
        np.testing.assert_array_equal(stored, given, strict=True)
    assert (list(store.vectors("e", 4)), list(store.vectors("f", 4))) == (["k1"], [])
    found = store.vectors("e", 4)["k1"]
    for cached, expected in ((found.passage, passage), (found.sentences, sentences), (found.scales, scales)):
        np.testing.assert_array_equal(cached, expected, strict=True)
    assert found.spans is not None
    np.testing.assert_array_equal(found.spans, spans, strict=True)
    store.delete("d1")
    assert store.missing("tokens", "1") == []
    put(store)
    assert store.missing("tokens", "1") == ["k1"]
    store.clear_caches()
    assert len(store.missing("tokens", "1")) == len(store.missing("vectors", "e")) == 2
    assert len(store.files()) == 1


def test_state_survives_reopening(tmp_path: Path) -> None:
    path = tmp_path / "有 空格.sqlite"
    first = Store(path)
    assert first.unpublished
    assert first.reader is None
    first.unpublished = False
    first.reader = "7"
    put(first)
    first.close()
    again = Store(path)
    assert not again.unpublished
    assert again.reader == "7"
    assert len(again.files()) == 1
    again.close()


def test_a_store_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    Store(path).close()
    db = sqlite3.connect(path)
    db.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    db.close()
    before = path.read_bytes()
    with pytest.raises(StoreMismatch, match="newer version") as caught:
        Store(path)
    assert "\n" not in str(caught.value)
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", [b"no database" * 100, b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_damaged_store_says_what_to_do(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "store.sqlite"
    path.write_bytes(content)
    with pytest.raises(ZhengwenError, match="damaged: delete it") as caught:
        Store(path)
    assert "\n" not in str(caught.value)
    assert path.read_bytes() == content


def test_a_damaged_name_in_the_schema_is_damage(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    Store(path).close()
    path.write_bytes(path.read_bytes().replace(b"CREATE TABLE chunks", b"CREATE TABLE \xa2\xfa\x88\xd9ks"))
    with pytest.raises(ZhengwenError, match=r"store\.sqlite") as caught:
        Store(path)
    assert "\n" not in str(caught.value)


def test_a_store_that_cannot_be_used_is_not_called_damaged(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(ZhengwenError, match="cannot be used") as caught:
        Store(tmp_path / "folder")
    assert "delete" not in str(caught.value)
    assert "delete" not in str(store_error(tmp_path, sqlite3.OperationalError("database is locked")))
