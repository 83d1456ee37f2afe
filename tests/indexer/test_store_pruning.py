"""Cached tokens and vectors of content that is gone go too: not at once, and not those that somebody may want back."""

import sqlite3
from pathlib import Path

import pytest

from indexer.files import document_id_of
from indexer.generations import current_name
from indexer.pipeline import Indexer
from indexer.store import KEPT_PUBLICATIONS
from tests.indexer.support import FILES, REPORT, HashingEncoder, index, written


def cached(data: Path) -> dict[str, int]:
    """How many rows the caches have."""
    db = sqlite3.connect(data / "store.sqlite")
    found = {name: db.execute(f"SELECT COUNT(*) FROM {name}").fetchone()[0] for name in ("tokens", "vectors")}
    db.close()
    return found


def publish(data: Path, folder: Path, times: int, encoder: HashingEncoder | None = None) -> None:
    """Publish so many times: a file of one chunk changes each time."""
    for _ in range(times):
        written(folder, {"每次.txt": f"每次不同\n\n第{current_name(data)}次，水质良好。"})
        assert index(data, folder, encoder=encoder).published


@pytest.fixture
def chunks(data: Path, folder: Path) -> int:
    """An index of the folder and one small file; how many chunks the folder has."""
    chunks = index(data, folder).chunks
    publish(data, folder, 1)
    return chunks


def test_content_that_left_is_kept_for_some_publications(data: Path, folder: Path, chunks: int) -> None:
    report = (folder / "报告.txt").read_text(encoding="utf-8")
    (folder / "报告.txt").unlink()
    publish(data, folder, KEPT_PUBLICATIONS)
    written(folder, {"报告.txt": report})
    encoder = HashingEncoder()
    back = index(data, folder, encoder=encoder)
    assert (back.encoded, back.chunks) == (0, chunks + 1)


def test_caches_stop_growing(data: Path, folder: Path, chunks: int) -> None:
    sizes = []
    for _ in range(3):
        publish(data, folder, KEPT_PUBLICATIONS + 1)
        sizes.append(cached(data))
    # What is there, and the small file as it was in the last publications.
    assert sizes[0] == sizes[1] == sizes[2]
    assert sizes[0]["vectors"] == sizes[0]["tokens"] <= chunks + 1 + KEPT_PUBLICATIONS + 1


def test_content_that_is_used_again_is_not_pruned(data: Path, folder: Path, chunks: int) -> None:
    report = (folder / "报告.txt").read_text(encoding="utf-8")
    (folder / "报告.txt").unlink()
    publish(data, folder, 1)
    written(folder, {"报告.txt": report})
    publish(data, folder, KEPT_PUBLICATIONS + 3)
    encoder = HashingEncoder()
    (folder / "报告.txt").touch()
    report_again = index(data, folder, encoder=encoder, rebuild=False)
    assert (report_again.encoded, report_again.chunks) == (0, chunks + 1)


def test_a_removed_document_can_come_back_without_being_encoded(data: Path, folder: Path, chunks: int) -> None:
    wanted = document_id_of("报告.txt")
    with Indexer(data, HashingEncoder()) as indexer:
        assert indexer.remove(wanted)
    publish(data, folder, KEPT_PUBLICATIONS + 3)
    with Indexer(data, HashingEncoder()) as indexer:
        assert indexer.restore(wanted)
    encoder = HashingEncoder()
    back = index(data, folder, encoder=encoder)
    assert (back.added, back.encoded, back.chunks) == (1, 0, chunks + 1)
    assert encoder.encoded == []


def test_content_restored_and_gone_is_pruned_in_the_end(data: Path, folder: Path, chunks: int) -> None:
    wanted = document_id_of("报告.txt")
    publish(data, folder, KEPT_PUBLICATIONS + 1)
    before = cached(data)
    with Indexer(data, HashingEncoder()) as indexer:
        assert indexer.remove(wanted)
        assert indexer.restore(wanted)
    (folder / "报告.txt").unlink()
    publish(data, folder, KEPT_PUBLICATIONS + 2)
    assert cached(data)["vectors"] < before["vectors"]
    assert chunks > 1


def test_vectors_of_an_encoder_that_is_used_no_more_go(data: Path, folder: Path, chunks: int) -> None:
    other = HashingEncoder("another", 16)
    publish(data, folder, 1, other)
    assert cached(data)["vectors"] > 2 * chunks
    publish(data, folder, KEPT_PUBLICATIONS + 1, other)
    assert cached(data)["vectors"] <= chunks + 1 + KEPT_PUBLICATIONS + 1
    again = HashingEncoder()
    assert index(data, folder, encoder=again).encoded == chunks + 1


def test_other_documents_with_the_same_content_keep_it(data: Path, folder: Path, chunks: int) -> None:
    written(folder, {"副本/报告.txt": REPORT})
    index(data, folder)
    (folder / "报告.txt").unlink()
    publish(data, folder, KEPT_PUBLICATIONS + 2)
    encoder = HashingEncoder()
    written(folder, {"报告.txt": REPORT})
    assert index(data, folder, encoder=encoder).encoded == 0
    assert chunks > len(FILES)
