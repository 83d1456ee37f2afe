"""The heading tree of an official document: 第X章, 一、, （一）, 1., （1）, Markdown, annexes, plain headings."""

import re
from collections.abc import Sequence

from indexer.document import Heading
from indexer.lines import Line, lines_of

# Rank orders the families as documents nest them; a smaller rank is higher up. Markdown level n has rank n / 2.
_ANNEX, _GLOSSARY, _PART, _CHAPTER, _SECTION, _PLAIN, _ARTICLE = 3.1, 3.2, 3.3, 3.4, 3.5, 3.8, 7.5
_CHAPTER_RANK, _ITEM = 3.9, 5.0
_CN = "一二三四五六七八九十百千零〇两"
_WORDS_EXPLAINED = r"(?:(?<![\u4e00-\u9fff])注\s*释|名\s*词\s*(?:解\s*释|注\s*释|说\s*明)|术\s*语\s*(?:解\s*释|说\s*明)|用语(?:解释|说明))"
_FAMILIES: tuple[tuple[float, re.Pattern[str]], ...] = (
    (
        _GLOSSARY,
        re.compile(
            rf"(?![附（(\d]|[{_CN}]+\s*、)(?:《[^》]{{2,30}}》|[^，。：:；]{{2,20}}?)?(?:有关|相关|部分|主要)?(?:内容|指标)?{_WORDS_EXPLAINED}\s*[:：]?$"
        ),
    ),
    (_ANNEX, re.compile(r"附\s*[件录]\s*[\d一二三四五六七八九十]{0,3}\s*(?:[:：\s].{0,40})?$")),
    (_PART, re.compile(rf"第[{_CN}\d]+编")),
    (_CHAPTER, re.compile(rf"第[{_CN}\d]+章")),
    (_SECTION, re.compile(rf"第[{_CN}\d]+节")),
    (4.0, re.compile(rf"[{_CN}]{{1,4}}\s*、")),
    (5.0, re.compile(rf"[（(]\s*[{_CN}]{{1,4}}\s*[）)]\s*、?")),
    (6.0, re.compile(r"\d{1,2}\s*[.．、](?!\d)")),
    (7.0, re.compile(r"[（(]\s*\d{1,2}\s*[）)]")),
)
# Where the text of a document begins that has neither addressee nor preamble.
TOP_LEVEL = re.compile(rf"第[{_CN}\d]+[编章]|第[一1]条[\s　]|一\s*、|（一）|1\s*[.．、](?!\d)")
_MARKDOWN = re.compile(r"(#{1,6})\s+(\S.*)$")
_ARTICLE_MARK = re.compile(rf"第[{_CN}\d]+条(?:之[{_CN}])?(?=[\s　]|$|[^，。、；的规和至到])")
_MAX_TITLE = 60
_MAX_ITEM = 40
# A longer line is a paragraph that begins with #: titles stand in the breadcrumb of every chunk below them.
_MAX_MARKDOWN = 200
_MAX_PLAIN = 32
_SENTENCE_MARK = re.compile(r"[。；！？;!?]")
_NOT_PLAIN = re.compile(
    r"[：:，,、。；;！？—…]$|^\W*[（(]?\d{4}年|^[□■●]|记者|联系|电话|邮\s*编|^\W*据|^\W*来源|通讯员|https?:|\|"
)
_HAN = re.compile(r"[\u4e00-\u9fff]")
_ENTRY_NUMBER = r"(?:\d{1,3}\s*[.．、]|[（(［\[【〔]\s*[\d一二三四五六七八九十]{1,3}\s*[）)］\]】〕]|[①-⑳])"
# A term on a line of its own, what it means on the next.
ENTRY_HEAD = re.compile(rf"{_ENTRY_NUMBER}\s*([^：:，。；]{{1,40}})\s*[：:]$")
# An entry of a glossary, its number left out: the term, then a colon.
ENTRY = re.compile(rf"(?:{_ENTRY_NUMBER}\s*)?(.{{1,40}}?)\s*[：:]\s*(?=\S)")
# “X，是指…”, “X：指…”, also behind “本办法所称”. 指导, 指出 and 即将 are other words.
_MEANS = (
    r"(?:[：:]\s*是?指|[，,]?\s*是指|[，,]\s*指)(?![导出挥定示明控数标派引向望令南责点])"
    r"|(?<=[”》\x22])(?:[：:，,]\s*即)(?![将日使可时便刻席位期])"
)
_SAID = (
    r"(?:第[一二三四五六七八九十百千零〇两\d]+条(?:之[一二三四五六七八九十])?\s*)?"
    r"(?:(?:本|前款|前条|上述|上款|上条)[\u4e00-\u9fff]{0,10}?(?:所称|所指)的?\s*)?"
)
DEFINITION = re.compile(
    rf"{_SAID}(?:[一二三四五六七八九十]{{1,3}}\s*、\s*|\d{{1,2}}\s*[.．、]\s*|[（(]\s*[\d一二三四五六七八九十]{{1,3}}\s*[）)]\s*|[①-⑳]\s*)?"
    rf"((?:[^，。；：:、\s（(]|[（(][^（）()\n]{{1,20}}[）)]){{1,26}}?)\s*(?:{_MEANS})"
)
# The line of a newspaper that names who wrote the section: □ 清河日报记者 王五.
BYLINE = re.compile(
    r"[□■●◆◎]?\s*(?:据\s*)?(?:[\u4e00-\u9fff·]{0,12}?)(?:首席|实习|见习|新闻)?(?:记者|通讯员|特派员)[\s：:]+[\u4e00-\u9fff·、\s]{2,30}"
    r"|[□■●◆◎]\s*[\u4e00-\u9fff·\s]{2,30}"
)
_GLOSSARY_TITLE = re.compile(r"注\s*释|名\s*词\s*(?:解\s*释|说\s*明)|术\s*语|用语(?:解释|说明)")


