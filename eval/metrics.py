"""Metrics and significance, from ranx (Bassani, ECIR 2022) alone.

Significance is ranx's two-sided paired Student's t-test over queries, against the first system. ranx's randomisation
test draws its permutations in several threads, of which only one is seeded: three runs over the same scores gave
p = .010, .006 and .007. The t-test always gives the same p-value and agrees with the randomisation test on retrieval
metrics (Smucker, Allan and Carterette, CIKM 2007). Confidence intervals are scipy's percentile bootstrap over queries.
"""

import math
import os
import tempfile
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from eval.judgments import Judgments

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
CONFIDENCE = 0.95
# Ends of 95 % intervals move by less than .001 between seeds with so many; ten times as many cost ten times the wait.
_RESAMPLES = 2_000

Scores = Mapping[str, Mapping[str, float]]
"""Score by query and document; the higher, the better."""


@dataclass(frozen=True, slots=True)
class SystemScores:
    """Means over the judged queries, and for each the p-value of its difference from the first system's (1 for itself).

    ``intervals`` are the ends of the confidence interval of each mean, ``per_query`` the value of each metric by query.
    """

    means: Mapping[str, float]
    p_values: Mapping[str, float]
    intervals: Mapping[str, tuple[float, float]]
    per_query: Mapping[str, Mapping[str, float]]


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


def paired_p(first: Sequence[float], second: Sequence[float]) -> float:
    """p-value of the difference of two systems over the same queries; 1 where nothing speaks for a difference."""
    _ranx()
    from ranx.statistical_tests import paired_student_t_test

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # scipy where the systems do not differ at all, or always by the same.
        p = float(paired_student_t_test(np.array(first), np.array(second), MAX_P)[0])
    # Undefined where all differences are zero, or there is one query.
    return 1.0 if math.isnan(p) else p


def intervals_of(values: Mapping[str, Sequence[float]], seed: int = 0) -> dict[str, tuple[float, float]]:
    """Percentile bootstrap intervals (Efron, 1979) of the means of several series of one length."""
    from scipy.stats import bootstrap  # Half a second to import.

    table = np.array(list(values.values()), np.float64)
    if table.shape[1] < 2:
        return {name: (float(row[0]), float(row[0])) for name, row in zip(values, table, strict=True)}
    # In batches: all resamples of thousands of queries at once would be gigabytes.
    batch = max(1, 5_000_000 // table.size)
    interval = bootstrap(
        (table,), np.mean, n_resamples=_RESAMPLES, batch=batch, axis=1, confidence_level=CONFIDENCE, method="percentile",
        rng=np.random.default_rng(seed),
    ).confidence_interval  # fmt: skip
    ends = np.stack([interval.low, interval.high], axis=1)
    return {name: (float(low), float(high)) for name, (low, high) in zip(values, ends, strict=True)}


def evaluate(qrels: Judgments, runs: Mapping[str, Scores], seed: int = 0) -> dict[str, SystemScores]:
    """Means, their significance and intervals of each system over all queries of ``qrels``, by system.

    A query that a system has no result for counts as zero. Scores of one query must differ: ties have no order.

    nDCG@10 = DCG@10 / ideal DCG@10 with DCG@k = sum of grade_i / log2(i + 1) over ranks i <= k (Järvelin and
    Kekäläinen, 2002); MRR@10 = mean of 1 / rank of the first relevant document, 0 beyond rank 10; recall@k = share of
    the relevant documents found in the first k; hit_rate@10 = share of queries with a relevant document in the first 10.
    """
    ranx = _ranx()
    names = _Names()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # numba on compiling ranx.
        judged = ranx.Qrels(
            {query: {names.of(d): grade for d, grade in grades.items()} for query, grades in qrels.items()}
        )
        compared = [
            ranx.Run({query: names.ranked(scores.get(query)) for query in qrels}, name=name)
            for name, scores in runs.items()
        ]
        for run in compared:
            ranx.evaluate(judged, run, list(METRICS.values()))
    first = next(iter(runs))
    results: dict[str, SystemScores] = {}
    for run in compared:
        # ranx keeps in each run what the means are made of.
        per_query = {
            label: {query: float(run.scores[metric][query]) for query in qrels} for label, metric in METRICS.items()
        }
        series = {label: list(values.values()) for label, values in per_query.items()}
        p_values = dict.fromkeys(METRICS, 1.0)
        if run.name != first:
            p_values = {
                label: paired_p(list(results[first].per_query[label].values()), values)
                for label, values in series.items()
            }
        means = {label: float(np.mean(values)) for label, values in series.items()}
        results[run.name] = SystemScores(means, p_values, intervals_of(series, seed), per_query)
    return results
