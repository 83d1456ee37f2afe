"""Support: how likely the best evidence answers the question, by what is known of both.

Logistic regression over questions that a corpus answers and questions that it does not, many of them about documents that
look alike. Trained by ``python -m eval.training.support``: see docs/decisions/0011 and ``eval/refusal_curve.py``.
"""

import math
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from indexer.analyzer import normalise
from indexer.errors import ZhengwenError
from server.answer.evidence import Evidence, asks_meaning
from server.answer.identity import says_post
from server.search.query import Language, Query

Weights = Mapping[str, float]

MODEL = Path(__file__).parent / "support.npz"
_LANGUAGES: tuple[Language, ...] = ("zh", "en")
# A sentence cannot make up for everything by its score alone.
_LOWEST, _HIGHEST = -1.0, 9.0


def save_weights(path: Path, weights: Mapping[Language, Weights]) -> None:
    """Write weights by clue, for each question language."""
    arrays: dict[str, np.ndarray] = {}
    for language, by_name in weights.items():
        arrays[f"{language}_names"] = np.array(list(by_name))
        arrays[f"{language}_weights"] = np.array(list(by_name.values()), np.float64)
    np.savez_compressed(path, **arrays)  # type: ignore[arg-type]


@cache
def load_weights(path: Path = MODEL) -> dict[Language, Weights]:
    """Weights by question language and clue. Raises ZhengwenError when the file is missing or damaged."""
    try:
        with np.load(path, allow_pickle=False) as file:
            return {
                language: dict(
                    zip(file[f"{language}_names"].tolist(), file[f"{language}_weights"].tolist(), strict=True)
                )
                for language in _LANGUAGES
            }
    except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
        raise ZhengwenError(
            f"{path}：拒答判断的权重无法读取（{error}），请重新安装 / the weights of refusing cannot be read: install again"
        ) from error


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


def certain(query: Query, best: Evidence) -> bool:
    """Whether the best evidence is the glossary entry of the very term that is asked for, the plan that is asked for, or names
    the post of the person: answered whatever its support."""
    if best.planned or says_post(query, normalise(best.quote)):
        return True
    return best.defines and (
        asks_meaning(query) or query.term is not None or bool(query.codes) or query.language == "en"
    )


def support_of(weights: Weights, values: Mapping[str, float]) -> float:
    """The likelihood that clues speak for, between 0 and 1. Clues without a weight say nothing."""
    total = math.fsum(weight * values[name] for name, weight in weights.items())
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


def support(query: Query, best: Evidence) -> float:
    """How likely the best evidence answers the question, between 0 and 1."""
    return support_of(load_weights()[query.language], clues(query, best))
