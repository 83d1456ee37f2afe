"""The report in words and tables, Chinese first and English beside."""

from collections.abc import Mapping, Sequence
from typing import Any

from eval.metrics import MAX_P, METRICS
from eval.per_query import MAIN, Change, QueryResult, changes
from eval.report import table

# How many queries are shown on which a system loses and wins most.
SHOWN = 20

Rows = tuple[list[str], list[list[str]]]
"""Header and rows of a table."""


def _ms(latency: Mapping[str, Any] | None, percentile: str) -> str:
    return f"{latency[percentile]:.1f}" if latency else "–"


def system_rows(report: Mapping[str, Any]) -> Rows:
    """One row a system; ``*`` marks a significant difference from the first system."""
    header = ["系统 system", *METRICS, "p50 ms", "p95 ms", "p99 ms", "无结果 empty"]
    rows = []
    for name, system in report["systems"].items():
        p_values = system["p_values"] or {}
        cells = [f"{value:.4f}" + ("*" if p_values.get(m, 1) < MAX_P else "") for m, value in system["metrics"].items()]
        latency = [_ms(system["latency_ms"], p) for p in ("p50", "p95", "p99")]
        rows.append([name, *cells, *latency, str(system["empty"])])
    return header, rows


def interval_rows(report: Mapping[str, Any]) -> Rows:
    """One row a system: the ends of the confidence interval of each metric."""
    rows = [
        [name, *(f"{low:.4f}–{high:.4f}" for low, high in system["intervals"].values())]
        for name, system in report["systems"].items()
    ]
    return ["系统 system", *METRICS], rows


def stage_rows(report: Mapping[str, Any]) -> Rows:
    """One row for each stage of each system."""
    rows = [
        [name, stage, *(f"{values[p]:.2f}" for p in ("p50", "p95", "p99")), str(values["queries"])]
        for name, system in report["systems"].items()
        for stage, values in ((system["latency_ms"] or {}).get("stages") or {}).items()
    ]
    return ["系统 system", "阶段 stage", "p50 ms", "p95 ms", "p99 ms", "问题 queries"], rows


def type_rows(report: Mapping[str, Any]) -> Rows:
    """One row for each type of question, the last one for all."""
    rows = [[name, f"{c['right']}/{c['questions']}"] for name, c in report["types"].items()]
    return ["类型 type", "答对 right"], [*rows, ["合计 all", f"{report['right']}/{report['questions']}"]]


def compared_rows(compared: Mapping[str, Any]) -> Rows:
    """One row for each metric that could be compared with the earlier run."""
    header = ["系统 system", "指标 metric", "以前 old", "现在 new", "差 difference", "p", "判断 verdict"]
    rows = [
        [
            d["system"], d["metric"], f"{d['old']:.4f}", f"{d['new']:.4f}", f"{d['new'] - d['old']:+.4f}",
            f"{d['p_value']:.3g}", _verdict(d),
        ]
        for d in compared["differences"]
    ]  # fmt: skip
    return header, rows


def _verdict(difference: Mapping[str, Any]) -> str:
    if difference["fell"]:
        return "下降 fell"
    significant = difference["p_value"] < MAX_P
    return "上升 rose" if significant and difference["new"] > difference["old"] else "不变 same"


def change_rows(chosen: Sequence[Change]) -> Rows:
    """One row for each query on which two systems differ: ranks of the first relevant document, and both tops."""
    header = ["id", "问题 query", f"Δ {MAIN}", "名次 rank", "相关 relevant", "首位 top"]
    rows = [
        [
            change.result.query_id, " ".join(change.result.query.split()), f"{change.difference:+.3f}",
            f"{change.first.first or '–'} → {change.second.first or '–'}", " ".join(list(change.result.relevant)[:3]),
            f"{' '.join(change.first.top[:1]) or '–'} → {' '.join(change.second.top[:1]) or '–'}",
        ]
        for change in chosen
    ]  # fmt: skip
    return header, rows


def setting_lines(report: Mapping[str, Any]) -> list[str]:
    """What was measured, in words."""
    settings = report["settings"]
    limit = f"抽样 sample {settings['limit']} (seed {settings['seed']})" if settings["limit"] else "全部 all"
    lines = [
        f"文档 documents {settings['documents']:,}，段落 chunks {settings['chunks']:,}，编码器 encoder {settings['encoder']}",
        f"问题 queries：{limit}；时间 date {report['date']}",
    ]
    if report.get("drafted"):
        lines.append(
            f"其中 {report['drafted']} 题由程序起草，未经人工核对 / that many questions were drafted by a program and checked by nobody"
        )
    return lines


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


def compared_lines(compared: Mapping[str, Any]) -> list[str]:
    """How the comparison with an earlier run was made and what came out."""
    fell = sum(d["fell"] for d in compared["differences"])
    result = f"{fell} 项显著下降 / {fell} fell significantly" if fell else "没有显著下降 / nothing fell significantly"
    return [
        f"相同的问题 shared queries {compared['shared']}/{compared['before']}；"
        f"下降：p < {MAX_P} 且超过 margin {compared['margin']:g}；{result}"
    ]


def title(report: Mapping[str, Any]) -> str:
    """The heading of a report."""
    what = "检索评测 Retrieval" if report["kind"] == "retrieval" else "问答评测 Questions"
    return f"{what}: {report['dataset']}"


def _words(rows: Rows) -> str:
    """A table of words: no column is set to the right."""
    return table(*rows).replace("---:", "---")


def compared_text(compared: Mapping[str, Any]) -> str:
    """The comparison with an earlier run."""
    return f"## 与以前比较 Compared\n\n{table(*compared_rows(compared))}\n{compared_lines(compared)[0]}\n"


def summary(report: Mapping[str, Any]) -> str:
    """What is worth a look in a terminal."""
    rows = system_rows(report) if report["kind"] == "retrieval" else type_rows(report)
    parts = [f"# {title(report)}\n", "\n".join(f"- {line}" for line in setting_lines(report)) + "\n", table(*rows)]
    parts.append("\n\n".join(notes(report)) + "\n")
    if report.get("compared"):
        parts.append(compared_text(report["compared"]))
    wrong = report.get("wrong")
    if wrong:
        cells = [
            [w["id"], " ".join(w["question"].split()), w["reason"], " ".join(w["answer"].split())[:120]] for w in wrong
        ]
        parts.append("## 答错的 Wrong\n\n" + _words((["id", "问题 question", "原因 reason", "回答 answer"], cells)))
    return "\n".join(parts)


def markdown(report: Mapping[str, Any], results: Sequence[QueryResult]) -> str:
    """The whole report: the summary, intervals, stages, and the queries on which each system loses and wins most."""
    parts = [summary(report)]
    if report["kind"] != "retrieval":
        return parts[0]
    parts.append(
        f"## 置信区间 Confidence intervals, {report['significance']['confidence']:.0%}\n\n"
        + table(*interval_rows(report))
    )
    stages = stage_rows(report)
    if stages[1]:
        parts.append("## 各阶段耗时 Time by stage\n\n" + table(*stages))
    first, *others = report["systems"]
    for name in others:
        for label, chosen in zip(
            ("最大的失 Losses", "最大的得 Wins"), changes(results, first, name, SHOWN), strict=True
        ):
            if chosen:
                parts.append(f"## {label}: {name} / {first}\n\n" + _words(change_rows(chosen)))
    return "\n".join(parts)
