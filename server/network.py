"""A small trained network that scores rows of named features. NumPy alone reads and runs it."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

_CLIP = np.float32(8)


@dataclass(frozen=True, slots=True)
class Network:
    """One hidden layer beside a direct one: ``tanh(z @ inner + bias) @ outer + z @ direct`` with
    ``z = (features - mean) / scale``, cut off at 8 standard deviations.

    ``names`` are the features in the order of the columns. float32: ``mean``, ``scale`` and ``direct`` [f], ``inner``
    [f, h], ``bias`` and ``outer`` [h].
    """

    names: tuple[str, ...]
    mean: Floats
    scale: Floats
    inner: Floats
    bias: Floats
    outer: Floats
    direct: Floats

    @classmethod
    def load(cls, path: Path) -> "Network":
        """Read what ``save`` wrote."""
        with np.load(path, allow_pickle=False) as archive:
            names = tuple(str(name) for name in archive["names"])
            return cls(names, **{part.name: archive[part.name] for part in fields(cls)[1:]})

    def save(self, path: Path) -> None:
        """Write an archive without pickles."""
        np.savez(path, names=np.array(self.names), **{part.name: getattr(self, part.name) for part in fields(self)[1:]})

    def scores(self, features: Mapping[str, NDArray[np.float64]]) -> NDArray[np.float64]:
        """One score for each row, float64 [n]; only their order means anything. Raises KeyError for a missing feature."""
        columns = np.stack([features[name] for name in self.names], axis=1).astype(np.float32)
        # Beyond what training saw, more says no more.
        rows = np.clip((columns - self.mean) / self.scale, -_CLIP, _CLIP)
        return np.asarray(np.tanh(rows @ self.inner + self.bias) @ self.outer + rows @ self.direct, np.float64)
