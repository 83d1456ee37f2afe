"""The best chunks by the sum of what their terms add, without adding up everything.

Of many postings most belong to terms that stand in many chunks and add little to each. MaxScore (Turtle and Flood, "Query
evaluation: strategies and optimizations", 1995) leaves them out: once ``k`` chunks are known to reach some sum, a chunk
that holds nothing but terms which together stay below that sum is not among the best. The order is that of adding up all.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.lookup import Term

Scores = NDArray[np.float32]
Ordinals = NDArray[np.int64]

# Up to so many postings it is faster to add up all of them.
_FEW = 1_000_000
# The share of the postings, those of the rarest terms, that is added up to find chunks of a high sum; of so many times as
# many as are wanted the whole sum is then worked out. It tells what sum ``k`` chunks reach.
_FIRST, _TRIED = 0.03, 4
# The share of that sum that a chunk must have before the terms left out are looked up in it: the higher, the fewer terms
# are left out, and the fewer chunks are looked up.
_FOUND = 0.7
# Sums of 32-bit floats depend on their order: by less than this share for a thousand terms.
_ROUNDING = 1e-4
# With so many times as many columns as are wanted, hardly two of the best share one.
_COLUMNS = 16


@dataclass(frozen=True, slots=True)
class Found:
    """A list: its chunks, best first, int64 [n], and their scores, float32 [n]."""

    ordinals: Ordinals
    scores: Scores


NOTHING = Found(np.zeros(0, np.int64), np.zeros(0, np.float32))


def strongest(terms: Sequence[Term], size: int, k: int, allowed: NDArray[np.bool_] | None = None) -> Found:
    """The ``k`` of ``size`` chunks with the largest sums, ties by ordinal; only those that have any of the terms.
    ``allowed`` (bool [size]) restricts them before."""
    total = np.zeros(size, np.float32)
    if k > 0 and sum(len(term.chunks) for term in terms) > _FEW:
        return _pruned(terms, total, k, allowed)
    for term in terms:
        term.add(total)
    return best(total, k, allowed)


def best(scores: Scores, k: int, allowed: NDArray[np.bool_] | None = None) -> Found:
    """The ``k`` largest positive scores, ties by ordinal."""
    if allowed is not None:
        scores = np.where(allowed, scores, np.float32(0))
    least = _reached(scores, k)
    pool = np.flatnonzero(scores >= least if least > 0 else scores > 0)
    return ordered(pool, scores[pool], k)


def ordered(ordinals: Ordinals, scores: Scores, k: int) -> Found:
    """The ``k`` chunks of highest score, ties by ordinal."""
    first = np.lexsort((ordinals, -scores))[:k]
    return Found(ordinals[first], scores[first])


def _reached(scores: Scores, k: int) -> float:
    """What at least ``k`` scores reach, though perhaps more of them; 0 where they are too few.

    The largest of each column, where the scores are laid out in rows, belong to different chunks. To find them, and the
    ``k``-th of them, takes a tenth of the time of finding the ``k``-th of all.
    """
    columns = _COLUMNS * max(1, k)
    rows = len(scores) // columns
    if rows < 2:
        return _kth(scores, k)
    return _kth(scores[: rows * columns].reshape(rows, columns).max(axis=0), k)


def _kth(scores: Scores, k: int) -> float:
    """The ``k``-th largest score, 0 where they are fewer."""
    return float(np.partition(scores, -k)[-k]) if 0 < k <= len(scores) else 0.0


def _pruned(terms: Sequence[Term], total: Scores, k: int, allowed: NDArray[np.bool_] | None) -> Found:
    """``strongest`` by MaxScore; ``total`` float32 [size] are zeros to add to."""
    rarest = sorted(terms, key=lambda term: len(term.chunks))
    added = np.cumsum([len(term.chunks) for term in rarest])
    first = int(np.searchsorted(added, _FIRST * added[-1])) + 1
    for term in rarest[:first]:
        term.add(total)
    tried = best(total, _TRIED * k, allowed)
    least = (1 - _ROUNDING) * _kth(sum((term.at(tried.ordinals) for term in rarest[first:]), tried.scores), k)
    left_out, room = list[Term](), (1 - _FOUND) * least
    for term in sorted(rarest[first:], key=lambda term: term.peak / len(term.chunks)):
        if term.peak < room:
            left_out.append(term)
            room -= term.peak
        else:
            term.add(total)
    found = least - sum(term.peak for term in left_out)
    pool = np.flatnonzero(total >= found if found > 0 else total > 0)
    if allowed is not None:
        pool = pool[allowed[pool]]
    return _completed(pool, total, left_out, least, k)


def _completed(pool: Ordinals, total: Scores, terms: Sequence[Term], least: float, k: int) -> Found:
    """The best of ``pool``, chunks of which ``total`` holds the sum but for some terms."""
    sums = total[pool]
    room = sum(term.peak for term in terms)
    for term in sorted(terms, key=lambda term: -term.peak):
        sums = sums + term.at(pool)
        room -= term.peak
        kept = sums >= least - room
        pool, sums = pool[kept], sums[kept]
    return ordered(pool, sums, k)
