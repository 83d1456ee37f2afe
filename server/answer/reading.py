"""Which passages are read for an answer: the best of a search, those of documents about something else last."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from indexer.analyzer import Tokens, analyze
from indexer.generations import Generation
from server.answer.abbreviations import SAME
from server.answer.english import in_official_terms
from server.answer.places import elsewhere
from server.answer.years import asks_plan, looked_back, other_year, without_years, years_after
from server.once import once
from server.search.candidates import Candidate
from server.search.dictionary import Translation
from server.search.passages import Passage, passages_of
from server.search.query import Query
from server.search.retrieve import Retriever

# Candidates that the passages to read are chosen from.
DEPTH = 40
# Passages that are read of documents that look back on the year asked for.
_BACK = 4
# Passages that are read of documents about another place or year, where there are others.
_ASIDE = 3
_YEAR = re.compile(r"\d{4}")


@dataclass(frozen=True, slots=True)
class Read:
    """Passages, best first, and the question's vector that found them, float32 [dimension]; ``quick``: that of the first
    encoder alone, which was sure of the first passage."""

    passages: Sequence[Passage]
    vector: NDArray[np.float32]
    quick: bool


def suited(query: Query, candidates: Sequence[Candidate], generation: Generation, count: int) -> list[Candidate]:
    """The best ``count`` candidates; those whose document's title names another place or year than the question come last,
    and are few: they are read to say what was not found."""
    titles, documents = generation.titles, generation.chunk_documents
    of = [titles[int(documents[candidate.ordinal])] for candidate in candidates]
    other = {title: elsewhere(query, title) or other_year(query, title) for title in set(of)}
    right = [candidate for candidate, title in zip(candidates, of, strict=True) if not other[title]]
    aside = [candidate for candidate, title in zip(candidates, of, strict=True) if other[title]]
    return [*right[: max(count - _ASIDE, count - len(aside))], *aside][:count]


def with_full_names(query: Query) -> Query:
    """The question with the other names of what it calls by a short or a full one: documents may use either."""
    named = [word for word in query.content.words if word in SAME]
    if not named:
        return query
    if query.language == "en":
        entries = (Translation((word,), tuple((name, 1.0) for name in SAME[word] if name != word)) for word in named)
        return replace(query, translations=(*query.translations, *entries))
    full = analyze(" ".join(name for word in named for name in SAME[word] if name != word))
    tokens, content = (
        Tokens((*own.words, *full.words), (*own.bigrams, *full.bigrams)) for own in (query.tokens, query.content)
    )
    return replace(query, tokens=tokens, content=content)


@once
def _by_year(generation: Generation) -> Mapping[str, Sequence[int]]:
    """Numbers of the documents by the years that their titles may bear: four digits of any kind."""
    # A large index has many titles.
    found: dict[str, list[int]] = {}
    for number, title in enumerate(generation.titles):
        for digits in dict.fromkeys(_YEAR.findall(title)):
            found.setdefault(str(int(digits)), []).append(number)
    return found


def _looking_back(
    retriever: Retriever, query: Query, allowed: NDArray[np.bool_] | None, vector: NDArray[np.float32] | None
) -> list[Candidate]:
    """The best candidates of documents that look back on the year asked for; they need not say which year it was."""
    generation = retriever.generation
    bearing = {number for year in years_after(query) for number in _by_year(generation).get(year, ())}
    titles = ((number, generation.titles[number]) for number in sorted(bearing))
    found = [number for number, title in titles if looked_back(query, title) and not elsewhere(query, title)]
    if not found:
        return []
    titled = np.zeros(generation.manifest.documents, bool)
    titled[found] = True
    mask = titled[generation.chunk_documents]
    mask = mask if allowed is None else mask & allowed
    return retriever.search(without_years(query), _BACK, "hybrid", mask, vector) if mask.any() else []


def read_passages(
    retriever: Retriever, query: Query, count: int, allowed: NDArray[np.bool_] | None,
    vector: NDArray[np.float32] | None = None, timings: dict[str, float] | None = None,
) -> Read:  # fmt: skip
    """The passages that an answer is taken from, best first, at most ``count``.

    ``vector`` is the question's, where it is known; ``timings`` takes the milliseconds of each stage.
    """
    generation, query = retriever.generation, with_full_names(in_official_terms(query))
    depth = max(count, DEPTH)
    candidates, used, quick = retriever.search_by(query, depth, "hybrid", allowed, vector, timings=timings)
    found = suited(query, candidates, generation, count)
    back = _looking_back(retriever, query, allowed, vector) if query.years and not asks_plan(query) else []
    if back:
        first = found[: max(1, count - len(back))]
        known = {candidate.ordinal for candidate in first}
        found = [*first, *(one for one in back if one.ordinal not in known), *found[len(first) :]]
    return Read(passages_of(generation, found[:count]), retriever.encode(query) if used is None else used, quick)
