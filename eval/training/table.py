"""The trainable table of token vectors, and its updates, in NumPy: gradients of so small a model fit on a page.

The vector of a token is ``exp(scale) * (start + change + mean of the part vectors of its parts)``. ``start`` is fixed;
``change`` decays towards zero, so a token that training rarely sees stays near where it began; parts let a name that
training never sees be near its characters. Only the rows of a batch are touched, by Adagrad with one accumulator for
each row (Duchi et al., 2011): a step costs what its batch costs, not what the vocabulary costs.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from eval.training.pairs import Batch

Floats = NDArray[np.float32]
Places = NDArray[np.int64]

_LEADING = 0.3  # What the shortened vectors count in the loss, beside 1 for the whole ones.


@dataclass(frozen=True, slots=True)
class Rates:
    """Step sizes of the three parts of the table, and the share of ``change`` that a step takes back."""

    change: float = 0.12
    parts: float = 0.06
    scale: float = 0.12
    decay: float = 1e-4


class Rows:
    """An array of which a batch touches some rows."""

    def __init__(self, values: Floats) -> None:
        self.values = values
        self._squares = np.zeros(len(values), np.float32)

    def step(self, at: Places, gradient: Floats, rate: float, decay: float = 0.0) -> None:
        """Adagrad on some rows, none twice; ``rate`` is the length of a row's first step."""
        flat = gradient.reshape(len(gradient), -1)
        squares = self._squares[at] + np.einsum("ij,ij->i", flat, flat)
        self._squares[at] = squares
        sizes = rate / (np.sqrt(squares) + 1e-12)
        values = self.values[at]
        if decay:
            values *= 1 - decay
        values -= (flat * sizes[:, None]).reshape(gradient.shape)
        self.values[at] = values


def _bags(columns: Places, counts: Places, width: int) -> sparse.csr_array:
    """A matrix whose rows say how often each column stands in each bag: float32 [len(counts), width]."""
    starts = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
    return sparse.csr_array((np.ones(len(columns), np.float32), columns, starts), shape=(len(counts), width))


def _unit(rows: Floats) -> tuple[Floats, Floats]:
    norms = np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    return rows / norms, norms


def info_nce(
    queries: Floats, passages: Floats, same: NDArray[np.bool_], temperature: float
) -> tuple[float, Floats, Floats]:
    """The loss of a batch in which row i of both sides belongs together, and its gradients (van den Oord et al., 2018).

    ``same`` [n, n] marks the other pairs that are no negatives. The loss is the mean of both directions.
    """
    count = len(queries)
    unit_q, norm_q = _unit(queries)
    unit_p, norm_p = _unit(passages)
    # Cosines lie in [-1, 1]: taking away 1 keeps every power at most 1, so both softmaxes can share them.
    powers = np.exp((unit_q @ unit_p.T - 1) / np.float32(temperature))
    powers[same] = 0
    by_row, by_column = 1 / powers.sum(axis=1), 1 / powers.sum(axis=0)
    right = powers.diagonal()
    loss = -(np.log(right * by_row).mean() + np.log(right * by_column).mean()) / 2
    gradient = powers * by_row[:, None] + powers * by_column[None, :]
    gradient[np.arange(count), np.arange(count)] -= 2
    gradient *= np.float32(1 / (2 * count * temperature))
    d_q, d_p = gradient @ unit_p, gradient.T @ unit_q
    d_q = (d_q - np.einsum("ij,ij->i", d_q, unit_q)[:, None] * unit_q) / norm_q
    d_p = (d_p - np.einsum("ij,ij->i", d_p, unit_p)[:, None] * unit_p) / norm_p
    return float(loss), d_q, d_p


class Table:
    """Token vectors, float32 [tokens, dimension].

    ``start`` has that shape, ``scale`` is float32 [tokens], ``parts`` lists for each token the tokens inside it.
    """

    def __init__(self, start: Floats, scale: Floats, parts: Sequence[Sequence[int]], rates: Rates) -> None:
        self._rates = rates
        self._start = start
        self._change = Rows(np.zeros_like(start))
        self._parts = Rows(np.zeros_like(start))
        self._scale = Rows(scale.astype(np.float32))
        counts = np.array([len(inner) for inner in parts], np.int64)
        flat = np.array([part for inner in parts for part in inner], np.int64)
        inside = _bags(flat, counts, len(start))
        inside.data /= np.repeat(np.maximum(counts, 1), counts).astype(np.float32)
        self._inside = inside

    def _rows(self, at: Places) -> tuple[Floats, Floats]:
        """Vectors of some tokens before and after scaling."""
        plain = self._start[at] + self._change.values[at] + self._inside[at] @ self._parts.values
        return plain, np.exp(self._scale.values[at])[:, None] * plain

    def weights(self) -> Floats:
        """All vectors; the unknown token's is zero."""
        weights = self._rows(np.arange(len(self._start)))[1]
        weights[0] = 0.0
        return np.asarray(weights, np.float32)

    def step(self, batch: Batch, temperature: float, sizes: Sequence[int], slowdown: float) -> float:
        """One step on a batch: each query must find its passage, and each passage its query, among those of the batch.

        The loss is summed over the leading ``sizes`` dimensions (Matryoshka, Kusupati et al., 2022, arXiv:2205.13147),
        the whole size first; its value for the whole size is returned. ``slowdown`` in (0, 1] shortens the step.
        """
        lists = [*batch.queries, *batch.passages]
        at, local = np.unique(np.concatenate(lists), return_inverse=True)
        at = at.astype(np.int64)
        bags = _bags(local, np.array([len(ids) for ids in lists], np.int64), len(at))
        plain, vectors = self._rows(at)
        pooled = bags @ vectors
        count = len(batch.queries)
        same = batch.groups[:, None] == batch.groups[None, :]
        np.fill_diagonal(same, False)
        d_pooled = np.zeros_like(pooled)
        losses = []
        for size in sizes:
            loss, d_q, d_p = info_nce(pooled[:count, :size], pooled[count:, :size], same, temperature)
            share = np.float32(1.0 if size == sizes[0] else _LEADING)
            d_pooled[:count, :size] += share * d_q
            d_pooled[count:, :size] += share * d_p
            losses.append(loss)
        self._update(at, plain, bags.T @ d_pooled, slowdown)
        return losses[0]

    def _update(self, at: Places, plain: Floats, d_vectors: Floats, slowdown: float) -> None:
        rates = self._rates
        growth = np.exp(self._scale.values[at])[:, None]
        d_plain = growth * d_vectors
        d_scale = np.einsum("ij,ij->i", d_plain, plain)
        inside = self._inside[at]
        part_at = np.unique(inside.indices).astype(np.int64)
        if len(part_at):
            self._parts.step(part_at, (inside.T.tocsr()[part_at] @ d_plain), rates.parts * slowdown)
        self._change.step(at, d_plain, rates.change * slowdown, rates.decay)
        self._scale.step(at, d_scale, rates.scale * slowdown)
