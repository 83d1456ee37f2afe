"""From the lines and tables of pages to their text: running lines left out, columns in order, paragraphs put together."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from indexer.loaders.layout.aligned import aligned_tables
from indexer.loaders.layout.grid import Table
from indexer.loaders.layout.lines import Line, merge_row
from indexer.loaders.layout.order import Region, regions_of, rows_of
from indexer.loaders.layout.paragraphs import (
    Margins,
    Paragraph,
    is_indented_style,
    joins_across,
    margins_of,
    paragraphs_of,
)
from indexer.loaders.layout.running import drop_running_lines
from indexer.loaders.layout.tables import continues, table_lines

# em by which a full line may fall short of the margin: typeset lines are exact, those of a scan are measured.
_TYPESET_SLACK = 0.35
_SCAN_SLACK = 0.7
_FEWEST_LINES = 8  # from which the margins of a column are known to the rest of the document


@dataclass(slots=True)
class PageLayout:
    """What was read from a page; lengths in points. ``turned`` are lines that run in another direction than the rest."""

    width: float
    height: float
    lines: list[Line] = field(default_factory=list)
    turned: list[list[Line]] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    recognized: bool = False

    @property
    def format(self) -> tuple[int, bool]:
        """Pages of the same format have the same margins."""
        return round(self.width / 10), self.recognized


@dataclass(slots=True)
class _Style:
    """What the pages of one format have in common: the margins of full-width text, those of columns, the gutters."""

    text: Margins | None
    columns: list[Margins]
    gutters: list[float]


_Part = Region | Table
_Block = Paragraph | Table


def text_of(pages: Sequence[PageLayout]) -> str:
    """The text of the pages, ``\\f`` between them; a paragraph or a table row is a line, paragraphs have an empty line between.

    Where a paragraph goes on overleaf, ``\\f`` stands within its line; any other page but the last ends with a line end.
    """
    kept = drop_running_lines([page.lines for page in pages], [page.height for page in pages])
    pages = [replace(page, lines=lines) for page, lines in zip(pages, kept, strict=True)]
    styles = _styles(pages)
    blocks = [_blocks(page, styles[page.format]) for page in pages]
    rendered = _rendered_tables(blocks)
    texts = ["\n\n".join(text for block in page if (text := _block_text(block, rendered))) for page in blocks]
    for number, (page, following) in enumerate(pairwise(blocks)):
        if not _goes_on(page, following):
            texts[number] += "\n"
    return "\f".join(texts)


def _goes_on(page: Sequence[_Block], following: Sequence[_Block]) -> bool:
    """Whether the last paragraph of a page goes on at the top of the following page."""
    last, first = (page[-1] if page else None), (following[0] if following else None)
    return isinstance(last, Paragraph) and isinstance(first, Paragraph) and joins_across(last, first)


def _parts(page: PageLayout, gutters: Sequence[float]) -> list[_Part]:
    """The regions and tables of a page in reading order; a table parts what is above it from what is below."""
    parts: list[_Part] = []
    rest = page.lines
    for table in page.tables:
        above = [line for line in rest if line.base <= table.top + 0.5 * line.size]
        rest = [line for line in rest if line.base > table.top + 0.5 * line.size]
        parts += regions_of(above, gutters)
        parts.append(table)
    parts += regions_of(rest, gutters)
    for turned in page.turned:
        parts += regions_of(turned)
    return parts


def _styles(pages: Sequence[PageLayout]) -> dict[tuple[int, bool], _Style]:
    lines: dict[tuple[int, bool], list[Line]] = {page.format: [] for page in pages}
    columns: dict[tuple[int, bool], list[Margins]] = {page.format: [] for page in pages}
    widths = {page.format: page.width for page in pages}
    for page in pages:
        for region in _parts(page, ()):
            if not isinstance(region, Region):
                continue
            if not region.is_column:
                lines[page.format] += region.lines
            elif len(region.lines) >= _FEWEST_LINES:
                columns[page.format].append(margins_of(region.lines))
    return {
        key: _Style(
            # Scanned pages lie a little differently each time, so one says nothing of another.
            margins_of(found, None, widths[key]) if found and not key[1] else None,
            columns[key],
            _gutters(columns[key]),
        )
        for key, found in lines.items()
    }


def _gutters(columns: Sequence[Margins]) -> list[float]:
    """The middles of the spaces between columns."""
    gutters: list[float] = []
    reached = 0.0
    for column in sorted(columns, key=lambda column: column.left):
        if reached and column.left > reached:
            gutters.append((reached + column.left) / 2)
        reached = max(reached, column.right)
    return gutters


def _wider(region: Region, style: _Style) -> Margins | None:
    """The margins that a region shares with others of the document, if any."""
    if region.is_column or style.columns:
        left, right = min(line.left for line in region.lines), max(line.right for line in region.lines)
        around = [
            column
            for column in style.columns
            if column.left - column.size < left and right < column.right + column.size
        ]
        if around:
            return around[0]
    return None if region.is_column else style.text


def _blocks(page: PageLayout, style: _Style) -> list[_Block]:
    """The paragraphs and tables of a page in reading order."""
    blocks: list[_Block] = []
    slack = _SCAN_SLACK if page.recognized else _TYPESET_SLACK
    for part in _parts(page, style.gutters):
        if isinstance(part, Table):
            blocks.append(part)
            continue
        margins = margins_of(part.lines, _wider(part, style), None if part.is_column else page.width, slack)
        indented_style = is_indented_style(part.lines, margins)
        for stretch in aligned_tables(rows_of(part.lines)):
            if isinstance(stretch, Table):
                blocks.append(stretch)
                continue
            paragraphs = paragraphs_of([merge_row(row) for row in stretch], margins, indented_style)
            last = blocks[-1] if blocks else None
            if isinstance(last, Paragraph) and joins_across(last, paragraphs[0]):
                last.lines += paragraphs[0].lines
                last.margins = paragraphs[0].margins
                del paragraphs[0]
            blocks += paragraphs
    return blocks


def _rendered_tables(pages: Sequence[Sequence[_Block]]) -> dict[int, list[str]]:
    """The lines of each ruled table, by its identity; a table that goes on over pages is rendered as a whole."""
    chains: list[list[Table]] = []
    last: _Block | None = None
    for blocks in pages:
        for place, block in enumerate(blocks):
            if isinstance(block, Table):
                if place == 0 and isinstance(last, Table) and continues(last, block):
                    chains[-1].append(block)
                else:
                    chains.append([block])
            last = block
    return {id(part): lines for chain in chains for part, lines in zip(chain, table_lines(chain), strict=True)}


def _block_text(block: _Block, rendered: dict[int, list[str]]) -> str:
    return block.text if isinstance(block, Paragraph) else "\n".join(rendered[id(block)])
