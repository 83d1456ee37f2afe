"""A saved search for replies as an Atom feed (RFC 4287), for the feed readers and mail programs that offices have."""

import re
from collections.abc import Mapping, Sequence
from urllib.parse import urlencode
from uuid import NAMESPACE_URL, uuid5
from xml.etree import ElementTree as ET

from server.replies.reply import Reply, numbered_year

ENTRIES = 50
MEDIA_TYPE = "application/atom+xml"

_ATOM = "http://www.w3.org/2005/Atom"
# Midnight where the letters are written. A reply without any date stays where it is.
_MIDNIGHT, _UNKNOWN = "T00:00:00+08:00", "1970-01-01"
# What XML 1.0 cannot hold.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SUMMARY = 600
_NAMES = {
    "q": "内容", "number": "编号", "kind": "类别", "session": "会议", "proposer": "提出人", "organ": "主办单位",
    "year": "年份", "category": "办理类别", "adoption": "采纳情况",
}  # fmt: skip


def stable_id(name: str) -> str:
    """An identifier that is the same at every address of the service."""
    return f"urn:uuid:{uuid5(NAMESPACE_URL, f'zhengwen:{name}')}"


def updated(reply: Reply) -> str:
    """The day of a reply as an instant; the first of the year where only that is known."""
    day = reply.fields.get("date") or numbered_year(reply.fields.get("document_number", "")) or _UNKNOWN
    return f"{day}-01-01"[:10] + _MIDNIGHT if len(day) == 4 else f"{day}-01"[:10] + _MIDNIGHT


def newest(replies: Sequence[Reply]) -> list[Reply]:
    """The first ENTRIES of some replies by day, newest first."""
    return sorted(replies, key=updated, reverse=True)[:ENTRIES]


def _add(parent: ET.Element, name: str, text: str | None = None, **attributes: str) -> ET.Element:
    child = ET.SubElement(
        parent, f"{{{_ATOM}}}{name}", {key: _NOT_XML.sub("", value) for key, value in attributes.items()}
    )
    if text is not None:
        child.text = _NOT_XML.sub("", text)
    return child


def atom(replies: Sequence[Reply], search: Mapping[str, str], base_url: str) -> bytes:
    """The feed of a search, given as the parameters of its address.

    ``replies`` come newest first; ``base_url`` is absolute and ends in a slash. A feed without entries has the date of
    nothing: that of the index would tell when something was published that the reader may not see.
    """
    ET.register_namespace("", _ATOM)
    query = urlencode(sorted(search.items()))
    asked = f"?{query}" if query else ""
    said = "，".join(f"{_NAMES.get(name, name)} {value}" for name, value in search.items())
    feed = ET.Element(f"{{{_ATOM}}}feed", {"xml:lang": "zh-CN"})
    _add(feed, "id", stable_id(f"replies{asked}"))
    _add(feed, "title", f"建议提案答复：{said}" if said else "建议提案答复")
    _add(feed, "updated", max(map(updated, replies), default=f"{_UNKNOWN}{_MIDNIGHT}"))
    _add(feed, "link", rel="self", type=MEDIA_TYPE, href=f"{base_url}replies.atom{asked}")
    _add(feed, "link", rel="alternate", type="text/html", href=f"{base_url}replies{asked}")
    _add(_add(feed, "author"), "name", "政问 Zhengwen")
    for reply in replies:
        _entry(feed, reply, base_url)
    body: bytes = ET.tostring(feed, encoding="utf-8", xml_declaration=True)
    return body


def _entry(feed: ET.Element, reply: Reply, base_url: str) -> None:
    fields, identity = reply.fields, reply.document.document_id
    entry = _add(feed, "entry")
    _add(entry, "id", stable_id(f"reply:{identity}"))
    _add(entry, "title", f"{reply.number} {reply.name}".strip())
    _add(entry, "updated", updated(reply))
    _add(entry, "link", rel="alternate", type="text/html", href=f"{base_url}replies/{identity}")
    _add(_add(entry, "author"), "name", fields.get("organ") or "（未注明 unknown）")
    if "kind" in fields:
        _add(entry, "category", term=fields["kind"])
    facts = [fields[name] for name in ("proposer", "session", "document_number", "adoption") if name in fields]
    promised = "".join(" ".join(statement.text.split()) for statement in reply.promised)
    summary = "，".join(facts) + (f"。承诺：{promised}" if promised else "")
    _add(entry, "summary", summary if len(summary) <= _SUMMARY else summary[: _SUMMARY - 1] + "…", type="text")
