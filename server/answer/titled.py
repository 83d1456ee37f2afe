"""Replies found by what their proposal is about: 盘活国有资产的提案, 关于区县国企转型的建议."""

import math
import re
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet

import rjieba

from indexer.analyzer import normalise
from indexer.document import Document
from indexer.generations import Generation
from server.answer.abbreviations import SAME
from server.answer.english import in_official_terms
from server.answer.fields import without_asking
from server.answer.terms import STOP
from server.search.dictionary import WORD
from server.search.query import Query

_PROPOSAL = re.compile(r"建议|提案|答复|回复|复函|proposal|suggestion|repl(?:y|ied|ies)\b", re.IGNORECASE)
# Words of the question about the proposal and the reply themselves, and who has to do with them.
_FRAME = re.compile(
    r"(?:人大|政协)?(?:代表|委员)(?!会)|人大|政协|建议|提案|答复[函件]?|回复|复函|来函|办理|函|文件|单位|部门|机关|关于|方面|有关|相关|涉及|内容|"
    r"有一?[个位件份条]|记得|想[要找查看问]|能不能|不能|可不可以|查[到找询]?|提过|办[得的]|告诉|请问|帮我|帮忙|麻烦|查一下|查查|看看|看一下|一下|那个|这个|[那这哪一][件份条篇]|[那这]个|提出来?|提了|提交|递交|提的|讲的|说的|谈的|写的|多少号|"
    r"承诺|许诺|落实|办理情况|情况|结果|进展|怎么样|怎么办理|如何办理|签发|签署|审签|签字|后来|最后|最终|到底|究竟|当时|现在|目前|去年|今年|(?:19|20)\d\d年?|吗|呢|啊|吧|没有|"
    r"[一二三四五六七八九十\d]+届[^，。]{0,8}?[一二三四五六七八九十\d]+次(?:全体)?会议?"
)
# Words that most titles have, or that say how much something is wanted: they tell no proposal from another.
_LIGHT = frozenset(
    "进一步 加强 加快 推进 推动 促进 完善 做好 深化 优化 提升 提高 大力 积极 着力 切实 实施 开展 建立 健全 强化 支持 鼓励 解决 工作 问题 情况 "
    "措施 我市 我区 我县 全市 全区 本市 如何 更好 发展 管理 建设 落实 我省 全省 国家 "
    "事情 事 办 回 答 发 写 说 讲 谈 提 做 搞 收 复 签 得到 "
    "一起 共同 牵头 负责 那份 这份 上 下 中 里 内 等 找 看 问 想 呀 哦 嘛 主题 的话 里面 提到 打算 希望".split()
)
_FRAME_EN = frozenset(
    "proposal proposals suggestion suggestions reply replies replied answer answered document number title deputy deputies member members "
    "committee submitted submit proposed propose raised put forward made regarding concerning handled adopted public signed issued sent wrote "
    "body organ department agency date day session contact person phone name named called matter s re promote promoting improve improving "
    "strengthen strengthening further accelerate accelerating speed speeding up".split()
)
_ASKED_EN = frozenset(
    "what which who whom whose when where why how is was were are be been do does did the a an of in on at to for from by with and or that "
    "this it its has have had can could should would will please tell me about".split()
)
# A title that says this share of what is asked for, by weight, and this much more than any other, is meant where the letter
# says the rest.
_MOST, _AHEAD = 0.6, 0.3
# Replies that fit equally well and are all shown; of more, none.
SHOWN = 3
# 您提出的关于修桥的建议收悉: a title that is no field of the letter, in so many characters from the top; letters that are read for it.
_OPENING = re.compile(
    r"(?:《|(?:提出|提交|反映)的?)(?P<about>关于[^。；《》\n]{2,60}?)的?(?:建议|提案)》?[^。\n]{0,30}?(?:收悉|收到)"
)
_HEAD, _READ = 1500, 200
_HAN = re.compile(r"[\u4e00-\u9fff]")
# The dictionary ranks 农村 low for rural; all that is asked for has to stand in one title, which makes up for that.
_SURE = 0.15

# Parts of speech, by jieba, that say nothing of a subject: pronouns, particles, adverbs, prepositions, conjunctions, measures.
# Not e: that of Latin letters is eng.
_EMPTY = tuple("rudpcqyo")

Group = tuple[str, ...]


def _chinese_groups(query: Query, aside: Iterable[str]) -> list[Group]:
    """What the proposal that is asked for is about: for each word the ways to write it."""
    plain = normalise(query.text)
    for name in (*aside, *query.organs):
        plain = plain.replace(normalise(name), " ")
    plain = _FRAME.sub(" ", without_asking(query, plain))
    tagged = (pair for part in plain.split() for pair in rjieba.tag(part))
    words = dict.fromkeys(
        word for word, tag in tagged if word not in STOP and re.match(r"\w", word) and not tag.startswith(_EMPTY)
    )
    heavy = [word for word in words if word not in _LIGHT]
    return [tuple(dict.fromkeys((word, *SAME.get(word, ())))) for word in heavy or words]


