"""Replies to proposals: by number, kind, proposer and year; what is done and what is promised, with its place."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from indexer.document import Document, Heading
from server.assistant import Assistant
from server.questions import BadQuestion
from server.replies import checked_reply_filters, commitments
from tests.server.support import REPLY_457, REPLY_627, REPORT, Cli, TextOf, check_problem

# The item of the contract, and what is added to it.
FIELDS = frozenset(
    "document_id kind number session title proposer organ document_number date disclosure category adoption done promised citations".split()
)
ADDED = frozenset({"source", "proposal_title"})

LETTER = (
    "某市水利局\n\n关于市六届人大三次会议第0{0}号建议的答复函\n\n张三代表：\n\n您提出的《关于供水的建议》收悉。现答复如下：\n\n"
    "一、已做的工作\n\n今年已新建供水站12座，铺设管网35公里。我局将旧管网改造与道路施工结合，完成改造8公里。\n\n"
    "二、下一步打算\n\n明年上半年建成城东水厂。对山区散户，我们将逐户接通自来水。\n\n感谢您对供水工作的关心，我们将继续努力。\n\n"
    "某市水利局\n\n2025年3月1日\n"
)


def listed(client: TestClient, **parameters: str) -> list[dict[str, Any]]:
    """Replies over HTTP."""
    response = client.get("/api/replies", params=parameters)
    assert response.status_code == 200, response.text
    body = response.json()
    assert body.keys() == {"total", "replies"}
    assert body["total"] == len(body["replies"])
    found: list[dict[str, Any]] = body["replies"]
    return found


def test_a_reply_has_the_fields_of_the_contract(client: TestClient, text_of: TextOf) -> None:
    newest, other = listed(client)
    assert (newest["source"], other["source"]) == (REPLY_457, REPLY_627) or (
        newest["source"], other["source"]) == (REPLY_627, REPLY_457)  # fmt: skip
    for reply in (newest, other):
        assert reply.keys() == FIELDS | ADDED
        text = text_of(reply["document_id"])
        for statement in reply["done"] + reply["promised"]:
            assert text[statement["start"] : statement["end"]] == statement["text"]
        for span in reply["citations"].values():
            assert text[span["start"] : span["end"]].strip()
        assert client.get(f"/api/replies/{reply['document_id']}").json() == reply
    (reply,) = listed(client, number="0457")
    values = {name: reply[name] for name in ("kind", "number", "proposer", "document_number", "adoption", "category")}
    assert values == {
        "kind": "建议", "number": "0457", "proposer": "罗清泉", "document_number": "渝国资函〔2025〕313号", "adoption": "完全采纳",
        "category": "A",
    }  # fmt: skip
    span = reply["citations"]["document_number"]
    assert text_of(reply["document_id"])[span["start"] : span["end"]] == "渝国资函〔2025〕313号"


@pytest.mark.parametrize(
    ("parameters", "sources"),
    [
        ({"number": "457"}, [REPLY_457]), ({"number": "00457"}, [REPLY_457]), ({"number": "第0457号建议"}, [REPLY_457]),
        ({"number": "45"}, []), ({"number": "4570"}, []), ({"kind": "提案"}, [REPLY_627]), ({"proposer": "罗清泉"}, [REPLY_457]),
        ({"proposer": "王彭果", "kind": "建议"}, []), ({"year": "2024"}, []), ({"session": "政协"}, [REPLY_627]),
        ({"q": "登康口腔员工持股", "kind": "提案"}, [REPLY_627]),
    ],
)  # fmt: skip
def test_replies_are_found_by_what_is_known_of_them(
    client: TestClient, parameters: dict[str, str], sources: list[str]
) -> None:
    assert [reply["source"] for reply in listed(client, **parameters)] == sources


def test_both_are_of_2025(client: TestClient) -> None:
    assert {reply["source"] for reply in listed(client, year="2025")} == {REPLY_457, REPLY_627}


def test_what_is_promised_in_a_real_letter(client: TestClient) -> None:
    (reply,) = listed(client, number="0457")
    promised = "".join(statement["text"] for statement in reply["promised"])
    done = "".join(statement["text"] for statement in reply["done"])
    assert promised.startswith("下一步，我委将继续推进区县国资国企改革。")
    assert "研究城乡供排水一体化、安保一体化" in promised
    assert "探索一套机制" in promised
    assert "由年初的2939户减至1900户" in done
    assert "组建6个督导组" in done
    assert "把原来7户区属重点国企合并为3家集团" in done
    assert "本函由我委" not in done + promised
    assert not {s["start"] for s in reply["done"]} & {s["start"] for s in reply["promised"]}


def test_done_and_promised_by_rule(index_of: Callable[..., Assistant]) -> None:
    assistant = index_of(函=LETTER.format("123"))
    (reply,) = assistant.replies(checked_reply_filters(number="123"))
    assert [s.text for s in reply.done] == [
        "今年已新建供水站12座，铺设管网35公里。",
        "我局将旧管网改造与道路施工结合，完成改造8公里。",
    ]
    assert [s.text for s in reply.promised] == [
        "明年上半年建成城东水厂。",
        "对山区散户，我们将逐户接通自来水。",
    ]


def test_a_document_that_is_no_reply(client: TestClient) -> None:
    documents = client.get("/api/documents").json()["documents"]
    report = next(d["document_id"] for d in documents if d["source"] == REPORT)
    for document_id in (report, "nothing"):
        assert document_id in check_problem(client.get(f"/api/replies/{document_id}"), 404)["detail"]


@pytest.mark.parametrize(
    ("parameters", "names"),
    [({"number": "甲"}, "number"), ({"kind": "意见"}, "kind"), ({"year": "25"}, "year"), ({"q": "？"}, "问题"), ({"number": "1" * 500}, "number")],
)  # fmt: skip
def test_wrong_filters_are_problems(client: TestClient, parameters: dict[str, str], names: str) -> None:
    assert names in check_problem(client.get("/api/replies", params=parameters), 422)["detail"]


def test_on_the_command_line(cli: Cli, data_dir: Path) -> None:
    done = cli("replies", "--number", "457", "--data-dir", data_dir, "--json")
    assert (done.code, done.err) == (0, "")
    assert [reply["source"] for reply in done.json()["replies"]] == [REPLY_457]
    plain = cli("replies", "--proposer", "罗清泉", "--data-dir", data_dir)
    assert plain.code == 0
    assert plain.out.startswith("第0457号建议《关于进一步深化区县国有企业高质量转型发展的建议》")
    assert "渝国资函〔2025〕313号" in plain.out
    nothing = cli("replies", "--number", "9999", "--data-dir", data_dir)
    assert (nothing.code, nothing.out) == (0, "")
    assert "没有找到" in nothing.err
    wrong = cli("replies", "--kind", "意见", "--data-dir", data_dir)
    assert (wrong.code, "kind" in wrong.one_line()) == (2, True)


_SENTENCES = st.sampled_from(
    (
        "答复如下：",
        "已完成改造。",
        "下一步，我们将加快建设。",
        "一、主要工作",
        "二、下一步打算",
        "\n",
        "。",
        "感谢您的关心。",
        "将",
        "12",
        "拟于明年开工。",
    )
)


@given(text=st.lists(st.one_of(_SENTENCES, st.text(max_size=5)), max_size=20).map("".join))
def test_statements_are_the_text_at_their_spans(text: str) -> None:
    headings = tuple(
        Heading(1.0, line, text.index(line), text.index(line) + len(line))
        for line in ("二、下一步打算",)
        if line in text
    )
    done, promised = commitments(Document("id", "a.txt", "t", text, headings=headings))
    spans = sorted((s.start, s.end) for s in (*done, *promised))
    assert all(text[s.start : s.end] == s.text for s in (*done, *promised))
    assert all(before[1] <= after[0] for before, after in pairwise(spans))


@given(number=st.integers(0, 99_999_999), zeros=st.integers(0, 3))
def test_leading_zeros_do_not_matter(number: int, zeros: int) -> None:
    written = ("0" * zeros + str(number))[-8:] if number else "0"
    assert checked_reply_filters(number=written).number == str(number)


def test_a_number_of_other_digits_is_no_number() -> None:
    with pytest.raises(BadQuestion):
        checked_reply_filters(number="²")
