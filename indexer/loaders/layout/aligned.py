"""Tables without ruled lines, and with horizontal ones only: rows whose parts stand in columns."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence

from indexer.loaders.layout.grid import Cell, Table
from indexer.loaders.layout.lines import Line

_FEWEST_ROWS = 3


def aligned_tables(rows: Sequence[Sequence[Line]]) -> Iterator[Sequence[Sequence[Line]] | Table]:
    """Cut the rows of a region into stretches of text and tables.

    A table is a run of three or more rows that each have several parts, and the parts of all rows stand in columns.
    """
    text_start = start = 0
    while start < len(rows):
        end = start
        while end < len(rows) and len(rows[end]) > 1:
            end += 1
        table = _table(rows[start:end]) if end - start >= _FEWEST_ROWS else None
        if table is None:
            start = max(end, start + 1)
            continue
        if text_start < start:
            yield rows[text_start:start]
        yield table
        text_start = start = end
    if text_start < len(rows):
        yield rows[text_start:]


def _table(rows: Sequence[Sequence[Line]]) -> Table | None:
    """The table that rows form; None when their parts do not stand in columns."""
    columns: list[list[float]] = []
    for left, right in sorted((part.left, part.right) for row in rows for part in row):
        if columns and left < columns[-1][1]:
            columns[-1][1] = max(columns[-1][1], right)
        else:
            columns.append([left, right])
    if len(columns) < max(len(row) for row in rows):
        return None
    lefts = [left for left, _ in columns]
    grid: list[list[Cell | None]] = []
    for row in rows:
        texts = [""] * len(columns)
        for part in row:
            texts[bisect_right(lefts, part.left) - 1] = part.text
        grid.append([Cell(text) for text in texts])
    return Table(grid, [*lefts, columns[-1][1]], rows[0][0].base - rows[0][0].size, rows[-1][0].base)
