"""Names in pinyin: the people and places behind the Latin names of an English question, as the index knows them.

Luo Qingquan, qingquan luo and Luo Qing-quan are 罗清泉. A name that the index does not know is told, never replaced by one
that is like it; people whose names sound the same are named together.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise, product

import rjieba

from indexer.generations import Generation
from server.search.dictionary import PARTICLES, Translation, base_forms, lexicon
from server.search.pinyin import characters_of, spellings_of, syllables_of
from server.search.query import ASKING_EN, Query, understand_query

# Fields that name people, and what may stand behind a name there.
PEOPLE = ("proposer", "signer", "contact", "reporter")
_DOUBLE = frozenset("欧阳 司马 上官 诸葛 夏侯 皇甫 令狐 东方 尉迟 公孙 慕容 司徒 端木 宇文 长孙 南宫".split())
_FAMILIES = frozenset(
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔"
    "白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文庞樊兰殷施陶洪翟安颜倪严牛温芦季俞章鲁葛伍韦申尤毕聂丛焦向柳邢路岳齐沿梅莫庄辛管祝左涂谷"
    "祁时舒耿牟卜路詹关苗凌费纪靳盛童欧甄项曲成游阳裴席卫查屈鲍位覃霍翁隋植甘景薄单包司柏宁柯阮桂闵解强柴华车冉房边辜吉饶刁瞿戚丘古米池滕晋苑邬臧畅宫来"
    "嵺苟全褚廉简娄盖符奚木穆党燕郎邸冀谈姬屠连郜晏栾郁商蒙计喻揭窦迟宇敖糜鄢冷卓花仇艾蓝都巩稽井练仲乐虞卞封竺冼原官衣楚佟栗匡宗应台巫鞠僧桑荆谌银"
    "习扬明沙薄伏岑习胥保和蔺肖闫付佘逯先么"
)
_WORD = re.compile(r"[A-Za-z]+(?:['’-][A-Za-z]+)*")
_POSSESSIVE = re.compile(r"['’]s$")
_KINDS = ("区", "县", "市")
_MOST_WORDS, _SYLLABLES = 4, range(2, 5)
# Tags of words that name nothing: verbs, prepositions and the like. A name that the dictionary does not know has any other.
_NAMELESS = ("v", "p", "c", "u", "r", "y")
# Names that are looked for in the texts of an index for one question.
_LOOKED_UP = 6
# Words of so few letters are too often something else.
_SHORT = 3
# A gloss of this weight makes letters an English word: make is no 马克.
_ENGLISH = 0.5
# Whoever is named so is a person: deputy zhangweimin.
_TITLED = re.compile(r"\b(?:deputy|delegate|member|mr|mrs|ms|director|mayor)\.?\s+$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Named:
    """A question with the Chinese names of its ``people``; ``proposers`` are those of them who made a proposal; ``alike`` are
    those that one and the same spelling may mean; ``unknown`` is a name in pinyin that the index does not know; ``others`` are
    other words in pinyin, that stand for they alone know what, each with a pattern of all that they may be read as."""

    query: Query
    people: tuple[str, ...] = ()
    proposers: tuple[str, ...] = ()
    alike: tuple[str, ...] = ()
    unknown: str | None = None
    others: tuple[tuple[str, re.Pattern[str]], ...] = ()


@dataclass(frozen=True, slots=True)
class _Window:
    """Neighbouring words of a question that can be read as pinyin: what they are, ``start`` and ``end`` in the question."""

    words: tuple[str, ...]
    start: int
    end: int

    @property
    def letters(self) -> str:
        return "".join(map(_letters, self.words))

    @property
    def capitalised(self) -> bool:
        return all(word[0].isupper() for word in self.words)


def _letters(word: str) -> str:
    """Xi'an and Qing-quan without their marks, in small letters."""
    return re.sub(r"[^a-z]", "", word.lower())


def with_names(query: Query, generation: Generation) -> Named:
    """A question with the Chinese names that its pinyin stands for; without pinyin as it is."""
    windows = _windows(query.text)
    known = _known({window.letters for window in windows if _may_be_name(window)}, generation)
    found: dict[_Window, tuple[str, ...]] = {}
    unknown: list[_Window] = []
    looked = 0
    for window in windows:
        if _overlaps(window, [*found, *unknown]):
            continue
        names = known.get(window.letters, ()) if _may_be_name(window) else ()
        if not names and looked < _LOOKED_UP and _is_person(window, query.text):
            looked += 1
            names = _written(window, generation)
            unknown += () if names else (window,)
        if names:
            found[window] = names
    people = tuple(dict.fromkeys(name for names in found.values() for name in names))
    rest = [window for window in windows if len(window.words) == 1 and not _overlaps(window, [*found, *unknown])]
    rest = [window for window in rest if len(window.letters) > _SHORT and not _english(window.words[0])][:_LOOKED_UP]
    places = {window: _place(window, generation) for window in rest} if query.language == "en" else {}
    return Named(
        _with_places(_replaced(query, found), {window: place for window, place in places.items() if place}),
        people,
        tuple(name for name in people if generation.documents_with("proposer", name)),
        next((names for names in found.values() if len(names) > 1), ()),
        " ".join(unknown[0].words) if unknown else None,
        tuple(
            (window.words[0], _readings(window, place)) for window, place in places.items() if not _known_place(window)
        ),
    )


