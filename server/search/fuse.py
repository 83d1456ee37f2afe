"""Joining ranked lists."""

from collections.abc import Mapping, Sequence

# The constant of Cormack, Clarke and Büttcher, "Reciprocal rank fusion outperforms Condorcet" (SIGIR 2009).
RRF_K = 60


def reciprocal_rank_fusion(lists: Mapping[str, Sequence[int]], weights: Mapping[str, float]) -> dict[int, float]:
    """Sum of weight / (RRF_K + rank) over the lists in which an item stands, ranks from 1.

    Returns the fused score by item, best first; equal scores are ordered by item.
    """
    fused: dict[int, float] = {}
    for name, ranked in lists.items():
        for rank, item in enumerate(ranked, start=1):
            fused[item] = fused.get(item, 0.0) + weights[name] / (RRF_K + rank)
    return dict(sorted(fused.items(), key=lambda pair: (-pair[1], pair[0])))
