"""Reading order: pages set in columns are read column by column, everything else from top to bottom."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from indexer.loaders.layout.lines import CLOSING, OPENING, Line, same_row

# What tells a column of running text from a column of table cells; em is the font size.
_FEWEST_LINES = 4
_NARROWEST = 8.0  # em, the median line
_FILLED = 0.6  # of the widest line, the median line
_PROSE = 0.3  # of the lines hold one of these marks
_MARKS = frozenset("，。、；：,;")
_GUTTER = 0.8  # em
_BLANK_HALF = 0.5  # em
_PARAGRAPH_GAP = 2.2  # em between baselines; more than this after both columns have ended starts something new
# Finding gutters is quadratic in the number of lines; a newspaper page has some hundreds.
_MOST_LINES = 1_500
_DEEPEST = 12


@dataclass(slots=True)
class Region:
    """A part of a page that is read as a whole: its lines row by row, and whether it is one of several columns."""

    lines: list[Line]
    is_column: bool


def regions_of(lines: Sequence[Line], gutters: Sequence[float] = ()) -> list[Region]:
    """Cut a page into stretches and columns in reading order.

    ``gutters`` are the x of gutters that other pages of the document have: one of them parts even a few short lines.
    """
    regions: list[Region] = []
    _split(sorted(lines, key=lambda line: (line.base, line.left)), gutters, False, regions, _DEEPEST)
    return regions


def rows_of(lines: Sequence[Line]) -> list[list[Line]]:
    """Lines, given from top to bottom, grouped by row; the parts of a row from left to right."""
    rows: list[list[Line]] = []
    for line in lines:
        if rows and same_row(rows[-1][0], line):
            rows[-1].append(line)
        else:
            rows.append([line])
    return [sorted(row, key=lambda line: line.left) for row in rows]


def _split(lines: list[Line], gutters: Sequence[float], is_column: bool, regions: list[Region], depth: int) -> None:
    """Append the regions that ``lines``, sorted from top to bottom, consist of."""
    if not lines:
        return
    band = _longest_band(lines, gutters) if depth and 1 < len(lines) <= _MOST_LINES else None
    if band is None:
        regions.append(Region([line for row in rows_of(lines) for line in row], is_column))
        return
    start, end, gutter = band
    _split(lines[:start], gutters, is_column, regions, depth - 1)
    for side in _sides(lines[start:end], gutter):
        _split(side, gutters, True, regions, depth - 1)
    _split(lines[end:], gutters, is_column, regions, depth - 1)


def _sides(lines: list[Line], gutter: float) -> tuple[list[Line], list[Line]]:
    """The lines left of a gutter and the lines right of it."""
    return [line for line in lines if line.right <= gutter], [line for line in lines if line.right > gutter]


def _longest_band(lines: list[Line], gutters: Sequence[float]) -> tuple[int, int, float] | None:
    """The longest run of lines that a gutter parts into two columns of text: its bounds and the gutter's x.

    Of gutters with equally long runs, as between three columns, the leftmost is taken.
    """
    best: tuple[int, int, float] | None = None
    longest = 1
    candidates = {round(line.right) + 1.0 for line in lines} if len(lines) >= 2 * _FEWEST_LINES else set()
    for gutter in sorted(candidates | set(gutters)):
        start = 0
        for index in range(len(lines) + 1):
            if index < len(lines) and not lines[index].left < gutter < lines[index].right:
                continue
            if index - start > longest and _are_columns(lines[start:index], gutter, gutter in gutters):
                best = (_start(lines, start, index, gutter), _end(lines, start, index, gutter), gutter)
                longest = index - start
            start = index + 1
    return best


def _are_columns(lines: list[Line], gutter: float, known: bool) -> bool:
    left, right = _sides(lines, gutter)
    if known:
        return bool(left and right)
    if not (_is_text(left) and _is_text(right)):
        return False
    # Full-width punctuation may stick out into the gutter with its blank half.
    ends = max(line.right - (_BLANK_HALF * line.size if line.text[-1] in CLOSING else 0) for line in left)
    starts = min(line.left + (_BLANK_HALF * line.size if line.text[0] in OPENING else 0) for line in right)
    return starts - ends >= _GUTTER * min(left[0].size, right[0].size)


def _is_text(lines: list[Line]) -> bool:
    """Whether lines fill a column as running text does."""
    if len(lines) < _FEWEST_LINES:
        return False
    width = statistics.median(line.right - line.left for line in lines)
    size = statistics.median(line.size for line in lines)
    prose = sum(not _MARKS.isdisjoint(line.text) for line in lines)
    widest = max(line.right - line.left for line in lines)
    return width >= max(_NARROWEST * size, _FILLED * widest) and prose >= _PROSE * len(lines)


def _start(lines: list[Line], start: int, end: int, gutter: float) -> int:
    """Where the columns start: a title above both that happens to end or begin at the gutter is no part of them."""
    left, right = _sides(lines[start:end], gutter)
    while lines[start].right > gutter and lines[start].base < left[0].base:
        below = [line.base for line in right if line.base > lines[start].base]
        if not below or min(below) - lines[start].base < _PARAGRAPH_GAP * lines[start].size:
            break
        start += 1
    return start


def _end(lines: list[Line], start: int, end: int, gutter: float) -> int:
    """Where the columns end: a short line below both, such as the heading of what follows, is no part of them."""
    left, right = _sides(lines[start:end], gutter)
    while lines[end - 1].right <= gutter and lines[end - 1].base > right[-1].base:
        above = [line.base for line in left if line.base < lines[end - 1].base]
        if not above or lines[end - 1].base - max(above) < _PARAGRAPH_GAP * lines[end - 1].size:
            break
        end -= 1
    return end
