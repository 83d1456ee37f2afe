"""Web pages: the text a reader sees, block by block; headings become Markdown headings."""

import re

import lxml.html
from lxml import etree

from indexer.document import SourceDocument
from indexer.errors import UnreadableFile
from indexer.loaders.text import decode

_DROPPED = frozenset(
    "script style noscript template iframe object svg canvas nav header footer aside button select input textarea".split()
)
# <form> is not dropped: whole pages of government sites are wrapped in one.
_BLOCKS = frozenset(
    "address article aside blockquote body caption dd details div dl dt fieldset figcaption figure footer form h1 h2 h3 "
    "h4 h5 h6 header hr li main ol p pre section summary table tbody tfoot thead title tr ul".split()
)
_HEADINGS = {f"h{level}": "#" * level for level in range(1, 7)}
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


def _main_element(root: lxml.html.HtmlElement) -> lxml.html.HtmlElement:
    """The one <article> or <main> where there is exactly one, else the whole body."""
    for tag in ("article", "main"):
        found = list(root.iter(tag))
        if len(found) == 1 and (found[0].text_content() or "").strip():
            return found[0]
    return next(root.iter("body"), root)


def _write(element: lxml.html.HtmlElement, out: list[str]) -> None:
    """Append the visible text below ``element``; iterative, so that deep nesting cannot exhaust the stack."""
    # The header of an article is its headline and date; only that of a page is a banner.
    dropped = _DROPPED if element.tag == "body" else _DROPPED - {"header"}
    stack: list[tuple[lxml.html.HtmlElement, bool]] = [(element, False)]
    while stack:
        node, leaving = stack.pop()
        tag = node.tag if isinstance(node.tag, str) else None
        if leaving:
            if tag in _BLOCKS:
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
        if tag in _BLOCKS:
            out.append("\n\n" if tag != "tr" else "\n")
        if tag in _HEADINGS:
            out.append(_HEADINGS[tag] + " ")
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
    out: list[str] = []
    main = _main_element(root)
    _write(main, out)
    lines = [_SPACE.sub(" ", line).strip() for line in "".join(out).split("\n")]
    heading = next((h.text_content() for h in main.iter("h1")), None) or root.findtext(".//title")
    return SourceDocument("\n".join(lines), title=_SPACE.sub(" ", heading).strip() if heading else None)
