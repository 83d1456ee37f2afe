"""Places: which ones a question names, and whether a sentence speaks of them."""

import re
from functools import lru_cache

import rjieba

from indexer.analyzer import normalise
from server.search.passages import Passage
from server.search.query import Query

_PROVINCES = (
    "北京 天津 上海 重庆 河北 山西 辽宁 吉林 黑龙江 江苏 浙江 安徽 福建 江西 山东 河南 湖北 湖南 广东 海南 四川 贵州 云南 陕西 甘肃 青海 台湾 "
    "内蒙古 广西 西藏 宁夏 新疆 香港 澳门"
).split()
# Provinces by their English names.
ENGLISH_PROVINCES = dict(
    zip(
        "beijing tianjin shanghai chongqing hebei shanxi liaoning jilin heilongjiang jiangsu zhejiang anhui fujian jiangxi shandong "
        "henan hubei hunan guangdong hainan sichuan guizhou yunnan shaanxi gansu qinghai taiwan mongolia guangxi tibet ningxia "
        "xinjiang".split(),
        _PROVINCES[:32],
        strict=True,
    )
)
_ALL_PROVINCES = re.compile("|".join(_PROVINCES))
# A district at the start of a question or after a mark, which the dictionary may not know: 荣昌区有多少户.
_DISTRICT = re.compile(r"(?:^|[,、年在和与])(?P<name>[\u4e00-\u9fff]{2,3}[区县])(?!域|间|别|属县)")
_DISTRICT_NAME = re.compile(r"^[\u4e00-\u9fff]{2,4}[区县]$")
_NO_DISTRICT = re.compile(
    r"^(?:各|全|本|我|该|这|那|市|主城|多少|哪|几|什么|新|老)|(?:开发|高新|经开|园|社|地|景|片|城|郊|辖|库|山|区)[区县]$"
)
# Words that a dictionary marks as places and that name none.
_COMMON = re.compile(
    r"^(?:中国|我国|祖国|全国|国内|内地|大陆|世界|亚洲|境外|海外|城乡|城镇|农村)$|(?:经开|高新|开发|新|城|山|库|园|景|社|片|港|特)区$"
)
_KIND = re.compile(r"(?:特别行政区|自治区|自治州|自治县|地区|新区|[省市区县州盟旗镇乡])$")
_NATIONAL = re.compile(r"全国|我国|国务院|中央财政|中国(?!共产)|nationwide|national\b|china's|in china", re.IGNORECASE)
_OF_THE_NATION = re.compile(r"中华人民共和国|国务院|全国人民代表大会")
# Characters at the top of a document that say whose it is; before a sentence, that may say of whom it goes on to speak.
_HEAD, _BEFORE = 300, 60


def provinces_of(query: Query) -> tuple[str, ...]:
    """Provinces and municipalities that a question names, in Chinese."""
    return _provinces_in(query.text)


@lru_cache(maxsize=256)
def _provinces_in(text: str) -> tuple[str, ...]:
    plain = normalise(text)
    named = _ALL_PROVINCES.findall(plain)
    named += [ENGLISH_PROVINCES[word] for word in re.findall(r"[a-z]+", plain) if word in ENGLISH_PROVINCES]
    return tuple(dict.fromkeys(named))


def _stem(name: str) -> str:
    """A name without the kind of place: 苏州 of 苏州市; 吉州 stays whole."""
    bare = _KIND.sub("", name)
    return bare if len(bare) >= 2 else name


def _of_dictionary(text: str) -> list[str]:
    return [word for word, tag in rjieba.tag(text) if tag == "ns" and len(word) > 1 and not _COMMON.search(word)]


def _english_names(query: Query) -> list[str]:
    """Places behind the capitalised words of an English question, as far as the dictionary knows them."""
    found = []
    for entry in query.translations:
        name = " ".join(entry.words)
        if name in ENGLISH_PROVINCES or not re.search(rf"\b{re.escape(name.title())}\b", query.text):
            continue
        stems = [
            _stem(place) for term, _ in entry.terms for place in (term, term[:2])
            if _of_dictionary(place) == [place] or _DISTRICT_NAME.match(place)
        ]  # fmt: skip
        if stems:
            found.append("|".join((name.title(), *sorted(set(stems)))))
    return found


