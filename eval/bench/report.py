"""What was measured, as a table to read and as a page that needs nothing beside itself."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from eval.bench.plots import cost_plot, sizes_of
from eval.report import table

_HEADER = ["测量 measured", "参照 reference", "值 value", "参照值 reference", "比 ratio", "目标 target", ""]
_MARKS = {True: "✓", False: "✗", None: ""}
_STYLE = """
body { font: 15px/1.6 system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; max-width: 70rem; margin: 2rem auto;
  padding: 0 1rem; color: #222; background: #fff; }
h1 { font-size: 1.3rem; } figure { margin: 1rem 0; overflow-x: auto; } svg { max-width: 100%; height: auto; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .3rem .6rem; border-bottom: 1px solid #ccc; text-align: right; vertical-align: top; }
th:first-child, td:first-child, th:nth-child(2), td:nth-child(2) { text-align: left; }
"""


def _figure(value: float | None, unit: str) -> str:
    return "" if value is None else f"{value:.3g} {unit}".rstrip()


def bench_rows(report: Mapping[str, Any]) -> list[list[str]]:
    """A row for each measurement, its cells in the order of the table."""
    rows = [
        [
            m["name"], m["against"], _figure(m["measured"], m["unit"]), _figure(m["reference"], m["unit"]),
            "" if m["ratio"] is None else f"{m['ratio']:.2f}", m["target"], _MARKS[m["met"]],
        ]
        for m in report["measurements"]
    ]  # fmt: skip
    heavy = report.get("heavy_imports")
    if heavy:
        found = " ".join(heavy["measured"]) or "无 none"
        name = "ask 导入的重模块 heavy modules imported"
        rows.append([name, "torch, transformers", found, "", "", "none", _MARKS[heavy["met"]]])
    return rows


def detail_lines(report: Mapping[str, Any]) -> list[str]:
    """The further figures of each measurement, a line each; milliseconds where a figure says no unit."""
    return [
        f"{m['name']}：" + "，".join(f"{name} {value:.3g}" for name, value in m["details"].items())
        for m in report["measurements"]
        if m["details"]
    ]


def conditions(report: Mapping[str, Any]) -> str:
    """What it was measured with, and how busy the machine was."""
    load = " → ".join(f"{each:.1f}" for each in report["load_average"])
    busy = f"负载 load average {load}" if load else ""
    return "；".join(filter(None, [report["date"], f"{report['cores']} 核 cores", busy, report["texts"]]))


def bench_table(report: Mapping[str, Any]) -> str:
    """What was measured as a table to read."""
    return "\n\n".join([table(_HEADER, bench_rows(report)), *detail_lines(report), conditions(report)])


def _html_table(rows: Sequence[Sequence[str]]) -> str:
    lines = ["<tr>" + "".join(f"<th>{escape(cell)}</th>" for cell in _HEADER) + "</tr>"]
    lines += ["<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows]
    return f'<div class="scroll"><table>{"".join(lines)}</table></div>'


def bench_page(report: Mapping[str, Any]) -> str:
    """The whole report as HTML; plots of cost against size where there are several sizes."""
    title = "速度 Speed"
    plots = f"<figure>{cost_plot(report['measurements'])}</figure>" if len(sizes_of(report["measurements"])) > 1 else ""
    details = "".join(f"<li>{escape(line)}</li>" for line in detail_lines(report))
    return (
        f'<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>{title}</title><style>{_STYLE}</style></head>'
        f"<body><h1>{title}</h1><p>{escape(conditions(report))}</p>{plots}{_html_table(bench_rows(report))}<ul>{details}</ul>"
        "</body></html>\n"
    )
