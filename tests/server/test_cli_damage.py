"""The commands over an index that is missing, damaged, of another make or in use: one line each."""

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock

from indexer.generations import Generation
from indexer.pipeline import Indexer
from tests.server.support import FIRST, SECOND, Cli, OtherEncoder, answers, free_port, ids

READING: tuple[tuple[str, ...], ...] = (
    ("ask", "什么是631机制"), ("ask", "什么是631机制", "--json"), ("search", "631"), ("documents", "list"), ("documents", "show", "x"),
    ("serve", "--port", "1"),
)  # fmt: skip


@pytest.mark.parametrize(
    "arguments", [*READING, ("check",), ("documents", "remove", "x"), ("documents", "restore", "x")], ids=" ".join
)
def test_no_index(cli: Cli, arguments: tuple[str, ...]) -> None:
    if arguments[0] == "serve":
        arguments = ("serve", "--port", str(free_port()))
    done = cli(*arguments, "--data-dir", cli.folder / "nothing here")
    assert done.code == 2
    assert "zhengwen index" in done.one_line()
    assert not (cli.folder / "nothing here").exists()


def truncate(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-1])


def overwrite(file: Path) -> None:
    file.write_bytes(b"7" * file.stat().st_size)


def delete(file: Path) -> None:
    file.unlink()


@pytest.mark.parametrize(
    ("name", "damage"),
    [
        ("documents.sqlite", truncate), ("documents.sqlite", overwrite), ("chunks.0.faiss", delete), ("chunks.0.faiss", overwrite),
        ("words.terms.npy", overwrite), ("sentences.npy", truncate), ("manifest.json", truncate), ("manifest.json", delete),
    ],
    ids=lambda value: value if isinstance(value, str) else value.__name__,
)  # fmt: skip
def test_a_damaged_index(cli: Cli, letters: Path, name: str, damage: Callable[[Path], None]) -> None:
    damage(next((letters / "generations").glob(f"*/{name}")))
    done = cli("ask", "第0125号建议是谁提出的", "--data-dir", letters)
    assert done.code == 2
    done.one_line()
    checked = cli("check", "--data-dir", letters)
    assert checked.code == 1
    checked.one_line()


def test_rebuilding_cures_a_damaged_index(cli: Cli, letters: Path, folder: Path) -> None:
    overwrite(next((letters / "generations").glob("*/documents.sqlite")))
    assert cli("check", "--data-dir", letters).code == 1
    assert cli("index", folder, "--rebuild", "--data-dir", letters).code == 0
    assert cli("check", "--data-dir", letters).code == 0
    assert answers(cli, letters)


def test_check_names_the_file_that_was_altered(cli: Cli, letters: Path) -> None:
    altered = next((letters / "generations").glob("*/sentences.npy"))
    content = bytearray(altered.read_bytes())
    content[-1] ^= 1
    altered.write_bytes(content)
    done = cli.afresh("check", "--data-dir", letters)
    assert done.code == 1
    assert "sentences.npy" in done.one_line()


@pytest.mark.parametrize("content", [b"", b"000099\n", b"\xff\xfe\x00"])
def test_a_damaged_pointer(cli: Cli, letters: Path, folder: Path, content: bytes) -> None:
    (letters / "CURRENT").write_bytes(content)
    done = cli("documents", "list", "--data-dir", letters)
    assert done.code == 2
    done.one_line()
    assert cli("index", folder, "--data-dir", letters).code == 0
    assert answers(cli, letters)


def test_a_damaged_store_leaves_the_published_index_usable(cli: Cli, letters: Path, folder: Path) -> None:
    overwrite(letters / "store.sqlite")
    for leftover in letters.glob("store.sqlite-*"):
        leftover.unlink()
    done = cli("index", folder, "--data-dir", letters)
    assert done.code == 2
    assert "store.sqlite" in done.one_line()
    assert answers(cli, letters)


def test_a_store_of_a_newer_version(cli: Cli, letters: Path, folder: Path) -> None:
    db = sqlite3.connect(letters / "store.sqlite")
    db.execute("PRAGMA user_version = 99")
    db.close()
    done = cli("index", folder, "--data-dir", letters)
    assert done.code == 2
    assert "99" in done.one_line()
    assert answers(cli, letters)


def test_an_index_of_another_format(cli: Cli, letters: Path) -> None:
    manifest = next((letters / "generations").glob("*/manifest.json"))
    written = json.loads(manifest.read_text(encoding="utf-8"))
    manifest.write_text(json.dumps(written | {"format": 99}), encoding="utf-8")
    done = cli("documents", "list", "--data-dir", letters)
    assert done.code == 2
    assert "99" in done.one_line()


def test_an_index_built_with_another_encoder(cli: Cli, folder: Path) -> None:
    data = cli.folder / "data"
    with Indexer(data, OtherEncoder()) as indexer:
        indexer.index([folder])
    for arguments in (
        ("ask", "第0125号建议是谁提出的"), ("search", "供水"), ("documents", "list"), ("serve", "--port", str(free_port())),
    ):  # fmt: skip
        done = cli(*arguments, "--data-dir", data)
        assert done.code == 2
        assert "counting" in done.one_line()
    # Indexing again is the cure; nothing has to be deleted.
    assert cli("index", folder, "--data-dir", data).code == 0
    assert answers(cli, data)


def test_removing_from_an_index_built_with_another_encoder(cli: Cli, folder: Path) -> None:
    data = cli.folder / "data"
    with Indexer(data, OtherEncoder()) as indexer:
        indexer.index([folder])
    second = next(document.document_id for document in Generation(data).documents() if document.source == SECOND)
    assert cli("documents", "remove", second, "--data-dir", data).code == 0
    assert set(ids(cli, data)) == {FIRST}


def test_another_writer(cli: Cli, letters: Path, folder: Path) -> None:
    known = ids(cli, letters)
    with FileLock(letters / "write.lock"):
        for arguments in (("index", folder), ("index", folder, "--rebuild"), ("documents", "remove", known[FIRST])):
            done = cli(*arguments, "--data-dir", letters)
            assert done.code == 2
            assert "正在写入" in done.one_line()
        assert answers(cli, letters)
        assert cli("check", "--data-dir", letters).code == 0
    assert cli("index", folder, "--data-dir", letters).code == 0


def test_check(cli: Cli, data_dir: Path) -> None:
    done = cli("check", "--data-dir", data_dir)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("第 1 代索引完好：5 份文件")
    assert len(done.out.splitlines()) == 1
