"""The order of the candidates: a network over their features, trained by ``python -m eval.training.ranker``."""

from functools import cache
from pathlib import Path

from server.network import Network

MODEL = Path(__file__).parent / "ranker.npz"


@cache
def ranker() -> Network:
    """The ranker that comes with the program, read once."""
    return Network.load(MODEL)