def _windows(text: str) -> list[_Window]:
    """Up to four neighbouring words that can be read as pinyin, the longest first; as such no word counts that only asks."""
    runs: list[list[re.Match[str]]] = [[]]
    for match in _WORD.finditer(text):
        if runs[-1] and text[runs[-1][-1].end() : match.start()].strip(" "):
            runs.append([])
        bare = _POSSESSIVE.sub("", match.group())
        if bare.lower() in ASKING_EN or not syllables_of(_letters(bare)):
            runs.append([])
            continue
        runs[-1].append(match)
        if bare != match.group():
            runs.append([])
    return [
        _Window(words, run[at].start(), run[at].start() + sum(map(len, words)) + _gaps(run[at : at + size]))
        for size in range(_MOST_WORDS, 0, -1)
        for run in runs
        for at in range(len(run) - size + 1)
        for words in [tuple(_POSSESSIVE.sub("", match.group()) for match in run[at : at + size])]
    ]


def _gaps(run: Sequence[re.Match[str]]) -> int:
    return sum(after.start() - before.end() for before, after in pairwise(run))


def _overlaps(window: _Window, others: Iterable[_Window]) -> bool:
    return any(window.start < other.end and other.start < window.end for other in others)


def _known(letters: set[str], generation: Generation) -> dict[str, tuple[str, ...]]:
    """The people that the fields of an index name and whose names may be spelled with some of these letters."""
    found: dict[str, list[str]] = {}
    for value in {value for field in PEOPLE if letters for value in generation.values_of(field)}:
        for name in re.split(r"[、,，\s]+", value):
            for said in letters & _orders(name):
                found.setdefault(said, []).append(name)
    return {said: tuple(sorted(set(names))) for said, names in found.items()}


@lru_cache(maxsize=65_536)
def _orders(name: str) -> frozenset[str]:
    """How the name of a person may be spelled, family name first or last; empty for what is no such name."""
    if len(name) not in _SYLLABLES:
        return frozenset()
    family = 2 if name[:2] in _DOUBLE and len(name) > 2 else 1
    parts = product(spellings_of(name[:family]), spellings_of(name[family:]))
    return frozenset(letters for first, last in parts for letters in (first + last, last + first))


def _english(word: str) -> bool:
    """Whether letters are an English word that has a translation, and no Chinese name in Latin letters."""
    plain = _letters(word)
    if plain in PARTICLES:
        return True
    glosses = (lexicon().find((form,)) for form in base_forms(plain))
    return any(weight >= _ENGLISH and not _spells(plain, term) for terms in glosses for term, weight in terms.items())


def _spells(plain: str, term: str) -> bool:
    """Whether letters are the pinyin of a Chinese term, of a place without its kind, or of one character, as li is of 华里."""
    if plain in spellings_of(term) or (term.endswith(_KINDS) and plain in spellings_of(term[:-1])):
        return True
    return any(character in term for character in characters_of(plain))


def _place(window: _Window, generation: Generation) -> str | None:
    """The place whose pinyin a word is: 大渡口 of dadukou. One that the dictionary does not know may stand in the index."""
    if min(map(len, syllables_of(window.letters))) < 2 and not window.capitalised:
        return None
    if known := _known_place(window):
        return known
    ways = [way for way in syllables_of(window.letters) if len(way) in (2, 3)]
    standing = {name for way in ways for name in _standing(way, generation, kinds=("", *_KINDS))}
    places = {name for name in standing if _names_place(name)} or standing
    # 璧山区 of which the dictionary makes 璧 and 山区.
    places = places or {name for way in ways for name in _paired(way, generation, _KINDS)}
    return min(places, key=len) if len({_stem(name) for name in places}) == 1 else None


def _known_place(window: _Window) -> str | None:
    """The place that the dictionary has for a word that is its pinyin."""
    terms = sorted(lexicon().find((window.letters,)), key=len)
    return next((term for term in terms if _spells(window.letters, term) and _names_place(term)), None)


def _stem(place: str) -> str:
    return place[:-1] if len(place) > 2 and place.endswith(_KINDS) else place


