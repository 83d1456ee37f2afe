"""Several ``zhengwen serve`` processes over one cluster: none of them holds anything that another would miss."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from tests.cluster.fetch import fetch
from tests.cluster.running import Node, cluster
from tests.server.running import service
from tests.server.support import Cli

QUESTIONS = ("什么是631机制", "国有资产盘活有哪些措施", "第0457号建议是哪位代表提出的")


@pytest.fixture(scope="module")
def nodes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Node]]:
    with cluster(fetch(), tmp_path_factory.mktemp("serving")) as started:
        yield started


def _seen(url: str, question: str) -> list[str]:
    """The passages of a search and the quotes of an answer, both of which have to succeed."""
    found = httpx.get(f"{url}/api/search", params={"q": question}, timeout=120)
    answer = httpx.post(f"{url}/api/ask", json={"question": question}, timeout=120)
    assert (found.status_code, answer.status_code) == (200, 200), (found.text, answer.text)
    chunks = [passage["chunk_id"] for passage in found.json()["passages"]]
    return chunks + [citation["quote"] for citation in answer.json()["citations"]]


def test_two_services_over_a_cluster_that_loses_a_node(nodes: list[Node], corpus: Path, tmp_path: Path) -> None:
    documents, data = Path(shutil.copytree(corpus, tmp_path / "corpus")), tmp_path / "data"
    settings = {
        "ZHENGWEN_BACKEND": "qdrant", "ZHENGWEN_QDRANT_URL": ",".join(node.url for node in nodes),
        "ZHENGWEN_QDRANT_SHARDS": "6", "ZHENGWEN_QDRANT_REPLICAS": "2", "ZHENGWEN_RATE_LIMIT_ADDRESS": "off",
    }  # fmt: skip
    cli = Cli(tmp_path, tmp_path, None)
    assert cli("index", documents, "--data-dir", data, "--quiet", **settings).code == 0
    with ExitStack() as stack:
        services = [stack.enter_context(service(data, tmp_path, **settings)) for _ in range(2)]
        embedded = stack.enter_context(service(data, tmp_path))
        expected = {question: _seen(embedded, question) for question in QUESTIONS}
        assert [{question: _seen(url, question) for question in QUESTIONS} for url in services] == [expected] * 2
        nodes[2].kill()
        for _ in range(5):
            for url in services:
                assert {question: _seen(url, question) for question in QUESTIONS} == expected
        nodes[2].start()
        # What is published now, both find at their next question but one second.
        (documents / "新文件.md").write_text(
            "# 关于低空物流的通知\n\n低空物流试点自2026年1月起施行。\n", encoding="utf-8"
        )
        assert cli("index", documents, "--data-dir", data, "--quiet", **settings).code == 0
        for url in services:
            _seen(url, "国有资产")
            for _ in range(40):
                titles = [passage["title"] for passage in _found(url, "低空物流试点")]
                if "关于低空物流的通知" in titles:
                    break
            assert "关于低空物流的通知" in titles


def _found(url: str, question: str) -> list[dict[str, str]]:
    found = httpx.get(f"{url}/api/search", params={"q": question}, timeout=120)
    assert found.status_code == 200
    passages: list[dict[str, str]] = found.json()["passages"]
    return passages
