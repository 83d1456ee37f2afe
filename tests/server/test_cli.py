"""Every command as a process: what it prints where, and the code it exits with."""

import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock

from indexer.document import Document
from indexer.encoders import Encoder
from indexer.generations import Generation
from indexer.pipeline import Indexer
from tests.server.support import (
    DEFINITION_631,
    REPLY_457,
    REPLY_627,
    REPORT,
    SOURCES,
    Cli,
    OtherEncoder,
    TextOf,
    check_answer,
    check_passages,
)  # fmt: skip

LETTER = (
    "某市水利局\n\n渝水函〔2025〕{0}号\n\n关于市六届人大三次会议第01{0}号建议的答复函\n\n{1}代表：\n\n"
    "您提出的《关于{2}的建议》收悉。今年新建供水站{0}座。\n"
)
FIRST, SECOND = "答复函 第一份.txt", "第二份.txt"


@pytest.fixture(scope="module")
def indexed(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> tuple[Path, Path]:
    """A folder with two letters, spaces and Chinese in its name and in theirs, and the data directory of its index."""
    made = tmp_path_factory.mktemp("letters") / "政策 文件"
    made.mkdir()
    (made / FIRST).write_text(LETTER.format(25, "张三", "供水"), encoding="utf-8")
    (made / SECOND).write_text(LETTER.format(37, "李四", "排水"), encoding="utf-8")
    with Indexer(made.parent / "数据 目录", encoder) as indexer:
        indexer.index([made])
    return made, made.parent / "数据 目录"


@pytest.fixture
def folder(indexed: tuple[Path, Path], tmp_path: Path) -> Path:
    """The folder of letters, for a test that may change it."""
    return Path(shutil.copytree(indexed[0], tmp_path / indexed[0].name))


@pytest.fixture
def letters(indexed: tuple[Path, Path], tmp_path: Path) -> Path:
    """The data directory of the letters, for a test that may change it."""
    return Path(shutil.copytree(indexed[1], tmp_path / indexed[1].name))


def ids(cli: Cli, data_dir: Path) -> dict[str, str]:
    """Ids of the documents by file name, as the command line lists them."""
    listed = cli("documents", "list", "--data-dir", data_dir, "--json").json()["documents"]
    return {document["source"]: document["document_id"] for document in listed}


def answers(cli: Cli, data_dir: Path) -> bool:
    """Whether an index of the letters can be used; by words alone, which loads no encoder."""
    done = cli("search", "供水站", "--system", "bm25", "--data-dir", data_dir)
    return done.code == 0 and "新建供水站25座" in done.out


# index


def test_index_ask_and_index_again(cli: Cli, folder: Path) -> None:
    data = cli.folder / "数据 目录"
    built = cli.afresh("index", folder, "--data-dir", data)
    assert (built.code, built.out) == (0, "")
    assert built.err.startswith("已发布第 1 代索引：2 份文件，2 个段落（新增 2，")
    assert "━" not in built.err  # no progress bar where nobody looks at a terminal
    answer = cli.afresh("ask", "张三代表的建议是第几号，今年新建供水站多少座", "--data-dir", data, "--json").json()
    assert answer["answered"]
    again = cli("index", folder, "--data-dir", data)
    assert again.code == 0
    assert "无变化，仍为第 1 代索引" in again.err
    assert cli("index", folder, "--data-dir", data, "--quiet").err == ""
    rebuilt = cli("index", folder, "--data-dir", data, "--rebuild")
    assert "已发布第 2 代索引" in rebuilt.err
    assert "编码 2" in rebuilt.err


def test_index_takes_files_and_folders(cli: Cli, folder: Path, corpus: Path) -> None:
    data = cli.folder / "data"
    assert cli("index", folder, corpus / REPORT, "--data-dir", data).code == 0
    assert set(ids(cli, data)) == {FIRST, SECOND, REPORT}


def test_index_is_of_corpus_and_in_zhengwen_unless_told_otherwise(cli: Cli, folder: Path) -> None:
    shutil.copytree(folder, cli.folder / "corpus")
    assert cli("index").code == 0
    assert (cli.folder / ".zhengwen" / "CURRENT").read_text(encoding="utf-8") == "000001\n"
    assert cli("ask", "第0125号建议是谁提出的").out.startswith("提出人：张三 [1]")


def test_what_cannot_be_read_is_reported_and_the_rest_indexed(cli: Cli, folder: Path) -> None:
    (folder / "空 文件.txt").write_bytes(b"")
    (folder / "坏.txt").write_bytes(bytes(range(256)) * 8)
    (folder / "表.xyz").write_text("x", encoding="utf-8")
    (folder / "断 链接.txt").symlink_to(folder / "nowhere.txt")
    built = cli("index", folder, "--data-dir", cli.folder / "data")
    assert built.code == 0
    assert built.out == ""
    lines = built.err.splitlines()
    assert [line for line in lines if "空 文件.txt" in line and line.startswith("跳过 skipped")]
    assert [line for line in lines if "坏.txt" in line and line.startswith("跳过 skipped")]
    assert [line for line in lines if "表.xyz" in line and line.startswith("跳过 skipped")]
    assert [line for line in lines if line.startswith("已发布第 1 代索引：2 份文件")]
    assert "Traceback" not in built.err


def test_a_folder_of_nothing_readable_reports_each_file_and_exits_2(cli: Cli, tmp_path: Path) -> None:
    bad = tmp_path / "bad"
    bad.mkdir()
    (bad / "坏.txt").write_bytes(bytes(range(256)) * 8)
    built = cli("index", bad, "--data-dir", cli.folder / "data")
    assert built.code == 2
    first, last = built.err.splitlines()
    assert first.startswith("跳过 skipped 坏.txt：")
    assert last.startswith("zhengwen: 没有可以索引的文件")


def test_an_empty_folder_keeps_what_is_published(cli: Cli, letters: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    done = cli.afresh("index", tmp_path / "empty", "--data-dir", letters)
    assert done.code == 2
    assert "没有可以索引的文件" in done.one_line()
    assert answers(cli, letters)


@pytest.mark.parametrize("path", ["没有 这里", "nowhere.txt", "a\nb"])
def test_a_path_that_is_not_there(cli: Cli, path: str) -> None:
    done = cli("index", path, "--data-dir", cli.folder / "data")
    assert done.code == 2
    assert "没有这个文件或文件夹" in done.one_line()


def test_a_single_file_of_no_known_format(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "a.xyz").write_text("x", encoding="utf-8")
    done = cli("index", tmp_path / "a.xyz", "--data-dir", cli.folder / "data")
    assert done.code == 2
    assert done.err.splitlines()[-1].startswith("zhengwen:")


def test_the_data_directory_may_not_be_a_file(cli: Cli, folder: Path) -> None:
    (cli.folder / "data").write_text("x", encoding="utf-8")
    for arguments in (("index", folder), ("ask", "631"), ("documents", "list"), ("check",)):
        done = cli(*arguments, "--data-dir", cli.folder / "data")
        assert done.code == 2
        assert "data" in done.one_line()


# ask


def test_ask_prints_the_answer_and_where_it_stands(cli: Cli, data_dir: Path) -> None:
    done = cli("ask", "什么是631机制", "--data-dir", data_dir)
    assert (done.code, done.err) == (0, "")
    lines = done.out.splitlines()
    assert lines[0] == DEFINITION_631 + " [1]"
    assert any(line.startswith("[1] 《大渡口区关于2023年度企业国有资产") for line in lines)
    assert any("附件 › 注释" in line for line in lines)
    assert any(REPORT in line for line in lines)


def test_ask_json_is_one_object_of_the_contract(cli: Cli, data_dir: Path, text_of: TextOf) -> None:
    done = cli.afresh("ask", "第457号建议的答复文号是什么", "--data-dir", data_dir, "--json", "--top-k", "3")
    assert (done.code, done.err) == (0, "")
    answer = done.json()
    check_answer(answer, text_of)
    assert "渝国资函〔2025〕313号" in answer["answer"]
    assert (answer["citations"][0]["source"], answer["citations"][0]["quote"]) == (REPLY_457, "渝国资函〔2025〕313号")
    assert len(answer["passages"]) == 3
    assert "渝国资函" in done.out  # readable as it is


@pytest.mark.parametrize("encoding", ["ascii", "gbk"])
def test_json_is_exact_whatever_the_terminal_can_show(cli: Cli, data_dir: Path, encoding: str) -> None:
    search = ("search", "什么是631机制", "--system", "bm25", "--data-dir", data_dir)
    done = cli.afresh(*search, "--json", PYTHONIOENCODING=encoding)
    assert (done.code, done.err) == (0, "")
    assert done.json()["passages"][0]["text"] == DEFINITION_631
    # Without --json what cannot be shown is replaced: no traceback.
    if encoding == "gbk":
        plain = cli.afresh(*search, PYTHONIOENCODING=encoding)
        assert (plain.code, plain.err) == (0, "")
        assert "631" in plain.out


def test_a_refusal_exits_1_and_shows_what_is_nearest(cli: Cli, data_dir: Path) -> None:
    done = cli("ask", "第0457号提案是谁提出的", "--data-dir", data_dir)
    assert (done.code, done.err) == (1, "")
    assert done.out.splitlines()[0] == "没有找到第0457号提案的答复，无法回答。"
    assert "关于办理市六届人大三次会议第0457号建议的答复函" in done.out


def test_a_refusal_in_json(cli: Cli, data_dir: Path, text_of: TextOf) -> None:
    done = cli("ask", "什么是“729”机制？", "--data-dir", data_dir, "--json")
    assert (done.code, done.err) == (1, "")
    answer = done.json()
    check_answer(answer, text_of)
    assert (answer["answered"], answer["refusal"]["reason"]) == (False, "mismatch")


def test_a_question_that_begins_with_a_dash(cli: Cli, data_dir: Path) -> None:
    done = cli("ask", "--data-dir", data_dir, "--json", "--", "-什么是631机制")
    assert done.code == 0
    assert done.json()["question"] == "-什么是631机制"
    found = cli("search", "--data-dir", data_dir, "--system", "bm25", "--", "--631--")
    assert (found.code, DEFINITION_631 in found.out) == (0, True)
    refused = cli("ask", "-什么是631机制", "--data-dir", data_dir)
    assert refused.code == 2
    refused.one_line()


BAD = {
    "empty": "", "space": " \t\n", "punctuation": "？", "long": "a" * 100_000, "too long": "问" * 2_001, "bell": "631\x07", "escape": "\x1b[31m631",
    "delete": "631\x7f",
}  # fmt: skip


@pytest.mark.parametrize("question", BAD.values(), ids=BAD.keys())
def test_bad_questions_exit_2(cli: Cli, data_dir: Path, question: str) -> None:
    for command in ("ask", "search"):
        done = cli(command, question, "--data-dir", data_dir, "--json")
        assert done.code == 2
        done.one_line()


def test_a_bad_question_to_a_fresh_process(cli: Cli, data_dir: Path) -> None:
    done = cli.afresh("ask", "a" * 100_000, "--data-dir", data_dir)
    assert done.code == 2
    assert "100000" in done.one_line()


def test_a_question_that_is_no_unicode(cli: Cli, data_dir: Path) -> None:
    done = cli.afresh("ask", b"631\xff\xfe", "--data-dir", data_dir)
    assert done.code == 2
    done.one_line()


# search


@pytest.mark.parametrize("system", ["hybrid", "bm25", "dense"])
def test_search_json(cli: Cli, data_dir: Path, text_of: TextOf, system: str) -> None:
    done = cli("search", "什么是631机制", "--data-dir", data_dir, "--json", "--top-k", "4", "--system", system)
    assert (done.code, done.err) == (0, "")
    body = done.json()
    assert set(body) == {"query", "language", "passages", "timings_ms"}
    check_passages(body["passages"], text_of)
    assert len(body["passages"]) == 4
    assert body["passages"][0]["text"] == DEFINITION_631


def test_search_prints_passages(cli: Cli, data_dir: Path) -> None:
    done = cli("search", "登康口腔的企业资产", "--data-dir", data_dir, "--top-k", "2", "--system", "bm25")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("1. ")
    assert "强化人才支撑" in done.out.splitlines()[0]
    assert REPLY_627 in done.out.splitlines()[1]
    assert "\n2. " in done.out
    assert "\n3. " not in done.out


# documents


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
    assert "proposer: 罗清泉" in plain.out
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


# Indexes that cannot be read

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
        ("documents.sqlite", truncate), ("documents.sqlite", overwrite), ("chunks.faiss", delete), ("chunks.faiss", overwrite),
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


# check


def test_check(cli: Cli, data_dir: Path) -> None:
    done = cli("check", "--data-dir", data_dir)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("第 1 代索引完好：5 份文件")
    assert len(done.out.splitlines()) == 1


# Settings


def test_the_data_directory_of_the_environment(cli: Cli, data_dir: Path) -> None:
    listing = cli("documents", "list", "--data-dir", data_dir).out
    assert cli.afresh("documents", "list", ZHENGWEN_DATA_DIR=str(data_dir)).out == listing
    # The option wins over the environment; an empty variable counts as not set.
    assert cli("documents", "list", "--data-dir", data_dir, ZHENGWEN_DATA_DIR="/nowhere").out == listing
    assert ".zhengwen" in cli("documents", "list", ZHENGWEN_DATA_DIR="").one_line()
    assert list(cli.folder.iterdir()) == []


def test_settings_may_stand_in_a_file(cli: Cli, data_dir: Path) -> None:
    (cli.folder / ".env").write_text(f"ZHENGWEN_DATA_DIR={data_dir}\nOTHER=1\n", encoding="utf-8")
    assert cli("check").code == 0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ZHENGWEN_MAX_FILE_MB", "x"),
        ("ZHENGWEN_MAX_FILE_MB", "0"),
        ("ZHENGWEN_MAX_FILE_MB", "-3"),
        ("ZHENGWEN_MAX_QUESTION", "many"),
    ],
)
@pytest.mark.parametrize("arguments", [("index", "."), ("ask", "631"), ("serve",), ("documents", "list")], ids=" ".join)
def test_a_setting_that_is_wrong(cli: Cli, arguments: tuple[str, ...], name: str, value: str) -> None:
    done = cli(*arguments, **{name: value})
    assert done.code == 2
    assert name in done.one_line()