def _names_place(term: str) -> bool:
    return [tag for _, tag in rjieba.tag(term)] == ["ns"] or (len(term) > 2 and term.endswith(_KINDS))


def _readings(window: _Window, place: str | None) -> re.Pattern[str]:
    """All that a word may be read as in Chinese, or the place that it is known to be; a Latin name is itself."""
    ways = ("".join(f"[{''.join(characters_of(said))}]" for said in way) for way in syllables_of(window.letters))
    read = (re.escape(_stem(place)),) if place else tuple(ways)
    return re.compile("|".join((*read, re.escape(window.words[0]))), re.IGNORECASE)


def mentions(text: str, readings: re.Pattern[str]) -> bool:
    """Whether a text has a name that a word in pinyin may be read as; 化为 is a verb, and no Huawei."""
    if not readings.search(text):
        return False
    words = (" " if tag.startswith(_NAMELESS) else word for word, tag in rjieba.tag(text))
    return readings.search("".join(words)) is not None


def _may_be_name(window: _Window) -> bool:
    """Whether letters that spell a known name are meant as one: a human is no 胡满."""
    english = [_english(word) for word in window.words]
    if len(window.words) == 1:
        return not english[0]
    return window.capitalised or not all(english)


def _is_person(window: _Window, text: str) -> bool:
    """Whether a name in pinyin is that of a person, known or not: two words or three of which one is a family name."""
    counts = {len(way) for way in syllables_of(window.letters)}
    english = [_english(word) for word in window.words]
    # Sun and He are families where they begin with a capital, and what is beside them is no English word.
    if not counts.intersection(_SYLLABLES) or all(english) or (any(english) and not window.capitalised):
        return False
    if len(window.words) == 1:
        return bool(_TITLED.search(text[: window.start])) and min(counts) > 1
    ends = (window.words[0], window.words[-1])
    return len(window.words) <= 3 and any(_FAMILIES.intersection(characters_of(_letters(word))) for word in ends)


def _written(window: _Window, generation: Generation) -> tuple[str, ...]:
    """Names of people that stand as words in the texts of an index and may be spelled so."""
    ways = [way for way in syllables_of(window.letters) if len(way) in (2, 3)]
    # The family name first; last, where that gives no name.
    for ordered in (ways, [(*way[-1:], *way[:-1]) for way in ways]):
        found = {
            name
            for way in ordered
            for name in _standing(way, generation, _FAMILIES)
            if [tag for _, tag in rjieba.tag(name)] == ["nr"]
        }
        if found:
            return tuple(sorted(found))
    return ()


def _standing(
    way: Sequence[str], generation: Generation, first: frozenset[str] | None = None, kinds: Sequence[str] = ("",)
) -> list[str]:
    """Words of an index that may be read as these syllables, with one of the ``kinds`` behind them."""
    whole = [name + kind for name in _paired(way, generation, (), first) for kind in kinds]
    frequency = generation.words.document_frequency(whole)
    return [name for name, times in zip(whole, frequency.tolist(), strict=True) if times]


def _paired(
    way: Sequence[str], generation: Generation, kinds: Sequence[str], first: frozenset[str] | None = None
) -> list[str]:
    """What may be read as these syllables, with one of the ``kinds`` behind it where there are any, and of which each pair of
    neighbouring characters stands in the index. ``first``: characters that it may begin with, None for all."""
    begun = [character for character in characters_of(way[0]) if first is None or character in first]
    for further in (*(characters_of(said) for said in way[1:]), *([kinds] if kinds else [])):
        longer = [name + character for name in begun for character in further]
        frequency = generation.bigrams.document_frequency([name[-2:] for name in longer])
        begun = [name for name, times in zip(longer, frequency.tolist(), strict=True) if times]
    return begun


def _replaced(query: Query, found: dict[_Window, tuple[str, ...]]) -> Query:
    text = query.text
    for window, names in sorted(found.items(), key=lambda pair: -pair[0].start):
        text = f"{text[: window.start]}{'、'.join(names)}{text[window.end :]}"
    return understand_query(text, query.language) if found else query


def _with_places(query: Query, places: Mapping[_Window, str]) -> Query:
    """The question with its places capitalised, as names are, and with the Chinese of those that the dictionary lacks."""
    text, added = query.text, list[Translation]()
    for window, place in places.items():
        text = re.sub(rf"\b{re.escape(window.words[0])}\b", window.letters.capitalize(), text)
        if not lexicon().find((window.letters,)):
            terms = dict.fromkeys((place, _stem(place)))
            added.append(Translation((window.letters,), tuple((term, 1.0) for term in terms)))
    named = query if text == query.text else understand_query(text, query.language)
    return replace(named, translations=(*named.translations, *added)) if added else named
