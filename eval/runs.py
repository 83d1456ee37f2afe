"""TREC run files and the judgments they answer to."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from eval.metrics import Judgments, Scores
from eval.systems import Ranking, SystemRun


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


def write_qrels(path: Path, qrels: Judgments) -> None:
    """The judgments of the evaluated queries in BEIR's layout, so that other tools can score a sample of queries."""
    lines = ["query-id\tcorpus-id\tscore\n"]
    lines += [
        f"{query}\t{document}\t{grade}\n" for query, judged in qrels.items() for document, grade in judged.items()
    ]
    path.write_text("".join(lines), encoding="utf-8")
