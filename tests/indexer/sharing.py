"""What the tests of shared work need: documents, the files of an index, a slow encoder, and workers to be killed.

``python -m tests.indexer.sharing URL LEASE``: a worker of the shared store, with the slow encoder.
"""

import os
import subprocess
import sys
import time
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import pytest
import sqlalchemy as sa

from indexer.caching import Progress
from indexer.encoders import Encoder, Floats
from indexer.generations import Generation
from indexer.pipeline import Indexer
from indexer.sharing.batch import Batch, Content
from indexer.sharing.labour import work
from indexer.sharing.table import SharedStore
from indexer.static_model import STATIC, StaticModel
from tests.indexer.killing import text_of

ROOT = Path(__file__).parents[2]


class SlowEncoder(StaticModel):
    """The static encoder, 20 ms later: time to be killed in."""

    def encode_passages(self, passages: Sequence[Sequence[str]]) -> tuple[Floats, Floats]:
        time.sleep(0.02)
        return super().encode_passages(passages)


def documents(folder: Path, count: int = 24) -> Path:
    """A folder of documents, some four chunks long."""
    folder.mkdir(parents=True)
    for number in range(count):
        (folder / f"{number:03d}.txt").write_text(text_of(number, number % 7), encoding="utf-8")
    return folder


def batches(count: int, size: int = 3) -> list[Batch]:
    """Batches of contents of which no two are alike."""

    def content(number: int) -> Content:
        text = f"“三清”机制第{number}号：清理管网{number}公里。清收欠费{number * 7}元。"
        return Content(
            f"{number:032x}", f"饮水报告\n第{number}节", text, "三清" if number % 5 == 0 else None, True, True
        )

    return [tuple(content(number * size + k) for k in range(size)) for number in range(count)]


def _quiet(_step: str, _done: int, _total: int) -> None:
    """No progress is shown."""


def indexed(folder: Path, data: Path, encoder: Encoder, progress: Progress = _quiet) -> dict[str, str]:
    """Index a folder; checksums of the arrays that are published, by file."""
    with Indexer(data, encoder, progress) as indexer:
        indexer.index([folder])
    return arrays_of(data)


def arrays_of(data: Path) -> dict[str, str]:
    """Checksums of the arrays of the published generation, by file."""
    folder = data / "generations" / Generation(data).name
    found = {
        str(path.relative_to(folder)): sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.suffix in (".npy", ".faiss")
    }
    assert {"sentences.npy", "words.weights.npy", "bigrams.chunks.npy"} <= found.keys()
    return found


@contextmanager
def store_url(kind: str, folder: Path) -> Iterator[str]:
    """The URL of an empty shared store of this kind. Skips the test where no PostgreSQL is named for it."""
    if kind == "sqlite":
        yield f"sqlite:///{folder}/共享.sqlite"
        return
    given = os.environ.get("ZHENGWEN_TEST_POSTGRES")
    if not given:
        pytest.skip("ZHENGWEN_TEST_POSTGRES names no PostgreSQL for tests")
    # A schema of its own: tests run side by side.
    url, schema = sa.make_url(given).set(drivername="postgresql+psycopg"), f"zhengwen_test_{uuid.uuid4().hex}"
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        connection.execute(sa.text(f"CREATE SCHEMA {schema}"))
    try:
        yield url.update_query_dict({"options": f"-csearch_path={schema}"}).render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            connection.execute(sa.text(f"DROP SCHEMA {schema} CASCADE"))


def environment(**settings: str) -> dict[str, str]:
    """Of a process of its own, with these settings and no others."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ZHENGWEN_")}
    return kept | {"PYTHONPATH": str(ROOT), "ZHENGWEN_ENCODER": STATIC, "OMP_NUM_THREADS": "1"} | settings


def start_worker(url: str, lease: float) -> subprocess.Popen[str]:
    """A worker of the shared store that is waiting for work, or at it."""
    worker = subprocess.Popen(
        [sys.executable, "-m", "tests.indexer.sharing", url, str(lease)], env=environment(), cwd=ROOT,
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert worker.stdout is not None
    assert worker.stdout.readline() == "ready\n"
    return worker


def end(processes: Iterable[subprocess.Popen[str]]) -> None:
    """Kill processes and wait for them."""
    for process in processes:
        process.kill()
        process.communicate()


def main() -> None:
    """A worker until it is killed."""
    store, encoder = SharedStore(sys.argv[1], float(sys.argv[2])), SlowEncoder()
    print("ready", flush=True)
    work(store, encoder, lambda line: print(line, file=sys.stderr))


if __name__ == "__main__":
    main()
