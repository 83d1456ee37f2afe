"""Web pages: the text a reader sees, block by block; headings become Markdown headings.

Of a page with menus and lists of links only the main text is kept, whole: the one <article> or <main>, else a container that
the systems of government sites are known to use, else the block that holds the running text. The label/value table that such
sites put above the text comes first, a pair a line (发文字号：……).
"""

import re
from collections import deque
from collections.abc import Iterator
from typing import TypeAlias

import lxml.html
from lxml import etree

from indexer.document import SourceDocument
from indexer.errors import UnreadableFile
from indexer.loaders.docx_tables import Cell, table_lines
from indexer.loaders.text import decode

_Element: TypeAlias = lxml.html.HtmlElement
_DROPPED = frozenset(
    "script style noscript template iframe object svg canvas nav header footer aside button select input textarea".split()
)
# Inside the main text a header is its headline, an aside a remark and a footer the signature: only those of a page are a frame.
_IN_TEXT = frozenset(("header", "aside", "footer"))
# <form> is not dropped: whole pages of government sites are wrapped in one.
_BLOCKS = frozenset(
    "address article aside blockquote body caption dd details div dl dt fieldset figcaption figure footer form h1 h2 h3 "
    "h4 h5 h6 header hr li main ol p pre section summary table tbody tfoot thead title tr ul ucapcontent".split()
)
# What may hold a whole text; a <p> or a cell never does, or the rest of a short page would be lost.
_CONTAINERS = frozenset("div section td form article main table tbody tr center ucapcontent".split())
_HEADINGS = {f"h{level}": "#" * level for level in range(1, 7)}
_META_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w-]{2,20})", re.IGNORECASE)
_SPACE = re.compile(r"[ \t\r\n\f\v]+")
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
# id or class, in lower case and without - and _.
_KNOWN = frozenset(
    "trseditor trsueditor trspaperdefault ucapcontent zoom articlecontent articlecon articletext pagescontent xlcontent contxt context "
    "textcontent newscontent newstext infocontent detailcontent vsbcontent arttext artcon content con article detail maintext".split()
)
# A known container must hold this share of the running text of the page, or it is the name of something else.
_SHARE = 0.6
_LABELS = (
    "索引号|发文字号|发文文号|文号|发布机构|发文机关|发文机构|制发机关|发文单位|发布单位|成文日期|成文时间|生成日期|印发日期|发文日期|发文时间|发布日期|发布时间"
    "|公开日期|公开时间|公布日期|有效性|文件状态|时效性|效力状态|是否有效|主题分类|主题词|体裁分类|公文种类|信息分类|标题|名称|文件名称|信息名称|关键词|关键字|来源"
    "|信息来源|文章来源|施行日期|实施日期|生效日期|失效日期|废止日期|统一登记号|统一编号|公开方式|公开形式|公开属性|公开类别|所属机构|服务对象"
).split("|")
_LABEL = re.compile(
    r"(?P<label>"
    + "|".join(r"\s*".join(label) for label in sorted(_LABELS, key=len, reverse=True))
    + r")\s*(?P<colon>[：:]?)\s*"
)
_OTHER_LABEL = re.compile(r"[\u4e00-\u9fff\s]{2,8}[：:]")
_NEXT_LABEL = re.compile(r"\s+[\u4e00-\u9fff]{2,6}[：:]")
_LONGEST_VALUE = 200  # characters
_LONGEST_CELL = 400  # characters; more of them in a table make it a frame that holds a text


def _text_of_bytes(data: bytes) -> str:
    declared = _META_CHARSET.search(data[:4096])
    if declared and declared.group(1).lower() in (b"gb2312", b"gbk", b"gb18030"):
        try:
            return data.decode("gb18030")
        except UnicodeDecodeError:
            pass  # The declaration lies; the bytes themselves decide below.
    return decode(data)


def _is_hidden(element: _Element) -> bool:
    return (
        "hidden" in element.attrib or element.get("aria-hidden") == "true" or bool(_HIDDEN.search(element.get("style") or ""))
    )  # fmt: skip


def _strip_hidden(root: _Element) -> None:
    """Take out what no reader sees; the text behind it stays."""
    for element in [e for e in root.iter("*") if e.tag not in ("html", "body") and _is_hidden(e)]:
        if element.getparent() is not None:
            element.drop_tree()


