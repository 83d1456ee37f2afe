"""The HTTP interface: the contract's JSON, problems for whatever is wrong, pages that stay on this host."""

import json
import re
import shutil
import unicodedata
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from indexer.document import Document
from indexer.encoders import Encoder
from indexer.pipeline import Indexer
from server.app import create_app
from server.assistant import Assistant
from server.settings import Settings
from tests.server.support import (
    DEFINITION_631,
    REPLY_457,
    REPLY_627,
    REPORT,
    SOURCES,
    TextOf,
    check_answer,
    check_passages,
    check_problem,
)  # fmt: skip


def ask(client: TestClient, question: str, **more: Any) -> dict[str, Any]:
    response = client.post("/api/ask", json={"question": question, **more})
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/json"
    answer: dict[str, Any] = response.json()
    return answer


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


# Questions and requests that are wrong

BAD_QUESTIONS = {
    "empty": "", "spaces": " \n\t\u3000", "punctuation": "？！", "long": "问" * 100_000, "long ascii": "a" * 100_000,
    "one too long": "问" * 2_001, "bell": "什么是\x07631", "nul": "什么是\x00631", "escape": "\x1b[31m631", "delete": "631\x7f机制",
    "c1": "631\x85\x9b机制", "not a character": "631\uffff机制",
}  # fmt: skip


@pytest.mark.parametrize("question", BAD_QUESTIONS.values(), ids=BAD_QUESTIONS.keys())
def test_bad_questions_are_422_problems(client: TestClient, question: str) -> None:
    check_problem(client.post("/api/ask", json={"question": question}), 422)
    # No client can put a hundred thousand characters into an address.
    if len(question) < 10_000:
        check_problem(client.get("/api/search", params={"q": question}), 422)


def test_the_longest_question_is_answered(client: TestClient, fetched_text: TextOf) -> None:
    check_answer(ask(client, "国" * 2_000), fetched_text)


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ({}, "question"),
        ({"question": None}, "question"),
        ({"question": 631}, "question"),
        ({"question": ["什么"]}, "question"),
        ({"question": {"text": "什么"}}, "question"),
        ({"question": True}, "question"),
        ({"question": "什么是631机制", "top_k": 0}, "top_k"),
        ({"question": "什么是631机制", "top_k": -1}, "top_k"),
        ({"question": "什么是631机制", "top_k": 101}, "top_k"),
        ({"question": "什么是631机制", "top_k": 10**30}, "top_k"),
        ({"question": "什么是631机制", "top_k": 1.5}, "top_k"),
        ({"question": "什么是631机制", "top_k": "many"}, "top_k"),
        ({"question": "什么是631机制", "top_k": None}, "top_k"),
        ({"question": "什么是631机制", "stream": "perhaps"}, "stream"),
        ({"question": "什么是631机制", "stream": True}, "stream"),
        ({"question": "什么是631机制", "history": "none"}, "history"),
        ({"question": "什么是631机制", "history": [{"role": "system", "content": "x"}]}, "history"),
        ({"question": "什么是631机制", "history": [{"role": "user"}]}, "history"),
        ({"question": "什么是631机制", "history": [{"role": "user", "content": "x"}] * 51}, "history"),
        ({"question": "什么是631机制", "filters": {"year": "25"}}, "filters"),
        ({"question": "什么是631机制", "filters": {"colour": "red"}}, "filters"),
        ({"question": "什么是631机制", "filters": []}, "filters"),
        ({"question": "什么是631机制", "topk": 3}, "topk"),
        ([], ""),
        ("什么是631机制", ""),
        (None, ""),
        (631, ""),
    ],
)
def test_wrong_bodies_are_422_problems_that_name_the_field(client: TestClient, body: Any, names: str) -> None:
    assert names in check_problem(client.post("/api/ask", json=body), 422)["detail"]


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"question=1", b'{"question": "\xe4"}', b"\xff\xfe", b"\x00", b'{"question": "a",}', b"[" * 100_000, b'{"question": NaN}'],
    ids=range(9),
)  # fmt: skip
def test_what_is_no_json_is_a_problem(client: TestClient, content: bytes) -> None:
    response = client.post("/api/ask", content=content, headers={"content-type": "application/json"})
    check_problem(response, 422 if response.status_code != 400 else 400)


