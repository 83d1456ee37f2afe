"""Questions on what a section says, from its heading."""

import re
from collections.abc import Iterator

from eval.drafts.draft import Draft, han, one_line
from eval.drafts.glossary import first_clause
from indexer.document import Document
from indexer.outline import is_glossary
from indexer.sentences import sentence_spans

_NUMBER = re.compile(
    r"^(?:#+\s*|第[一二三四五六七八九十百零〇\d]+[编章节条]\s*|[（(]\s*[一二三四五六七八九十\d]{1,3}\s*[）)]\s*、?"
    r"|[一二三四五六七八九十]{1,4}\s*、|\d{1,2}\s*[.．、]\s*)+"
)
_FORMS = ("关于{}，有哪些内容？", "{}的情况是怎样的？", "文件里是怎么说{}的？")
_BYLINE = re.compile(r"[□■◇]|[（(]?(?:本报)?记者")
_HAN = (4, 30)
# The answer may quote any of the first sentences of the section.
_SENTENCES = 8


def _subject(title: str) -> str:
    return re.sub(r"^关于", "", _NUMBER.sub("", one_line(title)).strip(" 。：:"))


def _beside(document: Document, start: int, end: int) -> bool:
    """Whether a sentence is no text of its section: a byline, or a field such as the date below a letter."""
    if _BYLINE.match(document.text, start, end):
        return True
    fields = ((field.start, field.end) for field in document.metadata.values())
    return any(
        a is not None and b is not None and start <= a and b <= end and end - start < 2 * (b - a) for a, b in fields
    )


def heading_drafts(document: Document) -> Iterator[Draft]:
    """One draft for each section with text of its own; the answer must hold the first clause of one of its sentences."""
    ends = [*(heading.start for heading in document.headings[1:]), len(document.text)]
    for heading, end in zip(document.headings, ends, strict=False):  # Without headings there is one end too many.
        subject = _subject(heading.title)
        if not _HAN[0] <= han(subject) <= _HAN[1] or is_glossary(subject):
            continue
        spans = sentence_spans(document.text, heading.end, end)
        spans = [span for span in spans if not _beside(document, *span)][:_SENTENCES]
        clauses = [first_clause(document.text[a:b].lstrip("。．. ")) for a, b in spans]
        choices = tuple(dict.fromkeys(clause for clause in clauses if clause and han(clause) >= _HAN[0]))
        if choices:
            form = _FORMS[sum(map(ord, subject)) % len(_FORMS)]
            yield Draft("section", document, form.format(subject), (choices,), heading.start, spans[-1][1])
