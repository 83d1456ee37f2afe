"""What a reply says is done and what it promises, sentence by sentence."""

import re
from dataclasses import dataclass

from indexer.document import Document
from indexer.sentences import sentence_spans

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
