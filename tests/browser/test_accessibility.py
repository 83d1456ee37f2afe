"""axe-core over every page, light and dark; phones 360 pixels wide; the languages of the pages."""

from importlib.resources import files
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.support import QUESTION, REFUSED, ask, citation, open_host, open_widget

AXE = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")


def violations(page: Page) -> list[Any]:
    """What axe-core finds that is serious or critical: rule and the elements concerned."""
    page.evaluate(AXE)
    found = page.evaluate("axe.run()")
    # axe did look at something, into shadow roots too.
    assert len(found["passes"]) > 10
    return [
        [one["id"], [node["target"] for node in one["nodes"]]]
        for one in found["violations"]
        if one["impact"] in ("serious", "critical")
    ]


def open_state(page: Page, url: str, state: str) -> None:
    """Bring a page into the state that is looked at."""
    if state == "widget":
        open_host(page, url)
        open_widget(page)
    elif state == "chat":
        page.goto(url)
    if state in ("widget", "chat"):
        ask(page, QUESTION)
        expect(citation(page)).to_be_visible()
        page.get_by_role("button", name="有帮助", exact=True).click()
        expect(page.get_by_role("textbox", name="补充说明")).to_be_visible()
        ask(page, REFUSED)
        expect(page.get_by_role("status")).to_be_visible()
    elif state == "welcome":
        page.goto(url)
    elif state == "replies":
        page.goto(f"{url}/replies")
        expect(page.locator(".reply-item")).to_have_count(2)
    else:
        page.goto(f"{url}/replies?number=457")
        page.locator(".reply-item").get_by_role("link").click()
        promise = page.get_by_role("region", name="承诺办理").get_by_role("link").first
        expect(promise).to_be_visible()
        if state == "source":
            promise.click()
            expect(page.locator("mark").first).to_be_visible()


STATES = ("welcome", "chat", "widget", "replies", "reply", "source")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("state", STATES)
def test_axe_finds_nothing_serious(page: Page, url: str, state: str, scheme: Any) -> None:
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    open_state(page, url, state)
    assert violations(page) == []


@pytest.mark.parametrize("state", STATES)
def test_a_phone_has_nothing_to_scroll_sideways(page: Page, url: str, state: str) -> None:
    page.set_viewport_size({"width": 360, "height": 720})
    open_state(page, url, state)
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    if state == "widget":
        box = page.get_by_role("dialog").bounding_box()
        assert box == {"x": 0, "y": 0, "width": 360, "height": 720}
        assert (
            page.evaluate("document.querySelector('zhengwen-chat').shadowRoot.querySelector('.talk').scrollWidth")
            <= 360
        )
