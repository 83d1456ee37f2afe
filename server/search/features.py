"""What is known of each candidate for a query: the numbers from which their order is learned.

The same code gives the features in training and in service. Scores of one list are looked at in three ways: as they
are, as a share of the best in the list, and as standard scores over the candidates, since how sure a list is of itself
differs from query to query.
"""

from collections.abc import Callable, Sequence
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from indexer.generations import Generation
from indexer.lexical import K1
from server.search.asked import Asked, FieldTerms
from server.search.candidates import Candidates, Values
from server.search.query import Kind

Titles = Callable[[int], str]

# Standard scores beyond this say nothing more.
_CLIP = 6.0
# Unbounded sums: their place among the others is what they say.
_NO_SCALE = frozenset({"lexical", "document_sum", "document_others", "translated", "cosines"})
_KINDS: tuple[Kind, ...] = get_args(Kind)


def _share(part: Values, whole: float) -> Values:
    return part / whole if whole > 0 else np.zeros_like(part)


def _standard(values: Values) -> Values:
    """Standard scores along each row, 0 where all are equal; a spread that is rounding error is no spread."""
    centred = values - values.mean(axis=1, keepdims=True)
    spread = np.sqrt(np.einsum("ij,ij->i", centred, centred) / values.shape[1])
    standard: Values = np.clip(centred / (spread + 1e-3)[:, None], -_CLIP, _CLIP)
    return standard


def _of_field(
    name: str, asked: FieldTerms, candidates: Candidates, scores: Values, documents: "_Documents"
) -> tuple[dict[str, Values], dict[str, float]]:
    """Features of one lexical field, by chunk, and of the query in it."""
    terms, found = asked.terms, asked.found
    idf, weights = found.idf, found.matches(candidates.ordinals).astype(np.float64)
    carrying = asked.carrying
    own = idf * carrying
    hit = (weights > 0).astype(np.float64)
    in_document = found.within(documents.begins, documents.ends)[:, documents.of_candidate].astype(np.float64)
    all_terms, own_terms = float(idf.sum()), float(own.sum())
    of_chunks = {
        f"{name}_score": scores,
        f"{name}_self": _share(scores, all_terms * (K1 + 1)),
        f"{name}_covered": _share(idf @ hit, all_terms),
        f"{name}_carried": _share(own @ hit, own_terms),
        f"{name}_carried_score": _share(carrying @ weights, own_terms * (K1 + 1)),
        f"{name}_rare": _share((own * idf) @ hit, float(own @ idf)),
        # Each term once: how often it is repeated says less than which others stand beside it.
        f"{name}_once": _share(own @ np.minimum(weights / idf[:, None], 1.0), own_terms),
        f"{name}_document": _share(own @ in_document, own_terms),
        f"{name}_title": documents.titled(terms, own),
    }
    known = _share(np.array([idf @ (found.document_frequency > 0)]), all_terms)[0] if terms else 0.0
    return of_chunks, {f"q_{name}_known": float(known), f"q_{name}_terms": float(np.log1p(len(terms)))}


