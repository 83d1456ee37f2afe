"""Tables as text: one row a line, cells parted by " | ", the header repeated so that every part of a table has it."""

from collections.abc import Iterator, Sequence

from indexer.loaders.pdf_grid import Cell, Table
from indexer.loaders.pdf_lines import Line
from indexer.loaders.pdf_order import rows_of

SEPARATOR = " | "
# The header stands again before each group of this many rows.
ROW_GROUP = 10
_DEEPEST_HEADER = 3
_LONGEST_HEADER_CELL = 30  # characters
# A cell merged over several rows is repeated in each, so that a row can be quoted alone, unless it is long.
_LONGEST_REPEATED = 40  # characters
_SAME_EDGE = 4.0  # points
_DIGITS = 0.5
_FEWEST_ALIGNED = 3  # rows


def _row_text(table: Table, row: int) -> str:
    parts: list[str] = []
    for column, cell in enumerate(table.grid[row]):
        if cell is not None:
            parts.append(cell.text)
            continue
        above = _spanning(table, row, column)
        if above is not None:
            parts.append(above.text if len(above.text) <= _LONGEST_REPEATED else "")
    return SEPARATOR.join(parts).strip() if any(parts) else ""


def _spanning(table: Table, row: int, column: int) -> Cell | None:
    """The cell that begins in a row above, in this column, and reaches down to this row."""
    for upper in range(row - 1, -1, -1):
        cell = table.grid[upper][column]
        if cell is not None:
            return cell if upper + cell.rows > row else None
    return None


def _caption_rows(table: Table) -> int:
    """Rows at the top that are one cell over the whole width: a title inside the table."""
    count = 0
    for row in table.grid[:-1]:
        if row[0] is None or row[0].columns < len(row):
            break
        count += row[0].rows
    return count


def header_of(table: Table) -> tuple[int, int]:
    """The rows [start, end) that name the columns; an empty range when there seem to be none."""
    start = _caption_rows(table)
    if start >= len(table.grid):
        return start, start
    first = [cell for cell in table.grid[start] if cell is not None]
    depth = max((cell.rows for cell in first), default=1) if any(cell.columns > 1 for cell in first) else 1
    end = start + min(depth, _DEEPEST_HEADER)
    cells = [cell for row in table.grid[start:end] for cell in row if cell is not None]
    named = len(cells) >= 2 and all(
        0 < len(cell.text) <= _LONGEST_HEADER_CELL
        and not cell.text.endswith(("。", "；"))
        and sum(char.isdigit() for char in cell.text) < _DIGITS * len(cell.text)
        for cell in cells
    )
    return (start, end) if named and end < len(table.grid) else (start, start)


def continues(table: Table, following: Table) -> bool:
    """Whether a table at the top of a page goes on with the columns of the one at the foot of the page before."""
    return len(table.edges) == len(following.edges) and all(
        abs((here - table.edges[0]) - (there - following.edges[0])) <= _SAME_EDGE
        for here, there in zip(table.edges, following.edges, strict=True)
    )


def table_lines(parts: Sequence[Table]) -> list[list[str]]:
    """The lines of a table that may go on over several pages, a list for each page's part.

    The header comes first in every part and again after each ROW_GROUP rows; where the source itself repeats it, it
    is not written twice.
    """
    start, end = header_of(parts[0])
    header = [text for row in range(start, end) if (text := _row_text(parts[0], row))]
    pages: list[list[str]] = []
    for number, part in enumerate(parts):
        rows = [_row_text(part, row) for row in range(len(part.grid))]
        lines: list[str] = []
        if number == 0:
            lines += [text for text in rows[:start] if text]
            rows = rows[end:] if header else rows[start:]
        else:
            own = [text for text in rows if text]
            if header and own[: len(header)] == header:
                rows = own[len(header) :]
        for count, text in enumerate(text for text in rows if text):
            if count % ROW_GROUP == 0:
                lines += header
            lines.append(text)
        pages.append(lines)
    return pages


def aligned_tables(rows: Sequence[Sequence[Line]]) -> Iterator[tuple[Sequence[Sequence[Line]], list[str] | None]]:
    """Cut rows into stretches; with each comes its text when it is a table without ruled lines, else None.

    Such a table is a run of three or more rows of which each has several parts, and the parts stand in columns.
    """
    text_start = start = 0
    while start < len(rows):
        end = start
        while end < len(rows) and len(rows[end]) > 1:
            end += 1
        columns = _columns(rows[start:end]) if end - start >= _FEWEST_ALIGNED else None
        if columns is None:
            start = max(end, start + 1)
            continue
        if text_start < start:
            yield rows[text_start:start], None
        yield rows[start:end], [_aligned_text(row, columns) for row in rows[start:end]]
        text_start = start = end
    if text_start < len(rows):
        yield rows[text_start:], None


def _columns(rows: Sequence[Sequence[Line]]) -> list[tuple[float, float]] | None:
    """The columns in which the parts of rows stand: stretches of x that no part reaches across."""
    columns: list[list[float]] = []
    for left, right in sorted((part.left, part.right) for row in rows for part in row):
        if columns and left < columns[-1][1]:
            columns[-1][1] = max(columns[-1][1], right)
        else:
            columns.append([left, right])
    if len(columns) < 2 or len(columns) < max(len(row) for row in rows):
        return None
    return [(left, right) for left, right in columns]


def _aligned_text(row: Sequence[Line], columns: Sequence[tuple[float, float]]) -> str:
    cells = [" ".join(part.text for part in row if low <= part.left < high) for low, high in columns]
    return SEPARATOR.join(cells).strip()
