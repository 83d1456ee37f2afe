"""From single characters to lines of text, by where they stand on the page. Lengths are in points, y grows downwards."""

import statistics
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from indexer.loaders.layout.content import Glyph

# Fractions of the font size (em).
_SAME_BASELINE = 0.35  # Superscripts stand about a third of an em above the baseline; the next line at least one em.
_OVERPRINTED = 0.15  # Bold type is sometimes made by printing a character twice, slightly moved.
_WORD_GAP = 0.18
_SEGMENT_GAP = 0.7  # beyond the spaces in it; gutters and the gaps between unruled cells are wider
_SPACED_SEGMENT_GAP = 2.5
_LATIN_END = "\u2000"  # Below it are the scripts that part words by gaps.

OPENING = frozenset("“‘《〈（〔［【「『([{￥$")
CLOSING = frozenset("”’》〉）〕］】」』)]}，。、；：？！…—·,.;:?!%％‰℃")

_QUOTES = ("“", "‘")

# Fonts share one glyph between an ideograph and its radical; some writers then name the radical. Most radicals have a
# compatibility decomposition; these have none (Unicode EquivalentUnifiedIdeograph).
_RADICALS = dict(
    zip(
        "⻅⻆⻉⻋⻓⻔⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻧⻨⻩⻬⻮⻰⺠⻄⺎⻁⺓⺝⺬⺼⻗⻑⻯⻲⻪⻭⺩⺫",
        "见角贝车长门青韦页风飞食马骨鬼鱼鸟卤麦黄齐齿龙民西兀虎幺月示肉雨長竜亀黾歯王目",
        strict=True,
    )
)
# Bullets and check boxes of the Symbol and Wingdings fonts, which have private code points only.
_SYMBOLS = {
    "\uf0b7": "•", "\uf06c": "●", "\uf06e": "■", "\uf075": "◆", "\uf0d8": "➢", "\uf0a7": "▪", "\uf06f": "□",
    "\uf0a8": "□", "\uf0fe": "☑", "\uf052": "☑", "\uf0fc": "✓", "\uf0d6": "√",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text, or a part of one that stands apart from the rest of its line.

    ``base`` is the baseline, ``size`` the font size, ``head`` the width of the first piece of text that a typesetter
    would not have broken: were there room for it, it would stand on the line before.
    """

    text: str
    left: float
    right: float
    base: float
    size: float
    head: float


def _fold(char: str) -> str:
    if "\u2e80" <= char <= "\u2fdf" or "\uf900" <= char <= "\ufaff":
        return _RADICALS.get(char) or unicodedata.normalize("NFKC", char)
    return _SYMBOLS.get(char, char)


def is_cjk(char: str) -> bool:
    """Whether a character is an ideograph, kana or full-width sign: a line may be broken on either side of it."""
    return (
        "\u2e80" <= char <= "\u9fff"
        or "\uf900" <= char <= "\ufaff"
        or "\uff00" <= char <= "\uffef"
        or char > "\U00020000"
    )


def _rows(glyphs: Iterable[Glyph]) -> list[list[Glyph]]:
    """Characters that share a baseline, from the top of the page down."""
    rows: list[list[Glyph]] = []
    for glyph in sorted(glyphs, key=lambda glyph: glyph.base):
        if rows and glyph.base - rows[-1][0].base <= _SAME_BASELINE * max(glyph.size, rows[-1][0].size):
            rows[-1].append(glyph)
        else:
            rows.append([glyph])
    return rows


def _segments(row: list[Glyph]) -> list[tuple[list[Glyph], list[str]]]:
    """The parts of a row that stand apart, each with what precedes every character in it: nothing or a space."""
    segments: list[tuple[list[Glyph], list[str]]] = []
    space, space_width = "", 0.0
    for glyph in sorted(row, key=lambda glyph: glyph.left):
        if glyph.char.isspace():
            space = space or glyph.char
            space_width += glyph.right - glyph.left
            continue
        before, (space, space_width) = (space, space_width), ("", 0.0)
        if segments:
            glyphs, spaces = segments[-1]
            last = glyphs[-1]
            em = min(glyph.size, last.size)
            if glyph.char == last.char and abs(glyph.left - last.left) <= _OVERPRINTED * em:
                continue
            gap = (glyph.left - last.right) / em
            if gap <= _SPACED_SEGMENT_GAP and gap - before[1] / em <= _SEGMENT_GAP:
                is_word_gap = max(glyph.char, last.char) < _LATIN_END and gap > _WORD_GAP
                glyphs.append(glyph)
                spaces.append(before[0] or (" " if is_word_gap else ""))
                continue
        segments.append(([glyph], [""]))
    return segments


def head_of(text: str) -> str:
    """The first unbreakable piece of a text: an ideograph or a word, with the punctuation that clings to it."""
    last = len(text) - 1
    end = 0
    while end < last and text[end] in OPENING:
        end += 1
    if not is_cjk(text[end]):
        while end < last and not text[end + 1].isspace() and not is_cjk(text[end + 1]):
            end += 1
    while end < last and text[end + 1] in CLOSING:
        end += 1
    # The rules of Unicode let no line break on either side of a curly quotation mark, and some typesetters obey.
    return text[: end + 3] if text[end + 1 : end + 2] in _QUOTES else text[: end + 1]


def lines_of(glyphs: Iterable[Glyph]) -> list[Line]:
    """The lines that the characters form, from top to bottom, parts of one line from left to right."""
    lines = []
    for row in _rows(glyphs):
        for found, spaces in _segments(row):
            text = "".join(space + _fold(glyph.char) for glyph, space in zip(found, spaces, strict=True))
            head = sum(not char.isspace() for char in head_of(text))
            lines.append(
                Line(
                    text=text,
                    left=found[0].left,
                    right=max(glyph.right for glyph in found),
                    base=statistics.median(glyph.base for glyph in found),
                    size=statistics.median(glyph.size for glyph in found),
                    head=found[head - 1].right - found[0].left,
                )
            )
    return lines


def same_row(first: Line, second: Line) -> bool:
    """Whether two lines stand side by side."""
    return abs(first.base - second.base) <= _SAME_BASELINE * max(first.size, second.size)


def merge_row(parts: Sequence[Line]) -> Line:
    """Parts of one line as one line, a space between them."""
    if len(parts) == 1:
        return parts[0]
    return Line(
        text=" ".join(part.text for part in parts),
        left=parts[0].left,
        right=max(part.right for part in parts),
        base=parts[0].base,
        size=statistics.median(part.size for part in parts),
        head=parts[0].head,
    )
