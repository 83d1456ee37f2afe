"""The elements of a web page: which are frame, which are blocks, and the text below them."""

from collections.abc import Iterator
from typing import TypeAlias

import lxml.html
from lxml import etree

Element: TypeAlias = lxml.html.HtmlElement
DROPPED = frozenset(
    "script style noscript template iframe object svg canvas nav header footer aside button select input textarea".split()
)
# Inside the main text a header is its headline, an aside a remark and a footer the signature: only those of a page are a frame.
IN_TEXT = frozenset(("header", "aside", "footer"))
# <form> is not dropped: whole pages of government sites are wrapped in one.
BLOCKS = frozenset(
    "address article aside blockquote body caption dd details div dl dt fieldset figcaption figure footer form h1 h2 h3 "
    "h4 h5 h6 header hr li main ol p pre section summary table tbody tfoot thead title tr ul ucapcontent".split()
)
HEADINGS = {f"h{level}": "#" * level for level in range(1, 7)}


def texts(element: Element) -> Iterator[str]:
    """The pieces of text below an element; blocks and line breaks part them."""
    for event, node in etree.iterwalk(element, events=("start", "end", "comment", "pi")):
        tag = node.tag if isinstance(node.tag, str) else None
        if event == "start" and node.text and tag not in DROPPED:
            yield node.text
        if event != "start":
            if tag in BLOCKS or tag == "br":
                yield " "
            if node is not element and node.tail:
                yield node.tail


def segments(body: Element, main: Element) -> list[tuple[str, Element]]:
    """The pieces of text outside the main text and the frame, each with the element it stands in."""
    found: list[tuple[str, Element]] = []
    walk = etree.iterwalk(body, events=("start", "end"))
    left_out = DROPPED - {"header"}
    for event, node in walk:
        if event == "start" and (node is main or node.tag in left_out):
            walk.skip_subtree()
        elif event == "start" and node.text and (text := " ".join(node.text.split())):
            found.append((text, node))
        if event == "end" and node is not body and node.tail and (text := " ".join(node.tail.split())):
            parent = node.getparent()
            if parent is not None:
                found.append((text, parent))
    return found
