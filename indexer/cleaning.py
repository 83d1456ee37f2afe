"""From loaded text to canonical text: line ends, white space, digits and sentences that a page break cut in two.

Nothing but white space, control characters and zero-width characters is ever dropped, and no two lines are joined
unless the first stops in the middle of running text. The canonical text is what citations quote.
"""

import re
import unicodedata

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


def _glue(before: str, after: str) -> str:
    """Latin words keep a space between them; Chinese needs none."""
    return " " if before[-1].isascii() and after[0].isascii() and (before[-1].isalnum() or before[-1] in ",.") else ""


def clean(text: str) -> CanonicalText:
    """Return the canonical text of a loaded text, and where its pages start.

    ``\\f`` in the input marks a page break; the pages of a text without one are not known and stay empty.
    Paragraphs come out as lines; one empty line is kept between paragraphs that had one.
    """
    text = _INVISIBLE.sub("", _LINE_END.sub("\n", text)).translate(_FULL_WIDTH_DIGITS)
    has_pages = "\f" in text
    out: list[str] = []
    length = 0
    pages: list[int] = [0] if has_pages else []
    previous: str | None = None
    previous_goes_on = False
    gap = False
    for page_number, page in enumerate(text.split("\f")):
        page_starts = page_number > 0
        if page_starts:
            gap = True
        for raw in page.split("\n"):
            line = _SPACE_RUN.sub(lambda run: run.group()[:1], raw.strip())
            if not line:
                gap = True
                continue
            if previous is None:
                joint = ""
            elif gap and previous_goes_on and _continues(line):
                joint = _glue(previous, line)
            else:
                joint = "\n\n" if gap else "\n"
            joined = previous is not None and "\n" not in joint
            out.append(joint)
            length += len(joint)
            if page_starts:
                pages.append(length)
                page_starts = False
            out.append(line)
            length += len(line)
            previous = line
            # The second half of a sentence is prose whatever it looks like by itself.
            previous_goes_on = line[-1] not in _TERMINAL if joined else _is_running_text(line)
            gap = False
        if page_starts:  # A page without text starts where the next one does.
            pages.append(length)
    return CanonicalText("".join(out), tuple(min(page, length) for page in pages))
