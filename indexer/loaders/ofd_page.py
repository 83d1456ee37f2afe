"""What one OFD page draws (GB/T 33190-2016, chapters 7 to 11): characters with their places and ruled lines.

OFD measures in millimetres, y downwards from the top left corner. The result is in points (1/72 inch), like that of a
PDF page, so that the same layout rules read both.
"""

import math
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, pairwise
from typing import NamedTuple

from lxml import etree

from indexer.errors import UnreadableFile
from indexer.loaders.layout.content import Glyph, PageContent, Rule
from indexer.loaders.ooxml import local

_POINTS = 72 / 25.4
# Bounds on what a hostile page can cost; a page of text stays far below them.
_MAX_GLYPHS = 200_000
_MAX_SEGMENTS = 20_000
_TOO_MUCH_TEXT = f"一页的文字超过 {_MAX_GLYPHS} 个字符 / too much text on one page"
_MAX_COORDINATE = 1e5  # millimetres
# Text more than this many degrees off a right angle is a watermark or a stamp, not the document's text.
_MAX_TILT = 10.0
# A filled rectangle thinner than this is a drawn line, and a line shorter than this is none. Points.
_RULE_THICKNESS = 3.0
_SHORTEST_RULE = 4.0
_SMALLEST_SIZE = 1.0  # points; smaller text cannot be read on paper
_LARGEST_STEP = 1.25  # em; after a longer step between characters there is a gap
_NARROW = frozenset("iIjlrtf.,:;'|!()[] ")
_WIDE = frozenset("mwMWQOGDHNCUA@%&")
_NUMBERS_PER_COMMAND = {"M": 2, "S": 2, "L": 2, "Q": 4, "B": 6, "A": 7, "C": 0}
_COMMAND = re.compile(r"([MSLQBAC])([^MSLQBAC]*)")

Matrix = tuple[float, float, float, float, float, float]
_IDENTITY: Matrix = (1, 0, 0, 1, 0, 0)


class _Placed(NamedTuple):
    """A character in the page's own frame, in points: the start of its advance, its width, its font size and the number
    of clockwise quarter turns of its direction."""

    char: str
    x: float
    y: float
    width: float
    size: float
    turns: int


def numbers(value: str | None, count: int) -> list[float] | None:
    """Exactly ``count`` plain numbers out of an attribute, or None."""
    try:
        found = [float(part) for part in (value or "").replace(",", " ").split()]
    except ValueError:
        return None
    return found if len(found) == count and all(abs(number) <= _MAX_COORDINATE for number in found) else None


def _number(value: str | None, default: float = 0.0) -> float:
    found = numbers(value, 1)
    return found[0] if found else default


def deltas(value: str | None, count: int) -> list[float]:
    """Up to ``count`` steps between characters: numbers, or ``g n step`` for a step that is repeated n times."""
    steps: list[float] = []
    parts = iter((value or "").split())
    for part in parts:
        times, step = (next(parts, ""), next(parts, None)) if part == "g" else ("1", part)
        steps += [_number(step)] * (min(int(times), count - len(steps)) if times.isdecimal() else 0)
        if len(steps) >= count:
            break
    return steps


def _apply(matrix: Matrix, x: float, y: float) -> tuple[float, float]:
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f


def _natural_width(char: str) -> float:
    """About how far a character advances, in em."""
    if unicodedata.east_asian_width(char) in "WFA":
        return 1.0
    return 0.3 if char in _NARROW else 0.75 if char in _WIDE else 0.53


def objects(page: etree._Element) -> Iterator[etree._Element]:
    """The graphic objects of a page or template in drawing order, those inside nested blocks included."""
    stack = [element for element in reversed(page) if local(element) == "Content"]
    while stack:
        element = stack.pop()
        if local(element) in ("Content", "Layer", "PageBlock"):
            stack.extend(reversed(element))
        elif element.get("Visible") not in ("false", "0"):
            yield element


