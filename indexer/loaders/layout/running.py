"""Running headers, footers and page numbers: lines that come back at the same place are not document text."""

import re
from collections import Counter
from collections.abc import Sequence

from indexer.loaders.layout.lines import Line, same_row

# Running lines stand in these parts of the page height. The first line of text below a margin of 25 mm starts lower.
_TOP_ZONE = 0.1
_BOTTOM_ZONE = 0.13
_MOST_ROWS = 3
_SAME_PLACE = 6.0  # points

# A line that can only be a page number, even where it stands once: — 3 —, -3-, 第3页 共9页, Page 3 of 9.
_PAGE_NUMBER = re.compile(
    r"[-—–－―·•~～]+\s*\d{1,4}\s*[-—–－―·•~～]+"
    r"|第\s*[\d一二三四五六七八九十百]{1,5}\s*页(?:\s*[,，/（(]?\s*共\s*[\d一二三四五六七八九十百]{1,5}\s*页\s*[)）]?)?"
    r"|page\s*\d{1,4}(?:\s*of\s*\d{1,4})?",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\d+|[〇零一二三四五六七八九十百]+|\b[ivxlc]+\b", re.IGNORECASE)


def drop_running_lines(pages: Sequence[Sequence[Line]], heights: Sequence[float]) -> list[list[Line]]:
    """The lines of each page without those that repeat at the same place of other pages, numbers in them apart.

    ``heights`` are the heights of the pages in points. A line must stand on two pages, or on three of a document of
    four pages or more; at the foot of a page, what can only be a page number goes in any case.
    """
    zones = [_zone_lines(lines, height) for lines, height in zip(pages, heights, strict=True)]
    counts: Counter[tuple[str, bool, int]] = Counter()
    for zone in zones:
        counts.update({(_key(line), at_foot, cell) for line, at_foot in zone for cell in _cells(line)})
    needed = 2 if len(pages) < 4 else 3
    kept: list[list[Line]] = []
    for lines, zone in zip(pages, zones, strict=True):
        running = {
            id(line)
            for line, at_foot in zone
            if (at_foot and _PAGE_NUMBER.fullmatch(line.text.strip()))
            or max(counts[_key(line), at_foot, cell] for cell in _cells(line)) >= needed
        }
        kept.append([line for line in lines if id(line) not in running])
    return kept


def _zone_lines(lines: Sequence[Line], height: float) -> list[tuple[Line, bool]]:
    """The outermost rows in the two zones, each line with whether it is at the foot."""
    found: list[tuple[Line, bool]] = []
    downwards = sorted(lines, key=lambda line: line.base)
    for at_foot, ordered in ((False, downwards), (True, downwards[::-1])):
        rows = 0
        last: Line | None = None
        for line in ordered:
            outside = height - line.base > _BOTTOM_ZONE * height if at_foot else line.base > _TOP_ZONE * height
            rows += last is None or not same_row(last, line)
            if outside or rows > _MOST_ROWS:
                break
            found.append((line, at_foot))
            last = line
    return found


def _key(line: Line) -> str:
    return _NUMBER.sub("#", re.sub(r"\s+", "", line.text))


def _cells(line: Line) -> tuple[int, int]:
    """Where a line stands, in two grids half a cell apart: near places share a cell of at least one of them."""
    return 2 * int(line.base / _SAME_PLACE), 2 * int(line.base / _SAME_PLACE + 0.5) + 1
