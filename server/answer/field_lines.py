"""Lines that answer with fields of documents, each with the words it was read from; where several answer, each is named."""

from collections.abc import Sequence
from itertools import groupby

from indexer.document import Document
from server.answer.cite import Citation, cite
from server.answer.extract import MAX_ANSWER
from server.answer.fields import LABELS, STATED, FieldAnswer, NamedBy, asked_fields
from server.search.query import Query

# Characters of a title that names a document, and of a value.
_TITLE, _LONGEST = 40, 200
_UNSTATED = {"zh": "{}：文件没有写明。", "en": "{}: the document does not state it."}
_MORE = {"zh": "（共{}件，以上为其中{}件。）", "en": "({} replies in all, {} of them above.)"}
# Fields by which a reader tells one reply from another.
_TELLING = frozenset({"document_number", "proposal_number", "proposal_title"})
# Characters kept for the line that says how many there are.
_ROOM = 40


def named_reply(document: Document, language: str) -> str:
    """A reply by the title and number of its proposal: 《关于修桥的建议》（第0120号建议）."""
    title = document.value("proposal_title") or " ".join(document.title.split())
    title = title if len(title) <= _TITLE else title[: _TITLE - 1] + "…"
    number, kind = document.value("proposal_number"), document.value("proposal_kind") or ""
    if number is None:
        return f"《{title}》"
    return f"《{title}》 (No. {number})" if language == "en" else f"《{title}》（第{number}号{kind}）"


def _line(query: Query, found: FieldAnswer, n: int) -> tuple[str, Citation] | None:
    start, end = found.field.start, found.field.end
    if start is None or end is None:
        return None
    citation = cite(n, found.document, (), start, end, found.document.text[start:end])
    english = query.language == "en"
    quote, value = " ".join(citation.quote.split()), found.field.value
    quote = quote if len(quote) <= _LONGEST else quote[: _LONGEST - 1] + "…"
    stated = "" if value in quote else f" ({value})" if english else f"（{value}）"
    return f"{LABELS[found.name][english]}{': ' if english else '：'}{quote}{stated} [{n}]", citation


def _unstated(query: Query, said: set[str]) -> list[str]:
    """What is asked for and usually stated, and is not."""
    missing = [name for name in asked_fields(query) if name in STATED and name not in said]
    return [_UNSTATED[query.language].format(LABELS[name][query.language == "en"]) for name in missing]


def compose_fields(query: Query, answers: Sequence[FieldAnswer], by: NamedBy = "number") -> tuple[str, list[Citation]]:
    """An answer made of metadata fields, in at most MAX_ANSWER characters, each citing the words it was read from.

    A document is named where several answer, and where it was found ``by`` its subject: the reader has to see which it is.
    Of too many as many are shown as there is room for, and how many there are.
    """
    blocks = [list(group) for _, group in groupby(answers, lambda found: found.document.document_id)]
    several = len(blocks) > 1
    shown: list[str] = []
    citations: list[Citation] = []
    for at, block in enumerate(blocks):
        lines = [f"{named_reply(block[0].document, query.language)}{':' if query.language == 'en' else '：'}"]
        told = any(found.name in _TELLING for found in block)
        lines = lines if by == "subject" or (several and not told) else []
        cited: list[Citation] = []
        room = MAX_ANSWER - (_ROOM if at < len(blocks) - 1 else 0)
        for found in block:
            made = _line(query, found, len(citations) + len(cited) + 1)
            if made and len("\n".join([*shown, *lines, made[0]])) <= room:
                lines.append(made[0])
                cited.append(made[1])
        if not cited:
            shown.append(_MORE[query.language].format(len(blocks), at))
            break
        for line in _unstated(query, {found.name for found in block}):
            if len("\n".join([*shown, *lines, line])) <= room:
                lines.append(line)
        shown.extend(lines)
        citations.extend(cited)
    return "\n".join(shown) if citations else "", citations
