"""Pages per second by format: what is counted; how fast is for the command to say."""

from pathlib import Path

import pytest

from eval.bench_index import CHARACTERS_A_PAGE, formats_table, measure_formats
from indexer.errors import ZhengwenError


def _quiet(_step: str, _done: int, _total: int) -> None:
    pass


def test_files_and_pages_are_counted_by_format(tmp_path: Path) -> None:
    (tmp_path / "长.txt").write_text("水" * (2 * CHARACTERS_A_PAGE + 1), encoding="utf-8")  # begins a third page
    (tmp_path / "分页.txt").write_text("第一页的文字。\f第二页的文字。", encoding="utf-8")
    (tmp_path / "坏.txt").write_bytes(bytes(range(256)))
    (tmp_path / "网页.html").write_text("<h1>标题</h1><p>正文。</p>", encoding="utf-8")
    (tmp_path / "表.xyz").write_text("不支持", encoding="utf-8")
    html, text = measure_formats([tmp_path], 10**6, _quiet)
    assert (html.suffix, html.files, html.pages, html.unreadable) == (".html", 1, 1, 0)
    assert (text.suffix, text.files, text.pages, text.unreadable) == (".txt", 2, 5, 1)
    assert text.pages_a_second > 0
    assert formats_table([html, text]).count("\n") == 4


def test_nothing_to_read_is_said(tmp_path: Path) -> None:
    (tmp_path / "空.txt").write_bytes(b"")
    with pytest.raises(ZhengwenError, match="没有可以读取的文件"):
        measure_formats([tmp_path], 10**6, _quiet)
