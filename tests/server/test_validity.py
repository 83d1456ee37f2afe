"""What is out of force, superseded or personal, through a real index: searched, asked, read and shown."""

import json
from pathlib import Path
from typing import Any

import pytest

from indexer.encoders import Encoder
from server.app import create_app
from server.assistant import Assistant
from server.search.filters import Filters
from server.settings import Settings
from tests.server.support import PUMPS, Cli, built, check_answer, local

OLD = "清河区供水暂行办法\n\n清水发〔2015〕3号\n\n第一条 供水企业应当每周检测水质两次。\n\n第二条 本办法自2015年3月1日起施行。\n\n2015年2月1日\n"
NEW = (
    "清河区供水管理办法\n\n清水发〔2024〕12号\n\n第一条 供水企业应当每天检测水质一次，结果向社会公布。\n\n"
    "第二条 本办法自2024年7月1日起施行，有效期5年。《清河区供水暂行办法》（清水发〔2015〕3号）同时废止。\n\n2024年5月6日\n"
)
PLAIN = "清河区防汛预案\n\n各单位应当在六月前清理排水沟渠。\n\n2020年3月4日\n"
VERSIONS = {
    "泵站 初稿.txt": f"清河区泵站值守方案\n\n各有关单位：\n\n{PUMPS}\n值守电话保持畅通。\n\n2021年1月5日\n",
    "泵站 定稿.txt": f"清河区泵站值守方案\n\n各有关单位：\n\n{PUMPS}\n值守电话全天保持畅通。\n\n2022年1月5日\n",
}
MOBILE, IDENTITY = "13812345678", "50010119900307121X"
PERSONAL = (
    "清河区用水投诉处理情况\n\n各有关单位：\n\n投诉人张小河，手机１３８１２３４５６７８，身份证号50010119900307121X，反映水压不足。\n\n"
    "一、回访电话+86 138-1234-5678\n\n请致电023-67671234，退费13812345678元。\n\n联系人：张小河 13812345678\n"
)


@pytest.fixture
def rules(tmp_path: Path, encoder: Encoder) -> Assistant:
    return built(tmp_path, encoder, {"旧.txt": OLD, "新.txt": NEW, "预案.txt": PLAIN})


def found(assistant: Assistant, text: str, **filters: str) -> set[str]:
    return {p.document.source for p in assistant.search(text, filters=Filters(**filters)).passages}


@pytest.mark.parametrize(
    ("filters", "sources"),
    [
        ({}, {"旧.txt", "新.txt", "预案.txt"}),
        ({"as_of": "2015-01-31"}, set()),
        ({"as_of": "2015-02-01"}, {"旧.txt"}),
        ({"as_of": "2020-03-03"}, {"旧.txt"}),
        ({"as_of": "2020-03-04"}, {"旧.txt", "预案.txt"}),
        # Written on 6 May, the new one ends the old one on 1 July.
        ({"as_of": "2024-06-30"}, {"旧.txt", "新.txt", "预案.txt"}),
        ({"as_of": "2024-07-01"}, {"新.txt", "预案.txt"}),
        ({"as_of": "2029-06-30"}, {"新.txt", "预案.txt"}),
        ({"as_of": "2029-07-01"}, {"预案.txt"}),
        ({"status": "现行有效"}, {"新.txt", "预案.txt"}),
        ({"status": "废止"}, {"旧.txt"}),
        ({"status": "失效"}, set()),
        ({"status": "废止", "as_of": "2024-07-01"}, set()),
    ],
)
def test_as_of_and_status(rules: Assistant, filters: dict[str, str], sources: set[str]) -> None:
    passing = Filters(**filters).documents(rules.generation)
    numbers = range(3) if passing is None else passing
    assert {rules.generation.document(number).source for number in numbers} == sources
    assert found(rules, "清河区供水水质检测与排水沟渠", **filters) <= sources


