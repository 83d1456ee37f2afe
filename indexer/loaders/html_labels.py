"""The labels that government sites set before values: in a table above the text, or in a line below its title."""

import re

from indexer.loaders.docx_tables import Cell
from indexer.loaders.html_elements import Element, segments

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


def pairs_of_row(row: list[Cell]) -> list[str] | None:
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


def _is_value_of(label: str, at: Element, value: str, value_at: Element) -> bool:
    """Whether a piece of text stands in the row, item or line of the label before it."""
    above = set(value_at.iterancestors()) | {value_at}
    block = next((e for e in (at, *at.iterancestors()) if e.tag in ("tr", "dl", "li", "p", "div")), None)
    if block is None or block in above:
        return block is not None
    parent = block.getparent()
    return parent is not None and parent in above and _bare(parent.text_content()) == _bare(label + value)


def pairs_around(body: Element, main: Element) -> list[str]:
    """``标签：值`` lines for the header table and the line of publication that stand outside the main text."""
    pairs: dict[str, str] = {}
    pieces = segments(body, main) if main is not body else []
    for i, (text, element) in enumerate(pieces):
        labels = [m for m in _LABEL.finditer(text) if m.start() == 0 or (m["colon"] and text[m.start() - 1] == " ")]
        for m, following in zip(labels, [*labels[1:], None][: len(labels)], strict=True):
            value = text[m.end() : following.start() if following else len(text)] if m["colon"] else ""
            other = _NEXT_LABEL.search(value)
            value = value[: other.start()] if other else value
            if not value and m.end() == len(text) and i + 1 < len(pieces):
                beside, beside_at = pieces[i + 1]
                named = m["colon"] or element.tag in ("td", "th", "dt") or element.getparent().tag in ("td", "th", "dt")
                if named and not _LABEL.fullmatch(beside) and not _OTHER_LABEL.match(beside):
                    value = beside if _is_value_of(text, element, beside, beside_at) else ""
            if value.strip() and len(value) <= _LONGEST_VALUE:
                pairs.setdefault(_bare(m["label"]), value.strip())
    return [f"{label}：{value}" for label, value in pairs.items()]
