"""Fixtures that several packages share."""

from pathlib import Path

import pytest
from hypothesis import settings

from indexer.encoders import BUNDLED, Encoder, load_encoder

# The same examples on every run; `pytest --hypothesis-profile=explore` looks for new ones.
settings.register_profile("steady", deadline=None, derandomize=True, max_examples=100, print_blob=True)
settings.register_profile("explore", deadline=None, max_examples=2000)
settings.load_profile("steady")

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    """The bundled encoder: loading it takes a second, so once is enough."""
    return load_encoder(BUNDLED)


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The sample corpus of the project."""
    return ROOT / "corpus"


@pytest.fixture(scope="session")
def seeds() -> Path:
    """Five real documents, which are no part of the project."""
    folder = ROOT / "../shared/seeds"
    if not folder.is_dir():
        pytest.skip(f"the real documents are not here: no folder {folder.resolve()}")
    return folder.resolve()
