"""Signing in at the pages; the widget in a page of another host, by token: asking, opening a source, what goes wrong."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from server.security.keys import KeyStore
from tests.browser.support import ELEMENT, QUESTION, ask, citation
from tests.browser.test_accessibility import violations
from tests.server.running import running, service
from tests.server.support import DEFINITION_631


@pytest.fixture
def own_data_dir(data_dir: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(data_dir, tmp_path / "own index"))


@pytest.fixture
def guarded(chromium: str, own_data_dir: Path, tmp_path: Path) -> Iterator[str]:
    """A service with keys: whoever has none does not come in. Two are made."""
    with service(own_data_dir, tmp_path, ZHENGWEN_RATE_LIMIT_KEY="40/minute") as url:
        yield url


def portal(tmp_path: Path, server: str, key: str) -> Path:
    """A page of another host with the widget in it."""
    folder = tmp_path / "portal"
    folder.mkdir(exist_ok=True)
    tag = f'<script src="{server}/widget.js" data-key="{key}" data-title="国资问答"></script>'
    (folder / "index.html").write_text(
        f'<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>门户</title><body><main><h1>门户</h1></main>{tag}',
        encoding="utf-8",
    )
    return folder


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_people_sign_in_and_out(page: Page, guarded: str, own_data_dir: Path, scheme: str) -> None:
    store = KeyStore(own_data_dir)
    key, presented = store.create("staff", "办公室")
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.goto(f"{guarded}/replies?number=457")
    expect(page).to_have_url(f"{guarded}/login?next=%2Freplies%3Fnumber%3D457")
    box = page.get_by_label("访问密钥")
    expect(box).to_be_focused()
    assert violations(page) == []
    box.fill("zws_00000000_nothing")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("密钥无效或已撤销")
    box.fill(f" {presented} ")
    page.get_by_role("button", name="登录").click()
    expect(page).to_have_url(f"{guarded}/replies?number=457")
    expect(page.locator(".reply-item")).to_have_count(1)
    assert page.evaluate("document.cookie") == ""
    page.goto(f"{guarded}/desk")
    expect(page.get_by_role("status")).to_contain_text("需要其他角色")
    expect(page.get_by_text("工作人员：可见全部文件")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="English").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.goto(f"{guarded}/")
    expect(page).to_have_url(f"{guarded}/login?next=%2F")
    store.revoke(key.id)


def test_the_chat_page_leads_out_again_and_to_the_desk(page: Page, guarded: str, own_data_dir: Path) -> None:
    store = KeyStore(own_data_dir)
    keys = {role: store.create(role, f"某{role}")[1] for role in ("staff", "admin")}
    for role, presented in keys.items():
        page.goto(f"{guarded}/login")
        page.get_by_label("访问密钥").fill(presented)
        page.get_by_role("button", name="登录").click()
        account = page.get_by_role("link", name=f"已登录：某{role}")
        expect(account).to_be_visible()
        expect(page.get_by_role("link", name="管理台")).to_have_count(int(role == "admin"))
        account.click()
        page.get_by_role("button", name="退出登录").click()
        expect(page.get_by_text("已退出登录。")).to_be_visible()


def test_signing_in_leads_to_no_other_place(page: Page, guarded: str, own_data_dir: Path) -> None:
    presented = KeyStore(own_data_dir).create("staff", "办公室")[1]
    for target in (
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "\\/evil.example",
        "http://[",
        "/\t/[",
    ):
        page.goto(f"{guarded}/login?next={quote(target, safe='')}")
        page.get_by_label("访问密钥").fill(presented)
        page.get_by_role("button", name="登录").click()
        expect(page).to_have_url(f"{guarded}/")
        page.context.clear_cookies()


def test_a_page_of_another_host_asks_by_token(page: Page, guarded: str, own_data_dir: Path, tmp_path: Path) -> None:
    store = KeyStore(own_data_dir)
    tokens: list[str] = []
    page.on("request", lambda request: tokens.append(request.url) if request.url.endswith("/api/token") else None)
    with running(
        ["-m", "http.server", "{port}", "--bind", "127.0.0.1"], portal(tmp_path, guarded, ""), os.environ, "/"
    ) as other:
        key, presented = store.create("staff", "门户", "publish", [other])
        portal(tmp_path, guarded, presented)
        page.goto(other)
        page.get_by_role("button", name="提问：国资问答").click()
        ask(page, QUESTION)
        expect(citation(page)).to_be_visible()
        expect(page.get_by_role("log")).to_contain_text(DEFINITION_631)
        page.get_by_role("button", name="有帮助", exact=True).click()
        expect(page.get_by_text("谢谢，已收到。")).to_be_visible()
        assert len(tokens) == 1
        # The source opens with the rights of the page, though nobody has signed in.
        with page.context.expect_page() as opened:
            citation(page).click()
        source = opened.value
        expect(source.locator("mark").first).to_be_visible()
        assert "visit=" in source.url
        assert presented not in source.url
        source.goto(f"{guarded}/desk")
        expect(source).to_have_url(f"{guarded}/login?refused=1")
        source.close()
        # A token that is good no more is said to be, and the next question brings a new one.
        page.evaluate(f"{ELEMENT}.token.value = 'zwt_x.y.z'")
        ask(page, QUESTION)
        expect(page.get_by_role("alert")).to_contain_text("登录已过期")
        page.get_by_role("button", name="再问一次").click()
        # Two, or the answer above would pass for the new one while that is still on its way.
        expect(page.get_by_role("log").locator(".answer-text")).to_have_count(2)
        expect(citation(page)).to_be_visible()
        expect(page.get_by_role("alert")).to_have_count(0)
        assert len(tokens) == 2
        store.revoke(key.id)
        page.evaluate(f"{ELEMENT}.token.forget()")
        ask(page, QUESTION)
        expect(page.get_by_role("alert")).to_be_visible()


def test_a_page_that_is_not_listed_gets_nothing(page: Page, guarded: str, own_data_dir: Path, tmp_path: Path) -> None:
    presented = KeyStore(own_data_dir).create("staff", "门户", "publish", ["https://oa.example.gov.cn"])[1]
    folder = portal(tmp_path, guarded, presented)
    with running(["-m", "http.server", "{port}", "--bind", "127.0.0.1"], folder, os.environ, "/") as other:
        page.goto(other)
        page.get_by_role("button", name="提问：国资问答").click()
        ask(page, QUESTION)
        expect(page.get_by_role("alert")).to_be_visible()
        expect(page.get_by_role("log")).not_to_contain_text("631”机制：")


def test_whoever_asks_too_often_is_told_when_to_ask_again(
    page: Page, guarded: str, own_data_dir: Path, tmp_path: Path
) -> None:
    folder = portal(tmp_path, guarded, "")
    with running(["-m", "http.server", "{port}", "--bind", "127.0.0.1"], folder, os.environ, "/") as other:
        presented = KeyStore(own_data_dir).create("staff", "门户", "publish", [other])[1]
        portal(tmp_path, guarded, presented)
        page.goto(other)
        page.evaluate(
            f"""async () => {{ for (let n = 0; n < 45; n++) await fetch('{guarded}/api/token', {{ method: 'POST',
            headers: {{ 'Content-Type': 'application/json' }}, body: JSON.stringify({{ key: '{presented}' }}) }}); }}"""
        )
        page.get_by_role("button", name="提问：国资问答").click()
        ask(page, QUESTION)
        expect(page.get_by_role("alert")).to_contain_text("提问太频繁")
        expect(page.get_by_role("alert")).to_contain_text("秒后再试")
