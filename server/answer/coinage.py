"""Coinages of several parts: “三清三减三增” is explained where “三清”, “三减” and “三增” are, each in a sentence of its own."""

import re

from indexer.analyzer import normalise
from server.answer.identity import coined
from server.search.query import Query

_PART = r"(?:[一二两三四五六七八九十]|\d)[\u4e00-\u9fff]{1,3}?"
_PARTS = re.compile(rf"^(?:{_PART}){{2,5}}$")
_ONE = re.compile(r"(?:[一二两三四五六七八九十]|\d)[^一二两三四五六七八九十\d]+")
_ASKS_OTHER = re.compile(r"多少|几[个户家项]|谁|什么时候|何时|哪[年月天]|为什么|怎么|如何|目标|成效|进展")
# How far the explanations may lie apart, and how long one may be, in characters.
_APART, _LONGEST = 1500, 240


def parts_of_coinage(name: str) -> tuple[str, ...]:
    """The parts of a coined term that counts several things: 三清, 三减, 三增; empty where it has but one."""
    plain = re.sub(r"[\s“”\"「」]|工作|行动|专项", "", normalise(name))
    parts = tuple(_ONE.findall(plain)) if _PARTS.match(plain) else ()
    return parts if len(parts) > 1 and "".join(parts) == plain and len(set(parts)) == len(parts) else ()


def asked_coinage(query: Query) -> tuple[str, ...]:
    """The parts of the coined term whose meaning a question asks for; empty where it asks for something else."""
    if query.language == "zh" and _ASKS_OTHER.search(query.text):
        return ()
    names = coined(query) or ((query.term,) if query.term else ())
    return parts_of_coinage(names[0]) if len(names) == 1 else ()


def explanations(text: str, names: tuple[str, ...]) -> list[tuple[int, int]]:
    """Spans of the sentences of a document that explain each of the parts, in order; empty unless all are explained near
    each other."""
    found: list[tuple[int, int]] = []
    for name in names:
        begins = re.compile(
            rf"(?:^|(?<=[。；;\n，,：:]))[ \t\u3000]*(?P<said>[“\"「]?{re.escape(name)}[”\"」]?[,，]?\s*(?:即|就是|是指|是|指|[:：]))",
            re.MULTILINE,
        )
        match = begins.search(text, found[0][0] if found else 0)
        if match is None or (found and match.start("said") - found[-1][0] > _APART):
            return []
        start = match.start("said")
        close = re.compile(r"[。；;]").search(text, start, start + _LONGEST)
        end = close.end() if close else text.find("\n", match.end(), start + _LONGEST)
        if end < 0:
            end = min(len(text), start + _LONGEST)
        if found:  # One sentence for all goes on to the next part.
            found[-1] = (found[-1][0], min(found[-1][1], start))
        found.append((start, start + len(text[start:end].rstrip())))
    return [(start, start + len(text[start:end].rstrip("，,、 \n"))) for start, end in found]
