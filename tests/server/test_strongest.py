"""The best of many chunks, against sorting them all."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from indexer.lexical import LexicalIndex, term_hashes
from indexer.lookup import Lookup, Term
from server.search import strongest as module
from server.search.strongest import best, strongest


@given(st.integers(0, 3000), st.integers(0, 70), st.sampled_from([2, 5, 1000]), st.integers(0, 2**32 - 1))
def test_the_best_of_many_are_the_first_of_the_whole_ranking(size: int, k: int, values: int, seed: int) -> None:
    draw = np.random.default_rng(seed)
    # Few different values: most chunks have the score of many others.
    scores = (draw.integers(0, values, size) * draw.integers(0, 2, size)).astype(np.float32)
    allowed = draw.random(size) < draw.random()
    for mask in (None, allowed):
        kept = np.flatnonzero(scores if mask is None else scores * mask)
        expected = sorted(kept.tolist(), key=lambda at: (-scores[at], at))[:k]
        assert best(scores, k, mask).ordinals.tolist() == expected


def test_one_column_holds_all_of_the_best() -> None:
    # Scores are laid out in columns: here the best all lie in the first, where only the first of them is seen at once.
    scores = np.ones(16 * 3 * 50, np.float32)
    scores[:: 16 * 3] = np.arange(50, 0, -1) + 1
    assert best(scores, 3).ordinals.tolist() == [0, 48, 96]


def index_of(draw: np.random.Generator, size: int, words: int) -> LexicalIndex:
    """Chunks of up to thirty words, of which the first are in nearly every chunk and the last in hardly any."""
    share = 1 / np.arange(1, words + 1)
    lengths = draw.integers(0, 30, size)
    return LexicalIndex.build(
        term_hashes([str(word) for word in draw.choice(words, length, p=share / share.sum())]) for length in lengths
    )


def terms_of(found: Lookup, factors: list[int]) -> list[Term]:
    return [term for term in found.terms(factors) if term]


@given(
    st.integers(1, 600), st.integers(1, 60), st.lists(st.tuples(st.integers(0, 70), st.integers(1, 3)), max_size=25),
    st.integers(1, 40), st.booleans(), st.integers(0, 2**32 - 1),
)  # fmt: skip
def test_what_is_left_out_is_not_among_the_best(
    size: int, words: int, asked: list[tuple[int, int]], k: int, restricted: bool, seed: int
) -> None:
    draw = np.random.default_rng(seed)
    index = index_of(draw, size, words)
    found = index.lookup([str(word) for word, _ in asked])
    factors = [factor for _, factor in asked]
    allowed = draw.random(size) < draw.random() if restricted else None
    exact = found.scores(factors).astype(np.float64) * (1 if allowed is None else allowed)
    for few in (0, 10**9):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(module, "_FEW", few)
            ordinals = strongest(terms_of(found, factors), size, k, allowed).ordinals.tolist()
        assert len(ordinals) == min(k, np.count_nonzero(exact)) == len(set(ordinals))
        # Sums in another order differ in their last digits, and so may the order of chunks that are alike.
        assert exact[ordinals] == pytest.approx(np.sort(exact)[::-1][: len(ordinals)], rel=1e-5)


def test_of_many_postings_most_are_not_added_up(monkeypatch: pytest.MonkeyPatch) -> None:
    index = index_of(np.random.default_rng(1), 20_000, 400)
    terms = terms_of(index.lookup([str(word) for word in (0, 1, 2, 3, 4, 5, 300, 350, 390)]), [1] * 9)
    added: list[int] = []
    plain = Term.add

    def add(term: Term, total: NDArray[np.float32]) -> None:
        added.append(len(term.chunks))
        plain(term, total)

    monkeypatch.setattr(Term, "add", add)
    whole = strongest(terms, 20_000, 10).ordinals.tolist()
    assert sum(added) == sum(len(term.chunks) for term in terms)
    added.clear()
    monkeypatch.setattr(module, "_FEW", 0)
    assert strongest(terms, 20_000, 10).ordinals.tolist() == whole
    assert sum(added) < 0.2 * sum(len(term.chunks) for term in terms)


def test_nothing_is_found_where_nothing_is_asked() -> None:
    assert strongest([], 5, 3).ordinals.tolist() == []
    assert strongest([], 0, 3).ordinals.tolist() == []
