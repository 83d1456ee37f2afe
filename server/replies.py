"""Replies to proposals (答复函): found by number, kind, proposer, year; what they say is done and what they promise."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from indexer.document import Document
from indexer.sentences import sentence_spans
from server.questions import BadQuestion

# Fields of a reply, by the names of the interface; what the document calls them.
_FIELDS = {
    "kind": "proposal_kind", "number": "proposal_number", "session": "session", "title": "title",
    "proposal_title": "proposal_title", "proposer": "proposer", "organ": "organ", "document_number": "document_number",
    "date": "date", "disclosure": "disclosure", "category": "category", "adoption": "adoption",
}  # fmt: skip

# What opens a stretch of promises: up to the end of its paragraph or, as a heading, of its section.
_AHEAD = re.compile(r"下一?步|下一阶段|接下来|今后(?!于)|下阶段|下一年度?|明年")
_WILL = re.compile(
    r"(?:我们|我[委局厅办院区市县处]|[委局厅办院会府部门公司企业位]|同时|还|也|并|[，。；：、]|^)将(?![其此这把])"
    r"|将(?:继续|进一步|会|持续|加快|加强|按照|积极|不断|大力|适时|结合|于|从|组织|推动|深入|落实|统筹|同|与)"
    r"|(?:^|[，。；：])(?:继续|争取|力争)|尽快|力争|拟(?=[于在对将新增建开出])|(?:计划|预计)(?:于|在|到|用|年内|今年|明年|\d)"
)
# 将 may also be 把: 将旧管网改造与道路施工结合，完成改造8公里 is done, 已完成一期，将继续推进二期 is a promise.
_FINISHED = re.compile(r"已|[^为除]了(?!解)|完成|实现了?")
_SURELY = re.compile(r"将(?:继续|进一步|会|持续|加快|不断)|尽快|力争|下一步|今后")
_DONE = re.compile(
    r"已(?!知|有意)|[^为除]了(?!解)|完成|推动|开展|出台|印发|下发|制定|修订|编制|组建|成立|设立|举办|召开|召集|建立|建成|实现|达到|"
    r"减至|收窄|增长|压减|签约|签订|落地|指导|督促|引导|支持|督导|协调|移交|转交|帮助|合并|整合|盘活|回笼|投入|落实|推进|健全|完善|优化|配发"
)
# Where the work ends and the close of the letter begins.
_CLOSING = re.compile(
    r"^(?:本函|此函|专此|特此|此复|以上(?:答复|意见)|感谢|再次感谢|衷心感谢|如(?:您|有|对)|本文为|联系人|联系电话|抄送|邮政?编码?|附件)"
)
_OPENING = re.compile(r"(?:答复|函复|函告|回复|复函)如下|收悉|收到。|现(?:答复|函复)")
# Said to the proposer or of the letter itself: neither work nor promise.
_COURTESY = re.compile(
    r"(?:答复|函复|函告|回复|复函)如下|您(?:的|在|提出)|如下[：:]?$|以下(?:几|[一二三四五六七八九十]+)(?:项|个方面|方面)"
)
# A sentence says something to its end; the names and days of a signature do not.
_ENDED = re.compile(r"[。；！？;!?][”’」』）)]*$")
_LABEL = re.compile(r"^\s*(?:[一二三四五六七八九十]+[、是]|首先|其次|[（(][一二三四五六七八九十\d]+[）)]|\d+[.、．])")


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence of a reply: ``document.text[start:end] == text``."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply with its fields; ``spans`` holds, by the name of a field, the place it was read from."""

    document: Document
    fields: Mapping[str, str]
    spans: Mapping[str, tuple[int, int]]
    done: Sequence[Statement]
    promised: Sequence[Statement]


@dataclass(frozen=True, slots=True)
class ReplyFilters:
    """Each given value narrows the list; ``number`` is taken with and without leading zeros."""

    number: str | None = None
    kind: str | None = None
    session: str | None = None
    proposer: str | None = None
    year: str | None = None
    text: str | None = None


