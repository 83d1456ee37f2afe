"""Whoever puts the widget into a page: hostile styles, a strict policy, several at once, JavaScript and messages, hostile text."""

import gzip
import os
import re
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import ConsoleMessage, Page, expect

from server.api.pages import WEB, widget_script
from tests.browser.support import ELEMENT, QUESTION, REFUSED, SCRIPT, ask, citation, open_host, open_widget
from tests.server.running import running
from tests.server.support import DEFINITION_631

HOSTILE = """<style>
* { all: unset !important; display: inline !important; color: red !important; font-size: 3px !important; }
html { font-size: 2px !important; }
body { transform: scale(0.5); overflow: hidden; height: 40px; direction: rtl; }
button, a, textarea, zhengwen-chat { visibility: hidden !important; opacity: 0 !important; pointer-events: none !important; }
.panel, .frame, .launcher, [role=log] { display: none !important; }
</style>"""

STRICT = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'none'; img-src 'none'; base-uri 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)

LETTER = """某市水利局

渝水函〔2025〕25号

关于市六届人大三次会议第0125号建议的答复函

<img src=x onerror="window.hacked=1">代表：

您提出的《关于<script>window.hacked=1</script>供水的建议》收悉。今年新建供水站25座<img src=x onerror=window.hacked=1>。
"""


def test_hostile_styles_change_nothing(page: Page, url: str) -> None:
    def look(head: str) -> object:
        open_host(page, url, head=head)
        page.evaluate(f"{ELEMENT}.restart()")
        page.evaluate(f"{ELEMENT}.open()")
        ask(page, QUESTION)
        expect(citation(page)).to_be_visible()
        return page.evaluate("""() => {
            const root = document.querySelector("zhengwen-chat").shadowRoot;
            return [".launcher", ".panel", "textarea", ".answer-text", ".card", ".mark-link"].map((name) => {
                const node = root.querySelector(name);
                const style = getComputedStyle(node);
                const { x, y, width, height } = node.getBoundingClientRect();
                const facts = ["color", "fontSize", "fontFamily", "direction", "visibility", "opacity", "letterSpacing"];
                return [name, x, y, width, height, ...facts.map((fact) => style[fact])];
            });
        }""")

    assert look(HOSTILE) == look("")


def test_a_strict_policy_is_kept(page: Page, url: str) -> None:
    broken: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type == "error":
            broken.append(message.text)

    page.on("console", note)
    open_host(page, url, policy=STRICT)
    open_widget(page)
    ask(page, QUESTION)
    expect(citation(page)).to_be_visible()
    page.get_by_role("button", name="有帮助", exact=True).click()
    expect(page.get_by_text("谢谢，已收到。")).to_be_visible()
    # Chromium asks every site for an icon, which this policy forbids too.
    assert [text for text in broken if "favicon" not in text] == []


def test_several_on_one_page_keep_to_themselves(page: Page, url: str) -> None:
    body = (
        '<zhengwen-chat id="one" data-title="国资"></zhengwen-chat>'
        '<zhengwen-chat id="two" data-title="Finance" data-lang="en"></zhengwen-chat>'
        '<zhengwen-chat id="three" inline></zhengwen-chat>' + SCRIPT
    )
    open_host(page, url, body)
    assert page.locator("zhengwen-chat").count() == 3
    boxes = [page.locator(f"#{name} .launcher").bounding_box() for name in ("one", "two")]
    assert boxes[0] is not None
    assert boxes[1] is not None
    assert boxes[1]["x"] + boxes[1]["width"] <= boxes[0]["x"]
    page.evaluate("document.getElementById('two').ask('What is the 631 mechanism?')")
    two = page.locator("#two")
    expect(two.get_by_role("link", name="Citation 1").first).to_be_visible()
    expect(page.locator("#one [role=log]")).to_be_empty()
    three = page.locator("#three")
    expect(three.get_by_role("textbox", name="问题")).to_be_visible()
    expect(three.get_by_role("log")).to_be_empty()


def test_each_script_tag_makes_one(page: Page, url: str) -> None:
    open_host(page, url, SCRIPT + '<script src="/widget.js" data-title="第二个"></script>')
    assert page.evaluate("[...document.querySelectorAll('zhengwen-chat')].map((e) => e.dataset.title)") == [
        "国资问答",
        "第二个",
    ]


