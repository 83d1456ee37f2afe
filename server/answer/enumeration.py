"""Whole enumerations: 一是…二是…三是…, 首先…其次…, （一）…（二）…, within a sentence, over sentences and over paragraphs."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from indexer.numerals import to_arabic

_ONES = "一二三四五六七八九十"
# The marks of the items of a list, in order; each family is tried by itself.
_FAMILIES: tuple[tuple[str, ...], ...] = (
    tuple(rf"{one}是" for one in _ONES),
    tuple(rf"第{one}[，,、是：:]" for one in _ONES),
    ("首先", "(?:其次|再次|再者|然后|第二)", "(?:再次|最后|第三|三是)", "最后"),
    ("先看", "再看", "(?:最后|后)看"),
    tuple(rf"[（(]{one}[）)]" for one in _ONES),
    tuple(rf"{n}[.．、]" for n in range(1, 11)),
)
_BOUNDARY = r"(?:^|(?<=[。；：:，,;\s]))"
# Characters: how far the next item may begin after the one before it; how much of a document is looked through.
_REACH, _LOOKED = 700, 4000
# Between a sentence that announces a list and the first item there may be white space, but no other sentence.
_GAP = re.compile(r"\s*")
_HEAD_END = re.compile(r"[，,。；;：:\n]")
_SENTENCE_END = re.compile(r"[。\n]|$")
_ITEM_END = re.compile(r"[。；\n]|$")
_COUNT = re.compile(
    rf"(?P<count>[{_ONES}两]|\d{{1,2}})\s*(?:个方面|个|大|项|方面|条|批|类|种|点|张|步|方|化|家)(?!月|百分点|区县)"
)
_LAST = re.compile(r"、[^、]+?(?:以及|和|及)[^、]{2,}$")


@dataclass(frozen=True, slots=True)
class Enumeration:
    """A list in a document: where its items begin and where the last one ends."""

    items: tuple[int, ...]
    end: int

    def heads(self, text: str) -> list[str]:
        """The first words of each item, up to its first mark."""
        found = []
        stops = (*self.items[1:], self.end)
        for start, stop in zip(self.items, stops, strict=True):
            mark = _HEAD_END.search(text, start + 3, stop)
            found.append(text[start : mark.start() if mark else stop].strip())
        return found


def asked_count(question: str) -> int | None:
    """How many items a question asks for: 4 for 哪四个方面; None where it does not say."""
    counts = [int(to_arabic(match["count"]) or match["count"]) for match in _COUNT.finditer(question)]
    kept = [count for count in counts if 2 <= count <= 10]
    return kept[-1] if kept else None


def _items(
    text: str, start: int, first_by: int, family: Sequence[str], reach: int = _REACH, looked: int = _LOOKED
) -> list[int]:
    begin = re.compile(_BOUNDARY + family[0], re.MULTILINE).search(text, start, start + looked)
    if begin is None or begin.start() > first_by:
        return []
    items = [begin.start()]
    for mark in family[1:]:
        limit = min(items[-1] + reach, start + looked)
        following = re.compile(_BOUNDARY + mark, re.MULTILINE).search(text, items[-1] + 2, limit)
        again = re.compile(_BOUNDARY + family[0], re.MULTILINE).search(text, items[-1] + 2, limit)
        # The first mark again: another list begins before this one goes on.
        if following is None or (again is not None and again.start() < following.start()):
            break
        items.append(following.start())
    return items


def enumeration_at(text: str, start: int, end: int) -> Enumeration | None:
    """The list that a sentence ``text[start:end]`` holds or announces; None when there is none of two items or more."""
    gap = _GAP.match(text, end)
    first_by = max(end, gap.end() if gap else end)
    best: Enumeration | None = None
    for family in _FAMILIES:
        items = _items(text, start, first_by, family)
        if len(items) < 2 or (best is not None and items[0] >= best.items[0]):
            continue
        inline = "\n" not in text[items[0] : items[-1]]
        close = _SENTENCE_END.search(text, items[-1]) if inline else _ITEM_END.search(text, items[-1])
        best = Enumeration(tuple(items), close.end() if close else len(text))
    return best


def items_within(text: str, start: int, end: int) -> tuple[int, ...]:
    """Where the items of the outermost list of ``text[start:end]`` begin; empty where it has none of two items or more."""
    found = (_items(text, start, end, family, end - start, end - start) for family in _FAMILIES)
    lists = [items for items in found if len(items) > 1]
    return tuple(min(lists)) if lists else ()


def lists_within(text: str) -> set[int]:
    """How many things each list of a sentence may have: the last 和 joins two of them, or lies within one."""
    parts = [part for part in re.split(r"[，。；：]", text) if "、" in part]
    counts = {part.count("、") + 1 for part in parts}
    return counts | {part.count("、") + 2 for part in parts if _LAST.search(part)}


def listed_within(text: str) -> int:
    """How many things a sentence lists by itself: 向重点区域集中、向重点产业集中、向重点项目集中 are three."""
    return max(
        (part.count("、") + 1 for part in re.split(r"[，。；：]", text) if "、" in part),
        default=0,
    )
