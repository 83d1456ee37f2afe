"""The desk of a service that is a process of its own: questions while the index is worked on, broken uploads, its end."""

import json
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from filelock import FileLock

from tests.server.desk_support import ENCODER, indexed_letters
from tests.server.running import service
from tests.server.support import FIRST

LONG = "".join(f"第{n}座泵站配备水泵{n % 7 + 2}台，由第{n % 90}班在第{n}周检修。\n" for n in range(3_000))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("desk")


@pytest.fixture(scope="module")
def letters(place: Path) -> tuple[Path, Path]:
    return indexed_letters(place)


@pytest.fixture(scope="module")
def url(letters: tuple[Path, Path], place: Path) -> Iterator[str]:
    with service(letters[1], place, ZHENGWEN_ENCODER=ENCODER, ZHENGWEN_MAX_FILE_MB="1") as address:
        yield address


def ended(url: str) -> dict[str, object]:
    """How the work on the index ended, by its stream of events."""
    with httpx.stream("GET", f"{url}/api/desk/index/events", timeout=120) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        data = [line.removeprefix("data: ") for line in stream.iter_lines() if line.startswith("data: ")]
    job: dict[str, object] = json.loads(data[-1])
    return job


def test_questions_are_answered_while_the_index_is_made_anew(url: str) -> None:
    stop = threading.Event()

    def ask_on(_: int) -> list[dict[str, object]]:
        answers = []
        with httpx.Client(timeout=120) as client:
            while not stop.is_set():
                response = client.post(f"{url}/api/ask", json={"question": "第0125号建议是谁提出的"})
                assert response.status_code == 200, response.text
                answers.append(response.json())
        return answers

    with ThreadPoolExecutor(3) as clients:
        asking = [clients.submit(ask_on, n) for n in range(3)]
        try:
            for name, text in (("长.txt", LONG), ("短.txt", "关于检修的通知\n\n检修水泵。\n")):
                kept = httpx.post(f"{url}/api/documents", files={"file": (name, text.encode())}, timeout=120)
                assert kept.status_code == 201, kept.text
            assert httpx.post(f"{url}/api/desk/index", json={"rebuild": True}, timeout=120).status_code == 202
            assert httpx.post(f"{url}/api/desk/index", timeout=120).status_code == 409
            job = ended(url)
        finally:
            stop.set()
        answers = [answer for asked in asking for answer in asked.result()]
    assert (job["state"], job["error"]) == ("done", None)
    assert len(answers) >= 3
    assert {answer["answered"] for answer in answers} == {True}
    listed = httpx.get(f"{url}/api/documents", timeout=120).json()["documents"]
    assert {one["source"] for one in listed} >= {FIRST, "长.txt", "短.txt"}


def test_an_upload_that_breaks_off_leaves_nothing(url: str, letters: tuple[Path, Path]) -> None:
    uploads = letters[1] / "uploads"
    before = {path for path in uploads.rglob("*") if path.is_file()}
    host, port = url.removeprefix("http://").split(":")
    head = (
        f"POST /api/documents HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Type: multipart/form-data; boundary=x\r\n"
        'Content-Length: 500000\r\n\r\n--x\r\nContent-Disposition: form-data; name="file"; filename="half.txt"\r\n\r\n'
    )
    with socket.create_connection((host, int(port)), timeout=60) as connection:
        connection.sendall(head.encode() + b"half of it" * 1_000)
    # One that is announced as small and is not is stopped while it comes.
    chunk = b"x" * 200_000

    def endless() -> Iterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="endless.txt"\r\n\r\n'
        yield from (chunk for _ in range(40))

    try:
        response = httpx.post(
            f"{url}/api/documents", content=endless(), timeout=120,
            headers={"content-type": "multipart/form-data; boundary=x"},
        )  # fmt: skip
        assert response.status_code == 413
    except (httpx.WriteError, httpx.ReadError, httpx.RemoteProtocolError):
        pass  # The service has closed the connection while the rest was still being sent.
    assert httpx.get(f"{url}/api/desk", timeout=60).json()["waiting"] == []
    assert {path for path in uploads.rglob("*") if path.is_file()} == before


def test_the_work_ends_with_the_service(tmp_path: Path) -> None:
    folder, data_dir = indexed_letters(tmp_path)
    for n in range(6):
        (folder / f"长{n}.txt").write_text(LONG + str(n), encoding="utf-8")
    with service(data_dir, tmp_path, ZHENGWEN_ENCODER=ENCODER) as url:
        started = httpx.post(f"{url}/api/desk/index", timeout=60)
        assert started.status_code == 202
        with httpx.stream("GET", f"{url}/api/desk/index/events", timeout=60) as stream:
            next(stream.iter_lines())
    with FileLock(data_dir / "write.lock", timeout=60):  # Nobody is writing any more.
        assert (data_dir / "CURRENT").read_text().strip().isdecimal()
    with service(data_dir, tmp_path, ZHENGWEN_ENCODER=ENCODER) as url:
        assert httpx.post(f"{url}/api/desk/index", timeout=60).status_code == 202
        assert ended(url)["state"] == "done"
        assert len(httpx.get(f"{url}/api/documents", timeout=60).json()["documents"]) == 8
