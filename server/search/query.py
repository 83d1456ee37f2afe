"""Understanding a question: its language, what it asks for, the identifiers it names and the terms that carry it."""

import re
from dataclasses import dataclass
from typing import Literal

import rjieba

from indexer.analyzer import Tokens, analyze, normalise
from indexer.metadata import PROPOSAL_NUMBER
from indexer.numerals import to_arabic
from server.search.dictionary import Translation, translate

Language = Literal["zh", "en"]
Kind = Literal["definition", "number", "date", "person", "list", "how", "open"]

_HAN = re.compile(r"[\u3400-\u9fff]")
_LATIN = re.compile(r"[A-Za-z]")

# Words that ask and carry no subject matter. They are taken out before coverage is measured and before matching.
_ASKING = re.compile(
    "|".join(
        (
            "请问|请|麻烦|告诉我|想知道|我想了解|介绍一下|一下|什么时候|什么时间|什么是|是什么意思|什么意思|是什么|什么",
            "是指|指的是|指什么|哪一天|哪一年|哪个月|哪天|哪年|何时|多少|几个|几户|几家|几项|几|多大|多高|多长|多久|多",
            "哪些|哪几|哪位|哪个|哪家|哪|谁|怎么样|怎么|怎样|如何|为什么|为何|具体|分别|一共|总共|共有|达到|有没有|是不是|是否",
            "的|了|吗|呢|吧|啊|是|有|和|与|及|把|被|在|里|中|到|要|给|这|那|个|都|也|还|从|由|为|对|于|以|能|会|做|含义|意思|定义",
        )
    )
)
_ASKING_EN = frozenset(
    "what which who whom whose when where why how many much is are was were be been do does did the a an of in on at to for from by "
    "with and or that this these those it its as refer mean meaning there has have had can could should would will please tell me "
    "about into than between define definition explain".split()
)
_DEFINITION = (
    re.compile(r"^(?:请问|请解释一?下?|解释一?下?)?(?:什么|啥)(?:是|叫做?)(?P<term>.+?)[？?。]*$"),
    re.compile(
        r"^(?:请问)?(?:里的|中的)?(?P<term>[^，。？?]{1,40}?)(?:具体)?(?:是指|指的是|指|是|意味着|表示)(?:的是)?(?:什么|啥|哪些)(?:意思|含义|内容|事项|机制)?[？?。]*$"
    ),
    re.compile(r"^(?P<term>[^，。？?]{1,40}?)(?:的)?(?:含义|定义|意思|全称)(?:是什么)?[？?。]*$"),
    re.compile(
        r"^what(?:'s| is| are| does)\s+(?:the |a |an )?(?P<term>.+?)(?:\s+(?:refer to|mean|stand for))?\s*[?.]*$",
        re.IGNORECASE,
    ),
    re.compile(r"^(?:define|explain)\s+(?:the )?(?P<term>.+?)\s*[?.]*$", re.IGNORECASE),
)
_KINDS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("date", re.compile(r"什么时候|什么时间|何时|哪一?天|哪一?年|哪个?月|几月|日期|\bwhen\b|what date|which year", re.IGNORECASE)),
    ("number", re.compile(
        r"多少|[几多](?:个|户|家|项|条|次|人|名|亿|万|份|处|批|类|年|月|天|倍)|多大|多高|多长|多久|占比|比例|几成|"
        r"how (?:many|much|large|long)|what (?:percentage|share|proportion|amount)",
        re.IGNORECASE)),
    ("person", re.compile(r"谁|哪位|哪个(?:代表|委员|领导|人)|\bwho\b|\bwhom\b", re.IGNORECASE)),
    ("list", re.compile(r"哪些|哪几|哪[两三四五六七八九十]|什么内容|分别|包括什么|\bwhich\b|what are", re.IGNORECASE)),
    ("how", re.compile(r"如何|怎么|怎样|为什么|为何|\bhow\b|\bwhy\b", re.IGNORECASE)),
)  # fmt: skip
_NUMBER_AFTER = re.compile(
    r"(?:(?P<kind>建议|提案)|proposal|suggestion)\s*(?:第|no\.?|number|#)?\s*(?P<number>\d{2,6})(?!\d|年)"
)
_NUMBER_ALONE = re.compile(r"^第\s*(?P<number>\d{2,6})\s*号(?P<kind>建议|提案)?[？?。]?$")
_CHINESE_NUMBER = re.compile(r"第([〇零一二两三四五六七八九十百千]+)号")
_SERIAL = re.compile(
    r"文号[为是]?\s*(?P<before>\d{1,5})\s*号|(?<![\d〔\]〕第)])(?P<after>\d{1,5})\s*号(?:文|函|复函|答复函)"
)
_PLACE = re.compile(r"[\u4e00-\u9fff]{2,5}[区县]$")
# 区 and 县 that end a common noun, not a name.
_NO_PLACE = re.compile(
    r"(?:开发|高新|经开|新|园|社|市|地|景|片|城|郊|辖|各|全|本|库|山|自治|都|功能|保税|自贸|示范|试验)区$|区县$|[各全本某]县$"
)
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?=\s*年|\b|[^\d])")
_CODE = re.compile(
    r"[\"“”‘’']?\s*(?P<code>\d{2,6}|\d+\+\d+|[〇零一二三四五六七八九]{3,6})\s*[\"“”‘’']?\s*"
    r"(?:工作)?(?:机制|mechanism|计划|工程|行动|体系|模式|policy)",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"[“\"「『《]([^”\"」』》]{1,40})[”\"」』》]")