def _english_groups(query: Query) -> list[Group]:
    """The same for an English question: a word stands for its translations, and one without any for itself."""
    asked = _ASKED_EN | _FRAME_EN
    known: dict[str, Group] = {}
    for entry in in_official_terms(query).translations:
        terms = tuple(normalise(term) for term, weight in entry.terms if weight >= _SURE and len(term) > 1)
        if terms and not asked.issuperset(entry.words):
            known |= dict.fromkeys(entry.words, terms)
    words = [word for word in WORD.findall(query.text.lower()) if word not in asked]
    return list(dict.fromkeys(known.get(word, (word,)) for word in words))


def _stands(word: str, title: str) -> bool:
    """Whether a title has a word, or what two characters are short for: 国资 of 国有资产."""
    if word in title:
        return True
    short = len(word) == 2 and _HAN.match(word) and _HAN.match(word[1])
    return bool(short) and re.search(rf"{word[0]}[\u4e00-\u9fff]{word[1]}[\u4e00-\u9fff]", title) is not None


def _is_of(generation: Generation, number: int, place: Group) -> bool:
    """Whether a reply names a place in its own title, which says who wrote it."""
    return any(name in generation.titles[number] for name in place)


def _subject_of(document: Document) -> str:
    """What a reply that quotes no title says in its opening, else its own title without who wrote it."""
    opening = _OPENING.search(document.text[:_HEAD])
    return opening["about"] if opening else re.sub(r"^.*?关于", "关于", " ".join(document.title.split()))


def _titles(generation: Generation, among: AbstractSet[int]) -> dict[int, str]:
    """What each reply says its proposal is about, normalised: the title that it quotes, else its opening. Of many that quote
    none only some are read."""
    quoted = generation.documents_having("proposal_title")
    others = sorted(among - quoted.keys())[:_READ]
    titles = {number: quoted[number] for number in among & quoted.keys()}
    titles |= {number: _subject_of(generation.document(number)) for number in others}
    return {number: normalise(title) for number, title in titles.items()}


def _of_kind(query: Query, generation: Generation, replies: AbstractSet[int]) -> set[int]:
    """The replies to what the question says it is. 建议 may be said of a 提案, whose title ends in it; not the other way round."""
    others = generation.documents_with("proposal_kind", "建议") if "提案" in query.text else set()
    return set(replies) - others


def _of_years(query: Query, generation: Generation, replies: AbstractSet[int]) -> set[int]:
    """The replies of the years that the question names."""
    held: set[int] = set()
    for year in query.years:
        held |= generation.documents_with("year", year) | generation.documents_like("document_number", f"〔{year}〕")
    return set(replies) & held if query.years else set(replies)


def subject_groups(query: Query, aside: Iterable[str] = ()) -> list[Group]:
    """What the proposal is about that a question asks for, for each word the ways to write it; empty where it says nothing.

    ``aside``: words that say whose it is.
    """
    if not _PROPOSAL.search(query.text):
        return []
    groups = _english_groups(query) if query.language == "en" else _chinese_groups(query, aside)
    return groups if sum(max(map(len, group)) for group in groups) > 1 else []


def replies_about(
    query: Query, groups: Sequence[Group], generation: Generation, among: AbstractSet[int] | None = None
) -> set[int]:
    """Numbers of the replies that a question means by their subject, all that fit equally; empty where none clearly does.

    ``among``: replies that it is about by other marks; None for all.
    """
    if not groups:
        return set()
    replies = generation.documents_with("kind", "reply") & generation.documents_having("proposal_number").keys()
    replies = _of_years(query, generation, _of_kind(query, generation, replies))
    titles = _titles(generation, replies if among is None else replies & among)
    places = [group for group in groups if rjieba.tag(group[0])[-1][1] == "ns"]
    found = {
        number: [
            any(_stands(word, title) for word in group) or (group in places and _is_of(generation, number, group))
            for group in groups
        ]
        for number, title in titles.items()
    }
    whole = {number for number, row in found.items() if all(row)}
    if whole:
        return _named_in_full(query, titles, whole)
    return _clearly_ahead(groups, found, generation) if query.language == "zh" else set()


def _named_in_full(query: Query, titles: dict[int, str], whole: set[int]) -> set[int]:
    """Those whose very title the question holds, where there are such; all otherwise."""
    plain = normalise(query.text)
    cores = {number: re.sub(r"^关于|的?(?:建议|提案)$", "", titles[number]) for number in whole}
    named = {number for number, core in cores.items() if len(core) > 3 and core in plain}
    return named or whole


def _clearly_ahead(groups: Sequence[Group], found: dict[int, list[bool]], generation: Generation) -> set[int]:
    """The one reply whose title says most of what is asked for, where its text says the rest."""
    held = [sum(row[at] for row in found.values()) for at in range(len(groups))]
    weights = [math.log(1 + len(found) / (count + 0.5)) for count in held]
    shares = {n: math.fsum(w for w, has in zip(weights, row, strict=True) if has) for n, row in found.items()}
    total = math.fsum(weights)
    ranked = sorted(shares, key=lambda number: -shares[number])
    if not ranked or shares[ranked[0]] < _MOST * total:
        return set()
    if len(ranked) > 1 and shares[ranked[0]] - shares[ranked[1]] < _AHEAD * total:
        return set()
    text = normalise(generation.document(ranked[0]).text)
    says_all = all(any(word in text for word in group) for group in groups)
    return {ranked[0]} if says_all else set()
