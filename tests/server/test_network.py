from pathlib import Path

import numpy as np
import pytest

from server.network import Network


def network() -> Network:
    f = np.float32
    return Network(
        ("size", "age"), np.array([1, 0], f), np.array([2, 1], f), np.array([[1, 0], [0, 1]], f), np.array([0, 0.5], f),
        np.array([2, -1], f), np.array([0.25, 0], f),
    )  # fmt: skip


def test_a_score_by_hand() -> None:
    # z = ((3 - 1) / 2, 2) = (1, 2); tanh(1) * 2 - tanh(2.5) + 0.25 * 1
    expected = np.tanh(1) * 2 - np.tanh(2.5) + 0.25
    scores = network().scores({"age": np.array([2.0]), "size": np.array([3.0]), "other": np.array([9.0])})
    assert scores.tolist() == pytest.approx([expected], abs=1e-6)


def test_what_was_saved_is_read_again(tmp_path: Path) -> None:
    network().save(tmp_path / "a.npz")
    read = Network.load(tmp_path / "a.npz")
    features = {"size": np.array([1.0, 5.0]), "age": np.array([0.0, -2.0])}
    assert read.names == ("size", "age")
    np.testing.assert_array_equal(read.scores(features), network().scores(features))


def test_a_missing_feature_is_named() -> None:
    with pytest.raises(KeyError, match="age"):
        network().scores({"size": np.array([1.0])})
