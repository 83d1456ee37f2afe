"""Markdown is kept as written: its marks are part of the text that is quoted, and the outline reads them."""

import re

from indexer.document import SourceDocument
from indexer.loaders.text import decode

_TITLE = re.compile(r"^#[ \t\u3000]+(\S.*)$", re.MULTILINE)
_CLOSING = re.compile(r"\s+#+\s*$")


def load(data: bytes) -> SourceDocument:
    """Markdown text; the title is the first level-one heading."""
    text = decode(data)
    match = _TITLE.search(text)
    return SourceDocument(text, title=_CLOSING.sub("", match.group(1)).strip() if match else None)
