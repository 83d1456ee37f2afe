"""The sentence scorer: what it measures, and that its file is what the code expects."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.analyzer import normalise
from indexer.errors import ZhengwenError
from indexer.generations import Generation
from server.answer.expected import expected_answer
from server.answer.features import FEATURES, longest_run, measure
from server.answer.measured import Context, measure_all, pairs_of
from server.answer.scorer import LIMIT, MODEL, load_networks, save_networks
from server.answer.terms import Terms
from server.network import Network
from server.search.query import understand_query


def network(size: int) -> Network:
    direct = np.zeros(size, np.float32)
    direct[0] = 2
    zeros = np.zeros(size, np.float32)
    return Network(
        zeros,
        np.ones(size, np.float32),
        np.ones((size, 1), np.float32),
        np.zeros(1, np.float32),
        np.ones(1, np.float32),
        direct,
    )


def test_the_installed_weights_fit_the_features() -> None:
    for language in ("zh", "en"):
        loaded = load_networks()[language]
        assert loaded.inner.shape[0] == len(FEATURES)
        assert np.isfinite(loaded.inner).all()
    assert MODEL.stat().st_size < 1_000_000


def test_a_score_by_hand() -> None:
    # tanh(1 + 0.5) + 2 * 1, the other feature standing at 0.5.
    scores = network(2).scores(np.array([[1.0, 0.5]], np.float32), LIMIT)
    assert scores.tolist() == pytest.approx([np.tanh(1.5) + 2], rel=1e-6)


def test_weights_are_read_as_they_were_written(tmp_path: Path) -> None:
    path = tmp_path / "weights.npz"
    written = network(len(FEATURES))
    save_networks(path, {"zh": written, "en": written})
    assert load_networks(path)["en"].direct.tolist() == written.direct.tolist()


@pytest.mark.parametrize("content", [b"", b"no weights"])
def test_a_damaged_file_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "weights.npz"
    path.write_bytes(content)
    with pytest.raises(ZhengwenError, match=r"weights\.npz"):
        load_networks(path)


def test_the_longest_run() -> None:
    assert longest_run("国有资产总额", "区属国有资产的总额") == 4
    assert longest_run("甲乙", "丙丁") == 0


def test_pairs_leave_marks_out() -> None:
    assert pairs_of("甲、乙 丙") == {"甲乙", "乙丙"}


@given(
    sentences=st.lists(st.text(min_size=1, max_size=30), min_size=1, max_size=6),
    question=st.text(min_size=1, max_size=20),
)
def test_features_are_finite(generation: Generation, sentences: list[str], question: str) -> None:
    query = understand_query(question)
    terms, expected = Terms(query, generation), expected_answer(query)
    context = Context(
        [normalise(text) for text in sentences], np.linspace(-1, 1, len(sentences), dtype=np.float32), "", 1
    )
    measured = measure_all([context], terms, normalise(question))[0]
    for at in range(len(sentences)):
        values = measure(context, at, measured, terms, expected)
        assert values.shape == (len(FEATURES),)
        assert np.isfinite(values).all()


def test_the_figure_in_the_unit_is_preferred(generation: Generation) -> None:
    query = understand_query("盘活资产多少亿元")
    terms, expected = Terms(query, generation), expected_answer(query)
    sentences = ["盘活资产工作进展顺利。", "盘活资产35.2亿元。", "盘活资产17处。"]
    context = Context(sentences, np.full(3, 0.5, np.float32), "", 1)
    measured = measure_all([context], terms, query.text)[0]
    scores = load_networks()["zh"].scores(
        np.stack([measure(context, i, measured, terms, expected) for i in range(3)]), LIMIT
    )
    assert int(scores.argmax()) == 1
