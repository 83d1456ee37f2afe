"""A follow-up question made whole by rule: 那2024年呢？ takes its subject from the question before it.

Two kinds are known. One puts another year, place, quarter or number in place of the one before (那渝北区呢), or another
thing asked for (那负债总额呢). The other points back (它的文号是什么): the word that points gives way to what was named.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from indexer.analyzer import normalise
from server.search.query import language_of, understand_query

# Turns that are looked back on; older ones are another subject.
_DEPTH = 6


@dataclass(frozen=True, slots=True)
class Turn:
    """An earlier message of the conversation."""

    role: Literal["user", "assistant"]
    content: str


_YEAR = r"(?:19|20)\d\d\s*年(?:\s*(?:[一二三四1-4]季度|上半年|下半年|年?[初末底]|\d{1,2}月(?:[初末底])?))?"
_SLOTS = (
    re.compile(_YEAR),
    re.compile(r"[一二三四1-4]季度|上半年|下半年"),
    re.compile(r"第?\s*\d{2,6}\s*号(?:建议|提案)?"),
)
_PLACE = re.compile(r"(?:^那?|年[初末底]?|季度|[，的])([\u4e00-\u9fff]{1,3}[区县])(?![域别级委])")
_NO_PLACE = re.compile(r"(?:开发|高新|园|社|市|地|景|片|城|郊|辖|各|全|本)区$|[各全本某]县$|区县")
_YEAR_EN = re.compile(r"\b(?:19|20)\d\d\b")
_MORE = re.compile(
    r"^(?:那么?|那|哦|好的?|嗯)?[，, ]*(?:请问)?(?P<new>[^，。？?！!]{1,24}?)(?:的)?(?:又)?(?:呢|怎么样|如何|是多少呢?)[？?。]*$"
)
_MORE_EN = re.compile(
    r"^(?:and\s+|ok,?\s+|so\s+)?(?:(?:what|how) about|and(?: for| in)?)\s+(?:in |for |the )?(?P<new>[^?.]{1,60}?)\s*[?.]*$",
    re.IGNORECASE,
)
_NOUN = "建议|提案|文件|答复函?|复函|函|报告|通知|方案|办法|意见|机制|政策|工作|会议|项目|专项行动|行动|计划|工程|改革|体系|活动|代表|委员"
_POINTER = re.compile(
    rf"(?:这|该|那|此|上述|上面的?|前述|刚才(?:的|那)?)(?:[个份件项篇封条位些种]|一[个份件项篇封])?(?:{_NOUN})|(?<!其)[它他她]们?|(?<!尤)其(?![中他余次实它])|^(?:这|那)(?=是|由|有|的)"
)
_POINTER_EN = re.compile(
    r"\b(?:this|that|the same)\s+(?:proposal|suggestion|document|letter|reply|report|mechanism|policy)\b|\b(?:its|it|their|they|them)\b",
    re.IGNORECASE,
)
_BARE = re.compile(
    r"^(?:那么?|那|请问)?[，, ]*(?:文号|发文字号|日期|标题|题目|全文|办理结果|是谁|谁|哪位|由谁|什么时候|何时|哪天|采纳了吗|是否采纳)"
)
_NAMED = (
    re.compile(r"第?\s*\d{1,6}\s*号(?:建议|提案)"),
    re.compile(r"[\u4e00-\u9fff]{1,8}[〔\[［(（]\d{4}[〕\]］)）]\s*\d+\s*号"),
    re.compile(r"《[^》]{2,60}》"),
    re.compile(r"[“\"「][^”\"」]{1,30}[”\"」](?:工作)?(?:机制|行动|体系|改革)?"),
    re.compile(r"(?:proposal|suggestion)\s+(?:no\.?\s*)?\d{2,6}|(?:\d[\d+]*)\s+mechanism", re.IGNORECASE),
    re.compile(r"[\d一二三四五六七八九十]{2,6}(?:工作)?机制"),
)
_TAIL = re.compile(
    r"(?:的?(?:是|有|为|达到?|共有?|一共|总共|增长了?|下降了?|降低了?|提高了?)?(?:多少|哪些|什么|谁|哪位|哪[一几个天年]|几|多大|多高)[^，。？?]{0,8}|如何|怎么样)[？?。]*$"
)
_SUBJECT_EN = re.compile(
    r"^(?:what|who|when|where|how|which)\b.{0,12}?\b(?:is|are|was|were|does|did|do)\s+(?:the\s+)?", re.IGNORECASE
)


def _slots(text: str) -> list[tuple[re.Pattern[str], str]]:
    return [(pattern, match[0]) for pattern in _SLOTS if (match := pattern.search(text))]


def _places(text: str) -> tuple[str, ...]:
    """Districts and counties that a text names; after a date also where the dictionary cuts the name in two."""
    known = understand_query(text).places
    return known or tuple(match[1] for match in _PLACE.finditer(text) if not _NO_PLACE.search(match[1]))


def _year_only(slot: str) -> str:
    match = re.match(r"(?:19|20)\d\d\s*年", slot)
    return match[0] if match else slot


def _replaced(previous: str, new: str) -> str | None:
    """The previous question with what ``new`` names in place of the same kind of thing; None when it names none."""
    out, left = previous, new
    for pattern, value in _slots(new):
        old = pattern.search(out)
        if old is None:
            out = value + out
        elif _year_only(value) == value.strip() and _year_only(old[0]) != old[0]:
            out = out[: old.start()] + value + old[0][len(_year_only(old[0])) :] + out[old.end() :]
        else:
            out = out[: old.start()] + value + out[old.end() :]
        left = left.replace(value, "", 1)
    places, old_places = _places(left), _places(previous)
    for place in places[:1]:
        if old_places:
            out = out.replace(old_places[0], place)
        else:
            year = re.match(_YEAR, out)
            out = out[: year.end()] + place + out[year.end() :] if year else place + out
        left = left.replace(place, "", 1)
    left = re.sub(r"^[的在，, 年]+|[的， ]+$", "", left)
    if not left:
        return out if out != previous else None
    return _about(out, left)


def _about(previous: str, thing: str) -> str:
    """The previous question asked of another thing: its time, place and number, the thing, and how it asked."""
    frame = [match[0] for pattern in (*_SLOTS[:1], *_NAMED) if (match := pattern.search(previous))]
    frame += [place for place in _places(previous) if place not in "".join(frame)]
    tail = _TAIL.search(previous)
    kept = tail[0].rstrip("？?。") if tail else "是什么"
    lead = "".join(part for part in dict.fromkeys(frame) if part not in thing)
    return f"{lead}{'的' if frame and not re.match('年|的', thing) and not lead.endswith(('年', '区', '县')) else ''}{thing}{kept}？"


def _referent(turns: Sequence[Turn]) -> str | None:
    """What was last named: in the questions first, since an answer names much besides; else the subject asked about."""
    for role in ("user", "assistant"):
        for turn in reversed(turns):
            if turn.role == role:
                for pattern in _NAMED:
                    if match := pattern.search(turn.content[:600]):
                        return match[0]
        if role == "user" and (subject := _subject(turns)):
            return subject
    return None


def _subject(turns: Sequence[Turn]) -> str | None:
    """The term that the last question asks to define, or what its words leave before the asking ones."""
    last = next((turn.content.strip() for turn in reversed(turns) if turn.role == "user"), "")
    query = understand_query(last)
    if query.term:
        return query.term
    tail = _TAIL.search(last)
    subject = last[: tail.start()] if tail else ""
    subject = re.sub(r"^(?:请问|那么?|请)|[的是有]$", "", subject)
    return subject if len(subject) >= 2 else None


def _english(question: str, previous: str, turns: Sequence[Turn]) -> str | None:
    more = _MORE_EN.match(question)
    if more:
        new = more["new"].strip()
        year = _YEAR_EN.search(new)
        if year and _YEAR_EN.search(previous):
            return _YEAR_EN.sub(year[0], previous, count=1)
        if year and year[0] == new:
            return f"{previous.rstrip(' ?.')} in {new}?"
        head = _SUBJECT_EN.match(previous)
        when = _YEAR_EN.search(previous)
        return f"{head[0] if head else 'What is '}{new}{f' in {when[0]}' if when else ''}?"
    pointer = _POINTER_EN.search(question)
    referent = _referent(turns) if pointer else None
    if pointer and referent:
        possessive = pointer[0].lower() in ("its", "their")
        return question[: pointer.start()] + referent + ("'s" if possessive else "") + question[pointer.end() :]
    return None


def _one(question: str, turns: Sequence[Turn]) -> str | None:
    previous = next((turn.content.strip() for turn in reversed(turns) if turn.role == "user"), None)
    if previous is None:
        return None
    if language_of(question) == "en":
        return _english(question, previous, turns)
    plain = normalise(question)
    pointer = _POINTER.search(question)
    if pointer and not any(p.search(question) for p in _NAMED[:3]):
        referent = _referent(turns)
        if referent:
            return question[: pointer.start()] + referent + question[pointer.end() :]
    more = _MORE.match(question) if re.search(r"呢[？?。]*$|^那", plain) else None
    if more:
        return _replaced(previous, more["new"].strip()) if language_of(previous) == "zh" else None
    if _BARE.match(question) and len(question) <= 16 and not any(p.search(question) for p in _NAMED):
        referent = _referent(turns)
        asked = re.sub(r"^(?:那么?|请问)[，, ]*", "", question)
        return f"{referent}{'' if re.match('是|谁|由|何|什么|哪|采纳', asked) else '的'}{asked}" if referent else None
    return None


def standalone_question(question: str, history: Sequence[Turn]) -> str | None:
    """The question with what it takes from earlier turns (oldest first) written out; None when it stands by itself.

    Earlier questions are made whole first, so that a follow-up of a follow-up keeps the subject.
    """
    question = question.strip()
    turns: list[Turn] = []
    for turn in history[-_DEPTH:]:
        whole = _one(turn.content.strip(), turns) if turn.role == "user" else None
        turns.append(Turn(turn.role, whole) if whole else turn)
    whole = _one(question, turns)
    return whole if whole and whole != question else None
