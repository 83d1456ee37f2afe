"""The replies of an index that filters let pass, found by their fields: no document is read that is not shown."""

from collections.abc import Sequence

from indexer.analyzer import normalise
from indexer.errors import UnknownDocument
from indexer.generations import Generation
from server.answer.terms import Terms
from server.organ import is_named
from server.replies.filters import ReplyFilters, is_adoption, plain_session
from server.replies.reply import Reply, ReplyPage, numbered_year, reply_of
from server.search.filters import chunk_mask
from server.search.passages import Passage, passages_of
from server.search.query import Query, understand_query
from server.search.retrieve import Retriever

# Passages that are looked through for replies about a text, and the weight of its words that one must hold.
_DEPTH = 300
_SHARE = 0.5


def find_replies(retriever: Retriever, filters: ReplyFilters, offset: int = 0, limit: int | None = None) -> ReplyPage:
    """The replies that the filters let pass.

    Newest first, by relevance where a text is given; ``limit`` of them, None for all, from ``offset`` on.
    """
    generation = retriever.generation
    found = matching_replies(generation, filters)
    if filters.text is not None and found:
        query = understand_query(filters.text)
        candidates = retriever.search(query, _DEPTH, "hybrid", chunk_mask(generation, set(found)))
        relevant = about_text(query, Terms(query, generation), passages_of(generation, candidates))
        found = [generation.numbers[document_id] for document_id in relevant]
    shown = found[offset:] if limit is None else found[offset : offset + limit]
    documents = (generation.document(number) for number in shown)
    return ReplyPage(len(found), offset, [reply for document in documents if (reply := reply_of(document))])


def read_reply(generation: Generation, document_id: str) -> Reply:
    """A reply by its document. Raises UnknownDocument, also where it is no reply."""
    number = generation.numbers.get(document_id)
    if number is None:
        raise UnknownDocument(f"没有编号为 {document_id[:80]} 的文件 / no such document")
    found = reply_of(generation.document(number))
    if found is None:
        raise UnknownDocument(f"编号 {document_id[:80]} 不是答复函 / not a reply")
    return found


def matching_replies(generation: Generation, filters: ReplyFilters) -> list[int]:
    """Numbers of the replies that the filters let pass, newest first, ties in the order of their paths.

    ``filters.text`` is left to ``about_text``.
    """
    found = generation.documents_with("kind", "reply")
    if filters.number is not None:
        found &= generation.documents_with("proposal_number", filters.number)
    if filters.kind is not None:
        found &= generation.documents_with("proposal_kind", filters.kind)
    if filters.proposer is not None:
        found &= generation.documents_like("proposer", filters.proposer)
    for name, asked, holds in (
        ("session", filters.session, _is_session), ("organ", filters.organ, is_named),
        ("category", filters.category, str.__eq__), ("adoption", filters.adoption, is_adoption),
    ):  # fmt: skip
        if asked is not None:
            values = generation.documents_having(name)
            found = {number for number in found if number in values and holds(values[number], asked)}
    days = reply_days(generation)
    if filters.year is not None:
        found = {number for number in found if days.get(number, "")[:4] == filters.year}
    return sorted(sorted(found), key=lambda number: days.get(number, ""), reverse=True)


def _is_session(said: str, asked: str) -> bool:
    return plain_session(asked) in plain_session(said)


def reply_days(generation: Generation) -> dict[int, str]:
    """By the number of a document its date, YYYY-MM-DD, or where it has none the year of its 文号."""
    numbered = generation.documents_having("document_number").items()
    days = {number: year for number, value in numbered if (year := numbered_year(value))}
    return days | generation.documents_having("date")


def about_text(query: Query, terms: Terms, passages: Sequence[Passage]) -> list[str]:
    """Ids of the documents of some passages that are about a text, in the order of the passages.

    Vectors find something for every text: a document must hold half of what the words of the text weigh. Where none does,
    as when a word is nowhere in the index, half of those words counts that any of them holds. English words, which no
    document may hold, leave the order of the passages.
    """
    held: dict[str, list[str]] = {}
    for passage in passages:
        document = passage.document
        parts = held.setdefault(document.document_id, [document.title, document.value("proposal_title") or ""])
        parts.append(passage.text)
    found = {key: terms.found(normalise("\n".join(parts))) for key, parts in held.items()}
    kept = [key for key, words in found.items() if terms.share(words) >= _SHARE]
    if kept:
        return kept
    if query.language == "en" or not terms.total:
        return list(held)
    words = frozenset(name for name in terms.names[: terms.words] if len(name) > 1)
    known = terms.share(words & frozenset[str]().union(*found.values()))
    return [key for key, some in found.items() if known and terms.share(some & words) >= _SHARE * known]
