"""Word tables as text: one row a line, cells separated by `` | ``, the header repeated so that no row is cut off from it."""

from collections.abc import Sequence
from dataclasses import dataclass

SEPARATOR = " | "
# Rows that share one header line: about as many as a chunk holds.
_GROUP = 10
# A table a little longer than a group stays in one piece.
_SLACK = 2
# A merged cell's text is said again under each repeated header if it is a label, not if it is a passage.
_LABEL = 40


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: its text on one line, the grid columns it covers, whether it goes on from the cell above it."""

    text: str
    span: int = 1
    continued: bool = False


def _line(texts: Sequence[str]) -> str:
    """Empty cells keep their place, so that values stay under their column's name; trailing ones are dropped."""
    last = max((i for i, text in enumerate(texts) if text), default=-1)
    if last >= 0 and not any(texts[:last]) and (last == 0 or len(texts) == last + 1 == 1):
        return texts[last]
    return SEPARATOR.join(texts[: last + 1])


def _spread(row: Sequence[Cell], above: dict[int, str], carry: bool) -> list[str]:
    """The texts of a row by grid column; a cell over several columns fills the first. Remembers texts in ``above``."""
    texts: list[str] = []
    for cell in row:
        column = len(texts)
        if not cell.continued:
            above[column] = cell.text if len(cell.text) <= _LABEL else ""
        texts.append(above.get(column, "") if cell.continued and carry else "" if cell.continued else cell.text)
        texts += [""] * (cell.span - 1)
    return texts


def header_rows(rows: Sequence[Sequence[Cell]], marked: int) -> int:
    """How many rows name the columns: the ``marked`` ones, else the first, with its second storey where cells are merged."""
    if marked:
        return marked
    for i, row in enumerate(rows[:3]):
        if len(row) > 1:
            storeys = any(cell.span > 1 for cell in row) and i + 1 < len(rows)
            return i + 1 + (storeys and any(cell.continued for cell in rows[i + 1]))
    return 0


def table_lines(rows: Sequence[Sequence[Cell]], marked: int = 0) -> list[str]:
    """The lines of a table of which Word marks the first ``marked`` rows as header.

    In a long table the header comes again before every group of ten rows, and the row below it repeats the labels of
    merged cells that reach into it, so that each group explains itself.
    """
    headers = header_rows(rows, marked)
    grouped = len(rows) - headers > _GROUP + _SLACK
    above: dict[int, str] = {}
    head = [_line(_spread(row, above, carry=False)) for row in rows[:headers]]
    out = list(head)
    for i, row in enumerate(rows[headers:]):
        starts_group = grouped and i > 0 and i % _GROUP == 0
        if starts_group:
            out += head
        out.append(_line(_spread(row, above, carry=starts_group)))
    return [line for line in out if line]
