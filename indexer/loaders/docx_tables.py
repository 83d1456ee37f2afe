"""Word tables as text, in the form of tables read from pages: one row a line, cells parted by `` | ``, the header again
before every group of rows, so that no row is cut off from the names of its columns."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

SEPARATOR = " | "
# The header stands again before each group of this many rows.
ROW_GROUP = 10
_DEEPEST_HEADER = 3
_LONGEST_HEADER_CELL = 30  # characters
# A cell merged over several rows is repeated in each, so that a row can be quoted alone, unless it is a passage.
_LONGEST_REPEATED = 40  # characters
_DIGITS = 0.5
_YEAR = re.compile(r"(?:19|20)\d\d")  # 2024年 is a column's name, not a figure


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: its text, one line; how many grid columns it spans; whether it goes on from the cell above it."""

    text: str
    columns: int = 1
    continued: bool = False


def _resolve(rows: Sequence[Sequence[Cell]]) -> list[list[str]]:
    """The texts of each row; a cell that goes on from above says its text again, if that is short."""
    above: dict[int, str] = {}
    resolved: list[list[str]] = []
    for row in rows:
        texts: list[str] = []
        column = 0
        for cell in row:
            if not cell.continued:
                above[column] = cell.text if len(cell.text) <= _LONGEST_REPEATED else ""
            texts.append(above.get(column, "") if cell.continued else cell.text)
            column += cell.columns
        resolved.append(texts)
    return resolved


def _line(texts: Sequence[str]) -> str:
    return SEPARATOR.join(texts[: max((i + 1 for i, text in enumerate(texts) if text), default=0)]).strip()


def _names_columns(row: Sequence[Cell]) -> bool:
    """Whether a row reads like column names: short, no sentences, no figures; the corner may be empty."""
    texts = [cell.text for cell in row if not cell.continued]
    return len(row) > 1 and all(
        (text or i == 0)
        and len(text) <= _LONGEST_HEADER_CELL
        and not text.endswith(("。", "；"))
        and sum(char.isdigit() for char in _YEAR.sub("", text)) <= _DIGITS * len(text)
        for i, text in enumerate(texts)
    )


def _header(rows: Sequence[Sequence[Cell]], marked: int) -> tuple[int, int]:
    """The rows [start, end) that name the columns: those Word marks, else the first with more than one cell."""
    if marked:
        return 0, min(marked, len(rows))
    start = next((i for i, row in enumerate(rows) if len(row) > 1), len(rows))
    end = start + 1
    if start < len(rows) and any(cell.columns > 1 for cell in rows[start]):
        while end < len(rows) and end - start < _DEEPEST_HEADER and any(cell.continued for cell in rows[end]):
            end += 1  # 项目 over two storeys, 2024年 over 年初 and 年末
    return (start, end) if end < len(rows) and all(map(_names_columns, rows[start:end])) else (start, start)


def table_lines(rows: Sequence[Sequence[Cell]], marked: int = 0) -> list[str]:
    """The lines of a table of which Word marks the first ``marked`` rows as header."""
    start, end = _header(rows, marked)
    lines = [_line(texts) for texts in _resolve(rows)]
    header = [line for line in lines[start:end] if line]
    out = [line for line in lines[:start] if line]
    for count, line in enumerate(line for line in lines[end:] if line):
        if count % ROW_GROUP == 0:
            out += header
        out.append(line)
    return out