def test_javascript_gets_the_answer_that_is_shown(page: Page, url: str) -> None:
    open_host(page, url)
    answer = page.evaluate(f"{ELEMENT}.ask({QUESTION!r})")
    assert answer["answer"] == DEFINITION_631 + " [1]"
    expect(page.get_by_role("dialog")).to_be_visible()
    expect(page.get_by_role("log")).to_contain_text(DEFINITION_631)
    refused = page.evaluate(f"{ELEMENT}.ask({REFUSED!r})")
    assert refused["answered"] is False
    assert page.evaluate(f"{ELEMENT}.ask('  ')") is None
    page.evaluate(f"{ELEMENT}.close()")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_messages_of_the_page_open_and_ask(page: Page, url: str) -> None:
    open_host(page, url)
    page.evaluate("postMessage({ type: 'zhengwen:open' }, '*')")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.evaluate("postMessage({ type: 'zhengwen:close' }, '*')")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.evaluate(f"postMessage({{ type: 'zhengwen:ask', question: {QUESTION!r} }}, '*')")
    expect(citation(page)).to_be_visible()


def test_messages_of_other_origins_do_nothing(page: Page, url: str) -> None:
    frame = """<iframe sandbox="allow-scripts" srcdoc="<script>
        parent.postMessage({ type: 'zhengwen:open' }, '*'); parent.postMessage({ type: 'done' }, '*');</script>"></iframe>"""
    head = "<script>window.got = []; addEventListener('message', (event) => window.got.push(event.data.type));</script>"
    open_host(page, url, SCRIPT + frame, head)
    page.wait_for_function("window.got.includes('done')")
    assert page.evaluate("window.got") == ["zhengwen:open", "done"]
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_the_script_runs_in_pages_of_other_hosts(page: Page, url: str, tmp_path: Path) -> None:
    html = f'<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>门户</title><body><script src="{url}/widget.js"></script>'
    (tmp_path / "index.html").write_text(html, encoding="utf-8")
    # A real server: what a test puts in place of one counts as a public address, from which Chromium asks no local one.
    with running(["-m", "http.server", "{port}", "--bind", "127.0.0.1"], tmp_path, os.environ, "/index.html") as portal:
        page.goto(f"{portal}/index.html")
        expect(page.get_by_role("button", name="提问：政问")).to_be_visible()
        assert page.evaluate(f"{ELEMENT}.server") == url


def test_hostile_text_of_documents_stays_text(page: Page, service_of: Callable[..., str]) -> None:
    url = service_of(信=LETTER)
    open_host(page, url)
    open_widget(page)
    ask(page, "今年新建供水站多少座？")
    log = page.get_by_role("log")
    expect(citation(page)).to_be_visible()
    expect(log.locator(".answer-text")).to_contain_text("<img src=x onerror=window.hacked=1>")
    log.locator("summary").click()
    ask(page, "<img src=x onerror=window.hacked=1>？")
    expect(log.get_by_role("heading", level=2).last).to_have_text("<img src=x onerror=window.hacked=1>？")
    expect(page.get_by_role("button", name="发送")).to_be_visible()
    assert log.locator("img, script").count() == 0
    (reply,) = httpx.get(f"{url}/api/replies", timeout=60).json()["replies"]
    for path in ("/replies", f"/replies/{reply['document_id']}", f"/documents/{reply['document_id']}"):
        page.goto(url + path)
        expect(page.get_by_text("onerror").or_(page.get_by_text("<script>")).first).to_be_visible()
        assert page.locator("main").locator("img, script").count() == 0
        assert page.evaluate("window.hacked") is None


def test_the_widget_is_small_and_whole(url: str) -> None:
    response = httpx.get(f"{url}/widget.js")
    assert response.headers["content-type"] == "text/javascript; charset=utf-8"
    assert response.text == widget_script()
    assert len(gzip.compress(response.content, 9)) <= 40_000
    assert not re.search(r"^\s*(?:import|export)\b", response.text, re.MULTILINE)


@pytest.mark.parametrize("name", sorted(str(path.relative_to(WEB)) for path in WEB.rglob("*.js")))
def test_no_script_makes_html_of_text(name: str) -> None:
    source = (WEB / name).read_text(encoding="utf-8")
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|srcdoc", source)
    assert not re.search(r"\b(?:https?|wss?):(?!//www\.w3\.org/2000/svg)", source)
