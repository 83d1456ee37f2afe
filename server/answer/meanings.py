"""Meanings: whether a sentence explains a coined term, or only mentions it: “三清”，即清理…、清除…、清收… explains."""

import re
from collections.abc import Sequence
from functools import lru_cache

from indexer.analyzer import normalise
from indexer.numerals import to_arabic
from server.answer.coinage import explanations, parts_of_coinage
from server.answer.enumeration import enumeration_at
from server.answer.identity import coined
from server.search.passages import Passage
from server.search.query import Query

_ASKS = re.compile(
    r"(?:是?(?:什么|啥)(?:意思|含义|概念)|(?:是|指|是指|指的是|表示|意味着)(?:什么|啥)|的?(?:含义|定义|意思)(?:是什么|是啥|为何)?|"
    r"(?:是|指|指的是|包括|包含)哪(?:几|[两二三四五六七八九十\d])(?:[个项大类种条]|方面)?)[?。呢啊]*$|"
    r"^(?:请问|请)?(?:什么是|什么叫做?|何谓|(?:请?解释|说明)一?下?)[^,，。;；?？]*[?。]*$"
)
_KIND = r"(?:工作|机制|行动|改革|原则|模式|体系|工程|计划|政策|战略|布局|系列活动|思路)*"
_OPEN, _CLOSE = r"[“\"「『‘']?", r"[”\"」』’']?"
_SAYS = (
    r"(?:主要|具体|通常|一般)?(?:是指|指的是|指(?!出|导|示|明|挥|定|标)|即|就是|系指|意为|意思是|是(?=一[种个项套类])|包括|包含|"
    r"分别(?:是|为|指)|:|——)"
)
_CALLED = r"(?:即|称为|称作|叫做|叫|简称|统称|俗称|概括为|总结为|归纳为|也就是)[:,]?"
_WHOLE = re.compile(
    rf"[”\"」』]{_KIND}(?:的?(?:含义|定义|意思|内容|内涵))?(?:分别|具体|主要|都)*(?:$|[?。]|[是指]|什么|啥|表示|意味|包括|包含|哪)"
)
_COUNT = re.compile(r"[一二两三四五六七八九十]|\d+")
_OF_ONE_KIND = re.compile(r"(?:[一二两三四五六七八九十]|\d+)[个大项类种]")
_ITEM = r"[^,。;、:“”]{1,20}"


def meaning_asked(query: Query) -> tuple[str, ...]:
    """The terms whose meaning a question asks for and nothing else, normalised; empty where it asks for something else."""
    if query.language != "zh" or not _ASKS.search(normalise(query.text).strip()):
        return ()
    names = coined(query)
    if not names:
        return (normalise(query.term),) if query.term else ()
    # “亩均论英雄改革”的五大举措是什么 asks for the 举措.
    return names if _WHOLE.search(normalise(query.text)) else ()


@lru_cache(maxsize=256)
def _patterns(name: str) -> tuple[re.Pattern[str], ...]:
    bare = re.sub(r"[“”\"「」『』]|(?:工作|专项行动|系列活动)$", "", name)
    said = _OPEN + r"[“”\"、,]*".join(map(re.escape, bare)) + _CLOSE
    patterns = [
        rf"{said}{_KIND}\s*,?\s*{_SAYS}", rf"{said}{_KIND}\s*\([^()]{{4,}}\)", rf"{_CALLED}{said}",
    ]  # fmt: skip
    count = _counted(bare)
    if 2 <= count <= 10:
        patterns.append(rf"(?:{_ITEM}、){{{count - 1}}}{_ITEM}{said}")
    return tuple(map(re.compile, patterns))


def _counted(name: str) -> int:
    """How many things a coined term counts: 4 of 四个聚焦, 3 of 两增一降; 0 where it counts none."""
    if not _COUNT.match(name):
        return 0
    counts = [int(to_arabic(found.replace("两", "二")) or found) for found in _COUNT.findall(name)]
    # 三个一批 counts three, 两增一降 two and one.
    return counts[0] if _OF_ONE_KIND.match(name) else sum(counts)


def mentions(names: Sequence[str], plain: str) -> bool:
    """Whether a normalised text has one of the terms as a coinage, in quotation marks."""
    return any(re.search(rf"[“\"「『][^”\"」』]{{0,6}}{re.escape(name)}", plain) for name in names)


def explained(names: Sequence[str], passage: Passage, start: int, end: int) -> bool:
    """Whether the sentence ``[start, end)`` of a passage's document explains one of the terms, by itself or with the list
    that follows it."""
    text = passage.document.text
    plain = normalise(text[start:end])
    for name in names:
        if passage.term is not None and name in normalise(passage.term):
            return True
        if any(pattern.search(plain) for pattern in _patterns(name)):
            return True
        if _spelled_out(name, plain) or explanations(text, parts_of_coinage(name)):
            return True
        count = _counted(name)
        if count > 1 and name in plain and (found := enumeration_at(text, start, end)) and len(found.items) == count:
            return True
    return False


def _spelled_out(name: str, plain: str) -> bool:
    """三个一批 by three 一批, 三减 by three things that begin with 减."""
    match = re.fullmatch(r"(?P<count>[二两三四五六七八九十]|\d)个?(?P<word>[\u4e00-\u9fff]{1,2})", name)
    if match is None:
        return False
    count = _counted(name)
    called = re.search(rf"(?:{match['count']})个?{match['word']}", plain) is not None
    return plain.count(match["word"]) == count + called and count > 1
