"""Where a document is from: what another province or another city does, bears on no promise made here."""

import re
from typing import Literal

from indexer.document import Document

Origin = Literal["here", "unknown", "elsewhere"]

_PROVINCES = re.compile(
    "北京|天津|上海|重庆|河北|山西|内蒙古|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|广西|海南|四川|贵州|云南|西藏|"
    "陕西|甘肃|青海|宁夏|新疆|香港|澳门|台湾"
)
_PLACE = re.compile(r"(?:中共)?(?P<name>[\u4e00-\u9fff]{2,4}?)(?P<level>[省市县旗州])")


def _provinces(document: Document) -> set[str]:
    said = (document.value("issuer"), document.value("organ"), document.value("session"), document.title)
    return {name for text in said if text for name in _PROVINCES.findall(text)}


def _place(document: Document) -> re.Match[str] | None:
    return _PLACE.match(document.value("issuer", "organ") or "") or _PLACE.match(document.title)


def origin(ours: Document, other: Document, passage: str) -> Origin:
    """Whether another document is from the province or place of ours, or a passage of it speaks of that.

    Which district lies in which city is not known here: a district's document is of unknown origin. So is every one
    that names no place; where ours names none, all others count as being from here.
    """
    provinces, theirs = _provinces(ours), _provinces(other)
    here, there = _place(ours), _place(other)
    names = provinces | ({here["name"]} if here else set())
    if provinces and theirs and provinces.isdisjoint(theirs):
        return "elsewhere"
    if here and there and here["level"] == there["level"] and here["name"] != there["name"]:
        return "elsewhere"
    said = f"{other.value('issuer') or ''}{other.title}{passage}"
    return "here" if not names or any(name in said for name in names) else "unknown"