def test_the_longest_question_is_a_setting(cli: Cli, data_dir: Path) -> None:
    done = cli("ask", "什么是631机制", "--data-dir", data_dir, ZHENGWEN_MAX_QUESTION="5")
    assert done.code == 2
    assert "最多 5 个" in done.one_line()


def test_larger_files_are_left_out(cli: Cli, folder: Path) -> None:
    (folder / "大.txt").write_text("供水工程。" * 100_000, encoding="utf-8")  # 1.5 MB in one line
    built = cli("index", folder, "--data-dir", cli.folder / "data", ZHENGWEN_MAX_FILE_MB="1")
    assert built.code == 0
    assert any("大.txt" in line and "ZHENGWEN_MAX_FILE_MB" in line for line in built.err.splitlines())
    assert "2 份文件" in built.err


# Usage


@pytest.mark.parametrize(
    "arguments",
    [
        ("bogus",), ("ask",), ("ask", "a", "b"), ("ask", "631", "--top-k", "0"), ("ask", "631", "--top-k", "101"), ("ask", "631", "--top-k", "x"),
        ("ask", "631", "--nothing"), ("search", "631", "--system", "magic"), ("documents", "bogus"), ("documents", "show"),
        ("documents", "remove"), ("serve", "--port", "0"), ("serve", "--port", "70000"), ("serve", "--port", "x"), ("--nothing",),
    ],
    ids=" ".join,
)  # fmt: skip
def test_wrong_usage_is_one_line(cli: Cli, arguments: tuple[str, ...]) -> None:
    done = cli(*arguments)
    assert done.code == 2
    assert "--help" in done.one_line()


