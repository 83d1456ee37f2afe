"""Web pages: the text a reader sees, block by block; headings become Markdown headings.

Of a page with menus and lists of links only the main text is kept, whole: the one <article> or <main>, else a container that
the systems of government sites are known to use, else the block that holds the running text. The label/value table that such
sites put above the text comes first, a pair a line (发文字号：……).
"""

import re

import lxml.html
from lxml import etree

from indexer.document import SourceDocument
from indexer.errors import UnreadableFile
from indexer.loaders.html_elements import BLOCKS, DROPPED, HEADINGS, IN_TEXT, Element, segments
from indexer.loaders.html_labels import pairs_around
from indexer.loaders.html_main import main_element, strip_hidden
from indexer.loaders.html_tables import lines_of_table, rows_of
from indexer.loaders.text import decode

_META_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w-]{2,20})", re.IGNORECASE)
_SPACE = re.compile(r"[ \t\r\n\f\v]+")


def _text_of_bytes(data: bytes) -> str:
    declared = _META_CHARSET.search(data[:4096])
    if declared and declared.group(1).lower() in (b"gb2312", b"gbk", b"gb18030"):
        try:
            return data.decode("gb18030")
        except UnicodeDecodeError:
            pass  # The declaration lies; the bytes themselves decide below.
    return decode(data)


def _one_line(text: str | None) -> str | None:
    return _SPACE.sub(" ", text or "").strip() or None


def _title(root: Element, main: Element) -> tuple[str | None, bool]:
    """The title, and whether it is a line of the page that stands outside the main text."""
    inside = next((_one_line(h.text_content()) for h in main.iter("h1")), None)
    if inside:
        return inside, False
    named = _one_line(root.findtext(".//title"))
    meta = next(
        (_one_line(m.get("content")) for m in root.iter("meta") if (m.get("name") or "").lower() == "articletitle"),
        None,
    )
    body = next(root.iter("body"), root)
    lines = {text for text, _ in segments(body, main)}
    for candidate in (meta, named, re.split(r"\s*[-_|–—]+\s*", named)[0] if named else None):
        if candidate and len(candidate) > 3 and candidate in lines:
            return candidate, True
    headings = [text for h in body.iter("h1") if h not in main.iter("h1") and (text := _one_line(h.text_content()))]
    if len(headings) == 1 and named and named.startswith(headings[0]):
        return headings[0], True
    return meta or named, False


def _write(element: Element, out: list[str]) -> None:
    """Append the visible text below ``element``; iterative, so that deep nesting cannot exhaust the stack."""
    dropped = DROPPED if element.tag == "body" else DROPPED - IN_TEXT
    stack: list[tuple[Element, bool]] = [(element, False)]
    while stack:
        node, leaving = stack.pop()
        tag = node.tag if isinstance(node.tag, str) else None
        if leaving:
            if tag in BLOCKS:
                out.append("\n\n" if tag != "tr" else "\n")
            elif tag in ("td", "th") and node.getnext() is not None:
                out.append(" | ")
            if node is not element and node.tail:
                out.append(_SPACE.sub(" ", node.tail))
            continue
        stack.append((node, True))
        if tag is None or tag in dropped:
            continue
        if tag == "br":
            out.append("\n")
            continue
        if tag in BLOCKS:
            out.append("\n\n" if tag != "tr" else "\n")
        rows = rows_of(node) if tag == "table" else None
        if rows is not None:
            caption = next(node.iter("caption"), None)
            if caption is not None:
                out.append(_SPACE.sub(" ", caption.text_content()).strip() + "\n")
            marked = sum(1 for thead in node.iter("thead") for _ in thead.iter("tr"))
            out.append("\n".join(lines_of_table(rows, marked)))
            continue
        if tag in HEADINGS:
            out.append(HEADINGS[tag] + " ")
        if node.text:
            out.append(_SPACE.sub(" ", node.text))
        stack.extend((child, False) for child in reversed(node))


def load(data: bytes) -> SourceDocument:
    """The main text of a page, title from <h1> or <title>. Scripts, navigation and footers are no document text."""
    markup = _text_of_bytes(data)
    if not markup.strip():
        return SourceDocument("")
    try:
        # lxml refuses str input that declares an encoding, so hand it bytes whose encoding is known.
        # Pages that never close their tags nest deeper than the 256 levels that are allowed otherwise.
        parser = lxml.html.HTMLParser(encoding="utf-8", huge_tree=True)
        root = lxml.html.document_fromstring(markup.encode("utf-8"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise UnreadableFile("不是可解析的网页 / not a parsable web page") from error
    if any(entry.type_name == "ERR_RESOURCE_LIMIT" for entry in parser.error_log):
        # The parser stops there without another word: half a page must not pass for the whole.
        raise UnreadableFile("网页嵌套过深 / the page is nested too deeply")
    strip_hidden(root)
    main = main_element(root)
    title, outside = _title(root, main)
    body = next(root.iter("body"), root)
    out = [f"{line}\n\n" for line in pairs_around(body, main)]
    if title and outside:
        out.append(f"# {title}\n\n")
    _write(main, out)
    return SourceDocument("\n".join(_SPACE.sub(" ", line).strip() for line in "".join(out).split("\n")), title=title)
