from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from indexer.vectors import ChunkVectors


@pytest.fixture(scope="module")
def unit_vectors() -> NDArray[np.float32]:
    rows = np.random.default_rng(7).normal(size=(500, 24)).astype(np.float32)
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


def nearest(rows: NDArray[np.float32], query: NDArray[np.float32], k: int) -> tuple[list[int], NDArray[np.float32]]:
    """The reference: every product, sorted."""
    products = rows @ query
    order = np.argsort(-products, kind="stable")[:k]
    return order.tolist(), products[order]


def stored(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """What is left of vectors when each component is a whole number of steps, 127 of them in the largest."""
    step = np.abs(vectors).max() / 127
    return np.asarray(np.round(vectors / step) * step, np.float32)


def test_the_nearest_are_found(unit_vectors: NDArray[np.float32]) -> None:
    index = ChunkVectors.build(unit_vectors)
    for query in unit_vectors[:20] * np.float32(0.9) + unit_vectors[20:40] * np.float32(0.1):
        ordinals, cosines = index.search(query, 10)
        expected, products = nearest(stored(unit_vectors), query, 10)
        # A query is a row of whole numbers too: neighbours closer than its steps may change places.
        assert ordinals[0] == expected[0]
        np.testing.assert_allclose(cosines, products, atol=0.02)
        np.testing.assert_allclose(cosines, stored(unit_vectors)[ordinals] @ query, atol=1e-5)
        assert cosines.dtype == np.float32


@pytest.mark.parametrize("dimension", [8, 16, 48, 64, 256, 512])
def test_vectors_of_any_size_are_found(dimension: int) -> None:
    # FAISS multiplies by other code at multiples of 16, 32 and 64.
    rows = np.random.default_rng(dimension).normal(size=(800, dimension)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    index = ChunkVectors.build(rows)
    shared = 0
    mixed = rows[:30] * np.float32(0.7) + rows[30:60] * np.float32(0.3)
    for query in mixed / np.linalg.norm(mixed, axis=1, keepdims=True):
        ordinals, cosines = index.search(query, 10)
        np.testing.assert_allclose(cosines, rows[ordinals] @ query, atol=0.02)
        expected = np.argsort(-(rows @ query))
        assert cosines[0] == pytest.approx(float(rows[expected[0]] @ query), abs=0.02)
        shared += len(set(ordinals.tolist()) & set(expected[:10].tolist()))
    assert shared >= 270  # Of 300: neighbours closer to each other than a step may change places.


def test_only_allowed_chunks_are_searched(unit_vectors: NDArray[np.float32]) -> None:
    index = ChunkVectors.build(unit_vectors)
    query = unit_vectors[3]
    for step in (1, 2, 7, 499):
        allowed = np.zeros(500, bool)
        allowed[::step] = True
        ordinals, _ = index.search(query, 10, allowed)
        products = np.where(allowed, stored(unit_vectors) @ query, -9)
        assert set(ordinals.tolist()) == set(np.argsort(-products)[: min(10, allowed.sum())].tolist())
    assert index.search(query, 10, np.zeros(500, bool))[0].tolist() == []


@pytest.mark.parametrize("k", [0, 1, 500, 10_000])
def test_any_depth(unit_vectors: NDArray[np.float32], k: int) -> None:
    ordinals, cosines = ChunkVectors.build(unit_vectors).search(unit_vectors[0], k)
    assert len(ordinals) == len(cosines) == min(k, 500)
    assert ordinals[:1].tolist() == [0][:k]


def test_no_vectors() -> None:
    index = ChunkVectors.build(np.zeros((0, 24), np.float32))
    assert index.search(np.ones(24, np.float32), 5)[0].tolist() == []


def test_a_part_that_a_query_leaves_zero_is_not_searched(unit_vectors: NDArray[np.float32]) -> None:
    index = ChunkVectors.build(unit_vectors, (8, 16))
    first = unit_vectors[7].copy()
    first[8:] = 0
    ordinals, cosines = index.search(first, 5)
    kept = stored(unit_vectors[:, :8])
    assert ordinals.tolist() == nearest(kept, first[:8], 5)[0]
    np.testing.assert_allclose(cosines, kept[ordinals] @ first[:8], atol=1e-5)
    # With both parts the best of the whole are found when each part hands in all that it has.
    whole = np.hstack([kept, stored(unit_vectors[:, 8:])])
    assert index.search(unit_vectors[7], 500)[0].tolist() == nearest(whole, unit_vectors[7], 500)[0]
    np.testing.assert_allclose(index.rows(np.array([3, 499])), whole[[3, 499]], atol=1e-5)
    assert index.search(np.zeros(24, np.float32), 5)[0].tolist() == []


def test_cells_find_nearly_what_looking_everywhere_finds(
    unit_vectors: NDArray[np.float32], monkeypatch: pytest.MonkeyPatch
) -> None:
    exact = ChunkVectors.build(unit_vectors)
    monkeypatch.setattr("indexer.vectors._EXACT", 400)
    monkeypatch.setattr("indexer.vectors._CELL", 25)
    monkeypatch.setattr("indexer.vectors._PROBED", 12)
    cells = ChunkVectors.build(unit_vectors)
    shared = 0
    for query in unit_vectors[:40] * np.float32(0.8) + unit_vectors[40:80] * np.float32(0.2):
        of_cells, of_all = cells.search(query, 10), exact.search(query, 10)
        shared += len(set(of_cells[0].tolist()) & set(of_all[0].tolist()))
        # Those that both find have the same cosine.
        known = dict(zip(of_all[0].tolist(), of_all[1].tolist(), strict=True))
        assert all(
            known.get(o, c) == pytest.approx(c) for o, c in zip(*(each.tolist() for each in of_cells), strict=True)
        )
    assert shared >= 340
    assert cells.search(unit_vectors[499], 1)[0].tolist() == [499]
    only = np.zeros(500, bool)
    only[[2, 77, 400]] = True
    # The few that are allowed are found wherever they lie, and no other.
    assert set(cells.search(unit_vectors[0], 10, only)[0].tolist()) == {2, 77, 400}
    assert cells.search(unit_vectors[0], 10, np.zeros(500, bool))[0].tolist() == []
    half = np.arange(500) % 2 == 0
    found = cells.search(unit_vectors[0], 10, half)[0]
    assert len(found) == 10
    assert half[found].all()


def test_half_floats_are_indexed_as_they_are(unit_vectors: NDArray[np.float32]) -> None:
    halves = unit_vectors.astype(np.float16)
    given = halves.copy()
    index = ChunkVectors.build(given, (8, 16))
    np.testing.assert_array_equal(given, halves)  # Nothing is changed in place.
    expected = np.hstack([stored(halves[:, :8].astype(np.float32)), stored(halves[:, 8:].astype(np.float32))])
    np.testing.assert_allclose(index.rows(np.arange(500)), expected, atol=1e-5)


@pytest.mark.parametrize("exact", [50_000, 100])
def test_a_saved_index_is_read_back_from_any_path(
    unit_vectors: NDArray[np.float32], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, exact: int
) -> None:
    monkeypatch.setattr("indexer.vectors._EXACT", exact)
    folder = tmp_path / "有 空格🙂"
    folder.mkdir()
    index = ChunkVectors.build(unit_vectors, (8, 16))
    index.save(folder)
    loaded = ChunkVectors.load(folder)
    assert (loaded.size, loaded.dimension) == (500, 24)
    ours, theirs = (each.search(unit_vectors[9], 20) for each in (index, loaded))
    assert ours[0].tolist() == theirs[0].tolist()
    np.testing.assert_array_equal(ours[1], theirs[1])