def test_help(cli: Cli) -> None:
    done = cli.afresh("--help")
    assert (done.code, done.err) == (0, "")
    for command in ("index", "ask", "search", "documents", "serve", "check"):
        assert f"\n  {command} " in done.out
    alone = cli()
    assert (alone.code, alone.out) == (2, "")
    assert "--help" in alone.err
    assert "Traceback" not in alone.err
    for command in ("index", "ask", "search", "serve", "check"):
        of_command = cli(command, "--help")
        assert (of_command.code, of_command.err) == (0, "")
        assert "--data-dir" in of_command.out


def test_a_reader_that_goes_away(cli: Cli, data_dir: Path) -> None:
    command = f'"{sys.executable}" -m server search 国有资产 --json --top-k 70 --system bm25 --data-dir "{data_dir}" | head -c 20'
    done = subprocess.run(
        ["bash", "-c", command], cwd=cli.folder, env=cli.environ(), capture_output=True, timeout=120, check=True
    )
    assert len(done.stdout) == 20
    assert b"Traceback" not in done.stderr


# serve: what keeps it from starting; tests/server/test_http_process.py starts it.


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "nosuchhost.invalid", "a" * 70])
def test_other_addresses_are_refused(cli: Cli, data_dir: Path, host: str) -> None:
    done = cli("serve", "--host", host, "--port", str(free_port()), "--data-dir", data_dir)
    assert done.code == 2
    assert "--host" in done.one_line()


def test_a_port_in_use(cli: Cli, data_dir: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        for host in ("127.0.0.1", "localhost"):
            done = cli("serve", "--host", host, "--port", port, "--data-dir", data_dir)
            assert done.code == 2
            assert port in done.one_line()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may listen on every port")
def test_a_port_that_is_not_ours(cli: Cli, data_dir: Path) -> None:
    done = cli("serve", "--port", "1", "--data-dir", data_dir)
    assert done.code == 2
    done.one_line()
