"""The order of the candidates: a network over their features, trained by ``python -m eval.training.ranker``."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.errors import ZhengwenError
from server.network import Network

MODEL = Path(__file__).parent / "ranker.npz"
_LIMIT = 8.0


@dataclass(frozen=True, slots=True)
class Ranker:
    """``names`` are the features that the network was trained on, in the order of its columns."""

    names: tuple[str, ...]
    network: Network

    @classmethod
    def load(cls, path: Path) -> "Ranker":
        """Read what ``save`` wrote. Raises ZhengwenError."""
        try:
            with np.load(path, allow_pickle=False) as archive:
                names = tuple(str(name) for name in archive["names"])
                return cls(names, Network(*(archive[part.name] for part in fields(Network))))
        except (OSError, ValueError, KeyError, EOFError) as error:
            raise ZhengwenError(
                f"{path}：排序模型无法读取（{error}），请重新安装 / the ranker cannot be read: install again"
            ) from error

    def save(self, path: Path) -> None:
        """Write an archive without pickles."""
        parts = {part.name: getattr(self.network, part.name) for part in fields(Network)}
        np.savez(path, names=np.array(self.names), **parts)

    def scores(self, features: Mapping[str, NDArray[np.float64]]) -> NDArray[np.float64]:
        """One score for each candidate, float64 [n]; only their order means anything. Raises KeyError for a missing feature."""
        rows = np.stack([features[name] for name in self.names], axis=1).astype(np.float32)
        return self.network.scores(rows, _LIMIT).astype(np.float64)


@cache
def ranker() -> Ranker:
    """The ranker that comes with the program, read once."""
    return Ranker.load(MODEL)
