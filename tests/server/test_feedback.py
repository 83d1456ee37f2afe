"""Ratings: stored with the answer they are about, over HTTP; listed on the command line."""

import sqlite3
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from indexer.encoders import Encoder
from indexer.errors import StoreMismatch, ZhengwenError
from server.app import create_app
from server.assistant import Assistant
from server.feedback import FILE, FeedbackStore
from server.recent import RecentAnswers, UnknownAnswer
from server.settings import Settings
from tests.server.support import Cli, ask, check_problem, local

QUESTION = "什么是631机制？13912345678"


@pytest.fixture
def own(own_data_dir: Path, encoder: Encoder) -> TestClient:
    """HTTP to an app over an index that may be written beside."""
    return local(create_app(Assistant.open(own_data_dir, encoder), Settings()))


def test_a_rating_is_stored_with_its_answer_and_listed(own: TestClient, own_data_dir: Path, cli: Cli) -> None:
    answer = ask(own, QUESTION)
    refused = ask(own, "第0999号建议的答复结果是什么")
    for body in (
        {"answer_id": answer["answer_id"], "rating": "down"},
        {"answer_id": refused["answer_id"], "rating": "down", "comment": "电话13912345678\n请回电"},
        {"answer_id": answer["answer_id"], "rating": "up", "comment": ""},
    ):
        response = own.post("/api/feedback", json=body)
        assert response.status_code == 201
        assert response.json().keys() == {"answer_id", "rating", "at"}
    listed = cli("feedback", "--json", "--data-dir", own_data_dir).json()
    assert (listed["total"], listed["up"], listed["down"]) == (2, 1, 1)
    by_id = {one["answer_id"]: one for one in listed["feedback"]}
    first, second = by_id[answer["answer_id"]], by_id[refused["answer_id"]]
    assert (first["rating"], first["comment"]) == ("up", None)
    assert first["answer"] == {**answer, "question": "什么是631机制？139********"}
    assert len(first["answer"]["passages"]) == 8
    assert second["comment"] == "电话139********\n请回电"
    assert "13912345678" not in (own_data_dir / FILE).read_bytes().decode("utf-8", "replace")
    plain = cli("feedback", "--data-dir", own_data_dir)
    assert (plain.code, "什么是631机制" in plain.out, "139********" in plain.out) == (0, True, True)
    assert "2 条" in plain.err


def test_of_a_hundred_passages_the_first_are_kept(tmp_path: Path) -> None:
    passages = [{"rank": n} for n in range(1, 101)]
    answer = {"answer_id": "a", "question": "水厂", "answered": True, "passages": passages}
    FeedbackStore(tmp_path).add(answer, "up", None)
    (kept,) = FeedbackStore(tmp_path).all()
    assert [passage["rank"] for passage in kept.answer["passages"]] == list(range(1, 9))
    assert answer["passages"] is passages
    assert len(passages) == 100


def test_ratings_of_streamed_and_chat_answers(own: TestClient, own_data_dir: Path) -> None:
    streamed = own.post("/api/ask", json={"question": "什么是631机制", "stream": True}).text
    chat = own.post("/v1/chat/completions", json={"messages": [{"role": "user", "content": "什么是631机制"}]}).json()
    ids = [streamed.split('"answer_id": "')[1].split('"')[0], chat["zhengwen"]["answer_id"]]
    for answer_id in ids:
        assert own.post("/api/feedback", json={"answer_id": answer_id, "rating": "up"}).status_code == 201
    assert {one.answer_id for one in FeedbackStore(own_data_dir).all()} == set(ids)


def test_wrong_ratings_are_problems(own: TestClient, own_data_dir: Path) -> None:
    known = ask(own, "什么是631机制")["answer_id"]
    assert (
        "nothing"
        in check_problem(own.post("/api/feedback", json={"answer_id": "nothing", "rating": "up"}), 404)["detail"]
    )
    for body in (
        {"answer_id": known}, {"answer_id": known, "rating": "sideways"}, {"answer_id": "", "rating": "up"},
        {"answer_id": known, "rating": "up", "comment": "长" * 2_001}, {"answer_id": known, "rating": "up", "stars": 5},
    ):  # fmt: skip
        check_problem(own.post("/api/feedback", json=body), 422)
    assert FeedbackStore(own_data_dir).all() == []
    assert not (own_data_dir / FILE).exists()


def test_nobody_has_rated_anything(cli: Cli, data_dir: Path) -> None:
    assert cli("feedback", "--json", "--data-dir", data_dir).json() == {"total": 0, "up": 0, "down": 0, "feedback": []}


def test_a_file_that_cannot_be_used_is_one_line(own_data_dir: Path, cli: Cli) -> None:
    (own_data_dir / FILE).write_bytes(b"no database" * 100)
    done = cli("feedback", "--data-dir", own_data_dir)
    assert (done.code, FILE in done.one_line()) == (2, True)
    with pytest.raises(ZhengwenError, match=FILE):
        FeedbackStore(own_data_dir).all()


def test_a_file_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / FILE) as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(StoreMismatch):
        FeedbackStore(tmp_path).all()


def test_answers_are_remembered_for_a_while_and_not_without_end() -> None:
    now = 0.0
    recent = RecentAnswers(size=2, seconds=10, clock=lambda: now)
    first, second, third = ({"answer_id": name} for name in "abc")
    recent.remember(first)
    recent.remember(second)
    assert recent.answer("a") is first
    recent.remember(third)
    with pytest.raises(UnknownAnswer):
        recent.answer("a")
    now = 10.0
    assert recent.answer("c") is third
    now = 10.5
    with pytest.raises(UnknownAnswer):
        recent.answer("c")
