"""The focus of a question: what it asks the figure, the date or the name of, and whether a sentence speaks of that.

负债总额 of 负债总额是多少, 持股员工 of 多少名持股员工: a sentence about the same place and year that gives the figure of
something else does not answer.
"""

import re
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import rjieba

from server.answer.abbreviations import SAME
from server.answer.english import official_measure
from server.answer.expected import Expected
from server.answer.possible import UNIT, figures, lists, possible, specific
from server.answer.terms import STOP, Terms, holds
from server.answer.totals import said_of

# Kinds of questions whose answer is one thing said of another.
_KINDS = ("number", "date", "person", "place", "organ", "name")
_CONTENT = re.compile(r"^(?:n(?!s)|v|a|j|l|i|b|s|eng|z)")
_NOUN = re.compile(r"^(?:n|vn|j|l|eng)")
# Words that lead from what is asked about to the asking ones, and nouns that only say what kind of answer is wanted.
_LEADING = frozenset(
    "年内 要求 想 打算 准备 有 占 达 达到 共 剩 还剩 剩下 需要 需 应 应该 可以 能够 属 属于 来自 成为 变成 年 月 日 号".split()
)
_GENERIC = frozenset(
    "时候 时间 地方 地点 钱 个人 人 名字 名称 单位 部门 数 数量 情况 公司 企业 机构 城市 国家 代表 委员 领导".split()
)
# What is measured of a thing: what it is measured of stands further to the left.
_CHANGES = frozenset(
    "同比 环比 增长 增加 提高 上升 下降 降低 减少 增幅 降幅 增速 涨幅 目标 指标 比例 占比 比重 规模 水平 取值 总 全年 年度 年均 累计 合计 平均 "
    "同口径 预期 计划 实际".split()
)
_CROSSED = frozenset("的 比 较 了 上年 上一年 去年 全年 到 约".split())
# Whose figure it is, not which figure.
_WIDE = frozenset("国企 国有企业 企业 区县 市属 区属 全市 全区 全省 全国 公司 集团 单位 项目 完成 盘活 实现".split())
# The words that ask; what is asked about stands on either side.
_ASKS = re.compile(
    r"什么(?:时候|时间|地方|人)?|何[时地人处]|哪(?:一?[位名个家所间支年天月里儿些座条处]|几[个家位]?|[两二三四五六七八九十]\w?)?|啥(?:时候)?|谁|"
    r"多少|几[年月日号]?|多[大高长久远重]|百分之几"
)
_MOST_LEFT, _MOST_RIGHT = 3, 2
# 多少名董事 counts 董事.
_COUNTS = re.compile(r"(?:多少|几)[个户家项条名位件处份场次间所座套台辆起]")
# 三级国有企业 are none of those of the first and second level.
_LEVEL = re.compile(r"[一二三四五六七八九]级(?=[\u4e00-\u9fff]{2})")
_CLAUSES = re.compile(r"[,，。;；?？]")
# Measures of many things, told apart by the word before: 负债总额; and such as name all by themselves: 资产负债率.
_OF_MANY = re.compile(
    r"^(?:总额|总量|总值|收入|支出|负债|资产|余额|利润|成本|费用|产值|产量|金额|规模|投入|投资|人数|户数|支付|资本|收益|税收|面积|里程|工资|人口|装机容量)$"
)
_COMPOUND = re.compile(
    r"^(?P<of>[\u4e00-\u9fff]{2,4})(?P<measure>总额|总量|总值|收入|支出|余额|成本|产值|产量|金额|规模|投入|面积|里程|人口)$"
)
_OF_ONE = re.compile(r"..(?:[^效功]率|资本|费用)$|^(?:净利润|净资产|税收|工资|年薪)$")
# 转让收入 may be written as 转让…收到资金: what is done, and how much.
_OF_DOING = ("收入", "金额", "投资")
_GIVEN = r"(?:总量|总值|总计|合计|达到?|为|超过?|突破|逾|有|约|共|是|至|\s)*\d"
# What two words of two characters share by one of them: 分红 and 红利.
_ONE_CHARACTER = 0.3
# So little of what is asked about is as good as nothing, where the noun is missing too.
_NOTHING, _NO_NOUN = 0.25, 0.5


