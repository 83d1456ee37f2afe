"""Possible answers: the figures, dates, persons and companies in a sentence that may be what a question asks for."""

import re

from server.answer.expected import Expected, candidates
from server.answer.totals import of_some

# Kinds whose answers are told by their form: without any of that form a sentence cannot answer.
_SPECIFIC = ("number", "date", "person", "organ")
# When a deputy disagrees, where…: the when of a clause asks for no date.
_WHEN = re.compile(r"when (?:was|is|were|are|did|does|do|will|has|have|must|should|can)\b")
# 哪三个 asks for three things, not for a figure.
_LISTS = re.compile(r"哪(?:几|[二两三四五六七八九十\d])|包括几|指几")
_UNITS = (
    "个?百分点|美元|元|平方公里|平方米|立方米|公里|公顷|个月|人次|千瓦|个|户|家|项|条|次|人|名|位|份|"
    "件|处|批|类|倍|种|座|场|所|部|张|辆|台|套|米|吨|斤|亩|度|岁|分钟|小时|天|周|年|%|股|票|级|层|期|届|宗|笔|支|只|路|号"
)
UNIT = re.compile(rf"^(?:{_UNITS})$")
# A figure is written in digits, or in words with what it counts. 一是 and 三个方面 order a text.
_FIGURES = re.compile(
    rf"(?<![\d.+])\d[\d,]*(?:\.\d+)?(?:[万亿]*(?:{_UNITS})|[万亿]+)?|百分之[一二三四五六七八九十百点]+|"
    r"[一二两三四五六七八九十百千万亿]{1,6}(?:个月|个工作日|亿|万|元|角|块|折|人|名|户|家|项|条|次|件|倍|成|年|天|周|小时|岁|级|种|类|批|场|所|套|台|辆|张|份|处|座|亩|吨|斤|米|公里|个)"
)
# Behind digits alone: the number of a paragraph, a date, a 文号.
_NO_FIGURE = re.compile(r"^(?:[:.、)]|个?(?:方面|环节|阶段|层面|维度)|[年月日\]\[〔〕]|号(?!楼|线))")
_DATE = re.compile(r"(?:19|20)\d\d年?$|\d{1,2}[月日]$")
# Names that the dictionary does not know, behind a post: 市长 龚 正.
_NAMES = re.compile(
    r"[长记任席员人表者管]\s*[\u4e00-\u9fff]\s?[\u4e00-\u9fff]{1,2}(?=$|[\s,。、:()]|表示|介绍|说|率|主持|作|签)"
)
# Who is in charge may be told by the post, or be an organ.
_IN_CHARGE = re.compile(r"由谁|由哪[位个家]|谁(?:来|负责|牵头|主管|管|担任|当)")
_POSTS = re.compile(
    r"负责人|经理|书记|主席|部长|局长|[区县市省]长|主任|领导|委员会|部门|单位|[\u4e00-\u9fff]{2}[局委部厅院办](?=负责|牵头|担任|[,。;])"
)
_COMPANIES = re.compile(r"[\u4e00-\u9fffa-z\d]{2,12}(?:公司|集团|银行)")


def specific(expected: Expected) -> bool:
    """Whether an answer is told by its form: a sentence without a figure, date, person or company is none."""
    if expected.kind == "date" and expected.question.startswith("when "):
        return _WHEN.match(expected.question) is not None
    return expected.kind in _SPECIFIC and not lists(expected)


def lists(expected: Expected) -> bool:
    """Whether a question that counts asks for the things counted, not for their number."""
    return expected.kind == "number" and _LISTS.search(expected.question) is not None


def figures(expected: Expected, text: str) -> list[tuple[int, int]]:
    """Spans of the figures of a normalised text: in the unit asked for where there is one, none that the question has; none
    that counts only some of the things whose total is asked for."""
    pattern = expected.unit or _FIGURES
    return [
        match.span() for match in pattern.finditer(text)
        if match.group() not in expected.question and not _DATE.match(match.group())
        and not (match.group()[-1].isdigit() and _NO_FIGURE.match(text[match.end() : match.end() + 4]))
        and not of_some(expected.question, text, match.start())
    ]  # fmt: skip


def possible(expected: Expected, text: str) -> list[tuple[int, int]]:
    """Spans of a normalised text that may be the answer, in no order."""
    if expected.kind == "number":
        return figures(expected, text)
    if expected.kind == "organ" and expected.head == "公司":
        return _other_than_asked(_COMPANIES, expected, text)
    found = candidates(expected, text)
    if expected.kind == "person":
        found = [*found, *_other_than_asked(_NAMES, expected, text)]
        if _IN_CHARGE.search(expected.question):
            found += _other_than_asked(_POSTS, expected, text)
    return found


def _other_than_asked(pattern: re.Pattern[str], expected: Expected, text: str) -> list[tuple[int, int]]:
    return [match.span() for match in pattern.finditer(text) if match.group() not in expected.question]
