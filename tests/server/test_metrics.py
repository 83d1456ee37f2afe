"""GET /metrics: what is counted, under which labels, and who may read it."""

import shutil
from collections.abc import AsyncGenerator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from server.answer.llm_client import Message, ModelFailure
from server.app import create_app
from server.assistant import Assistant
from server.observability.metrics import Metrics
from server.settings import Settings
from tests.server.support import FIRST, LETTER, OtherEncoder, ask, built, local

QUESTION = "今年新建供水站多少座？"
STAGES = ("understand", "filter", "bm25", "encode", "dense", "fuse", "rerank", "read")


class Writes:
    """A model that answers with the words of the only document."""

    async def stream(self, messages: Sequence[Message]) -> AsyncGenerator[str, None]:
        yield "今年新建供水站25座[1]。"


class Fails:
    """A model that does not answer."""

    async def stream(self, messages: Sequence[Message]) -> AsyncGenerator[str, None]:
        raise ModelFailure("模型繁忙 / the model is busy")
        yield ""


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with the index of one letter."""
    return built(tmp_path_factory.mktemp("one"), OtherEncoder(), {FIRST: LETTER.format(25, "张三", "供水")}).data_dir


@pytest.fixture
def own(data: Path, tmp_path: Path) -> Path:
    """A copy of it that a test may change."""
    return Path(shutil.copytree(data, tmp_path / "own"))


def client_of(data_dir: Path, model: Any = None) -> TestClient:
    return local(create_app(Assistant.open(data_dir, OtherEncoder(), model), Settings()))


def values(text: str) -> dict[str, float]:
    """Values by name and labels, written as ``name{label=value,…}``, the labels in alphabetical order."""
    return {
        sample.name
        + "{"
        + ",".join(f"{name}={value}" for name, value in sorted(sample.labels.items()))
        + "}": sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def read(client: TestClient) -> dict[str, float]:
    response = client.get("/metrics")
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/plain; version=")
    return values(response.text)


def test_requests_are_counted_by_template(own: Path) -> None:
    client = client_of(own)
    found = client.get("/api/documents").json()["documents"][0]["document_id"]
    for name in (found, "没有的", "机密-2025"):
        client.get(f"/api/documents/{name}")
    client.get("/没有这个地址")
    client.request("STEAL", "/api/documents")
    client.get("/static/chat.css")
    got = read(client)

    def count(route: str, method: str, status: int) -> float | None:
        return got.get(f"zhengwen_http_requests_total{{method={method},route={route},status={status}}}")

    assert count("/api/documents/{document_id}", "GET", 200) == 1
    assert count("/api/documents/{document_id}", "GET", 404) == 2
    assert count("other", "GET", 404) == 1
    assert count("/static", "GET", 200) == 1
    assert [value for name, value in got.items() if "_requests_total{method=other" in name] == [1]
    assert got["zhengwen_http_request_seconds_count{method=GET,route=/api/documents/{document_id}}"] == 3
    assert got["zhengwen_http_requests_running{}"] == 1  # The one that reads this.


def test_each_stage_of_a_search_once(own: Path) -> None:
    client = client_of(own)
    for _ in range(3):
        assert client.get("/api/search", params={"q": "供水站"}).status_code == 200
    got = read(client)
    counts = {name: value for name, value in got.items() if name.startswith("zhengwen_stage_seconds_count")}
    assert counts == {f"zhengwen_stage_seconds_count{{stage={stage},work=search}}": 3 for stage in STAGES}
    assert got["zhengwen_work_seconds_count{work=search}"] == 3
    spent = sum(got[f"zhengwen_stage_seconds_sum{{stage={stage},work=search}}"] for stage in STAGES)
    assert 0 < spent <= got["zhengwen_work_seconds_sum{work=search}"]


@pytest.mark.parametrize(("model", "mode"), [(None, "extractive"), (Writes(), "llm"), (Fails(), "fallback")])
def test_answers_are_counted_by_mode(own: Path, model: Any, mode: str) -> None:
    client = client_of(own, model)
    answer = ask(client, QUESTION)
    assert "25座" in answer["answer"]
    ask(client, QUESTION, stream=False)
    client.post("/api/ask", json={"question": QUESTION, "stream": True})
    got = read(client)
    assert {m: got[f"zhengwen_answers_total{{mode={m}}}"] for m in ("extractive", "llm", "fallback")} == {
        "extractive": 0, "llm": 0, "fallback": 0, mode: 3,
    }  # fmt: skip
    assert got["zhengwen_llm_failures_total{}"] == (3 if mode == "fallback" else 0)
    assert got["zhengwen_work_seconds_count{work=answer}"] == 3
    assert got.get("zhengwen_work_seconds_count{work=model}") == (None if model is None else 3)
    for stage in ("wait", "understand", "encode", "retrieve", "extract"):
        assert got[f"zhengwen_stage_seconds_count{{stage={stage},work=answer}}"] == 3


def test_refusals_are_counted_by_reason(own: Path) -> None:
    client = client_of(own)
    assert ask(client, "第0999号建议的答复结果是什么？")["refusal"]["reason"] == "unknown_number"
    got = read(client)
    assert got["zhengwen_refusals_total{reason=unknown_number}"] == 1
    assert got["zhengwen_answers_total{mode=extractive}"] == 0


def test_the_index(own: Path) -> None:
    assistant = Assistant.open(own, OtherEncoder())
    created = datetime.fromisoformat(assistant.generation.manifest.created).timestamp()
    text = Metrics(assistant, now=lambda: created + 5_400).exposition("")[0].decode()
    got = values(text)
    assert got["zhengwen_index_age_seconds{}"] == pytest.approx(5_400, abs=0.001)
    assert got["zhengwen_index_documents{}"] == 1
    assert got["zhengwen_index_chunks{}"] == assistant.generation.manifest.chunks
    assert got["zhengwen_index_generation{}"] == 1
    assert got["zhengwen_index_bytes{}"] == sum(
        path.stat().st_size
        for path in (own / "generations" / "000001").rglob("*")
        if path.is_file() and (path.parent.name == "public" or not path.name.startswith("manifest."))
    )
    assert got["zhengwen_index_stale{}"] == 0


def test_an_index_that_cannot_be_opened_shows(own: Path) -> None:
    client = client_of(own)
    assert read(client)["zhengwen_index_stale{}"] == 0
    (own / "CURRENT").unlink()
    got = read(client)
    assert got["zhengwen_index_stale{}"] == 1
    assert got["zhengwen_index_generation{}"] == 1


def test_documents_found_in_the_cache(own: Path) -> None:
    client = client_of(own)
    document_id = client.get("/api/documents").json()["documents"][0]["document_id"]
    before = read(client)
    for _ in range(4):
        client.get(f"/api/documents/{document_id}/text")
    after = read(client)
    hits, misses = "zhengwen_document_cache_hits_total{}", "zhengwen_document_cache_misses_total{}"
    assert after[hits] + after[misses] - before[hits] - before[misses] >= 4
    assert after[misses] - before[misses] <= 1


def test_nothing_that_anybody_wrote_is_in_it(own: Path) -> None:
    """Questions, names of documents, of keys and of people are Chinese here; not a character of them comes out."""
    app = create_app(Assistant.open(own, OtherEncoder()), Settings())
    _, key = app.state.access.keys.create("admin", "王管理员")
    client = TestClient(app, headers={"Authorization": f"Bearer {key}", "X-Request-Id": "somebody-s-own-id"})
    ask(client, QUESTION)
    ask(client, "第098765号建议的答复结果是什么？", filters={"issuer": "水利局"})
    client.get("/api/search", params={"q": "供水站", "issuer": "某市"})
    client.get("/documents/供水", params={"secret": "password"})
    text = client.get("/metrics").text
    assert text.isascii()
    for hidden in (key, key[-8:], "password", "somebody", "098765", "98765号"):
        assert hidden not in text


def test_who_may_read_it_without_keys(own: Path) -> None:
    app = create_app(Assistant.open(own, OtherEncoder()), Settings())
    assert local(app).get("/metrics").status_code == 200
    check_refused(TestClient(app, base_url="http://localhost", client=("10.0.0.7", 1)), 403)


def test_who_may_read_it_with_keys(own: Path) -> None:
    app = create_app(Assistant.open(own, OtherEncoder()), Settings())
    keys = {role: app.state.access.keys.create(role, role)[1] for role in ("public", "deputy", "staff", "admin")}
    elsewhere = TestClient(app, client=("10.0.0.7", 1))
    check_refused(elsewhere, 401)
    for role, key in keys.items():
        headers = {"Authorization": f"Bearer {key}"}
        if role == "admin":
            assert elsewhere.get("/metrics", headers=headers).status_code == 200
        else:
            check_refused(elsewhere, 403, headers)
    # This machine itself, but nobody who comes through a proxy on it, or by another name for it.
    assert local(app).get("/metrics").status_code == 200
    check_refused(local(app), 401, {"X-Forwarded-For": "203.0.113.5"})
    check_refused(local(app), 401, {"Host": "zhengwen.example.gov.cn"})
    check_refused(local(app), 401, {"Origin": "https://evil.example"})


def check_refused(client: TestClient, status: int, headers: dict[str, str] | None = None) -> None:
    """Refused, with a problem that holds no number of documents."""
    response = client.get("/metrics", headers=headers)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert "zhengwen_" not in response.text


def test_two_apps_over_one_assistant_count_apart(own: Path) -> None:
    assistant = Assistant.open(own, OtherEncoder())
    first, second = (local(create_app(assistant, Settings())) for _ in range(2))
    ask(first, QUESTION)
    assert read(first)["zhengwen_answers_total{mode=extractive}"] == 1
    assert read(second)["zhengwen_answers_total{mode=extractive}"] == 0


def test_openmetrics_for_those_who_ask(own: Path) -> None:
    response = client_of(own).get("/metrics", headers={"Accept": "application/openmetrics-text; version=1.0.0"})
    assert response.headers["content-type"].startswith("application/openmetrics-text")
    assert response.text.endswith("# EOF\n")


def test_a_question_that_is_no_question_is_neither_answered_nor_refused(own: Path) -> None:
    client = client_of(own)
    response = client.post("/api/ask", json={"question": "  "})
    assert response.status_code == 422
    got = read(client)
    assert got["zhengwen_answers_total{mode=extractive}"] == 0
    assert not any(name.startswith("zhengwen_refusals_total") for name in got)
