"""A member of staff: opens the widget of an intranet page, asks, checks the source, copies, rates, asks on."""

import json
import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, Route, expect

from server.feedback import FeedbackStore
from tests.browser.support import QUESTION, REFUSED, ask, citation, open_host, open_widget
from tests.server.support import DEFINITION_631


def test_from_the_question_to_the_words_in_the_source(page: Page, context: BrowserContext, url: str) -> None:
    open_host(page, url)
    expect(page.get_by_role("dialog")).to_have_count(0)
    open_widget(page)
    expect(page.get_by_role("dialog", name="国资问答")).to_be_visible()
    expect(page.get_by_role("textbox", name="问题")).to_be_focused()
    ask(page, QUESTION)
    expect(page.get_by_role("log")).to_contain_text(DEFINITION_631)
    expect(page.get_by_role("status")).to_have_count(0)
    with context.expect_page() as opened:
        citation(page).click()
    source = opened.value
    expect(source.locator("mark")).to_be_in_viewport()
    assert "".join(source.locator("mark").all_text_contents()) == DEFINITION_631
    assert re.fullmatch(rf"{url}/documents/[^/#]+#\d+-\d+", source.url)


def test_a_card_says_where_an_answer_is_from(page: Page, url: str) -> None:
    open_host(page, url)
    open_widget(page)
    ask(page, "第0457号建议是谁提出的，答复文号是什么？")
    card = page.locator(".card").first
    expect(card).to_contain_text("渝国资函〔2025〕313号")
    expect(card).to_contain_text("重庆市国有资产监督管理委员会")
    expect(card.get_by_role("link")).to_have_accessible_name(re.compile("^引用 1：.*第0457号建议的答复函"))


def test_the_documents_that_are_read_show_while_the_answer_is_on_its_way(page: Page, url: str) -> None:
    open_host(page, url)
    passage = {
        "rank": 1, "chunk_id": "c", "document_id": "d", "source": "s", "title": "供水办法", "status": None, "section": [],
        "superseded_by": None, "text": "x", "start": 0, "end": 1, "score": 1.0, "scores": {},
    }  # fmt: skip
    events = f'event: passages\ndata: {json.dumps({"passages": [passage, passage]})}\n\nevent: delta\ndata: {{"text": "每日"}}\n\n'
    # A connection that ends before the answer is whole.
    page.route("**/api/ask", lambda route: route.fulfill(body=events, content_type="text/event-stream"))
    page.evaluate("""() => {
        window.seen = [];
        const log = document.querySelector("zhengwen-chat").shadowRoot.querySelector("[role=log]");
        new MutationObserver(() => window.seen.push(log.textContent)).observe(log, { childList: true, subtree: true });
    }""")
    open_widget(page)
    ask(page, QUESTION)
    expect(page.get_by_role("alert")).to_contain_text("回答中断")
    seen = page.evaluate("window.seen")
    assert any("正在阅读 1 份文件供水办法" in text for text in seen)


