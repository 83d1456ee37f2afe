"""Which part of a web page is its text: what is hidden goes, menus and lists of links are left out."""

import re
from collections.abc import Iterator

from lxml import etree

from indexer.loaders.html_elements import DROPPED, Element

# What may hold a whole text; a <p> or a cell never does, or the rest of a short page would be lost.
_CONTAINERS = frozenset("div section td form article main table tbody tr center ucapcontent".split())
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
# id or class, in lower case and without - and _.
_KNOWN = frozenset(
    "trseditor trsueditor trspaperdefault ucapcontent zoom articlecontent articlecon articletext pagescontent xlcontent contxt context "
    "textcontent newscontent newstext infocontent detailcontent vsbcontent arttext artcon content con article detail maintext".split()
)
# A known container must hold this share of the running text of the page, or it is the name of something else.
_SHARE = 0.6
_LEAST_TEXT = 200  # characters


def _is_hidden(element: Element) -> bool:
    return (
        "hidden" in element.attrib or element.get("aria-hidden") == "true" or bool(_HIDDEN.search(element.get("style") or ""))
    )  # fmt: skip


def strip_hidden(root: Element) -> None:
    """Take out what no reader sees; the text behind it stays."""
    for element in [e for e in root.iter("*") if e.tag not in ("html", "body") and _is_hidden(e)]:
        if element.getparent() is not None:
            element.drop_tree()


def _running_text(body: Element) -> dict[Element, int]:
    """How much text outside links each element holds, the frame of the page left out. One pass from the leaves up."""
    held: dict[Element, int] = {}
    left_out = DROPPED | {"a", "title"}
    for _, element in etree.iterwalk(body, events=("end",)):
        count = len((element.text or "").strip())
        for child in element:
            count += held.get(child, 0) + len((child.tail or "").strip())
        held[element] = count if isinstance(element.tag, str) and element.tag not in left_out else 0
    return held


def _own_text(element: Element) -> bool:
    return any((text or "").strip() for text in (element.text, *(child.tail for child in element)))


def _names(element: Element) -> Iterator[str]:
    for name in f"{element.get('id') or ''} {element.get('class') or ''} {element.tag}".split():
        yield name.lower().replace("-", "").replace("_", "")


def main_element(root: Element) -> Element:
    """The one <article> or <main> where there is exactly one, else the container of the running text, else the body."""
    for tag in ("article", "main"):
        found = list(root.iter(tag))
        if len(found) == 1 and (found[0].text_content() or "").strip():
            return found[0]
    body = next(root.iter("body"), root)
    held = _running_text(body)
    wanted = _SHARE * held[body]
    known: Element | None = None
    block = body
    broken = {body} if _own_text(body) else set[Element]()  # Below them a smaller block would lose text.
    for element in body.iter(*_CONTAINERS):
        if element.getparent() in broken or _own_text(element):
            broken.add(element)
        if element is not body and held.get(element, 0) >= wanted > 0:
            # Elements come in the order of the page: those that hold most of the text lie one within the other.
            if known is None and any(name in _KNOWN for name in _names(element)):
                known = element
            if element.getparent() not in broken and held[element] >= 0.9 * held[body] and held[element] >= _LEAST_TEXT:
                block = element
    return block if known is None else known
