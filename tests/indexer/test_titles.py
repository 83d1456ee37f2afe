"""Titles of several lines, between the lines that are none; and the kind that they name."""

import pytest

from indexer.document import Field
from indexer.letterhead import letterhead
from indexer.metadata import read_metadata
from tests.indexer.letters import values


def test_a_title_that_the_format_names() -> None:
    text = "# 饮水专版 #\n\n首段提到饮水专版三字。"
    assert read_metadata(text, "饮水专版")["title"] == Field("饮水专版", 2, 6)
    # In the middle of a sentence it is not the title: the headings above it would be lost.
    assert read_metadata("各县区：\n\n近日发出通知公告，要求落实。", "通知公告")["title"] == Field("通知公告")
    assert read_metadata("正文。", "别处的题目")["title"] == Field("别处的题目")
    assert values("关于饮水的报告\n\n正文。", "长" * 201)["title"] == "关于饮水的报告"


def test_a_text_without_a_title_has_none() -> None:
    assert "title" not in values("")
    assert "title" not in values("#")
    assert "title" not in values("2024年5月6日")
    assert values("只有一行字") == {"title": "只有一行字", "kind": "other"}


def test_letterhead() -> None:
    text = "甲\n\n乙\n\n丙：\n\n丁"
    head, start = letterhead(text)
    assert ([line.text for line in head], text[start:]) == (["甲", "乙"], "丙：\n\n丁")
    assert letterhead("") == ([], 0)
    assert letterhead("一行\n二行")[1] == 2


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("关于印发《清河市防汛办法》的通知", "notice"),
        ("清河市防汛管理办法（试行）", "measures"),
        ("关于加强防汛工作的意见", "opinions"),
        ("清河市防汛工作方案", "plan"),
        ("清河市防汛“十五五”规划", "plan"),
        ("清河市2024年政府工作报告", "report"),
        ("关于政府工作报告的决议", "other"),
        ("关于商请支持防汛的函", "other"),
        ("关于防汛提案的答复", "reply"),
    ],
)
def test_kinds(title: str, kind: str) -> None:
    assert values(f"{title}\n\n正文如下。")["kind"] == kind


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("清河市供水办法\n\n第一章 总则\n\n第一条 为了供水。", "清河市供水办法"),
        ("清河市供水办法\n（试行）\n\n目 录\n第一章 总则", "清河市供水办法 （试行）"),
        ("2024年清河市政府工作报告\n2024年清河市政府工作报告\n各位代表：\n现在报告。", "2024年清河市政府工作报告"),
        ("同志们！\n\n现在开会。", None),
        ("各位代表：\n\n现在报告。", None),
        ("第一条 为了供水，制定本办法。", None),
        ("首页 > 要闻\n2024-05-06 09:00 来源：清河日报\n水厂投产\n\n昨天，水厂投产。", "水厂投产"),
        ("全体会议听取的\n供水报告\n。会议充分肯定。", None),
        ("供水热点13问\n1.何时供水？\n明年。", "供水热点13问"),
        ("清河市水利局文件\n\n清河市水利局\n关于防汛的通知\n\n正文。", "清河市水利局 关于防汛的通知"),
    ],
)
def test_what_is_the_title(text: str, title: str | None) -> None:
    assert values(text).get("title") == title


def test_the_name_of_the_file_tells_the_kind_of_a_text_without_a_title() -> None:
    text = "各位代表：\n\n现在报告工作。"
    assert read_metadata(text, name="2024年清河市政府工作报告")["kind"] == Field("report")
    assert read_metadata(text)["kind"] == Field("other")
    assert "title" not in read_metadata(text, name="2024年清河市政府工作报告")


def test_a_notice_about_proposals_answers_none() -> None:
    found = values("关于做好第0012号建议办理工作的通知\n\n各部门：\n\n请抓紧答复。")
    assert found == {"title": "关于做好第0012号建议办理工作的通知", "kind": "notice", "addressee": "各部门"}