def test_lone_surrogates_are_problems_wherever_they_stand(client: TestClient) -> None:
    for content in (
        rb'{"question": "\ud800"}', rb'{"question": "631", "\udfff": 1}', rb'{"question": "631", "filters": {"kind": "\ud800"}}',
        rb'{"question": "631", "filters": {"issuer": "\ud800"}}',
        rb'{"question": "631", "filters": {"\ud800": "1"}}', rb'{"question": "631", "history": [{"role": "\ud800", "content": ""}]}',
    ):  # fmt: skip
        check_problem(client.post("/api/ask", content=content, headers={"content-type": "application/json"}), 422)


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", None])
def test_a_body_of_another_type_is_a_problem(client: TestClient, content_type: str | None) -> None:
    headers = {"content-type": content_type} if content_type else {}
    response = client.post("/api/ask", content=json.dumps({"question": "什么是631机制"}), headers=headers)
    check_problem(response, 422)


@pytest.mark.parametrize(
    "parameters",
    [
        {}, {"q": "631", "top_k": "0"}, {"q": "631", "top_k": "101"}, {"q": "631", "top_k": "x"}, {"q": "631", "system": "magic"},
        {"q": "631", "year": "25"}, {"q": "631", "year": "２０２５"},
    ],
)  # fmt: skip
def test_wrong_parameters_are_422_problems(client: TestClient, parameters: dict[str, str]) -> None:
    check_problem(client.get("/api/search", params=parameters), 422)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/ask"), ("PUT", "/api/ask"), ("DELETE", "/api/ask"), ("POST", "/api/search"), ("PUT", "/api/documents"),
        ("POST", "/healthz"), ("POST", "/readyz"), ("DELETE", "/"), ("POST", "/static/chat.js"),
    ],
)  # fmt: skip
def test_wrong_methods_are_405_problems(client: TestClient, method: str, path: str) -> None:
    response = client.request(method, path)
    check_problem(response, 405)
    if not path.startswith("/static"):
        assert response.headers["allow"]


@pytest.mark.parametrize(
    "path",
    ["/nothing", "/api", "/api/", "/api/nothing", "/docs", "/redoc", "/static/", "/static/nothing.js", "/static/../cli.py",
     "/static/%2e%2e/cli.py", "/api/documents/x/y", "/favicon.ico.bak", "/ask"],
)  # fmt: skip
def test_unknown_paths_are_404_problems(client: TestClient, path: str) -> None:
    check_problem(client.get(path), 404)


@pytest.mark.parametrize("document_id", ["nothing", "0" * 16, "%00", "%ff", "..%2f..", "文件", "a" * 5000, "%0a"])
@pytest.mark.parametrize("suffix", ["", "/text"])
def test_unknown_documents_are_404_problems(client: TestClient, document_id: str, suffix: str) -> None:
    problem = check_problem(client.get(f"/api/documents/{document_id}{suffix}"), 404)
    if document_id == "nothing":
        assert "nothing" in problem["detail"]


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
    assert body["passages"][0]["text"] == DEFINITION_631
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


# Pages


PAGES = (
    "/",
    "/documents/anything",
    "/static/chat.css",
    "/static/chat.js",
    "/static/page.js",
    "/static/document.js",
    "/static/icon.svg",
)


