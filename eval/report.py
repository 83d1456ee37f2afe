"""Reports: what was measured as one JSON object, and the files that tell it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from eval.latency import latency_of, percentiles
from eval.metrics import CONFIDENCE, MAX_P, TEST, SystemScores
from eval.questions import Verdict
from eval.rankings import DEPTH, SystemRun


@dataclass(frozen=True, slots=True)
class Settings:
    """What a run was made with; ``limit`` is None when every query was asked."""

    encoder: str
    documents: int
    chunks: int
    limit: int | None
    seed: int


def _heading(kind: str, dataset: str, settings: Settings) -> dict[str, Any]:
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return {"kind": kind, "dataset": dataset, "date": now, "settings": asdict(settings)}


def _system(run: SystemRun, scores: SystemScores, *, first: bool) -> dict[str, Any]:
    rankings = list(run.rankings.values())
    return {
        "metrics": {name: round(value, 6) for name, value in scores.means.items()},
        "intervals": {name: [round(end, 6) for end in ends] for name, ends in scores.intervals.items()},
        "p_values": None if first else {name: float(f"{p:.4g}") for name, p in scores.p_values.items()},
        "latency_ms": latency_of(rankings),
        "queries": len(rankings),
        "empty": sum(not ranking.documents for ranking in rankings),
    }


def retrieval_report(
    dataset: str, settings: Settings, runs: Sequence[SystemRun], scores: Mapping[str, SystemScores]
) -> dict[str, Any]:
    """The report of a BEIR data set: metrics, intervals, p-values and latency by system."""
    significance = {"test": TEST, "against": runs[0].system, "max_p": MAX_P, "confidence": CONFIDENCE}
    systems = {run.system: _system(run, scores[run.system], first=run is runs[0]) for run in runs}
    return _heading("retrieval", dataset, settings) | {"depth": DEPTH, "significance": significance, "systems": systems}


def _share(right: int, questions: int) -> list[float]:
    """Wilson's interval (1927) of a share."""
    from scipy.stats import binomtest  # Half a second to import.

    interval = binomtest(right, questions).proportion_ci(CONFIDENCE, method="wilson")
    return [round(interval.low, 4), round(interval.high, 4)]


def question_report(dataset: str, settings: Settings, verdicts: Sequence[Verdict]) -> dict[str, Any]:
    """The report of a question file: right answers by type, and every wrong one with the reason."""
    by_type: dict[str, dict[str, int]] = {}
    for verdict in verdicts:
        counts = by_type.setdefault(verdict.question.type, {"right": 0, "questions": 0})
        counts["right"] += verdict.right
        counts["questions"] += 1
    wrong = [
        {"id": v.question.question_id, "type": v.question.type, "question": v.question.question, "reason": v.reason, "answer": v.answer}
        for v in verdicts
        if not v.right
    ]  # fmt: skip
    right = len(verdicts) - len(wrong)
    return _heading("questions", dataset, settings) | {
        "questions": len(verdicts), "right": right, "accuracy": round(right / len(verdicts), 4),
        "interval": _share(right, len(verdicts)), "drafted": sum(v.question.drafted for v in verdicts),
        "types": dict(sorted(by_type.items())),
        "intervals": {name: _share(c["right"], c["questions"]) for name, c in sorted(by_type.items())},
        "citations": sum(v.citations for v in verdicts), "false_citations": sum(v.false_citations for v in verdicts),
        "latency_ms": percentiles([v.ms for v in verdicts]), "wrong": wrong,
    }  # fmt: skip


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table; the first column is text, the others are figures."""
    lines = [header, ["---", *["---:"] * (len(header) - 1)], *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines) + "\n"


def write_report(out: Path, report: Mapping[str, Any], text: str, html: str) -> None:
    """Write ``report.json``, ``report.md`` and ``report.html``."""
    (out / "report.json").write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    (out / "report.md").write_text(text, encoding="utf-8")
    (out / "report.html").write_text(html, encoding="utf-8")
