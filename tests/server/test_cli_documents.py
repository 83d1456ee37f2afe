"""``zhengwen documents`` as a process: listing, showing, removing, restoring."""

from pathlib import Path

import pytest

from indexer.document import Document
from tests.server.support import FIRST, REPLY_457, SECOND, SOURCES, Cli, answers, ids


def test_documents_list(cli: Cli, data_dir: Path, by_source: dict[str, Document]) -> None:
    plain = cli("documents", "list", "--data-dir", data_dir)
    assert (plain.code, plain.err) == (0, "")
    for document in by_source.values():
        assert any(line.startswith(document.document_id) and document.source in line for line in plain.out.splitlines())
    listed = cli("documents", "list", "--data-dir", data_dir, "--json").json()
    assert (listed["total"], len(listed["documents"])) == (5, 5)
    assert {document["source"] for document in listed["documents"]} == set(SOURCES)


def test_documents_alone_lists_them_and_takes_the_same_options(cli: Cli, data_dir: Path) -> None:
    expected = cli("documents", "list", "--data-dir", data_dir, "--json").json()
    for arguments in (
        ("documents", "--json", "--data-dir", data_dir),
        ("documents", "--json", "--data-dir", data_dir, "list"),
        ("documents", "--data-dir", data_dir, "list", "--json"),
    ):
        done = cli(*arguments)
        assert (done.code, done.err) == (0, "")
        assert done.json() == expected
    assert cli("documents", ZHENGWEN_DATA_DIR=str(data_dir)).out == cli("documents", "list", "--data-dir", data_dir).out


def test_documents_show(cli: Cli, data_dir: Path, by_source: dict[str, Document]) -> None:
    document = by_source[REPLY_457]
    plain = cli("documents", "show", document.document_id, "--data-dir", data_dir)
    assert (plain.code, plain.err) == (0, "")
    assert plain.out.startswith(f"{document.document_id}  {REPLY_457}  {len(document.text)} 字")
    # Every field, each with the words it was read from and where they stand.
    for name, field in document.metadata.items():
        (line,) = (line for line in plain.out.splitlines() if line.startswith(f"  {name}: "))
        if field.start is None or field.end is None:
            assert line == f"  {name}: {field.value}  ← 推断或更正，不是读自某处 derived or corrected"
        else:
            words = " ".join(document.text[field.start : field.end].split())
            assert line == f"  {name}: {field.value}  ← 第 {field.start}–{field.end} 字“{words}”"
    assert "proposer: 罗清泉  ← 第" in plain.out
    assert f"  来源 source：{REPLY_457}" in plain.out.splitlines()
    shown = cli("documents", "show", document.document_id, "--data-dir", data_dir, "--json").json()
    assert shown["document_id"] == document.document_id
    field = shown["metadata"]["proposer"]
    assert (field["value"], document.text[field["start"] : field["end"]]) == ("罗清泉", "罗清泉")


def test_remove_and_restore(cli: Cli, letters: Path, indexed: tuple[Path, Path]) -> None:
    folder = indexed[0]
    before = ids(cli, letters)
    removed = cli("documents", "remove", before[FIRST], "--data-dir", letters, "--json")
    assert removed.code == 0
    assert removed.json() == {"document_id": before[FIRST], "removed": True}
    assert set(ids(cli, letters)) == {SECOND}
    assert not answers(cli, letters)
    # Indexing again leaves it out, until it is restored.
    again = cli("index", folder, "--data-dir", letters)
    assert (again.code, FIRST in again.err) == (0, True)
    assert set(ids(cli, letters)) == {SECOND}
    restored = cli("documents", "restore", before[FIRST], "--data-dir", letters)
    assert (restored.code, restored.out) == (0, "")
    assert cli("index", folder, "--data-dir", letters).code == 0
    assert ids(cli, letters) == before
    assert answers(cli, letters)
    # The second time there is nothing to restore.
    assert "没有编号为" in cli("documents", "restore", before[FIRST], "--data-dir", letters).one_line()


@pytest.mark.parametrize("command", ["show", "remove", "restore"])
@pytest.mark.parametrize("document_id", ["no-such-id", "编号 有\n换行", "--json"])
def test_an_unknown_document(cli: Cli, letters: Path, command: str, document_id: str) -> None:
    done = cli("documents", command, "--data-dir", letters, "--", document_id)
    assert done.code == 2
    assert "no such document" in done.one_line()


def test_the_last_document_stays(cli: Cli, letters: Path) -> None:
    known = ids(cli, letters)
    assert cli("documents", "remove", known[SECOND], "--data-dir", letters).code == 0
    done = cli("documents", "remove", known[FIRST], "--data-dir", letters)
    assert done.code == 2
    assert "最后一份文件" in done.one_line()
    assert answers(cli, letters)
