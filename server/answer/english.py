"""What English questions call the things that the documents write of: terms of government work, by phrase.

A general dictionary gives 总收益 for total profit and 如此 for SOEs; the documents write 利润总额 and 国企. Used before it.
"""

import re
from dataclasses import replace
from functools import lru_cache

import rjieba

from server.answer.places import ENGLISH_PROVINCES, places_of
from server.search.dictionary import WORD, Translation
from server.search.query import Query, understand_query

# Phrases, parted by |, and what the documents call it, the usual name first.
_GLOSSARY: tuple[tuple[str, str], ...] = (
    ("supervision team|supervision teams|inspection teams", "督导组"),
    ("safety inspection|safety inspections", "安全检查"),
    ("soe|soes|state owned enterprise|state owned enterprises", "国企 国有企业"),
    ("central enterprises|central soes", "央企 中央企业"),
    ("municipal soes", "市属国企 市属重点国企"),
    ("districts and counties|district and county", "区县"),
    ("state owned assets", "国有资产"),
    ("state capital", "国有资本"),
    ("sasac", "国资委 国有资产监督管理委员会"),
    ("asset revitalisation|asset revitalization", "资产盘活 盘活"),
    ("revitalise|revitalize|revitalised|revitalized|revitalising|revitalizing", "盘活"),
    ("recover|recovered", "回收 回笼"),
    ("total profit|total profits", "利润总额"),
    ("profit", "利润"),
    ("total assets", "资产总额"),
    ("total liabilities", "负债总额"),
    ("liabilities", "负债"),
    ("debt ratio|asset liability ratio|debt to asset ratio", "资产负债率"),
    ("operating revenue|operating income", "营业收入"),
    ("added value|value added", "增加值"),
    ("labour productivity|labor productivity", "劳动生产率"),
    ("loss making", "亏损 亏损面"),
    ("share of loss making", "亏损面"),
    ("fixed asset investment", "固定资产投资"),
    ("planned investment", "计划投资"),
    ("investment promotion", "招商引资"),
    ("dividend|dividends", "分红"),
    ("shareholding", "持股"),
    ("signed", "签约 签订"),
    ("contracts", "签约"),
    ("projects", "项目"),
    ("employees", "员工"),
    ("created", "新增"),
    ("cut", "压减"),
    ("companies", "企业"),
    ("monthly", "每月"),
    ("standard", "标准"),
    ("budget revenue", "预算收入"),
    ("budget expenditure", "预算支出"),
    ("general public budget revenue", "一般公共预算收入"),
    ("fiscal revenue", "财政收入"),
    ("gdp", "生产总值"),
    ("grain output|grain production", "粮食产量 粮食总产量"),
    ("retail sales", "社会消费品零售总额"),
    ("imports and exports", "进出口"),
    ("foreign trade", "进出口 外贸"),
    ("disposable income", "可支配收入"),
    ("per capita", "人均"),
    ("life expectancy", "预期寿命"),
    ("unemployment rate", "失业率"),
    ("surveyed unemployment rate", "调查失业率"),
    ("unemployment insurance", "失业保险"),
    ("unemployment benefits|unemployment insurance benefits", "失业保险金"),
    ("new urban jobs|urban jobs", "城镇新增就业"),
    ("urbanisation rate|urbanization rate", "城镇化率"),
    ("forest coverage", "森林覆盖率"),
    ("high tech enterprises", "高新技术企业"),
    ("technology based enterprises", "科技型企业"),
    ("new energy vehicles|new energy vehicle", "新能源汽车"),
    ("students", "学生"),
    ("elderly|older people", "老年人"),
    ("digital workshops|digital workshop", "数字化车间"),
    ("smart factories|smart factory", "智能工厂"),
    ("research and development|r d", "研发"),
    ("industrial park|industrial parks", "园区"),
    ("development zones", "开发区"),
    ("public rental housing", "公共租赁住房 公租房"),
    ("minimum living allowance", "最低生活保障标准 最低生活保障 低保"),
    ("monthly minimum living allowance standard", "最低生活保障标准"),
    ("medical insurance", "医疗保险 医保"),
    ("pension", "养老金 养老保险"),
    ("maternity allowance", "生育津贴"),
    ("long term care insurance", "长期护理保险 长护险"),
    ("household registration", "入户"),
    ("expressway|expressways", "高速公路"),
    ("high speed railway", "高速铁路 高铁"),
    ("metro", "轨道交通 地铁"),
    ("in operation", "通车 运营"),
    ("air quality", "空气质量"),
    ("finance bureau", "财政局"),
    ("science and technology bureau", "科技局"),
    ("development and reform commission", "发展改革委 发改委"),
    ("economic and information commission", "经信委 经济信息委"),
    ("director", "局长 主任"),
    ("head", "局长 主任 负责人"),
    ("spokesperson", "发言人"),
    ("mayor", "市长"),
    ("reporter", "记者"),
    ("proposal|proposals", "提案"),
    ("suggestion|suggestions", "建议"),
    ("deputy", "代表"),
    ("reply|replied", "答复"),
    ("mechanism", "机制"),
    ("repayment plan", "还款计划"),
    ("one month", "1个月"),
    ("three months", "3个月"),
    ("six months", "6个月"),
    ("in advance", "提前"),
    ("longest", "最长"),
    ("maximum", "最长 最高"),
    ("period", "期限"),
    ("target", "目标"),
    ("glossary", "注释"),
    ("first quarter", "一季度"),
    ("press conference", "新闻发布会"),
    ("plenary session", "全会"),
)  # fmt: skip
_ENTRIES = {
    tuple(phrase.split()): tuple(terms.split()) for phrases, terms in _GLOSSARY for phrase in phrases.split("|")
}
_ASKS_WHO = re.compile(r"^\s*who (?:is|was)\b", re.IGNORECASE)
_POST = re.compile(r"(?:长|主任|发言人|记者)$")
_ASKS_FIGURE = re.compile(r"^\s*(?:what (?:is|was|were|are)|how (?:much|many|large|high|big))\b", re.IGNORECASE)
_COUNTS_COMPANIES = re.compile(r"^\s*how many (?:[a-z-]+ ){0,3}?(?:soes|enterprises|companies|firms)\b", re.IGNORECASE)
_TIMES = (
    (re.compile(r"(?:in |during )?(?:the )?first quarter of (\d{4})"), r"\1年一季度"),
    (re.compile(r"(?:by|at) the end of (\d{4})"), r"\1年末"),
    (re.compile(r"(?:from )?january to april (?:of |in )?(\d{4})"), r"\1年1-4月"),
    (re.compile(r"(?:\b(?:in|for|of|during|by) )?\b((?:19|20)\d\d)\b"), r"\1年"),
)
_ASKING = frozenset(
    "who set up what how much many large high big is was were are the a an of in on at to for from by with and did do does has have had been be "
    "will that which its it their there "
    "s total amount number year reach reached combined achieve achieved make made overall average build built sign signed produce "
    "produced create complete completed gain earn earned would china nationwide".split()
)
_MEASURE = re.compile(r"(?:总额|收入|支出|[^效功]率|产量|总值|增加值|亏损面|负债|利润|寿命)$")
_LONGEST = max(map(len, _ENTRIES))
# Enough to search by, too little to count as what is asked for.
_PART = 0.4
# Phrases that ask or join, for which a dictionary has words all the same.
_EMPTY = re.compile(r"^(?:how \w+|at the end of|the end of|as of|in total|s|large|long|many|much|new|made|given)$")


