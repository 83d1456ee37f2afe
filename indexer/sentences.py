"""Sentences as spans: the unit of evidence and of citation."""

import re

# Raise it when the same text would be cut in other places: cached vectors of sentences are one for each span.
SENTENCES_VERSION = "2"

# A sentence ends at 。！？； or a line end; closing quotes and brackets stay with it. Half-width ! ? ; count too,
# a half-width full stop does not (2.5%), unless white space and a capital follow it.
_END = re.compile(r"(?:[。！？；!?;]+|\.(?=\s+[A-Z]))[”’」』）)】》\"']*|\n+")
_OPEN, _CLOSE = "（(《“", "）)》”"
# Text without any sentence mark is cut here, so that no unit of evidence grows without bound.
MAX_SENTENCE = 300


def _depth(text: str, start: int, end: int) -> int:
    return sum(text.count(mark, start, end) for mark in _OPEN) - sum(text.count(mark, start, end) for mark in _CLOSE)


def sentence_spans(text: str, start: int = 0, end: int | None = None) -> list[tuple[int, int]]:
    """Spans of the sentences of ``text[start:end]``, in order, white space around them left out.

    Together they hold every character that is not white space. A mark inside brackets or quotes ends no
    sentence unless the brackets stay open for more than MAX_SENTENCE characters.
    """
    end = len(text) if end is None else end
    spans: list[tuple[int, int]] = []
    begin = start
    for match in _END.finditer(text, start, end):
        stop = match.end()
        if stop <= begin:
            continue
        at_line_end = match.group()[0] == "\n"
        if not at_line_end and stop - begin <= MAX_SENTENCE and _depth(text, begin, stop) > 0:
            continue
        _add(text, begin, stop, spans)
        begin = stop
    _add(text, begin, end, spans)
    return spans


def _add(text: str, start: int, end: int, spans: list[tuple[int, int]]) -> None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    while end - start > MAX_SENTENCE:
        cut = _soft_cut(text, start, start + MAX_SENTENCE)
        stop = cut
        while text[stop - 1].isspace():
            stop -= 1
        spans.append((start, stop))
        start = cut
        while start < end and text[start].isspace():
            start += 1
    if start < end:
        spans.append((start, end))


def _soft_cut(text: str, start: int, limit: int) -> int:
    """The last comma or space in the second half of the window, else the hard limit."""
    for marks in ("，,、：:", " "):
        cut = max(text.rfind(mark, start + (limit - start) // 2, limit) for mark in marks)
        if cut > start:
            return cut + 1
    return limit