@pytest.mark.parametrize("path", PAGES)
def test_nothing_on_the_pages_points_to_another_host(client: TestClient, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 200
    page = response.text.replace("http://www.w3.org/2000/svg", "")  # the name of a format, nothing that is fetched
    assert not re.search(r"\b(?:https?|wss?|ftp):", page)
    assert not re.search(r"""["'(=]\s*//\w""", page)


@pytest.mark.parametrize("path", ["/", "/documents/anything"])
def test_what_the_pages_load_is_there(client: TestClient, path: str) -> None:
    page = client.get(path)
    assert page.headers["content-type"].startswith("text/html")
    assert 'lang="zh-CN"' in page.text
    loaded = re.findall(r'(?:src|href)="(/[^"#]*)"', page.text)
    assert any(name.endswith(".js") for name in loaded)
    assert any(name.endswith(".css") for name in loaded)
    for name in loaded:
        assert client.get(name).status_code == 200
    # The content security policy forbids scripts and styles within the page.
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\son\w+=|\sstyle=", page.text)
    for script in (name for name in loaded if name.endswith(".js")):
        for imported in re.findall(r'from "\./([^"]+)"', client.get(script).text):
            assert client.get(f"/static/{imported}").status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/documents/x",
        "/static/chat.js",
        "/healthz",
        "/api/documents",
        "/api/documents/unknown",
        "/unknown",
        "/api/search",
    ],
)
def test_security_headers_come_with_everything(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";") if part.strip())
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self'"
    assert "unsafe" not in headers["content-security-policy"]
    assert "*" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "access-control-allow-origin" not in headers


def test_a_defect_is_a_problem_without_details(assistant: Assistant) -> None:
    app = create_app(assistant, Settings())

    @app.get("/defect")
    def defect() -> None:
        raise RuntimeError("a secret")

    with TestClient(app, raise_server_exceptions=False) as opened:
        response = opened.get("/defect")
        assert "secret" not in json.dumps(check_problem(response, 500))


# Any question at all

_ANY_CHARACTER = st.characters()  # every category, unassigned and private ones and lone surrogates included
_WORDS = st.sampled_from(
    ("什么是", "631", "六三一", "机制", "第0457号", "建议", "提案", "〔2025〕", "渝国资函", "313号", "谁", "提出", "？", "what is", " the ", "2023年",
     "大渡口区", "“", "”", "《", "》", "(", "[", "\\", "*", "%", "'", '"', ";--", "\x00", "\n", "\u202e", "\u200d", "🙂", "𠮷",
     "ﬁ", "①", "㈠", "½", "é", "٣")
)  # fmt: skip
_QUESTIONS = st.one_of(
    st.text(_ANY_CHARACTER, max_size=80), st.lists(st.one_of(_WORDS, st.text(_ANY_CHARACTER, max_size=3)), max_size=12).map("".join)
)  # fmt: skip


@given(question=_QUESTIONS)
def test_any_question_is_answered_or_a_problem(client: TestClient, fetched_text: TextOf, question: str) -> None:
    # ``json=`` would refuse lone surrogates itself; JSON can carry them.
    response = client.post(
        "/api/ask", content=json.dumps({"question": question}).encode(), headers={"content-type": "application/json"}
    )
    assert response.status_code in (200, 422), response.text
    if response.status_code == 422:
        check_problem(response, 422)
        bad = any(unicodedata.category(c) in ("Cc", "Cs") or c in "\ufffe\uffff" for c in question)
        assert bad or not any(c.isalnum() or c == "_" for c in question)
    else:
        check_answer(response.json(), fetched_text)
        assert response.json()["question"] == question.strip()


@given(
    q=st.text(st.characters(codec="utf-8"), max_size=40),
    number=st.none() | st.text(st.characters(codec="utf-8"), max_size=8),
    kind=st.none() | st.text(st.characters(codec="utf-8"), max_size=8),
)
def test_any_search_is_answered_or_a_problem(
    client: TestClient, fetched_text: TextOf, q: str, number: str | None, kind: str | None
) -> None:
    given_filters = {name: value for name, value in (("number", number), ("kind", kind)) if value is not None}
    response = client.get("/api/search", params={"q": q, "top_k": 3, **given_filters})
    assert response.status_code in (200, 422), response.text
    if response.status_code == 200:
        check_passages(response.json()["passages"], fetched_text)
    else:
        check_problem(response, 422)


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


