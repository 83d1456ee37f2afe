"""Paragraphs out of lines: a PDF or a scan breaks a paragraph wherever the margin is, the text must not.

A line goes on in the next when there was no room left for the next line's first word and nothing else (indentation,
spacing, font size) says that something new begins. Lengths are in points, y grows downwards; em is the font size.
"""

import re
import statistics
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from indexer.loaders.layout.lines import CLOSING, Line

_SAME_SIZE = 1.2  # ratio of font sizes within a paragraph; mixed type and recognised text vary
_LOOSER = 1.35  # ratio of a paragraph gap to the usual distance of baselines
_FARTHEST = 3.5  # em between baselines of one paragraph
_INDENT = 0.8  # em
_DEEPEST_INDENT = 6.0  # em; what starts farther right is centred or set to the right
_ALIGNED = 0.5  # em
_FIRST_LINE = 2.5  # em; no first line is set in more
_HANGING = 8.0  # em
_CENTRED = 1.0  # em by which the space on both sides may differ
_TITLE_SIZE = 1.1  # ratio to the size of the text
_FEWEST_FULL = 4  # lines
_UNEQUAL_MARGINS = 3.0  # em by which the right margin may be wider than the left one
_WIDEST_GAP = 8.0  # em between the ends of the longest lines and the margin that a page of its width would have
_MARGIN_SUPPORT = 0.25  # of the lines at the most frequent edge must start or end at a margin

_LIST_ITEM = re.compile(
    r"(?:[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十\d]{1,3}[）)]|\d{1,3}[.．、)）](?!\d)|[①-⑳]|"
    r"第[一二三四五六七八九十百千\d]{1,7}[编章节条款项]|附件|[-–•●◆▪■□➢✓√*·])"
)
# Lines that begin something new even where nothing is set in: salutations and the articles of a statute.
_STARTING = re.compile(r"各位.{1,20}[：:]$|.{2,20}(?:代表|委员|同志们?)[：:]$|第[一二三四五六七八九十百千\d]{1,7}条\s")
_HEADING = re.compile(
    r"[一二三四五六七八九十]{1,3}、(?![一二三四五六七八九十])|第[一二三四五六七八九十百]{1,4}[编章节条]\s"
)
_TERMINAL = frozenset("。！？!?；;：:”’）)》】")


@dataclass(frozen=True, slots=True)
class Margins:
    """Where lines of running text start and end.

    ``size`` is their font size, ``spacing`` the usual distance of their baselines in em (None when unknown), ``slack``
    by how many em a full line may fall short of the margin.
    """

    left: float
    right: float
    size: float
    spacing: float | None
    slack: float


@dataclass(slots=True)
class Paragraph:
    """The lines of one paragraph, the margins they were read with, and whether paragraphs there start with an indent."""

    lines: list[Line]
    margins: Margins
    indented_style: bool

    @property
    def text(self) -> str:
        return join_lines(line.text for line in self.lines)


def join_lines(texts: Iterable[str]) -> str:
    """The text of broken lines as one line: words of Latin letters keep a space, Chinese needs none."""
    joined = ""
    for text in texts:
        if joined and joined[-1].isascii() and text[:1].isascii() and joined[-1] not in "-/" and text[:1].isalnum():
            joined += " "
        joined += text
    return joined


def margins_of(
    lines: Sequence[Line], wider: "Margins | None" = None, page_width: float | None = None, slack: float = 0.35
) -> Margins:
    """The margins of a region.

    ``wider`` are those of the whole document, for regions with too few lines to tell. ``page_width`` is given for text
    over the full width: where hardly a line ends at the right margin found, it is taken to be as wide as the left one.
    """
    size = statistics.median(line.size for line in lines)
    left = _edge(sorted(line.left for line in lines), size)
    # Punctuation may hang over the margin, so lines that end with it say little of where the margin is.
    inside = [line for line in lines if line.text[-1] not in CLOSING]
    right = -_edge(sorted(-line.right for line in (inside if len(inside) > 2 else lines)), size)
    at_margin = sum(abs(line.right - right) <= _ALIGNED * size for line in lines)
    if page_width is not None and at_margin < _FEWEST_FULL:
        expected = page_width - left - _UNEQUAL_MARGINS * size
        # A few lines that end together far from there are text that fills only part of the page, one on its side say;
        # a single one is just the longest of some short lines.
        if at_margin == 1 or expected - right <= _WIDEST_GAP * size:
            right = max(right, expected)
    if wider is not None:
        # A last page may hold nothing but indented and short lines.
        if wider.left < left <= wider.left + _DEEPEST_INDENT * size:
            left = wider.left
        right = max(right, wider.right)
    distances = [
        (below.base - above.base) / above.size
        for above, below in pairwise(lines)
        if right - above.right < 2 * size
        and below.left - left < _INDENT * size
        and 0 < below.base - above.base < _FARTHEST * size
    ]
    spacing = statistics.median(distances) if distances else (wider.spacing if wider else None)
    return Margins(left, right, size, spacing, slack)


