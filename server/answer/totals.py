"""Totals: how many there are of a thing is not said by how many of them something is done to.

指导2户企业制定措施 does not say that there are two companies, 一级、二级企业分别为6家、13家 not that there are six.
"""

import re
from functools import lru_cache

import rjieba

# A question for a number: words before the asking ones, the unit, and what is counted.
_HOW_MANY = re.compile(
    r"^(?P<before>.*?)(?:多少|几)个?(?P<unit>[户家个项条名位人所座处场套台辆间支])(?P<thing>[^,，。;；?？]*)"
)
# 共有多少户, 企业还剩多少户, 企业多少户: how many there are.
_THERE_ARE = re.compile(r"(?:有|剩|剩下|存|为|是|总数|户数|家数|个数|数量|达|达到|的)$")
_STATING = frozenset("有 共有 还有 现有 是 为 达 达到 剩 剩下 还剩 截至 截止 属于 属".split())
_NOUN = re.compile(r"^(?:n|j|l|i|b|t|m|q|vn|eng)")
# Verbs whose object was there before them, and is not all there is.
_TREATED = (
    "指导|督促|推动|推进|帮助|支持|引导|协调|检查|抽查|调研|走访|约谈|整改|整合|清理|处置|注销|关闭|退出|淘汰|帮扶|督导|考核|选取|选择|选定|遴选|"
    "挑选|抽取|影响|惠及|要求|通报|处罚|查处|表彰|奖励|对|向|将|把|给|让|使|其中|新增|增加|减少|压减|新设|合并|撤销|化解|约束|监督"
)
_OF_SOME = re.compile(
    rf"(?:{_TREATED})(?:了|近|约|各|共|逾|原有的|现有的)*\s*$|(?:整合|合并|重组)(?:为|成)[^,，。;；]*$"
)
# 新增企业3户, 上市公司2家: what is new is not all.
_CHANGED = re.compile(
    r"(?:新增|增加|减少|压减|净增|新设|新培育|新认定|新引进|注销|撤销)(?:(?!至|到|为|达)[^,，。;；])*$"
)
_EACH = re.compile(r"(?P<things>[^,，。;；:：]*)分别(?:是|为|有|达|达到)?[^,，。;；:：]*$")
# 二级国企 asks for 二级国有企业.
_GRADE = re.compile(r"[一二三四五六七八九]级|[大中小]型")
_BEFORE = 120
# How many SOEs there are, or somebody has; not how many first-level ones, nor how many were cut.
_HOW_MANY_ALL = re.compile(
    r"^\W*how many (?:state-owned )?(?:soes|enterprises|companies|firms)\b.*\b(?:are there|there are|have|has|own|owns|supervise[sd]?|supervision|"
    r"oversees?|controls?|manages?|run|runs|exist)\W*(?:in total|altogether|overall|in \w+)?\W*$"
)


@lru_cache(maxsize=64)
def asks_total(question: str) -> bool:
    """Whether a normalised question asks how many of a thing there are: 有多少户企业, not 整合了多少户企业, nor those of which
    something is said: 挂牌督办的隐患有几条."""
    if _HOW_MANY_ALL.search(question):
        return True
    match = _HOW_MANY.match(question)
    if match is None or any(tag == "v" for _, tag in rjieba.tag(match["thing"])):
        return False
    before = match["before"].rstrip()
    there_are = _THERE_ARE.search(before)
    said = rjieba.tag(before[: there_are.start()] if there_are else before)
    if any(tag == "v" and word not in _STATING for word, tag in said):
        return False
    if there_are:
        return re.search(r"(?:没|所|新|只)有$", before) is None
    return not said or _NOUN.match(said[-1][1]) is not None


def of_some(question: str, text: str, start: int) -> bool:
    """Whether the figure at ``start`` of a normalised text counts only some of the things whose total a question asks for."""
    if not asks_total(question):
        return False
    before = text[max(0, start - _BEFORE) : start]
    if _OF_SOME.search(before) or _CHANGED.search(before):
        return True
    each = _EACH.search(before)
    if each is None or "分别" in question:
        return False
    # 一级企业有多少家 asks for one of those that are told apart.
    things = re.split(r"[、和与及]", each["things"].strip())
    return not any(len(thing) > 1 and named_thing(thing) in question for thing in things)


def named_thing(thing: str) -> str:
    """The words that tell a thing from those beside it: 二级 of 二级国有企业; the whole where none do."""
    grade = _GRADE.match(thing.strip())
    return grade.group() if grade else thing.strip()


def said_of(words: tuple[str, ...], text: str, start: int, end: int) -> bool:
    """Whether a normalised text says one of these words of a figure: before it in the sentence, or behind it in its clause."""
    begin = max(text.rfind(mark, 0, start) for mark in "。;；") + 1
    stop = re.compile(r"[,，。;；]|$").search(text, end)
    around = text[begin : stop.end() if stop else len(text)]
    return any(word in around for word in words)
