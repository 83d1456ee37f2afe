"""The report as one HTML page that needs nothing beside itself: tables and plots, for light and for dark."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from eval import plots
from eval.markdown import (
    SHOWN,
    Rows,
    change_rows,
    compared_lines,
    compared_rows,
    notes,
    setting_lines,
    stage_rows,
    system_rows,
    title,
    type_rows,
)
from eval.per_query import MAIN, QueryResult, changes

_PLOTTED = ("nDCG@10", "MRR@10", "recall@100")
_STYLE = """
:root { color-scheme: light dark; --bar: #4477aa; --win: #228833; --loss: #cc4455; --line: #8886; }
@media (prefers-color-scheme: dark) { :root { --bar: #77aadd; --win: #66bb77; --loss: #ee7788; } }
body { font: 15px/1.6 system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; max-width: 64rem; margin: 2rem auto;
  padding: 0 1rem; }
h1 { font-size: 1.3rem; } h2 { font-size: 1.05rem; margin: 2.2rem 0 .4rem; } p, ul { margin: .4rem 0; } .en { opacity: .72; font-weight: 400; }
.scroll { overflow-x: auto; } figure { margin: .5rem 0; overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: .3rem .6rem; border-bottom: 1px solid var(--line); text-align: right; vertical-align: top; }
th:first-child, td:first-child, .words td, .words th,
.pairs td:nth-child(2), .pairs th:nth-child(2) { text-align: left; } .words td { overflow-wrap: anywhere; }
.words td:first-child { white-space: nowrap; }
svg { width: 100%; min-width: 36rem; height: auto; } svg text { font-family: inherit !important; }
summary { cursor: pointer; margin: .5rem 0; } .bad { color: var(--loss); font-weight: 600; }
"""


def _table(rows: Rows, kind: str = "") -> str:
    header, body = rows
    head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in header)
    lines = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in body)
    return (
        f'<div class="scroll"><table class="{kind}"><thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table></div>'
    )


def _section(chinese: str, english: str, *parts: str) -> str:
    return f'<h2>{escape(chinese)} <span class="en">{escape(english)}</span></h2>{"".join(parts)}'


def _explained(chinese: str, english: str) -> str:
    return f'<p>{escape(chinese)} <span class="en">{escape(english)}</span></p>'


def _compared(report: Mapping[str, Any]) -> str:
    compared = report.get("compared")
    if not compared:
        return ""
    kind = "bad" if any(d["fell"] for d in compared["differences"]) else ""
    line = f'<p class="{kind}">{escape(compared_lines(compared)[0])}</p>'
    return _section("与以前比较", "Compared with an earlier run", line, _table(compared_rows(compared), "pairs"))


def _latency(times: Mapping[str, Sequence[float]]) -> str:
    if not times:
        return ""
    explained = _explained(
        "每次检索的毫秒数，对数轴；实线 p50，虚线 p95。", "Milliseconds a query, logarithmic; solid p50, dashed p95."
    )
    return _section("耗时分布", "Latency", explained, plots.latency(times, "耗时分布 latency histogram"))


def _changed(results: Sequence[QueryResult], names: Sequence[str]) -> str:
    """The sorted differences of each system from the first, and the queries that differ most."""
    first, *others = names
    if not others:
        return ""
    values = {
        name: [r.systems[name].metrics[MAIN] - r.systems[first].metrics[MAIN] for r in results] for name in others
    }
    parts = [
        _explained(
            f"每题 {MAIN} 与 {first} 之差，从失到得排列；+得 −失 =相同。",
            f"{MAIN} of each query less that of {first}, sorted; + wins, − losses, = ties.",
        ),
        plots.differences(values, f"与 {escape(first)} 之差 differences"),
    ]
    for name in others:
        losses, wins = changes(results, first, name, SHOWN)
        for label, chosen in (("最大的失 worst losses", losses), ("最大的得 best wins", wins)):
            if chosen:
                body = _table(change_rows(chosen), "words")
                parts.append(f"<details><summary>{escape(name)} — {label} ({len(chosen)})</summary>{body}</details>")
    return _section("得失", "Wins and losses", *parts)


def _retrieval(report: Mapping[str, Any], results: Sequence[QueryResult], times: Mapping[str, Sequence[float]]) -> str:
    systems = report["systems"]
    panels = {
        metric: {
            name: (s["metrics"][metric], s["intervals"][metric][0], s["intervals"][metric][1])
            for name, s in systems.items()
        }
        for metric in _PLOTTED
    }
    level = f"{report['significance']['confidence']:.0%}"
    explained = _explained(f"横线为 {level} 置信区间（自助法）。", f"Whiskers: {level} bootstrap intervals.")
    stages = stage_rows(report)
    return "".join(
        (
            _table(system_rows(report)),
            _compared(report),
            _section("指标", "Metrics", explained, plots.bars(panels, "指标 metrics")),
            _changed(results, list(systems)),
            _latency(times),
            _section("各阶段耗时", "Time by stage", _table(stages, "pairs")) if stages[1] else "",
        )
    )


def _questions(report: Mapping[str, Any], times: Mapping[str, Sequence[float]]) -> str:
    shares = {
        name: (counts["right"] / counts["questions"], report["intervals"][name][0], report["intervals"][name][1])
        for name, counts in report["types"].items()
    }
    cells = [[w["id"], w["question"], w["reason"], w["answer"]] for w in report["wrong"]]
    wrong = _table((["id", "问题 question", "原因 reason", "回答 answer"], cells), "words")
    explained = _explained("横线为 95% 置信区间（Wilson）。", "Whiskers: 95% intervals (Wilson).")
    return "".join(
        (
            _table(type_rows(report)),
            _compared(report),
            _section("答对的比例", "Share right", explained, plots.bars({"right": shares}, "答对的比例 share right")),
            _latency(times),
            _section("答错的", "Wrong", wrong) if cells else "",
        )
    )


def page(report: Mapping[str, Any], results: Sequence[QueryResult], times: Mapping[str, Sequence[float]]) -> str:
    """The whole page; ``times`` holds by system the milliseconds of each search."""
    told = [*setting_lines(report), *(note.replace("`", "") for note in notes(report))]
    lines = "".join(f"<li>{escape(line)}</li>" for line in told)
    heading = escape(title(report))
    body = _retrieval(report, results, times) if report["kind"] == "retrieval" else _questions(report, times)
    return (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{heading}</title><style>{_STYLE}</style></head><body><h1>{heading}</h1>"
        f"<ul>{lines}</ul>{body}</body></html>\n"
    )
