"""Agreement of the formats: what is counted, and the formats that need no other program."""

import shutil
from pathlib import Path

import pypdfium2
import pytest

from eval.formats import agreement_table, compare, measure_agreement, page_of, rasterise
from indexer.document import CanonicalText
from indexer.errors import ZhengwenError
from tests.indexer.loaders.pdf_writer import Writer


def _quiet(_step: str, _done: int, _total: int) -> None:
    pass


def test_errors_and_paragraphs_are_counted_without_white_space() -> None:
    wanted = "关于饮水工程的报告\n\n一、总体情况\n\n全市 38 个县完成改造。\n\n全市 38 个县完成改造。"
    read = CanonicalText("关于饮水工程的报告\n一、总体情兄\n全市38个县完成改造。全市38个县完成改造", (0, 12))
    compared = compare("甲", "pdf", wanted, read, ocr_pages=1, seconds=2.0)
    # 9 + 6 + 11 + 11 characters; 况 became 兄 and the last full stop is missing.
    assert (compared.characters, compared.errors) == (37, 2)
    assert compared.error_rate == pytest.approx(2 / 37)
    # The title is the same; the two equal paragraphs were put together.
    assert (compared.paragraphs, compared.exact, compared.pages, compared.ocr_pages) == (4, 1, 2, 1)
    assert "5.405%" in agreement_table([compared])


def test_a_paragraph_read_once_counts_once() -> None:
    assert compare("甲", "pdf", "同样的话。\n同样的话。", CanonicalText("同样的话。")).exact == 1


def test_a_web_page_says_the_text_as_it_is() -> None:
    assert "<p>a &lt; b &amp; c</p>\n<p>下一段</p>" in page_of("a < b & c\n\n下一段")


def test_a_scan_has_the_pages_and_no_text_layer(tmp_path: Path) -> None:
    pytest.importorskip("PIL")
    (tmp_path / "a.pdf").write_bytes(Writer().line("第一页的文字。").page().line("第二页的文字。").data())
    rasterise(tmp_path / "a.pdf", tmp_path / "b.pdf", dpi=50)
    document = pypdfium2.PdfDocument(tmp_path / "b.pdf")
    try:
        assert len(document) == 2
        assert [page.get_textpage().count_chars() for page in document] == [0, 0]
        assert document[0].get_size() == pytest.approx((595, 842), abs=2)
    finally:
        document.close()


def test_every_document_is_written_and_read_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")  # Without LibreOffice the formats that it writes are left out.
    source, out = tmp_path / "in", tmp_path / "out"
    source.mkdir()
    (source / "函.txt").write_text("关于饮水工程的函\n\n全市完成改造，详见<附件>。", encoding="utf-8")
    (source / "函.md").write_text("# 关于管网的函\n\n正文在这里。", encoding="utf-8")
    compared = measure_agreement(source, out, 10**6, _quiet)
    assert {(c.document, c.format) for c in compared} == {(d, f) for d in ("函", "函-1") for f in ("txt", "html")}
    assert all(c.errors == 0 and c.exact == c.paragraphs == 2 and c.problem is None for c in compared)


@pytest.mark.skipif(shutil.which("soffice") is None, reason="needs LibreOffice")
def test_libreoffice_writes_formats_that_read_the_same(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    text = "关于饮水工程的函\n\n一、全市完成改造，详见附件。\n\n二、下一步工作。"
    (tmp_path / "in" / "函.txt").write_text(text, encoding="utf-8")
    compared = measure_agreement(tmp_path / "in", tmp_path / "out", 10**8, _quiet)
    by_format = {c.format: c for c in compared if c.format != "scan"}
    assert {"docx", "doc", "odt", "pdf"} <= set(by_format)
    assert all(c.errors == 0 and c.exact == 3 for c in by_format.values())


def test_a_folder_without_texts_is_said(tmp_path: Path) -> None:
    with pytest.raises(ZhengwenError, match="没有 TXT"):
        measure_agreement(tmp_path, tmp_path / "out", 10**6, _quiet)
