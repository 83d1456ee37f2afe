"""Tables of a web page: those that hold data, apart from those that only lay out the page."""

from collections import deque

from indexer.loaders.docx_tables import Cell, table_lines
from indexer.loaders.html_elements import HEADINGS, Element, texts
from indexer.loaders.html_labels import pairs_of_row

_LONGEST_CELL = 400  # characters; more of them in a table make it a frame that holds a text


def rows_of(table: Element) -> list[list[Cell]] | None:
    """The cells of a table; None for one that only lays out the page (tables or long passages in its cells)."""
    if next(table.iterdescendants("table"), None) is not None:
        return None
    rows: list[list[Cell]] = []
    below: dict[int, int] = {}  # Column -> rows into which a cell from above still reaches.
    for tr in table.iter("tr"):
        row: list[Cell] = []
        column = 0
        cells = deque(cell for cell in tr if cell.tag in ("td", "th"))
        while cells or below.get(column):
            if below.get(column):
                below[column] -= 1
                row.append(Cell("", continued=True))
                column += 1
                continue
            cell = cells.popleft()
            text = " ".join("".join(texts(cell)).split())
            if len(text) > _LONGEST_CELL or next(cell.iter(*HEADINGS), None) is not None:
                return None
            across, down = (_span(cell.get(name)) for name in ("colspan", "rowspan"))
            row.append(Cell(text, across))
            for at in range(column, column + across if down > 1 else column):
                below[at] = down - 1
            column += across
        rows.append(row)
    # Text between the cells, as careless markup has it, must not be lost.
    said = sum(len("".join("".join(texts(caption)).split())) for caption in table.iter("caption"))
    said += sum(len(cell.text.replace(" ", "")) for row in rows for cell in row)
    whole = sum(not char.isspace() for char in "".join(texts(table)))
    return rows if said >= whole and any(len(row) > 1 for row in rows) else None


def _span(written: str | None) -> int:
    return min(int(written), 50) if written and written.isascii() and written.isdigit() and int(written) else 1


def lines_of_table(rows: list[list[Cell]], marked: int) -> list[str]:
    """The lines of a table; label and value stand as a pair where every row says both."""
    pairs = [pairs_of_row(row) for row in rows if row]
    if pairs and all(pair is not None for pair in pairs):
        return [line for pair in pairs if pair is not None for line in pair]
    return table_lines(rows, marked)
