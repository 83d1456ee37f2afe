"""What a system finds: documents in order, with scores and the time it took."""

from collections.abc import Mapping
from dataclasses import dataclass, field

# Distinct documents ranked for each query, as TREC runs and recall@100 want.
DEPTH = 100


@dataclass(frozen=True, slots=True)
class Ranking:
    """Documents for one query, best first, with their scores.

    ``ms`` is the time of the search in milliseconds, None when somebody else searched; ``stages`` are parts of it
    (encode, bm25, dense, fuse, rerank), as far as the system tells them.
    """

    documents: tuple[str, ...]
    scores: tuple[float, ...]
    ms: float | None = None
    stages: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SystemRun:
    """The rankings of one system, by query id."""

    system: str
    rankings: Mapping[str, Ranking]