@dataclass(frozen=True, slots=True)
class Focus:
    """Words that a question asks about: ``words`` in its order; ``measure`` those that name what is measured, as in 负债 总额,
    empty where nothing is; ``head`` the last noun before the asking words; ``counted`` those behind the unit, as in 名 董事;
    ``told`` those of them that tell which ones are counted, as 亏损 of 户 国企 亏损."""

    words: tuple[str, ...]
    measure: tuple[str, ...] = ()
    head: str | None = None
    counted: tuple[str, ...] = ()
    told: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Focused:
    """How a sentence meets the focus of a question.

    ``said`` is the share of its words that the sentence and its headings have, between 0 and 1; ``bare`` whether the sentence
    has nothing of the form that is asked for, ``other_measure`` whether it does not name the measure, ``off`` whether it
    speaks of something else altogether.
    """

    said: float = 1.0
    bare: bool = False
    other_measure: bool = False
    off: bool = False

    @property
    def missed(self) -> bool:
        """Whether a sentence has nothing of what is asked for, or says it of something else."""
        return self.bare or self.off or self.other_measure


# A question whose focus is not told.
WHOLE = Focused()


def _carries(word: str, tag: str) -> bool:
    return (
        _CONTENT.match(tag) is not None
        and word not in STOP
        and word not in _LEADING
        and not word.isdigit()
        and word[-1] not in "是有各"
    )


@lru_cache(maxsize=64)
def focus_of(expected: Expected) -> Focus | None:
    """The focus of a question; None where it has none, or where the kind of its answer is open.

    Of an English question only the measure is known, by its names in the documents, parted by |.
    """
    if expected.kind not in _KINDS:
        return None
    if not re.search(r"[\u4e00-\u9fff]{2}", expected.question):
        names = official_measure(expected.question) if expected.kind == "number" else ()
        return Focus(names, ("|".join(names),)) if names else None
    asks = _ASKS.search(expected.question)
    start, end = asks.span() if asks else (len(expected.question),) * 2
    left, head, done = _before(expected.question[:start])
    clause = _CLAUSES.split(expected.question[end:])[0]
    behind = _behind(clause)
    words = tuple(dict.fromkeys((*left, *(word for word, _ in behind))))
    counts = _COUNTS.match(expected.question[start:]) is not None
    counted = tuple(word for word, tag in behind if counts and _NOUN.match(tag))
    # 从多少户减到多少户 asks twice of the same.
    once = counts and _ASKS.search(clause) is None
    kinds = {word: tag for word, tag in behind if once and word not in _WIDE and word not in _CHANGES}
    # Of 水厂 亏损 it is the last that says which ones.
    told = tuple(word for word, tag in kinds.items() if tag.startswith("v")) or tuple(kinds)
    return Focus(words, _measure_of(left, head, done), head, counted, told) if words else None


def _before(text: str) -> tuple[list[str], str | None, set[str]]:
    """The words right before the asking ones that carry the question, their last noun, and which of them are verbs."""
    words: list[str] = []
    head: str | None = None
    done: set[str] = set()
    for word, tag in reversed(rjieba.tag(text)):
        things = [known for known in words if known not in _CHANGES]
        if not _carries(word, tag):
            if things or (words and word not in _CROSSED):
                break
            continue
        words.insert(0, word)
        if tag == "v":
            done.add(word)
        if head is None and _NOUN.match(tag) and word not in _CHANGES and word not in _GENERIC:
            head = word
        if len(things) + (word not in _CHANGES) == _MOST_LEFT:
            break
    return [word for word in words if word not in _GENERIC], head, done


def _behind(text: str) -> list[tuple[str, str]]:
    """The words right behind the asking ones, with their tags: 持股员工 of 多少名持股员工."""
    words: list[tuple[str, str]] = []
    for at, (word, tag) in enumerate(rjieba.tag(text)):
        if _carries(word, tag) and word not in _GENERIC and not (at == 0 and UNIT.match(word)):
            words.append((word, tag))
        elif words or at > 1:
            break
        if len(words) == _MOST_RIGHT:
            break
    return words


