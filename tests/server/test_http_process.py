"""The service as it is run: ``python -m server serve``, a process of its own, spoken to over a socket."""

import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from indexer.encoders import Encoder
from indexer.pipeline import Indexer
from tests.server.support import DEFINITION_631, REPLY_457, SOURCES, Cli, check_answer

QUESTIONS = (
    "什么是631机制", "第0457号建议是谁提出的", "第0627号提案何时答复", "what is the 631 mechanism", "2023年末区属国有企业资产总额是多少",
    "今天天气怎么样", "什么是729机制", "哪三个集中",
)  # fmt: skip


@dataclass(frozen=True)
class Service:
    """A service that runs, the folder it is about and how that is indexed again."""

    url: str
    process: subprocess.Popen[bytes]
    folder: Path
    data_dir: Path
    index: Callable[[], None]
    log: Path

    def ask(self, question: str) -> dict[str, Any]:
        """The answer to a question, over a connection of its own."""
        response = httpx.post(f"{self.url}/api/ask", json={"question": question}, timeout=60)
        assert response.status_code == 200, response.text
        answer: dict[str, Any] = response.json()
        return answer

    def text_of(self, document_id: str) -> str:
        """The canonical text of a document, fetched."""
        text: str = (
            httpx.get(f"{self.url}/api/documents/{document_id}/text", timeout=60).raise_for_status().json()["text"]
        )
        return text


def started(command: list[str], cli: Cli, log: Path, url: str) -> subprocess.Popen[bytes]:
    """A service that answers; its stdout and stderr go to ``log``."""
    with log.open("wb") as written:
        process = subprocess.Popen(command, cwd=cli.folder, env=cli.environ(), stdout=written, stderr=written)
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            if httpx.get(f"{url}/readyz", timeout=60).json()["status"] == "ready":
                return process
        except httpx.TransportError:
            time.sleep(0.05)
    process.kill()
    process.wait()
    raise AssertionError(log.read_text(encoding="utf-8"))


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def service(
    tmp_path_factory: pytest.TempPathFactory, data_dir: Path, corpus: Path, encoder: Encoder
) -> Iterator[Service]:
    """One service for all tests here, over a copy of the sample corpus."""
    place = tmp_path_factory.mktemp("service")
    folder = Path(shutil.copytree(corpus, place / "文件 夹"))
    own = Path(shutil.copytree(data_dir, place / "数据 目录"))

    def index() -> None:
        with Indexer(own, encoder) as indexer:
            indexer.index([folder])

    index()
    port = free_port()
    cli = Cli(place, place, None)
    command = [sys.executable, "-m", "server", "serve", "--port", str(port), "--data-dir", str(own)]
    process = started(command, cli, place / "log", f"http://127.0.0.1:{port}")
    try:
        yield Service(f"http://127.0.0.1:{port}", process, folder, own, index, place / "log")
    finally:
        process.send_signal(signal.SIGINT)
        code = process.wait(timeout=30)
    assert code in (0, 130)
    assert "Traceback" not in (place / "log").read_text(encoding="utf-8")


def test_it_answers(service: Service) -> None:
    answer = service.ask("什么是631机制")
    check_answer(answer, service.text_of)
    assert answer["answer"] == DEFINITION_631 + " [1]"


def test_it_says_where_it_listens_and_nothing_more(service: Service) -> None:
    log = service.log.read_text(encoding="utf-8")
    assert log.splitlines() == [f"政问已启动：{service.url}/ （Ctrl+C 停止）"]


def test_it_does_not_say_what_it_is_made_of(service: Service) -> None:
    response = httpx.get(f"{service.url}/", timeout=60)
    assert response.status_code == 200
    assert "server" not in response.headers
    assert response.headers["content-security-policy"].startswith("default-src 'none'")


