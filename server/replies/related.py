"""What else there is to a reply: later documents that may bear on it, the proposer's other proposals, similar proposals."""

import re
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass

import numpy as np

from indexer.analyzer import normalise
from indexer.generations import Generation
from server.replies.filters import ReplyFilters
from server.replies.finding import matching_replies
from server.replies.later import READ, Bearing, Floats, bearings
from server.replies.reply import Reply, reply_of
from server.replies.substance import substance_of
from server.search.filters import chunk_mask, searched_documents
from server.search.passages import Passage, passages_of
from server.search.query import understand_query
from server.search.retrieve import Retriever

Encode = Callable[[Sequence[str]], Floats]
"""Unit vectors of texts, float32 [texts, dimension]."""

# Mean share of the weight of the words that two titles have in common, plus their cosine.
SIMILAR = 0.7
# Replies whose titles are compared, and passages by which they are found.
_COMPARED, _PASSAGES = 12, 60
_SHOWN = 5
_WRAPPING = re.compile(r"^(?:关于|对)|(?:的)?(?:建议|提案|议案)$")


@dataclass(frozen=True, slots=True)
class Related:
    """What bears on a reply; replies newest first, similar ones most similar first."""

    later: Sequence[Bearing]
    same_proposer: Sequence[Reply]
    similar: Sequence[Reply]


def related_to(reply: Reply, retriever: Retriever, encode: Encode) -> Related:
    """All of it."""
    generation = retriever.generation

    def find(text: str, vector: Floats | None, among: Set[int]) -> list[Passage]:
        numbers = searched_documents(generation, None, among)
        allowed = None if numbers is None else chunk_mask(generation, numbers)
        candidates = retriever.search(
            understand_query(text), READ if vector is not None else _PASSAGES, "hybrid", allowed, vector
        )
        return passages_of(generation, candidates)

    def read(numbers: Sequence[int]) -> list[Reply]:
        documents = (generation.document(number) for number in numbers)
        return [found for document in documents if (found := reply_of(document))]

    vectors = encode([promise.text for promise in reply.promised]) if reply.promised else np.empty((0, 0), np.float32)
    others = _others(reply, generation)
    alike = read(_candidates(reply, generation, others, find))
    return Related(
        bearings(reply, generation, find, vectors),
        read(_by_the_same(reply, generation, others)),
        similar_replies(reply, alike, generation, encode),
    )


def _others(reply: Reply, generation: Generation) -> list[int]:
    """Numbers of the replies that are not this one or a version of it, newest first."""
    number = generation.numbers[reply.document.document_id]
    own = {number, *generation.versions.get(number, ())}
    return [other for other in matching_replies(generation, ReplyFilters()) if other not in own]


def _by_the_same(reply: Reply, generation: Generation, others: Sequence[int]) -> list[int]:
    """Those of the replies that answer one of the proposers. People are told apart by their names alone."""
    names = [name for name in re.split(r"[、，,;；\s]+", reply.fields.get("proposer", "")) if name]
    theirs = set[int]().union(*(generation.documents_with("proposer", name) for name in names))
    return [number for number in others if number in theirs]


def bare_title(title: str) -> str:
    """What a proposal is about: its title without 关于 and 的建议."""
    return _WRAPPING.sub("", title.strip())


def _candidates(
    reply: Reply, generation: Generation, others: Sequence[int],
    find: Callable[[str, Floats | None, Set[int]], Sequence[Passage]],
) -> list[int]:  # fmt: skip
    """The replies that come first in a search for the title of the proposal."""
    title = reply.fields.get("proposal_title")
    if title is None or not others:
        return []
    found = find(bare_title(title), None, set(others))
    numbers = dict.fromkeys(generation.numbers[passage.document.document_id] for passage in found)
    return list(numbers)[:_COMPARED]


def similar_replies(reply: Reply, others: Sequence[Reply], generation: Generation, encode: Encode) -> list[Reply]:
    """Those of the others whose proposals are about the same by their titles, most similar first."""
    title = reply.fields.get("proposal_title")
    titled = [other for other in others if other.fields.get("proposal_title")]
    if title is None or not titled:
        return []
    bare = [normalise(bare_title(name)) for name in (title, *(other.fields["proposal_title"] for other in titled))]
    vectors = encode(bare)
    parts = [substance_of(name, generation) for name in bare]
    similar = []
    for at, other in enumerate(titled, start=1):
        there = parts[0].shared(bare[at]) / parts[0].total if parts[0].total else 0.0
        back = parts[at].shared(bare[0]) / parts[at].total if parts[at].total else 0.0
        score = (there + back) / 2 + float(vectors[0] @ vectors[at])
        if score >= SIMILAR:
            similar.append((score, other))
    similar.sort(key=lambda one: -one[0])
    return [other for _, other in similar[:_SHOWN]]
