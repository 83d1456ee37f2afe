"""What a person waits for: from the click in the widget to the first words of the answer."""

import os
import shutil
import statistics
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from eval.bench.measurement import Measurement, below
from eval.bench.processes import serving
from indexer.caching import Progress

CHROMIUM = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
_NAME = "小部件：点击到首段文字，减去 HTTP 请求 widget: click to first words, less the HTTP call"
_ALLOWED = 150.0
# Milliseconds to wait for an answer.
_PATIENCE = 20_000

_PAGE = '<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>bench</title><body><script src="/widget.js"></script>'
# Sends a question as the form does, and resolves with the milliseconds to the first text of its answer on the screen.
_ASK = """([question, patience]) => new Promise((resolve, reject) => {
    const chat = document.querySelector("zhengwen-chat"), root = chat.shadowRoot, log = root.querySelector("[role=log]");
    const before = log.querySelectorAll(".answer-text").length;
    const input = root.querySelector("textarea, input");
    input.value = question;
    const timer = setTimeout(() => reject(new Error("no answer")), patience);
    const seen = new MutationObserver(() => {
        const texts = log.querySelectorAll(".answer-text");
        if (texts.length > before && texts[texts.length - 1].textContent.trim()) {
            clearTimeout(timer); seen.disconnect();
            requestAnimationFrame(() => resolve(performance.now() - began));
        }
    });
    seen.observe(log, { childList: true, subtree: true, characterData: true });
    const began = performance.now();
    root.querySelector("form button[type=submit], form button:not([type])").click();
})"""
# The same question alone, without the page around it: all of the answer, read.
_CALL = """async ([question]) => {
    const began = performance.now();
    const response = await fetch("/api/ask", { method: "POST", headers: { "Content-Type": "application/json" },
                                               body: JSON.stringify({ question }) });
    await response.json();
    return performance.now() - began;
}"""
_IDLE = 'document.querySelector("zhengwen-chat").waiting === null'


def _missing() -> str:
    """What is not installed of what this needs, empty where all is."""
    if find_spec("playwright") is None:
        return "playwright"
    return "" if any(map(shutil.which, CHROMIUM)) else "Chromium"


def measure_browser(small: Path, questions: Sequence[str], progress: Progress) -> Measurement:
    """Median over some questions of the sample corpus, each asked in the page and, before or after, of the service alone.

    A row that says what is missing where there is no playwright or no Chromium.
    """
    missing = _missing()
    if missing:
        return below("browser", f"{_NAME}：没有安装 not installed: {missing}", None, "ms", _ALLOWED)
    from playwright.sync_api import sync_playwright

    executable = next(filter(None, map(shutil.which, CHROMIUM)))
    # Chromium has no sandbox for root.
    arguments = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with serving(small) as service, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=arguments)
        try:
            page = browser.new_page()
            page.route(
                f"{service.url}/bench", lambda route: route.fulfill(body=_PAGE, content_type="text/html; charset=utf-8")
            )
            page.goto(f"{service.url}/bench")
            page.wait_for_function('!!document.querySelector("zhengwen-chat")?.shadowRoot?.querySelector("form")')
            page.evaluate('document.querySelector("zhengwen-chat").open()')
            clicks, calls = _times(page, questions, progress)
        finally:
            browser.close()
    differences = [click - call for click, call in zip(clicks, calls, strict=True)]
    details = {"click to text": statistics.median(clicks), "HTTP alone": statistics.median(calls)}
    return below("browser", _NAME, statistics.median(differences), "ms", _ALLOWED, details=details)


def _times(page: Any, questions: Sequence[str], progress: Progress) -> tuple[list[float], list[float]]:
    clicks: list[float] = []
    calls: list[float] = []
    for number, question in enumerate(questions):
        progress("browser", number, len(questions))
        # Each goes first as often as the other: the second finds the documents read.
        for script, into in ((_ASK, clicks), (_CALL, calls)) if number % 2 else ((_CALL, calls), (_ASK, clicks)):
            into.append(float(page.evaluate(script, [question, _PATIENCE])))
            page.wait_for_function(_IDLE)
        # A question of its own, not one that follows up on the last.
        page.evaluate('document.querySelector("zhengwen-chat").restart()')
    progress("browser", len(questions), len(questions))
    return clicks, calls
