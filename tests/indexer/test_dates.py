"""Days below the text, in header tables and in newspapers; dates worked out by hand."""

import pytest

from indexer.metadata import iso_date
from tests.indexer.letters import values


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2025年4月30日", "2025-04-30"),
        ("二〇二五年四月三十日", "2025-04-30"),
        ("二○二五年十二月三十一日", "2025-12-31"),
        ("印发于2025 年 1 月 2 日。", "2025-01-02"),
        ("2024年2月29日", "2024-02-29"),
        ("2025年2月29日", None),
        ("2025年13月1日", None),
        ("2025年4月31日", None),
        ("二〇二五年十十月一日", None),
        ("0000年1月1日", None),
        ("2025年4月", None),
        ("", None),
    ],
)
def test_dates(text: str, date: str | None) -> None:
    assert iso_date(text) == date


@pytest.mark.parametrize(
    ("tail", "date"),
    [
        ("二〇二四年\n五月六日", "2024-05-06"),
        ("2024年\n\n5月\n\n6日", "2024-05-06"),
        ("二0二四年五月六日", "2024-05-06"),
        ("（2024 年 5 月 6 日）", "2024-05-06"),
        ("2024年\n\n三月内完成", None),
    ],
)
def test_dates_below_the_text(tail: str, date: str | None) -> None:
    assert values(f"关于防汛的通知\n\n正文。\n\n{tail}").get("date") == date


@pytest.mark.parametrize(
    ("line", "published"),
    [
        ("发布日期：2024-05-06", "2024-05-06"),
        ("发布时间：2024年5月6日 09:30", "2024-05-06"),
        ("公开日期：2024/5/6", "2024-05-06"),
        ("来源：清河日报\n时间：2024-05-06", "2024-05-06"),
        ("时间：2024-05-06", None),
        ("清河日报 2024年5月6日 第3版", "2024-05-06"),
        ("发布日期：2024-13-06", None),
        ("清河日报社2024年5月6日举行座谈会", None),
    ],
)
def test_published(line: str, published: str | None) -> None:
    assert values(f"关于防汛的通知\n{line}\n\n正文如下。").get("published") == published


@pytest.mark.parametrize(
    ("body", "date"),
    [
        # In the middle of the text a day is a day of something else.
        ("一、报到时间\n\n2024年5月6日\n\n二、地点\n\n清河宾馆一楼。", None),
        ("已经完成。\n\n2024年5月6日\n\n清东县启动应急响应。\n\n清河市水利局\n\n2024年6月7日", "2024-06-07"),
        # What follows the signature is an annex with a day of its own.
        ("请执行。\n\n清河市水利局\n\n2024年5月6日\n\n附件\n\n各地要抓紧。\n\n省水利厅\n\n2023年1月2日", "2024-05-06"),
        ("请执行。\n\n清河市水利局\n\n2024-05-06", "2024-05-06"),
        ("请执行。\n\n清河市水利局\n2024.5.6", "2024-05-06"),
        ("请执行。\n\n2024.5.6", None),
        ("请执行。\n\n清河市水利局 2024年5月6日", "2024-05-06"),
        ("请执行。\n\n清河市水利局二〇二四年五月六日", "2024-05-06"),
        ("请执行。\n\n清河市水利局办公室 2024年5月7日印发", None),
        ("请执行。\n\n二○二五年八月十三日", "2025-08-13"),
        ("请执行。\n\n二零二五年八月十三日", "2025-08-13"),
    ],
)
def test_which_day_a_document_was_written(body: str, date: str | None) -> None:
    assert values(f"关于防汛的通知\n\n{body}").get("date") == date
