"""The plain form of a question: what is asked, without courtesies, bounds and everyday ways of asking what a thing means."""

import re
from datetime import date, datetime
from functools import lru_cache

from server.answer.bounds import without_bound
from server.answer.courtesies import without_courtesies
from server.answer.persons import is_person
from server.answer.years import with_real_years
from server.search.query import Query, understand_query

_EMPHASIS = re.compile(r"(?:到底|究竟)(?=[是指有叫算]|啥|什么|怎|咋|如何|多少|几|谁|哪|说|意味|应该|该|要|能|属)")
_MEANS = re.compile(
    r"^(?P<term>[^，。？?,;；]{1,24}?)[，,]?\s*(?:这个词|这个说法|这个提法|这话|说)?的?"
    r"(?:是个?(?:啥子?|什么|几个)(?:意思|概念|东西|说法|玩意儿?)|(?:啥子?|什么|几个)(?:意思|概念)|(?:该|应该|应)?(?:咋个?|怎么|怎样|如何)(?:去)?(?:理解|解释|讲)|"
    r"(?:指|说)的?是?个?(?:啥子?)(?:意思|东西)?|是个?啥子?)(?:呀|啊|呢|嘛)?[？?。]*$"
)
_ASKING = re.compile(r"多少|几[个户家]|谁|哪|什么|啥|怎|咋|如何")
_WORK = re.compile(
    r"^(?P<name>[\u4e00-\u9fff]{2,4}?)(?:同志)?(?:现在|目前)?(?:是|在)(?:干什么|干啥|做什么|做啥|干嘛|搞什么|哪个?(?:单位|部门|里)(?:工作|上班|任职|的人)?|什么(?:身份|来头|官))的?(?:人|领导)?[？?。]*$"
)


@lru_cache(maxsize=64)
def plain_text(text: str, today: date) -> str:
    """The plain form of a Chinese question; ``today`` is the day from which it counts 去年."""
    said = with_real_years(_EMPHASIS.sub("", without_courtesies(text)), today)
    if work := _WORK.match(said):
        return f"{work['name']}是什么职务？" if is_person(work["name"]) else said
    means = _MEANS.match(said)
    if means and not _ASKING.search(means["term"]):
        return f"{means['term']}是什么意思？"
    return without_bound(said)


def in_plain_words(query: Query) -> Query:
    """The question in plain words, understood anew; itself where it is plain already, or in English."""
    if query.language == "en":
        return query
    plain = plain_text(query.text, datetime.now().astimezone().date())
    return query if plain.rstrip("？?") == query.text.rstrip("？?") else understand_query(plain)
