"""The content of one PDF page, read through PDFium, upright whatever the page's own rotation and crop box."""

import ctypes
import math
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pypdfium2
from pypdfium2 import raw

from indexer.loaders.layout.content import Glyph, PageContent, Rule

# Bounds on what a hostile or a map-like page can cost; a page of text stays far below them.
_MAX_GLYPHS = 200_000
_MAX_OBJECTS = 50_000
_MAX_SEGMENTS = 20_000
_MAX_FORM_DEPTH = 8

# A filled rectangle thinner than this is a drawn line: that is how word processors write table borders.
_RULE_THICKNESS = 3.0
_SHORTEST_RULE = 4.0
# Text smaller than this cannot be read on paper.
_SMALLEST_SIZE = 1.0
# Text more than this many degrees off a right angle is a watermark or a stamp, not the document's text.
_MAX_TILT = 10.0
_PART_OF_GLYPH = 0.3  # em
_HYPHENS = "\x02\xad\ufffe"


_Matrix = tuple[float, float, float, float, float, float]
_IDENTITY: _Matrix = (1, 0, 0, 1, 0, 0)


def _product(first: _Matrix, then: _Matrix) -> _Matrix:
    a, b, c, d, e, f = first
    g, h, i, j, k, m = then
    return (a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m)


def _apply(matrix: _Matrix, x: float, y: float) -> tuple[float, float]:
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f


