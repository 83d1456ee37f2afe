"""From loaded text to canonical text: line ends, white space, digits and sentences that a page break cut in two.

Nothing but white space, control characters and zero-width characters is ever dropped, and no two lines are joined
unless the first stops in the middle of running text or the loader says so. The canonical text is what citations quote.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from indexer.document import CanonicalText

_FULL_WIDTH_DIGITS = {0xFF10 + digit: 0x30 + digit for digit in range(10)}
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\ufffe\uffff\ud800-\udfff]"
)
_LINE_END = re.compile("\r\n?|[\x85\u2028\u2029]")
_SPACE_RUN = re.compile(r"[^\S\n]{2,}")

_NUMBERED = re.compile(
    r"\s*(?:[一二三四五六七八九十百]{1,4}\s*、|[（(]\s*[一二三四五六七八九十百\d]{1,4}\s*[）)]|\d{1,3}\s*[.．、](?!\d)|第[一二三四五六七八九十百千\d]{1,7}[编章节条]|#{1,6}\s|附\s*件|附\s*录|注\s*释|[□■●◆▲•·]|[-*|>]\s)"
)
_LABEL = re.compile(r"\s*[\w\s]{1,10}[：:]")
_ENUMERATED = re.compile(r"\s*(?:[一二三四五六七八九十]是|首先|其次|再次|最后|此外|同时)")
_TERMINAL = frozenset("。！？；：…—!?;:”’」』）)】》〉")
_PAUSE = frozenset("，、,")
# Between the cells of a table row, as the loaders write it.
_CELLS = " | "
# A line without a full stop is running text only from this length on: titles with a comma are shorter.
_RUNNING_LENGTH = 35


def _is_running_text(line: str) -> bool:
    """Whether a line is prose that can go on in the next line, not a title, a label or a list head."""
    if line[-1] in _TERMINAL or _LABEL.match(line) or _CELLS in line:
        return False
    if "。" in line:
        return True
    if _NUMBERED.match(line):
        return False
    if line[-1] in _PAUSE or _ENUMERATED.match(line):
        return True
    return len(line) >= _RUNNING_LENGTH and any(mark in line for mark in "，,；")


def _continues(line: str) -> bool:
    """Whether a line can be the second half of a cut sentence."""
    if _NUMBERED.match(line) or _LABEL.match(line) or _ENUMERATED.match(line) or _CELLS in line:
        return False
    return any(mark in line for mark in "，。；、,.;：:") and not unicodedata.category(line[0]).startswith("Z")


def _goes_on_overleaf(before: str, after: str) -> bool:
    """Whether a line that the loader saw going on overleaf may be joined: headings, labels and table rows never are."""
    if _NUMBERED.match(after) or _LABEL.match(after) or _CELLS in after or _CELLS in before:
        return False
    return not _NUMBERED.match(before) or any(mark in before for mark in "，。；：,;:")


def _glue(before: str, after: str) -> str:
    """Latin words keep a space between them; Chinese needs none."""
    return " " if before[-1].isascii() and after[0].isascii() and (before[-1].isalnum() or before[-1] in ",.") else ""


@dataclass(slots=True)
class _Line:
    """A line of the source, put together where the loader saw it go on overleaf.

    ``gap`` is whether an empty line or a page break comes before it; ``pages`` are the places in it at which pages start.
    """

    text: str
    gap: bool
    pages: list[int]


def _lines(pages: Sequence[str]) -> tuple[list[_Line], int]:
    """The lines of the pages, and how many pages at the end start after the last line."""
    lines: list[_Line] = []
    gap = False
    starting = 0  # pages that start with the next line; one without text starts where the next one does
    for number, page in enumerate(pages):
        raw_lines = page.split("\n")
        starting += number > 0
        within_line = number > 0 and not gap and bool(lines)
        gap = gap or number > 0
        for raw in raw_lines:
            line = _SPACE_RUN.sub(lambda run: run.group()[:1], raw.strip())
            if not line:
                gap, within_line = True, False
                continue
            if within_line and _goes_on_overleaf(lines[-1].text, line):
                lines[-1].text += _glue(lines[-1].text, line)
                lines[-1].pages.append(len(lines[-1].text))
                lines[-1].text += line
            else:
                lines.append(_Line(line, gap, [0] * starting))
            starting = 0
            gap = within_line = False
    return lines, starting


def clean(text: str) -> CanonicalText:
    """Return the canonical text of a loaded text, and where its pages start.

    ``\\f`` in the input marks a page break; the pages of a text without one are not known and stay empty. One that has
    text right before and right after it stands within a line: the loader saw a paragraph that goes on overleaf.
    Paragraphs come out as lines; one empty line is kept between paragraphs that had one.
    """
    text = _INVISIBLE.sub("", _LINE_END.sub("\n", text)).translate(_FULL_WIDTH_DIGITS)
    lines, starting = _lines(text.split("\f"))
    out: list[str] = []
    length = 0
    pages: list[int] = [0] if "\f" in text else []
    previous = ""
    goes_on = False
    for line in lines:
        joined = line.gap and goes_on and _continues(line.text)
        joint = _glue(previous, line.text) if joined else "" if not out else "\n\n" if line.gap else "\n"
        length += len(joint)
        pages += [length + place for place in line.pages]
        length += len(line.text)
        out += (joint, line.text)
        previous = line.text
        # The second half of a sentence is prose whatever it looks like by itself.
        goes_on = previous[-1] not in _TERMINAL if joined else _is_running_text(previous)
    pages += [length] * starting
    return CanonicalText("".join(out), tuple(pages))
