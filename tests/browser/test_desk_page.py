"""A keeper: uploads files, corrects what was read, brings the index up to date, sees what readers missed, makes keys."""

import base64
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.desk_support import NOTICE, Served, desk_served, expect_indexed, open_desk, upload
from tests.browser.test_accessibility import violations
from tests.server.support import FIRST

SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


@pytest.fixture
def desk(chromium: str, tmp_path: Path) -> Iterator[Served]:
    with desk_served(tmp_path) as served:
        yield served


@pytest.fixture(scope="module")
def shared(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One service for the tests that change no document."""
    with desk_served(tmp_path_factory.mktemp("desk")) as served:
        yield served


def test_from_the_file_to_the_answer(page: Page, desk: Served) -> None:
    open_desk(page, desk)
    expect(page.locator("#generation")).to_contain_text("2 份文件")
    upload(
        page, desk.file("检修.txt", NOTICE), desk.file("坏的.pdf", b"no pdf"), desk.file("程序.exe", b"MZ"),
        desk.file("大.txt", "水" * 400_000),
    )  # fmt: skip
    states = page.locator("#upload-list li")
    expect(states).to_have_count(4)
    expect(states.nth(0)).to_contain_text("已保存为 检修.txt")
    expect(states.nth(1)).to_contain_text("不是 PDF")
    expect(states.nth(2)).to_contain_text("格式 .exe 暂不支持")
    expect(states.nth(3)).to_contain_text("超过上限 1 MB")
    expect_indexed(page)
    expect(page.locator("#job-summary")).to_contain_text("现有 3 份文件：新增 1")
    expect(page.locator("#generation")).to_contain_text("3 份文件")
    expect(page.get_by_role("link", name="关于检修的通知")).to_be_visible()
    answer = httpx.post(f"{desk.url}/api/ask", json={"question": "什么是742机制"}, timeout=60).json()
    assert answer["citations"][0]["source"] == "检修.txt"


def test_files_dropped_anywhere(page: Page, desk: Served) -> None:
    open_desk(page, desk)
    content = base64.b64encode(NOTICE.encode()).decode()
    page.locator("#narrow").evaluate(
        """(node, content) => {
          const data = new DataTransfer();
          const bytes = Uint8Array.from(atob(content), (character) => character.charCodeAt(0));
          for (const name of ["甲.txt", "乙.txt"]) data.items.add(new File([bytes, name], name));
          const drag = (kind) => node.dispatchEvent(new DragEvent(kind, { bubbles: true, cancelable: true, dataTransfer: data }));
          drag("dragover");
          window.zoneLit = document.querySelector("#drop").classList.contains("over");
          drag("drop");
        }""",
        content,
    )
    assert page.evaluate("window.zoneLit") is True
    expect(page.locator("#upload-list li")).to_have_count(2)
    expect(page.locator("#drop")).not_to_have_class(re.compile("over"))
    expect_indexed(page)
    assert (desk.data_dir / "uploads" / "乙.txt").read_text(encoding="utf-8") == NOTICE + "乙.txt"


def test_a_file_of_the_same_name_is_asked_about(page: Page, desk: Served) -> None:
    open_desk(page, desk)
    upload(page, desk.file("检修.txt", NOTICE))
    expect_indexed(page)
    upload(page, desk.file("另一个/检修.txt", NOTICE + "改了。\n"))
    row = page.locator("#upload-list li").last
    expect(row).to_contain_text("已有同名而内容不同的文件")
    row.get_by_role("button", name="存为 检修 (2).txt").click()
    expect(row).to_contain_text("已保存为 检修 (2).txt")
    expect_indexed(page)
    expect(page.locator("#generation")).to_contain_text("4 份文件", timeout=60_000)


def test_what_was_read_is_shown_in_the_text_and_corrected(page: Page, desk: Served) -> None:
    open_desk(page, desk)
    page.get_by_label("标题、路径、编号、机关或提出人").fill("第一份")
    expect(page.locator("#document-list li")).to_have_count(1)
    page.locator("#document-list").get_by_role("link").click()
    number = page.get_by_role("textbox", name="发文字号")
    expect(number).to_have_value("渝水函〔2025〕25号")
    page.get_by_role("button", name="发文字号读自").click()
    expect(page.locator("#text mark")).to_have_text("渝水函〔2025〕25号")
    expect(page.locator("#text mark")).to_be_in_viewport()

    proposer = page.get_by_role("textbox", name="提出人")
    proposer.fill("张三丰")
    page.get_by_label("补充字段").select_option("status")
    page.get_by_role("combobox", name="效力").select_option("已修改")
    page.get_by_role("button", name="保存更正").click()
    expect(page.locator("#save-note")).to_contain_text("更正生效", timeout=60_000)
    expect(proposer).to_have_value("张三丰")
    written = (desk.folder / f"{FIRST}.meta.toml").read_text(encoding="utf-8")
    assert written == 'proposer = "张三丰"\nstatus = "已修改"\n'
    replies = httpx.get(f"{desk.url}/api/replies?proposer=张三丰", timeout=60).json()
    assert replies["total"] == 1 if "total" in replies else len(replies["replies"]) == 1

    page.get_by_role("button", name="撤销对提出人的更正").click()
    expect(proposer).to_have_value("张三", timeout=60_000)
    page.get_by_role("link", name="全部文件").click()
    expect(page.locator(".by-hand")).to_have_count(1)


def test_a_wrong_value_is_said_at_its_field(page: Page, shared: Served) -> None:
    open_desk(page, shared)
    page.locator("#document-list").get_by_role("link").first.click()
    signer = page.get_by_role("textbox", name="联系电话")
    page.get_by_label("补充字段").select_option("phone")
    signer.fill("138********")
    page.get_by_role("button", name="保存更正").click()
    expect(signer).to_have_attribute("aria-invalid", "true")
    expect(signer).to_have_accessible_description(re.compile("请填写完整的号码"))
    expect(signer).to_be_focused()
    expect(page.locator("#save-note")).to_contain_text("没有保存")
    assert list(shared.folder.glob("*.toml")) == []


def test_selected_words_go_into_a_field(page: Page, shared: Served) -> None:
    open_desk(page, shared)
    page.locator("#document-list").get_by_role("link", name="0125").click()
    page.get_by_role("textbox", name="提出人").focus()
    page.evaluate(
        """() => {
          const text = document.querySelector("#text");
          const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
          while (walker.nextNode()) {
            const at = walker.currentNode.data.indexOf("水利局");
            if (at >= 0) return getSelection().setBaseAndExtent(walker.currentNode, at, walker.currentNode, at + 3);
          }
        }"""
    )
    page.get_by_role("button", name="选中文字填入“提出人”").click()
    expect(page.get_by_role("textbox", name="提出人")).to_have_value("水利局")


def test_a_document_is_taken_out_and_restored(page: Page, desk: Served) -> None:
    open_desk(page, desk)
    page.locator("#document-list").get_by_role("link", name="0125").click()
    page.get_by_role("button", name="移出…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="取消").click()
    expect(page.get_by_role("textbox", name="发文字号")).to_be_visible()
    page.get_by_role("button", name="移出…").click()
    dialog.get_by_role("button", name="移出").click()
    expect(page.locator("#document-list li")).to_have_count(1, timeout=60_000)
    assert (desk.folder / FIRST).is_file()
    page.locator("#removed summary").click()
    page.locator("#removed").get_by_role("button", name="恢复").click()
    expect(page.locator("#document-list li")).to_have_count(2, timeout=60_000)
    expect(page.locator("#removed")).to_be_hidden()


def test_progress_is_shown_to_whoever_comes_and_errors_by_file(page: Page, desk: Served) -> None:
    (desk.folder / "坏.pdf").write_bytes(b"no pdf")
    (desk.folder / "长.txt").write_text(
        "".join(f"第{n}座泵站配备水泵{n}台。\n" for n in range(3_000)), encoding="utf-8"
    )
    open_desk(page, desk)
    page.get_by_role("button", name="更新索引").click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    expect(page.get_by_role("heading", name="正在更新索引")).to_be_visible()
    page.reload()
    expect_indexed(page)
    expect(page.locator("#job-reasons li")).to_have_count(1)
    expect(page.locator("#job-reasons li")).to_contain_text("坏.pdf")
    expect(page.locator("#job-reasons li")).to_contain_text("不是 PDF")
    expect(page.locator("#said")).to_contain_text("索引已更新")
    # The counts narrow the list.
    page.get_by_role("button", name="答复函 2").click()
    expect(page.locator("#document-list li")).to_have_count(2)


def test_what_readers_missed_and_said(page: Page, shared: Served) -> None:
    def ask(question: str) -> Any:
        return httpx.post(f"{shared.url}/api/ask", json={"question": question}, timeout=60).json()

    for _ in range(2):
        ask("第0999号建议的答复结果是什么")
    long = "第0999号建议" + "办" * 300
    ask(long)
    answer = ask("第0125号建议是谁提出的")
    body = {"answer_id": answer["answer_id"], "rating": "down", "comment": "想看<b>日期</b>"}
    httpx.post(f"{shared.url}/api/feedback", json=body, timeout=60).raise_for_status()
    open_desk(page, shared, "questions")
    missed = page.get_by_role("region", name="近七天没有答上的问题").get_by_role("listitem")
    expect(missed).to_have_count(2)
    expect(missed.first).to_contain_text("第0999号建议的答复结果是什么")
    expect(missed.first).to_contain_text("2 次")
    whole = missed.last.get_by_text(long, exact=True)
    expect(whole).to_be_hidden()
    missed.last.get_by_text(long[:160] + "…").click()
    expect(whole).to_be_visible()
    said = page.get_by_role("region", name="读者的评价")
    expect(said.locator(".comment")).to_have_text("想看<b>日期</b>")
    said.get_by_label("显示").select_option("up")
    expect(said.locator(".comment")).to_have_count(0)
    said.get_by_label("显示").select_option("down")
    said.locator(".passages").get_by_role("link").click()
    expect(page.locator("mark").first).to_be_in_viewport()
    assert "张三" in "".join(page.locator("mark").all_text_contents())


def test_the_last_report_is_a_table(page: Page, shared: Served) -> None:
    open_desk(page, shared, "evaluation")
    expect(page.locator("#evaluation")).to_contain_text("还没有报告")
    systems = {
        "hybrid": {
            "metrics": {"nDCG@10": 0.875},
            "intervals": {"nDCG@10": [0.843, 0.906]},
            "p_values": None,
            "queries": 216,
        },
        "bm25": {"metrics": {"nDCG@10": 0.7}, "p_values": {"nDCG@10": 0.001}, "queries": 216},
    }
    report = {"kind": "retrieval", "dataset": "泵站", "date": "2025-05-06T08:00:00+00:00", "systems": systems}
    (shared.data_dir / "eval").mkdir()
    (shared.data_dir / "eval" / "report.json").write_text(json.dumps(report), encoding="utf-8")
    page.reload()
    rows = page.get_by_role("table").get_by_role("row")
    expect(rows).to_have_count(3)
    expect(rows.nth(1)).to_contain_text("0.875 0.843–0.906")
    expect(rows.nth(2)).to_contain_text("0.700*")
    expect(page.get_by_role("link", name="完整报告")).to_be_hidden()


def test_keys_are_made_shown_once_and_revoked(page: Page, desk: Served) -> None:
    open_desk(page, desk, "access")
    page.get_by_label("名称").fill("办公室")
    page.get_by_role("button", name="创建").click()
    expect(page.locator("#made-key-value")).to_have_text(re.compile(r"^zws_\w{8}_[\w-]{43}$"))
    # The page has signed in with it.
    expect(page.locator("#key-list li")).to_contain_text("您正在用")
    assert httpx.get(f"{desk.url}/api/desk", timeout=60).status_code == 401
    page.get_by_label("名称").fill("内网首页")
    page.get_by_label("用途").select_option("publish")
    page.get_by_role("combobox", name="角色").select_option("staff")
    page.get_by_label("网页来源").fill("oa.example.gov.cn")
    page.get_by_role("button", name="创建").click()
    expect(page.get_by_role("alert")).to_contain_text("不是网页来源")
    page.get_by_label("网页来源").fill("https://oa.example.gov.cn")
    page.get_by_role("button", name="创建").click()
    expect(page.locator("#key-list li")).to_have_count(2)
    expect(page.locator("#key-list li").first).to_contain_text("https://oa.example.gov.cn")
    page.reload()
    expect(page.locator("#key-list li")).to_have_count(2)
    expect(page.locator("#made-key")).to_be_hidden()
    page.get_by_role("button", name="撤销密钥 内网首页").click()
    page.get_by_role("dialog").get_by_role("button", name="撤销").click()
    expect(page.locator("#key-list li").first).to_contain_text("已撤销")
    page.get_by_role("button", name="撤销密钥 办公室").click()
    page.get_by_role("dialog").get_by_role("button", name="撤销").click()
    expect(page.get_by_role("alert")).to_contain_text("最后一把管理员密钥")


def test_by_keyboard_and_in_english(page: Page, shared: Served) -> None:
    page.goto(f"{shared.url}/desk?lang=en")
    expect(page.get_by_role("button", name="Choose files")).to_be_visible()
    expect(page.locator("#generation")).to_contain_text("2 documents")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Rebuild all")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Rebuild everything?")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.get_by_role("button", name="Rebuild all")).to_be_focused()
    page.get_by_role("link", name="Questions").press("Enter")
    expect(page.get_by_role("heading", name="Unanswered in the last seven days")).to_be_visible()
    expect(page.get_by_role("link", name="Questions")).to_have_attribute("aria-current", "page")


def test_axe_finds_nothing_serious_and_a_phone_scrolls_one_way(page: Page, desk: Served) -> None:
    (desk.folder / "坏.pdf").write_bytes(b"no pdf")
    open_desk(page, desk)
    upload(page, desk.file("检修.txt", NOTICE), desk.file("坏的.pdf", b"no pdf"))
    expect_indexed(page)
    httpx.post(f"{desk.url}/api/ask", json={"question": "第0999号建议的答复结果是什么"}, timeout=60)
    for view in ("documents", "editor", "questions", "evaluation", "access"):
        if view == "editor":
            page.locator("#document-list").get_by_role("link").first.click()
            page.locator(".source").first.click()
        else:
            page.locator(f"[data-view={view}]").click()
        expect(page.locator(f"#{view}-view")).to_be_visible()
        page.wait_for_load_state("networkidle")
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            assert violations(page) == [], (view, scheme)
        page.set_viewport_size({"width": 360, "height": 720})
        assert page.evaluate("document.documentElement.scrollWidth") == 360, view
        page.set_viewport_size({"width": 1000, "height": 800})
