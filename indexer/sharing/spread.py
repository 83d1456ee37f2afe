"""An encoder whose batches of chunks others compute."""

from collections.abc import Sequence

from indexer.encoders import Encoder, Floats
from indexer.sharing.batch import Computing


class SpreadEncoder:
    """``encoder`` in all it does, and ``compute``, by which the chunks of a corpus are analysed and encoded elsewhere."""

    def __init__(self, encoder: Encoder, compute: Computing) -> None:
        self.name = encoder.name
        self.compute = compute
        self._encoder = encoder

    @property
    def parts(self) -> tuple[Encoder, ...]:
        return self._encoder.parts

    @property
    def dimension(self) -> int:
        return self._encoder.dimension

    @property
    def fingerprint(self) -> str:
        return self._encoder.fingerprint

    def encode(self, texts: Sequence[str]) -> Floats:
        return self._encoder.encode(texts)

    def encode_passages(self, passages: Sequence[Sequence[str]]) -> tuple[Floats, Floats]:
        return self._encoder.encode_passages(passages)
