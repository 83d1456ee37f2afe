from pathlib import Path

import numpy as np
import pytest

from indexer.errors import ZhengwenError
from server.network import Network
from server.search.rank import QUICK, WHOLE, Ranker, load, save

LIMIT = 8.0


def network() -> Network:
    f = np.float32
    return Network(
        np.array([1, 0], f), np.array([2, 1], f), np.array([[1, 0], [0, 1]], f), np.array([0, 0.5], f),
        np.array([2, -1], f), np.array([0.25, 0], f),
    )  # fmt: skip


def test_a_score_by_hand() -> None:
    # z = ((3 - 1) / 2, 2) = (1, 2); tanh(1) * 2 - tanh(2.5) + 0.25 * 1
    expected = np.tanh(1) * 2 - np.tanh(2.5) + 0.25
    assert network().scores(np.array([[3, 2]], np.float32), LIMIT).tolist() == pytest.approx([expected], abs=1e-6)


def test_what_is_beyond_the_limit_says_no_more() -> None:
    far, at_the_limit = np.array([[101, 0]], np.float32), np.array([[1 + 2 * LIMIT, 0]], np.float32)
    assert network().scores(far, LIMIT).tolist() == network().scores(at_the_limit, LIMIT).tolist()


def test_a_ranker_finds_its_features_by_name(tmp_path: Path) -> None:
    other = Ranker(("age",), network())
    save({WHOLE: Ranker(("size", "age"), network()), QUICK: other}, tmp_path / "a.npz")
    read = load(tmp_path / "a.npz")[WHOLE]
    assert load(tmp_path / "a.npz")[QUICK].names == other.names
    features = {"other": np.array([9.0, 9.0]), "age": np.array([0.0, -2.0]), "size": np.array([1.0, 5.0])}
    rows = np.array([[1, 0], [5, -2]], np.float32)
    assert read.scores(features).tolist() == pytest.approx(network().scores(rows, LIMIT).tolist())
    with pytest.raises(KeyError, match="age"):
        read.scores({"size": np.array([1.0])})


def test_a_damaged_ranker_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "a.npz").write_bytes(b"nothing")
    with pytest.raises(ZhengwenError, match=r"a\.npz.*install again"):
        load(tmp_path / "a.npz")
