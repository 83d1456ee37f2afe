"""The best of many chunks, against sorting them all."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.lexical import LexicalIndex, term_hashes
from server.search.lists import best


@given(st.integers(0, 3000), st.integers(0, 70), st.sampled_from([2, 5, 1000]), st.integers(0, 2**32 - 1))
def test_the_best_of_many_are_the_first_of_the_whole_ranking(size: int, k: int, values: int, seed: int) -> None:
    draw = np.random.default_rng(seed)
    # Few different values: most chunks have the score of many others.
    scores = (draw.integers(0, values, size) * draw.integers(0, 2, size)).astype(np.float32)
    allowed = draw.random(size) < draw.random()
    for mask in (None, allowed):
        kept = np.flatnonzero(scores if mask is None else scores * mask)
        expected = sorted(kept.tolist(), key=lambda at: (-scores[at], at))[:k]
        assert best(scores, k, mask).tolist() == expected


def test_one_column_holds_all_of_the_best() -> None:
    # Scores are laid out in columns: here the best all lie in the first, where only the first of them is seen at once.
    scores = np.ones(16 * 3 * 50, np.float32)
    scores[:: 16 * 3] = np.arange(50, 0, -1) + 1
    assert best(scores, 3).tolist() == [0, 48, 96]


@pytest.mark.parametrize("factors", [None, [3, 1, 2, 1]])
def test_scores_of_all_chunks_are_the_sums_over_the_postings(factors: list[int] | None) -> None:
    draw = np.random.default_rng(3)
    names = np.array(["甲", "乙", "丙", "丁", "戊", "己", "庚"])
    texts = [draw.choice(names, draw.integers(0, 9)).tolist() for _ in range(400)]
    index = LexicalIndex.build(term_hashes(text) for text in texts)
    asked = ["甲", "没有", "丙", "庚"]
    expected = np.zeros(400)
    for at, term in enumerate(asked):
        where = np.flatnonzero(index.terms == term_hashes([term])[0])
        for column in where.tolist():
            for place in range(int(index.starts[column]), int(index.starts[column + 1])):
                expected[index.chunks[place]] += float(index.weights[place]) * (factors[at] if factors else 1)
    scores = index.lookup(asked).scores(factors)
    assert scores.dtype == np.float32
    np.testing.assert_allclose(scores, expected, rtol=1e-6)
    assert [bool(score) for score in scores] == [bool({"甲", "丙", "庚"} & set(text)) for text in texts]
