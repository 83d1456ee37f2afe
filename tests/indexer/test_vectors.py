from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from indexer import vectors


@pytest.fixture(scope="module")
def unit_vectors() -> NDArray[np.float32]:
    rows = np.random.default_rng(7).normal(size=(500, 24)).astype(np.float32)
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


def nearest(rows: NDArray[np.float32], query: NDArray[np.float32], k: int) -> tuple[list[int], NDArray[np.float32]]:
    """The reference: every product, sorted."""
    products = rows.astype(np.float16).astype(np.float32) @ query
    order = np.argsort(-products, kind="stable")[:k]
    return order.tolist(), products[order]


def test_search_is_exact(unit_vectors: NDArray[np.float32]) -> None:
    index = vectors.build(unit_vectors)
    for query in unit_vectors[:20] * np.float32(0.9) + unit_vectors[20:40] * np.float32(0.1):
        ordinals, cosines = vectors.search(index, query, 10)
        expected, products = nearest(unit_vectors, query, 10)
        assert ordinals.tolist() == expected
        np.testing.assert_allclose(cosines, products, atol=1e-5)
        assert cosines.dtype == np.float32


def test_only_allowed_chunks_are_searched(unit_vectors: NDArray[np.float32]) -> None:
    index = vectors.build(unit_vectors)
    query = unit_vectors[3]
    for step in (1, 2, 7, 499):
        allowed = np.zeros(500, bool)
        allowed[::step] = True
        ordinals, _ = vectors.search(index, query, 10, allowed)
        products = np.where(allowed, unit_vectors @ query, -9)
        assert set(ordinals.tolist()) == set(np.argsort(-products)[: min(10, allowed.sum())].tolist())
    assert vectors.search(index, query, 10, np.zeros(500, bool))[0].tolist() == []


@pytest.mark.parametrize("k", [0, 1, 500, 10_000])
def test_any_depth(unit_vectors: NDArray[np.float32], k: int) -> None:
    ordinals, cosines = vectors.search(vectors.build(unit_vectors), unit_vectors[0], k)
    assert len(ordinals) == len(cosines) == min(k, 500)
    assert ordinals[:1].tolist() == [0][:k]


def test_no_vectors() -> None:
    index = vectors.build(np.zeros((0, 24), np.float32))
    assert vectors.search(index, np.ones(24, np.float32), 5)[0].tolist() == []


def test_a_saved_index_is_read_back_from_any_path(unit_vectors: NDArray[np.float32], tmp_path: Path) -> None:
    path = tmp_path / "有 空格🙂.faiss"
    index = vectors.build(unit_vectors)
    vectors.save(index, path)
    loaded = vectors.load(path)
    assert loaded.ntotal == 500
    ours, theirs = (vectors.search(each, unit_vectors[9], 20) for each in (index, loaded))
    assert ours[0].tolist() == theirs[0].tolist()
    np.testing.assert_array_equal(ours[1], theirs[1])
    assert path.stat().st_size < 500 * 24 * 2 + 1000  # Half floats.
