"""A deputy: finds the reply to a proposal, reads what is promised, opens the words in the letter, takes the list along."""

import csv
import re
from collections.abc import Callable
from io import StringIO
from pathlib import Path

from playwright.sync_api import Page, expect

FIRST = """某市水利局

渝水函〔2025〕{0}号

关于市六届人大三次会议第01{0}号建议的答复函

{1}代表：

您提出的《关于{2}的建议》收悉。今年新建供水站{0}座。下一步，我局将继续加快{2}建设。

某市水利局
2025年4月{0}日
"""


def test_from_the_number_to_the_promise_in_the_letter(page: Page, url: str) -> None:
    page.goto(f"{url}/replies")
    expect(page.get_by_role("status")).to_have_text("共 2 份答复")
    page.get_by_label("编号").fill("457")
    page.get_by_role("button", name="查找").click()
    expect(page.get_by_role("status")).to_have_text("共 1 份答复")
    item = page.locator(".reply-item")
    expect(item).to_contain_text("第0457号建议")
    expect(item).to_contain_text("提出人：罗清泉")
    expect(item).to_contain_text("完全采纳")
    item.get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("关于进一步深化区县国有企业高质量转型发展的建议")
    expect(page.locator("#facts")).to_contain_text("渝国资函〔2025〕313号")
    promise = page.get_by_role("region", name="承诺办理").get_by_role("link").first
    said = promise.text_content()
    assert said is not None
    assert said.startswith("下一步，我委将继续推进区县国资国企改革")
    promise.click()
    expect(page.locator("mark").first).to_be_in_viewport()
    assert "".join(page.locator("mark").all_text_contents()) == said
    page.go_back()
    page.locator("#facts").get_by_role("link", name="罗清泉").click()
    expect(page.locator("mark")).to_have_text("罗清泉")
    page.get_by_role("link", name="承诺与办理").click()
    expect(page.get_by_role("heading", name="承诺办理")).to_be_visible()


def test_the_fields_of_the_form(page: Page, url: str) -> None:
    for field, value, shown in (
        ("number", "0457", ["第0457号建议"]),
        ("number", "第627号提案", ["第0627号提案"]),
        ("proposer", "王彭果", ["第0627号提案"]),
        ("session", "人大三次", ["第0457号建议"]),
        ("organ", "国有资产", ["第0627号提案", "第0457号建议"]),
        ("organ", "水利", []),
        ("year", "2025", ["第0627号提案", "第0457号建议"]),
        ("year", "2019", []),
    ):
        page.goto(f"{url}/replies")
        page.locator(f"[name={field}]").fill(value)
        page.locator(f"[name={field}]").press("Enter")
        expect(page).to_have_url(re.compile(rf"/replies\?{field}="))
        expect(page.locator(".reply-which b")).to_have_text(shown)
    page.get_by_role("button", name="清除").click()
    expect(page.locator(".reply-item")).to_have_count(2)
    page.get_by_label("类别").select_option("提案")
    page.get_by_role("button", name="查找").click()
    expect(page.locator(".reply-which b")).to_have_text(["第0627号提案"])
    page.reload()
    expect(page.locator(".reply-which b")).to_have_text(["第0627号提案"])
    page.go_back()
    expect(page.locator(".reply-item")).to_have_count(2)


def test_what_is_typed_wrongly_is_said(page: Page, url: str) -> None:
    page.goto(f"{url}/replies?number=abc")
    expect(page.get_by_role("status")).to_contain_text("number 应为建议或提案的编号")
    expect(page.get_by_role("button", name="导出 CSV")).to_be_hidden()


def test_the_list_as_a_table(page: Page, url: str, tmp_path: Path) -> None:
    page.goto(f"{url}/replies")
    with page.expect_download() as started:
        page.get_by_role("button", name="导出 CSV").click()
    assert started.value.suggested_filename == "replies.csv"
    saved = tmp_path / "replies.csv"
    started.value.save_as(saved)
    text = saved.read_bytes().decode("utf-8")
    assert text.startswith("\ufeff")
    rows = list(csv.DictReader(StringIO(text.removeprefix("\ufeff"), newline="")))
    assert [row["编号"] for row in rows] == ["0627", "0457"]
    assert [row["采纳情况"] for row in rows] == ["", "完全采纳"]
    assert rows[1]["答复文号"] == "渝国资函〔2025〕313号"
    assert rows[1]["承诺办理"].startswith("下一步，我委将继续推进")
    assert rows[1]["网址"].startswith(f"{url}/replies/")


def test_formulas_in_a_table_are_text(page: Page, url: str) -> None:
    page.goto(f"{url}/replies")
    table = page.evaluate("import('/static/csv.js').then(({ csv }) => csv([['=1+1', '@x', 'a\"b', null, '说，完']]))")
    assert table == '\ufeff"\'=1+1","\'@x","a""b","","说，完"\r\n'


def test_other_proposals_of_the_same_proposer(page: Page, service_of: Callable[..., str]) -> None:
    url = service_of(
        一=FIRST.format(11, "张三", "供水"), 二=FIRST.format(12, "张三", "排水"), 三=FIRST.format(13, "李四", "节水")
    )
    page.goto(f"{url}/replies?number=111")
    page.locator(".reply-item").get_by_role("link").click()
    others = page.get_by_role("region", name="同一提出人的其他建议、提案")
    expect(others.locator(".reply-which b")).to_have_text(["第0112号建议"])
    page.goto(f"{url}/replies?number=113")
    page.locator(".reply-item").get_by_role("link").click()
    expect(page.get_by_role("region", name="承诺办理")).to_contain_text("加快节水建设")
    expect(others).to_be_hidden()


def test_printed_it_is_the_reply_alone(page: Page, url: str) -> None:
    page.goto(f"{url}/replies?number=457")
    page.locator(".reply-item").get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.emulate_media(media="print")
    expect(page.get_by_role("region", name="已经办理")).to_be_visible()
    for hidden in (page.get_by_role("button"), page.locator(".bar")):
        for one in hidden.all():
            expect(one).to_be_hidden()


def test_an_unknown_reply_is_said_to_be_unknown(page: Page, url: str) -> None:
    page.goto(f"{url}/replies/unknown")
    expect(page.get_by_role("status")).to_contain_text("没有找到")


def test_in_english(page: Page, url: str) -> None:
    page.goto(f"{url}/replies?number=457&lang=en")
    expect(page.get_by_role("status")).to_have_text("1 reply")
    expect(page.get_by_label("Number")).to_have_value("457")
    page.locator(".reply-item").get_by_role("link").click()
    expect(page.get_by_role("heading", name="What is promised")).to_be_visible()
    page.get_by_role("button", name="中文").click()
    expect(page.get_by_role("heading", name="承诺办理")).to_be_visible()
