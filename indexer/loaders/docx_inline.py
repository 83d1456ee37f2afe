"""The text of one Word paragraph as a reader sees it: tracked changes accepted, fields shown by their result.

``\\f`` marks a page break the author set and ``\\v`` one that Word found when it last laid the document out; XML allows
neither character, so they cannot come from the text.
"""

from collections.abc import Iterator

from lxml import etree

from indexer.loaders.ooxml import attribute, child, name, switched_on

_TRANSPARENT = frozenset(
    "w:ins w:moveTo w:customXml w:smartTag w:hyperlink w:fldSimple w:sdtContent w:rubyBase w:dir w:bdo w:txbxContent".split()
)
_CHARACTERS = {
    "w:tab": "\t",
    "w:ptab": "\t",
    "w:cr": "\n",
    "w:noBreakHyphen": "-",
    "w:lastRenderedPageBreak": "\v",
}
# What symbol fonts draw at these codes. Their other symbols have no plain equivalent and are left out.
_SYMBOLS: dict[str, dict[int, str]] = {
    "wingdings": {
        0x6C: "●", 0x6E: "■", 0x6F: "□", 0x71: "□", 0xA8: "□", 0xFB: "✗", 0xFC: "✓", 0xFD: "☒", 0xFE: "☑"
    },
    "wingdings 2": {0x2A: "□", 0x4F: "✗", 0x50: "✓", 0x52: "☑", 0x54: "☒", 0x98: "●", 0xA3: "□"},
}  # fmt: skip


def shown(element: etree._Element) -> Iterator[etree._Element]:
    """The parts of a wrapper that a reader sees: the newest revision, one of several alternatives, no prompt texts."""
    kind = name(element)
    if kind in _TRANSPARENT:
        yield element
    elif kind == "w:sdt":
        if not switched_on(child(child(element, "sdtPr"), "showingPlcHdr")):  # “click here to enter text”
            yield from (inner for inner in element if name(inner) == "w:sdtContent")
    elif kind == "mc:AlternateContent":
        # Choice and Fallback are the same content in a newer and an older drawing language.
        yield from [inner for inner in element if name(inner) in ("mc:Choice", "mc:Fallback")][:1]


def _symbol(element: etree._Element) -> str:
    try:
        code = int(attribute(element, "char") or "", 16)
    except ValueError:
        return ""
    font = _SYMBOLS.get((attribute(element, "font") or "").lower(), {})
    if code & 0xFF00 in (0xF000, 0):
        return font.get(code & 0xFF, "")
    return chr(code) if code < 0xD800 else ""


def text_boxes(drawing: etree._Element) -> list[etree._Element]:
    """The contents of the text boxes of a drawing, each once, not those inside another box."""
    found: list[etree._Element] = []
    stack = [drawing]
    while stack:
        element = stack.pop()
        if name(element) == "w:txbxContent":
            found.append(element)
            continue
        inner = [*shown(element)] if name(element) == "mc:AlternateContent" else list(element)
        stack.extend(reversed(inner))
    return found


class InlineReader:
    """Reads paragraph after paragraph; fields and the numbers of notes run on from one to the next."""

    def __init__(self) -> None:
        # For each field that is open: whether its instruction, which nobody sees, is being read and not yet its result.
        self._fields: list[bool] = []
        # ("footnote" or "endnote", id) in the order of the marks [1], [2]…
        self.notes: list[tuple[str, str]] = []
        self._parts: list[str] = []
        self._boxes: list[etree._Element] = []

    def read(self, paragraph: etree._Element) -> tuple[str, list[etree._Element]]:
        """The paragraph's text and the contents of the text boxes anchored in it."""
        self._parts, self._boxes = [], []
        self._walk(paragraph)
        # An instruction does not run on into the next paragraph: a field without an end must not swallow the document.
        self._fields = [instruction for instruction in self._fields if not instruction]
        return "".join(self._parts), self._boxes

    def _walk(self, parent: etree._Element) -> None:
        for element in parent:
            kind = name(element)
            if kind in ("w:t", "m:t"):
                self._emit(element.text or "")
            elif kind == "w:r":
                if not switched_on(child(child(element, "rPr"), "vanish")):
                    self._walk(element)
            elif kind in _CHARACTERS:
                self._emit(_CHARACTERS[kind])
            elif kind == "w:br":
                self._emit("\f" if attribute(element, "type") == "page" else "\n")
            elif kind == "w:sym":
                self._emit(_symbol(element))
            elif kind == "w:fldChar":
                self._field(element)
            elif kind in ("w:footnoteReference", "w:endnoteReference"):
                self.notes.append((kind[2:-9], attribute(element, "id") or ""))
                self._emit(f"[{len(self.notes)}]")
            elif kind in ("w:drawing", "w:pict", "w:object"):
                self._boxes += text_boxes(element)
            elif kind == "m:f":
                for i, part in enumerate(inner for inner in element if name(inner) in ("m:num", "m:den")):
                    self._emit("/" * i)
                    self._walk(part)
            elif kind.startswith("m:") or kind == "w:ruby":
                self._walk(element)
            else:
                for inner in shown(element):
                    self._walk(inner)

    def _emit(self, text: str) -> None:
        if not any(self._fields):
            self._parts.append(text)

    def _field(self, element: etree._Element) -> None:
        kind = attribute(element, "fldCharType")
        if kind == "begin":
            box = child(child(element, "ffData"), "checkBox")
            if box is not None:  # The box of a form is drawn, not written.
                state = child(box, "checked")
                self._emit("☑" if switched_on(state if state is not None else child(box, "default")) else "□")
            self._fields.append(True)
        elif kind == "separate" and self._fields:
            self._fields[-1] = False
        elif kind == "end" and self._fields:
            self._fields.pop()
