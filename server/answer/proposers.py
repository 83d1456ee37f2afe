"""Whose proposals a question is about, by the names of an index."""

import re
from dataclasses import dataclass

from indexer.generations import Generation
from server.answer.fields import asked_fields
from server.search.people import Mention, mentions
from server.search.query import Query
from server.search.saying import chunks_saying

# Chunks with a name that are looked at to see whether it is a deputy's.
_LOOKED_AT = 20
# What may stand between a name and what it is: 江小禾、周小舟等5名人大代表.
_BETWEEN = (
    r"(?:、[\u4e00-\u9fff、]{2,20}|等[^，。；\n]{0,5}|同志|[（(][^）)\n]{1,12}[）)])?(?:[省市区县]?(?:人大|政协))?"
)


@dataclass(frozen=True, slots=True)
class Proposed:
    """The people whom a question names: ``documents``, the replies to each who is known; ``known`` and ``unknown``, those
    by whom there are some and those by whom there is none."""

    documents: tuple[set[int], ...] = ()
    known: tuple[Mention, ...] = ()
    unknown: tuple[Mention, ...] = ()


def proposed_by(query: Query, generation: Generation) -> Proposed:
    """The people whom a question names as proposers, and the replies to them."""
    held = generation.values_in("proposer", query.text)
    documents: list[set[int]] = []
    known: list[Mention] = []
    unknown: list[Mention] = []
    for mention in mentions(query.text, held):
        found = _of_kind(generation, held.get(mention.name, set()), mention)
        if found:
            documents.append(found)
            known.append(mention)
        elif mention.known or _nowhere(query, generation, mention):
            unknown.append(mention)
    return Proposed(tuple(documents), tuple(known), tuple(unknown))


def _of_kind(generation: Generation, found: set[int], mention: Mention) -> set[int]:
    """A 代表 submits 建议, a 委员 提案; what a letter does not call either may be both."""
    other = {"建议": "提案", "提案": "建议"}.get(mention.kind or "", "")
    return found - generation.documents_with("proposal_kind", other)


def _nowhere(query: Query, generation: Generation, mention: Mention) -> bool:
    """Whether no text of the index names a deputy so: a letter may where it was not read, and so may a report. A word without
    a post beside it counts as a name only where something is asked that is known of proposals."""
    if mention.kind is None and not asked_fields(query):
        return False
    chunks = chunks_saying(generation, mention.name, _LOOKED_AT + 1)
    if mention.kind is None or len(chunks) > _LOOKED_AT:
        return not len(chunks)
    name = re.escape(mention.name)
    named = re.compile(rf"{name}{_BETWEEN}(?:代表|委员)|(?:代表|委员)(?:[\u4e00-\u9fff]{{2,4}}、)*{name}")
    numbers = set(generation.chunk_documents[chunks].tolist())
    return not any(named.search(generation.document(number).text) for number in numbers)