def _edge(values: list[float], size: float) -> float:
    """The outermost place, of values from the outermost inwards, that many lines share.

    Many short lines of one length do not move it.
    """
    support = [bisect_right(values, value + _ALIGNED * size) - index for index, value in enumerate(values)]
    enough = max(2, _MARGIN_SUPPORT * max(support))
    return next((value for value, count in zip(values, support, strict=True) if count >= enough), values[0])


def is_indented_style(lines: Sequence[Line], margins: Margins) -> bool:
    """Whether paragraphs begin with an indentation, as Chinese ones do by two characters."""
    indents = [(line.left - margins.left) / line.size for line in lines]
    indented = sum(1.2 <= indent <= 4.5 for indent in indents)
    return indented >= 2 and indented >= 0.04 * len(lines)


def is_full(line: Line, following: Line, margins: Margins) -> bool:
    """Whether the first word of the following line would not have fitted at the end of this one."""
    indent, room = line.left - margins.left, margins.right - line.right
    if indent > _FIRST_LINE * line.size and abs(indent - room) <= _CENTRED * line.size:
        room += indent  # A centred line has room on both sides.
    return room < following.head + margins.slack * line.size


def goes_on(lines: Sequence[Line], following: Line, margins: Margins, indented_style: bool) -> bool:
    """Whether the paragraph made of ``lines`` goes on in the line that follows them in the same region."""
    last = lines[-1]
    size = max(last.size, following.size)
    if size > _SAME_SIZE * min(last.size, following.size) or not is_full(last, following, margins):
        return False
    distance = following.base - last.base
    usual = (last.base - lines[-2].base) / size if len(lines) > 1 else margins.spacing
    if not 0 < distance <= _FARTHEST * size or (usual and distance > _LOOSER * max(usual, 1) * size):
        return False
    return _indentation_allows(lines, following, margins, indented_style)


def _indentation_allows(lines: Sequence[Line], following: Line, margins: Margins, indented_style: bool) -> bool:
    last = lines[-1]
    before = (last.left - margins.left) / following.size
    after = (following.left - margins.left) / following.size
    ends = last.text[-1] in _TERMINAL
    if before > _DEEPEST_INDENT:
        return False
    if after < _INDENT:
        starts = bool(_STARTING.match(following.text)) or (
            not indented_style and bool(_LIST_ITEM.match(following.text))
        )
        # A title right above: on a page of few lines nothing else tells the two apart. 一、二季度 is no heading.
        heads = len(lines) == 1 and not indented_style and bool(_HEADING.match(following.text))
        return not (heads or (ends and starts))
    if not ends and _are_centred(last, following, margins):
        return True
    if after > _HANGING:
        return False
    if abs(before - after) <= _ALIGNED:
        # Two lines set in by the same: a quotation, or two paragraphs of which the first fills its line.
        starts = ends or bool(_LIST_ITEM.match(following.text)) or (indented_style and after <= _FIRST_LINE)
        return len(lines) > 1 or not starts
    if after > before:
        return len(lines) == 1 and bool(_LIST_ITEM.match(last.text)) and not _LIST_ITEM.match(following.text)
    return len(lines) == 1


def _are_centred(first: Line, second: Line, margins: Margins) -> bool:
    """Whether two lines are a title: centred, and larger than the text or not set in like the start of a paragraph."""
    if any(
        abs((line.left - margins.left) - (margins.right - line.right)) > _CENTRED * line.size
        for line in (first, second)
    ):
        return False
    indent = (second.left - margins.left) / second.size
    return second.size > _TITLE_SIZE * margins.size or not 1.5 <= indent <= _FIRST_LINE


def paragraphs_of(lines: Sequence[Line], margins: Margins, indented_style: bool) -> list[Paragraph]:
    """The paragraphs of one region, whose lines are whole rows from top to bottom."""
    paragraphs: list[Paragraph] = []
    for line in lines:
        if paragraphs and goes_on(paragraphs[-1].lines, line, margins, indented_style):
            paragraphs[-1].lines.append(line)
        else:
            paragraphs.append(Paragraph([line], margins, indented_style))
    return paragraphs


def joins_across(before: Paragraph, after: Paragraph) -> bool:
    """Whether a paragraph that ends one column or page goes on at the top of the next."""
    last, first = before.lines[-1], after.lines[0]
    # A page may hold too few paragraphs to tell how they begin; the one before tells then.
    starts = _LIST_ITEM.match(first.text) or _STARTING.match(first.text)
    set_in = after.indented_style or (before.indented_style and not starts)
    return (
        is_full(last, first, before.margins)
        and last.left - before.margins.left <= _DEEPEST_INDENT * last.size
        and (set_in or not (last.text[-1] in _TERMINAL or _LIST_ITEM.match(first.text)))
        and max(last.size, first.size) <= _SAME_SIZE * min(last.size, first.size)
        and first.left - after.margins.left < _INDENT * first.size
    )
