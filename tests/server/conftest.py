"""A real index of the sample corpus, built once, and the ways in which it is asked."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from indexer.document import Document
from indexer.encoders import Encoder
from indexer.generations import Generation
from indexer.pipeline import Indexer
from server.app import create_app
from server.assistant import Assistant
from server.settings import Settings
from tests.server.support import FIRST, LETTER, SECOND, Cli, Forker, TextOf, local


@pytest.fixture(scope="session")
def data_dir(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder, corpus: Path) -> Path:
    """The index of the sample corpus. Never written to: see ``own_data_dir``."""
    folder = tmp_path_factory.mktemp("data") / "index"
    with Indexer(folder, encoder) as indexer:
        indexer.index([corpus])
    return folder


@pytest.fixture
def own_data_dir(data_dir: Path, tmp_path: Path) -> Path:
    """A copy of the index that a test may change; what other tests asked of it stays behind."""
    return Path(shutil.copytree(data_dir, tmp_path / "own index", ignore=shutil.ignore_patterns("audit")))


@pytest.fixture(scope="session")
def generation(data_dir: Path) -> Generation:
    """The published generation of the sample corpus."""
    return Generation(data_dir)


@pytest.fixture(scope="session")
def assistant(data_dir: Path, encoder: Encoder) -> Assistant:
    """The assistant over the sample corpus."""
    return Assistant.open(data_dir, encoder)


@pytest.fixture(scope="session")
def by_source(assistant: Assistant) -> dict[str, Document]:
    """The documents of the sample corpus, with their chunks, by file name."""
    return {document.source: assistant.document(document.document_id) for document in assistant.documents()}


@pytest.fixture(scope="session")
def text_of(by_source: dict[str, Document]) -> TextOf:
    """The canonical text of a document of the sample corpus by its id."""
    texts = {document.document_id: document.text for document in by_source.values()}
    return texts.__getitem__


@pytest.fixture(scope="session")
def client(assistant: Assistant) -> Iterator[TestClient]:
    """HTTP to the app over the sample corpus."""
    with local(create_app(assistant, Settings(max_question=2_000))) as opened:
        yield opened


@pytest.fixture(scope="session")
def fetched_text(client: TestClient) -> TextOf:
    """The canonical text of a document by its id, fetched over HTTP."""
    texts: dict[str, str] = {}

    def fetch(document_id: str) -> str:
        if document_id not in texts:
            response = client.get(f"/api/documents/{document_id}/text")
            assert response.status_code == 200
            body = response.json()
            assert set(body) == {"document_id", "text"}
            assert body["document_id"] == document_id
            texts[document_id] = body["text"]
        return texts[document_id]

    return fetch


@pytest.fixture(scope="session")
def forker() -> Iterator[Forker | None]:
    """What runs the commands; None where processes cannot be forked."""
    if not hasattr(os, "fork"):
        yield None
        return
    running = Forker()
    yield running
    running.close()


@pytest.fixture
def cli(tmp_path: Path, forker: Forker | None) -> Cli:
    """The command line in an empty folder."""
    folder, scratch = tmp_path / "cwd", tmp_path / "printed"
    folder.mkdir()
    scratch.mkdir()
    return Cli(folder, scratch, forker)


@pytest.fixture
def index_of(tmp_path: Path, encoder: Encoder) -> Callable[..., Assistant]:
    """An assistant over documents given as name=text."""

    def build(**texts: str) -> Assistant:
        folder = tmp_path / "texts"
        folder.mkdir(exist_ok=True)
        for name, text in texts.items():
            (folder / f"{name}.txt").write_text(text, encoding="utf-8")
        with Indexer(tmp_path / "index of texts", encoder) as indexer:
            indexer.index([folder])
        return Assistant.open(tmp_path / "index of texts", encoder)

    return build


@pytest.fixture(scope="session")
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
