"""Plots as SVG to stand inside a page: matplotlib draws, the page's style sheet colours them for light and dark."""

import io
import math
import re
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

Estimate = tuple[float, float, float]
"""A mean with the ends of its interval."""

# matplotlib wants colours, the page wants its own: each of these stands for what the style sheet says.
_INK, _BAR, _WIN, _LOSS, _LINE = "#010101", "#010102", "#010103", "#010104", "#010105"
_STYLED: Mapping[str, str] = {
    _INK: "currentColor", _BAR: "var(--bar)", _WIN: "var(--win)", _LOSS: "var(--loss)", _LINE: "var(--line)",
}  # fmt: skip
_SETTINGS: dict[Any, Any] = {
    "svg.fonttype": "none", "text.color": _INK, "axes.edgecolor": _LINE, "axes.labelcolor": _INK, "xtick.color": _INK,
    "ytick.color": _INK, "axes.spines.top": False, "axes.spines.right": False, "font.size": 10, "axes.titlesize": 10,
    "axes.axisbelow": True, "grid.color": _LINE,
}  # fmt: skip
_WIDTH = 9.0
_COLUMNS = 3
_POINTS = 400


def _svg(name: str, label: str, size: tuple[float, float], draw: Callable[[Any], None]) -> str:
    """What ``draw`` makes of a matplotlib figure of ``size`` in inches, without anything that names another place."""
    # A second to import, and only pages need it.
    import matplotlib
    from matplotlib.figure import Figure

    out = io.StringIO()
    with matplotlib.rc_context({**_SETTINGS, "svg.hashsalt": name}), warnings.catch_warnings():
        # Its fonts may lack a character of a system's name; the browser that shows the page has it.
        warnings.simplefilter("ignore")
        figure = Figure(figsize=size, layout="constrained")
        draw(figure)
        figure.savefig(out, format="svg", transparent=True, metadata={"Date": None})
    drawn = out.getvalue()
    drawn = drawn[drawn.index("<svg") :]
    drawn = re.sub(r"<metadata>.*?</metadata>", "", drawn, flags=re.DOTALL)
    drawn = re.sub(r' xmlns(?::\w+)?="[^"]*"', "", drawn)
    drawn = re.sub(
        r'<svg ([^>]*?)width="[^"]*"',
        r"<svg \1",
        re.sub(r'(<svg [^>]*?)height="[^"]*"', r"\1", drawn, count=1),
        count=1,
    )
    # Ids of groups would be repeated from plot to plot; those that are referred to are named by their content.
    drawn = re.sub(r'<g id="[^"]*"', "<g", drawn)
    for colour, styled in _STYLED.items():
        drawn = drawn.replace(colour, styled)
    return f'<figure role="img" aria-label="{label}">{drawn}</figure>'


def bars(panels: Mapping[str, Mapping[str, Estimate]], label: str) -> str:
    """One panel a metric, one bar a system, from 0 to 1, with its interval and its value."""
    names = list(next(iter(panels.values())))

    def draw(figure: Any) -> None:
        axes = figure.subplots(1, len(panels), sharey=True, squeeze=False)[0]
        for axis, (metric, estimates) in zip(axes, panels.items(), strict=True):
            means = [estimates[name][0] for name in names]
            # Rounding may put a mean beside an end of its interval.
            errors = [
                [max(0.0, mean - estimates[name][1]) for name, mean in zip(names, means, strict=True)],
                [max(0.0, estimates[name][2] - mean) for name, mean in zip(names, means, strict=True)],
            ]
            axis.barh(names, means, xerr=errors, color=_BAR, height=0.62, error_kw={"ecolor": _INK, "capsize": 3})
            for row in range(len(names)):
                axis.text(1.03, row, f"{means[row]:.3f}", va="center", fontsize=9)
            axis.set_xlim(0, 1)
            axis.set_title(metric, loc="left")
            axis.grid(axis="x", linewidth=0.5)
            axis.tick_params(length=0)
        axes[0].invert_yaxis()

    return _svg("bars", label, (_WIDTH, 0.9 + 0.34 * len(names)), draw)


def _grid(figure: Any, count: int, **shared: Any) -> list[Any]:
    """Axes for ``count`` panels, a few in a row; those left over are empty."""
    columns = min(_COLUMNS, count)
    axes = figure.subplots(math.ceil(count / columns), columns, squeeze=False, **shared).flatten().tolist()
    for axis in axes[count:]:
        axis.set_axis_off()
    for axis in axes[max(0, count - columns) : count]:
        axis.tick_params(labelbottom=True)  # Also above a panel that is left over.
    return list(axes[:count])


def _height(count: int, each: float) -> float:
    return each * math.ceil(count / _COLUMNS) + 0.3


def differences(by_system: Mapping[str, Sequence[float]], label: str) -> str:
    """One panel a system: its differences from the first system on every query, from the worst loss to the best win."""

    def draw(figure: Any) -> None:
        for axis, (name, values) in zip(_grid(figure, len(by_system), sharey=True), by_system.items(), strict=True):
            ordered = sorted(values)
            # More points than a panel has pixels would only make the page large.
            places = np.unique(np.linspace(0, len(ordered) - 1, _POINTS).round().astype(int)).tolist()
            lost, won = [min(0.0, ordered[p]) for p in places], [max(0.0, ordered[p]) for p in places]
            axis.fill_between(places, lost, step="mid", color=_LOSS, linewidth=0)
            axis.fill_between(places, won, step="mid", color=_WIN, linewidth=0)
            axis.axhline(0, color=_INK, linewidth=0.8)
            axis.set_ylim(-1.05, 1.05)
            axis.set_title(name, loc="left")
            wins, losses = sum(v > 0 for v in ordered), sum(v < 0 for v in ordered)
            axis.set_title(f"+{wins}  −{losses}  ={len(ordered) - wins - losses}", loc="right")
            axis.grid(axis="y", linewidth=0.5)

    return _svg("differences", label, (_WIDTH, _height(len(by_system), 2.1)), draw)


def latency(by_system: Mapping[str, Sequence[float]], label: str) -> str:
    """One panel a system: how many searches took how many milliseconds, on one logarithmic axis; p50 and p95 as lines."""
    from matplotlib.ticker import LogLocator

    everything = np.concatenate([np.asarray(values, float) for values in by_system.values()])
    low, high = max(float(everything.min()), 1e-3) * 0.9, float(everything.max()) * 1.1
    edges = np.geomspace(low, max(high, low * 1.5), 41)

    def draw(figure: Any) -> None:
        for axis, (name, values) in zip(_grid(figure, len(by_system), sharex=True), by_system.items(), strict=True):
            axis.hist(values, bins=edges, color=_BAR)
            axis.set_xscale("log")
            axis.xaxis.set_major_locator(LogLocator(subs=(1,) if high > 100 * low else (1, 2, 5)))
            axis.xaxis.set_major_formatter("{x:g}")
            axis.xaxis.set_minor_formatter("")
            for percentile, style in ((50, "-"), (95, "--")):
                axis.axvline(float(np.percentile(values, percentile)), color=_INK, linewidth=1, linestyle=style)
            axis.set_title(name, loc="left")
            axis.set_title(" / ".join(f"{np.percentile(values, p):.1f}" for p in (50, 95)) + " ms", loc="right")
            axis.grid(axis="y", linewidth=0.5)

    return _svg("latency", label, (_WIDTH, _height(len(by_system), 1.9)), draw)
