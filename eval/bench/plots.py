"""Cost against the number of chunks, as SVG that stands on a page or as a file of its own."""

import io
import re
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

# One colour a line, told apart also by those who see no red or green; a marker each besides.
_LOOKS = (("#0072b2", "o"), ("#d55e00", "s"), ("#009e73", "^"), ("#cc79a7", "D"), ("#e69f00", "v"))
_SETTINGS: dict[Any, Any] = {
    "svg.fonttype": "none", "svg.hashsalt": "cost", "font.size": 10, "axes.spines.top": False, "axes.spines.right": False,
}  # fmt: skip

Lines = Mapping[str, Sequence[tuple[int, float]]]
"""By name the points of each line, size and cost."""


def sizes_of(measurements: Sequence[Mapping[str, Any]]) -> list[int]:
    """The numbers of chunks that were searched, ascending."""
    return sorted({m["chunks"] for m in measurements if m["chunks"] and m["part"] in ("search", "serve")})


def _points(measurements: Sequence[Mapping[str, Any]], part: str, words: str, field: str) -> list[tuple[int, float]]:
    found = {
        m["chunks"]: m[field] for m in measurements if m["part"] == part and m["chunks"] and words in f"{m['name']}|{m['against']}"
    }  # fmt: skip
    return sorted((size, value) for size, value in found.items() if value)


def panels_of(measurements: Sequence[Mapping[str, Any]]) -> dict[str, Lines]:
    """What is drawn, by the title of its panel."""
    search = {
        "hybrid p50": _points(measurements, "search", "p50|", "measured"),
        "hybrid p50 again": _points(measurements, "search", "p50 again|", "measured"),
        "hybrid p95": _points(measurements, "search", "p95|", "measured"),
        "rank-bm25 p50": _points(measurements, "search", "|rank-bm25", "reference"),
        "bm25s p50": _points(measurements, "search", "|bm25s", "reference"),
    }
    service = {
        "/api/ask p50": _points(measurements, "serve", "POST /api/ask", "measured"),
        "/api/search p50": _points(measurements, "serve", "POST /api/ask", "reference"),
        "p99 under load": _points(measurements, "serve", "p99", "measured"),
    }
    owned = [{**m, "own": value} for m in measurements for name, value in m["details"].items() if "GiB own" in name]
    memory = {
        "resident": _points(measurements, "serve", "resident", "measured"),
        "not of mapped files": _points(owned, "serve", "resident", "own"),
    }
    panels = {"search, ms": search, "service, ms": service, "memory, GiB": memory}
    drawn = {title: {name: points for name, points in lines.items() if points} for title, lines in panels.items()}
    return {title: lines for title, lines in drawn.items() if lines}


def cost_plot(measurements: Sequence[Mapping[str, Any]]) -> str:
    """One panel each for searches, the service and its memory, times and sizes on logarithmic axes: an SVG
    element."""
    # A second to import, and only this needs it.
    import matplotlib as mpl
    from matplotlib.figure import Figure

    panels = panels_of(measurements)
    out = io.StringIO()
    with mpl.rc_context(_SETTINGS), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        figure = Figure(figsize=(3.9 * max(1, len(panels)), 3.4), layout="constrained", facecolor="white")
        axes = figure.subplots(1, max(1, len(panels)), squeeze=False)[0]
        for axis, (title, lines) in zip(axes, panels.items(), strict=False):
            for (name, points), (colour, marker) in zip(lines.items(), _LOOKS, strict=False):
                axis.plot(
                    *zip(*points, strict=True), color=colour, marker=marker, label=name, linewidth=1.5, markersize=5
                )
            axis.set_xscale("log")
            axis.xaxis.set_major_formatter("{x:,.0f}")
            if title.endswith("ms"):
                axis.set_yscale("log")
                axis.set_ylim(top=10 * axis.get_ylim()[1])  # Room for the legend.
            else:
                axis.set_ylim(0, 1.15 * max(value for points in lines.values() for _, value in points))
            axis.set_title(title, loc="left")
            axis.set_xlabel("chunks")
            axis.yaxis.set_major_formatter("{x:g}")
            axis.grid(linewidth=0.4, alpha=0.6)
            axis.legend(frameon=False, fontsize=8)
        figure.savefig(out, format="svg", metadata={"Date": None})
    drawn = out.getvalue()
    return re.sub(r"<metadata>.*?</metadata>", "", drawn[drawn.index("<svg") :], flags=re.DOTALL)
