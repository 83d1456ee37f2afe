"""Questions on what a term means: entries of a glossary, and coinages in quotation marks that a sentence explains."""

import re
from collections.abc import Iterator

from eval.drafts.draft import Draft, one_line
from indexer.document import Document
from indexer.sentences import sentence_spans

_FORMS = ("什么是“{}”？", "“{}”是什么意思？", "“{}”指的是什么？")
_MEANS = re.compile(r"^[^：:]{0,60}?(?:[：:]\s*(?:是指|指的是|指)?|是指|指的是)\s*")
_COINED = re.compile(
    r"“(?P<term>[^“”]{2,16})”[\u4e00-\u9fff]{0,4}?[，,：:]?"
    r"(?:是指|指的是|就是|指(?![导出示标挥数定引明])|即(?![将可日刻便使]))[，,：:]?"
)
_CLAUSE_END = re.compile(r"[，,；;。！？!?\n]")
_SHORTEST = 4


def first_clause(text: str) -> str | None:
    """What comes first, up to a comma; None when it is too short to tell an answer by."""
    for clause in _CLAUSE_END.split(text):
        if len(clause.strip()) >= _SHORTEST:
            return clause.strip()
    return None


def _asked(document: Document, term: str, meaning: str, start: int, end: int) -> Draft | None:
    said = first_clause(meaning)
    # The same entry is always asked about in the same way, and different ones in different ways.
    form = _FORMS[sum(map(ord, term)) % len(_FORMS)]
    return Draft("definition", document, form.format(one_line(term)), ((said,),), start, end) if said else None


def glossary_drafts(document: Document) -> Iterator[Draft]:
    """One draft a term; the answer must hold the first clause of its definition."""
    for chunk in document.chunks:
        if chunk.term:
            text = document.text[chunk.start : chunk.end]
            meaning = text[match.end() :] if (match := _MEANS.match(text)) else text
            if draft := _asked(document, chunk.term, meaning, chunk.start, chunk.end):
                yield draft
    terms = {chunk.term for chunk in document.chunks}
    for start, end in sentence_spans(document.text):
        match = _COINED.search(document.text, start, end)
        if match and match["term"] not in terms:
            terms.add(match["term"])
            if draft := _asked(document, match["term"], document.text[match.end() : end], start, end):
                yield draft
