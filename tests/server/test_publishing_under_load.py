"""Publications while clients ask: every request is answered, from a generation that was current.

``ZHENGWEN_PUBLICATIONS``: how many.
"""

import os
import random
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from indexer.encoders import load_encoder
from indexer.generations import folders
from indexer.pipeline import Indexer
from indexer.static_model import STATIC
from tests.server.running import service
from tests.server.support import PUMPS

TIMES = int(os.environ.get("ZHENGWEN_PUBLICATIONS", "25"))
_CLIENTS = 8


def publish(folder: Path, data: Path, number: int) -> None:
    """Publish the number of the round, in one document of several."""
    (folder / "轮次.txt").write_text(f"检修轮次\n\n本轮检修是第{number}轮检修。\n", encoding="utf-8")
    with Indexer(data, load_encoder(STATIC)) as indexer:
        assert indexer.index([folder]).published


@pytest.fixture
def places(tmp_path: Path) -> tuple[Path, Path]:
    """A folder, and the data directory of its index in round 0."""
    folder, data = tmp_path / "文 件", tmp_path / "数 据"
    folder.mkdir()
    for number, district in enumerate(("清河", "白沙", "南岭", "东湖")):
        text = f"{district}区泵站情况\n\n{district}区共有泵站{19 + number}座。\n\n{PUMPS.replace('号泵站', f'号{district}泵站')}"
        (folder / f"{district}.txt").write_text(text, encoding="utf-8")
    publish(folder, data, 0)
    return folder, data


@pytest.fixture
def url(places: tuple[Path, Path], tmp_path: Path) -> Iterator[str]:
    with service(places[1], tmp_path, ZHENGWEN_ENCODER=STATIC) as address:
        yield address


class Clients:
    """Clients that ask all the time, each what it finds; whatever fails is kept."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.stop = threading.Event()
        self.asked = 0
        self.failed: list[str] = []
        self.rounds: set[str] = set()

    def ask_on(self, seed: int) -> None:
        draw = random.Random(seed)
        with httpx.Client(base_url=self._url, timeout=60) as client:
            while not self.stop.is_set():
                try:
                    self.ask(client, draw)
                except (httpx.HTTPError, AssertionError, KeyError, IndexError) as error:
                    self.failed.append(repr(error))

    def ask(self, client: httpx.Client, draw: random.Random) -> None:
        self.asked += 1
        what = draw.randrange(5)
        if what == 0:
            found = (
                client.get("/api/search", params={"q": "本轮检修是第几轮", "system": "bm25"}).raise_for_status().json()
            )
            self.rounds.add(next(p["text"] for p in found["passages"] if "轮检修" in p["text"]))
        elif what == 1:
            answer = client.post("/api/ask", json={"question": "清河区共有泵站多少座"}).raise_for_status().json()
            assert "19座" in answer["answer"], answer["answer"]
        elif what == 2:
            listed = client.get("/api/documents").raise_for_status().json()
            assert listed["total"] == 5
            document = draw.choice(listed["documents"])["document_id"]
            assert client.get(f"/api/documents/{document}").raise_for_status().json()["title"]
        elif what == 3:
            found = client.get("/api/search", params={"q": "白沙区泵站", "system": "hybrid"}).raise_for_status().json()
            assert any("白沙" in passage["text"] for passage in found["passages"])
        else:
            assert client.get("/readyz").raise_for_status().json()["documents"] == 5


def test_no_request_fails(places: tuple[Path, Path], url: str) -> None:
    folder, data = places
    clients = Clients(url)
    draw = random.Random(631)
    with ThreadPoolExecutor(_CLIENTS) as pool:
        asking = [pool.submit(clients.ask_on, seed) for seed in range(_CLIENTS)]
        try:
            for number in range(1, TIMES + 1):
                publish(folder, data, number)
                # Sometimes at once, two or three within one request.
                time.sleep(draw.choice([0, 0, 0, 0.1]))
        finally:
            clients.stop.set()
        for asked in asking:
            asked.result()
    print(
        f"{TIMES} publications, {clients.asked} requests, {len(clients.rounds)} rounds seen, {len(clients.failed)} failed"
    )
    assert clients.failed == []
    assert clients.asked >= TIMES
    assert len(clients.rounds) > 1
    with httpx.Client(base_url=url, timeout=60) as client:
        found = client.get("/api/search", params={"q": "本轮检修是第几轮", "system": "bm25"}).raise_for_status().json()
    assert f"第{TIMES}轮检修" in found["passages"][0]["text"]
    # Generations that nobody reads any more are gone: those of a hundred publications are not kept.
    publish(folder, data, TIMES + 1)
    assert len(folders(data)) <= 2 + _CLIENTS