def _running_text(body: _Element) -> dict[_Element, int]:
    """How much text outside links each element holds, the frame of the page left out. One pass from the leaves up."""
    held: dict[_Element, int] = {}
    left_out = _DROPPED | {"a", "title"}
    for _, element in etree.iterwalk(body, events=("end",)):
        count = len((element.text or "").strip())
        for child in element:
            count += held.get(child, 0) + len((child.tail or "").strip())
        held[element] = count if isinstance(element.tag, str) and element.tag not in left_out else 0
    return held


def _own_text(element: _Element) -> bool:
    return any((text or "").strip() for text in (element.text, *(child.tail for child in element)))


def _names(element: _Element) -> Iterator[str]:
    for name in f"{element.get('id') or ''} {element.get('class') or ''} {element.tag}".split():
        yield name.lower().replace("-", "").replace("_", "")


def _main_element(root: _Element) -> _Element:
    """The one <article> or <main> where there is exactly one, else the container of the running text, else the body."""
    for tag in ("article", "main"):
        found = list(root.iter(tag))
        if len(found) == 1 and (found[0].text_content() or "").strip():
            return found[0]
    body = next(root.iter("body"), root)
    held = _running_text(body)
    wanted = _SHARE * held[body]
    known: _Element | None = None
    block = body
    broken = {body} if _own_text(body) else set[_Element]()  # Below them a smaller block would lose text.
    for element in body.iter(*_CONTAINERS):
        if element.getparent() in broken or _own_text(element):
            broken.add(element)
        if element is not body and held.get(element, 0) >= wanted > 0:
            # Elements come in the order of the page: those that hold most of the text lie one within the other.
            if known is None and any(name in _KNOWN for name in _names(element)):
                known = element
            if (
                element.getparent() not in broken
                and held[element] >= 0.9 * held[body]
                and held[element] >= _LONGEST_VALUE
            ):
                block = element
    return block if known is None else known


def _rows(table: _Element) -> list[list[Cell]] | None:
    """The cells of a table; None for one that only lays out the page (tables or long passages in its cells)."""
    if next(table.iterdescendants("table"), None) is not None:
        return None
    rows: list[list[Cell]] = []
    below: dict[int, int] = {}  # Column -> rows into which a cell from above still reaches.
    for tr in table.iter("tr"):
        row: list[Cell] = []
        column = 0
        cells = deque(cell for cell in tr if cell.tag in ("td", "th"))
        while cells or below.get(column):
            if below.get(column):
                below[column] -= 1
                row.append(Cell("", continued=True))
                column += 1
                continue
            cell = cells.popleft()
            text = " ".join("".join(_texts(cell)).split())
            if len(text) > _LONGEST_CELL or next(cell.iter(*_HEADINGS), None) is not None:
                return None
            across, down = (_span(cell.get(name)) for name in ("colspan", "rowspan"))
            row.append(Cell(text, across))
            for at in range(column, column + across if down > 1 else column):
                below[at] = down - 1
            column += across
        rows.append(row)
    # Text between the cells, as careless markup has it, must not be lost.
    said = sum(len("".join("".join(_texts(caption)).split())) for caption in table.iter("caption"))
    said += sum(len(cell.text.replace(" ", "")) for row in rows for cell in row)
    whole = sum(not char.isspace() for char in "".join(_texts(table)))
    return rows if said >= whole and any(len(row) > 1 for row in rows) else None


def _span(written: str | None) -> int:
    return min(int(written), 50) if written and written.isascii() and written.isdigit() and int(written) else 1


def _texts(element: _Element) -> Iterator[str]:
    """The pieces of text below an element; blocks and line breaks part them."""
    for event, node in etree.iterwalk(element, events=("start", "end", "comment", "pi")):
        tag = node.tag if isinstance(node.tag, str) else None
        if event == "start" and node.text and tag not in _DROPPED:
            yield node.text
        if event != "start":
            if tag in _BLOCKS or tag == "br":
                yield " "
            if node is not element and node.tail:
                yield node.tail


def _pairs_of_row(row: list[Cell]) -> list[str] | None:
    """``标签：值`` for a row that alternates known labels and values."""
    texts = [cell.text for cell in row if not cell.continued]
    labels = [_LABEL.fullmatch(text) for text in texts[::2]]
    if len(texts) % 2 or not all(labels) or any(_LABEL.fullmatch(text) for text in texts[1::2]):
        return None
    return [
        f"{_bare(label['label'])}：{value}" for label, value in zip(labels, texts[1::2], strict=True) if label and value
    ]


