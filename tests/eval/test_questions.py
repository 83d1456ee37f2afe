"""Judging answers: the rules one by one, then real questions to a real index."""

from pathlib import Path

import pytest

from eval.datasets import Question
from eval.indexes import index_folder
from eval.questions import ask_all, normalised, why_wrong
from indexer.encoders import Encoder
from server.assistant import Assistant
from tests.eval.support import quiet

PRICE = Question("p", "灌溉水价是多少？", "numeric", "zh", "水.txt", (("0.3元", "三角"), ("每立方米",)), True)
NOTHING = Question("n", "谁当选市长？", "unanswerable", "zh", None, (), False)
ANSWER = "灌溉水价每立方米不超过三角。[1]"
QUOTES = [("报告/水.txt", "每立方米不超过三角。")]


def test_comparison_ignores_width_case_and_white_space() -> None:
    assert normalised("ＡＢ １２\n c％") == "ab12c%"


def test_right_answers() -> None:
    assert why_wrong(PRICE, True, ANSWER, QUOTES) is None
    assert why_wrong(PRICE, True, "每 立方米 ０.３ 元", QUOTES) is None
    assert why_wrong(NOTHING, False, "没有依据。", []) is None


@pytest.mark.parametrize(
    ("question", "answered", "answer", "quotes", "reason"),
    [
        (PRICE, False, ANSWER, QUOTES, "refused"),
        (PRICE, True, ANSWER + "。" * 400, QUOTES, "too long"),
        (PRICE, True, "每立方米不超过四角。", QUOTES, "lacks 0.3元|三角"),
        (PRICE, True, ANSWER, [], "no quote"),
        (PRICE, True, ANSWER, [("路.txt", "每立方米不超过三角。")], "no quote"),
        (PRICE, True, ANSWER, [("水.txt", "由区县核定。")], "no quote"),
        (NOTHING, True, "张三当选。", [], "without evidence"),
        (NOTHING, False, "没有依据。", QUOTES, "without evidence"),
    ],
)
def test_wrong_answers(
    question: Question, answered: bool, answer: str, quotes: list[tuple[str, str]], reason: str
) -> None:
    found = why_wrong(question, answered, answer, quotes)
    assert found is not None
    assert reason in found


def test_the_longest_answer_allowed() -> None:
    assert why_wrong(PRICE, True, ANSWER.ljust(400, "。"), QUOTES) is None
    assert why_wrong(PRICE, True, ANSWER.ljust(401, "。"), QUOTES) is not None


def test_real_questions(tmp_path: Path, encoder: Encoder) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "水.txt").write_text("节水办法\n\n灌溉水价由区县核定，每立方米不超过三角。", encoding="utf-8")
    (folder / "路.txt").write_text("公路养护办法\n\n县道每季度养护一次。", encoding="utf-8")
    index_folder(tmp_path / "index", folder, encoder, quiet)
    elsewhere = Question("e", PRICE.question, "numeric", "zh", "路.txt", PRICE.must, True)
    verdicts = ask_all(Assistant.open(tmp_path / "index", encoder), [PRICE, NOTHING, elsewhere], quiet)
    assert [verdict.right for verdict in verdicts] == [True, True, False]
    assert verdicts[0].citations >= 1
    assert verdicts[1].citations == 0
    assert verdicts[2].reason is not None
    assert "路.txt" in verdicts[2].reason
    assert all(verdict.false_citations == 0 and verdict.ms > 0 for verdict in verdicts)
