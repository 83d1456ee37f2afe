"""What a question expects for an answer: a figure with a unit, a date, a name, a reason… and where a sentence has such."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import rjieba

from server.answer.terms import bare_question
from server.search.query import Query

Expectation = Literal[
    "number", "date", "person", "place", "organ", "name", "reason", "way", "list", "definition", "open"
]
EXPECTATIONS: tuple[Expectation, ...] = (
    "number", "date", "person", "place", "organ", "name", "reason", "way", "list", "definition", "open",
)  # fmt: skip

# Patterns work on normalised text: half-width digits, lower case.
_FIGURE = r"(?:\d[\d,.]*|[一二两三四五六七八九十百千万亿零]+)(?:余|多)?"
_UNITS = (
    "百分点|万亿元|亿美元|万美元|亿元|万元|美元|英镑|平方公里|平方千米|平方米|立方米|公里|千米|公尺|英里|英尺|海里|公顷|公斤|千克|小时|分钟|个月|周年|"
    "世纪|年代|人次|万人|亿人|分贝|摄氏度|千瓦|兆瓦|级|元|人|名|位|户|家|个|项|条|处|份|件|类|批|次|倍|种|座|场|所|部|集|首|张|枚|架|艘|辆|台|套|支|只|头|"
    "匹|棵|颗|根|块|片|幅|篇|册|卷|页|章|节|层|栋|间|站|线|路|区|县|市|省|州|国|岁|年|月|日|天|周|秒|米|尺|寸|吨|克|亩|度|分|票|成|股|笔|宗|%|℃"
)
_ASKS_NUMBER = re.compile(
    rf"(?:多少|几|哪[两三四五六七八九]|多[大高长久远重深宽厚])\s*(?P<unit>{_UNITS}|回|起|轮)?|百分之(?:几|多少)|占比|比例|比率|所占|"
    r"率(?:是|为|达|有)?(?:多少|$|？)|how (?:many|much|large|big|long|tall|high|far|old)|what (?:percentage|share|proportion|amount|number)|"
    r"\bratio\b|\brate\b|\btotal\b|多少"
)
_ASKS_DATE = re.compile(
    r"什么时候|什么时间|何时|哪一?[天年]|哪个?(?:月|年|日|世纪|朝代|时期|时候|时间|季度)|几[年月日号]|哪年|哪天|时间(?:是|为|点)|日期|何年|何月|"
    r"多会儿|啥时候|\bwhen\b|what (?:date|year|day|time|month)|which (?:year|month|day)|in what year"
)
_ASKS_PERSON = re.compile(
    r"谁|哪一?[位名]|何人|(?:哪一?个|什么)(?:人|代表|委员|领导|国王|皇帝|总统|导演|作家|演员|将军|学者|科学家)|人物|"
    r"(?:记者|作者|[主负联][任责系]人?|[局市区县院校厅部省]长|书记|董事长|经理|代表|委员|发言人)的?(?:名字)?是?叫(?:什么|啥)|\bwho(?:m|se)?\b"
)
_ASKS_PLACE = re.compile(
    r"哪里|哪儿|哪边|何处|何地|什么地方|(?:哪一?[个座处条]?|什么)(?:地方|城市|国家|省|市|州|县|区|地区|国|岛|洲|大陆|镇|村|街|河|山|地点|位置|站|港)|位于|在哪|\bwhere\b|"
    r"which (?:city|country|state|place|region|district)"
)
_ASKS_ORGAN = re.compile(
    r"(?:哪一?[个家所间支]?|什么|哪几[个家所]?)(?:公司|企业|大学|学校|学院|机构|组织|单位|部门|机关|委员会|局|厅|政党|党派|球队|队|俱乐部|医院|银行|媒体|报纸|"
    r"电视台|集团|军队|教会|乐队)|which (?:company|organi[sz]ation|team|department|agency|university|office)"
)
_ASKS_NAME = re.compile(
    r"叫什么|叫做什么|称为什么|什么名|名字|名称|别名|简称|全称|称作|称之为|哪一?[部本首种款篇项张份幅]|what (?:is|was) the (?:name|title)"
)
_ASKS_REASON = re.compile(r"为什么|为何|原因|因为什么|缘由|理由|\bwhy\b|what caused|reason")
_ASKS_WAY = re.compile(r"怎么|怎样|如何|咋|什么方式|什么方法|\bhow\b")
_ASKS_LIST = re.compile(r"哪些|哪几|分别|包括什么|包含什么|有什么|哪[两二三四五六七八九十]|what are|which .*s\b")
_ASKS_WHAT = re.compile(
    r"什么|何|哪个|哪一个|啥|谁|多少|几|哪[里儿些]|怎么样?|如何|为什么|what|which|who|where|when|how (?:many|much)"
)

_HEAD = re.compile(
    r"(?:哪一?[个位家所间座处条种部本首款篇项张份幅届次届名支]?|什么|何种|哪些|哪几[个家种项]?|哪[两二三四五六七八九十][个家种项大]?)(?P<noun>[\u4e00-\u9fff]{1,5})"
)
_POINTING = re.compile(r"[这该此其那本一的哪某][\u4e00-\u9fff]?$")
_POINTS = re.compile(r"[这该此其]|他们?|她们?|它们?|前者|后者|同[年月日]|当[年时]")
_DATES = re.compile(
    r"(?:公元前?|西元)?\d{1,4}年(?:\d{1,2}月(?:\d{1,2}[日号]|[底初末]|[上中下]旬)?前?|[底初末])?|\d{1,2}月(?:\d{1,2}[日号]|底|初|中旬|[上下]旬|末)?|(?<![\d第])\d{1,2}[日号](?![\d楼线])|"
    r"[一二三四五六七八九〇零十]{2,4}年|\d{1,2}世纪|世纪[初末中]|[上下]半年|[一二三四]季度|年[底初末中]|(?:明|清|唐|宋|元|汉|隋|秦|晋|周|商)(?:朝|代)|\d{4}-\d{1,2}-\d{1,2}"
)
_REASONS = re.compile(r"因为|由于|因此|所以|为了|原因|以便|导致|使得|造成|故|鉴于|缘于|源于|以免|之故|因|令|让")
_WAYS = re.compile(r"通过|采用|采取|利用|以.{1,12}(?:方式|方法|形式|手段)|按照|按|使用|运用|经由|借助|用")
_LISTED = re.compile(r"[^,。;]{1,20}、[^。;]{1,40}|一是|二是|第一|第二|其一|首先|包括|分为|分别")
_DEFINING = re.compile(r"是指|指的是|指|即|就是|是一[种个项名位座部家]|称为|意为|又称|简称|是.{2,40}[的之一]")
_NAMED = re.compile(
    r"《[^》]{1,30}》|[“「『\"][^”」』\"]{1,20}[”」』\"]|称为|叫做?|名为|称作|命名|别名|简称|俗称|又称|即"
)
_NUMBERS = re.compile(rf"(?:第|百分之)?{_FIGURE}(?:%|{_UNITS})?")
_PERCENT = re.compile(r"\d[\d.]*\s*(?:%|个?百分点)|百分之|\d成|[一二三四五六七八九]成|之[一二三四五六七八九]")
_TITLED = re.compile(
    r"[\u4e00-\u9fff]+·[\u4e00-\u9fff·]+|[\u4e00-\u9fff]{1,3}(?:先生|女士|教授|博士|将军|国王|皇帝|主任|局长|部长)"
)
_KINDS_OF_WORDS = {
    "person": ("nr", "nrt", "nrfg"), "place": ("ns", "s"), "organ": ("nt", "nz"),
    "open": ("nr", "nrt", "nrfg", "ns", "nt", "nz"),
}  # fmt: skip
_ORGANS = re.compile(
    r"[\u4e00-\u9fffa-z\d]{1,12}(?:公司|企业|集团|大学|学院|学校|中学|小学|局|委员会|[市区]?[国发]改?委|厅|部|院|队|党|军|银行|协会|电视台|报|社|俱乐部|组织|机构|联盟|中心|政府|办公室|领导小组|处)"
)
_PLACES = re.compile(
    r"[\u4e00-\u9fff]{1,6}(?:国|省|市|县|区|州|镇|村|乡|岛|洲|山|河|江|湖|海|街|路|站|港|城|半岛|地区|府|宫|寺|山脉|盆地|平原)|[东南西北]部"
)
_LARGE = {
    "大": "平方公里|平方千米|平方米|公顷|亩|岁|%|亿级|亿元|万亿元|亿美元", "高": "公里|公尺|英尺|米",
    "长": "公里|千米|英里|公尺|米|小时|分钟|天|年|个月",
    "久": "工作日|年|个月|月|小时|分钟|天|日|周|世纪", "远": "公里|千米|英里|米|光年", "重": "公斤|千克|吨|克", "深": "米", "宽": "米", "厚": "米",
}  # fmt: skip
# What 个 may stand for; no years, shares or amounts.
_COUNTERS = (
    "个|家|户|项|处|座|条|名|位|件|种|类|所|场|台|套|批|间|栋|人|支|门|本|部|次|届|强|镇|乡|村|县|区|市|站|只|张|份|栏"
)
_PEOPLE, _TIMES, _PIECES = "人|名|位", "次|届|回|场|轮", "件|项|条|个|起(?=[,，。;；、事案投违交诉]|$)"
# 5个片区 counts no companies.
_FIRMS = "户|家|个(?=[,，。;；、)]|$|[^,，。;；、]{0,4}(?:企业|公司|集团|国企|单位|机构|法人|学校|医院|银行|商户|主体|工厂|店|院|所))"
_ALIKE = {
    "人": "人|名|位|万人|人次",
    "名": _PEOPLE, "位": _PEOPLE, "户": _FIRMS, "家": _FIRMS, "间": f"间|所|{_FIRMS}", "个": _COUNTERS, "天": "天|日|周",
    "亿元": "亿元|万亿元|亿",
    "万元": "万元|亿元", "元": "元|万元|亿元|美元|万|亿",
    "项": "项|个|条|件", "条": "项|个|条|件", "件": _PIECES, "起": _PIECES, "份": "份|个|件|张", "张": "张|份|个", "处": "处|个|项",
    "次": _TIMES, "回": _TIMES, "场": _TIMES, "轮": _TIMES, "届": _TIMES, "所": "所|家|个|间", "座": "座|个|家|栋",
    "台": "台|套|辆|个", "支": "支|个|只", "套": "套|户|个|台",
    "辆": "辆|台|部", "米": "米|公尺|公里", "岁": "岁|周岁",
}  # fmt: skip


# 大渡口 2023 利润总额: what is wanted is the figure, though nothing asks for it.
_ENDS_IN_MEASURE = re.compile(
    r"(?:总额|总量|总值|收入|支出|利润|产值|产量|金额|负债|余额|增加值|增速|增幅|降幅|[^效功]率|人数|户数|占比|浓度|规模|gdp)[。?]*$"
)
_ASKS_FIGURE = re.compile(
    r"what (?:is|was|were|are|will be) (?!meant|the meaning|a\b).*\b(?:gdp|output|production|ratio|rate|total|revenue|income|profits?|"
    r"number|amount|debts?|liabilities|targets?|standard|concentration|population|value|expenditure|investment|length|mileage|share|coverage|expectancy|productivity|price|cost|percentage)\b"
)
# What English counts, and the Chinese words that count it.
_COUNTED_IN = (
    ("vehicle", "辆"), ("car", "辆"), ("soe", "家|户"), ("compan", "家|户"), ("enterprise", "家|户"), ("firm", "家|户"), ("employee", "人|名"),
    ("people", "人|名|位|万人"), ("person", "人|名|位"), ("worker", "人|名|万人"), ("student", "人|名|万人"), ("job", "人|个|万人"),
    ("project", "个|项"), ("workshop", "个|间"), ("factor", "个|家|座"), ("district", "个"), ("measure", "项|条"), ("task", "项"),
    ("inspection", "次"), ("problem", "个|项"), ("issue", "个|项"), ("month", "个月|月"), ("day", "天|日|工作日"), ("year", "年|周年"),
    ("time", "次|倍"), ("kilomet", "公里|千米"),
)  # fmt: skip
_COUNTED = re.compile(rf"how many (?:[a-z-]+ ){{0,4}}?(?P<noun>(?:{'|'.join(noun for noun, _ in _COUNTED_IN)})[a-z]*)")
_ASKS_GROWTH = re.compile(
    r"(?:增长|增加|提高|上升|下降|降低|减少|上涨|涨|降)了?(?:多少|几|百分之)|[多少]了(?:多少|几)|(?:同比|环比)(?:增长|增加|下降|变化|如何)?[?。]*$|增幅|增速|降幅|涨幅"
)
_ASKS_MONEY = re.compile(
    r"多少钱|资金|投资|金额|总额|收入|利润|资产|负债|预算|注册资本|奖金|年薪|工资|补贴|费用|成本|产值|总值|gdp|税|余额|营收|红利|"
    r"债|家底|赚|挣|how much"
)
_MONEY = r"万亿元|亿元|万元|亿美元|万美元|美元|港元|欧元|英镑|元|角|块|[亿万](?![人户名家个吨斤亩千瓦件次套辆])"
# 4个方面 and 24个百分点 count nothing that is asked for.
_NOT_COUNTED = "(?!方面|百分点|月|层面|环节|阶段|工作日|季度)"


@dataclass(frozen=True, slots=True)
class Expected:
    """What would answer a question: its kind, a pattern of it with its unit (figures only), and the words that ask.

    ``left`` and ``right`` are the parts of the normalised question on either side of the words that ask; ``head`` is the
    noun that they ask for: 公司 of 哪一家公司, empty where there is none.
    """

    kind: Expectation
    unit: re.Pattern[str] | None
    question: str
    left: str
    right: str
    head: str = ""


def asks_growth(question: str) -> bool:
    """Whether a normalised question asks by how much something grew or fell."""
    return _ASKS_GROWTH.search(question) is not None


def _unit_pattern(question: str, match: re.Match[str] | None) -> re.Pattern[str] | None:
    """Figures in the unit that is asked for; None where the question names none."""
    if re.search(
        r"百分之|占比|比例|比率|率|亏损面|覆盖面|几成|增速|增幅|涨幅|降幅|百分之|\b(?:percentage|share|proportion|ratio|rate)\b",
        question,
    ):
        return _PERCENT
    large = re.search(r"多([大高长久远重深宽厚])", question)
    unit = match.groupdict().get("unit") if match else None
    if unit == "个" and re.search(r"[几少]个人", question):
        unit = "人"
    counted = _COUNTED.search(question)
    if large:
        units = _LARGE[large[1]]
    elif unit:
        units = _ALIKE.get(unit, re.escape(unit))
    elif counted:
        units = next(of for noun, of in _COUNTED_IN if counted["noun"].startswith(noun))
    elif asks_growth(question):
        return None
    elif _ASKS_MONEY.search(question):
        units = _MONEY
    elif re.search(r"人口|多少(?:人|员工|职工|学生|干部|代表|委员)|how many people", question):
        units = "人|名|万人|户"
    else:
        return None
    return re.compile(rf"{_FIGURE}\s*[个多余]?(?:{units}){_NOT_COUNTED}")


@lru_cache(maxsize=64)
def expected_answer(query: Query) -> Expected:
    """What a question expects. Pure: looks at the question alone."""
    question = bare_question(query)
    asks = _ASKS_WHAT.search(question)
    left = re.sub(r"[\W_]", "", question[: asks.start()]) if asks else ""
    right = re.sub(r"[\W_]", "", question[asks.end() :]) if asks else ""
    unit = None
    kind: Expectation = "open"
    if query.language == "en" and _ASKS_FIGURE.match(question):
        kind, unit = "number", _unit_pattern(question, _ASKS_NUMBER.search(question))
    elif query.kind == "definition":
        kind = "definition"
    elif _ASKS_DATE.search(question):
        kind = "date"
    elif number := _ASKS_NUMBER.search(question) or (None if asks else _ENDS_IN_MEASURE.search(question)):
        kind, unit = "number", _unit_pattern(question, number)
    else:
        kinds: tuple[tuple[Expectation, re.Pattern[str]], ...] = (
            ("person", _ASKS_PERSON), ("organ", _ASKS_ORGAN), ("place", _ASKS_PLACE), ("reason", _ASKS_REASON),
            ("name", _ASKS_NAME), ("list", _ASKS_LIST), ("way", _ASKS_WAY),
        )  # fmt: skip
        kind = next((name for name, pattern in kinds if pattern.search(question)), "open")
    return Expected(kind, unit, question, left, right, _head(question))


def _head(question: str) -> str:
    match = _HEAD.search(question)
    if not match:
        return ""
    words = rjieba.cut(match["noun"])
    return words[0] if words and (len(words[0]) > 1 or len(words) == 1) else "".join(words[:2])


def own_name(expected: Expected, text: str) -> float:
    """Whether a sentence has the noun that is asked for with a name of its own: 燕京大学 for 哪一所大学.

    1 with the noun, 0.5 with its last character, -0.5 where the noun only points back (这张专辑), 0 without it.
    """
    head, found = expected.head, 0.0
    if not head:
        return 0.0
    for worth, noun in ((1.0, head), (0.5, head[-1])):
        for match in re.finditer(re.escape(noun), text):
            named = re.search(r"[\u4e00-\u9fffa-z\d·》」”]{2}$", text[: match.start()])
            if named and not _POINTING.search(text[max(0, match.start() - 3) : match.start()]):
                if text[max(0, match.start() - 2) : match.end()] not in expected.question:
                    return worth
            elif worth == 1.0:
                found = -0.5
    return found


def points_back(text: str) -> bool:
    """Whether a normalised sentence speaks of something that another sentence names: 这, 该, 其…"""
    return _POINTS.search(text) is not None


def _tagged(text: str, tags: tuple[str, ...]) -> Iterator[tuple[int, int]]:
    at = 0
    for word, tag in rjieba.tag(text):
        if tag in tags and len(word) > 1:
            yield at, at + len(word)
        at += len(word)


def _spans(expected: Expected, text: str) -> Iterator[tuple[int, int]]:
    simple = {
        "date": _DATES, "number": _NUMBERS, "reason": _REASONS, "way": _WAYS, "list": _LISTED, "definition": _DEFINING,
        "name": _NAMED,
    }  # fmt: skip
    if expected.kind in simple:
        yield from (match.span() for match in simple[expected.kind].finditer(text))
    elif expected.kind in _KINDS_OF_WORDS:
        yield from _tagged(text, _KINDS_OF_WORDS[expected.kind])
        extra = {"person": _TITLED, "place": _PLACES, "organ": _ORGANS, "open": _NAMED}[expected.kind]
        yield from (match.span() for match in extra.finditer(text))


def candidates(expected: Expected, text: str) -> list[tuple[int, int]]:
    """Spans of a normalised sentence that may be the answer: of the kind that is asked for, and not in the question."""
    # 2024年 is no answer to a question that says 2024.
    return [
        (start, end)
        for start, end in _spans(expected, text)
        if text[start:end].removesuffix("年") not in expected.question
    ]


def in_unit(expected: Expected, text: str) -> bool:
    """Whether a normalised sentence has a figure in the very unit that is asked for, other than the question's own."""
    if expected.unit is None:
        return False
    return any(match.group() not in expected.question for match in expected.unit.finditer(text))
