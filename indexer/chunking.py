"""Cut the canonical text into chunks along its outline.

Every character that is not white space lies in exactly one chunk; a chunk never crosses a heading that opens a
section of its own; a glossary entry is a chunk by itself, with its term; a paragraph of promises (下一步……) begins one.
"""

import re
from collections.abc import Sequence

from indexer.document import Chunk, Heading
from indexer.lines import Line, lines_of
from indexer.outline import BYLINE, DEFINITION, ENTRY, ENTRY_HEAD, is_glossary, section_path
from indexer.sentences import sentence_spans

# Characters. Measured on the development sets: see docs/decisions.
TARGET = 500

_QUOTES = "“”\"'‘’「」『』《》"
_PROMISE = re.compile(r"(?:下一步|下步|下一阶段|下阶段|接下来|今后)(?:[，,：:]|[我市区县省局委厅将工])")
# What must stand before a promise within a paragraph, and what it must say, to be a chunk of its own, in characters.
_BEFORE_PROMISE, _PROMISED = 60, 20
_TERMS_FOLLOW = re.compile(r"(?:用语|术语|名词|概念).{0,12}[：:]$")
_GOES_ON = frozenset("：:；;，,、")
_NO_SENTENCE_END = re.compile(r"[^。！？!?”」』）)】》]$")
_NUMBERED_ENTRY = re.compile(r"\d{1,3}\s*[.．、]|[（(［\[【〔]\s*\d{1,3}\s*[）)］\]】〕]")
_ITEM = re.compile(r"(?:\d{1,2}\s*[.．、]|[（(]\s*[\d一二三四五六七八九十]{1,3}\s*[）)]|[①-⑳]|[-•·])")


def term_of(paragraph: str, in_glossary: bool) -> str | None:
    """The term that a paragraph defines, without quotation marks; None when it defines none."""
    match = DEFINITION.match(paragraph)
    if match is None and in_glossary:
        match = ENTRY_HEAD.match(paragraph) or ENTRY.match(paragraph)
    if match is None:
        return None
    term = "".join(c for c in match.group(1) if c not in _QUOTES).strip()
    return term or None


def _continues_entry(text: str, last: Line, line: Line, in_glossary: bool) -> bool:
    """Whether a line that names no term of its own belongs to the entry whose last line is given."""
    if last.text[-1] in _GOES_ON or _NO_SENTENCE_END.search(last.text):
        return True
    # In a glossary the next line of the same paragraph, or an item of its own.
    return in_glossary and (text[last.end : line.start] == "\n" or _ITEM.match(line.text) is not None)


def _promise_in(text: str, line: Line) -> int | None:
    """Where, after a sentence end, a paragraph turns to what will be done."""
    if not _PROMISE.search(line.text, 1):
        return None
    for start, _ in sentence_spans(text, line.start, line.end):
        if (
            start - line.start >= _BEFORE_PROMISE
            and line.end - start >= _PROMISED
            and _PROMISE.match(line.text, start - line.start)
        ):
            return start
    return None


def _pieces(text: str, line: Line, promise: int | None = None) -> list[tuple[int, int]]:
    """A line cut at sentence ends into pieces of at most TARGET characters (a longer sentence stays whole), and where
    it turns to a promise."""
    if len(line.text) <= TARGET and promise is None:
        return [(line.start, line.end)]
    pieces: list[tuple[int, int]] = []
    for start, end in sentence_spans(text, line.start, line.end):
        if pieces and end - pieces[-1][0] <= TARGET and start != promise:
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
    in_terms = False  # Whether the open article or paragraph announces terms: 下列用语的含义：
    entry: tuple[Line, str] | None = None  # The last line of the open entry, and its term.

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
            in_terms, entry = False, None
            if body_headings[opened].end == line.end:
                open_chunk.append((line.start, line.end))
                only_headings = True
                continue
        in_glossary = opened is None and (in_terms or any(is_glossary(heading.title) for heading in path))
        runs_in = opened is not None and body_headings[opened].title.startswith("第")
        term = term_of(line.text, in_glossary) if opened is None or runs_in else None
        if entry and opened is None and ENTRY_HEAD.match(entry[0].text) and not _NUMBERED_ENTRY.match(line.text):
            term = entry[1]  # What a term on a line of its own means, whatever colons it has.
        if term is None and entry and _continues_entry(text, entry[0], line, in_glossary):
            term = entry[1]
        if term:
            section = tuple(heading.title for heading in path)
            if entry and entry[1] == term and chunks and line.end - chunks[-1].start <= TARGET:
                chunks[-1] = Chunk(chunks[-1].start, line.end, section, term)
            else:
                close()
                chunks.extend(Chunk(start, end, section, term) for start, end in _pieces(text, line))
            entry = (line, term)
            continue
        entry = None
        in_terms = in_terms or bool(_TERMS_FOLLOW.search(line.text))
        if not only_headings and (_PROMISE.match(line.text) or BYLINE.fullmatch(line.text)):
            close()
        promise = _promise_in(text, line)
        for start, end in _pieces(text, line, promise):
            if start == promise or (open_chunk and not only_headings and end - open_chunk[0][0] > TARGET):
                close()
            open_chunk.append((start, end))
            only_headings = False
    close()
    return tuple(chunks)
