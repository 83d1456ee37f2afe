"""Lines of a canonical text with their spans, and fields read from them."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from indexer.document import Field


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the canonical text, or a part of one, with its span."""

    text: str
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)


def lines_of(text: str) -> Iterator[Line]:
    """The non-empty lines of a text."""
    start = 0
    for line in text.split("\n"):
        if line.strip():
            yield Line(line, start)
        start += len(line) + 1


def field_of(line: Line, match: re.Match[str], group: int | str = 0, value: str | None = None) -> Field:
    """A field whose value, unless given, is what the group of the match says."""
    return Field(
        match[group] if value is None else value, line.start + match.start(group), line.start + match.end(group)
    )


def first_field(
    lines: Iterable[Line],
    pattern: re.Pattern[str],
    group: int | str = 0,
    value: Callable[[re.Match[str]], str] | None = None,
) -> Field | None:
    """The first line in which the pattern is found, as a field."""
    for line in lines:
        match = pattern.search(line.text)
        if match:
            return field_of(line, match, group, value(match) if value else None)
    return None
