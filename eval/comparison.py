"""A run against an earlier one, paired over the queries that both have: what fell, and whether that is chance."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from eval.lines import BadDataset
from eval.metrics import MAX_P, paired_p
from eval.per_query import QueryResult, read_results

MARGIN = 0.002


@dataclass(frozen=True, slots=True)
class Difference:
    """One metric of one system, then and now: means over the shared queries, and the p-value of their difference."""

    system: str
    metric: str
    old: float
    new: float
    p_value: float
    fell: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """``shared`` of the ``before`` queries of the earlier run have the same id and text in the new one."""

    shared: int
    before: int
    margin: float
    differences: tuple[Difference, ...]

    @property
    def fell(self) -> bool:
        """Whether any metric fell significantly and by more than the margin."""
        return any(difference.fell for difference in self.differences)

    def as_json(self) -> dict[str, Any]:
        """For ``report.json``."""
        return asdict(self)


def read_old(report: Path) -> tuple[QueryResult, ...]:
    """The queries of an earlier run, from the ``queries.jsonl`` beside its ``report.json``. Raises BadDataset."""
    try:
        known = json.loads(report.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BadDataset(f"{report}：没有这个文件 / no such file") from None
    except OSError as error:
        raise BadDataset(f"{report}：无法读取（{error.strerror}）/ cannot be read") from None
    except ValueError:
        known = None
    if not isinstance(known, dict) or known.get("kind") not in ("retrieval", "questions"):
        raise BadDataset(f"{report}：不是评测报告 report.json / not a report.json of an evaluation")
    results = read_results(report.with_name("queries.jsonl"))
    if not results:
        raise BadDataset(f"{report.with_name('queries.jsonl')}：没有问题 / holds no query")
    return results


def _difference(
    pairs: Sequence[tuple[QueryResult, QueryResult]], system: str, metric: str, margin: float
) -> Difference:
    old = [before.systems[system].metrics[metric] for before, _ in pairs]
    new = [after.systems[system].metrics[metric] for _, after in pairs]
    mean_old, mean_new = sum(old) / len(old), sum(new) / len(new)
    p = paired_p(old, new)
    return Difference(
        system, metric, round(mean_old, 6), round(mean_new, 6), float(f"{p:.4g}"), p < MAX_P and mean_old - mean_new > margin,
    )  # fmt: skip


def compare(old: Sequence[QueryResult], new: Sequence[QueryResult], margin: float = MARGIN) -> Comparison:
    """Compare every metric of every system that both runs have, over the queries of the same id and text.

    A metric falls when its mean is lower by more than ``margin`` and the paired t-test over queries gives p < MAX_P.
    Raises BadDataset when the runs share no query or no system.
    """
    now = {(result.query_id, result.query): result for result in new}
    pairs = [(before, now[key]) for before in old if (key := (before.query_id, before.query)) in now]
    if not pairs:
        raise BadDataset("两次评测没有相同的问题，无法比较 / the two runs share no query: nothing to compare")
    systems = [name for name in pairs[0][0].systems if all(name in run.systems for pair in pairs for run in pair)]
    differences = tuple(
        _difference(pairs, name, metric, margin)
        for name in systems
        for metric in pairs[0][0].systems[name].metrics
        if all(metric in run.systems[name].metrics for pair in pairs for run in pair)
    )
    if not differences:
        raise BadDataset("两次评测没有相同的系统和指标，无法比较 / the two runs share no system: nothing to compare")
    return Comparison(len(pairs), len(old), margin, differences)
