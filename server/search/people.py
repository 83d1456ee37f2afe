"""People whom a question names as those who moved a proposal: 罗清泉代表, 政协委员王彭果, 张三的提案."""

import re
from collections.abc import Collection
from dataclasses import dataclass

import rjieba

_HAN = r"\u4e00-\u9fff"
# Family names of some 97 % of the population, without those that are mostly other words (和, 于, 由, 向, 查).
_FAMILY = (
    "王李张刘陈杨黄赵周吴徐孙朱马胡郭林何高梁郑罗宋谢唐韩曹许邓萧冯曾程蔡彭潘袁董余苏叶吕魏蒋田杜丁沈姜范江傅钟卢汪戴崔任陆廖姚"
    "方金邱夏谭韦贾邹石熊孟秦阎薛侯雷白龙段郝孔邵史毛万顾赖武康贺严尹钱施牛洪龚汤陶黎温莫易樊乔文安殷颜庄章鲁倪庞邢俞翟蓝聂齐"
    "葛柴伍覃骆焦柳欧祝纪尚毕耿芦左季管符辛苗詹曲欧阳靳祁路涂兰甘裴梅童翁霍游阮尤岳柯牟滕谷舒卜成饶宁凌盛冉鲍华包屈"
    "房喻蒲卫简车项闵邬吉党阳司费蒙席晏隋古强穆姬申景桂佟苟褚晋丛艾栾冷肖闫付鄢娄桑柏巩迟代卓仇池储敖窦肆阴邝佘池"
)
_COMPOUND = ("欧阳", "上官", "司马", "诸葛", "皇甫", "司徒", "令狐", "慕容", "尉迟", "公孙", "端木", "夏侯", "东方")
_ROLES = {"代表": "建议", "委员": "提案"}
# 罗清泉代表, 罗清泉（市人大）代表; no 委员会, 代表团, 常务委员.
_BEFORE = re.compile(
    rf"(?P<run>[{_HAN}·]{{2,12}}?)(?:等?[\d一两二三四五]*[名位人]?)?(?:(?:全国|[省市区县])?(?:人大|政协))?(?P<role>代表|委员)(?![会团们])"
)
_AFTER = re.compile(rf"(?P<role>代表|委员)(?P<run>[{_HAN}·]{{2,8}})")
# A name that stands without a post: 王小明提了什么建议, 张三的提案.
_ALONE = re.compile(
    rf"(?:^|[，,。、；？\s]|请问|想问|查一?下|看一?下|由|关于|是)(?P<run>[{_HAN}]{{2,4}}?)(?:同志|先生|女士)?"
    r"(?:去年|今年|\d{4}年)?(?:的(?:那[件份个])?(?:建议|提案)|(?:所|共)?(?:提|领衔)(?!案|升|高|供))"
)
_ASKER = re.compile(r"(?:我|我们|本人)是$|作为$")
# What may follow a name; else the name goes on.
_ENDS = re.compile(
    rf"$|[^{_HAN}]|提|的|在|关|有|等|同志|先生|女士|代表|委员|是|和|与|及|跟|去年|今年|怎|对|办|反|领|交|说|讲|写|要|建|所|就|曾|都|给|这|那|最|共|一共|采|答"
)
# 江小禾生代表 is another person than 江小禾.
_LONGER = re.compile(rf"(?P<more>(?![省市区县])[{_HAN}]{{1,2}}?)(?P<role>代表|委员)")
# What is said of several people, or of none in particular.
_NOBODY = re.compile(
    r"[界区县市省团组委会局镇乡村届名位个些等的们里中上下内外时]$|^(?:各|全|何时|任何|有关|相关|方面|高校|单位)"
)


@dataclass(frozen=True, slots=True)
class Mention:
    """A person whom a question names: ``known`` where the index has proposals of that name. ``kind``: what such a person
    submits, 建议 or 提案, where the question says whether it is a deputy."""

    name: str
    kind: str | None
    known: bool

    @property
    def proposals(self) -> str:
        """What is asked for by that name: 王小明代表的建议."""
        role = next((role for role, kind in _ROLES.items() if kind == self.kind), None)
        return f"{self.name}{role}的{self.kind}" if role else f"“{self.name}”的建议或提案"


def _is_name(name: str) -> bool:
    """Whether a word may be a name and is no common word: 高校, 方案."""
    if len(name) < 2 or _NOBODY.search(name) or not name.startswith((*_COMPOUND, *_FAMILY)):
        return False
    words = rjieba.tag(name)
    return len(words) > 1 or words[0][1].startswith(("nr", "m", "x"))


def _before(run: str) -> str | None:
    """The name at the end of the characters before a post."""
    lengths = (4, 3, 2) if run[-4:].startswith(_COMPOUND) else (3, 2)
    return next((run[-n:] for n in lengths if len(run) >= n and _is_name(run[-n:])), None)


def _after(run: str) -> str | None:
    """The name at the beginning of the characters behind a post."""
    ends = (n for n in (2, 3, 4) if n <= len(run) and _ENDS.match(run[n:]))
    return next((run[:n] for n in ends if _is_name(run[:n])), None)


def mentions(text: str, proposers: Collection[str]) -> tuple[Mention, ...]:
    """The people whom a question names as proposers. ``proposers``: names of the index that occur in the question.

    A name of the index counts where it stands as a whole: 王明 is not who is asked for as 王明华代表.
    """
    longest = sorted(proposers, key=len, reverse=True)
    found: dict[str, Mention] = {}
    taken: list[tuple[int, int]] = []

    def add(name: str, at: int, kind: str | None) -> None:
        found.setdefault(name, Mention(name, kind, name in proposers))
        taken.append((at, at + len(name)))

    for match in _BEFORE.finditer(text):
        run, kind = match["run"], _ROLES[match["role"]]
        name = next((one for one in longest if run.endswith(one)), None) or _before(run)
        # 我是白石代表 says where the asker comes from.
        if name and (name in proposers or not _ASKER.search(run.removesuffix(name))):
            add(name, match.end("run") - len(name), kind)
    for match in _AFTER.finditer(text):
        run, kind = match["run"], _ROLES[match["role"]]
        known = (one for one in longest if run.startswith(one) and (len(one) > 2 or _ENDS.match(run[len(one) :])))
        name = next(known, None) or _after(run)
        if name and not any(start <= match.start("run") < end for start, end in taken):
            add(name, match.start("run"), kind)
    for name in longest:
        at = text.find(name)
        if any(start < at + len(name) and at < end for start, end in taken):
            continue
        rest = text[at + len(name) :]
        longer = None if _ENDS.match(rest) else _LONGER.match(rest)
        if longer:
            add(name + longer["more"], at, _ROLES[longer["role"]])
        elif len(name) > 2 or _ENDS.match(rest):
            add(name, at, None)
    alone = None if found else _ALONE.search(text)
    if alone and _alone(alone["run"]):
        add(alone["run"], alone.start("run"), None)
    return tuple(found.values())


def _alone(run: str) -> bool:
    """Whether a word without a post beside it may be a name: no word in it is a common one, as in 安置房."""
    words = [tag for word, tag in rjieba.tag(run) if len(word) > 1]
    return _is_name(run) and bool(words) and all(tag.startswith("nr") for tag in words)
