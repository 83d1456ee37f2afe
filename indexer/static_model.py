"""Static text encoder: the vector of a text is the mean of the vectors of its tokens, scaled to length 1.

Reads the folder that sentence-transformers loads as a ``StaticEmbedding`` and gives the same vectors without importing
torch. Vectors are stored as int8 with one float32 scale for each token.
"""

from collections.abc import Sequence
from functools import cached_property
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.errors import EncoderUnavailable, reason_of

Floats = NDArray[np.float32]

STATIC = "zhengwen-static"
FOLDER = Path(__file__).parent / "models" / "static"
# Of the model in FOLDER.
DIMENSION = 256
_TOKENIZER, _WEIGHTS = "tokenizer.json", "model.safetensors"
# Texts tokenised at a time: enough to keep the tokenizer's threads busy, few enough to bound the memory.
_BATCH = 2_000


def unit_rows(rows: Floats) -> Floats:
    """Rows scaled to length 1; rows of zeros stay zero."""
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(norms, 1e-12), np.float32)


def fingerprint_of(folder: Path, dimension: int) -> str:
    """Of a model folder at a size; it is not loaded for this."""
    digest = sha256(str(dimension).encode())
    for name in (_TOKENIZER, _WEIGHTS):
        digest.update((folder / name).read_bytes())
    return digest.hexdigest()[:16]


class StaticModel:
    """Tokenizer and token vectors of a model folder.

    ``size`` keeps the leading dimensions only: the model is trained to work at 256, 128 and 64.
    Raises EncoderUnavailable when the folder does not hold such a model or ``size`` is more than it has.
    """

    name = STATIC
    parts = ()

    def __init__(self, folder: Path = FOLDER, size: int | None = None) -> None:
        self._folder = folder
        try:
            # Compiled libraries that only this encoder needs.
            from safetensors.numpy import load_file
            from tokenizers import Tokenizer

            tensors = load_file(folder / _WEIGHTS)
            self._tokenizer: Any = Tokenizer.from_file(str(folder / _TOKENIZER))
            vectors, scales = tensors["embeddings"], tensors["weights"]
        except Exception as error:  # The libraries raise errors of many kinds; the advice is the same.
            raise EncoderUnavailable(
                f"静态编码器无法从 {folder} 加载：{reason_of(error)}；请检查文件夹是否完整 / static encoder cannot be loaded"
            ) from error
        self.dimension = vectors.shape[1] if size is None else size
        if not 0 < self.dimension <= vectors.shape[1]:
            raise EncoderUnavailable(
                f"静态编码器只有 {vectors.shape[1]} 维，不能取 {size} 维，请改小 / the model has fewer dimensions"
            )
        self._vectors: NDArray[np.int8] = np.ascontiguousarray(vectors[:, : self.dimension])
        self._scales: Floats = scales.astype(np.float32)
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()

    @cached_property
    def fingerprint(self) -> str:
        """Changes whenever the same text would give another vector."""
        return fingerprint_of(self._folder, self.dimension)

    def token_ids(self, texts: Sequence[str]) -> list[list[int]]:
        """Token ids of each text; lone surrogates, which UTF-8 cannot hold, count as question marks."""
        plain = [text.encode("utf-8", "replace").decode("utf-8") for text in texts]
        encodings = self._tokenizer.encode_batch_fast(plain, add_special_tokens=False)
        return [encoding.ids for encoding in encodings]

    def _sums(self, texts: Sequence[str]) -> Floats:
        """The sum of the token vectors of each text: float32 [len(texts), dimension]."""
        sums = np.zeros((len(texts), self.dimension), np.float32)
        for start in range(0, len(texts), _BATCH):
            for row, ids in enumerate(self.token_ids(texts[start : start + _BATCH]), start):
                # A product of scales and int8 rows for each text stays in cache; one gather of all rows does not.
                sums[row] = self._scales[ids] @ self._vectors[ids].astype(np.float32)
        return sums

    def encode(self, texts: Sequence[str]) -> Floats:
        """Unit vectors, float32 [len(texts), dimension]; a text without any known token has the zero vector."""
        return unit_rows(self._sums(texts))

    def encode_passages(self, passages: Sequence[Sequence[str]]) -> tuple[Floats, Floats]:
        """Vectors of passages given as their sentences, and of all the sentences in order.

        Returns float32 [len(passages), dimension] and float32 [number of sentences, dimension]; every passage needs a
        sentence. Each sentence is tokenised once: a passage is the sum of its sentences.
        """
        sums = self._sums(list(chain.from_iterable(passages)))
        if not len(sums):
            return np.zeros((0, self.dimension), np.float32), sums
        starts = np.concatenate(([0], np.cumsum([len(passage) for passage in passages[:-1]]))).astype(np.intp)
        return unit_rows(np.add.reduceat(sums, starts, axis=0)), unit_rows(sums)


def quantise(vectors: Floats) -> tuple[NDArray[np.int8], Floats]:
    """int8 rows and the float32 scale of each, so that ``rows * scales[:, None]`` is close to ``vectors``."""
    scales = (np.abs(vectors).max(axis=1) / 127).astype(np.float32)
    steps = np.round(vectors / np.where(scales > 0, scales, 1)[:, None])
    return steps.astype(np.int8), scales