def _bare(label: str) -> str:
    return "".join(label.split())


def _segments(body: _Element, main: _Element) -> list[tuple[str, _Element]]:
    """The pieces of text outside the main text and the frame, each with the element it stands in."""
    found: list[tuple[str, _Element]] = []
    walk = etree.iterwalk(body, events=("start", "end"))
    left_out = _DROPPED - {"header"}
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


def _is_value_of(label: str, at: _Element, value: str, value_at: _Element) -> bool:
    """Whether a piece of text stands in the row, item or line of the label before it."""
    above = set(value_at.iterancestors()) | {value_at}
    block = next((e for e in (at, *at.iterancestors()) if e.tag in ("tr", "dl", "li", "p", "div")), None)
    if block is None or block in above:
        return block is not None
    parent = block.getparent()
    return parent is not None and parent in above and _bare(parent.text_content()) == _bare(label + value)


def _pairs_around(body: _Element, main: _Element) -> list[str]:
    """``标签：值`` lines for the header table and the line of publication that stand outside the main text."""
    pairs: dict[str, str] = {}
    segments = _segments(body, main) if main is not body else []
    for i, (text, element) in enumerate(segments):
        labels = [m for m in _LABEL.finditer(text) if m.start() == 0 or (m["colon"] and text[m.start() - 1] == " ")]
        for m, following in zip(labels, [*labels[1:], None][: len(labels)], strict=True):
            value = text[m.end() : following.start() if following else len(text)] if m["colon"] else ""
            other = _NEXT_LABEL.search(value)
            value = value[: other.start()] if other else value
            if not value and m.end() == len(text) and i + 1 < len(segments):
                beside, beside_at = segments[i + 1]
                named = m["colon"] or element.tag in ("td", "th", "dt") or element.getparent().tag in ("td", "th", "dt")
                if named and not _LABEL.fullmatch(beside) and not _OTHER_LABEL.match(beside):
                    value = beside if _is_value_of(text, element, beside, beside_at) else ""
            if value.strip() and len(value) <= _LONGEST_VALUE:
                pairs.setdefault(_bare(m["label"]), value.strip())
    return [f"{label}：{value}" for label, value in pairs.items()]


def _one_line(text: str | None) -> str | None:
    return _SPACE.sub(" ", text or "").strip() or None


def _title(root: _Element, main: _Element) -> tuple[str | None, bool]:
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
    lines = {text for text, _ in _segments(body, main)}
    for candidate in (meta, named, re.split(r"\s*[-_|–—]+\s*", named)[0] if named else None):
        if candidate and len(candidate) > 3 and candidate in lines:
            return candidate, True
    headings = [text for h in body.iter("h1") if h not in main.iter("h1") and (text := _one_line(h.text_content()))]
    if len(headings) == 1 and named and named.startswith(headings[0]):
        return headings[0], True
    return meta or named, False


def _table(rows: list[list[Cell]], marked: int) -> list[str]:
    """The lines of a table; label and value stand as a pair where every row says both."""
    pairs = [_pairs_of_row(row) for row in rows if row]
    if pairs and all(pair is not None for pair in pairs):
        return [line for pair in pairs if pair is not None for line in pair]
    return table_lines(rows, marked)


def _write(element: _Element, out: list[str]) -> None:
    """Append the visible text below ``element``; iterative, so that deep nesting cannot exhaust the stack."""
    dropped = _DROPPED if element.tag == "body" else _DROPPED - _IN_TEXT
    stack: list[tuple[_Element, bool]] = [(element, False)]
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
        rows = _rows(node) if tag == "table" else None
        if rows is not None:
            caption = next(node.iter("caption"), None)
            if caption is not None:
                out.append(_SPACE.sub(" ", caption.text_content()).strip() + "\n")
            marked = sum(1 for thead in node.iter("thead") for _ in thead.iter("tr"))
            out.append("\n".join(_table(rows, marked)))
            continue
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
    _strip_hidden(root)
    main = _main_element(root)
    title, outside = _title(root, main)
    body = next(root.iter("body"), root)
    out = [f"{line}\n\n" for line in _pairs_around(body, main)]
    if title and outside:
        out.append(f"# {title}\n\n")
    _write(main, out)
    return SourceDocument("\n".join(_SPACE.sub(" ", line).strip() for line in "".join(out).split("\n")), title=title)
