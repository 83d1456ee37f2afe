"""The trained sentence scorer: one hidden layer over the features, one set of weights for each question language.

Trained by ``python -m eval.training.sentences``; see docs/decisions. Evaluated in numpy.
"""

from dataclasses import fields
from functools import cache
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from indexer.errors import ZhengwenError
from server.answer.features import FEATURES
from server.network import Network
from server.search.query import Language

MODEL = Path(__file__).parent / "sentences.npz"
_NAMES = "features"
# Standard deviations beyond which a feature says no more.
LIMIT = 5.0


def save_networks(path: Path, networks: dict[Language, Network]) -> None:
    """Write networks with the names of the features that they were trained on; weights as float16."""
    arrays = {
        f"{language}_{field.name}": np.asarray(
            getattr(network, field.name), np.float16 if field.name in ("inner",) else np.float32
        )
        for language, network in networks.items()
        for field in fields(network)
    }
    np.savez_compressed(path, features=np.array(FEATURES), **arrays)  # type: ignore[arg-type]


@cache
def load_networks(path: Path = MODEL) -> dict[str, Network]:
    """Networks by language. Raises ZhengwenError when the file is missing, damaged or was trained on other features."""
    try:
        with np.load(path, allow_pickle=False) as file:
            if tuple(file[_NAMES].tolist()) != FEATURES:
                raise ValueError("other features")
            return {
                language: Network(
                    *(np.asarray(file[f"{language}_{field.name}"], np.float32) for field in fields(Network))
                )
                for language in ("zh", "en")
            }
    except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
        raise ZhengwenError(
            f"{path}：句子评分模型无法读取（{error}），请重新安装 / the sentence scorer cannot be read: install again"
        ) from error