def test_wrong_requests_are_problems(service: Service) -> None:
    for status, response in (
        (422, httpx.post(f"{service.url}/api/ask", json={"question": ""}, timeout=60)),
        (422, httpx.post(f"{service.url}/api/ask", json={"question": "问" * 100_000}, timeout=60)),
        (422, httpx.post(f"{service.url}/api/ask", json={"question": "631\x00"}, timeout=60)),
        (
            422,
            httpx.post(
                f"{service.url}/api/ask", content=b"{", headers={"content-type": "application/json"}, timeout=60
            ),
        ),
        (404, httpx.get(f"{service.url}/api/documents/unknown", timeout=60)),
        (404, httpx.get(f"{service.url}/api/documents/%ff%00", timeout=60)),
        (404, httpx.get(f"{service.url}/nothing", timeout=60)),
        (405, httpx.get(f"{service.url}/api/ask", timeout=60)),
    ):
        assert response.status_code == status, response.text
        assert response.headers["content-type"] == "application/problem+json"
        assert set(response.json()) == {"type", "title", "status", "detail", "request_id"}


@pytest.mark.parametrize(
    "path", ["/static/../cli.py", "/static/..%2fcli.py", "/static/%2e%2e/settings.py", "//etc/passwd"]
)
def test_no_file_outside_the_pages_is_served(service: Service, path: str) -> None:
    # Sent as it is: clients tidy such paths up before they send them.
    host, port = service.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=60) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
        received = b"".join(iter(lambda: connection.recv(65536), b""))
    assert received.split(b" ", 2)[1] == b"404"
    assert b"import" not in received
    assert b"root:" not in received


def test_nonsense_instead_of_http_does_not_stop_it(service: Service) -> None:
    host, port = service.url.removeprefix("http://").split(":")
    for nonsense in (
        b"\x16\x03\x01\x02\x00",
        b"631\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"POST /api/ask HTTP/1.1\r\nContent-Length: 99\r\n\r\n{",
    ):
        with socket.create_connection((host, int(port)), timeout=60) as connection:
            connection.sendall(nonsense)
    assert service.ask("什么是631机制")["answered"]


def test_sixteen_clients_at_once(service: Service) -> None:
    alone = {question: service.ask(question)["answer"] for question in QUESTIONS}
    with ThreadPoolExecutor(16) as clients:
        answers = list(clients.map(service.ask, QUESTIONS * 4))
    texts: dict[str, str] = {}
    for answer in answers:
        for citation in answer["citations"]:
            texts.setdefault(citation["document_id"], service.text_of(citation["document_id"]))
        check_answer({**answer, "passages": []}, texts.__getitem__)
        assert answer["answer"] == alone[answer["question"]]


def test_it_follows_the_index_while_clients_ask(service: Service) -> None:
    stop = threading.Event()

    def ask_on(question: str) -> list[dict[str, Any]]:
        answers = []
        while not stop.is_set():
            answers.append(service.ask(question))
        return answers

    assert not service.ask("什么是八五二机制")["answered"]
    with ThreadPoolExecutor(6) as clients:
        asking = [clients.submit(ask_on, question) for question in QUESTIONS[:3] * 2]
        try:
            for number in (1, 2, 3):
                entry = f"“85{number}”机制：指提前8天排水、提前5天检修、提前{number}天试水。"
                (service.folder / f"新 文件 {number}.txt").write_text(
                    f"供水报告\n\n附件：注释\n\n{entry}\n", encoding="utf-8"
                )
                service.index()
                assert service.ask(f"什么是85{number}机制")["answer"] == f"{entry} [1]"
        finally:
            stop.set()
        answers = [answer for asked in asking for answer in asked.result()]
    assert len(answers) >= 6
    assert all(answer["answered"] for answer in answers)
    assert service.ask("什么是八五二机制")["citations"][0]["source"] == "新 文件 2.txt"


def test_it_goes_on_when_the_pointer_is_lost(service: Service) -> None:
    (service.data_dir / "CURRENT").unlink()
    try:
        assert service.ask("什么是631机制")["answer"] == DEFINITION_631 + " [1]"
        assert httpx.get(f"{service.url}/readyz", timeout=60).json()["status"] == "ready"
        assert service.ask("第0457号建议是谁提出的")["citations"][0]["source"] == REPLY_457
    finally:
        service.index()
    documents = httpx.get(f"{service.url}/api/documents", timeout=60).json()["documents"]
    assert {document["source"] for document in documents} >= set(SOURCES)
    log = service.log.read_text(encoding="utf-8")
    assert log.count("CURRENT") + log.count("zhengwen index") <= 2  # said, and not at every question
    assert "Traceback" not in log
