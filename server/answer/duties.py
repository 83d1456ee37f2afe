"""Duties: what an organ is charged with is not said by what others are, nor by what was done."""

import re
from functools import lru_cache

from indexer.analyzer import normalise
from server.organ import is_named
from server.search.passages import Passage
from server.search.query import Query

_ORGAN = r"(?:委员会|办公室|办公厅|领导小组|专班|中心|政府|公司|集团|[局委厅办部处院会])"
_ASKS = (
    re.compile(
        rf"(?P<body>[\u4e00-\u9fff]{{1,16}}?{_ORGAN})的?(?:主要|工作|法定|具体|基本)*(?:职责|职能|职权)(?!分工)"
    ),
    re.compile(
        rf"(?P<body>[\u4e00-\u9fff]{{1,16}}?{_ORGAN})(?:主要|具体|都)*(?:负责|承担|主管)(?:些|了|的是)*(?:什么|哪些|啥)"
    ),
)
_LEAD_IN = re.compile(r"^(?:请问|请介绍一?下?|介绍一?下?|想了解|关于|在)+")
_NOT_NAMED = re.compile(r"[哪谁什何]|部门$|单位$")
_NAMES = re.compile(rf"[\u4e00-\u9fff（()）]{{1,24}}?{_ORGAN}(?![员长])")
_DUTY = re.compile(r"职责|职能|职权|负责|承担|主管|牵头|承办|统筹协调|履行")


@lru_cache(maxsize=64)
def _asked(text: str) -> str | None:
    plain = normalise(text)
    for pattern in _ASKS:
        match = pattern.search(plain)
        if match and not _NOT_NAMED.search(match["body"]):
            return _LEAD_IN.sub("", match["body"])
    return None


def missing_duty(query: Query, passage: Passage, plain: str) -> str | None:
    """The organ whose duties a question asks for, where a normalised sentence does not state them; None where it does, or
    where nothing of the kind is asked.

    The organ stands before the duty in the sentence, or above it: in the headings, or as the issuer under a heading of duties.
    """
    body = _asked(query.text) if query.language == "zh" else None
    if body is None:
        return None
    duty = list(_DUTY.finditer(plain))
    if duty and _named(body, plain[: duty[-1].start()]):
        return None
    above = normalise("\n".join(passage.section))
    if _DUTY.search(above):
        document = passage.document
        whose = (above, normalise(document.title), normalise(document.value("issuer") or ""))
        others = bool(_NAMES.search(above)) and not _named(body, above)
        if not others and any(_named(body, name) for name in whose):
            return None
    return f"{body}的职责"


def _named(body: str, text: str) -> bool:
    """Whether a normalised text names an organ, in full or for short."""
    return body in text or any(is_named(match.group(), body) for match in _NAMES.finditer(text))
