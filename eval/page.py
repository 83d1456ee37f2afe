"""The report as one HTML page that needs nothing beside itself: a table and bars."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from eval.report import notes, setting_lines, system_rows, title, type_rows

_STYLE = """
:root { color-scheme: light dark; --bar: #3b6ea5; --track: #8883; --line: #8885; }
body { font: 15px/1.6 system-ui, "PingFang SC", "Microsoft YaHei", sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.3rem; } h2 { font-size: 1.05rem; margin-top: 2rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: .35rem .6rem; border-bottom: 1px solid var(--line); text-align: right; vertical-align: top; }
th:first-child, td:first-child, .words td, .words th { text-align: left; }
svg { width: 100%; height: auto; } svg text { font: 13px system-ui, sans-serif; fill: currentColor; }
"""

_ROW, _LEFT, _WIDTH = 28, 130, 720


def bars(values: Mapping[str, float], label: str) -> str:
    """Horizontal bars for values between 0 and 1, as SVG with the figure beside each bar."""
    room = _WIDTH - _LEFT - 70
    rows = []
    for i, (name, value) in enumerate(values.items()):
        top = i * _ROW
        rows.append(
            f'<text x="{_LEFT - 10}" y="{top + 19}" text-anchor="end">{escape(name)}</text>'
            f'<rect x="{_LEFT}" y="{top + 5}" width="{room}" height="{_ROW - 10}" fill="var(--track)"/>'
            f'<rect x="{_LEFT}" y="{top + 5}" width="{room * value:.1f}" height="{_ROW - 10}" fill="var(--bar)"/>'
            f'<text x="{_LEFT + room + 8}" y="{top + 19}">{value:.4f}</text>'
        )
    view = f"0 0 {_WIDTH} {_ROW * len(values)}"
    return f'<svg viewBox="{view}" role="img" aria-label="{escape(label)}">{"".join(rows)}</svg>'


def _table(header: Sequence[str], rows: Sequence[Sequence[str]], kind: str = "") -> str:
    head = "".join(f"<th>{escape(cell)}</th>" for cell in header)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return (
        f'<div class="scroll"><table class="{kind}"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'
    )


def _chart(report: Mapping[str, Any]) -> tuple[str, dict[str, float]]:
    if report["kind"] == "retrieval":
        return "nDCG@10", {name: system["metrics"]["nDCG@10"] for name, system in report["systems"].items()}
    return "答对的比例 share right", {name: c["right"] / c["questions"] for name, c in report["types"].items()}


def page(report: Mapping[str, Any]) -> str:
    """The whole page."""
    header, rows = system_rows(report) if report["kind"] == "retrieval" else type_rows(report)
    label, values = _chart(report)
    lines = "".join(f"<li>{escape(line)}</li>" for line in [*setting_lines(report), *notes(report)])
    heading = escape(title(report))
    wrong = report.get("wrong") or []
    cells = [[w["id"], w["question"], w["reason"], w["answer"]] for w in wrong]
    details = (
        "<h2>答错的 Wrong</h2>" + _table(["id", "问题 question", "原因 reason", "回答 answer"], cells, "words")
        if wrong
        else ""
    )
    return (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{heading}</title><style>{_STYLE}</style></head><body><h1>{heading}</h1>"
        f"{_table(header, rows)}<h2>{escape(label)}</h2>{bars(values, label)}<ul>{lines}</ul>{details}</body></html>\n"
    )