@lru_cache(maxsize=256)
def places_of(query: Query) -> tuple[str, ...]:
    """Cities, districts and counties that a question names, without their kind; provinces are not among them.

    Of an English question each is the name as it has it and what that may stand for, parted by |.
    """
    text = normalise(query.text)
    if query.language == "en":
        found = _english_names(query)
    else:
        found = [name for match in _DISTRICT.finditer(text) if not _NO_DISTRICT.search(name := match["name"])]
        named = _of_dictionary(re.sub(r"[“「『《\"][^”」』》\"]*[”」』》\"]", " ", text))
        # 写涪陵区那篇: the dictionary knows where the name begins.
        found = [name for name in found if not any(name != place and name.endswith(place) for place in named)]
        # 哪个区 asks for a place and names none.
        found = [*(name for name in query.places if not re.search(r"[哪几某]", name)), *found, *named]
    stems = found if query.language == "en" else [_stem(name) for name in found]
    provinces = set(provinces_of(query))
    known = _ALL_PROVINCES if query.language == "zh" else re.compile("(?!)")
    return tuple(dict.fromkeys(stem for stem in stems if stem not in provinces and not known.fullmatch(stem)))


def named_in(query: Query) -> tuple[str, ...]:
    """All places that a question names, as it writes them."""
    written = normalise(query.text)
    if query.language == "en":
        return tuple(word for word in written.split() if word in ENGLISH_PROVINCES)
    stems = "|".join(map(re.escape, (*provinces_of(query), *places_of(query))))
    return tuple(match.group() for match in re.finditer(rf"(?:{stems})(?:[省市区县州])?", written)) if stems else ()


@lru_cache(maxsize=4096)
def titled_provinces(title: str) -> frozenset[str]:
    """Provinces that a title names."""
    return frozenset(_ALL_PROVINCES.findall(title))


def elsewhere(query: Query, title: str) -> bool:
    """Whether a document, by its title, is about another province than the question, or about one where the question is
    about the nation."""
    titled = titled_provinces(title)
    asked = provinces_of(query)
    if asked:
        return bool(titled) and not titled & set(asked)
    return bool(titled and _NATIONAL.search(query.text) and not _OF_THE_NATION.search(title))


# Sentences of one section share what stands above them.
@lru_cache(maxsize=1024)
def _above(title: str, section: tuple[str, ...], issuer: str, head: str) -> str:
    return normalise("\n".join((title, *section, issuer, head)))


def _with_lead(text: str, start: int, end: int) -> str:
    """A sentence with the words of its paragraph right before it."""
    return text[max(text.rfind("\n", 0, start) + 1, start - _BEFORE) : end]


def missing_place(query: Query, passage: Passage, start: int, end: int) -> str | None:
    """A place of the question that neither the sentence nor what stands right before and above it bears; None when none is missing."""
    document = passage.document
    provinces, places = provinces_of(query), places_of(query)
    if not provinces and not places:
        return None
    titled = titled_provinces(document.title)
    said = document.text[start:end]
    of_another = bool(titled) or _OF_THE_NATION.search(document.title) is not None
    if places:
        above = _above(document.title, passage.section, document.value("issuer") or "", document.text[:_HEAD])
        lacking = [place for place in places if not any(name in above for name in place.split("|"))]
        beside = normalise(said if of_another else _with_lead(document.text, start, end)) if lacking else ""
        for place in lacking:
            if not any(name in beside for name in place.split("|")):
                return _written(query, place.split("|")[0])
    # Where the title says whose document it is, only the sentence itself speaks of another.
    where = said if of_another else document.text
    absent = (province for province in provinces if province not in titled and province not in where)
    return next((_written(query, province) for province in absent), None)


def _written(query: Query, stem: str) -> str:
    """A place as the question writes it: 荣昌区 for 荣昌."""
    return next((name for name in named_in(query) if name.startswith(stem)), stem)
