"""Drafted questions: what is asked of a small document, and that each draft stands on its span."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from eval.cli import app
from eval.datasets import load_questions
from eval.drafts.corpus import draft_questions, sample_drafts
from eval.drafts.draft import Draft
from eval.questions import normalised
from indexer.document import Document, SourceDocument
from indexer.reading import understand

REPLY = """清河市水利局

清水函〔2024〕27号

同意公开

关于市五届人大二次会议第0318号建议的答复函

李望川代表：

您在市五届人大二次会议上提出的《关于加快农田灌溉改造的建议》（第0318号）收悉。现答复如下：

一、关于渠道改造

2023年，全市完成渠道防渗改造126.5公里，占年度任务的97%。其中山区乡镇36公里。改造后的渠道由村集体管护。

二、下一步打算

推行“三定一包”管护，即定人员、定范围、定经费、包质量。2025年安排资金4000万元。

清河市水利局

2024年6月18日
"""


def _drafts(text: str, source: str = "清水函.txt") -> tuple[list[Draft], Document]:
    document = understand(source, SourceDocument(text=text))
    return draft_questions([document], 0), document


def _asked(drafts: list[Draft], kind: str) -> dict[str, tuple[tuple[str, ...], ...]]:
    return {draft.question: draft.must for draft in drafts if draft.type == kind}


def test_fields_are_asked_for() -> None:
    asked = _asked(_drafts(REPLY)[0], "metadata")
    title = "关于市五届人大二次会议第0318号建议的答复函"
    assert asked[f"《{title}》的发文字号是什么？"] == (("清水函〔2024〕27号",),)
    assert asked[f"《{title}》是哪一天成文的？"] == (("2024年6月18日", "2024-06-18"),)
    assert asked["第0318号建议是谁提出的？"] == (("李望川",),)
    assert asked["第0318号建议的题目是什么？"] == (("关于加快农田灌溉改造的建议",),)


def test_amounts_are_asked_for_in_their_sentence() -> None:
    asked = _asked(_drafts(REPLY)[0], "number")
    assert asked == {
        "2023年，全市完成渠道防渗改造多少公里？": (("126.5公里",),),
        "2023年，全市完成渠道防渗改造126.5公里，占年度任务的多少？": (("97%",),),
        "2025年安排资金多少万元？": (("4000万元",),),
    }


def test_headings_and_coinages_are_asked_about() -> None:
    drafts = _drafts(REPLY)[0]
    (question, must), *_ = _asked(drafts, "section").items()
    assert "渠道改造" in question
    assert "改造后的渠道由村集体管护" in must[0]
    (definition,) = _asked(drafts, "definition").items()
    assert "“三定一包”" in definition[0]
    assert definition[1] == (("定人员、定范围、定经费、包质量",),)


def test_what_nobody_can_answer() -> None:
    drafts, document = _drafts(REPLY)
    unanswerable = [draft for draft in drafts if not draft.answerable]
    assert unanswerable
    known = {draft.question for draft in drafts if draft.answerable}
    for draft in unanswerable:
        assert draft.type == "unanswerable"
        assert draft.question not in known
    numbers = [draft.question for draft in unanswerable if "安排资金多少万元" in draft.question]
    assert len(numbers) == 1
    assert numbers[0][:4] not in document.text


def test_the_same_question_of_two_documents_is_not_asked() -> None:
    documents = [
        understand(name, SourceDocument(text=REPLY.replace("126.5", amount)))
        for name, amount in (("a.txt", "126.5"), ("b.txt", "99"))
    ]
    asked = {draft.question for draft in draft_questions(documents, 0)}
    assert "2023年，全市完成渠道防渗改造多少公里？" not in asked
    assert not any("是谁提出的" in question for question in asked)


def test_sample_takes_turns_and_follows_the_seed() -> None:
    drafts = _drafts(REPLY)[0]
    kinds = {draft.type for draft in drafts}
    sample = sample_drafts(drafts, len(kinds), 1)
    assert {draft.type for draft in sample} == kinds
    assert sample == sample_drafts(drafts, len(kinds), 1)
    assert [drafts.index(draft) for draft in sample] == sorted(drafts.index(draft) for draft in sample)
    assert sample_drafts(drafts, None, 1) == drafts
    assert len({tuple(d.question for d in sample_drafts(drafts, 4, seed)) for seed in range(10)}) > 1


_PIECES = st.sampled_from(
    ["一、工作情况\n", "（一）推进改造。", "2023年，", "全市共有水库", "126座", "，", "。", "\n\n", "“一户一策”", "即分户施策", "增长8.5%", "注释\n",
     "三清：指清理、清查。\n", "第0318号建议", "1,200万元", "\f", "关于印发办法的通知\n", "𠮷", "（见附件", "36户次", "第5个"]
)  # fmt: skip


@given(st.lists(_PIECES, max_size=40).map("".join))
def test_each_draft_stands_on_its_span(text: str) -> None:
    drafts, document = _drafts(text)
    for draft in drafts:
        assert 0 <= draft.start < draft.end <= len(document.text)
        assert draft.quote == document.text[draft.start : draft.end]
        assert "\n" not in draft.question
        assert len(draft.question) < 200
        for choices in draft.must:
            # Some of the alternatives may spell a date another way; the first is always what the text says.
            assert normalised(choices[0]) in normalised(draft.quote)


def test_the_command_writes_a_question_file(tmp_path: Path) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "清水函.txt").write_text(REPLY, encoding="utf-8")
    (folder / "坏.pdf").write_bytes(b"%PDF-1.7 broken")
    out = tmp_path / "new" / "drafts.jsonl"
    result = CliRunner().invoke(app, ["draft", str(folder), "--out", str(out), "--limit", "8"])
    assert result.exit_code == 0, result.stderr
    assert "坏.pdf" in result.stderr
    assert "check each before use" in result.stderr
    questions = load_questions(out)
    assert len(questions) == 8
    assert all(question.drafted for question in questions)
    for line in out.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        assert row["drafted"] is True
        assert row["from"]["doc"] == "清水函.txt"
        assert row["doc"] == ("清水函.txt" if row["answerable"] else None)
    printed = CliRunner().invoke(app, ["draft", str(folder), "--limit", "8"])
    assert printed.stdout == out.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        (None, "", "no such file or folder"),
        ("a.xyz", "text", "no readable document"),
        ("a.txt", "好", "nothing there to draft"),
    ],
)
def test_nothing_to_draft_from_is_one_line(tmp_path: Path, name: str | None, content: str, why: str) -> None:
    folder = tmp_path / "files"
    if name:
        folder.mkdir()
        (folder / name).write_text(content, encoding="utf-8")
    result = CliRunner().invoke(app, ["draft", str(folder)])
    assert result.exit_code == 2
    assert why in result.stderr
    assert result.stdout == ""
