"""Reciprocal rank fusion, against the formula worked out by hand."""

from collections.abc import Mapping
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.search.fuse import RRF_K, reciprocal_rank_fusion


def test_the_constant_is_that_of_the_paper() -> None:
    assert RRF_K == 60


def test_scores_by_hand() -> None:
    fused = reciprocal_rank_fusion({"words": [7, 3, 9], "dense": [3, 8]}, {"words": 1.0, "dense": 0.5})
    # 3: 1/62 + 0.5/61; 7: 1/61; 9: 1/63; 8: 0.5/62.
    assert list(fused) == [3, 7, 9, 8]
    assert fused == pytest.approx(
        {3: 0.02432575356953993, 7: 0.01639344262295082, 9: 0.015873015873015872, 8: 0.008064516129032258}
    )


def test_equal_scores_are_ordered_by_item() -> None:
    assert list(reciprocal_rank_fusion({"a": [5, 2], "b": [2, 5]}, {"a": 1.0, "b": 1.0})) == [2, 5]
    assert list(reciprocal_rank_fusion({"a": [9], "b": [4], "c": [6]}, dict.fromkeys("abc", 1.0))) == [4, 6, 9]


def test_nothing_found_gives_nothing() -> None:
    assert reciprocal_rank_fusion({}, {}) == {}
    assert reciprocal_rank_fusion({"words": [], "dense": []}, {"words": 1.0, "dense": 1.0}) == {}


def test_a_list_without_a_weight_is_a_mistake() -> None:
    with pytest.raises(KeyError):
        reciprocal_rank_fusion({"words": [1]}, {"dense": 1.0})


_LISTS = st.dictionaries(
    st.sampled_from(("words", "bigrams", "dense")), st.lists(st.integers(0, 30), unique=True, max_size=20), max_size=3
)
_WEIGHTS = st.fixed_dictionaries(
    {name: st.sampled_from((0.25, 0.5, 1.0, 2.0)) for name in ("words", "bigrams", "dense")}
)


@given(_LISTS, _WEIGHTS)
def test_every_score_is_the_formula(lists: Mapping[str, list[int]], weights: Mapping[str, float]) -> None:
    fused = reciprocal_rank_fusion(lists, weights)
    assert set(fused) == {item for ranked in lists.values() for item in ranked}
    for item, score in fused.items():
        exact = sum(
            (
                Fraction(weights[name]) / (60 + ranked.index(item) + 1)
                for name, ranked in lists.items()
                if item in ranked
            ),
            Fraction(0),
        )
        assert score == pytest.approx(float(exact), rel=1e-12)
    assert list(fused) == sorted(fused, key=lambda item: (-fused[item], item))