def _frame(element: etree._Element) -> tuple[Matrix, list[float]]:
    """From the object's own space to the page, in points, and its Boundary in millimetres."""
    box = numbers(element.get("Boundary"), 4) or [0.0, 0.0, 0.0, 0.0]
    a, b, c, d, e, f = numbers(element.get("CTM"), 6) or _IDENTITY
    return tuple(value * _POINTS for value in (a, b, c, d, e + box[0], f + box[1])), box  # type: ignore[return-value]


def box_area(element: etree._Element) -> float:
    """The area of an object's Boundary in square millimetres."""
    box = numbers(element.get("Boundary"), 4)
    return abs(box[2] * box[3]) if box else 0.0


def _text_code(element: etree._Element) -> str:
    """The characters of a TextCode. Line ends and the blanks around them come from indented XML, not from the page."""
    text = element.text or ""
    if len(text) > _MAX_GLYPHS:
        raise UnreadableFile(_TOO_MUCH_TEXT)
    return re.sub(r"^\s*\n\s*|\s*\n\s*$", "", text).replace("\n", " ")


def _characters(element: etree._Element) -> Iterator[_Placed]:
    """The characters of a TextObject."""
    matrix, box = _frame(element)
    # Some writers forget the font size or misspell it; the box is about as high as a line.
    size = _number(element.get("Size")) or _number(element.get("size")) or box[3]
    scale = math.sqrt(abs(matrix[0] * matrix[3] - matrix[1] * matrix[2])) or _POINTS
    stretch = _number(element.get("HScale"), 1.0) or 1.0
    downwards = _number(element.get("ReadDirection")) % 180 == 90
    x = y = 0.0
    for code in element:
        if local(code) != "TextCode":
            continue
        text = _text_code(code)
        x, y = _number(code.get("X"), x), _number(code.get("Y"), y)
        at_x, at_y = x, y
        across, down = deltas(code.get("DeltaX"), len(text) - 1), deltas(code.get("DeltaY"), len(text) - 1)
        vertical = sum(map(abs, down)) > sum(map(abs, across)) or (downwards and not down)
        if vertical and not down:  # ReadDirection turns the steps, too.
            across, down = [], across
        for i, char in enumerate(text):
            natural = _natural_width(char) * size * stretch
            step = (down if vertical else across)[i : i + 1]
            side = (across if vertical else down)[i : i + 1]
            advance = step[0] if step else natural
            # Set close or wide, the next character follows without a gap; a longer step leaves one.
            width = advance if step and 0 < advance <= _LARGEST_STEP * size else natural
            start = _apply(matrix, at_x, at_y)
            end = _apply(matrix, *((at_x, at_y + width) if vertical else (at_x + width, at_y)))
            angle = math.degrees(math.atan2(end[1] - start[1], end[0] - start[0]))
            turns = round(angle / 90)
            if abs(angle - 90 * turns) <= _MAX_TILT:
                yield _Placed(char, *start, math.dist(start, end), size * scale, turns % 4)
            at_x += (side[0] if side else 0.0) if vertical else advance
            at_y += advance if vertical else (side[0] if side else 0.0)


def _placed(texts: Sequence[etree._Element]) -> Iterator[_Placed]:
    """The characters of text objects given in drawing order. Raises UnreadableFile when there are too many."""
    budget = _MAX_GLYPHS
    for box, group in groupby(texts, key=lambda element: element.get("Boundary")):
        lines: list[list[_Placed]] = []
        for piece in group:
            lines.append(list(_characters(piece)))
            budget -= len(lines[-1])
            if budget < 0:
                raise UnreadableFile(_TOO_MUCH_TEXT)
        starts = {(line[0].x, line[0].y) for line in lines if line}
        if box and len(lines) > 1 and len(starts) == 1 and len({tuple(c.char for c in line) for line in lines}) > 1:
            # A writer (easyofd) that gives every piece of a line the whole line's box and spreads it over that box:
            # the pieces follow one another instead.
            run = [char for line in lines for char in line]
            space = (numbers(box, 4) or [0.0] * 4)[2] * _POINTS
            natural = [_natural_width(char.char) for char in run]
            at = run[0].x
            for char, width in zip(run, natural, strict=True):
                fitted = width * space / sum(natural)
                yield char._replace(x=at, width=fitted)
                at += fitted
        else:
            for line in lines:
                yield from line


