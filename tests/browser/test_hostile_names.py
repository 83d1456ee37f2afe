"""HTML in file names, titles, names of people and addresses: every page shows it as text, and runs none of it."""

from collections.abc import Callable
from urllib.parse import quote

import pytest
from playwright.sync_api import Dialog, Page, expect

from tests.browser.support import ask

HACK = "<img src=x onerror=window.hacked=1>"
SCRIPT = "<script>window.hacked=1</script>"
LETTER = (
    f"清河区水利局\n\n清水函〔2024〕101号\n\n关于区三届人大二次会议第101号建议的答复函{HACK}\n\n{HACK}代表：\n\n"
    f"您提出的《关于加快管网{SCRIPT}的建议》收悉。\n\n一、{HACK}今年改造管网101公里。\n\n下一步，将加快推进管网{SCRIPT}建设。\n\n"
    "清河区水利局\n\n2024年5月6日\n"
)


def unhurt(page: Page) -> None:
    assert page.evaluate("window.hacked") is None
    assert page.locator("img[src=x], script:not([src])").count() == 0


@pytest.fixture
def url(service_of: Callable[..., str]) -> str:
    return service_of(**{HACK: LETTER})


def test_every_page_shows_markup_as_text(page: Page, url: str) -> None:
    dialogs: list[str] = []

    def dismiss(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", dismiss)
    page.goto(url)
    ask(page, "今年改造管网多少公里？")
    expect(page.get_by_role("log")).to_contain_text("101公里")
    unhurt(page)
    document_id = page.request.get(f"{url}/api/documents").json()["documents"][0]["document_id"]
    page.goto(f"{url}/documents/{document_id}#0-40")
    expect(page.get_by_role("main")).to_contain_text(HACK)
    unhurt(page)
    page.goto(f"{url}/replies")
    expect(page.locator(".reply-item")).to_have_count(1)
    unhurt(page)
    page.goto(f"{url}/replies/{document_id}")
    expect(page.get_by_role("main")).to_contain_text(SCRIPT)
    unhurt(page)
    page.goto(f"{url}/desk")
    expect(page.locator("body")).to_contain_text("onerror=window.hacked")
    unhurt(page)
    assert dialogs == []


def test_addresses_run_nothing(page: Page, url: str) -> None:
    for payload in (HACK, "javascript:window.hacked=1", '"><svg onload=window.hacked=1>'):
        told = quote(payload, safe="")
        for path in (
            f"/?lang={told}&q={told}", f"/replies?q={told}&number={told}&proposer={told}&year={told}", f"/documents/{told}#{told}",
            f"/replies/{told}", f"/login?next={told}&refused={told}", f"/desk?view={told}#{told}",
        ):  # fmt: skip
            page.goto(url + path)
            page.wait_for_timeout(200)  # For the page to show what it was told, and for a picture not to load.
            assert page.evaluate("window.hacked") is None, path
            assert page.locator("img[src=x], svg[onload]").count() == 0, path
