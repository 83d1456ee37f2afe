"""From the lines and tables of pages to their text: running lines left out, columns in order, paragraphs put together."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from indexer.loaders.pdf_grid import Table
from indexer.loaders.pdf_lines import Line, merge_row
from indexer.loaders.pdf_order import regions_of, rows_of
from indexer.loaders.pdf_paragraphs import (
    Margins,
    Paragraph,
    is_indented_style,
    joins_across,
    margins_of,
    paragraphs_of,
)
from indexer.loaders.pdf_running import drop_running_lines
from indexer.loaders.pdf_tables import aligned_tables, continues, table_lines

# em by which a full line may fall short of the margin: typeset lines are exact, those of a scan are measured.
_TYPESET_SLACK = 0.35
_SCAN_SLACK = 0.7


@dataclass(slots=True)
class PageLayout:
    """What was read from a page; lengths in points. ``turned`` are lines that run in another direction than the rest."""

    width: float
    height: float
    lines: list[Line] = field(default_factory=list)
    turned: list[list[Line]] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    recognized: bool = False


_Block = Paragraph | Table | list[str]


def text_of(pages: Sequence[PageLayout]) -> str:
    """The text of the pages, ``\\f`` between them, a paragraph or a table row a line, an empty line between paragraphs.

    A page whose last paragraph may go on overleaf ends without a line end; any other ends with one.
    """
    kept = drop_running_lines([page.lines for page in pages], [page.height for page in pages])
    margins = _document_margins(pages, kept)
    blocks = [
        _blocks(page, lines, margins.get(_format(page))) for page, lines in zip(pages, kept, strict=True)
    ]
    rendered = _rendered_tables(blocks)
    return "\f".join(_page_text(page, rendered) for page in blocks)


def _format(page: PageLayout) -> tuple[int, bool]:
    return round(page.width / 10), page.recognized


def _document_margins(
    pages: Sequence[PageLayout], kept: Sequence[Sequence[Line]]
) -> dict[tuple[int, bool], Margins]:
    """The margins of running text for each page format that occurs, from its pages set in one column."""
    found: dict[tuple[int, bool], list[Line]] = {}
    for page, lines in zip(pages, kept, strict=True):
        if not page.recognized:  # Scanned pages lie a little differently each time.
            found.setdefault(_format(page), []).extend(lines)
    return {key: margins_of(lines, slack=_TYPESET_SLACK) for key, lines in found.items() if len(lines) >= 3}


def _blocks(page: PageLayout, lines: Sequence[Line], wider: Margins | None) -> list[_Block]:
    """The paragraphs and tables of a page in reading order."""
    blocks: list[_Block] = []
    rest = list(lines)
    for table in page.tables:
        above = [line for line in rest if line.base <= table.top + 0.5 * line.size]
        rest = [line for line in rest if line.base > table.top + 0.5 * line.size]
        blocks += _flow(above, wider, page.recognized)
        blocks.append(table)
    blocks += _flow(rest, wider, page.recognized)
    for turned in page.turned:
        blocks += _flow(turned, None, page.recognized)
    return blocks


def _flow(lines: Sequence[Line], wider: Margins | None, recognized: bool) -> list[_Block]:
    """Text without ruled tables: its columns one after the other, its paragraphs, its tables without rules."""
    blocks: list[_Block] = []
    regions = regions_of(lines)
    slack = _SCAN_SLACK if recognized else _TYPESET_SLACK
    for region in regions:
        margins = margins_of(region, wider if len(regions) == 1 else None, slack)
        indented = is_indented_style(region, margins)
        for rows, table in aligned_tables(rows_of(region)):
            if table is not None:
                blocks.append(table)
                continue
            paragraphs = paragraphs_of([merge_row(row) for row in rows], margins, indented)
            last = blocks[-1] if blocks else None
            if isinstance(last, Paragraph) and joins_across(last, paragraphs[0], margins, indented):
                last.lines += paragraphs[0].lines
                last.open_end = paragraphs[0].open_end
                del paragraphs[0]
            blocks += paragraphs
    return blocks


def _rendered_tables(pages: Sequence[Sequence[_Block]]) -> dict[int, list[str]]:
    """The lines of each ruled table, by its identity; a table that goes on over pages is rendered as a whole."""
    chains: list[list[Table]] = []
    open_chain: list[Table] | None = None
    for blocks in pages:
        for place, block in enumerate(blocks):
            if not isinstance(block, Table):
                open_chain = None
            elif place == 0 and open_chain is not None and continues(open_chain[-1], block):
                open_chain.append(block)
            else:
                open_chain = [block]
                chains.append(open_chain)
    return {
        id(part): lines for chain in chains for part, lines in zip(chain, table_lines(chain), strict=True)
    }


def _page_text(blocks: Sequence[_Block], rendered: dict[int, list[str]]) -> str:
    texts = [text for block in blocks for text in _block_texts(block, rendered)]
    last = blocks[-1] if blocks else None
    return "\n\n".join(texts) + ("" if isinstance(last, Paragraph) and last.open_end else "\n")


def _block_texts(block: _Block, rendered: dict[int, list[str]]) -> Iterator[str]:
    if isinstance(block, Paragraph):
        yield block.text
    else:
        lines = rendered[id(block)] if isinstance(block, Table) else block
        if lines:
            yield "\n".join(lines)
