"""Running headers, footers and page numbers: lines that come back at the same place are not document text."""

import re
from collections import Counter
from collections.abc import Sequence

from indexer.loaders.pdf_lines import Line, same_row

# Only this part of the page height at either end holds running lines, at most so many of them.
_ZONE = 0.13
_MOST_ROWS = 3
_SAME_PLACE = 6.0  # points
_FEWEST_PAGES = 2
_LEAST_SHARE = 0.25
_LONG_DOCUMENT = 4  # pages

# A line that can only be a page number, even where it stands once: — 3 —, -3-, 第3页 共9页, 3/9, Page 3 of 9.
_PAGE_NUMBER = re.compile(
    r"[-—–－―·•~～]+\s*\d{1,4}\s*[-—–－―·•~～]+"
    r"|第\s*[\d一二三四五六七八九十百]{1,5}\s*页(?:\s*[,，/（(]?\s*共\s*[\d一二三四五六七八九十百]{1,5}\s*页\s*[)）]?)?"
    r"|\d{1,4}\s*/\s*\d{1,4}|page\s*\d{1,4}(?:\s*of\s*\d{1,4})?",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\d+|[〇零一二三四五六七八九十百]+|\b[ivxlc]+\b", re.IGNORECASE)


def _zone_lines(lines: Sequence[Line], height: float) -> list[tuple[Line, bool]]:
    """The outermost rows within the top and bottom zones, with whether each is at the bottom."""
    found: list[tuple[Line, bool]] = []
    by_base = sorted(lines, key=lambda line: line.base)
    for at_bottom, ordered in ((False, by_base), (True, by_base[::-1])):
        rows = 0
        last: Line | None = None
        for line in ordered:
            if (height - line.base if at_bottom else line.base) > _ZONE * height:
                break
            if last is None or not same_row(last, line):
                rows += 1
            if rows > _MOST_ROWS:
                break
            found.append((line, at_bottom))
            last = line
    return found


def _key(line: Line) -> str:
    return _NUMBER.sub("#", re.sub(r"\s+", "", line.text))


def drop_running_lines(pages: Sequence[Sequence[Line]], heights: Sequence[float]) -> list[list[Line]]:
    """The lines of each page without those that repeat at the same place, numbers in them apart, on other pages.

    ``heights`` are the page heights in points. A line must come back on two pages, in a document of four pages or more
    on three pages or a quarter of them, whichever is less... a line that can only be a page number goes in any case.
    """
    zones = [_zone_lines(lines, height) for lines, height in zip(pages, heights, strict=True)]
    # Places are counted in two grids, half a cell apart, so that no pair of near places is parted by both.
    counts: Counter[tuple[str, bool, int]] = Counter()
    for zone in zones:
        counts.update({(_key(line), at_bottom, cell) for line, at_bottom in zone for cell in _cells(line)})
    needed = _FEWEST_PAGES if len(pages) < _LONG_DOCUMENT else 3
    kept: list[list[Line]] = []
    for lines, zone in zip(pages, zones, strict=True):
        dropped = {
            id(line)
            for line, at_bottom in zone
            if (at_bottom and _PAGE_NUMBER.fullmatch(line.text.strip()))
            or max(counts[_key(line), at_bottom, cell] for cell in _cells(line)) >= needed
        }
        kept.append([line for line in lines if id(line) not in dropped])
    return kept


def _cells(line: Line) -> tuple[int, int]:
    """Odd and even cells of height _SAME_PLACE that hold the line's baseline."""
    return 2 * int(line.base / _SAME_PLACE), 2 * int(line.base / _SAME_PLACE + 0.5) + 1
