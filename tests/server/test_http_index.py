"""The service while its index changes, or is damaged."""

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from indexer.encoders import Encoder
from indexer.errors import DamagedGeneration
from indexer.pipeline import Indexer
from server.app import create_app
from server.assistant import Assistant
from server.settings import Settings
from tests.server.support import DEFINITION_631, REPLY_457, SOURCES, ask, check_problem, local

Service = tuple[TestClient, Path, Callable[[], None]]


@pytest.fixture
def service(corpus: Path, own_data_dir: Path, tmp_path: Path, encoder: Encoder) -> Iterator[Service]:
    """A service of its own, the folder it is about, and the command that indexes that folder again."""
    folder = Path(shutil.copytree(corpus, tmp_path / "文件 夹"))

    def index() -> None:
        with Indexer(own_data_dir, encoder) as indexer:
            indexer.index([folder])

    index()
    with local(create_app(Assistant.open(own_data_dir, encoder), Settings())) as opened:
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


@pytest.mark.parametrize("name", ["documents.sqlite", "chunks.0.faiss"])
def test_an_index_that_is_overwritten_is_told_in_one_line(own_data_dir: Path, encoder: Encoder, name: str) -> None:
    # Damage that leaves every size as it was shows only when the file is read.
    for file in (own_data_dir / "generations").glob(f"*/{name}"):
        file.write_bytes(b"7" * file.stat().st_size)
    with pytest.raises(DamagedGeneration, match=rf"{re.escape(name)}.*rebuild it"):
        Assistant.open(own_data_dir, encoder)


@pytest.mark.parametrize("name", ["documents.sqlite", "chunks.0.faiss"])
def test_an_index_that_is_overwritten_under_the_service_is_a_503_problem(
    own_data_dir: Path, encoder: Encoder, name: str
) -> None:
    with local(create_app(Assistant.open(own_data_dir, encoder), Settings())) as opened:
        for file in (own_data_dir / "generations").glob(f"*/{name}"):
            # Another file under its name: what is mapped already stays as it was.
            damaged = file.with_name("damaged")
            damaged.write_bytes(b"7" * file.stat().st_size)
            damaged.replace(file)
        check_problem(opened.post("/api/ask", json={"question": "什么是631机制"}), 503)
        assert opened.get("/healthz").status_code == 200