class _Documents:
    """The documents of the candidates: a passage of a long text may leave unsaid what it is about.

    ``begins`` and ``ends`` are the chunks of each, int64 [documents]; ``of_candidate`` the place of a candidate's among them.
    """

    def __init__(self, generation: Generation, ordinals: NDArray[np.int64], titles: Titles) -> None:
        self.distinct, self.of_candidate = np.unique(generation.chunk_documents[ordinals], return_inverse=True)
        starts = generation.document_starts
        self.begins, self.ends = starts[self.distinct], starts[self.distinct + 1]
        self._titles = [titles(number) for number in self.distinct.tolist()]
        self._together = "\n".join(self._titles)

    def titled(self, terms: Sequence[str], weights: Values) -> Values:
        """The share of the weights whose terms stand in the title of each candidate's document, float64 [candidates].

        As characters, not as tokens: cutting the titles of a hundred documents would take longer than all the rest.
        """
        weighed = zip(terms, weights.tolist(), strict=True)
        pairs = [(term, weight) for term, weight in weighed if weight and term in self._together]
        if not pairs:
            return np.zeros(len(self.of_candidate))
        held = [sum([weight for term, weight in pairs if term in title]) for title in self._titles]
        return _share(np.array(held, np.float64)[self.of_candidate], float(weights.sum()))

    def gathered(self, values: Values) -> tuple[Values, Values]:
        """Of each candidate's document the sum over its candidates, and the highest of the others."""
        # Chunks are numbered document by document, so that the candidates of one stand together.
        starts = np.flatnonzero(np.diff(self.of_candidate, prepend=-1))
        total, first = np.add.reduceat(values, starts), np.maximum.reduceat(values, starts)
        leads = values >= first[self.of_candidate]
        second = np.maximum.reduceat(np.where(leads, -np.inf, values), starts)
        # Where several lead, each of them has another that is as high; where one is alone, it has none.
        second = np.where(np.add.reduceat(leads, starts, dtype=np.int64) > 1, first, second)
        second[np.isneginf(second)] = 0.0
        return total[self.of_candidate], np.where(leads, second[self.of_candidate], first[self.of_candidate])


def features_of(asked: Asked, candidates: Candidates, generation: Generation, titles: Titles) -> dict[str, Values]:
    """Features by name, float64 [n] each; what is said of the query stands in every row. Needs a candidate.

    ``titles`` gives a document's title, normalised, by the document's number.
    """
    documents = _Documents(generation, candidates.ordinals, titles)
    words, of_words = _of_field("words", asked.words, candidates, candidates.words, documents)
    bigrams, of_bigrams = _of_field("bigrams", asked.bigrams, candidates, candidates.bigrams, documents)
    lexical = candidates.words + candidates.bigrams
    of_document, of_others = documents.gathered(lexical)
    _, near_others = documents.gathered(candidates.sentence_cosine)
    starts = generation.sentence_starts
    sentences = np.log1p((starts[candidates.ordinals + 1] - starts[candidates.ordinals]).astype(np.float64))
    own = words | bigrams | {
        "lexical": lexical, "document_sum": of_document, "document_others": of_others, "document_near": near_others,
        "translated": candidates.translated,
        "chunk_cosine": candidates.chunk_cosine, "sentence_cosine": candidates.sentence_cosine,
        "cosines": candidates.chunk_cosine + candidates.sentence_cosine, "sentences": sentences,
    }  # fmt: skip
    found = {f"z_{name}": row for name, row in zip(own, _standard(np.stack(list(own.values()))), strict=True)}
    for name in ("words_score", "bigrams_score", "lexical", "translated"):
        found[f"top_{name}"] = _share(own[name], float(own[name].max()))
    for name in ("chunk_cosine", "sentence_cosine"):
        found[f"below_{name}"] = own[name] - own[name].max()
    raw = (*(name for name in own if not name.endswith("_score")), "words_carried_score", "bigrams_carried_score")
    found |= {name: own[name] for name in raw if name not in _NO_SCALE}
    about: dict[str, Any] = of_words | of_bigrams | {"q_english": float(asked.query.language == "en")}
    for name in ("words_self", "bigrams_self", "chunk_cosine", "sentence_cosine", "bigrams_covered"):
        about[f"q_best_{name}"] = float(own[name].max())
    for name in ("top_lexical", "chunk_cosine", "sentence_cosine"):
        values = np.sort(found[name] if name in found else own[name])[::-1]
        about[f"q_lead_{name}"] = float(values[0] - values[1]) if len(values) > 1 else 1.0
    about |= {f"q_{kind}": float(asked.query.kind == kind) for kind in _KINDS}
    rows = np.repeat(np.array(list(about.values()), np.float64)[:, None], len(lexical), axis=1)
    return found | dict(zip(about, rows, strict=True))
