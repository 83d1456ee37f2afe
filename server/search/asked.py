"""A query looked up in an index: its terms once each, with their postings."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.analyzer import possible_coinages
from indexer.generations import Generation
from indexer.lexical import LexicalIndex
from indexer.lookup import Lookup
from server.search.query import Query


@dataclass(frozen=True, slots=True)
class FieldTerms:
    """The terms of a query in one lexical field.

    ``repeats`` int64 [terms] says how often each stands in the query; ``carrying`` float64 [terms] is 1 for those that
    carry the question, 0 for those that only ask.
    """

    terms: tuple[str, ...]
    repeats: NDArray[np.int64]
    carrying: NDArray[np.float64]
    found: Lookup

    @classmethod
    def of(cls, index: LexicalIndex, terms: Sequence[str], content: Sequence[str]) -> "FieldTerms":
        """Look terms up in a field; ``content`` are those that carry the question."""
        repeats, carrying = Counter(terms), frozenset(content)
        names = tuple(repeats)
        return cls(
            names,
            np.fromiter(repeats.values(), np.int64, len(names)),
            np.fromiter((name in carrying for name in names), np.float64, len(names)),
            index.lookup(names),
        )


@dataclass(frozen=True, slots=True)
class Asked:
    """A query, looked up."""

    query: Query
    words: FieldTerms
    bigrams: FieldTerms

    @property
    def weight(self) -> float:
        """The sum of the inverse document frequencies of its terms in both fields: about the BM25 score of a chunk of
        average length that holds each of them as often as the question."""
        return float(sum(field.repeats @ field.found.idf for field in (self.words, self.bigrams)))

    @classmethod
    def of(cls, query: Query, generation: Generation) -> "Asked":
        """Look a query up, with the coinages that the index knows as words of their own, quoted in the question or not."""
        query = _with_coinages(query, generation)
        return cls(
            query,
            FieldTerms.of(generation.words, query.tokens.words, query.content.words),
            FieldTerms.of(generation.bigrams, query.tokens.bigrams, query.content.bigrams),
        )


def _with_coinages(query: Query, generation: Generation) -> Query:
    possible = possible_coinages(query.text)
    known = np.flatnonzero(generation.words.document_frequency(possible))
    found: list[str] = []
    for token in (possible[at] for at in known.tolist()):
        # Longest first: what lies within a longer one adds nothing.
        if token not in query.tokens.words and not any(token[1:-1] in longer for longer in found):
            found.append(token)
    if not found:
        return query
    changed: Any = {
        name: replace(tokens, words=(*tokens.words, *found))
        for name, tokens in (("tokens", query.tokens), ("content", query.content))
    }
    return replace(query, **changed)
