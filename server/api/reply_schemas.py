"""The JSON of a reply: the item of /api/replies, of ``zhengwen replies --json`` and of the MCP tool."""

from collections.abc import Sequence

from server.api.schemas import Model
from server.replies import Reply


class StatementOut(Model):
    text: str
    start: int
    end: int


class SpanOut(Model):
    start: int
    end: int


class ReplyOut(Model):
    document_id: str
    source: str
    kind: str | None
    number: str | None
    session: str | None
    title: str
    proposal_title: str | None
    proposer: str | None
    organ: str | None
    document_number: str | None
    date: str | None
    disclosure: str | None
    category: str | None
    adoption: str | None
    done: list[StatementOut]
    promised: list[StatementOut]
    citations: dict[str, SpanOut]

    @classmethod
    def of(cls, reply: Reply) -> "ReplyOut":
        """A reply as JSON; ``citations`` holds the span of each field that was read from the text."""
        names = (
            "kind", "number", "session", "proposal_title", "proposer", "organ", "document_number", "date", "disclosure",
            "category", "adoption",
        )  # fmt: skip
        return cls(
            document_id=reply.document.document_id, source=reply.document.source, title=reply.document.title,
            **{name: reply.fields.get(name) for name in names},
            done=[StatementOut.model_validate(s) for s in reply.done],
            promised=[StatementOut.model_validate(s) for s in reply.promised],
            citations={name: SpanOut(start=start, end=end) for name, (start, end) in reply.spans.items()},
        )  # fmt: skip


class ReplyList(Model):
    total: int
    replies: list[ReplyOut]

    @classmethod
    def of(cls, replies: Sequence[Reply]) -> "ReplyList":
        """Replies as JSON."""
        return cls(total=len(replies), replies=[ReplyOut.of(reply) for reply in replies])