def checked_reply_filters(
    number: str | None = None, kind: str | None = None, session: str | None = None, proposer: str | None = None,
    year: str | None = None, text: str | None = None,
) -> ReplyFilters:  # fmt: skip
    """Filters from what a person typed. Raises BadQuestion, naming the field."""
    if number is not None:
        match = re.fullmatch(r"\s*第?\s*(\d{1,8})\s*号?\s*(?:建议|提案)?\s*", number)
        if match is None:
            raise BadQuestion("number 应为建议或提案的编号，如 0457 / number must be that of a proposal")
        number = _plain(match[1])
    if kind is not None and kind not in ("建议", "提案"):
        raise BadQuestion("kind 应为 建议 或 提案 / kind must be 建议 or 提案")
    if year is not None and not re.fullmatch("[0-9]{4}", year):
        raise BadQuestion("year 应为四位数字，如 2025 / year must be four digits")
    return ReplyFilters(number, kind, session or None, proposer or None, year, text)


def _plain(number: str) -> str:
    return str(int(number))


def year_of(document: Document) -> str | None:
    """The year of a reply: of its date, else of its 文号."""
    written = (document.value("date") or "")[:4]
    numbered = re.search(r"[〔\[(（](\d{4})[〕\])）]", document.value("document_number") or "")
    return written or (numbered[1] if numbered else None)


def _passes(document: Document, filters: ReplyFilters) -> bool:
    number = document.value("proposal_number") or ""
    if filters.number is not None and not (number.isdecimal() and _plain(number) == filters.number):
        return False
    return (
        (filters.kind is None or document.value("proposal_kind") == filters.kind)
        and (filters.session is None or filters.session in (document.value("session") or ""))
        and (filters.proposer is None or filters.proposer in (document.value("proposer") or ""))
        and (filters.year is None or year_of(document) == filters.year)
    )


def commitments(document: Document) -> tuple[list[Statement], list[Statement]]:
    """What a reply says has been done and what it says will be, sentence by sentence, each with its span."""
    done: list[Statement] = []
    promised: list[Statement] = []
    headings = {heading.start: heading for heading in document.headings}
    ahead_rank: float | None = None
    begun = ahead = False
    offset = 0
    for line in document.text.splitlines(keepends=True):
        start, offset = offset, offset + len(line)
        text = line.strip()
        if begun and _CLOSING.match(text):
            break
        heading = headings.get(start + len(line) - len(line.lstrip()))
        if heading is not None:
            if ahead_rank is not None and heading.rank <= ahead_rank:
                ahead_rank = None
            if ahead_rank is None and _AHEAD.search(heading.title):
                ahead_rank = heading.rank
        ahead = ahead_rank is not None
        for first, last in sentence_spans(document.text, start, offset):
            sentence = document.text[first:last]
            if not begun:
                begun = _OPENING.search(sentence) is not None
                continue
            if heading is not None and heading.start <= first and last <= heading.end + 1:
                continue
            ahead = ahead or (_AHEAD.search(sentence) is not None)
            statement = Statement(sentence, first, last)
            if (
                len(sentence) < 8
                or not _ENDED.search(sentence)
                or (_LABEL.match(sentence) and len(sentence) < 14)
                or _COURTESY.search(sentence)
            ):
                continue  # 一是高位部署。 names what follows.
            if ahead or (_WILL.search(sentence) and not (_FINISHED.search(sentence) and not _SURELY.search(sentence))):
                promised.append(statement)
            elif _DONE.search(sentence):
                done.append(statement)
    return done, promised


def reply_of(document: Document) -> Reply | None:
    """A document as a reply, None when it is none."""
    if (document.value("kind") or "") != "reply":
        return None
    found = {name: document.metadata[key] for name, key in _FIELDS.items() if key in document.metadata}
    done, promised = commitments(document)
    return Reply(
        document, {name: field.value for name, field in found.items()} | {"title": document.title},
        {name: (f.start, f.end) for name, f in found.items() if f.start is not None and f.end is not None},
        done, promised,
    )  # fmt: skip


def replies_among(documents: Sequence[Document], filters: ReplyFilters) -> list[Reply]:
    """The replies among documents that the filters let pass; newest first unless a text gave them an order."""
    found = [
        document for document in documents if (document.value("kind") or "") == "reply" and _passes(document, filters)
    ]
    if filters.text is None:
        found.sort(key=lambda d: ((d.value("date") or "") or year_of(d) or "", d.source), reverse=True)
    return [reply for document in found if (reply := reply_of(document)) is not None]
