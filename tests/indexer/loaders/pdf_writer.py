"""Writes the PDFs that the tests read, with reportlab: what stands where is said in points, y from the top down."""

import io
from collections.abc import Iterable, Sequence
from typing import Self

from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

WIDTH, HEIGHT = 595.0, 842.0
LEFT, SIZE = 77.5, 16.0
COLUMNS = 27  # full-width characters between the margins
RIGHT = LEFT + COLUMNS * SIZE
SPACING = 28.0
TOP = 120.0

# A font of the reader's, not in the file: no CJK font has to be installed to write or to read this.
_FONT = "STSong-Light"


class Writer:
    """A PDF that is written line by line."""

    def __init__(self, title: str = "", encrypt: StandardEncryption | None = None, rotation: int = 0) -> None:
        pdfmetrics.registerFont(UnicodeCIDFont(_FONT))
        self._buffer = io.BytesIO()
        self.canvas = Canvas(self._buffer, pagesize=(WIDTH, HEIGHT), encrypt=encrypt, invariant=1)
        self.canvas.setTitle(title)
        self._rotation = rotation
        self._start_page()

    def _start_page(self) -> None:
        self.canvas.setPageRotation(self._rotation)
        self.y = TOP

    def page(self) -> Self:
        """End the page and start the next."""
        self.canvas.showPage()
        self._start_page()
        return self

    def at(self, x: float, y: float, text: str, size: float = SIZE) -> Self:
        self.canvas.setFont(_FONT, size)
        self.canvas.drawString(x, HEIGHT - y, text)
        return self

    def line(self, text: str, indent: float = 0, size: float = SIZE) -> Self:
        """The next line of the text, set in by ``indent`` em."""
        self.at(LEFT + indent * SIZE, self.y, text, size)
        self.y += SPACING
        return self

    def centred(self, text: str, size: float = 22) -> Self:
        self.at((WIDTH - len(text) * size) / 2, self.y, text, size)
        self.y += SPACING * 1.3
        return self

    def right(self, text: str) -> Self:
        self.canvas.setFont(_FONT, SIZE)
        self.canvas.drawRightString(RIGHT, HEIGHT - self.y, text)
        self.y += SPACING
        return self

    def paragraph(self, text: str, indent: int = 2) -> Self:
        """Full-width text, its first line set in, broken after every COLUMNS characters."""
        first = COLUMNS - indent
        self.line(text[:first], indent)
        for start in range(first, len(text), COLUMNS):
            self.line(text[start : start + COLUMNS])
        return self

    def ruled(self, rows: Sequence[Sequence[str]], edges: Sequence[float], y: float, height: float = 24.0) -> Self:
        """A table with all its lines; the text of each cell in one line. Sets ``y`` below it."""
        bottom = y + height * len(rows)
        for x in edges:
            self.canvas.line(x, HEIGHT - y, x, HEIGHT - bottom)
        for row in range(len(rows) + 1):
            self.canvas.line(edges[0], HEIGHT - y - row * height, edges[-1], HEIGHT - y - row * height)
        for row, cells in enumerate(rows):
            for x, text in zip(edges, cells, strict=False):
                self.at(x + 4, y + row * height + 16, text, 10)
        self.y = bottom + 40
        return self

    def rules(self, lines: Iterable[tuple[float, float, float, float]]) -> Self:
        for x0, y0, x1, y1 in lines:
            self.canvas.line(x0, HEIGHT - y0, x1, HEIGHT - y1)
        return self

    def image(self, image: object) -> Self:
        """A picture over the whole page."""
        self.canvas.drawImage(ImageReader(image), 0, 0, WIDTH, HEIGHT)
        return self

    def data(self) -> bytes:
        self.canvas.showPage()
        self.canvas.save()
        return self._buffer.getvalue()
