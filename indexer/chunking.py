"""Cut the canonical text into chunks along its outline.

Every character that is not white space lies in exactly one chunk; a chunk never crosses a heading that opens a
section of its own; a glossary entry is a chunk by itself, with its term.
"""

import re
from collections.abc import Sequence

from indexer.document import Chunk, Heading
from indexer.outline import ENTRY, Line, is_glossary, lines_of, section_path
from indexer.sentences import sentence_spans

# Characters. Measured on the development sets: see docs/decisions.
TARGET = 500

_QUOTES = "“”\"'‘’「」『』《》"
_DEFINITION = re.compile(
    r"([“\"《]?[^，。；：:、\s]{1,30}[”\"》]?[^，。；：:、\s]{0,6}?)\s*(?:[：:,，]\s*(?:是?指|即)|是指)"
)


def term_of(paragraph: str, in_glossary: bool) -> str | None:
    """The term that a paragraph defines, without quotation marks; None when it defines none."""
    match = (ENTRY if in_glossary else _DEFINITION).match(paragraph)
    if match is None:
        return None
    term = "".join(c for c in match.group(1) if c not in _QUOTES).strip()
    return term or None


def _pieces(text: str, line: Line) -> list[tuple[int, int]]:
    """A line cut at sentence ends into pieces of at most TARGET characters (a longer sentence stays whole)."""
    if len(line.text) <= TARGET:
        return [(line.start, line.end)]
    pieces: list[tuple[int, int]] = []
    for start, end in sentence_spans(text, line.start, line.end):
        if pieces and end - pieces[-1][0] <= TARGET:
            pieces[-1] = (pieces[-1][0], end)
        else:
            pieces.append((start, end))
    return pieces


def chunk_text(text: str, headings: Sequence[Heading] = (), title_end: int = 0) -> tuple[Chunk, ...]:
    """Chunks of a canonical text in order.

    ``headings`` come from read_outline; a heading that ends before ``title_end`` is the document's title and no section.
    """
    body_headings = [heading for heading in headings if heading.end > title_end]
    starts = {heading.start: i for i, heading in enumerate(body_headings)}
    chunks: list[Chunk] = []
    path: tuple[Heading, ...] = ()
    open_chunk: list[tuple[int, int]] = []
    only_headings = False

    def close() -> None:
        nonlocal only_headings
        if open_chunk:
            section = tuple(heading.title for heading in path)
            chunks.append(Chunk(open_chunk[0][0], open_chunk[-1][1], section))
            open_chunk.clear()
        only_headings = False

    for line in lines_of(text):
        opened = next((starts[at] for at in range(line.start, min(line.start + 8, line.end)) if at in starts), None)
        if opened is not None:
            new_path = section_path(path, body_headings[opened])
            # A heading directly below another keeps it company: no chunk consists of headings alone.
            nested = only_headings and len(new_path) > len(path)
            if not nested:
                close()
            path = new_path
            if body_headings[opened].end == line.end:
                open_chunk.append((line.start, line.end))
                only_headings = True
                continue
        in_glossary = any(is_glossary(heading.title) for heading in path)
        term = term_of(line.text, in_glossary) if opened is None else None
        if term:
            close()
            section = tuple(heading.title for heading in path)
            chunks.extend(Chunk(start, end, section, term) for start, end in _pieces(text, line))
            continue
        for start, end in _pieces(text, line):
            if open_chunk and not only_headings and end - open_chunk[0][0] > TARGET:
                close()
            open_chunk.append((start, end))
            only_headings = False
    close()
    return tuple(chunks)