@dataclass(frozen=True, slots=True)
class Query:
    """A question, understood.

    ``content`` holds the tokens of the words that carry the question; ``tokens`` those of the whole question. Proposals
    (number without leading zeros, 建议 or 提案 if said), 文号 and their serials confine the answer to documents;
    ``years``, ``codes`` (the 631 of “631”机制) and ``places`` must occur in the evidence exactly as they are.
    ``translations`` are the Chinese terms that the words of an English question may stand for.
    """

    text: str
    language: Language
    kind: Kind
    tokens: Tokens
    content: Tokens
    term: str | None = None
    document_numbers: tuple[str, ...] = ()
    proposals: tuple[tuple[str, str | None], ...] = ()
    serials: tuple[str, ...] = ()
    years: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    quoted: tuple[str, ...] = ()
    translations: tuple[Translation, ...] = ()

    @property
    def names_number(self) -> bool:
        """Whether the question names a document, a proposal or a term by its number: those are matched exactly."""
        return bool(self.proposals or self.document_numbers or self.serials or self.codes)


def language_of(text: str) -> Language:
    """``en`` when a text without Chinese characters has Latin letters, or one with them is built of English words."""
    if not _HAN.search(text):
        return "en" if _LATIN.search(text) else "zh"
    words = re.findall(r"[a-z]+", normalise(text))
    return "en" if sum(word in _ASKING_EN for word in words) >= 2 else "zh"


def _content_text(text: str, language: Language) -> str:
    plain = normalise(text)
    if language == "en":
        words = re.findall(r"[a-z0-9+.%'’-]+|[^\x00-\x7f]+", plain)
        return " ".join(word for word in words if word not in _ASKING_EN)
    return _ASKING.sub(" ", plain)


def _term(text: str) -> str | None:
    for pattern in _DEFINITION:
        match = pattern.match(text.strip())
        if match:
            term = match["term"].strip(" “”\"'‘’《》「」，,")
            inner = _QUOTED.findall(match["term"])
            return (inner[-1] if inner else term) or None
    return None


def _plain_term(term: str) -> bool:
    """Whether a term is a name, not a clause about something: those are no definitions."""
    return len(term) <= 20 and not re.search(r"多少|哪|谁|几|文号|标题|编号|日期|时间|电话|[，。]", term)


def _places(text: str) -> tuple[str, ...]:
    """Districts and counties that a question names. A name that the dictionary does not know comes as two words."""
    words = rjieba.cut(text)
    joined = [
        before + word if word in ("区", "县") else word for before, word in zip(["", *words], words, strict=False)
    ]
    return tuple(dict.fromkeys(word for word in joined if _PLACE.search(word) and not _NO_PLACE.search(word)))


def understand_query(text: str) -> Query:
    """Understand a question. Pure: looks at the question alone, not at any index."""
    text = text.strip()
    language = language_of(text)
    kind: Kind = next((name for name, pattern in _KINDS if pattern.search(text)), "open")
    term = _term(text)
    if term and kind in ("open", "list", "how") and (language == "en" or _plain_term(term)):
        kind = "definition"
    # 第四百五十七号建议 is 第457号建议.
    plain = _CHINESE_NUMBER.sub(lambda match: f"第{to_arabic(match[1]) or match[1]}号", normalise(text))
    tokens = analyze(text)
    numbers = tuple(token for token in tokens.words if re.fullmatch(r".+〔\d{4}〕\d+号", token))
    proposals = tuple((m["number"].lstrip("0") or "0", m["kind"]) for m in PROPOSAL_NUMBER.finditer(plain))
    if not proposals:
        found = [*_NUMBER_AFTER.finditer(plain), *_NUMBER_ALONE.finditer(plain)]
        proposals = tuple((m["number"].lstrip("0") or "0", m["kind"]) for m in found)
    return Query(
        text=text,
        language=language,
        kind=kind,
        tokens=tokens,
        content=analyze(_content_text(text, language)),
        term=term if kind == "definition" else None,
        document_numbers=numbers,
        proposals=proposals,
        serials=tuple((m["before"] or m["after"]).lstrip("0") for m in _SERIAL.finditer(plain)) if not numbers else (),
        years=tuple(dict.fromkeys(_YEAR.findall(plain))),
        codes=tuple(dict.fromkeys(analyze(m["code"] + "机制").words[0] for m in _CODE.finditer(plain))),
        places=_places(plain),
        quoted=tuple(dict.fromkeys(_QUOTED.findall(text))),
        translations=translate(text, _ASKING_EN) if language == "en" else (),
    )
