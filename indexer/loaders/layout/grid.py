"""Ruled tables of a page: the grid that its lines draw, merged cells included, and the text of every cell."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from indexer.loaders.layout.content import Glyph, PageContent, Rule
from indexer.loaders.layout.lines import Line, is_cjk, lines_of
from indexer.loaders.layout.paragraphs import join_lines

# Points. Borders of neighbouring cells are drawn by separate strokes that only nearly meet.
_NEAR = 3.0
_OPEN_SIDE = 8.0  # Horizontal rules that reach this far beyond the outer vertical ones bound a column left open.
_COVERED = 0.6  # of a cell's side must be drawn for it to be a border
_PADDING = 5.0
_NARROW_CELL = 5.0  # em
# Above so many crossings a drawing is no table.
_MOST_CROSSINGS = 250_000
_MOST_CELLS = 20_000


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: its text, one line, and how many rows and columns it spans."""

    text: str
    rows: int = 1
    columns: int = 1


@dataclass(slots=True)
class Table:
    """A table on one page.

    ``grid[row][column]`` is the cell whose top left corner is there, None where a merged cell covers the place.
    ``edges`` are the x of the column borders; ``top`` and ``bottom`` the table's y; all in points.
    """

    grid: list[list[Cell | None]]
    edges: list[float]
    top: float
    bottom: float


def ruled_tables(content: PageContent) -> tuple[list[Table], list[Glyph]]:
    """The ruled tables of a page from top to bottom, and the characters that stand in none."""
    tables: list[Table] = []
    rest = content.glyphs
    for horizontal, vertical in _connected(_merged(content.horizontal), _merged(content.vertical)):
        xs = _outer(_places(vertical), horizontal)
        ys = _outer(_places(horizontal), vertical)
        if len(xs) < 3 or len(ys) < 2 or (len(xs) - 1) * (len(ys) - 1) > _MOST_CELLS:
            continue  # A frame, a list of boxes or an underlined word is no table.
        inside: list[Glyph] = []
        outside: list[Glyph] = []
        for glyph in rest:
            x, y = _middle(glyph)
            (inside if xs[0] <= x <= xs[-1] and ys[0] <= y <= ys[-1] else outside).append(glyph)
        grid = _filled(xs, ys, _roots(xs, ys, horizontal, vertical), inside)
        if sum(cell is not None and bool(cell.text) for row in grid for cell in row) >= 2:
            tables.append(Table(grid, xs, ys[0], ys[-1]))
            rest = outside
    tables.sort(key=lambda table: (table.top, table.edges[0]))
    return tables, rest


def _middle(glyph: Glyph) -> tuple[float, float]:
    return (glyph.left + glyph.right) / 2, glyph.base - 0.35 * glyph.size


