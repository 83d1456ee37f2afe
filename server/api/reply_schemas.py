"""The JSON of a reply: the item of /api/replies, of ``zhengwen replies --json`` and of the MCP tool."""

from collections.abc import Sequence

from server.api.schemas import Model
from server.replies import Reply, ReplyPage
from server.replies.later import Bearing, LaterSentence
from server.replies.related import Related


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
        """All replies that were found, as JSON."""
        return cls(total=len(replies), replies=[ReplyOut.of(reply) for reply in replies])

    @classmethod
    def of_page(cls, page: ReplyPage) -> "ReplyList":
        """Some of the replies that were found; ``total`` counts all of them."""
        return cls(total=page.total, replies=[ReplyOut.of(reply) for reply in page.replies])


class LaterOut(Model):
    """A sentence of a later document: possibly related to a promise, no statement that it was kept."""

    document_id: str
    title: str
    document_number: str | None
    issuer: str | None
    date: str
    section: list[str]
    quote: str
    start: int
    end: int
    score: float

    @classmethod
    def of(cls, sentence: LaterSentence) -> "LaterOut":
        """A later sentence as JSON."""
        document = sentence.passage.document
        return cls(
            document_id=document.document_id, title=document.title, document_number=document.value("document_number"),
            issuer=document.value("issuer"), date=sentence.date, section=list(sentence.passage.section),
            quote=sentence.quote, start=sentence.start, end=sentence.end, score=round(sentence.score, 2),
        )  # fmt: skip


class BearingOut(Model):
    promise: StatementOut
    documents: list[LaterOut]

    @classmethod
    def of(cls, bearing: Bearing) -> "BearingOut":
        """A promise and the later documents that may bear on it, best first."""
        documents = [LaterOut.of(sentence) for sentence in bearing.sentences]
        return cls(promise=StatementOut.model_validate(bearing.promise), documents=documents)


class RelatedOut(Model):
    document_id: str
    later: list[BearingOut]
    same_proposer: list[ReplyOut]
    similar: list[ReplyOut]

    @classmethod
    def of(cls, document_id: str, related: Related) -> "RelatedOut":
        """What else there is to a reply, as JSON; ``later`` names those promises alone for which something was found."""
        return cls(
            document_id=document_id, later=[BearingOut.of(bearing) for bearing in related.later],
            same_proposer=[ReplyOut.of(reply) for reply in related.same_proposer],
            similar=[ReplyOut.of(reply) for reply in related.similar],
        )  # fmt: skip
