"""The body of a Word document in reading order: paragraphs, tables, text boxes, as blocks of text.

Within a block's text ``\\f`` marks a page break the author set and ``\\v`` one that Word found when it last laid the
document out; XML allows neither character, so they cannot come from the text.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lxml import etree

from indexer.errors import UnreadableFile
from indexer.loaders.docx_numbering import Numbering
from indexer.loaders.docx_tables import Cell, table_lines
from indexer.loaders.ooxml import attribute, child, local, name, switched_on
from indexer.outline import read_outline

_MAX_DEPTH = 100
_MAX_SPAN = 100
_MAX_CHAIN = 32
# A heading is short and no sentence; styles are also used for whole paragraphs.
_MAX_HEADING = 60
# A cell longer than this, in several paragraphs, is a text set in a frame and not a value.
_LONG_CELL = 300

_CONTAINERS = frozenset(
    "w:ins w:moveTo w:customXml w:smartTag w:hyperlink w:fldSimple w:sdtContent w:rubyBase w:dir w:bdo w:txbxContent".split()
)
_PLAIN = {"w:tab": "\t", "w:ptab": "\t", "w:cr": "\n", "w:noBreakHyphen": "-", "w:lastRenderedPageBreak": "\v"}
# Symbol fonts draw these private codes as boxes, ticks and bullets; nothing else of them has a plain equivalent.
_SYMBOLS = {"wingdings": {0x6F: "□", 0xA8: "□", 0x71: "□", 0xFE: "☑", 0xFD: "☒", 0xFC: "✓", 0xFB: "✗", 0x6C: "●", 0x6E: "■"}}
_SYMBOLS["wingdings 2"] = {0xA3: "□", 0x2A: "□", 0x52: "☑", 0x54: "☒", 0x50: "✓", 0x4F: "✗", 0x98: "●"}
_HEADING_STYLE = re.compile(r"(?i)(?:heading|标题)\s*([1-9])$")
_SENTENCE = re.compile(r"[。；！？]")


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, or one row of a table."""

    text: str
    is_row: bool = False


