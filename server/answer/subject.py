"""The subject of a question: its terms, places and years aside."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from server.answer.terms import Terms

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Subject:
    """``terms`` holds the weight of each term of the subject and 0 for the others, float32 [terms]; ``words`` the same for
    its words of two characters or more; ``total`` and ``heaviest`` are their sum and maximum."""

    terms: Floats
    words: Floats
    total: float
    heaviest: float

    @classmethod
    def of(cls, terms: Terms, aside: str) -> "Subject":
        """The subject of a question without what is part of ``aside``, its places and years."""
        weights = np.where(terms.subject(aside), terms.weights, np.float32(0))
        long = np.array([at < terms.words and len(name) > 1 for at, name in enumerate(terms.names)], np.bool_)
        words = np.where(long, weights, np.float32(0))
        return cls(weights, words, float(weights.sum()), float(words.max(initial=0)))

    def clues(self, near: NDArray[np.bool_], around: NDArray[np.bool_]) -> tuple[list[float], list[float], list[float]]:
        """For each sentence the share of the subject that is near, and the heaviest of its words that is not near, and not
        around, both as shares of the heaviest; ``near`` and ``around`` say which terms are, bool [sentences, terms]."""
        count = len(near)
        if not self.total or not self.heaviest:
            return [1.0] * count, [0.0] * count, [0.0] * count
        shares = np.minimum(near @ self.terms / self.total, 1.0)
        lacking, lacking_around = (
            np.where(held, np.float32(0), self.words).max(axis=1, initial=0) / self.heaviest for held in (near, around)
        )
        return shares.tolist(), lacking.tolist(), lacking_around.tolist()
