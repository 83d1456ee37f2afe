"""A service over two letters that the tests of the desk may change, and what a keeper does on the page."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.server.desk_support import ENCODER, indexed_letters
from tests.server.running import service

NOTICE = "某市水利局\n\n关于检修的通知\n\n“742”机制：指提前7天排水、提前4天检修、提前2天试水。\n"


@dataclass(frozen=True)
class Served:
    """A running service: its address, its folder, its data directory, and a place for files to upload."""

    url: str
    folder: Path
    data_dir: Path
    files: Path

    def file(self, name: str, content: bytes | str) -> Path:
        """A file on the keeper's machine."""
        path = self.files / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path


@contextmanager
def desk_served(place: Path) -> Iterator[Served]:
    """A service over two letters in a folder of its own."""
    folder, data_dir = indexed_letters(place)
    with service(data_dir, place, ZHENGWEN_ENCODER=ENCODER, ZHENGWEN_MAX_FILE_MB="1") as url:
        yield Served(url, folder, data_dir, place / "要上传的")


def open_desk(page: Page, desk: Served, view: str = "documents") -> None:
    """Open the page, at one of its views."""
    page.goto(f"{desk.url}/desk#{view}")
    if view == "documents":
        expect(page.locator("#document-list li").first).to_be_visible()


def expect_indexed(page: Page) -> None:
    """The index is up to date, as the page says."""
    expect(page.get_by_role("heading", name="索引已更新")).to_be_visible(timeout=60_000)


def upload(page: Page, *files: Path) -> None:
    """Choose files, as a person does in the dialogue of the browser."""
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="选择文件").click()
    chooser.value.set_files(list(files))
