"""/api/ask as server-sent events, from the service as it is run, with a model and without."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.server.model_server import GOOD
from tests.server.running import model_server, service
from tests.server.support import DEFINITION_631, TextOf, check_answer, check_passages, check_problem_body, local

QUESTION = "什么是631机制"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with model_server(tmp_path_factory.mktemp("models")) as url:
        yield url


@pytest.fixture(scope="module")
def plain(data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The service without a model."""
    with service(data_dir, tmp_path_factory.mktemp("plain")) as url:
        yield url


def with_model(address: str, name: str, data_dir: Path, folder: Path, **more: str) -> Any:
    """The service with a model."""
    return service(
        data_dir, folder, ZHENGWEN_LLM_BASE_URL=address, ZHENGWEN_LLM_MODEL=name, ZHENGWEN_LLM_TIMEOUT="20", **more
    )


def events_of(response: httpx.Response) -> list[tuple[str, Any]]:
    """Name and data of each event; comments are left out. Follows the rules of the HTML standard."""
    events: list[tuple[str, Any]] = []
    name, data = "message", list[str]()
    for line in response.iter_lines():
        if not line:
            if data:
                events.append((name, json.loads("\n".join(data))))
            name, data = "message", []
        elif line.startswith("event:"):
            name = line.removeprefix("event:").removeprefix(" ")
        elif line.startswith("data:"):
            data.append(line.removeprefix("data:").removeprefix(" "))
        else:
            assert line.startswith(":"), line
    return events


def ask(url: str, question: str, **more: Any) -> list[tuple[str, Any]]:
    body = {"question": question, "stream": True, **more}
    headers = {"accept": "text/event-stream"}
    with httpx.stream("POST", f"{url}/api/ask", json=body, headers=headers, timeout=60) as response:
        assert response.status_code == 200
        assert response.headers["content-type"].split(";")[0] == "text/event-stream"
        assert response.headers["x-accel-buffering"] == "no"
        assert response.headers["cache-control"] == "no-store"
        return events_of(response)


def test_the_events_of_an_extract(plain: str, text_of: TextOf) -> None:
    events = ask(plain, QUESTION)
    names = [name for name, _ in events]
    assert names[0] == "passages"
    assert names[-2:] == ["citations", "done"]
    assert set(names[1:-2]) == {"delta"}
    check_passages(events[0][1]["passages"], text_of)
    done = events[-1][1]
    check_answer(done, text_of)
    assert "".join(data["text"] for name, data in events if name == "delta") == done["answer"]
    assert done["answer"] == DEFINITION_631 + " [1]"
    assert events[-2][1]["citations"] == done["citations"]
    assert events[0][1]["passages"] == done["passages"]


def test_a_refusal_streams_too(plain: str, text_of: TextOf) -> None:
    events = ask(plain, "第0999号建议的答复结果是什么")
    done = events[-1][1]
    check_answer(done, text_of)
    assert done["answered"] is False
    assert "".join(data["text"] for name, data in events if name == "delta") == done["refusal"]["message"]


def test_what_is_wrong_before_the_stream_is_a_problem(plain: str) -> None:
    for body in ({"question": "", "stream": True}, {"question": "631", "stream": True, "top_k": 0}):
        response = httpx.post(f"{plain}/api/ask", json=body, headers={"accept": "text/event-stream"}, timeout=60)
        assert response.headers["content-type"] == "application/problem+json"
        assert check_problem_body(response.json(), 422) == response.status_code == 422


def test_an_answer_of_a_model_streams_sentence_by_sentence(
    address: str, data_dir: Path, tmp_path: Path, text_of: TextOf
) -> None:
    with with_model(address, "wrong number", data_dir, tmp_path) as url:
        events = ask(url, QUESTION)
    done = events[-1][1]
    assert (done["mode"], done["answer"]) == ("llm", GOOD + "。[1]")
    assert [data["text"] for name, data in events if name == "delta"] == [GOOD + "。[1]"]
    (citation,) = done["citations"]
    assert text_of(citation["document_id"])[citation["start"] : citation["end"]] == citation["quote"] == DEFINITION_631
    assert "note" not in done


def test_when_a_model_breaks_off_done_holds_the_extract(address: str, data_dir: Path, tmp_path: Path) -> None:
    with with_model(address, "half", data_dir, tmp_path) as url:
        events = ask(url, QUESTION)
    done = events[-1][1]
    assert (done["mode"], done["answer"]) == ("extractive", DEFINITION_631 + " [1]")
    assert "中断" in done["note"]


def test_comments_keep_the_connection_open(address: str, data_dir: Path, tmp_path: Path) -> None:
    more = {"ZHENGWEN_KEEP_ALIVE": "0.05", "ZHENGWEN_LLM_DEADLINE": "3"}
    with (
        with_model(address, "endless", data_dir, tmp_path, **more) as url,
        httpx.stream("POST", f"{url}/api/ask", json={"question": QUESTION, "stream": True}, timeout=60) as response,
    ):
        lines = list(response.iter_lines())
    assert lines.count(": keep-alive") >= 3
    assert any(line.startswith("event: done") for line in lines)


def test_a_reader_who_leaves_ends_the_work_of_the_model(address: str, data_dir: Path, tmp_path: Path) -> None:
    seen = address.removesuffix("/v1") + "/seen"
    httpx.get(seen)
    with with_model(address, "endless", data_dir, tmp_path) as url:
        with httpx.stream("POST", f"{url}/api/ask", json={"question": QUESTION, "stream": True}, timeout=60) as got:
            lines = got.iter_lines()  # Held: a generator that is dropped closes the connection.
            assert next(lines).startswith("event: passages")
            assert any(httpx.get(seen).json()["requests"] for _ in range(500))
        # The model would go on for a minute: that it is left is seen at its end of the connection.
        assert any(httpx.get(seen).json()["left"] for _ in range(1_000))
        assert httpx.get(f"{url}/readyz", timeout=60).json()["status"] == "ready"
    assert "Traceback" not in "".join(path.read_text(encoding="utf-8") for path in tmp_path.glob("log *"))


def test_a_defect_after_the_stream_began_is_an_error_event(
    data_dir: Path, encoder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:

    from server.app import create_app
    from server.assistant import Assistant
    from server.settings import Settings

    class Broken:
        async def stream(self, messages: object) -> Any:
            raise RuntimeError("a defect")
            yield ""

    with local(create_app(Assistant.open(data_dir, encoder, Broken()), Settings())) as client:
        response = client.post("/api/ask", json={"question": QUESTION, "stream": True})
    assert response.status_code == 200
    events = [line for line in response.text.splitlines() if line.startswith("event:")]
    assert events == ["event: passages", "event: error"]
    problem = json.loads(next(line for line in reversed(response.text.splitlines()) if line.startswith("data:"))[5:])
    assert check_problem_body(problem, 500) == 500
    assert "a defect" not in response.text
