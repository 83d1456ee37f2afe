"""A deputy: finds the reply to a proposal, reads what is promised, opens the words in the letter, takes the list along."""

import csv
import re
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import openpyxl  # type: ignore[import-untyped]
import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_accessibility import violations
from tests.server.reply_letters import FILES

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


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("asked", ["?category=A&adoption=采纳&lang=en", "?number=9999", "?number=abc"])
def test_axe_finds_nothing_serious_in_what_a_search_leads_to(page: Page, url: str, asked: str, scheme: Any) -> None:
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.set_viewport_size({"width": 360, "height": 720})
    page.goto(f"{url}/replies{asked}")
    expect(page.get_by_role("status")).to_have_text(re.compile("1 reply|没有符合条件的答复|number 应为"))
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == 360


def test_what_is_typed_wrongly_is_said(page: Page, url: str) -> None:
    page.goto(f"{url}/replies?number=abc")
    expect(page.get_by_role("status")).to_contain_text("number 应为建议或提案的编号")
    expect(page.get_by_role("link", name="导出 CSV")).to_be_hidden()


def test_more_conditions_by_keyboard(page: Page, url: str) -> None:
    page.goto(f"{url}/replies")
    expect(page.get_by_label("采纳情况")).to_be_hidden()
    page.get_by_text("更多条件").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_label("答复分类")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.type("完全采纳")
    page.keyboard.press("Escape")  # Closes what the browser offers.
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/replies\?adoption="))
    expect(page.locator(".reply-which b")).to_have_text(["第0457号建议"])
    page.reload()
    expect(page.get_by_label("采纳情况")).to_have_value("完全采纳")


def test_the_list_as_files(page: Page, url: str, tmp_path: Path) -> None:
    page.goto(f"{url}/replies?kind=建议")
    expect(page.get_by_role("status")).to_have_text("共 1 份答复")
    with page.expect_download() as started:
        page.get_by_role("link", name="导出 CSV").click()
    assert started.value.suggested_filename == "replies.csv"
    saved = tmp_path / "replies.csv"
    started.value.save_as(saved)
    text = saved.read_bytes().decode("utf-8")
    assert text.startswith("\ufeff")
    (row,) = csv.DictReader(StringIO(text.removeprefix("\ufeff"), newline=""))
    assert (row["编号"], row["采纳情况"], row["答复文号"]) == ("0457", "完全采纳", "渝国资函〔2025〕313号")
    assert row["承诺办理"].startswith("下一步，我委将继续推进")
    assert row["网址"].startswith(f"{url}/replies/")
    page.get_by_role("button", name="English").click()
    with page.expect_download() as started:
        page.get_by_role("link", name="Export to Excel").click()
    assert started.value.suggested_filename == "replies.xlsx"
    started.value.save_as(tmp_path / "replies.xlsx")
    head, found = openpyxl.load_workbook(tmp_path / "replies.xlsx").active.iter_rows(values_only=True)
    assert (head[0], found[0]) == ("Number", "0457")


def test_a_saved_search_can_be_subscribed_to(page: Page, url: str) -> None:
    page.goto(f"{url}/replies")
    page.get_by_label("主办单位").fill("市国资委")
    page.get_by_label("编号").fill("627")
    page.get_by_role("button", name="查找").click()
    expect(page.get_by_role("status")).to_have_text("共 1 份答复")
    address = page.get_by_role("link", name="订阅更新").get_attribute("href")
    assert address == page.locator("link[rel=alternate]").get_attribute("href")
    response = page.request.get(url + str(address))
    assert response.headers["content-type"].startswith("application/atom+xml")
    assert response.text().count("<entry>") == 1
    assert "第0627号提案" in response.text()


def test_a_long_list_comes_in_pages(page: Page, service_of: Callable[..., str]) -> None:
    letters = {f"函{n:02}": FIRST.format(n, "张三", f"第{n}项供水") for n in range(10, 30)}
    more = {f"续{n:02}": FIRST.format(n, "李四", f"第{n}项排水").replace("第01", "第02") for n in range(10, 42)}
    url = service_of(**letters, **more)
    page.goto(f"{url}/replies")
    expect(page.get_by_role("status")).to_have_text("共 52 份答复，第 1–50 份")
    pages = page.get_by_role("navigation", name="分页")
    expect(pages).to_contain_text("第 1 页，共 2 页")
    first = set(page.locator(".reply-which b").all_text_contents())
    pages.get_by_role("link", name="下一页").press("Enter")
    expect(page.get_by_role("status")).to_have_text("共 52 份答复，第 51–52 份")
    expect(page.locator(".reply-item")).to_have_count(2)
    assert len(first | set(page.locator(".reply-which b").all_text_contents())) == 52
    pages.get_by_role("link", name="上一页").click()
    expect(page.locator(".reply-item")).to_have_count(50)
    page.goto(f"{url}/replies?proposer=张三")
    expect(page.get_by_role("status")).to_have_text("共 20 份答复")
    expect(pages).to_be_hidden()


def test_later_documents_stand_below_the_promise(page: Page, service_of: Callable[..., str]) -> None:
    url = service_of(**{Path(name).stem: text for name, text in FILES.items()})
    page.goto(f"{url}/replies?number=111")
    page.locator(".reply-item").get_by_role("link").click()
    promises = page.get_by_role("region", name="承诺办理")
    expect(promises.get_by_role("status")).to_contain_text("不表示承诺已经落实")
    first, second = promises.locator("#promised > li").all()
    expect(first).to_contain_text("可能相关的后续文件")
    expect(first).to_contain_text("2025-12-08")
    expect(second).not_to_contain_text("可能相关")
    similar = page.get_by_role("region", name="相近的建议、提案")
    expect(similar.locator(".reply-which b")).to_have_text(["第0113号建议"])
    page.emulate_media(media="print")
    expect(first.get_by_text("城东水厂工程已建成通水")).to_be_visible()
    expect(page.locator("#printed")).to_contain_text(page.url)
    page.emulate_media(media="screen")
    assert violations(page) == []
    first.get_by_role("link", name="关于城东水厂建成通水情况的通报").click()
    expect(page.locator("mark")).to_have_text("城东水厂工程已建成通水，向东部三个乡镇供水，日供水能力3万吨。")


def test_where_nothing_later_is_found_that_is_said(page: Page, url: str) -> None:
    page.goto(f"{url}/replies?number=457")
    page.locator(".reply-item").get_by_role("link").click()
    expect(page.get_by_role("region", name="承诺办理").get_by_role("status")).to_have_text(
        "没有找到可能相关的后续文件。"
    )
    for name in ("同一提出人的其他建议、提案", "相近的建议、提案"):
        expect(page.get_by_role("region", name=name)).to_be_hidden()


def test_what_cannot_be_looked_for_is_said_beside_the_reply(page: Page, url: str) -> None:
    page.route("**/api/replies/*/related", lambda route: route.fulfill(status=503, body="{}"))
    page.goto(f"{url}/replies?number=457")
    page.locator(".reply-item").get_by_role("link").click()
    expect(page.get_by_role("status")).to_contain_text("后续文件未能查找：服务暂时出错（503）")
    expect(page.get_by_role("region", name="已经办理")).to_be_visible()


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
