"""Batches and results survive the shared store to the last bit; what is no result is refused."""

from io import BytesIO

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from indexer.encoders import Encoder
from indexer.sharing.batch import Batch, Computed, Content, compute
from indexer.sharing.wire import InvalidResult, batch_of_bytes, batch_to_bytes, result_of_bytes, result_to_bytes
from tests.indexer.sharing import batches
from tests.indexer.support import HashingEncoder, texts

ENCODER: Encoder = HashingEncoder()
CONTENT = st.builds(
    Content, st.text("0123456789abcdef", min_size=32, max_size=32), texts(), texts(), st.none() | texts(), st.booleans(),
    st.booleans(),
)  # fmt: skip


def same(one: Computed, other: Computed) -> None:
    assert [key for key, *_ in one.tokens] == [key for key, *_ in other.tokens]
    for (_, *left), (_, *right) in zip(one.tokens, other.tokens, strict=True):
        for a, b in zip(left, right, strict=True):
            assert a.dtype == b.dtype == np.uint64
            assert a.tolist() == b.tolist()
    assert [(key, vectors.blobs()) for key, vectors in one.vectors] == [(k, v.blobs()) for k, v in other.vectors]


@given(st.lists(CONTENT, max_size=4).map(tuple))
def test_a_batch_and_its_result_survive(batch: Batch) -> None:
    again = batch_of_bytes(batch_to_bytes(batch))
    assert again == batch
    result = compute(ENCODER, batch)
    assert [key for key, *_ in result.tokens] == [content.key for content in batch if content.tokens]
    assert [key for key, _ in result.vectors] == [content.key for content in batch if content.vectors]
    same(result_of_bytes(result_to_bytes(result), batch, ENCODER.dimension), result)


def altered(name: str, array: NDArray[np.generic] | None) -> bytes:
    """The result of a batch with another array in place of this one."""
    (batch,) = batches(1)
    with np.load(BytesIO(result_to_bytes(compute(ENCODER, batch)))) as arrays:
        content = dict(arrays) | {name: array}
    buffer = BytesIO()
    np.savez(buffer, **{key: value for key, value in content.items() if value is not None})
    return buffer.getvalue()


D = ENCODER.dimension


@pytest.mark.parametrize(
    ("name", "array"),
    [
        ("passages", None), ("words", None),
        ("passages", np.zeros((3, D + 1), np.float16)), ("passages", np.zeros((2, D), np.float16)),
        ("passages", np.zeros((3, D), np.float32)), ("passages", np.full((3, D), np.nan, np.float16)),
        ("passages", np.full((3, D), np.inf, np.float16)), ("passages", np.ones((3, D), np.float16)),
        ("sentences", np.zeros((5, D), np.int8)), ("scales", np.full(6, np.nan, np.float32)),
        ("scales", np.full(6, -0.001, np.float32)), ("scales", np.full(6, 0.1, np.float32)),
        ("scales", np.zeros(7, np.float32)), ("words", np.zeros(1, np.uint64)), ("words", np.zeros((2, 2), np.uint64)),
        ("word_counts", np.array([-1, 1, 1], np.int64)), ("bigram_counts", np.zeros(2, np.int64)),
        ("bigrams", np.array(["x"], object)),
    ],
)  # fmt: skip
def test_what_is_no_result(name: str, array: NDArray[np.generic] | None) -> None:
    (batch,) = batches(1)
    with pytest.raises(InvalidResult):
        result_of_bytes(altered(name, array), batch, D)


def test_what_is_no_file() -> None:
    (batch,) = batches(1)
    whole = result_to_bytes(compute(ENCODER, batch))
    result_of_bytes(whole, batch, D)
    for data in (b"", b"quatsch", whole[: len(whole) // 2], whole[: len(whole) - 30]):
        with pytest.raises(InvalidResult):
            result_of_bytes(data, batch, D)
    draw = np.random.default_rng(631)
    for at in draw.integers(0, len(whole), 50).tolist():  # A flipped byte is refused, or was in what nobody reads.
        data = whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :]
        try:
            same(result_of_bytes(data, batch, D), result_of_bytes(whole, batch, D))
        except InvalidResult:
            continue


def test_the_result_of_another_batch() -> None:
    one, other = batches(1)[0], batches(1, size=4)[0]
    with pytest.raises(InvalidResult):
        result_of_bytes(result_to_bytes(compute(ENCODER, one)), other, D)
