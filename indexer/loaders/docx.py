"""Word documents (DOCX, DOCM, DOTX): the body as Word shows it, with the numbers Word adds, tables and notes in place.

Read from the parts with lxml rather than through python-docx, which drops what official documents depend on: automatic
numbers, footnotes, content controls, text boxes and inserted text. It also unpacks whatever it is given.
"""

import re

from lxml import etree

from indexer.document import SourceDocument
from indexer.errors import UnreadableFile
from indexer.loaders.docx_body import Block, BodyReader
from indexer.loaders.ooxml import Package, attribute, child, local
from indexer.loaders.titles import sane_title

_MARKS = re.compile(r"[\f\v]")


def load(data: bytes) -> SourceDocument:
    """The text of a Word document: a paragraph or table row a line, notes at the end as ``[1] …``.

    ``\\f`` stands between pages only when the document was last saved with its layout and the breaks in it add up to
    the number of pages it claims. A paragraph belongs to the page on which it begins.
    Raises UnreadableFile.
    """
    try:
        return _load(Package(data))
    except RecursionError as error:
        raise UnreadableFile("结构嵌套过深 / nested too deeply") from error


def _load(package: Package) -> SourceDocument:
    body = child(package.document(), "body")
    if body is None:
        raise UnreadableFile("不是 Word 文档（没有正文）/ not a Word document")
    reader = BodyReader(package.related("styles"), package.related("numbering"))
    blocks = reader.blocks(body)
    text = _join(_with_pages(blocks, _claimed_pages(package)))
    notes = _notes(package, reader)
    if notes:
        text += "\n\n" + "\n".join(notes)
    properties = package.properties("core-properties")
    title = child(properties, "title")
    return SourceDocument(
        text,
        title=sane_title(title.text if title is not None else None, text),
        notes=(f"{reader.embedded} 处嵌入的外部文件未读 / embedded files not read",) if reader.embedded else (),
    )


def _claimed_pages(package: Package) -> int | None:
    pages = child(package.properties("extended-properties"), "Pages")
    value = (pages.text or "").strip() if pages is not None else ""
    return int(value) if value.isdecimal() else None


def _break_positions(blocks: list[Block]) -> list[tuple[int, int]]:
    """Per block: the page breaks before its text and those within or after it.

    Word notes the break that an author's page break causes a second time, where the new page begins.
    """
    counts: list[tuple[int, int]] = []
    fresh = True  # nothing has been written since the last break
    for block in blocks:
        before = after = 0
        started = False
        for piece in re.findall(r"[\f\v]|[^\f\v]+", block.text):
            if piece in ("\f", "\v"):
                if piece == "\f" or not fresh:
                    before, after = (before, after + 1) if started else (before + 1, after)
                fresh = True
            elif piece.strip():
                fresh = False
                started = True
        counts.append((before, after))
    return counts


def _with_pages(blocks: list[Block], claimed: int | None) -> list[Block]:
    """The blocks without page marks, with ``\\f`` at the ends of blocks where the pages can be relied on."""
    counts = _break_positions(blocks)
    rendered = any("\v" in block.text for block in blocks)
    reliable = rendered and claimed == 1 + sum(before + after for before, after in counts)
    out: list[Block] = []
    for block, (before, after) in zip(blocks, counts, strict=True):
        text = block.text.replace("\v", "")
        # A page break an author sets inside a paragraph ends the line in any case.
        text = re.sub(r"\s*\f\s*", "\n", text).strip("\n")
        if reliable:
            text = "\f" * before + text + "\f" * after
        if text.strip() or "\f" in text:
            out.append(Block(text, block.is_row))
    return out


def _join(blocks: list[Block]) -> str:
    """Paragraphs apart by an empty line. Rows are not: what stands next to a table must not be joined to its text."""
    out: list[str] = []
    for i, block in enumerate(blocks):
        if i:
            out.append("\n" if block.is_row or blocks[i - 1].is_row else "\n\n")
        out.append(block.text)
    return "".join(out)


def _notes(package: Package, reader: BodyReader) -> list[str]:
    parts = {kind: package.related(kind + "s") for kind in ("footnote", "endnote")}
    found: dict[tuple[str, str], etree._Element] = {
        (local(note), attribute(note, "id") or ""): note for part in parts.values() if part is not None for note in part
    }
    lines: list[str] = []
    for number, key in enumerate(tuple(reader.inline.notes), 1):
        note = found.get(key)
        text = (
            "\n".join(_MARKS.sub("", block.text).strip() for block in reader.blocks(note)) if note is not None else ""
        )
        if text.strip():
            lines.append(f"[{number}] {text.strip()}")
    return lines
