"""A damaged index: the generation before it answers, where there is one, and one line says so."""

import logging
from pathlib import Path

import pytest

from indexer.errors import DamagedGeneration, EncoderMismatch, NoGeneration
from indexer.generations import Generation, current_name
from indexer.opening import Opener
from tests.indexer.published import documents
from tests.indexer.support import REPORT, index, written


@pytest.fixture
def data(tmp_path: Path, folder: Path) -> Path:
    """A data directory with two generations; the second speaks of 18 waterworks, the first of 19."""
    index(tmp_path / "数 据", folder)
    written(folder, {"报告.txt": REPORT.replace("19座", "18座")})
    index(tmp_path / "数 据", folder)
    return tmp_path / "数 据"


def name_of(generation: Generation) -> str:
    """Its name; nobody reads it any longer."""
    return generation.name


def files(data: Path, name: str = "000002") -> list[Path]:
    return sorted(path for path in (data / "generations" / name).rglob("*") if path.is_file())


def damaged(content: bytes) -> dict[str, bytes]:
    """A file with a byte flipped at its beginning, in its middle and at its end, cut, empty."""
    at = {"first": 0, "middle": len(content) // 2, "last": len(content) - 1}
    flipped = {name: content[:i] + bytes([content[i] ^ 0x10]) + content[i + 1 :] for name, i in at.items()}
    return flipped | {"cut": content[:-1], "half": content[: len(content) // 2], "empty": b""}


def test_any_damage_to_any_file_leaves_the_generation_before(
    data: Path, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert Opener(data).open(name_of) == "000002"
    assert caplog.messages == []
    paths = files(data)
    assert len(paths) > 10
    for path in paths:
        original = path.read_bytes()
        for what, content in damaged(original).items():
            path.write_bytes(content)
            with caplog.at_level(logging.WARNING):
                found = Opener(data).open(name_of)
            # Of the manifest's own checksum, what comes after it does not count.
            harmless = path.parent.name == "000002" and path.name == "manifest.sha256" and what in ("last", "cut")
            assert found == ("000002" if harmless else "000001"), (path.name, what)
            assert len(caplog.messages) == (not harmless), (path.name, what)
            assert all(len(message.splitlines()) == 1 and "第 1 代" in message for message in caplog.messages)
            caplog.clear()
        path.write_bytes(original)
    assert Opener(data).open(name_of) == "000002"
    # Indexing mends it, with nothing else changed.
    paths[0].write_bytes(b"")
    assert index(data, folder).published
    assert "18座" in documents(data)["报告.txt"]
    assert Opener(data).open(name_of) == "000003"


def test_a_byte_of_a_file_that_nothing_else_would_notice_is_published_anew(data: Path, folder: Path) -> None:
    path = data / "generations" / "000002" / "words.weights.npy"
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    report = index(data, folder)
    assert (report.published, report.unchanged, report.encoded) == (True, 3, 0)
    assert current_name(data) == "000003"


def test_with_nothing_to_fall_back_on_the_damage_is_told(data: Path) -> None:
    for name in ("000001", "000002"):
        path = data / "generations" / name / "sentences.npy"
        path.write_bytes(path.read_bytes()[:-1] + b"\x7e")
    with pytest.raises(DamagedGeneration, match=r"000002.*sentences\.npy") as caught:
        Opener(data).open(name_of)
    assert "\n" not in str(caught.value)


def test_the_generation_before_is_for_the_same_encoder(data: Path) -> None:
    (data / "generations" / "000002" / "manifest.json").unlink()

    def make(generation: Generation) -> str:
        raise EncoderMismatch(generation.name)

    with pytest.raises(DamagedGeneration, match="000002"):
        Opener(data).open(make)


def test_a_pointer_to_nothing_is_no_damage_of_a_generation(data: Path) -> None:
    (data / "CURRENT").write_text("000099\n", encoding="utf-8")
    with pytest.raises(DamagedGeneration, match="000099"):
        Opener(data).open(name_of)
    (data / "CURRENT").unlink()
    with pytest.raises(NoGeneration):
        Opener(data).open(name_of)


def test_large_indexes_are_verified_while_they_answer(data: Path) -> None:
    path = data / "generations" / "000002" / "bigrams.weights.npy"
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    opener = Opener(data, verified_at_once=0)
    generation = opener.open(lambda generation: generation)
    assert generation.name == "000002"
    assert opener.damage(generation) == ""
    opener.watch(generation)
    opener.join()
    assert opener.damage(generation) == "bigrams.weights.npy"
    assert opener.open(name_of) == "000001"
