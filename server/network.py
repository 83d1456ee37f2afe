"""A small trained network that scores rows of features. NumPy alone runs it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Network:
    """One hidden layer beside a direct one: ``tanh(z @ inner + bias) @ outer + z @ direct`` with
    ``z = (features - mean) / scale``.

    float32: ``mean``, ``scale`` and ``direct`` [features], ``inner`` [features, hidden], ``bias`` and ``outer`` [hidden].
    """

    mean: Floats
    scale: Floats
    inner: Floats
    bias: Floats
    outer: Floats
    direct: Floats

    def scores(self, features: Floats, limit: float) -> Floats:
        """One score for each row, float32 [rows]; only their order means anything.

        Beyond ``limit`` standard deviations a feature says no more than there: training has hardly seen it.
        """
        z = np.clip((features - self.mean) / self.scale, np.float32(-limit), np.float32(limit))
        scores: Floats = np.tanh(z @ self.inner + self.bias) @ self.outer + z @ self.direct
        return scores
