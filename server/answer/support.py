"""Support: how likely the best evidence answers the question, by what is known of both.

Logistic regression over questions that a corpus answers and questions that it does not, many of them about documents that
look alike: see docs/decisions/0011 and ``eval/refusal_curve.py``.
"""

import math
from collections.abc import Mapping

from server.answer.evidence import Evidence
from server.search.query import Query

# A sentence cannot make up for everything by its score alone.
_LOWEST, _HIGHEST = -1.0, 9.0
_WEIGHTS: Mapping[str, Mapping[str, float]] = {
    "zh": {
        "bias": -2.53, "cosine": 1.38, "score": 0.33, "around": 0.08, "own": -0.99, "subject": 1.11,
        "lacking": 0.13, "lacking_around": 0.08, "without_unit": -0.64, "with_unit": -0.22, "lead": 0.21,
        "year_fit": 0.79, "rank": -0.69, "figure": 1.24, "figure:lacking": -0.87, "figure:lacking_around": -1.47,
        "unlike:lacking_around": -0.98, "pairs": 1.37, "near": 0.94,
    },
    "en": {"bias": -3.0, "cosine": 5.2, "score": 0.64, "coverage": 0.5},
}  # fmt: skip


def clues(query: Query, best: Evidence) -> dict[str, float]:
    """What speaks for and against the best evidence, by name."""
    score = min(max(best.score, _LOWEST), _HIGHEST)
    figure = float(query.kind in ("number", "date"))
    return {
        "bias": 1.0, "coverage": best.coverage, "cosine": best.cosine, "score": score, "around": best.around,
        "own": best.own, "subject": best.subject,
        "lacking": best.lacking, "lacking_around": best.lacking_around, "without_unit": float(best.in_unit == 0),
        "with_unit": float(best.in_unit == 1), "lead": best.lead, "year_fit": best.year_fit,
        "rank": math.log(best.passage.rank), "figure": figure, "figure:lacking": figure * best.lacking,
        "figure:lacking_around": figure * best.lacking_around, "unlike:lacking_around": best.lacking_around * (1 - best.cosine),
        "pairs": best.pairs, "near": best.near,
    }  # fmt: skip


def support(query: Query, best: Evidence) -> float:
    """How likely the best evidence answers the question, between 0 and 1."""
    weights, values = _WEIGHTS[query.language], clues(query, best)
    total = math.fsum(weight * values[name] for name, weight in weights.items())
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))