def _with_parts(terms: tuple[str, ...]) -> tuple[tuple[str, float], ...]:
    """Terms, and with less weight the words that an index has them in: 数字化 and 车间."""
    parts = dict.fromkeys(word for term in terms for word in rjieba.cut(term) if len(word) > 1 and word not in terms)
    return (*((term, 1.0) for term in terms), *((part, _PART) for part in parts))


def _found(words: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Phrases of the glossary among the words of a question, the longest first at each place."""
    found: list[tuple[str, ...]] = []
    at = 0
    while at < len(words):
        phrase = next((words[at : at + n] for n in range(_LONGEST, 0, -1) if words[at : at + n] in _ENTRIES), None)
        if phrase is not None:
            found.append(phrase)
        at += len(phrase) if phrase else 1
    return found


@lru_cache(maxsize=64)
def official_measure(question: str) -> tuple[str, ...]:
    """What the documents call the measure that an English question asks for, in one word or another; empty where it is none."""
    phrases = _found(tuple(WORD.findall(question.lower())))
    named = [terms for phrase in phrases if _MEASURE.search((terms := _ENTRIES[phrase])[0])]
    return named[0] if named else ()


@lru_cache(maxsize=64)
def in_official_terms(query: Query) -> Query:
    """An English question with the documents' own terms for what it speaks of; a Chinese one as it is."""
    if query.language != "en":
        return query
    words = tuple(WORD.findall(query.text.lower()))
    phrases = list(dict.fromkeys(_found(words)))
    taken = {word for phrase in phrases for word in phrase}
    kept = [
        entry
        for entry in query.translations
        if not set(entry.words) <= taken and not _EMPTY.match(" ".join(entry.words))
    ]
    known = [Translation(phrase, _with_parts(_ENTRIES[phrase])) for phrase in phrases]
    return replace(query, translations=(*known, *kept))


@lru_cache(maxsize=64)
def in_chinese(query: Query) -> Query | None:
    """The Chinese question behind an English one about a figure, where all that it speaks of has a name here: places, times
    and terms of government work. None where a word would have to be guessed."""
    who = _ASKS_WHO.search(query.text) is not None
    if query.language != "en" or not (who or _ASKS_FIGURE.search(query.text)):
        return None
    text = query.text.lower()
    time = next(
        (name for pattern, name in _TIMES if (match := pattern.search(text)) for name in [match.expand(name)]), ""
    )
    for pattern, _ in _TIMES:
        text = pattern.sub(" ", text)
    words = WORD.findall(text)
    names = {name.split("|")[0].lower(): min(name.split("|")[1:], key=len) for name in places_of(query)}
    if any(len({stem[:2] for stem in name.split("|")[1:]}) > 1 for name in places_of(query)):
        return None  # Guangzhou may be 广州 or 光州.
    places, at = "", 0
    others: list[str] = []
    measures: list[str] = []
    while at < len(words):
        phrase = next((p for n in range(_LONGEST, 0, -1) if (p := tuple(words[at : at + n])) in _ENTRIES), None)
        if phrase is not None:
            term = _ENTRIES[phrase][0]
            (measures if (_POST if who else _MEASURE).search(term) else others).append(term)
        elif words[at] in ENGLISH_PROVINCES or words[at] in names:
            places += ENGLISH_PROVINCES.get(words[at]) or names[words[at]]
        elif words[at] not in _ASKING:
            return None
        at += len(phrase or (1,))
    named = bool(places or time) or len(others) > 1 or any(len(other) > 2 for other in others)
    if not (measures or others) or not named or (who and not measures):
        return None
    if who and measures[0] == "局长" and any(re.search(r"委(?:员会)?$", other) for other in others):
        measures[0] = "主任"  # Of a commission.
    if _COUNTS_COMPANIES.search(query.text) and not measures:
        return understand_query(f"{places}{time}有多少户{''.join(others)}？")
    asked = "是谁" if who else "是多少" if measures else "有多少"
    return understand_query(f"{places}{time}{''.join(others)}{''.join(measures[:1])}{asked}？")
