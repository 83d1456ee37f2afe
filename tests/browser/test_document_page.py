"""The source viewer: tables as tables, what the same answer quotes, versions before and after, the file itself."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.support import ask
from tests.browser.test_accessibility import violations
from tests.server.support import PUMPS

REPORT = """清河市水利局

关于供水情况的通报

各乡镇人民政府：

主要指标见下表𠀀。

项目 | 计划 | 完成
城东水厂（座） | 1 | 1
散户入户（户） | 1000 | 812

以上情况请知悉。
"""
MARKDOWN = "# 供水情况\n\n各单位：\n\n主要指标如下。\n\n| 项目 | 完成 |\n| --- | --- |\n| 水厂 | 1 |\n\n仅此一行 | 不成表格。\n"


def id_of(page: Page, url: str, source: str) -> str:
    """The id of a document by its file."""
    documents = page.request.get(f"{url}/api/documents").json()["documents"]
    return str(next(one["document_id"] for one in documents if one["source"] == source))


def test_rows_are_a_table_and_are_quoted_whole(page: Page, service_of: Callable[..., str]) -> None:
    url = service_of(通报=REPORT)
    identity = id_of(page, url, "通报.txt")
    text = page.request.get(f"{url}/api/documents/{identity}/text").json()["text"]
    row = "散户入户（户） | 1000 | 812"
    start = text.index(row)
    page.goto(f"{url}/documents/{identity}#{start}-{start + len(row)}")
    table = page.get_by_role("region", name="表格").get_by_role("table")
    expect(table.get_by_role("row")).to_have_count(3)
    expect(table.get_by_role("cell")).to_have_count(9)
    expect(table.get_by_role("row").nth(1).get_by_role("cell").first).to_be_visible()
    marks = page.locator("mark")
    expect(marks).to_have_count(3)
    assert "".join(marks.all_text_contents()) == row
    assert [mark.inner_text() for mark in marks.all()] == ["散户入户（户）", "1000", "812"]
    # Every character of the text is on the page, in order.
    shown = page.locator("#text").evaluate("node => node.textContent")
    assert re.sub(r"\s", "", shown) == re.sub(r"\s", "", text)
    page.get_by_role("region", name="表格").focus()
    expect(page.get_by_role("region", name="表格")).to_be_focused()
    assert violations(page) == []


def test_a_table_of_markdown(page: Page, service_of: Callable[..., str]) -> None:
    url = service_of(表=MARKDOWN)
    page.goto(f"{url}/documents/{id_of(page, url, '表.txt')}")
    rows = page.get_by_role("row")
    expect(rows).to_have_count(2)
    expect(rows.nth(0).get_by_role("cell")).to_have_text(["| 项目 | ", "完成 |"])
    assert rows.nth(1).get_by_role("cell").all_inner_texts() == ["水厂", "1"]
    expect(page.get_by_text("仅此一行 | 不成表格。")).to_be_visible()


def test_from_one_quote_of_an_answer_to_the_next(page: Page, context: BrowserContext, url: str) -> None:
    page.goto(url)
    ask(page, "央地合作有哪些进展？")
    links = page.get_by_role("log").locator(".card-link")
    expect(links.nth(1)).to_be_visible()
    said = page.locator(".cards blockquote").all_text_contents()
    with context.expect_page() as opened:
        links.first.click(modifiers=["Control"])
    source = opened.value
    cited = source.get_by_role("navigation", name="同一回答的引用")
    expect(cited.get_by_role("link")).to_have_count(len(said))
    expect(cited.locator("[aria-current]")).to_contain_text("引用 1")
    assert "".join(source.locator("mark").all_text_contents()) == said[0]
    cited.get_by_role("link", name="引用 2").focus()
    source.keyboard.press("Enter")
    expect(cited.locator("[aria-current]")).to_contain_text("引用 2")
    assert "".join(source.locator("mark").all_text_contents()) == said[1]
    expect(source.locator("mark").first).to_be_in_viewport()
    assert violations(source) == []
    source.reload()
    expect(cited.get_by_role("link")).to_have_count(len(said))
    source.get_by_role("button", name="English").click()
    expect(
        source.get_by_role("navigation", name="In the same answer").get_by_role("link", name="Citation 1")
    ).to_be_visible()


@pytest.mark.parametrize(
    "cited", ["", "1:x", "1:{0}:0-3", "1:{0}:0-3,2:nothing:0-3", "<script>,2:{0}:9-1", "1:../x:0-3,2:..:0-3"]
)
def test_an_address_with_nothing_more_to_show(page: Page, url: str, cited: str) -> None:
    identity = id_of(page, url, "改革攻坚专版.md")
    page.goto(f"{url}/documents/{identity}?cited={cited.format(identity)}#0-3")
    expect(page.locator("mark")).to_be_visible()
    expect(page.get_by_role("link", name="下载原文件")).to_be_visible()
    expect(page.get_by_role("navigation", name="同一回答的引用")).to_be_hidden()


def test_on_a_phone_the_quote_stays_in_view(page: Page, url: str) -> None:
    here = id_of(page, url, "关于第0627号提案的答复函.txt")
    page.set_viewport_size({"width": 360, "height": 720})
    page.emulate_media(reduced_motion="reduce")
    page.goto(f"{url}/documents/{here}?cited=1:{here}:1982-2048,2:{here}:2120-2182#1982-2048")
    expect(page.get_by_text("同一回答的引用")).to_be_attached()
    expect(page.get_by_role("link", name="下载原文件")).to_be_attached()
    expect(page.locator("mark")).to_be_in_viewport(ratio=1)
    page.get_by_text("同一回答的引用").click()
    page.get_by_role("link", name="引用 2").click()
    expect(page.locator("mark").first).to_be_in_viewport(ratio=1)


def test_quotes_of_other_documents_open_there(page: Page, url: str) -> None:
    here, there = id_of(page, url, "改革攻坚专版.md"), id_of(page, url, "关于第0457号建议的答复函.txt")
    page.goto(f"{url}/documents/{here}?cited=1:{here}:2-8,2:{there}:0-14#2-8")
    cited = page.get_by_role("navigation", name="同一回答的引用")
    expect(cited).to_contain_text("关于办理市六届人大三次会议第0457号建议的答复函")
    cited.get_by_role("link", name="引用 2").click()
    expect(page).to_have_url(re.compile(f"/documents/{there}"))
    expect(page.locator("mark")).to_have_text("重庆市国有资产监督管理委员会")
    expect(cited.locator("[aria-current]")).to_contain_text("引用 2")
    page.go_back()
    expect(cited.locator("[aria-current]")).to_contain_text("引用 1")


def test_versions_before_and_after(page: Page, service_of: Callable[..., str]) -> None:
    head = "清河市泵站管理办法\n\n（清河市人民政府 {}年3月1日印发）\n\n"
    url = service_of(**{f"办法{year}": head.format(year) + PUMPS for year in (2021, 2023, 2025)})
    page.goto(f"{url}/documents/{id_of(page, url, '办法2023.txt')}")
    beside = page.get_by_role("navigation", name="相邻版本")
    expect(beside.get_by_role("link", name="上一版本（2021-03-01）")).to_be_visible()
    beside.get_by_role("link", name="下一版本（2025-03-01）").press("Enter")
    expect(page.locator("#text")).to_contain_text("2025年3月1日印发")
    expect(beside.get_by_role("link")).to_have_count(1)
    beside.get_by_role("link", name="上一版本（2023-03-01）").click()
    expect(page.locator("#text")).to_contain_text("2023年3月1日印发")


def test_the_file_itself(page: Page, tmp_path: Path, service_of: Callable[..., str]) -> None:
    url = service_of(通报=REPORT)
    address = f"{url}/documents/{id_of(page, url, '通报.txt')}"
    page.goto(address)
    with page.expect_download() as started:
        page.get_by_role("link", name="下载原文件").click()
    assert started.value.suggested_filename == "通报.txt"
    started.value.save_as(tmp_path / "saved")
    assert (tmp_path / "saved").read_text(encoding="utf-8") == REPORT
    (tmp_path / "texts" / "通报.txt").write_text("别的", encoding="utf-8")
    with page.expect_response("**/original") as asked:
        page.reload()
    assert asked.value.status == 404
    expect(page.get_by_role("link", name="下载原文件")).to_be_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_a_wide_table_scrolls_alone(page: Page, service_of: Callable[..., str], scheme: Any) -> None:
    wide = "\n".join(" | ".join(f"第{n}列第{row}行的内容" for n in range(9)) for row in range(4))
    url = service_of(表="关于指标的通报\n\n各单位：\n\n指标如下。\n\n" + wide + "\n")
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": 360, "height": 720})
    page.goto(f"{url}/documents/{id_of(page, url, '表.txt')}")
    expect(page.get_by_role("table")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    frame = page.get_by_role("region", name="表格")
    assert frame.evaluate("node => node.scrollWidth > node.clientWidth")
    assert violations(page) == []
