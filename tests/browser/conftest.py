"""A real browser against real services; without Chromium these tests are skipped."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from indexer.encoders import Encoder
from indexer.pipeline import Indexer
from tests.server.running import service

CHROMIUM = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")


@pytest.fixture(scope="session")
def chromium() -> str:
    """The Chromium of this machine; playwright downloads none."""
    found = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if found is None:
        pytest.skip(f"no Chromium here: none of {', '.join(CHROMIUM)} is on the path (Debian: apt install chromium)")
    return found


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """The browser, started. Not for the whole session: while playwright runs, no test can run an event loop of its own."""
    expect.set_options(timeout=20_000)
    # Chromium has no sandbox for root.
    arguments = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=arguments)
        yield started
        started.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A browser of its own, so to say: nothing stored. An uncaught error of a page fails the test."""
    opened = browser.new_context(viewport={"width": 1000, "height": 800}, locale="zh-CN")
    opened.set_default_timeout(20_000)
    errors: list[str] = []
    opened.on("weberror", lambda error: errors.append(str(error.error)))
    yield opened
    opened.close()
    assert errors == []


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """An empty page."""
    return context.new_page()


@pytest.fixture(scope="session")
def data_dir(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder, corpus: Path) -> Path:
    """The index of the sample corpus."""
    folder = tmp_path_factory.mktemp("data") / "index"
    with Indexer(folder, encoder) as indexer:
        indexer.index([corpus])
    return folder


@pytest.fixture(scope="session")
def url(chromium: str, data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The service over the sample corpus."""
    with service(data_dir, tmp_path_factory.mktemp("service")) as address:
        yield address


@pytest.fixture
def service_of(chromium: str, tmp_path: Path, encoder: Encoder) -> Iterator[Callable[..., str]]:
    """A service over documents given as name=text; its address."""
    with ExitStack() as stack:

        def start(**texts: str) -> str:
            folder = tmp_path / "texts"
            folder.mkdir()
            for name, text in texts.items():
                (folder / f"{name}.txt").write_text(text, encoding="utf-8")
            with Indexer(tmp_path / "index", encoder) as indexer:
                indexer.index([folder])
            return stack.enter_context(service(tmp_path / "index", tmp_path))

        yield start
