"""Whether a title stored beside the text (core properties, DocInfo) is the document's title or an office's leftover."""

import re

# What programs write by themselves, and file names that stand for a title.
_LEFTOVER = re.compile(
    r"(?i)microsoft (?:office )?word|word 文档|^(?:新建|无标题|未命名|untitled|document|normal|文档|演示文稿|公文模板)"
    r"|\.(?:docx?|wps|wpt|dotx?|ofd|odt|rtf|pdf|txt)$|powerpoint|^[\W\d_]*$"
)
_SPACE = re.compile(r"\s+")
# A title stands on the first page; one found only further down belongs to something that is quoted.
_HEAD_CHARACTERS = 1500
_MIN_CHARACTERS = 4
_MAX_CHARACTERS = 150


def sane_title(stored: str | None, text: str) -> str | None:
    """The stored title if the document itself begins with it, white space aside; else None.

    Offices write a new document over an old file, whose stored title then names the old document: only the text can
    tell. A title that the text does not show is of no use to someone who quotes.
    """
    title = _SPACE.sub(" ", stored or "").strip()
    if not _MIN_CHARACTERS <= len(title) <= _MAX_CHARACTERS or _LEFTOVER.search(title):
        return None
    return title if _SPACE.sub("", title) in _SPACE.sub("", text[:_HEAD_CHARACTERS]) else None
