"""A folder of small files, and a data directory that is not there yet."""

from pathlib import Path

import pytest

from tests.indexer.support import FILES, written


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return written(tmp_path / "文 件夹", FILES)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "数 据"
