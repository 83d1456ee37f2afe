"""What each system did with each query: ``queries.jsonl`` for programs, ``queries.csv`` for spreadsheets."""

import csv
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from eval.judgments import Judgments
from eval.lines import broken, json_lines, text_field
from eval.metrics import SystemScores
from eval.questions import Verdict
from eval.rankings import Ranking, SystemRun

MAIN = "nDCG@10"
_TOP = 5
# What the assistant's answers are called where systems are listed.
ANSWERS = "answers"
RIGHT = "right"


@dataclass(frozen=True, slots=True)
class SystemResult:
    """One system on one query: its metrics, the rank of the first relevant document (None: not found), and its top."""

    metrics: Mapping[str, float]
    first: int | None = None
    top: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class QueryResult:
    """One query with its relevant documents and what every system made of it."""

    query_id: str
    query: str
    systems: Mapping[str, SystemResult]
    relevant: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Change:
    """A query on which two systems differ; ``difference`` is the second's metric less the first's."""

    result: QueryResult
    difference: float
    first: SystemResult
    second: SystemResult


def _system_result(run: SystemRun, scores: SystemScores, query: str, relevant: Mapping[str, int]) -> SystemResult:
    documents = run.rankings.get(query, Ranking((), ())).documents
    first = next((rank for rank, document in enumerate(documents, start=1) if document in relevant), None)
    metrics = {name: round(values[query], 6) for name, values in scores.per_query.items()}
    return SystemResult(metrics, first, documents[:_TOP])


def retrieval_results(
    queries: Mapping[str, str], qrels: Judgments, runs: Sequence[SystemRun], scores: Mapping[str, SystemScores]
) -> tuple[QueryResult, ...]:
    """One result a judged query; ``queries`` are their texts as far as they are known."""
    return tuple(
        QueryResult(
            query, queries.get(query, ""),
            {run.system: _system_result(run, scores[run.system], query, relevant) for run in runs}, relevant,
        )
        for query, relevant in qrels.items()
    )  # fmt: skip


def answer_results(verdicts: Sequence[Verdict]) -> tuple[QueryResult, ...]:
    """One result a question: 1 where the answer is right."""
    return tuple(
        QueryResult(v.question.question_id, v.question.question, {ANSWERS: SystemResult({RIGHT: float(v.right)})})
        for v in verdicts
    )


def changes(
    results: Sequence[QueryResult], first: str, second: str, count: int, metric: str = MAIN
) -> tuple[list[Change], list[Change]]:
    """The ``count`` queries on which the second system loses most against the first, and on which it wins most."""
    all_changes = []
    for result in results:
        a, b = result.systems[first], result.systems[second]
        all_changes.append(Change(result, b.metrics[metric] - a.metrics[metric], a, b))
    ordered = sorted(all_changes, key=lambda change: change.difference)
    losses = [change for change in ordered[:count] if change.difference < 0]
    wins = [change for change in ordered[::-1][:count] if change.difference > 0]
    return losses, wins


def _record(result: QueryResult) -> dict[str, Any]:
    systems = {
        name: {"metrics": dict(of.metrics), "first": of.first, "top": list(of.top)}
        for name, of in result.systems.items()
    }
    return {"id": result.query_id, "query": result.query, "relevant": dict(result.relevant), "systems": systems}


def write_results(out: Path, results: Sequence[QueryResult]) -> None:
    """Write ``queries.jsonl`` and ``queries.csv``, which spreadsheets open as UTF-8 by its byte order mark."""
    lines = [json.dumps(_record(result), ensure_ascii=False) + "\n" for result in results]
    (out / "queries.jsonl").write_text("".join(lines), encoding="utf-8")
    metrics = list(next(iter(results[0].systems.values())).metrics)
    with (out / "queries.csv").open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "query", "system", *metrics, "first", "top"])
        for result in results:
            for name, of in result.systems.items():
                first = "" if of.first is None else of.first
                writer.writerow([result.query_id, result.query, name, *of.metrics.values(), first, " ".join(of.top)])


def _metrics(path: Path, line: int, values: Any) -> dict[str, float]:
    """The metrics of one system, checked: they come from a file that anybody may have edited."""
    if isinstance(values, dict) and isinstance(values.get("metrics"), dict):
        metrics = values["metrics"]
        if all(isinstance(v, int | float) and math.isfinite(v) for v in metrics.values()):
            return {name: float(v) for name, v in metrics.items()}
    raise broken(path, line, "systems 应为各系统的指标", "systems holds the metrics of each system")


def read_results(path: Path) -> tuple[QueryResult, ...]:
    """Read a ``queries.jsonl``, without the documents. Raises BadDataset."""
    results = []
    for line, record in json_lines(path):
        systems = record.get("systems")
        if not isinstance(systems, dict):
            raise broken(path, line, "缺少 systems", "systems is missing")
        of_each = {str(name): SystemResult(_metrics(path, line, values)) for name, values in systems.items()}
        query_id, query = text_field(path, line, record, "id"), text_field(path, line, record, "query")
        results.append(QueryResult(query_id, query, of_each))
    return tuple(results)