def _frames(page: pypdfium2.PdfPage) -> tuple[_Matrix, ...]:
    """From PDF user space to the page as seen, and to the page turned so that text running down, backwards or up runs
    from left to right."""
    left, bottom, right, top = page.get_bbox()
    views: tuple[_Matrix, ...] = (
        (1, 0, 0, -1, -left, top),
        (0, 1, 1, 0, -bottom, -left),
        (-1, 0, 0, 1, right, -bottom),
        (0, -1, -1, 0, top, right),
    )
    view = views[page.get_rotation() // 90 % 4]
    width, height = page.get_size()
    turns: tuple[_Matrix, ...] = (
        _IDENTITY,
        (0, -1, 1, 0, 0, width),
        (-1, 0, 0, -1, width, height),
        (0, 1, -1, 0, height, 0),
    )
    return tuple(_product(view, turn) for turn in turns)


def read_page(page: pypdfium2.PdfPage) -> PageContent:
    """Read a page; raises pypdfium2.PdfiumError when PDFium cannot."""
    frames = _frames(page)
    width, height = page.get_size()
    content = PageContent(width, height)
    directions: tuple[list[Glyph], ...] = ([], [], [], [])
    textpage = page.get_textpage()
    try:
        for direction, glyph in _characters(textpage.raw, frames, content):
            span, depth = (width, height) if direction % 2 == 0 else (height, width)
            if -1 <= glyph.left <= span and 0 <= glyph.base <= depth + 1:  # Not printer's marks or cropped text.
                directions[direction].append(glyph)
    finally:
        textpage.close()
    main = max(range(4), key=lambda direction: len(directions[direction]))
    content.glyphs = directions[main]
    content.turned = [found for direction, found in enumerate(directions) if found and direction != main]
    if main % 2:  # A landscape table set sideways on a portrait page.
        content.width, content.height = height, width
    _read_objects(page, frames[main], content)
    return content


def _characters(textpage: Any, frames: tuple[_Matrix, ...], content: PageContent) -> Iterator[tuple[int, Glyph]]:
    """The characters in the order of the file, each with the number of clockwise quarter turns of its direction.

    ``textpage`` is PDFium's own handle: with pypdfium2's object each of the many calls costs twice as much.
    """
    x, y = ctypes.c_double(), ctypes.c_double()
    box, matrix = raw.FS_RECTF(), raw.FS_MATRIX()
    # (direction, scale) of each text matrix met; direction None means aslant.
    known: dict[tuple[float, ...], tuple[int | None, float]] = {}
    last_box = (0.0, 0.0, 0.0)
    last_index = 0
    for index in range(min(raw.FPDFText_CountChars(textpage), _MAX_GLYPHS)):
        code = raw.FPDFText_GetUnicode(textpage, index)
        if code in (10, 13) or raw.FPDFText_IsGenerated(textpage, index) == 1:
            continue  # PDFium's guesses at spaces and line ends; ours are made for Chinese.
        if not 0 < code <= 0x10FFFF or raw.FPDFText_HasUnicodeMapError(textpage, index) == 1:
            content.unmapped += 1
            continue
        raw.FPDFText_GetMatrix(textpage, index, matrix)
        key = (matrix.a, matrix.b, matrix.c, matrix.d)
        if key not in known:
            known[key] = _direction((*key, 0, 0), frames[0])
        direction, scale = known[key]
        size = raw.FPDFText_GetFontSize(textpage, index) * scale
        if direction is None or not _SMALLEST_SIZE <= size <= content.height:
            continue
        raw.FPDFText_GetCharOrigin(textpage, index, x, y)
        raw.FPDFText_GetLooseCharBox(textpage, index, box)
        frame = frames[direction]
        left, base = _apply(frame, x.value, y.value)
        ends = _apply(frame, box.left, box.bottom)[0], _apply(frame, box.right, box.top)[0]
        right = max(*ends, left)
        if min(ends) - left > _PART_OF_GLYPH * size:  # The second half of a glyph such as ——.
            left = min(ends)
        if (left, right, base) == last_box and _address(textpage, index) == _address(textpage, last_index):
            # The second character of a ligature; the first has the whole glyph's box.
            left = (left + right) / 2
        else:
            last_box, last_index = (left, right, base), index
        char = chr(code)
        yield direction, Glyph("-" if char in _HYPHENS else char, left, right, base, size)


def _address(textpage: Any, index: int) -> int | None:
    """Which text object of the file a character comes from."""
    return ctypes.cast(raw.FPDFText_GetTextObject(textpage, index), ctypes.c_void_p).value


def _direction(matrix: _Matrix, view: _Matrix) -> tuple[int | None, float]:
    a, b, c, d, _, _ = _product(matrix, view)
    angle = math.degrees(math.atan2(b, a))
    turns = round(angle / 90)
    return (turns % 4 if abs(angle - 90 * turns) <= _MAX_TILT else None), math.hypot(c, d)


def _read_objects(page: pypdfium2.PdfPage, frame: _Matrix, content: PageContent) -> None:
    """Fill in the rules, the share of images and the number of drawings."""
    segments = 0
    for pageobject, to_frame in _objects(page, frame):
        kind = raw.FPDFPageObj_GetType(pageobject)
        if kind == raw.FPDF_PAGEOBJ_IMAGE:
            corners = [_apply(to_frame, *corner) for corner in ((0, 0), (1, 1))]
            (x0, x1), (y0, y1) = (sorted(values) for values in zip(*corners, strict=True))
            seen = max(0.0, min(x1, content.width) - max(x0, 0)) * max(0.0, min(y1, content.height) - max(y0, 0))
            content.image_share = max(content.image_share, min(1.0, seen / max(1.0, content.width * content.height)))
        elif kind == raw.FPDF_PAGEOBJ_SHADING:
            content.drawings += 1
        elif kind == raw.FPDF_PAGEOBJ_PATH:
            content.drawings += 1
            count = raw.FPDFPath_CountSegments(pageobject)
            segments += count
            if segments <= _MAX_SEGMENTS:
                _read_path(pageobject, count, to_frame, content)


def _objects(page: pypdfium2.PdfPage, frame: _Matrix) -> Iterator[tuple[Any, _Matrix]]:
    """Every object that is drawn, those inside form objects included, with the matrix from its space to the frame."""
    budget = _MAX_OBJECTS
    stack: list[tuple[Any, int, _Matrix, int]] = [(None, raw.FPDFPage_CountObjects(page), frame, 0)]
    matrix = raw.FS_MATRIX()
    while stack:
        form, count, outer, depth = stack.pop()
        for index in range(min(count, budget)):
            budget -= 1
            child = raw.FPDFFormObj_GetObject(form, index) if form else raw.FPDFPage_GetObject(page, index)
            if not child or not raw.FPDFPageObj_GetMatrix(child, matrix):
                continue
            own = _product((matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f), outer)
            if raw.FPDFPageObj_GetType(child) != raw.FPDF_PAGEOBJ_FORM:
                yield child, own
            elif depth < _MAX_FORM_DEPTH:
                stack.append((child, raw.FPDFFormObj_CountObjects(child), own, depth + 1))


def _read_path(path: Any, count: int, to_frame: _Matrix, content: PageContent) -> None:
    """Take the straight horizontal and vertical lines out of one path."""
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    if not raw.FPDFPath_GetDrawMode(path, fill, stroke) or not (fill.value or stroke.value):
        return
    x, y = ctypes.c_float(), ctypes.c_float()
    outlines: list[list[tuple[float, float]]] = []
    for index in range(count):
        segment = raw.FPDFPath_GetPathSegment(path, index)
        if not raw.FPDFPathSegment_GetPoint(segment, x, y):
            return
        if not outlines or raw.FPDFPathSegment_GetType(segment) == raw.FPDF_SEGMENT_MOVETO:
            outlines.append([])
        outlines[-1].append(_apply(to_frame, x.value, y.value))
        if raw.FPDFPathSegment_GetClose(segment):
            outlines[-1].append(outlines[-1][0])
    for points in outlines:
        xs, ys = [point[0] for point in points], [point[1] for point in points]
        x0, x1, y0, y1 = min(xs), max(xs), min(ys), max(ys)
        if min(x1 - x0, y1 - y0) <= _RULE_THICKNESS:
            _add_rule(x0, y0, x1, y1, content)
        elif stroke.value:
            for (ax, ay), (bx, by) in pairwise(points):
                if min(abs(ax - bx), abs(ay - by)) <= 0.5:
                    _add_rule(min(ax, bx), min(ay, by), max(ax, bx), max(ay, by), content)


def _add_rule(x0: float, y0: float, x1: float, y1: float, content: PageContent) -> None:
    if max(x1 - x0, y1 - y0) < _SHORTEST_RULE:
        return
    if x1 - x0 > y1 - y0:
        content.horizontal.append(Rule((y0 + y1) / 2, x0, x1))
    else:
        content.vertical.append(Rule((x0 + x1) / 2, y0, y1))
