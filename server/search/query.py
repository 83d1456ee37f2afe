"""Understanding a question: its language, what it asks for, the identifiers it names and the terms that carry it."""

import re
from dataclasses import dataclass
from typing import Literal

from indexer.analyzer import Tokens, analyze, normalise
from server.search.dictionary import Translation, translate
from server.search.identifiers import Identifiers, identifiers_in

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
# Words of English questions that carry no subject matter.
ASKING_EN = frozenset(
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
_CONTRACTED = re.compile(r"^(?P<asks>what|who|when|where|how)['’]s\b", re.IGNORECASE)
_QUOTED = re.compile(r"[“\"「『《]([^”\"」』》]{1,40})[”\"」』》]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Query(Identifiers):
    """A question, understood, with the identifiers that it names.

    ``content`` holds the tokens of the words that carry the question; ``tokens`` those of the whole question.
    ``translations`` are the Chinese terms that the words of an English question may stand for.
    """

    text: str
    language: Language
    kind: Kind
    tokens: Tokens
    content: Tokens
    term: str | None = None
    quoted: tuple[str, ...] = ()
    translations: tuple[Translation, ...] = ()


def language_of(text: str) -> Language:
    """``en`` when a text without Chinese characters has Latin letters, or one with them is built of English words."""
    if not _HAN.search(text):
        return "en" if _LATIN.search(text) else "zh"
    words = re.findall(r"[a-z]+", normalise(text))
    return "en" if sum(word in ASKING_EN for word in words) >= 2 else "zh"


def _content_text(text: str, language: Language) -> str:
    plain = normalise(text)
    if language == "en":
        words = re.findall(r"[a-z0-9+.%'’-]+|[^\x00-\x7f]+", plain)
        return " ".join(word for word in words if word not in ASKING_EN)
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


def understand_query(text: str, language: Language | None = None) -> Query:
    """Understand a question. Pure: looks at the question alone, not at any index. ``language`` is that of the question,
    where it is known: an English one may hold Chinese names."""
    text = text.strip()
    language = language or language_of(text)
    if language == "en":
        text = _CONTRACTED.sub(r"\g<asks> is", text)
    kind: Kind = next((name for name, pattern in _KINDS if pattern.search(text)), "open")
    term = _term(text)
    if term and kind in ("open", "list", "how") and (language == "en" or _plain_term(term)):
        kind = "definition"
    tokens = analyze(text)
    return Query(
        text=text,
        language=language,
        kind=kind,
        tokens=tokens,
        content=analyze(_content_text(text, language)),
        term=term if kind == "definition" else None,
        quoted=tuple(dict.fromkeys(_QUOTED.findall(text))),
        translations=translate(text, ASKING_EN) if language == "en" else (),
        **identifiers_in(text),
    )
