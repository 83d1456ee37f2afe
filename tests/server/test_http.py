"""The HTTP interface: the contract's JSON for answers, searches and documents."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from indexer.document import Document
from tests.server.support import (
    DEFINITION_631,
    REPLY_457,
    REPLY_627,
    REPORT,
    SOURCES,
    TextOf,
    ask,
    check_answer,
    check_passages,
)

# Answers


def test_an_answer_has_the_fields_of_the_contract(client: TestClient, fetched_text: TextOf) -> None:
    answer = ask(client, " 什么是631机制？ ")
    check_answer(answer, fetched_text)
    assert answer["question"] == "什么是631机制？"
    assert answer["language"] == "zh"
    assert answer["answered"] is True
    assert answer["answer"] == DEFINITION_631 + " [1]"
    (citation,) = answer["citations"]
    assert citation["source"] == REPORT
    assert citation["section"] == ["附件", "注释"]
    assert citation["quote"] == DEFINITION_631
    assert {name: citation[name] for name in ("document_number", "issuer", "date", "page")} == dict.fromkeys(
        ("document_number", "issuer", "date", "page")
    )
    assert len(answer["passages"]) == 8


def test_a_refusal_has_the_fields_of_the_contract(client: TestClient, fetched_text: TextOf) -> None:
    answer = ask(client, "第0457号提案是谁提出的？")
    check_answer(answer, fetched_text)
    assert answer["answered"] is False
    assert answer["refusal"]["reason"] == "unknown_number"
    assert "0457号提案" in answer["refusal"]["message"]


def test_a_citation_of_a_letter(client: TestClient, fetched_text: TextOf) -> None:
    answer = ask(client, "第0627号提案何时答复")
    check_answer(answer, fetched_text)
    (citation,) = answer["citations"]
    assert (citation["source"], citation["quote"]) == (REPLY_627, "2025年4月30日")
    assert (citation["document_number"], citation["date"]) == ("渝国资函〔2025〕292号", "2025-04-30")


@pytest.mark.parametrize("top_k", [1, 8, 100])
def test_top_k(client: TestClient, fetched_text: TextOf, top_k: int) -> None:
    answer = ask(client, "国有资产盘活", top_k=top_k)
    check_answer(answer, fetched_text)
    # The sample corpus has fewer chunks than 100.
    assert len(answer["passages"]) == top_k or (top_k == 100 and 50 < len(answer["passages"]) < 100)


def test_history_and_filters_are_taken(client: TestClient, fetched_text: TextOf) -> None:
    turns = [{"role": "user", "content": "你好"}, {"role": "assistant", "content": "您好"}]
    answer = ask(client, "国有资产盘活", history=turns, filters={"kind": "提案"}, stream=False)
    check_answer(answer, fetched_text)
    assert {passage["source"] for passage in answer["passages"]} == {REPLY_627}
    assert ask(client, "国有资产盘活", filters=None)["answered"]
    assert ask(client, "国有资产盘活", filters={"number": "0457"})["citations"][0]["source"] == REPLY_457
    assert not ask(client, "国有资产盘活", filters={"year": "1999"})["answered"]


# Search and documents


@pytest.mark.parametrize("system", ["hybrid", "bm25", "dense"])
def test_search(client: TestClient, fetched_text: TextOf, system: str) -> None:
    response = client.get("/api/search", params={"q": " 什么是631机制 ", "system": system, "top_k": 5})
    assert response.status_code == 200
    body = response.json()
    assert set(body) == {"query", "language", "passages", "timings_ms"}
    assert (body["query"], body["language"]) == ("什么是631机制", "zh")
    assert len(body["passages"]) == 5
    check_passages(body["passages"], fetched_text)
    assert body["passages"][0]["text"] == DEFINITION_631 or system == "dense"
    ranked = [passage["score"] for passage in body["passages"]]
    assert ranked == sorted(ranked, reverse=True)
    scores = body["passages"][0]["scores"]
    assert (scores["bm25"] > 0, scores["dense"] > 0) == (system != "dense", system != "bm25")


@pytest.mark.parametrize(
    ("parameters", "sources"),
    [
        ({"kind": "建议"}, {REPLY_457}),
        ({"number": "0627"}, {REPLY_627}),
        ({"number": "渝国资函〔2025〕313号"}, {REPLY_457}),
        ({"year": "2025"}, {REPLY_457, REPLY_627}),
        ({"issuer": "重庆市国有资产监督管理委员会", "kind": "建议"}, {REPLY_457}),
        ({"kind": "提案", "number": "457"}, set()),
    ],
)
def test_search_within_filters(client: TestClient, parameters: dict[str, str], sources: set[str]) -> None:
    body = client.get("/api/search", params={"q": "国有资产盘活", "top_k": 100, **parameters}).json()
    assert {passage["source"] for passage in body["passages"]} == sources


def test_documents(client: TestClient, by_source: dict[str, Document]) -> None:
    body = client.get("/api/documents").json()
    assert set(body) == {"total", "documents"}
    assert body["total"] == len(SOURCES)
    assert [document["source"] for document in body["documents"]] == sorted(SOURCES)
    for summary in body["documents"]:
        document = by_source[summary["source"]]
        assert {"document_id", "source", "title", "kind", "document_number", "issuer", "date", "characters"} <= set(
            summary
        )
        assert summary["document_id"] == document.document_id
        assert summary["characters"] == len(document.text)


def test_a_document(client: TestClient, fetched_text: TextOf, by_source: dict[str, Document]) -> None:
    document = by_source[REPLY_457]
    body = client.get(f"/api/documents/{document.document_id}").json()
    assert (body["source"], body["title"]) == (REPLY_457, "关于办理市六届人大三次会议第0457号建议的答复函")
    assert (body["kind"], body["document_number"], body["date"]) == ("reply", "渝国资函〔2025〕313号", None)
    text = fetched_text(document.document_id)
    says = {
        name: text[field["start"] : field["end"]]
        for name, field in body["metadata"].items()
        if field["start"] is not None
    }
    assert says["proposer"] == "罗清泉"
    assert says["proposal_title"] == "关于进一步深化区县国有企业高质量转型发展的建议"
    assert body["metadata"]["kind"] == {"value": "reply", "start": None, "end": None}
    assert [text[heading["start"] : heading["end"]] for heading in body["headings"]] == [
        heading["title"] for heading in body["headings"]
    ]
    assert body["headings"][1] == {
        "level": 1, "title": "二、优化区县国有资本布局", "start": text.index("二、优化区县"), "end": text.index("二、优化区县") + 12,
    }  # fmt: skip
    assert body["pages"] == []
    assert body["n_chunks"] == len(document.chunks)


def test_the_text_is_that_of_the_file(
    client: TestClient, fetched_text: TextOf, by_source: dict[str, Document], corpus: Path
) -> None:
    for source in (REPLY_457, REPLY_627, REPORT):
        written = "".join((corpus / source).read_text(encoding="utf-8").split())
        served = "".join(fetched_text(by_source[source].document_id).split())
        # Only a personal number may be masked, character for character; the office's landline is left.
        assert len(served) == len(written)
        other = {at for at in range(len(written)) if served[at] != written[at]}
        assert all("13800000000" in written[max(0, at - 10) : at + 11] for at in other)
        assert all(served[at] == "*" for at in other)


def test_health(client: TestClient) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").json() == {"status": "ready", "generation": "000001", "documents": 5}


def test_sixteen_threads_at_once(client: TestClient, fetched_text: TextOf) -> None:
    questions = [
        "什么是631机制", "第0457号建议是谁提出的", "第0627号提案何时答复", "what is the 631 mechanism", "2023年末区属国有企业资产总额是多少",
        "今天天气怎么样", "什么是729机制", "哪三个集中",
    ]  # fmt: skip
    alone = {question: ask(client, question) for question in questions}
    with ThreadPoolExecutor(16) as threads:
        answers = list(threads.map(lambda question: ask(client, question), questions * 8))
    assert len({answer["answer_id"] for answer in answers}) == 64
    for answer in answers:
        check_answer(answer, fetched_text)
        assert (answer["answer"], answer["citations"]) == (
            alone[answer["question"]]["answer"],
            alone[answer["question"]]["citations"],
        )
