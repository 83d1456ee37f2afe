"""A desk over two letters: the folder, the data directory, and HTTP to the app."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from indexer.encoders import load_encoder
from indexer.pipeline import Indexer
from server.app import create_app
from server.assistant import Assistant
from server.settings import Settings
from tests.server.support import FIRST, LETTER, SECOND, local

# One that loads at once: the process that works on the index loads it each time.
ENCODER = "zhengwen-static"


@dataclass(frozen=True)
class Desk:
    """HTTP to a service over a folder."""

    http: TestClient
    folder: Path
    data_dir: Path

    def upload(self, name: str, content: bytes | str, **fields: str) -> Any:
        """The response to an upload."""
        data = content.encode() if isinstance(content, str) else content
        return self.http.post("/api/documents", files={"file": (name, data)}, data=fields)

    def index(self) -> dict[str, Any]:
        """Bring the index up to date; the job when it is over."""
        started = self.http.post("/api/desk/index")
        assert started.status_code == 202, started.text
        return self.ended()

    def ended(self) -> dict[str, Any]:
        """The job that runs, when it is over."""
        self.http.get("/api/desk/index/events")
        job: dict[str, Any] = self.get("/api/desk")["job"]
        assert job["state"] != "running"
        return job

    def get(self, path: str) -> dict[str, Any]:
        """The JSON at a path."""
        response = self.http.get(path)
        assert response.status_code == 200, response.text
        found: dict[str, Any] = response.json()
        return found

    def ids(self) -> dict[str, str]:
        """Ids of the indexed documents by their path."""
        return {one["source"]: one["document_id"] for one in self.get("/api/documents")["documents"]}

    def ask(self, question: str) -> dict[str, Any]:
        """The answer to a question."""
        response = self.http.post("/api/ask", json={"question": question})
        assert response.status_code == 200, response.text
        found: dict[str, Any] = response.json()
        return found


def indexed_letters(place: Path) -> tuple[Path, Path]:
    """A folder of two letters and the data directory of its index."""
    folder = place / "政策 文件"
    folder.mkdir()
    (folder / FIRST).write_text(LETTER.format(25, "张三", "供水"), encoding="utf-8")
    (folder / SECOND).write_text(LETTER.format(37, "李四", "排水"), encoding="utf-8")
    with Indexer(place / "数据", load_encoder(ENCODER)) as indexer:
        indexer.index([folder])
    return folder, place / "数据"


@contextmanager
def desk_over(place: Path, **settings: Any) -> Iterator[Desk]:
    """A desk over two letters in a folder of its own."""
    folder, data_dir = indexed_letters(place)
    given: Mapping[str, Any] = {"encoder": ENCODER, **settings}
    app = create_app(Assistant.open(data_dir, load_encoder(ENCODER)), Settings(**given))
    with local(app) as http:
        yield Desk(http, folder, data_dir)
