"""The chat page: the widget in the page, examples, languages, coming back from a source."""

from playwright.sync_api import Page, expect

from tests.browser.support import QUESTION, REFUSED, ask, citation
from tests.server.support import DEFINITION_631


def test_an_example_is_asked_and_a_source_opened_and_left(page: Page, url: str) -> None:
    page.goto(url)
    page.get_by_role("button", name=QUESTION).click()
    expect(page.get_by_role("log", name="问答记录")).to_contain_text(DEFINITION_631)
    expect(page.get_by_role("heading", name="问政策，看原文")).to_be_hidden()
    citation(page).click()
    expect(page.locator("mark")).to_be_in_viewport()
    page.go_back()
    expect(page.get_by_role("log")).to_contain_text(DEFINITION_631)
    page.get_by_role("button", name="新对话").click()
    expect(page.get_by_role("log")).to_be_empty()
    expect(page.get_by_role("heading", name="问政策，看原文")).to_be_visible()
    expect(page.get_by_role("button", name="新对话")).to_be_hidden()


def test_one_switch_for_page_and_conversation(page: Page, url: str) -> None:
    page.goto(url)
    ask(page, REFUSED)
    expect(page.get_by_role("status")).to_be_visible()
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("textbox", name="Your question")).to_be_visible()
    expect(page.get_by_role("button", name="Not helpful")).to_be_visible()
    expect(page.get_by_role("log", name="Conversation")).to_be_visible()
    page.reload()
    expect(page.get_by_role("button", name="Send")).to_be_visible()
    page.get_by_role("link", name="Replies").click()
    expect(page.get_by_role("heading", name="Replies to proposals")).to_be_visible()


def test_the_box_for_questions_stays_in_view_and_grows(page: Page, url: str) -> None:
    page.set_viewport_size({"width": 700, "height": 420})
    page.goto(url)
    box = page.get_by_role("textbox", name="问题")
    ask(page, QUESTION)
    expect(citation(page)).to_be_visible()
    page.mouse.wheel(0, 400)
    expect(box).to_be_in_viewport(ratio=1)
    before = box.bounding_box()
    box.press("Shift+Enter")
    box.press("Shift+Enter")
    after = box.bounding_box()
    assert before is not None
    assert after is not None
    assert after["height"] > before["height"]
    expect(page.get_by_role("log").get_by_role("heading", level=2)).to_have_count(1)
    page.get_by_role("link", name="跳到输入框").press("Enter")
    expect(box).to_be_focused()


def test_an_enter_of_an_input_method_sends_nothing(page: Page, url: str) -> None:
    page.goto(url)
    box = page.get_by_role("textbox", name="问题")
    box.fill("zheng")
    for kind in ("isComposing: true", "keyCode: 229"):
        box.evaluate(
            f"(node) => node.dispatchEvent(new KeyboardEvent('keydown', {{ key: 'Enter', bubbles: true, composed: true, {kind} }}))"
        )
    expect(page.get_by_role("log")).to_be_empty()
    expect(box).to_have_value("zheng")
