"""What a document says of others: which it repeals (废止) and which it alters (已修改)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from indexer.document import Field
from indexer.lines import Line
from indexer.numbering import DOCUMENT_NUMBER, written

_NAMED = re.compile(r"《(?P<title>[^》]{2,80})》\s*(?:[（(](?P<number>[^）)]{5,40}?号)[）)])?")
# A run of names with what repeals them behind or before it. 《》 that the text only refers to stand in no such run.
_NAMES = (
    rf"(?P<names>(?:{_NAMED.pattern.replace('?P<title>', '').replace('?P<number>', '')}\s*(?:[、和及与]|以及)?\s*)+)"
)
_ENDED = r"(?:废止|停止执行|停止施行|停止使用|不再执行|(?:同时|即行|自行|自动|自然)失效|废除)"
_REPEAL = re.compile(rf"{_NAMES}(?P<between>[^《。；\n]{{0,60}}?){_ENDED}")
_REPEAL_BEFORE = re.compile(rf"(?:废止|废除|取代|代替|替代)(?:原|了)?{_NAMES}")
_REPEAL_NUMBER = re.compile(rf"{DOCUMENT_NUMBER.pattern}(?:文件?)?[^。；，《》]{{0,12}}?{_ENDED}")
_CONJUNCTION = re.compile(r"^(?:以及|原|和|及|与)")
# 关于修改《…》的决定, and what yields to a newer text only where the two differ.
_AMENDING_TITLE = re.compile(
    r"关于(?:修改|修订|修正|调整)(?P<names>(?:《[^》]{2,80}》[、和]?)+)(?:等[^《]{0,20})?的?[^《]{0,20}(?:决定|通知|公告|决议|命令)$"
)
_PRECEDENCE = re.compile(rf"{_NAMES}[^《。；\n]{{0,40}}?以本[\u4e00-\u9fff]{{1,6}}为准")
_SPEAKS = re.compile(_ENDED + "|取代|代替|替代")
# A part of a document that is repealed, or what another says of it.
_PARTLY = re.compile(r"第[一二三四五六七八九十百零\d]+[编章节条款项]|规定|条款|要求|精神")
_REFERRED_TO = re.compile(r"(?:根据|依据|按照|依照|遵照|贯彻|落实)\s*$")
_NOT_REPEALED = re.compile(
    r"不(?:予|再|得|宜|应|能)?废止|未(?:被|予)?废止|是否废止|未经废止|(?:拟|建议|研究|论证|提请|申请|要求|推动|考虑)[^。；，]{0,8}废止"
)


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause of the text, ``[start, end)``, and the documents it names: titles without 《》, or 文号."""

    start: int
    end: int
    names: tuple[str, ...]


def plain_title(title: str) -> str:
    """A title without spaces and marks, as other documents name it."""
    return re.sub(r"[\s《》〈〉“”\"]", "", title)


def _names_in(said: str) -> list[str]:
    names = []
    for named in _NAMED.finditer(said):
        number = DOCUMENT_NUMBER.search(named["number"] or "")
        names.append(written(number) if number else named["title"])
    return names


def _clauses(line: Line) -> Iterator[tuple[int, str]]:
    return ((match.start(), match.group()) for match in re.finditer(r"[^。；\n]+", line.text))


def repealed_in(line: Line, title: Field | None = None) -> Iterator[Clause]:
    """Clauses of a line that repeal other documents."""
    if not _SPEAKS.search(line.text):
        return
    for start, said in _clauses(line):
        if _NOT_REPEALED.search(said):
            continue
        names: list[str] = []
        for match in (*_REPEAL.finditer(said), *_REPEAL_BEFORE.finditer(said)):
            between = match.groupdict().get("between") or ""
            if not _PARTLY.search(between) and not _REFERRED_TO.search(said, 0, match.start()):
                names += _names_in(match["names"])
        names += [_CONJUNCTION.sub("", written(match)) for match in _REPEAL_NUMBER.finditer(said) if not names]
        if names:
            yield Clause(line.start + start, line.start + start + len(said), tuple(names))


def amended_in(line: Line, title: Field | None = None) -> Iterator[Clause]:
    """Clauses that alter other documents: the title of a 修改决定, and 与本办法不一致的，以本办法为准."""
    if title and title.start is not None and title.end is not None and title.start <= line.start < title.end:
        match = _AMENDING_TITLE.search(plain_line(title.value))
        if match and line.start + len(line.text) >= title.end:
            yield Clause(title.start, title.end, tuple(_names_in(match["names"])))
        return
    for start, said in _clauses(line):
        names = [name for match in _PRECEDENCE.finditer(said) for name in _names_in(match["names"])]
        if names:
            yield Clause(line.start + start, line.start + start + len(said), tuple(names))


def plain_line(value: str) -> str:
    """A title of several lines in one piece."""
    return re.sub(r"\s+", "", value)
