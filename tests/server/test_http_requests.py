"""Requests that are wrong, and any question at all: a problem of RFC 9457, or an answer of the contract."""

import json
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from tests.server.support import TextOf, ask, check_answer, check_passages, check_problem

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