def test_answers_mark_what_is_out_of_force(rules: Assistant) -> None:
    (old, new, _) = sorted(rules.documents(), key=lambda document: document.metadata["date"].value.replace("2020", "3"))
    assert (old.source, new.source) == ("旧.txt", "新.txt")
    answer = rules.ask("2015年暂行办法规定供水企业每周检测水质几次", filters=Filters(as_of="2020-01-01"))
    assert answer.answered
    assert "两次" in answer.answer
    assert "（注意：该文件已废止）" in answer.answer
    (first, *_) = answer.citations
    assert (first.status, first.superseded_by) == ("废止", new.document_id)
    answer = rules.ask("供水企业每天检测水质几次", filters=Filters(status="现行有效"))
    assert answer.answered
    assert "注意" not in answer.answer
    assert {citation.document_id for citation in answer.citations} == {new.document_id}
    assert all((citation.status, citation.superseded_by) == (None, None) for citation in answer.citations)


def test_only_the_newest_version_ranks_and_the_older_can_be_opened(tmp_path: Path, encoder: Encoder) -> None:
    assistant = built(tmp_path, encoder, VERSIONS | {"预案.txt": PLAIN})
    older, newer = (
        next(document for document in assistant.documents() if document.source == source) for source in VERSIONS
    )
    assert older.metadata["newer_version"].value == newer.document_id
    assert "newer_version" not in newer.metadata
    question = "泵站值守电话保持畅通"
    assert found(assistant, question) == {"泵站 定稿.txt", "预案.txt"} or found(assistant, question) == {
        "泵站 定稿.txt"
    }
    assert "泵站 初稿.txt" not in found(assistant, question, as_of="2022-01-05")
    # On the day before, the newer one was not there.
    assert found(assistant, question, as_of="2022-01-04") >= {"泵站 初稿.txt"}
    assert "泵站 定稿.txt" not in found(assistant, question, as_of="2022-01-04")
    answer = assistant.ask("31号泵站由哪个班负责，配备水泵几台", filters=Filters(as_of="2021-06-01"))
    assert answer.answered
    assert answer.citations[0].superseded_by == newer.document_id
    assert "（注意：该文件已有更新版本）" in answer.answer
    assert "值守电话保持畅通" in assistant.document(older.document_id).text


def digits_in(said: str) -> list[str]:
    return [number for number in (MOBILE, "138-1234-5678", IDENTITY, IDENTITY[:-1]) if number in said]


def test_personal_numbers_never_leave(tmp_path: Path, encoder: Encoder, cli: Cli) -> None:
    amount = "退费13812345678元"
    assistant = built(tmp_path, encoder, {f"投诉 {MOBILE}.txt": PERSONAL, "预案.txt": PLAIN})
    with local(create_app(assistant, Settings())) as client:

        def fetched(path: str) -> Any:
            response = client.get(path)
            assert response.status_code == 200
            assert digits_in(response.text.replace(amount, "")) == []
            return response.json()

        listed = fetched("/api/documents")["documents"]
        (document_id,) = (one["document_id"] for one in listed if "投诉" in one["source"])
        text = fetched(f"/api/documents/{document_id}/text")["text"]
        assert "手机138********，身份证号500***************，反映" in text
        assert "回访电话+86 138-****-****" in text
        assert "023-67671234" in text
        assert amount in text
        document = fetched(f"/api/documents/{document_id}")
        assert any("138********" in field["value"] for field in document["metadata"].values())
        for path in (
            "/api/search?q=投诉人张小河的手机",
            "/api/search?q=投诉人张小河的手机&system=bm25",
            "/api/search?q=回访电话",
        ):
            assert fetched(path)["passages"]
        for question in (
            "投诉人张小河的手机号是多少",
            "投诉人的身份证号是多少",
            "回访电话是什么",
            "用水投诉的联系人是谁",
        ):
            response = client.post("/api/ask", json={"question": question})
            assert digits_in(response.text.replace(amount, "")) == []
            check_answer(response.json(), lambda asked: text if asked == document_id else PLAIN.strip())
    for arguments in (
        ("ask", "投诉人张小河的手机号是多少"), ("search", "投诉人张小河的手机"), ("documents", "list"), ("documents", "show", document_id),
    ):  # fmt: skip
        for more in ((), ("--json",)):
            done = cli(*arguments, "--data-dir", tmp_path / "data", *more)
            assert done.code == 0, done.err
            assert digits_in((done.out + done.err).replace(amount, "")) == []
            assert json.loads(done.out) if more else done.out
