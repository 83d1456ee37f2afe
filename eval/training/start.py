"""Where the token vectors begin: the bundled encoder's vectors of the tokens, in fewer dimensions.

They put words of one meaning near each other in Chinese and English before any training (Tulkens and van Dongen, 2024,
model2vec), which a few hundred thousand pairs could not teach for words they do not hold.
"""

import numpy as np
from numpy.typing import NDArray

from eval.training.vocabulary import Vocabulary
from indexer.caching import Progress
from indexer.encoders import Encoder

Floats = NDArray[np.float32]

_BATCH = 5_000
# Words more frequent than this count equally when the main directions are sought.
_COMMON = 1e-4
# A token that makes up this share of running text begins with half the weight of a rare one.
_HALF_WEIGHT = 1e-3


def start_vectors(vocabulary: Vocabulary, encoder: Encoder, dimension: int, progress: Progress) -> Floats:
    """Unit vectors, float32 [tokens, dimension], most important direction first; the unknown token's is zero.

    Principal components of the centred vectors, words weighted by their share of running text.
    """
    tokens = vocabulary.tokens
    pieces = []
    for start in range(0, len(tokens), _BATCH):
        progress("start", start, len(tokens))
        pieces.append(encoder.encode(tokens[start : start + _BATCH]))
    progress("start", len(tokens), len(tokens))
    vectors = np.concatenate(pieces)
    weights = np.minimum(np.array(vocabulary.shares, np.float32), _COMMON)
    vectors -= (vectors * weights[:, None]).sum(axis=0) / weights.sum()
    directions = np.linalg.svd((vectors * weights[:, None]).T @ vectors)[0]
    vectors = vectors @ directions[:, :dimension]
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    vectors[0] = 0.0
    return np.asarray(vectors, np.float32)


def start_scales(vocabulary: Vocabulary) -> Floats:
    """Logarithms of smooth inverse frequency weights a / (a + p) (Arora et al., 2017), float32 [tokens]."""
    shares = np.array(vocabulary.shares, np.float64)
    return np.log(_HALF_WEIGHT / (_HALF_WEIGHT + shares)).astype(np.float32)
