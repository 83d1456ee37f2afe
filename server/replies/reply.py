"""A reply (答复函): the fields of the proposal it answers, each with its place, and its statements."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from indexer.document import Document
from server.replies.commitments import Statement, commitments

# Fields of a reply, by the names of the interface; what the document calls them.
_FIELDS = {
    "kind": "proposal_kind", "number": "proposal_number", "session": "session", "title": "title",
    "proposal_title": "proposal_title", "proposer": "proposer", "organ": "organ", "document_number": "document_number",
    "date": "date", "disclosure": "disclosure", "category": "category", "adoption": "adoption",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply with its fields; ``spans`` holds, by the name of a field, the place it was read from."""

    document: Document
    fields: Mapping[str, str]
    spans: Mapping[str, tuple[int, int]]
    done: Sequence[Statement]
    promised: Sequence[Statement]

    @property
    def name(self) -> str:
        """What the proposal is called; a reply that does not say has a title of its own."""
        return self.fields.get("proposal_title") or self.document.title

    @property
    def number(self) -> str:
        """The number as people write it, 第0457号建议; empty where there is none."""
        number = self.fields.get("number")
        return f"第{number}号{self.fields.get('kind', '')}" if number else ""


@dataclass(frozen=True, slots=True)
class ReplyPage:
    """Some of the replies that were found, from ``offset`` on, and how many were found in all."""

    total: int
    offset: int
    replies: Sequence[Reply]


def numbered_year(document_number: str) -> str | None:
    """The year in a 文号."""
    match = re.search(r"[〔\[(（](\d{4})[〕\])）]", document_number)
    return match[1] if match else None


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
