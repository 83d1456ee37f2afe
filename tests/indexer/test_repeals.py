"""What documents say of others: which they repeal, which they alter."""

import pytest
from hypothesis import given

from indexer.document import Field
from indexer.lines import lines_of
from indexer.repeals import amended_in, repealed_in
from tests.indexer.support import texts


def repealed(text: str) -> list[str]:
    return [name for line in lines_of(text) for clause in repealed_in(line) for name in clause.names]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("《清河区供水暂行办法》同时废止。", ["清河区供水暂行办法"]),
        ("原《清河区供水暂行办法》（清水发〔2015〕3号）同时废止。", ["清水发〔2015〕3号"]),
        ("《甲办法》（清水发[2015]3号）、《乙办法》和《丙办法》同时废止。", ["清水发〔2015〕3号", "乙办法", "丙办法"]),
        ("本办法自2024年7月1日起施行，《甲办法》自行废止。", ["甲办法"]),
        ("《甲办法》自本办法施行之日起予以废止。", ["甲办法"]),
        ("现废止《甲办法》《乙办法》。", ["甲办法", "乙办法"]),
        ("《关于印发〈甲办法〉的通知》即行废止。", ["关于印发〈甲办法〉的通知"]),
        # What the text only refers to stays in force.
        ("根据《上位条例》，《甲办法》同时废止。", ["甲办法"]),
        ("根据《上位条例》制定本办法，原《甲办法》同时废止。", ["甲办法"]),
        ("《甲办法》不予废止，《乙办法》执行到年底。", []),
        ("《甲办法》不废止。《乙办法》同时废止。", ["乙办法"]),
        ("《甲办法》尚未废止。", []),
        ("《甲办法》是否废止，由市里决定。", []),
        ("您建议废止《甲办法》。", []),
        ("我们正研究废止《甲办法》。", []),
        ("《甲办法》第十二条同时废止。", []),
        ("根据《上位条例》的规定，原有办法同时废止。", []),
        ("《甲办法》施行。此前的规定同时废止。", []),
        ("《甲办法》施行后，没有文件。废止", []),
        ("原清水发〔2015〕3号文件同时废止。", ["清水发〔2015〕3号"]),
        ("《甲办法》停止执行。", ["甲办法"]),
        ("本办法施行后，《甲办法》自行失效。", ["甲办法"]),
        ("本办法代替《甲办法》。", ["甲办法"]),
    ],
)
def test_what_a_text_repeals(text: str, names: list[str]) -> None:
    assert repealed(text) == names


def test_the_span_of_a_repeal_is_its_clause() -> None:
    text = "本办法施行。\n二、《甲办法》同时废止；其他不变。"
    clauses = [clause for line in lines_of(text) for clause in repealed_in(line)]
    assert [text[clause.start : clause.end] for clause in clauses] == ["二、《甲办法》同时废止"]


@pytest.mark.parametrize(
    ("title", "names"),
    [
        ("关于修改《甲办法》的决定", ["甲办法"]),
        ("清河市人民政府关于修改《甲办法》《乙规定》的决定", ["甲办法", "乙规定"]),
        ("关于修订《甲办法》等3件规范性文件的通知", ["甲办法"]),
        ("关于修改 《甲办法》 的决定", ["甲办法"]),
        ("关于印发《甲办法》的通知", []),
        ("关于征求《关于修改甲办法的决定》意见的函", []),
    ],
)
def test_titles_that_alter_others(title: str, names: list[str]) -> None:
    (line,) = lines_of(title)
    assert [name for clause in amended_in(line, Field(title, 0, len(title))) for name in clause.names] == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("《甲办法》与本办法不一致的，以本办法为准。", ["甲办法"]),
        ("此前有关规定与本办法不一致的，以本办法为准。", []),
        ("《甲办法》施行。以本办法为准。", []),
    ],
)
def test_precedence(text: str, names: list[str]) -> None:
    (line,) = lines_of(text)
    assert [name for clause in amended_in(line) for name in clause.names] == names


@given(texts())
def test_clauses_are_spans_of_the_text(text: str) -> None:
    for line in lines_of(text + "《甲》废止"):
        for clause in (*repealed_in(line), *amended_in(line)):
            assert line.start <= clause.start < clause.end <= line.end
            assert clause.names
