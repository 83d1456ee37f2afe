"""TREC run files, written and read."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from eval.lines import BadDataset, broken, text_lines
from eval.metrics import Scores
from eval.rankings import Ranking, SystemRun


def strictly_descending(scores: Sequence[float]) -> list[float]:
    """The scores, each lowered as little as needed to be less than the one before it.

    Tools that read runs order by score and break ties their own way: without ties the order is ours. The result are
    float32 values, the precision in which trec_eval reads them.
    """
    lowered: list[float] = []
    last = np.float32(np.inf)
    for score in scores:
        last = min(np.float32(score), np.nextafter(last, np.float32(-np.inf)))
        lowered.append(float(last))
    return lowered


def scores_of(run: SystemRun) -> Scores:
    """Strictly descending score by query and document, as they are written to the run file."""
    return {query: _scores(ranking) for query, ranking in run.rankings.items()}


def _scores(ranking: Ranking) -> Mapping[str, float]:
    return dict(zip(ranking.documents, strictly_descending(ranking.scores), strict=True))


def write_trec(path: Path, run: SystemRun) -> None:
    """One line a document: query, Q0, document, rank from 1, score, system."""
    lines = [
        f"{query} Q0 {document} {rank} {np.float32(score)!s} {run.system}\n"
        for query, scores in scores_of(run).items()
        for rank, (document, score) in enumerate(scores.items(), start=1)
    ]
    path.write_text("".join(lines), encoding="utf-8")


def _columns(path: Path, line: int, content: str) -> tuple[str, str, float, float, str]:
    """Query, document, rank, score and name of the system."""
    columns = content.split()
    try:
        if len(columns) == 6:
            rank, score = float(columns[3]), float(columns[4])
            if math.isfinite(rank) and math.isfinite(score):
                return columns[0], columns[2], rank, score, columns[5]
    except ValueError:
        pass
    raise broken(
        path, line, "应为 TREC 的六列：问题、Q0、文档、名次、得分、系统",
        "expected the six columns of TREC: query, Q0, document, rank, score, system",
    )  # fmt: skip


def read_trec(path: Path, name: str | None = None) -> SystemRun:
    """A run that some system has written, under ``name`` or the name in its last column.

    The score orders the documents, as in trec_eval; where scores are equal the rank does. Raises BadDataset.
    """
    found: dict[str, dict[str, tuple[float, float]]] = {}
    system = name
    for line, content in text_lines(path):
        query, document, rank, score, tag = _columns(path, line, content)
        system = system or tag
        of_query = found.setdefault(query, {})
        if document in of_query:
            raise broken(path, line, f"问题 {query} 的文档 {document} 重复", f"document {document} is repeated")
        of_query[document] = (-score, rank)
    if system is None or not found:
        raise BadDataset(f"{path}：没有检索结果 / holds no ranking")
    rankings = {}
    for query, of_query in found.items():
        ordered = sorted(of_query, key=of_query.__getitem__)
        rankings[query] = Ranking(tuple(ordered), tuple(-of_query[document][0] for document in ordered))
    return SystemRun(system, rankings)


def read_runs(files: Sequence[str]) -> list[SystemRun]:
    """Runs given as FILE or NAME=FILE. Raises BadDataset."""
    runs = []
    for given in files:
        name, equals, path = given.partition("=")
        named = bool(equals) and bool(name) and not Path(given).exists()
        runs.append(read_trec(Path(path), name) if named else read_trec(Path(given)))
    return runs