class BodyReader:
    """Reads the body and then the notes it refers to; numbering and notes count on from call to call."""

    def __init__(self, styles: etree._Element | None, numbering: etree._Element | None) -> None:
        self._styles: Mapping[str, etree._Element] = {
            attribute(style, "styleId") or "": style
            for style in (styles if styles is not None else ())
            if local(style) == "style" and attribute(style, "type") == "paragraph"
        }
        self._default_style = next(
            (key for key, style in self._styles.items() if attribute(style, "default") in ("1", "true")), None
        )
        self._numbering = Numbering(numbering, self._styles)
        # For each field that is open: whether its instruction (not shown) is being read, not yet its result.
        self._fields: list[bool] = []
        self._numbered_above: int | None = None
        self.notes: list[tuple[str, str]] = []  # ("footnote" or "endnote", id) in the order of their marks
        self.embedded = 0

    def blocks(self, container: etree._Element, depth: int = 0) -> list[Block]:
        """The blocks inside an element. Raises UnreadableFile when it nests deeper than any program writes."""
        if depth > _MAX_DEPTH:
            raise UnreadableFile("结构嵌套过深 / nested too deeply")
        out: list[Block] = []
        pending = ""
        for element in container:
            kind = name(element)
            if kind == "w:p":
                pending += self._own_text(element, depth, boxes := [])
                if boxes or not self._mark_deleted(element):
                    out.append(Block(self._finish(element, pending)))
                    pending = ""
                for box in boxes:
                    out += self.blocks(box, depth + 1)
            elif kind == "w:tbl":
                out += self._table(element, depth + 1)
            elif kind == "w:altChunk":
                self.embedded += 1
            else:
                for inner in self._inside(element):
                    out += self.blocks(inner, depth + 1)
        return [*out, Block(pending)] if pending else out

    def _inside(self, element: etree._Element) -> Iterator[etree._Element]:
        """The parts of a wrapper element that are shown: the newest revision, one alternative, real content."""
        kind = name(element)
        if kind == "w:sdt":
            if not switched_on(child(child(element, "sdtPr"), "showingPlcHdr")):  # “click here to enter text”
                yield from (inner for inner in element if name(inner) == "w:sdtContent")
        elif kind == "mc:AlternateContent":
            choices = [inner for inner in element if name(inner) in ("mc:Choice", "mc:Fallback")]
            yield from choices[:1]
        elif kind in _CONTAINERS:
            yield element

    def _mark_deleted(self, paragraph: etree._Element) -> bool:
        """Whether a tracked change removes the end of the paragraph, so that the next one goes on in it."""
        return child(child(child(paragraph, "pPr"), "rPr"), "del") is not None

    def _style(self, paragraph: etree._Element) -> str | None:
        found = child(child(paragraph, "pPr"), "pStyle")
        return attribute(found, "val") if found is not None else self._default_style

    def _own_text(self, paragraph: etree._Element, depth: int, boxes: list[etree._Element]) -> str:
        parts: list[str] = []
        self._inline(paragraph, depth + 1, parts, boxes)
        # An instruction never runs on into the next paragraph: a field without end must not swallow the document.
        self._fields = [False for instruction in self._fields if not instruction]
        return "".join(parts)

    def _finish(self, paragraph: etree._Element, text: str) -> str:
        """The paragraph with its number and, where only its style says that it is a heading, a heading mark."""
        properties, style = child(paragraph, "pPr"), self._style(paragraph)
        before = "\f" if switched_on(child(properties, "pageBreakBefore")) else ""
        bare = text.strip()
        if not bare:
            return before + text
        label = self._numbering.label(properties, style)
        level = self._heading_level(properties, style)
        if level is not None and len(bare) <= _MAX_HEADING and "\n" not in bare and not _SENTENCE.search(bare):
            if read_outline(label + bare):
                self._numbered_above = min(level, self._numbered_above or level)
            # Below a numbered heading a Markdown one would count as its parent.
            elif self._numbered_above is None or level <= self._numbered_above:
                label = "#" * min(level + 1, 6) + " " + label
        lead = text[: len(text) - len(text.lstrip())]
        return before + lead + label + text.lstrip()

    def _heading_level(self, properties: etree._Element | None, style: str | None) -> int | None:
        """0 for a title, 1–9 for a heading, by the paragraph's outline level or its chain of styles; else None."""
        outline = child(properties, "outlineLvl")
        for _ in range(_MAX_CHAIN):
            value = attribute(outline, "val") if outline is not None else None
            if value is not None:
                return int(value) + 1 if value.isdigit() and int(value) < 9 else None
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

    def _inline(self, parent: etree._Element, depth: int, parts: list[str], boxes: list[etree._Element]) -> None:
        if depth > _MAX_DEPTH:
            raise UnreadableFile("结构嵌套过深 / nested too deeply")
        for element in parent:
            kind = name(element)
            if kind == "w:r":
                if not switched_on(child(child(element, "rPr"), "vanish")):
                    self._inline(element, depth + 1, parts, boxes)
            elif kind in ("w:t", "m:t"):
                self._emit(element.text or "", parts)
            elif kind in _PLAIN:
                self._emit(_PLAIN[kind], parts)
            elif kind == "w:br":
                self._emit("\f" if attribute(element, "type") == "page" else "\n", parts)
            elif kind == "w:sym":
                self._emit(_symbol(element), parts)
            elif kind == "w:fldChar":
                self._field(element, parts)
            elif kind in ("w:footnoteReference", "w:endnoteReference"):
                self.notes.append((kind[2:-9], attribute(element, "id") or ""))
                self._emit(f"[{len(self.notes)}]", parts)
            elif kind in ("w:drawing", "w:pict", "w:object"):
                boxes += _text_boxes(element)
            elif kind == "m:f":
                self._inline_of(child(element, "num"), depth, parts, boxes)
                self._emit("/", parts)
                self._inline_of(child(element, "den"), depth, parts, boxes)
            elif kind.startswith("m:") or kind == "w:ruby":
                self._inline(element, depth + 1, parts, boxes)
            else:
                for inner in self._inside(element):
                    self._inline(inner, depth + 1, parts, boxes)

    def _inline_of(
        self, parent: etree._Element | None, depth: int, parts: list[str], boxes: list[etree._Element]
    ) -> None:
        if parent is not None:
            self._inline(parent, depth + 1, parts, boxes)

    def _emit(self, text: str, parts: list[str]) -> None:
        if not any(self._fields):
            parts.append(text)

    def _field(self, element: etree._Element, parts: list[str]) -> None:
        kind = attribute(element, "fldCharType")
        if kind == "begin":
            box = child(child(element, "ffData"), "checkBox")
            if box is not None:  # A ticked box of a form is drawn, not written.
                state = child(box, "checked")
                state = child(box, "default") if state is None else state
                self._emit("☑" if switched_on(state) else "□", parts)
            self._fields.append(True)
        elif kind == "separate" and self._fields:
            self._fields[-1] = False
        elif kind == "end" and self._fields:
            self._fields.pop()

    def _table(self, table: etree._Element, depth: int) -> list[Block]:
        out: list[Block] = []
        rows: list[list[Cell]] = []
        marked = 0

        def flush() -> None:
            nonlocal marked
            out.extend(Block(line, is_row=True) for line in table_lines(rows, marked))
            rows.clear()
            marked = 0

        for row, is_header in self._rows(table, depth):
            cells = [(cell, self.blocks(cell, depth + 1)) for cell in row]
            texts = [" ".join(" ".join(block.text.split(" ")).strip(" ") for block in found if block.text.strip()) for _, found in cells]
            framed = len(cells) == 1 and sum(bool(block.text.strip()) for block in cells[0][1]) > 1
            long = any(len(text) > _LONG_CELL and len(found) > 2 for text, (_, found) in zip(texts, cells, strict=True))
            if framed or long:
                flush()
                for text, (_, found) in zip(texts, cells, strict=True):
                    out += found if len(found) > 1 else [Block(text)]
                continue
            if is_header and marked == len(rows):
                marked += 1
            rows.append([_cell(cell, text) for (cell, _), text in zip(cells, texts, strict=True)])
        flush()
        return out

    def _rows(self, parent: etree._Element, depth: int) -> Iterator[tuple[list[etree._Element], bool]]:
        """The rows of a table, those inside content controls too, each with its cells and whether it is a header."""
        if depth > _MAX_DEPTH:
            raise UnreadableFile("结构嵌套过深 / nested too deeply")
        for element in parent:
            if name(element) == "w:tr":
                properties = child(element, "trPr")
                if child(properties, "del") is None:
                    cells = [cell for cell in self._nested(element, "w:tc", depth + 1)]
                    yield cells, switched_on(child(properties, "tblHeader"))
            else:
                for inner in self._inside(element):
                    yield from self._rows(inner, depth + 1)

    def _nested(self, parent: etree._Element, kind: str, depth: int) -> Iterator[etree._Element]:
        if depth > _MAX_DEPTH:
            raise UnreadableFile("结构嵌套过深 / nested too deeply")
        for element in parent:
            if name(element) == kind:
                yield element
            else:
                for inner in self._inside(element):
                    yield from self._nested(inner, kind, depth + 1)
