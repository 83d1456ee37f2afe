"""Run the gate against its stored numbers, or store new ones."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from eval.comparison import Comparison, read_old
from eval.datasets import load_beir, load_questions
from eval.drafts.corpus import draft_questions
from eval.drafts.documents import read_documents
from eval.evaluation import Evaluation, Sampling, make_folder, rank_all, write_evaluation
from eval.gate.passages import gate_dataset, write_beir
from eval.lines import BadDataset
from eval.per_query import write_results
from indexer.caching import Progress

STORED = Path(__file__).parent
SYSTEMS = ("hybrid", "bm25", "dense")
_SET, _REPORT = "set", "report.json"
_ROOT = STORED.parents[1]
# The stored numbers speak for the set only while they are about nearly all of it.
_SHARED = 0.9


def run_gate(progress: Progress, stored: Path = STORED) -> Evaluation:
    """Rank the gate's queries as the server does. Raises ZhengwenError."""
    dataset = replace(load_beir(stored / _SET), name="gate")
    return rank_all(SYSTEMS, dataset, Sampling(), None, progress)


def check_gate(
    evaluation: Evaluation, margin: float, out: Path, stored: Path = STORED
) -> tuple[Evaluation, Comparison]:
    """Compare with the stored numbers and write the report. Raises BadDataset when they are about other queries."""
    evaluation, comparison = evaluation.compared(read_old(stored / _REPORT), margin)
    if comparison.shared < _SHARED * max(comparison.before, len(evaluation.results)):
        raise BadDataset(
            f"{stored / _REPORT}：存的数字与现在的问题大多不同，请运行 python -m eval gate --update / "
            "the stored numbers are about other queries: run python -m eval gate --update"
        )
    write_evaluation(make_folder(out), evaluation)
    return evaluation, comparison


def redraft(progress: Progress, seed: int, corpus: Path = _ROOT / "corpus", stored: Path = STORED) -> None:
    """Draft the gate's set anew from the sample corpus and the sample questions. Raises ZhengwenError."""
    documents, _ = read_documents([corpus], progress)
    questions = load_questions(STORED.parent / "questions" / "sample.jsonl")
    dataset = gate_dataset(documents, draft_questions(documents, seed), questions)
    write_beir(stored / _SET, dataset)


def store_numbers(evaluation: Evaluation, stored: Path = STORED) -> None:
    """Make this evaluation the one that later ones are compared with. Times of one machine say nothing on another."""
    systems: dict[str, Any] = {
        name: {key: value for key, value in system.items() if key != "latency_ms"}
        for name, system in evaluation.report["systems"].items()
    }
    report = {**evaluation.report, "systems": systems}
    (stored / _REPORT).write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    write_results(stored, evaluation.results)
    (stored / "queries.csv").unlink()
