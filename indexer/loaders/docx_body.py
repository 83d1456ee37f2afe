"""The body of a Word document in reading order: paragraphs, tables and text boxes as blocks of text."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lxml import etree

from indexer.loaders.docx_inline import InlineReader, shown
from indexer.loaders.docx_numbering import Numbering
from indexer.loaders.docx_tables import Cell, table_lines
from indexer.loaders.ooxml import attribute, child, local, name, switched_on
from indexer.outline import read_outline

# Word lets a style be based on a style; a chain longer than this is a loop.
_MAX_CHAIN = 32
_MAX_SPAN = 63  # Word's own limit of columns
# A heading is short and no sentence; heading styles are also used for whole paragraphs.
_MAX_HEADING = 60
# A cell longer than this, in several paragraphs, is a text set in a frame and not a value.
_LONG_CELL = 300
_HEADING_STYLE = re.compile(r"(?i)(?:heading|标题)\s*([1-9])$")
_SENTENCE = re.compile(r"[。；！？\n]")


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, or one row of a table; may hold the page marks of `docx_inline`."""

    text: str
    is_row: bool = False


class BodyReader:
    """Reads the body, then the notes it refers to; numbers count on from call to call."""

    def __init__(self, styles: etree._Element | None, numbering: etree._Element | None) -> None:
        found = [style for style in (styles if styles is not None else ()) if local(style) == "style"]
        self._styles: Mapping[str, etree._Element] = {attribute(style, "styleId") or "": style for style in found}
        self._default_style = next(
            (
                attribute(style, "styleId")
                for style in found
                if attribute(style, "type") == "paragraph" and attribute(style, "default") in ("1", "true")
            ),
            None,
        )
        self._numbering = Numbering(numbering, self._styles)
        self.inline = InlineReader()
        # The highest heading level so far whose headings carry a number of their own.
        self._numbered_level: int | None = None
        self.embedded = 0

    def blocks(self, container: etree._Element) -> list[Block]:
        """The blocks inside an element, in reading order; a text box follows the paragraph it is anchored in."""
        out: list[Block] = []
        pending = ""
        for element in container:
            kind = name(element)
            if kind == "w:p":
                text, boxes = self.inline.read(element)
                pending += text
                # A tracked change may remove the end of a paragraph: then the next one goes on in it.
                if child(child(child(element, "pPr"), "rPr"), "del") is None:
                    out.append(Block(self._finish(element, pending)))
                    pending = ""
                for box in boxes:
                    out += self.blocks(box)
            elif kind == "w:tbl":
                out += self._table(element)
            elif kind == "w:altChunk":
                self.embedded += 1
            else:
                for inner in shown(element):
                    out += self.blocks(inner)
        return [*out, Block(pending)] if pending else out

    def _finish(self, paragraph: etree._Element, text: str) -> str:
        """The paragraph with its number and, where only the style says that it is a heading, a heading mark."""
        properties = child(paragraph, "pPr")
        found = child(properties, "pStyle")
        style = attribute(found, "val") if found is not None else self._default_style
        body = text.lstrip()
        lead = ("\f" if switched_on(child(properties, "pageBreakBefore")) else "") + text[: len(text) - len(body)]
        if not body:
            return lead
        return lead + self._heading_mark(self._numbering.label(properties, style) + body, properties, style)

    def _heading_mark(self, text: str, properties: etree._Element | None, style: str | None) -> str:
        level = self._heading_level(properties, style)
        bare = text.strip()
        if level is None or len(bare) > _MAX_HEADING or _SENTENCE.search(bare):
            return text
        if read_outline(bare):  # 一、 第三条: the number ranks it, and it is quoted as it stands.
            self._numbered_level = min(level, self._numbered_level if self._numbered_level is not None else level)
        elif self._numbered_level is None or level <= self._numbered_level:
            return "#" * min(level + 1, 6) + " " + text
        # Below a numbered heading: a Markdown heading there would count as its parent.
        return text

    def _heading_level(self, properties: etree._Element | None, style: str | None) -> int | None:
        """0 for a title, 1–9 for a heading, by the paragraph's outline level or its chain of styles; else None."""
        outline = child(properties, "outlineLvl")
        for _ in range(_MAX_CHAIN):
            if outline is not None:
                value = attribute(outline, "val") or ""
                return int(value) + 1 if value in tuple("012345678") else None
            found = self._styles.get(style or "")
            if found is None:
                return None
            label = child(found, "name")
            title = (attribute(label, "val") or "") if label is not None else ""
            if title.lower() in ("title", "标题"):
                return 0
            if numbered := _HEADING_STYLE.match(title):
                return int(numbered.group(1))
            outline = child(child(found, "pPr"), "outlineLvl")
            based = child(found, "basedOn")
            style = attribute(based, "val") if based is not None else None
        return None

    def _table(self, table: etree._Element) -> list[Block]:
        out: list[Block] = []
        rows: list[list[Cell]] = []
        marked = 0

        def flush() -> None:
            out.extend(Block(line, is_row=True) for line in table_lines(rows, marked))
            rows.clear()

        for row in self._nested(table, "w:tr"):
            properties = child(row, "trPr")
            if child(properties, "del") is not None:
                continue
            cells = list(self._nested(row, "w:tc"))
            contents = [[block for block in self.blocks(cell) if block.text.strip()] for cell in cells]
            if any(_is_frame(content, alone=len(cells) == 1) for content in contents):
                flush()
                marked = 0
                for content in contents:
                    out += content
                continue
            if switched_on(child(properties, "tblHeader")) and marked == len(rows):
                marked += 1
            rows.append([_cell(cell, content) for cell, content in zip(cells, contents, strict=True)])
        flush()
        return out

    def _nested(self, parent: etree._Element, kind: str) -> Iterator[etree._Element]:
        """The rows of a table or the cells of a row, those inside content controls too."""
        for element in parent:
            if name(element) == kind:
                yield element
            else:
                for inner in shown(element):
                    yield from self._nested(inner, kind)


def _is_frame(content: list[Block], alone: bool) -> bool:
    """Whether a cell holds passages rather than a value: such a table only places text on the page."""
    if len(content) < 2:
        return False
    return alone or (len(content) > 2 and sum(len(block.text) for block in content) > _LONG_CELL)


def _cell(cell: etree._Element, content: list[Block]) -> Cell:
    properties = child(cell, "tcPr")
    span, merge = child(properties, "gridSpan"), child(properties, "vMerge")
    width = (attribute(span, "val") or "") if span is not None else ""
    return Cell(
        # Page marks stay: they are counted later, and split() would take them for white space.
        " ".join(re.sub(r"[^\S\f\v]+", " ", block.text).strip(" ") for block in content),
        min(int(width), _MAX_SPAN) if width.isdecimal() and int(width) > 0 else 1,
        merge is not None and attribute(merge, "val") != "restart",
    )
