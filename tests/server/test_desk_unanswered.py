"""Questions without an answer: recorded wherever they are asked, masked, counted, forgotten after a while."""

import logging
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from server.desk.unanswered import FILE, RecordingAnswers, UnansweredStore
from tests.server.desk_support import Desk, desk_over

UNKNOWN = "第0999号建议的答复结果是什么"


def refused(question: str, **more: Any) -> dict[str, Any]:
    return {
        "answer_id": question, "question": question, "standalone_question": None, "language": "zh", "answered": False,
        "refusal": {"reason": "no_evidence", "message": "…"}, **more,
    }  # fmt: skip


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with desk_over(tmp_path, unanswered_days=20) as opened:
        yield opened


def test_questions_of_the_week_most_frequent_first(tmp_path: Path) -> None:
    store = UnansweredStore(tmp_path, 30)
    now = datetime.now(UTC)
    for question, days in (("一", 1), ("二", 2), ("二 ", 6.9), ("三", 7.1), ("四", 0)):
        store.add(refused(question), now - timedelta(days=days))
    assert [(one.question, one.times) for one in store.since()] == [("二", 2), ("四", 1), ("一", 1)]
    assert store.since()[0].last == (now - timedelta(days=2)).isoformat(timespec="seconds")
    assert [one.question for one in store.since(8)][-1] == "三"


def test_nothing_is_kept_longer_than_the_settings_say(tmp_path: Path) -> None:
    store = UnansweredStore(tmp_path, 3)
    store.add(refused("旧"), datetime.now(UTC) - timedelta(days=4))
    store.add(refused("新"))
    with sqlite3.connect(tmp_path / FILE) as db:
        assert db.execute("SELECT question FROM unanswered").fetchall() == [("新",)]
    db.close()


def test_nobody_fills_the_disk_with_questions(tmp_path: Path) -> None:
    store = UnansweredStore(tmp_path, 30, most=3)
    for question in "一二三四五":
        store.add(refused(question))
    assert sorted(one.question for one in store.since()) == sorted("三四五")


def test_the_list_has_an_end(tmp_path: Path) -> None:
    store = UnansweredStore(tmp_path, 30)
    for number in range(502):
        store.add(refused(f"问题{number}"))
    assert len(store.since()) == 500


def test_personal_numbers_never_reach_the_disk(tmp_path: Path) -> None:
    number = "13900001234"
    UnansweredStore(tmp_path, 30).add(refused(f"{number}是谁的", standalone_question=f"机主{number}"))
    assert number.encode() not in (tmp_path / FILE).read_bytes()
    (one,) = UnansweredStore(tmp_path, 30).since()
    assert one.question == "139********是谁的"


def test_a_file_that_cannot_be_written_costs_no_answer(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / FILE).write_bytes(b"this is no database, and long enough to be looked at" * 40)
    answers = RecordingAnswers(UnansweredStore(tmp_path, 30))
    with caplog.at_level(logging.WARNING):
        answers.remember(refused("一"))
        answers.remember(refused("二"))
    assert answers.answer("二")["question"] == "二"
    assert len(caplog.records) == 1
    assert "一" not in caplog.text.replace("没有记下未答的问题", "")


def test_every_way_of_asking_is_recorded(desk: Desk) -> None:
    assert desk.ask("今年新建供水站多少座")["answered"]
    assert desk.get("/api/desk/unanswered")["questions"] == []
    assert not desk.ask(UNKNOWN)["answered"]
    desk.http.post("/api/ask", json={"question": UNKNOWN, "stream": True})
    desk.http.post(
        "/v1/chat/completions", json={"model": "zhengwen", "messages": [{"role": "user", "content": UNKNOWN}]}
    )
    found = desk.get("/api/desk/unanswered")
    assert (found["days"], found["recorded"], found["kept_days"]) == (7, True, 20)
    (one,) = found["questions"]
    assert (one["question"], one["times"], one["reason"]) == (UNKNOWN, 3, "unknown_number")


def test_recording_can_be_switched_off(tmp_path: Path) -> None:
    with desk_over(tmp_path, record_unanswered=False) as desk:
        assert not desk.ask(UNKNOWN)["answered"]
        assert desk.get("/api/desk/unanswered") == {"days": 7, "recorded": False, "kept_days": 30, "questions": []}
        assert not (desk.data_dir / FILE).exists()
