"""Reports: what was measured as one JSON object, and the same as a table to read."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from eval.metrics import MAX_P, METRICS, TEST, SystemScores
from eval.questions import Verdict
from eval.systems import DEPTH, SystemRun


@dataclass(frozen=True, slots=True)
class Settings:
    """What a run was made with; ``limit`` is None when every query was asked."""

    encoder: str
    documents: int
    chunks: int
    limit: int | None
    seed: int


def _latency(milliseconds: Sequence[float]) -> dict[str, float]:
    p50, p95 = np.percentile(milliseconds, [50, 95]).tolist()
    return {"p50": round(p50, 2), "p95": round(p95, 2)}


def _heading(kind: str, dataset: str, settings: Settings) -> dict[str, Any]:
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return {"kind": kind, "dataset": dataset, "date": now, "settings": asdict(settings)}


def retrieval_report(
    dataset: str, settings: Settings, runs: Sequence[SystemRun], scores: Mapping[str, SystemScores]
) -> dict[str, Any]:
    """The report of a BEIR data set: metrics, p-values and latency by system."""
    systems: dict[str, Any] = {}
    for run in runs:
        rankings = list(run.rankings.values())
        of_run = scores[run.system]
        systems[run.system] = {
            "metrics": {name: round(value, 6) for name, value in of_run.means.items()},
            "p_values": {name: float(f"{p:.4g}") for name, p in of_run.p_values.items()}
            if run is not runs[0]
            else None,
            "latency_ms": _latency([ranking.ms for ranking in rankings]),
            "queries": len(rankings),
            "empty": sum(not ranking.documents for ranking in rankings),
        }
    significance = {"test": TEST, "against": runs[0].system, "max_p": MAX_P}
    return _heading("retrieval", dataset, settings) | {"depth": DEPTH, "significance": significance, "systems": systems}


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
        "types": dict(sorted(by_type.items())), "citations": sum(v.citations for v in verdicts),
        "false_citations": sum(v.false_citations for v in verdicts),
        "latency_ms": _latency([v.ms for v in verdicts]), "wrong": wrong,
    }  # fmt: skip


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table; the first column is text, the others are figures."""
    lines = [header, ["---", *["---:"] * (len(header) - 1)], *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines) + "\n"


def system_rows(report: Mapping[str, Any]) -> tuple[list[str], list[list[str]]]:
    """Header and one row a system; ``*`` marks a significant difference from the first system."""
    header = ["系统 system", *METRICS, "p50 ms", "p95 ms", "无结果 empty"]
    rows = []
    for name, system in report["systems"].items():
        p_values = system["p_values"] or {}
        cells = [f"{value:.4f}" + ("*" if p_values.get(m, 1) < MAX_P else "") for m, value in system["metrics"].items()]
        latency = [f"{system['latency_ms'][p]:.1f}" for p in ("p50", "p95")]
        rows.append([name, *cells, *latency, str(system["empty"])])
    return header, rows


def type_rows(report: Mapping[str, Any]) -> tuple[list[str], list[list[str]]]:
    """Header and one row for each type of question, the last one for all."""
    rows = [[name, f"{c['right']}/{c['questions']}"] for name, c in report["types"].items()]
    return ["类型 type", "答对 right"], [*rows, ["合计 all", f"{report['right']}/{report['questions']}"]]


def setting_lines(report: Mapping[str, Any]) -> list[str]:
    """What was measured, in words."""
    settings = report["settings"]
    limit = f"抽样 sample {settings['limit']} (seed {settings['seed']})" if settings["limit"] else "全部 all"
    return [
        f"文档 documents {settings['documents']:,}，段落 chunks {settings['chunks']:,}，编码器 encoder {settings['encoder']}",
        f"问题 queries：{limit}；时间 date {report['date']}",
    ]


def notes(report: Mapping[str, Any]) -> list[str]:
    """How to read the table."""
    if report["kind"] == "retrieval":
        against, test = report["significance"]["against"], report["significance"]["test"]
        return [f"`*`：与 {against} 差异显著 / differs from {against}, p < {report['significance']['max_p']}, {test}"]
    latency = report["latency_ms"]
    return [
        f"引用 citations {report['citations']}，与原文不符 false {report['false_citations']}；"
        f"p50 {latency['p50']:.0f} ms，p95 {latency['p95']:.0f} ms"
    ]


def title(report: Mapping[str, Any]) -> str:
    """The heading of a report."""
    what = "检索评测 Retrieval" if report["kind"] == "retrieval" else "问答评测 Questions"
    return f"{what}: {report['dataset']}"


def markdown(report: Mapping[str, Any]) -> str:
    """The report as Markdown, in Chinese and English."""
    header, rows = system_rows(report) if report["kind"] == "retrieval" else type_rows(report)
    parts = [
        f"# {title(report)}\n",
        "\n".join(f"- {line}" for line in setting_lines(report)) + "\n",
        table(header, rows),
    ]
    parts.append("\n\n".join(notes(report)) + "\n")
    wrong = report.get("wrong")
    if wrong:
        cells = [
            [w["id"], " ".join(w["question"].split()), w["reason"], " ".join(w["answer"].split())[:120]] for w in wrong
        ]
        parts.append(
            "## 答错的 Wrong\n\n"
            + table(["id", "问题 question", "原因 reason", "回答 answer"], cells).replace("---:", "---")
        )
    return "\n".join(parts)


def write_report(out: Path, report: Mapping[str, Any], html: str) -> None:
    """Write ``report.json``, ``report.md`` and ``report.html``."""
    (out / "report.json").write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    (out / "report.md").write_text(markdown(report), encoding="utf-8")
    (out / "report.html").write_text(html, encoding="utf-8")