def _run_in_end(line: str, marker_end: int, rank: float) -> int | None:
    """Where the title ends in a line that may go on with body text; None when it is no heading.

    Below the top level, an item of a list is none: what ends in a semicolon, one long sentence, or what announces a list.
    """
    stop = _SENTENCE_MARK.search(line, marker_end)
    end = stop.start() if stop else len(line)
    if rank >= _ITEM:
        whole = end >= len(line.rstrip()) - 1
        item = end - marker_end > _MAX_ITEM and (line.rstrip()[-1] in "。：:" or "，" in line)
        if whole and (line.rstrip()[-1] in "；;" or item):
            return None
    return end if marker_end < end <= _MAX_TITLE + marker_end else None


def _numbered(line: Line) -> Heading | None:
    text = line.text
    for rank, pattern in _FAMILIES:
        match = pattern.match(text)
        if match is None:
            continue
        # Chapters and annexes stand on a line of their own.
        own_line = len(text) <= _MAX_TITLE and not _SENTENCE_MARK.search(text)
        end = (len(text) if own_line else None) if rank < 4.0 else _run_in_end(text, match.end(), rank)
        return Heading(rank, text[:end], line.start, line.start + end) if end else None
    match = _ARTICLE_MARK.match(text)
    if match:
        return Heading(_ARTICLE, match.group(), line.start, line.start + match.end())
    return None


def markdown_title(rest: str) -> str:
    """The title in what follows the # of a Markdown heading: closing # are left out, those of C# are not."""
    title = rest.strip()
    unclosed = title.rstrip("#")
    return unclosed.rstrip() if unclosed[-1:].isspace() else title


def _markdown(line: Line) -> Heading | None:
    match = _MARKDOWN.match(line.text)
    if match is None:
        return None
    title = markdown_title(match.group(2))
    start = line.start + match.start(2)
    return Heading(len(match.group(1)) / 2, title, start, start + len(title)) if len(title) <= _MAX_MARKDOWN else None


def _plain(line: Line, following: Line | None, blank_before: bool) -> Heading | None:
    """A short line between paragraphs, without sentence marks, followed by running text: a newspaper's subheading."""
    text = line.text
    if not blank_before or following is None or not 4 <= len(text) <= _MAX_PLAIN or _SENTENCE_MARK.search(text):
        return None
    if _NOT_PLAIN.search(text) or len(_HAN.findall(text)) < 4:
        return None
    if len(following.text) <= _MAX_PLAIN or not _SENTENCE_MARK.search(following.text):
        return None
    return Heading(_PLAIN, text, line.start, line.end)


def read_outline(text: str, body_start: int = 0) -> tuple[Heading, ...]:
    """Every heading of the text in order. Before ``body_start`` (the letterhead) only Markdown headings count."""
    lines = list(lines_of(text))
    headings: list[Heading] = []
    glossary: Heading | None = None
    in_article = False
    for i, line in enumerate(lines):
        heading = _markdown(line)
        if heading is None and line.start >= body_start:
            following = next((later for later in lines[i + 1 : i + 3] if not BYLINE.fullmatch(later.text)), None)
            blank_before = text[max(0, line.start - 2) : line.start] in ("", "\n\n")
            heading = _numbered(line) or _plain(line, following, blank_before)
            if heading and glossary and heading.rank > glossary.rank and _is_entry(line.text):
                continue  # “1. 三清：指……” in a glossary is an entry, not a section.
            if heading and _CHAPTER_RANK < heading.rank < _ARTICLE and DEFINITION.match(line.text):
                continue  # So it is anywhere else.
            if heading and in_article and _ITEM <= heading.rank < _ARTICLE:
                continue  # （一）…… below an article is part of what the article says.
        if heading is None:
            continue
        headings.append(heading)
        in_article = heading.rank == _ARTICLE
        if is_glossary(heading.title):
            glossary = heading
        elif glossary and heading.rank <= glossary.rank:
            glossary = None
    return tuple(headings)


def _is_entry(text: str) -> bool:
    return bool(ENTRY.match(text) or ENTRY_HEAD.match(text))


def section_path(path: Sequence[Heading], heading: Heading) -> tuple[Heading, ...]:
    """The chain of headings in force, outermost first, once ``heading`` follows below ``path``."""
    return (*(above for above in path if above.rank < heading.rank), heading)


def is_glossary(title: str) -> bool:
    """Whether a heading announces definitions of terms."""
    return bool(_GLOSSARY_TITLE.search(title))