def _measure_of(left: Sequence[str], head: str | None, done: Set[str]) -> tuple[str, ...]:
    """What is measured, by the last words before the asking ones; empty where that is nothing told by its name."""
    things = [
        word
        for at, word in enumerate(left)
        if word not in _CHANGES or (at + 1 < len(left) and _OF_MANY.match(left[at + 1]))
    ]
    if not things:
        return ()
    if compound := _COMPOUND.match(things[-1]):
        things[-1:] = [compound["of"], compound["measure"]]
    if len(things) > 1 and _OF_MANY.match(things[-1]):
        if things[-2] in done and things[-1] in _OF_DOING:
            return ()
        if len(things[-2]) > 1 and things[-2] not in _WIDE:
            return things[-2], things[-1]
    return (head,) if head and head == things[-1] and _OF_ONE.search(head) else ()


def _names_measure(measure: Sequence[str], text: str) -> bool:
    """Whether a normalised text names a measure: its words side by side, or the first with its figure."""
    if "|" in measure[0]:
        return any(name in text for name in measure[0].split("|"))
    if len(measure) == 1 or "".join(measure) in SAME:
        return _held("".join(measure), text) == 1
    names = "|".join(map(re.escape, SAME.get(measure[0], (measure[0],))))
    return re.search(rf"(?:{names})(?:[^,，。;、\d]{{0,3}}{re.escape(measure[1])}|{_GIVEN})", text) is not None


def _held(word: str, text: str) -> float:
    """How far a normalised text has a word: 1 with the word or another name of it, less with a part."""
    if any(holds(text, name) for name in SAME.get(word, (word,))):
        return 1.0
    if len(word) > 2:
        parts = list(map("".join, pairwise(word)))
        return sum(part in text for part in parts) / len(parts)
    return _ONE_CHARACTER if any(character in text for character in word) else 0.0


def _share(words: Iterable[str], terms: Terms, text: str) -> float:
    weights = {word: terms.weight_of(word) for word in words}
    total = sum(weights.values())
    return sum(weight * _held(word, text) for word, weight in weights.items()) / total if total else 1.0


def focused(expected: Expected, terms: Terms, text: str, heading: str) -> Focused:
    """How a normalised sentence under a normalised heading meets the focus of a question."""
    if expected.kind not in _KINDS or lists(expected):
        return WHOLE
    bare = specific(expected) and not possible(expected, text)
    focus = focus_of(expected)
    if focus is None:
        return Focused(bare=bare)
    around = f"{text}\n{heading}"
    said = _share(focus.words, terms, around)
    other = bool(focus.measure) and not _names_measure(focus.measure, around)
    uncounted = bool(focus.counted) and all(_held(word, around) < _NO_NOUN for word in focus.counted)
    uncounted = uncounted or _counts_others(expected, focus, text, heading)
    uncounted = uncounted or any(level not in around for level in _LEVEL.findall(expected.question))
    figure = expected.kind in ("number", "date") and focus.head is not None
    off = figure and said <= _NOTHING and _held(focus.head or "", around) <= _NO_NOUN
    return Focused(said, bare, other, off or uncounted)


def _counts_others(expected: Expected, focus: Focus, text: str, heading: str) -> bool:
    """Whether no figure of a sentence is said of what is counted: 1900户,…,亏损面7.4% counts no 户 that are 亏损."""
    names = tuple(name for word in focus.told for name in SAME.get(word, (word,)))
    spots = figures(expected, text) if names and expected.unit is not None else []
    if not spots or all(any(name in heading for name in SAME.get(word, (word,))) for word in focus.told):
        return False
    if not any(name in text for name in names):
        # Of 研发 人员 it is the first that says which ones.
        return _held(focus.told[0], f"{text}\n{heading}") < _NO_NOUN
    return not any(said_of(names, text, *spot) for spot in spots)