def read_page(sources: Iterable[tuple[etree._Element, bool]], width: float, height: float) -> PageContent:
    """What a page shows, its size given in millimetres. Raises UnreadableFile when it holds too much text.

    ``sources`` are the page and the templates it uses, each with whether its text is wanted, too.
    """
    content = PageContent(width * _POINTS, height * _POINTS)
    texts: list[etree._Element] = []
    paths: list[etree._Element] = []
    for source, with_text in sources:
        for element in objects(source):
            kind = local(element)
            if kind == "TextObject" and with_text:
                texts.append(element)
            elif kind == "PathObject":
                content.drawings += 1
                paths.append(element)
            elif kind == "ImageObject":
                share = box_area(element) / max(1.0, width * height)
                content.image_share = max(content.image_share, min(1.0, share))
    placed = list(_placed(texts))
    counts = [sum(char.turns == turns for char in placed) for turns in range(4)]
    main = counts.index(max(counts))
    directions: list[list[Glyph]] = [[], [], [], []]
    for char in placed:
        if not _SMALLEST_SIZE <= char.size <= max(content.width, content.height):
            continue
        left, base = _turned(char.x, char.y, char.turns, content)
        directions[char.turns].append(Glyph(char.char, left, left + char.width, base, char.size))
    content.glyphs = directions[main]
    content.turned = [found for turns, found in enumerate(directions) if found and turns != main]
    segments = 0
    for path in paths:
        for (ax, ay), (bx, by) in _segments(path):
            segments += 1
            if segments <= _MAX_SEGMENTS:
                _add_rule(*_turned(ax, ay, main, content), *_turned(bx, by, main, content), content)
    if main % 2:
        content.width, content.height = content.height, content.width
    return content


def _turned(x: float, y: float, turns: int, content: PageContent) -> tuple[float, float]:
    """A point of the page in the frame in which text with this direction runs from left to right."""
    if turns == 1:
        return y, content.width - x
    if turns == 2:
        return content.width - x, content.height - y
    if turns == 3:
        return content.height - y, x
    return x, y


def _segments(path: etree._Element) -> Iterator[tuple[tuple[float, float], tuple[float, float]]]:
    """The straight lines of a path on the page, in points; a thin filled rectangle is one line along its middle."""
    data = next((child.text or "" for child in path if local(child) == "AbbreviatedData"), "")
    matrix, _ = _frame(path)
    filled, stroked = path.get("Fill") in ("true", "1"), path.get("Stroke") not in ("false", "0")
    outline: list[tuple[float, float]] = []
    for command, rest in [*_COMMAND.findall(data[:_MAX_GLYPHS]), ("M", "0 0")]:
        point = numbers(rest, _NUMBERS_PER_COMMAND[command])
        if point is None:
            return
        if command in "MS":
            xs, ys = [x for x, _ in outline], [y for _, y in outline]
            if (
                len(outline) > 2
                and min(max(xs) - min(xs), max(ys) - min(ys)) <= _RULE_THICKNESS
                and (filled or stroked)
            ):
                yield (min(xs), min(ys)), (max(xs), max(ys))
            elif stroked:
                yield from pairwise(outline)
            outline = []
        if command == "C":
            outline += outline[:1]
        else:
            outline.append(_apply(matrix, point[-2], point[-1]))


def _add_rule(ax: float, ay: float, bx: float, by: float, content: PageContent) -> None:
    wide, high = abs(ax - bx), abs(ay - by)
    if max(wide, high) < _SHORTEST_RULE or min(wide, high) > _RULE_THICKNESS:
        return
    if wide > high:
        content.horizontal.append(Rule((ay + by) / 2, min(ax, bx), max(ax, bx)))
    else:
        content.vertical.append(Rule((ax + bx) / 2, min(ay, by), max(ay, by)))
