"""Metrics and significance, from ranx (Bassani, ECIR 2022) alone.

Significance is ranx's two-sided paired Student's t-test over queries, against the first system. ranx's randomisation
test draws its permutations in several threads, of which only one is seeded: three runs over the same scores gave
p = .010, .006 and .007. The t-test always gives the same p-value and agrees with the randomisation test on retrieval
metrics (Smucker, Allan and Carterette, CIKM 2007).
"""

import math
import os
import tempfile
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# Name in reports -> name in ranx.
METRICS: Mapping[str, str] = {
    "nDCG@10": "ndcg@10",
    "MRR@10": "mrr@10",
    "recall@10": "recall@10",
    "recall@100": "recall@100",
    "hit_rate@10": "hit_rate@10",
}
TEST = "paired Student's t-test (ranx)"
# A difference is called significant when its p-value is below this.
MAX_P = 0.05

Judgments = Mapping[str, Mapping[str, int]]
Scores = Mapping[str, Mapping[str, float]]
"""Score by query and document; the higher, the better."""


@dataclass(frozen=True, slots=True)
class SystemScores:
    """Means over the judged queries, and for each the p-value of its difference from the first system's (1 for itself)."""

    means: Mapping[str, float]
    p_values: Mapping[str, float]


def _ranx() -> Any:
    """ranx takes two seconds to import and compiles itself on first use: only those who measure wait for it."""
    # ir_datasets, which ranx imports for loading sets of its own, would otherwise create folders in the home directory.
    os.environ.setdefault("IR_DATASETS_HOME", str(Path(tempfile.gettempdir()) / "ir_datasets"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import ranx
    return ranx


class _Names:
    """Documents under names of one length.

    ranx compiles itself anew, for half a minute, for each length of the longest document id; with names of one length
    numba's cache serves every data set.
    """

    def __init__(self) -> None:
        self._names: dict[str, str] = {}

    def of(self, document: str) -> str:
        return self._names.setdefault(document, f"{len(self._names) + 1:09d}")

    def ranked(self, scores: Mapping[str, float] | None) -> dict[str, float]:
        """A ranking for ranx, which cannot take an empty one: that becomes one document that no judgment knows."""
        return {self.of(document): float(score) for document, score in scores.items()} if scores else {f"{0:09d}": 0.0}


def evaluate(qrels: Judgments, runs: Mapping[str, Scores]) -> dict[str, SystemScores]:
    """Means and significance of each system over all queries of ``qrels``, by system.

    A query that a system has no result for counts as zero. Scores of one query must differ: ties have no order.

    nDCG@10 = DCG@10 / ideal DCG@10 with DCG@k = sum of grade_i / log2(i + 1) over ranks i <= k (Järvelin and
    Kekäläinen, 2002); MRR@10 = mean of 1 / rank of the first relevant document, 0 beyond rank 10; recall@k = share of
    the relevant documents found in the first k; hit_rate@10 = share of queries with a relevant document in the first 10.
    """
    ranx = _ranx()
    names = _Names()
    with warnings.catch_warnings():
        # numba on compiling ranx; scipy where two systems do not differ at all.
        warnings.simplefilter("ignore")
        judged = ranx.Qrels(
            {query: {names.of(d): grade for d, grade in grades.items()} for query, grades in qrels.items()}
        )
        compared = [
            ranx.Run({query: names.ranked(scores.get(query)) for query in qrels}, name=name)
            for name, scores in runs.items()
        ]
        report = ranx.compare(judged, compared, list(METRICS.values()), stat_test="student", max_p=MAX_P)
    first = next(iter(runs))
    results: dict[str, SystemScores] = {}
    for name in runs:
        means = {label: float(report.results[name][metric]) for label, metric in METRICS.items()}
        p_values = dict.fromkeys(METRICS, 1.0)
        if name != first:
            for label, metric in METRICS.items():
                p = float(report.comparisons[first, name][metric]["p_value"])
                # Undefined where all differences are zero, or there is one query: nothing speaks for a difference.
                p_values[label] = 1.0 if math.isnan(p) else p
        results[name] = SystemScores(means, p_values)
    return results
