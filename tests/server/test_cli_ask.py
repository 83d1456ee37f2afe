"""``zhengwen ask`` and ``zhengwen search`` as processes."""

from pathlib import Path

import pytest

from tests.server.support import DEFINITION_631, REPLY_457, REPLY_627, REPORT, Cli, TextOf, check_answer, check_passages


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
    assert done.out.startswith("没有找到第0457号提案的答复，无法回答。内容最接近的文件：《")
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
    # What a number means, vectors do not know.
    assert body["passages"][0]["text"] == DEFINITION_631 or system == "dense"
    ranked = [passage["score"] for passage in body["passages"]]
    assert ranked == sorted(ranked, reverse=True)


def test_search_prints_passages(cli: Cli, data_dir: Path) -> None:
    done = cli("search", "登康口腔的企业资产", "--data-dir", data_dir, "--top-k", "2", "--system", "bm25")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("1. ")
    assert "强化人才支撑" in done.out.splitlines()[0]
    assert REPLY_627 in done.out.splitlines()[1]
    assert "\n2. " in done.out
    assert "\n3. " not in done.out
