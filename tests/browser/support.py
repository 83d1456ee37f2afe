"""What the browser tests share: pages of an intranet that hold the widget, and how a question is asked."""

from playwright.sync_api import Locator, Page

QUESTION = "什么是“631”机制？"
REFUSED = "第0999号建议的答复结果是什么"

SCRIPT = '<script src="/widget.js" data-title="国资问答"></script>'
ELEMENT = 'document.querySelector("zhengwen-chat")'


def open_host(page: Page, url: str, body: str = SCRIPT, head: str = "", policy: str | None = None) -> None:
    """Open a page of an intranet that stands before the service: its own HTML, the service's scripts."""
    html = (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>内网首页</title>'
        f"{head}</head><body><main><h1>内网首页</h1><p>通知公告</p></main>{body}</body></html>"
    )
    headers = {"content-security-policy": policy} if policy else {}
    page.route(
        f"{url}/intranet",
        lambda route: route.fulfill(body=html, content_type="text/html; charset=utf-8", headers=headers),
    )
    page.goto(f"{url}/intranet")


def ask(page: Page, question: str) -> None:
    """Type a question and send it, as a person does."""
    page.get_by_role("textbox", name="问题").fill(question)
    page.get_by_role("button", name="发送").click()


def open_widget(page: Page, title: str = "国资问答") -> None:
    """Press the floating button."""
    page.get_by_role("button", name=f"提问：{title}").click()


def citation(page: Page, n: int = 1) -> Locator:
    """The link of a citation in the text of the last answer."""
    return page.get_by_role("log").locator(".answer-text").last.get_by_role("link", name=f"引用 {n}")
