"""The order of the candidates: networks over their features, trained by ``python -m eval.training.ranker``."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.errors import ZhengwenError
from server.network import Network

MODEL = Path(__file__).parent / "ranker.npz"
# One network has learned from vectors of the whole encoder, one from those of its first part.
WHOLE, QUICK = "whole", "quick"
_LIMIT = 8.0


@dataclass(frozen=True, slots=True)
class Ranker:
    """``names`` are the features that the network was trained on, in the order of its columns."""

    names: tuple[str, ...]
    network: Network

    def scores(self, features: Mapping[str, NDArray[np.float64]]) -> NDArray[np.float64]:
        """One score for each candidate, float64 [n]: the logarithm of how likely each is right, but for a constant.

        Raises KeyError for a missing feature.
        """
        rows = np.stack([features[name] for name in self.names], axis=1).astype(np.float32)
        return self.network.scores(rows, _LIMIT).astype(np.float64)


def save(rankers: Mapping[str, Ranker], path: Path) -> None:
    """Write rankers by name, an archive without pickles."""
    parts: dict[str, Any] = {
        f"{name}.{part.name}": getattr(ranker.network, part.name)
        for name, ranker in rankers.items()
        for part in fields(Network)
    }
    parts |= {f"{name}.names": np.array(ranker.names) for name, ranker in rankers.items()}
    np.savez(path, **parts)


def load(path: Path) -> dict[str, Ranker]:
    """Read what ``save`` wrote. Raises ZhengwenError."""
    try:
        with np.load(path, allow_pickle=False) as archive:
            return {
                name: Ranker(
                    tuple(str(feature) for feature in archive[f"{name}.names"]),
                    Network(*(archive[f"{name}.{part.name}"] for part in fields(Network))),
                )
                for name in (WHOLE, QUICK)
            }
    except (OSError, ValueError, KeyError, EOFError) as error:
        raise ZhengwenError(
            f"{path}：排序模型无法读取（{error}），请重新安装 / the ranker cannot be read: install again"
        ) from error


@cache
def _rankers() -> Mapping[str, Ranker]:
    return load(MODEL)


def ranker(name: str = WHOLE) -> Ranker:
    """A ranker that comes with the program."""
    return _rankers()[name]
