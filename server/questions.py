"""What counts as a question: one rule for the command line and for HTTP."""

import re
import unicodedata

# Line ends and tabs come with pasted text; other control characters and lone surrogates never do.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_WORD = re.compile(r"\w")


class BadQuestion(ValueError):
    """The question cannot be asked; the message says why, in Chinese and English."""


def checked(question: str, longest: int) -> str:
    """The question without white space around it. Raises BadQuestion when it is empty, too long or not text."""
    question = question.strip()
    # Characters that stand for whole phrases are read as these.
    length = max(len(question), len(unicodedata.normalize("NFKC", question)))
    if length > longest:
        raise BadQuestion(f"问题有 {length} 个字符，最多 {longest} 个 / the question is too long")
    if _CONTROL.search(question):
        raise BadQuestion("问题中有控制字符 / the question holds control characters")
    if not _WORD.search(question):
        raise BadQuestion("问题是空的 / the question is empty")
    return question
