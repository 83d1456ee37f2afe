"""Mapped arrays: read as they were written, before and after they were given back."""

import mmap
import weakref
from pathlib import Path

import numpy as np
import pytest

from indexer import mapping
from indexer.mapping import Memory, mapped, resident

_TOLD = pytest.mark.skipif(not resident() or not hasattr(mmap, "MADV_DONTNEED"), reason="the system does not say")


@pytest.fixture
def written(tmp_path: Path) -> tuple[Path, np.ndarray]:
    values = np.random.default_rng(0).integers(0, 1 << 30, (4096, 1024)).astype(np.int32)  # 16 MiB
    np.save(tmp_path / "values.npy", values)
    return tmp_path / "values.npy", values


@_TOLD
@pytest.mark.parametrize("scattered", [False, True])
def test_what_is_given_back_is_read_again(written: tuple[Path, np.ndarray], *, scattered: bool) -> None:
    path, values = written
    array = mapped(path, scattered)
    before = resident()
    assert int(array.sum(dtype=np.int64)) == int(values.sum(dtype=np.int64))
    held = resident()
    assert held - before > 0.9 * values.nbytes
    assert Memory(limit=0).relieve()
    assert held - resident() > 0.9 * values.nbytes
    np.testing.assert_array_equal(array, values)


def test_below_the_limit_nothing_is_given_back(written: tuple[Path, np.ndarray]) -> None:
    array = mapped(written[0])
    assert array.sum(dtype=np.int64) > 0
    assert not Memory(limit=1 << 40).relieve()


@_TOLD
def test_it_looks_a_few_times_a_second(written: tuple[Path, np.ndarray], monkeypatch: pytest.MonkeyPatch) -> None:
    array = mapped(written[0])
    now = [100.0]
    monkeypatch.setattr("indexer.mapping.time.monotonic", lambda: now[0])
    memory = Memory(limit=0)
    assert memory.relieve()
    assert not memory.relieve()
    now[0] += 0.3
    assert memory.relieve()
    assert len(array)


def test_an_array_that_is_gone_is_forgotten(written: tuple[Path, np.ndarray]) -> None:
    array = mapped(written[0])
    assert array.base is not None
    pages = weakref.ref(array.base.base)
    assert pages() in mapping._MAPPED
    del array
    assert pages() is None


def test_empty_arrays_are_mapped_too(tmp_path: Path) -> None:
    np.save(tmp_path / "none.npy", np.zeros((0, 3), np.int8))
    assert mapped(tmp_path / "none.npy").shape == (0, 3)


def test_where_the_system_does_not_say_nothing_happens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mapping, "_STATM", tmp_path / "none")
    assert resident() == 0
    assert not Memory(limit=0).relieve()
