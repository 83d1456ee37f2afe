"""What a document says is to be done next: the section or paragraph of 下一步…, with its items."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from indexer.document import Document
from server.answer.enumeration import items_within
from server.answer.terms import bare_question
from server.search.query import Query

_NEXT = r"下一?步|下一?阶段|下个阶段|接下来|今后(?!于)|下一年度?"
_HEADED = re.compile(rf"{_NEXT}|(?:工作)?(?:打算|安排|计划)$")
# Such words open a sentence, or follow its first ones: 今年,下一步,我们将…
_OPENS = re.compile(
    rf"(?:^|(?<=[。\n\f]))[ \t\u3000]*(?:[一二三四五六七八九十]+是)?(?:{_NEXT})[,，、]?(?=[^。\n]{{4}})", re.MULTILINE
)
_CLOSES = re.compile(
    r"^[ \t\u3000]*(?:(?:此|本|该)(?:答?复)?函|此复|专此|特此|以上(?:答复|意见)|对以上|(?:再次|衷心)?感谢|联系人|联系电话|附件|抄送)",
    re.MULTILINE,
)
_SENTENCE = re.compile(r"[^。\n]*(?:[。]|\n|$)")
_MARKS = re.compile(r"[，,。；;：:\n]")
_FULL = re.compile(r"[。；;]")
# Characters of a paragraph and the items below it; more is another matter.
_LONGEST = 3000
# More plans than these are none.
_MOST = 40
# Characters between the beginning and the first item.
_ANNOUNCED = 400
_ASKS = re.compile(
    r"(?:承诺|许诺|答应)(?:了|过|的是)*(?:什么|哪些|啥)|(?:有|做出|作出)了?(?:什么|哪些)承诺|"
    rf"(?:{_NEXT})(?!.*(?:多少|几[个户家项条]|谁|哪[年月天]|什么时候|何时)).*(?:什么|哪些|啥|怎么|怎样|如何|咋|措施|举措|打算|安排|计划|思路)|"
    r"(?:what (?:is|are) (?:the )?)?next steps?\b|what (?:is|are) (?:planned|the plans)|what will .{2,40} do next",
    re.IGNORECASE,
)
# Words of such a question that say that it is one, not what it is about.
_NOT_SUBJECT = re.compile(
    rf"{_NEXT}|(?:做出|作出)?了?(?:承诺|许诺|答应)[了过]?|作出|做出|对|了|答复|建议|提案|有(?:什么|哪些|啥)|什么样?|哪些|怎么样?|怎样|如何|咋|打算|准备|将要|将|措施|举措|工作安排|工作计划|工作打算|工作思路|工作重点|重点工作|工作|安排|计划|"
    r"思路|推进|推动|开展|加强|继续|进一步|要做|去做|做|要|会|还|采取|干|落实|方面|的|呢|吗|next|steps?|what|planned|plans?"
)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done next: ``text[start:end]`` of a document, its announcing sentence and where its items begin.

    ``lead`` is None where nothing announces the items, or where they are announced by a heading alone.
    """

    start: int
    end: int
    lead: tuple[int, int] | None
    items: tuple[int, ...]


def asks_next(query: Query) -> bool:
    """Whether a question asks what is to be done next."""
    return query.term is None and _ASKS.search(query.text) is not None


def subject_of(query: Query) -> str:
    """What such a question asks about, without the words that ask for a plan; blank where it asks for any."""
    return " ".join(_NOT_SUBJECT.sub(" ", bare_question(query)).strip(" ？?。，,").split())


def plans_of(document: Document) -> list[Plan]:
    """The plans of a document in order: sections headed 下一步…, and paragraphs that begin so."""
    text = document.text
    found: list[Plan] = []
    for at, heading in enumerate(document.headings):
        if len(found) < _MOST and _HEADED.search(heading.title) and not (found and heading.start < found[-1].end):
            end = next((other.start for other in document.headings[at + 1 :] if other.rank <= heading.rank), len(text))
            if (said := _OPENS.search(text, heading.start, heading.end)) and heading.end - said.end() > 20:
                continue  # A whole sentence that stands where a heading stands.
            found.append(_plan(text, heading.end, end, True))
    starts = [heading.start for heading in document.headings]
    for match in _OPENS.finditer(text):
        start = match.end() - len(match.group().lstrip(" \t\u3000"))
        if len(found) == _MOST:
            break
        if not any(plan.start <= start < plan.end for plan in found):
            end = next((other for other in starts if other > start + 1), len(text))
            found.append(_plan(text, start, min(end, start + _LONGEST), False))
    return sorted((plan for plan in found if plan.end - plan.start > 8), key=lambda plan: plan.start)


def _plan(text: str, start: int, stop: int, headed: bool) -> Plan:
    end = stop
    while start < end and text[start] in " \t\u3000\n\f。：:":
        start += 1
    closing = _CLOSES.search(text, start, end)
    end = closing.start() if closing else end
    items = items_within(text, start, end)
    if not headed and (not items or items[0] - start > _ANNOUNCED):
        # Without a list the paragraph is all.
        items, end = (), text.find("\n", text.find("。", start, end), end) if "。" in text[start:end] else end
        end = end if end > start else stop
    announced = text[start : items[0]].strip() if items else ""
    if items and start < items[0] and len(announced) > 4:
        lead = (start, start + len(announced))
        return Plan(start, end, lead, items)
    return Plan(start, end, None, items)


def pieces_of_plan(plan: Plan, text: str, room: int) -> Iterator[tuple[int, int]]:
    """Spans of the words to be quoted: the announcing sentence and each item, shortened to sentences or clauses that fit.

    ``room`` is how many characters they may have together; without items the first sentences.
    """
    if not plan.items:
        yield _fitting(text, plan.start, plan.end, room)
        return
    if plan.lead is not None and plan.lead[1] - plan.lead[0] <= room // 3:
        yield plan.lead
        room -= plan.lead[1] - plan.lead[0]
    stops = (*plan.items[1:], plan.end)
    for at, (start, stop) in enumerate(zip(plan.items, stops, strict=True)):
        span = _fitting(text, start, stop, room // (len(plan.items) - at))
        room -= span[1] - span[0]
        yield span


def _fitting(text: str, start: int, stop: int, room: int) -> tuple[int, int]:
    """As many whole sentences from ``start`` on as there is room for, else clauses, else the first clause."""
    stop = start + len(text[start:stop].rstrip())
    if stop - start <= room:
        last = max(text.rfind("。", start, stop), text.rfind("；", start, stop))
        return start, last + 1 if last > start else stop  # What has no full stop is a remark below: 据…客户端
    for marks in (_FULL, _MARKS):
        ends = [match.end() for match in marks.finditer(text, start + 4, min(stop, start + room))]
        if ends:
            return start, ends[-1] - (text[ends[-1] - 1] in "，,：:\n")
    first = _MARKS.search(text, start + 4, stop)
    return start, first.start() if first else min(stop, start + max(room, 8))
