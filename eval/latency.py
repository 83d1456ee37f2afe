"""How long searches took: percentiles of the whole and of each stage, in milliseconds."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from eval.rankings import Ranking

PERCENTILES = (50, 95, 99)


def percentiles(milliseconds: Sequence[float]) -> dict[str, float]:
    """p50, p95 and p99."""
    values = np.percentile(milliseconds, PERCENTILES).tolist()
    return {f"p{p}": round(value, 2) for p, value in zip(PERCENTILES, values, strict=True)}


def latency_of(rankings: Sequence[Ranking]) -> dict[str, Any] | None:
    """Percentiles of the whole search and, under ``stages``, of each part; None when the searches were not timed."""
    whole = [ranking.ms for ranking in rankings if ranking.ms is not None]
    if not whole:
        return None
    by_stage: dict[str, list[float]] = {}
    for ranking in rankings:
        for stage, ms in ranking.stages.items():
            by_stage.setdefault(stage, []).append(ms)
    # A stage that only some queries go through is told with how many did.
    stages: Mapping[str, Any] = {
        stage: percentiles(values) | {"queries": len(values)} for stage, values in by_stage.items()
    }
    return percentiles(whole) | {"stages": stages}
