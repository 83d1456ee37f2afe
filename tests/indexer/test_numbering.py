"""发文字号 in every bracket; the one of the document itself, never one that it cites."""

import pytest

from tests.indexer.letters import values


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ("清水函〔2024〕7号", "清水函〔2024〕7号"),
        ("清水函 〔 2024 〕 第 7 号", "清水函〔2024〕7号"),
        ("（清水函[2024]7号）", "清水函〔2024〕7号"),
        ("清水函［2024］7号", "清水函〔2024〕7号"),
        ("清水函（2024）7号 签发人：王五", "清水函〔2024〕7号"),
        ("清水函【2024】7号", "清水函〔2024〕7号"),
        ("发文字号：清水函〔2024〕7号", "清水函〔2024〕7号"),
        ("清河市水利局清水函〔2024〕7号", "清水函〔2024〕7号"),
        ("转发清水函〔2024〕7号文件的通知", None),
        ("清水函〔24〕7号", None),
    ],
)
def test_document_numbers(line: str, number: str | None) -> None:
    assert values(f"{line}\n\n关于防汛的通知\n\n正文如下。").get("document_number") == number


@pytest.mark.parametrize(
    ("head", "number"),
    [
        ("清水函〔2024〕\n7号", "清水函〔2024〕7号"),
        ("清 水 函〔2024〕7号", "清水函〔2024〕7号"),
        ("清水函﹝2024﹞7号", "清水函〔2024〕7号"),
        ("清水函〈2024〉7号", "清水函〔2024〕7号"),
        ("发文字号：清水函〔2024〕7号 成文日期：2024年5月6日", "清水函〔2024〕7号"),
        ("清河市人民政府令\n第12号", "清河市人民政府令第12号"),
        ("清河市水利局公告\n2024年第3号", None),
        ("发文字号：无", None),
    ],
)
def test_numbers_of_the_head(head: str, number: str | None) -> None:
    text = f"{head}\n\n关于防汛的通知\n\n根据清水发〔2023〕1号，现通知如下。\n\n附件\n\n清水办〔2022〕9号"
    found = values(text)
    assert (found.get("document_number"), found["title"]) == (number, "关于防汛的通知")


def test_a_number_that_the_body_cites_is_another_documents() -> None:
    assert "document_number" not in values("关于防汛的通知\n\n现通知如下。\n\n清水发〔2023〕1号\n\n正文。")