# An index that changes while the service runs


Service = tuple[TestClient, Path, Callable[[], None]]


@pytest.fixture
def service(corpus: Path, own_data_dir: Path, tmp_path: Path, encoder: Encoder) -> Iterator[Service]:
    """A service of its own, the folder it is about, and the command that indexes that folder again."""
    folder = Path(shutil.copytree(corpus, tmp_path / "文件 夹"))

    def index() -> None:
        with Indexer(own_data_dir, encoder) as indexer:
            indexer.index([folder])

    index()
    with TestClient(create_app(Assistant.open(own_data_dir, encoder), Settings())) as opened:
        yield opened, folder, index


def test_the_service_follows_the_index(service: Service) -> None:
    client, folder, index = service
    first = client.get("/readyz").json()["generation"]
    ids = {document["source"]: document["document_id"] for document in client.get("/api/documents").json()["documents"]}
    assert not ask(client, "什么是八五二机制")["answered"]
    (folder / "新 文件.txt").write_text(
        "供水报告\n\n附件：注释\n\n“852”机制：指提前8天排水、提前5天检修、提前2天试水。\n", encoding="utf-8"
    )
    (folder / REPLY_457).unlink()
    index()
    answer = ask(client, "什么是八五二机制")
    assert answer["answered"]
    assert answer["citations"][0]["source"] == "新 文件.txt"
    assert "提前8天排水" in answer["answer"]
    assert client.get("/readyz").json()["generation"] > first
    assert ask(client, "第0457号建议是谁提出的")["refusal"]["reason"] == "unknown_number"
    check_problem(client.get(f"/api/documents/{ids[REPLY_457]}"), 404)
    # The ids of the others stay as they were.
    now = {document["source"]: document["document_id"] for document in client.get("/api/documents").json()["documents"]}
    assert {source: ids[source] for source in SOURCES if source != REPLY_457}.items() <= now.items()


@pytest.mark.parametrize("content", [None, "../../..\n"])
def test_the_service_goes_on_when_the_pointer_is_lost(
    service: Service, own_data_dir: Path, content: str | None
) -> None:
    client, _, index = service
    if content is None:
        (own_data_dir / "CURRENT").unlink()
    else:
        (own_data_dir / "CURRENT").write_text(content, encoding="utf-8")
    for path in ("/", "/healthz", "/readyz", "/api/documents", "/api/search?q=631"):
        assert client.get(path).status_code == 200
    assert ask(client, "什么是631机制")["answer"] == DEFINITION_631 + " [1]"
    check_problem(client.post("/api/ask", json={"question": ""}), 422)
    index()
    assert ask(client, "什么是631机制")["answered"]


def test_an_index_whose_database_is_overwritten_is_a_503_problem(own_data_dir: Path, encoder: Encoder) -> None:
    # Damage that leaves every size as it was shows only when the file is read.
    for database in (own_data_dir / "generations").glob("*/documents.sqlite"):
        database.write_bytes(b"7" * database.stat().st_size)
    with TestClient(create_app(Assistant.open(own_data_dir, encoder), Settings())) as opened:
        check_problem(opened.post("/api/ask", json={"question": "什么是631机制"}), 503)
        check_problem(opened.get("/api/documents"), 503)
        assert opened.get("/healthz").status_code == 200


def test_vectors_that_are_overwritten_are_a_503_problem(own_data_dir: Path, encoder: Encoder) -> None:
    for vectors in (own_data_dir / "generations").glob("*/chunks.faiss"):
        vectors.write_bytes(b"7" * vectors.stat().st_size)
    with TestClient(create_app(Assistant.open(own_data_dir, encoder), Settings())) as opened:
        check_problem(opened.post("/api/ask", json={"question": "什么是631机制"}), 503)
