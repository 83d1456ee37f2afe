"""The 发文字号 that a question names, without the words before it, and whether words before one belong to it."""

import re
from functools import lru_cache

import rjieba

from indexer.analyzer import normalise

_HAN = r"\u4e00-\u9fff"
_NUMBER = re.compile(
    rf"(?P<run>[{_HAN}]{{0,30}})[〔\[(【]\s*(?P<year>(?:19|20)\d\d)\s*[〕\])】]\s*第?\s*(?P<serial>\d{{1,5}})\s*号(?![线楼院门馆])"
)
# Words before the 机关代字. Single characters that begin the short name of a place (从江, 张掖, 封开) are not among them, and
# none that the short name of an organ has: 数据局, 审查.
_LEAD_IN = re.compile(
    r".*(?:请问|查询|查找|查阅|查下|查到|看下|看到|问下|问到|一下|找下|找到|找出|知道|了解|告诉|告知|帮忙|麻烦|劳驾|根据|依据|按照|依照|参照|遵照|对照"
    r"|关于|至于|对于|文号|字号|编号|文件|公文|印发|下发|转发|引用|引述|贯彻|落实|执行|收到|拿到|提到|提及|涉及|以及|还有|想要|需要|手里|手上|手头|上面|就是|叫做|名为|称为"
    r"|这[个份件封篇张]|那[个份件封篇张]|一[个份件封篇张]|[的了为是见及在查找看问读说讲给请帮我你您他她让把对按该此这那份件篇叫要个跟到凭]|(?<!数)据|(?<!国)有)"
)
# Between two numbers, and only there: 和 begins the short name of 和政县.
_JOINS = re.compile(r"^(?:和|与|跟|及|以及|还有|或者?|同)")
# Parts of speech, by jieba, of what leads to a name and belongs to none: verbs, pronouns, particles, prepositions, adverbs,
# conjunctions, measures, localisers.
_LEADING = tuple("vrpudcqfy")
_PROVINCES = "京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川黔滇藏陕甘青宁新"
_ORGAN = re.compile(r"..[委会局厅府院部办处]$")


def _stripped(run: str, joined: bool) -> str:
    """The 机关代字 at the end of the Chinese characters before a number, at most ten; empty where there is none."""
    run = _JOINS.sub("", run) if joined else run
    lead = _LEAD_IN.match(run)
    return run[lead.end() :][-10:] if lead else run[-10:]


@lru_cache(maxsize=256)
def document_numbers_in(text: str) -> tuple[str, ...]:
    """The 发文字号 of a text in one form, 渝国资函〔2025〕313号, each without the words before it; 〔2025〕313号 where no organ is named."""
    plain = normalise(text)
    found: dict[str, None] = {}
    end = -1
    for match in _NUMBER.finditer(plain):
        organ = _stripped(match["run"], match.start() == end)
        found[f"{organ}〔{match['year']}〕{int(match['serial'])}号"] = None
        end = match.end()
    return tuple(found)


def leads_in(lead: str, number: str) -> bool:
    """Whether what stands before a known 发文字号 is no part of it: the name of an organ, or words that end in one that leads
    on to a name. 国资函〔2025〕313号 is not 渝国资函〔2025〕313号, nor the other way round."""
    if not lead or _ORGAN.search(lead) or _LEAD_IN.fullmatch(lead):
        return True
    *_, (word, tag) = rjieba.tag(lead)
    # A single character may abbreviate a place, unless a province follows it; of verbal nouns (vn) organs are made.
    return (len(word) > 1 or number[0] in _PROVINCES) and tag not in ("vn", "ad", "an") and tag.startswith(_LEADING)
