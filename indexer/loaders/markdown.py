"""Markdown is kept as written: its marks are part of the text that is quoted, and the outline reads them."""

import re

from indexer.document import SourceDocument
from indexer.loaders.text import decode, with_pages
from indexer.outline import markdown_title

_TITLE = re.compile(r"^#[ \t\u3000]+(\S.*)$", re.MULTILINE)


def load(data: bytes) -> SourceDocument:
    """Markdown text; the title is the first level-one heading."""
    text = with_pages(decode(data))
    match = _TITLE.search(text)
    return SourceDocument(text, title=markdown_title(match.group(1)) if match else None)
