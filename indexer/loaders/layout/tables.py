"""Tables as text: one row a line, cells parted by " | ", the header repeated so that every part of a table has it."""

import re
from collections.abc import Sequence

from indexer.loaders.layout.grid import Cell, Table
from indexer.loaders.layout.paragraphs import join_lines

SEPARATOR = " | "
# The header stands again before each group of this many rows.
ROW_GROUP = 10
_DEEPEST_HEADER = 3  # rows
_LONGEST_HEADER_CELL = 30  # characters
_DIGITS = 0.5  # of a header cell's characters at most
# A cell merged over several rows is repeated in each, so that a row can be quoted alone, unless it is long.
_LONGEST_REPEATED = 40  # characters
_YEAR = re.compile(r"(?:19|20)\d\d")  # 2024年 is the name of a column, not a figure.
_SAME_EDGE = 4.0  # points

# A row's cells by column; None where a cell merged over several columns covers the place.
_Row = list[str | None]


def continues(table: Table, following: Table) -> bool:
    """Whether a table at the top of a page has the columns of the one at the foot of the page before."""
    return len(table.edges) == len(following.edges) and all(
        abs((here - table.edges[0]) - (there - following.edges[0])) <= _SAME_EDGE
        for here, there in zip(table.edges, following.edges, strict=True)
    )


def table_lines(parts: Sequence[Table]) -> list[list[str]]:
    """The lines of a table that may go on over several pages, a list for each page's part.

    The header comes first in every part and again after each ROW_GROUP rows; where the source itself repeats it, it
    is not written twice. A row that a page break cuts in two stands on the page on which it begins.
    """
    start, end = header_of(parts[0])
    rows = [[_row(part, row) for row in range(len(part.grid))] for part in parts]
    header = [_line(row) for row in rows[0][start:end]]
    bodies = [rows[0][end:]]
    for number in range(1, len(parts)):
        body = rows[number]
        if header and [_line(row) for row in body[: len(header)]] == header:
            body = body[len(header) :]
        before = next((earlier for earlier in reversed(bodies) if earlier), None)
        if before and body:
            if _is_rest(before[-1], body[0]):
                before[-1] = _joined(before[-1], body[0])
                body = body[1:]
            elif body[0][0] == "":
                _carry_label(parts[number - 1], body)
        bodies.append(body)
    pages = [[text for row in rows[0][:start] if (text := _line(row))]] + [[] for _ in parts[1:]]
    for lines, body in zip(pages, bodies, strict=True):
        for count, text in enumerate(text for row in body if (text := _line(row))):
            if count % ROW_GROUP == 0:
                lines.extend(header)
            lines.append(text)
    return pages


def header_of(table: Table) -> tuple[int, int]:
    """The rows [start, end) that name the columns; an empty range when there seem to be none."""
    start = _caption_rows(table)
    first = [cell for cell in table.grid[start] if cell is not None]
    depth = max((cell.rows for cell in first), default=1) if any(cell.columns > 1 for cell in first) else 1
    end = start + min(depth, _DEEPEST_HEADER)
    cells = [cell for row in table.grid[start:end] for cell in row if cell is not None]
    named = len(cells) >= 2 and all(_names_column(cell.text, corner=cell is cells[0]) for cell in cells)
    return (start, end) if named and end < len(table.grid) else (start, start)


def _names_column(text: str, corner: bool) -> bool:
    """Whether a text reads like the name of a column: short, no sentence, no figure; only the corner may be empty."""
    digits = sum(char.isdigit() for char in _YEAR.sub("", text))
    return (
        (bool(text) or corner)
        and len(text) <= _LONGEST_HEADER_CELL
        and not text.endswith(("。", "；"))
        and digits <= _DIGITS * len(text)
    )


def _caption_rows(table: Table) -> int:
    """Rows at the top that are one cell over the whole width: a title inside the table."""
    count = 0
    while count < len(table.grid) - 1:
        first = table.grid[count][0]
        if first is None or first.columns < len(table.grid[count]):
            break
        count += first.rows
    return min(count, len(table.grid) - 1)


def _row(table: Table, row: int) -> _Row:
    """The texts of a row. A cell merged over rows counts in each of them, a long one only in the first."""
    texts: _Row = []
    for column, cell in enumerate(table.grid[row]):
        above = _spanning(table, row, column) if cell is None else None
        if cell is not None:
            texts.append(cell.text)
        elif above is not None:
            texts.append(above.text if len(above.text) <= _LONGEST_REPEATED else "")
        else:
            texts.append(None)
    return texts


def _spanning(table: Table, row: int, column: int) -> Cell | None:
    """The cell that begins in a row above, in this column, and reaches down to this row."""
    for upper in range(row - 1, -1, -1):
        cell = table.grid[upper][column]
        if cell is not None:
            return cell if upper + cell.rows > row else None
    return None


def _line(row: _Row) -> str:
    texts = [text for text in row if text is not None]
    while texts and not texts[-1]:
        texts.pop()
    return SEPARATOR.join(texts).strip()


def _is_rest(row: _Row, following: _Row) -> bool:
    """Whether the first row on a page is the rest of the last row of the page before.

    It then has no text in the first column, nor in some other column that has text above.
    """
    pairs = list(zip(row, following, strict=True))
    return (
        bool(row[0])
        and not following[0]
        and any(following)
        and all(above for above, below in pairs if below)
        and any(above and not below for above, below in pairs[1:])
    )


def _joined(row: _Row, rest: _Row) -> _Row:
    return [join_lines((above, below)) if above and below else above for above, below in zip(row, rest, strict=True)]


def _carry_label(table: Table, body: list[_Row]) -> None:
    """Give rows without a label that of the merged cell which the page break cut."""
    last = len(table.grid) - 1
    label = _spanning(table, last, 0) if table.grid[last][0] is None else None
    for row in body:
        if label is None or len(label.text) > _LONGEST_REPEATED or row[0] != "":
            return
        row[0] = label.text
