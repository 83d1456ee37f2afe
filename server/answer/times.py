"""Questions about two times: 2024年盘活了多少，2025年一季度又盘活了多少 is asked of each time by itself."""

import re

import rjieba

from indexer.analyzer import normalise
from server.answer.comparison import Side
from server.search.query import Query

TIME = re.compile(
    r"(?:19|20)\d\d\s*年(?:度|全年|年?[末底初]|第?[一二三四1-4]季度|[上下]半年|前[一二三四五六七八九十\d]+个?(?:月|季度)|头?[一二三四五六七八九十\d]+个月|"
    r"\d{1,2}\s*(?:月份?)?\s*[-—–~～至到]+\s*\d{1,2}\s*月份?|\d{1,2}月(?:[末底初]|份)?)?|去年|今年|上年|现在|目前|当前|如今|眼下"
)
ASKED = r"(?:多少|几[\u4e00-\u9fff]?|什么|谁|哪\S{1,3}|多大|如何)"
_ASKS = re.compile(ASKED)
_YEAR_ALONE = re.compile(r"\d{4}\s*年(?:度|全年)?")
_JOINED = re.compile(
    rf"^(?P<before>[^,，。？?；;]*?)(?P<one>{TIME.pattern})的?\s*(?:、|和|与|及|以及|还有|,|，)\s*(?P<two>{TIME.pattern})的?"
    r"(?P<after>[^,，。？?；;]+)[。？?]*$"
)
_CLAUSES = re.compile(
    r"^(?P<first>[^,，。？?；;]+)[,，。？?；;]\s*(?:那么?|而|到)?(?P<second>[^,，。？?；;]+)[。？?]*$"
)
_EACH = re.compile(r"分别|各自?(?=是|为|有|达|多少|[\u4e00-\u9fff]{1,4}了)|都")
# What a clause has besides the words that it says again: 又盘活了多少呢.
_PARTICLES = re.compile(rf"{ASKED}|[又则还再呢是有为达到了的共]|一共|分别")
_AGAIN = re.compile(r"^(?:又|则|还|再)|呢$")


def times_of(query: Query) -> list[Side]:
    """The question about each of two times, named by them; none where a question asks about one, or about years alone in one
    breath, which are compared."""
    if query.language == "en":
        return []
    text = normalise(query.text).strip()
    return _in_one_breath(text) or _in_two(text)


def _sides(one: str, first: str, two: str, second: str) -> list[Side]:
    return [Side(one.strip(), f"{first.strip()}？"), Side(two.strip(), f"{second.strip()}？")]


def _in_one_breath(text: str) -> list[Side]:
    """2024年、2025年一季度分别盘活了多少资产."""
    match = _JOINED.match(text)
    if not match or not _ASKS.search(match["after"]):
        return []
    one, two, after = match["one"], match["two"], _EACH.sub("", match["after"])
    if one == two or (_YEAR_ALONE.fullmatch(one) and _YEAR_ALONE.fullmatch(two)):
        return []
    return _sides(one, match["before"] + one + after, two, match["before"] + two + after)


def _in_two(text: str) -> list[Side]:
    """Two clauses, each with a time and asking words; either may leave out what the other says."""
    match = _CLAUSES.match(text)
    if not match:
        return []
    first, second = match["first"].strip(), match["second"].strip()
    one, two = TIME.search(first), TIME.search(second)
    if not one or not two or one.group() == two.group() or not _ASKS.search(second):
        return []
    said, again = first[one.end() :], _AGAIN.sub("", second[two.end() :])
    if not _PARTICLES.sub("", first[: one.start()] + said).strip():
        # 2024年多少，2025年市属国企盘活了多少: the second clause says what both ask about.
        return _sides(one.group(), f"{second[: two.start()]}{one.group()}{again}", two.group(), second)
    if not _ASKS.search(first):
        return []
    if two.start() == 0:
        if not _PARTICLES.sub("", again).strip() or set(_PARTICLES.sub("", again)) <= set(first):
            other = first[: one.start()] + two.group() + said
        else:
            subject = "" if _begins_with_noun(again) else _subject(said)
            other = f"{first[: one.start()]}{two.group()}{subject}{again}"
    else:
        other = second
    return _sides(one.group(), first, two.group(), other)


def _begins_with_noun(said: str) -> bool:
    words = rjieba.tag(said)
    return bool(words) and words[0][1].startswith(("n", "j", "l"))


def _subject(said: str) -> str:
    """The nouns that a clause begins with: whom it is about."""
    subject = ""
    for word, tag in rjieba.tag(said):
        if not tag.startswith(("n", "j", "b", "l")):
            break
        subject += word
    return subject