def _merged(rules: Iterable[Rule]) -> list[Rule]:
    """Rules on nearly the same line that touch, as one."""
    merged: list[Rule] = []
    bundle: list[Rule] = []

    def flush() -> None:
        bundle.sort(key=lambda rule: rule.low)
        at = bundle[len(bundle) // 2].at
        low, high = bundle[0].low, bundle[0].high
        for rule in bundle[1:]:
            if rule.low <= high + _NEAR:
                high = max(high, rule.high)
            else:
                merged.append(Rule(at, low, high))
                low, high = rule.low, rule.high
        merged.append(Rule(at, low, high))

    for rule in sorted(rules):
        if bundle and rule.at - bundle[0].at > _NEAR:
            flush()
            bundle = []
        bundle.append(rule)
    if bundle:
        flush()
    return merged


def _connected(horizontal: list[Rule], vertical: list[Rule]) -> list[tuple[list[Rule], list[Rule]]]:
    """Groups of rules that cross or touch each other."""
    if len(horizontal) * len(vertical) > _MOST_CROSSINGS:
        return []
    parents = list(range(len(horizontal) + len(vertical)))

    def root(index: int) -> int:
        while parents[index] != index:
            parents[index] = parents[parents[index]]
            index = parents[index]
        return index

    for row, across in enumerate(horizontal):
        for column, down in enumerate(vertical, start=len(horizontal)):
            if (
                across.low - _NEAR <= down.at <= across.high + _NEAR
                and down.low - _NEAR <= across.at <= down.high + _NEAR
            ):
                parents[root(row)] = root(column)
    groups: dict[int, tuple[list[Rule], list[Rule]]] = {}
    for index, rule in enumerate([*horizontal, *vertical]):
        groups.setdefault(root(index), ([], []))[index >= len(horizontal)].append(rule)
    return [group for group in groups.values() if group[0] and group[1]]


def _places(rules: Iterable[Rule]) -> list[float]:
    """The distinct places at which rules stand, in order."""
    places: list[float] = []
    for at in sorted(rule.at for rule in rules):
        if not places or at - places[-1] > _NEAR:
            places.append(at)
    return places


def _outer(places: list[float], across: Sequence[Rule]) -> list[float]:
    """``places`` and, where at least two crossing rules reach well beyond them, the ends of these."""
    lows, highs = sorted(rule.low for rule in across), sorted((rule.high for rule in across), reverse=True)
    if len(across) >= 2 and lows[1] < places[0] - _OPEN_SIDE:
        places = [lows[1], *places]
    if len(across) >= 2 and highs[1] > places[-1] + _OPEN_SIDE:
        places = [*places, highs[1]]
    return places


def _is_drawn(rules: Iterable[Rule], at: float, low: float, high: float) -> bool:
    drawn = sum(max(0.0, min(rule.high, high) - max(rule.low, low)) for rule in rules if abs(rule.at - at) <= _NEAR)
    return drawn >= _COVERED * (high - low)


def _roots(
    xs: Sequence[float], ys: Sequence[float], horizontal: Sequence[Rule], vertical: Sequence[Rule]
) -> list[list[tuple[int, int]]]:
    """For each place of the grid the top left place of the merged cell it belongs to."""
    rows, columns = len(ys) - 1, len(xs) - 1
    roots = [[(row, column) for column in range(columns)] for row in range(rows)]
    for row in range(rows):
        for column in range(columns):
            if column and not _is_drawn(vertical, xs[column], ys[row], ys[row + 1]):
                roots[row][column] = roots[row][column - 1]
            elif row and not _is_drawn(horizontal, ys[row], xs[column], xs[column + 1]):
                roots[row][column] = roots[row - 1][column]
    return roots


def _filled(
    xs: Sequence[float], ys: Sequence[float], roots: list[list[tuple[int, int]]], glyphs: Iterable[Glyph]
) -> list[list[Cell | None]]:
    """The grid with the text of its cells."""
    found: dict[tuple[int, int], list[Glyph]] = {}
    for glyph in glyphs:
        x, y = _middle(glyph)
        row = min(max(bisect_right(ys, y) - 1, 0), len(ys) - 2)
        column = min(max(bisect_right(xs, x) - 1, 0), len(xs) - 2)
        found.setdefault(roots[row][column], []).append(glyph)
    grid: list[list[Cell | None]] = [[None] * (len(xs) - 1) for _ in range(len(ys) - 1)]
    extents: dict[tuple[int, int], tuple[int, int]] = {}
    for row, places in enumerate(roots):
        for column, place in enumerate(places):
            lowest, rightmost = extents.get(place, place)
            extents[place] = (max(lowest, row), max(rightmost, column))
    for (row, column), (lowest, rightmost) in extents.items():
        text = _cell_text(lines_of(found.get((row, column), ())), xs[column], xs[rightmost + 1])
        grid[row][column] = Cell(text, lowest - row + 1, rightmost - column + 1)
    return grid


def _cell_text(lines: Sequence[Line], left: float, right: float) -> str:
    """The lines of a cell as one: put together where the margin broke them, a space where a new line was meant."""
    text = ""
    previous: Line | None = None
    for line in lines:
        if previous is not None:
            broken = right - _PADDING - previous.right < line.head + 0.35 * line.size
            narrow = right - left < _NARROW_CELL * line.size and is_cjk(text[-1]) and is_cjk(line.text[0])
            text = join_lines((text, line.text)) if broken or narrow else f"{text} {line.text}"
        else:
            text = line.text
        previous = line
    return text