def test_copying_takes_the_citations_along(page: Page, context: BrowserContext, url: str) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    open_host(page, url)
    open_widget(page)
    ask(page, QUESTION)
    page.get_by_role("button", name="复制回答和引用").click()
    expect(page.get_by_role("button", name="已复制")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    answer, note = copied.split("\n\n")
    assert answer == DEFINITION_631 + " [1]"
    head, quote, address = note.split("\n")
    assert head.startswith("[1] 大渡口区")
    assert quote == "原文：" + DEFINITION_631
    assert re.fullmatch(rf"{url}/documents/[^/#]+#\d+-\d+", address)


def test_a_rating_and_its_comment_are_stored(page: Page, url: str, data_dir: Path) -> None:
    open_host(page, url)
    open_widget(page)
    ask(page, QUESTION)
    page.get_by_role("button", name="没有帮助").click()
    expect(page.get_by_text("谢谢，已收到。")).to_be_visible()
    expect(page.get_by_role("button", name="没有帮助")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("textbox", name="补充说明").fill("还想知道由谁负责")
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_role("textbox", name="补充说明")).to_be_hidden()
    stored = FeedbackStore(data_dir).all()[0]
    assert (stored.rating, stored.comment) == ("down", "还想知道由谁负责")
    assert stored.answer["question"] == QUESTION


def test_an_answer_that_is_no_longer_remembered_cannot_be_rated(page: Page, url: str) -> None:
    open_host(page, url)
    open_widget(page)
    ask(page, QUESTION)
    # As after the service was started anew.
    page.route("**/api/feedback", lambda route: route.fulfill(status=404, json={"status": 404}))
    page.get_by_role("button", name="没有帮助").click()
    expect(page.get_by_text("服务已不记得这条回答")).to_be_visible()
    expect(page.get_by_role("button", name="没有帮助")).to_have_attribute("aria-pressed", "false")


def test_a_refusal_links_each_document_that_it_names(page: Page, service_of: Callable[..., str]) -> None:
    long = "清河区人民政府关于进一步加强老旧小区二次供水设施改造和运行维护管理工作若干问题的实施意见（试行）"
    url = service_of(长=f"{long}\n\n第一条 每周检测水质两次。\n", 短="供水办法\n\n第一条 每天检测水质。\n")
    open_host(page, url)
    open_widget(page)
    ask(page, REFUSED)
    links = page.get_by_role("status").get_by_role("link")
    expect(links).to_have_count(2)
    assert sorted(links.all_text_contents()) == sorted(["供水办法", long[:39] + "…"])


def test_the_conversation_stays_in_its_tab_and_goes_along(page: Page, context: BrowserContext, url: str) -> None:
    open_host(page, url)
    open_widget(page)
    ask(page, QUESTION)
    expect(citation(page)).to_be_visible()
    page.reload()
    open_widget(page)
    expect(page.get_by_role("log")).to_contain_text(DEFINITION_631)
    with page.expect_request("**/api/ask") as sent:
        ask(page, "提前几个月落实资金来源？")
    assert sent.value.post_data_json == {
        "question": "提前几个月落实资金来源？",
        "stream": True,
        "history": [
            {"role": "user", "content": QUESTION},
            {"role": "assistant", "content": DEFINITION_631 + " [1]"},
        ],
    }
    expect(citation(page)).to_be_visible()
    page.get_by_role("button", name="新对话").click()
    expect(page.get_by_role("log")).to_be_empty()
    other = context.new_page()
    open_host(other, url)
    open_widget(other)
    expect(other.get_by_role("log")).to_be_empty()


def test_what_to_ask_on_comes_from_the_evidence(page: Page, url: str) -> None:
    open_host(page, url)
    open_widget(page)
    with page.expect_response("**/api/ask"):
        ask(page, QUESTION)
    offered = page.locator(".suggestion")
    expect(offered.first).to_be_visible()
    assert 1 <= offered.count() <= 3
    answer = page.evaluate("document.querySelector('zhengwen-chat').turns[0].answer")
    evidence = json.dumps(answer["passages"], ensure_ascii=False)
    for text in offered.all_text_contents():
        matter = text.removesuffix("的情况如何？").removeprefix("什么是").removesuffix("？")
        assert json.dumps(matter, ensure_ascii=False)[1:-1] in evidence
    chosen = offered.first.text_content()
    offered.first.click()
    expect(page.get_by_role("log").get_by_role("heading", level=2).last).to_have_text(chosen or "")


def test_a_refusal_is_a_status(page: Page, url: str) -> None:
    open_host(page, url)
    open_widget(page)
    ask(page, REFUSED)
    expect(page.get_by_role("status")).to_contain_text("没有找到第0999号建议的答复，无法回答。")
    nearest = page.get_by_role("log").get_by_role("link", name="对市政协六届三次会议第0627号提案的答复函").first
    expect(nearest).to_be_visible()
    expect(nearest).to_have_attribute("href", re.compile(rf"^{url}/documents/[^/#]+#\d+-\d+$"))


def test_stopping_ends_the_request(page: Page, url: str) -> None:
    open_host(page, url)

    def hold(route: Route) -> None:
        """A service that takes the question and says nothing."""

    page.route("**/api/ask", hold)
    open_widget(page)
    ask(page, QUESTION)
    expect(page.get_by_role("button", name="发送")).to_be_hidden()
    expect(page.get_by_text("正在查阅文件")).to_be_visible()
    with page.expect_event("requestfailed") as stopped:
        page.get_by_role("button", name="停止").click()
    assert stopped.value.failure == "net::ERR_ABORTED"
    expect(page.get_by_text("已停止。")).to_be_visible()
    expect(page.get_by_role("button", name="停止")).to_be_hidden()
    page.unroute("**/api/ask")
    page.get_by_role("button", name="再问一次").click()
    expect(citation(page)).to_be_visible()


def answering(status: int, headers: dict[str, str]) -> Callable[[Route], None]:
    """What stands between the reader and the service, as proxies and limits do, and answers in its place."""
    return lambda route: route.fulfill(status=status, headers=headers, body="{}")


def test_what_is_wrong_is_said_plainly(page: Page, context: BrowserContext, url: str) -> None:
    open_host(page, url)
    open_widget(page)
    for status, headers, said in (
        (429, {"retry-after": "30"}, "提问太频繁，请 30 秒后再试。"),
        (401, {}, "登录已过期"),
        (403, {}, "登录已过期"),
        (502, {}, "服务暂时出错（502）"),
    ):
        page.route("**/api/ask", answering(status, headers))
        ask(page, QUESTION)
        expect(page.get_by_role("alert").last).to_contain_text(said)
        page.unroute("**/api/ask")
    context.set_offline(True)
    ask(page, QUESTION)
    expect(page.get_by_role("alert").last).to_contain_text("连接不上服务，请检查网络")
    context.set_offline(False)
    ask(page, "问" * 2_001)
    expect(page.get_by_role("alert").last).to_contain_text("未被接受")


def test_by_keyboard_alone_and_in_english(page: Page, url: str) -> None:
    open_host(page, url, '<script src="/widget.js" data-title="Policy desk" data-lang="en"></script>')
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Ask: Policy desk")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("textbox", name="Question")).to_be_focused()
    page.keyboard.type("What is the 631 mechanism?")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Citation 1").first).to_be_visible()
    page.get_by_role("button", name="中文").press("Enter")
    expect(page.get_by_role("textbox", name="问题")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("button", name="提问：Policy desk")).to_be_focused()
