"""PDF files: what is a page, what can be read, what is said about the rest."""

import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.pdfencrypt import StandardEncryption

from indexer import ocr
from indexer.cleaning import clean
from indexer.errors import UnreadableFile
from indexer.loaders import pdf
from indexer.loaders.layout.quality import is_garbage
from tests.indexer.loaders.pdf_writer import LEFT, Writer

OPENING = "受区政府委托，现将2023年度企业国有资产（不含金融企业）管理情况报告如下，请予审议。"
# One of 20,902 ideographs each: what a font subset without its table of characters yields.
SCRAMBLED = "".join(chr(0x4E00 + 7919 * n % 20902) for n in range(200))
PRIVATE = "".join(chr(0xE000 + n) for n in range(200))

needs_ocr = pytest.mark.skipif(not ocr.is_installed(), reason="the extra [ocr] is not installed")


@pytest.fixture
def without_ocr(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a machine without the extra [ocr]."""
    monkeypatch.setitem(sys.modules, "rapidocr", None)
    assert not ocr.is_installed()


def scan(*lines: str) -> Image.Image:
    """A picture of an A4 page at 150 dpi with lines of Latin text."""
    image = Image.new("L", (1240, 1754), 255)
    font = ImageFont.load_default(40)
    for row, line in enumerate(lines):
        ImageDraw.Draw(image).text((150, 200 + 90 * row), line, fill=0, font=font)
    return image


def simple() -> bytes:
    return Writer().paragraph(OPENING).page().paragraph("一、企业国有资产基本情况。").data()


class TestPages:
    def test_pages_are_parted_by_form_feeds_and_counted_from_the_first(self) -> None:
        document = pdf.load(Writer().line("第一页。").page().page().line("第三页。").data())
        assert document.text == "第一页。\n\f\n\f第三页。"
        canonical = clean(document.text)
        assert canonical.text[canonical.pages[2] :] == "第三页。"
        assert document.notes == ()

    def test_a_sentence_goes_on_overleaf(self) -> None:
        before, after = "指导各区县制定区县国企改革工作方案，" * 3 + "明确", "改革目标任务，细化时间表、路线图。"
        text = before.ljust(25 + 27 + 27, "，")  # Three full lines.
        document = pdf.load(Writer().paragraph(text).page().line(after).line("下一段。", 2).data())
        assert document.text == f"{text}\f{after}\n\n下一段。"
        assert clean(document.text).text == f"{text}{after}\n\n下一段。"

    def test_a_paragraph_goes_on_overleaf_after_a_full_stop(self) -> None:
        """The page ends with a full line and a full stop; the first line overleaf is not set in."""
        before = ("各县区要编制供水规划，" * 7)[:51] + "。"
        after = "按时报送市水利局备案。"
        writer = Writer().paragraph(OPENING).paragraph(OPENING).paragraph(before).page().line(after)
        assert pdf.load(writer.data()).text == f"{OPENING}\n\n{OPENING}\n\n{before}\f{after}"
        # Overleaf begins a paragraph where its first line is set in, or is that of a list.
        for line, indent in ((after, 2), ("一、按时报送。", 0), ("附件：名单", 0)):
            writer = Writer().paragraph(OPENING).paragraph(OPENING).paragraph(before).page().line(line, indent)
            assert pdf.load(writer.data()).text.endswith(f"{before}\n\f{line}")

    def test_a_page_that_ends_a_paragraph_ends_its_line(self) -> None:
        document = pdf.load(Writer().paragraph("各项工作取得积极成效。").page().paragraph("二是加强指导。").data())
        assert document.text == "各项工作取得积极成效。\n\f二是加强指导。"

    @pytest.mark.parametrize("rotation", [90, 180, 270])
    def test_a_turned_page_reads_as_its_reader_holds_it(self, rotation: int) -> None:
        writer = Writer(rotation=rotation)
        x, y, angle = {90: (100, 100, 90), 180: (495, 742, 180), 270: (742, 495, 270)}[rotation]
        writer.canvas.translate(x, y)
        writer.canvas.rotate(angle)
        writer.canvas.setFont("STSong-Light", 16)
        writer.canvas.drawString(0, 0, "横排的附表")
        writer.canvas.drawString(0, -30, "第二行")
        assert pdf.load(writer.data()).text.split() == ["横排的附表", "第二行"]

    def test_text_set_sideways_follows_and_a_watermark_is_left_out(self) -> None:
        writer = Writer().line("正文在这里，共一行。")
        for angle, text in ((90, "密封线"), (40, "仅供内部使用")):
            writer.canvas.saveState()
            writer.canvas.translate(40, 200)
            writer.canvas.rotate(angle)
            writer.at(0, 842, text)
            writer.canvas.restoreState()
        assert pdf.load(writer.data()).text == "正文在这里，共一行。\n\n密封线"

    def test_text_outside_the_visible_page_is_left_out(self) -> None:
        writer = Writer().line("正文。").at(LEFT, 900, "裁切线以外")
        assert pdf.load(writer.data()).text == "正文。"

    def test_threads_may_load_at_once(self) -> None:
        data = simple()
        with ThreadPoolExecutor(4) as pool:
            assert len({document.text for document in pool.map(pdf.load, [data] * 12)}) == 1


class TestTitle:
    def test_a_title_that_the_document_begins_with(self) -> None:
        title = "关于加快国有资产盘活的报告"
        assert pdf.load(Writer(title).centred(title).paragraph(OPENING).data()).title == title

    @pytest.mark.parametrize("title", ["", "Microsoft Word - 报告.doc", "另一份文件的标题", "untitled"])
    def test_other_titles_are_not_the_documents(self, title: str) -> None:
        assert pdf.load(Writer(title).paragraph(OPENING).data()).title is None

    def test_a_title_that_is_no_text(self) -> None:
        data = Writer("A" * 10).paragraph(OPENING).data()
        assert data.count(b"(AAAAAAAAAA)") == 1
        assert pdf.load(data.replace(b"(AAAAAAAAAA)", b"<FEFFD80000>")).title is None


class TestUnreadable:
    def test_a_password_is_needed(self) -> None:
        data = Writer(encrypt=StandardEncryption("geheim", "owner", strength=128)).paragraph(OPENING).data()
        with pytest.raises(UnreadableFile, match=r"密码.*password"):
            pdf.load(data)

    def test_a_password_for_changes_only_does_not_matter(self) -> None:
        data = Writer(encrypt=StandardEncryption("", "owner", canModify=0, canCopy=0)).paragraph(OPENING).data()
        assert pdf.load(data).text == OPENING

    @pytest.mark.parametrize("data", [b"", b"%PDF-1.7", b"hello", "这是文本。".encode() * 100, b"\x00" * 5000])
    def test_what_is_no_pdf(self, data: bytes) -> None:
        with pytest.raises(UnreadableFile):
            pdf.load(data)

    def test_a_file_cut_off_anywhere_is_incomplete(self) -> None:
        data = simple()
        end = data.rindex(b"%%EOF")
        for size in range(0, end, 97):
            with pytest.raises(UnreadableFile):
                pdf.load(data[:size])

    def test_a_file_with_two_end_marks_cut_off_after_the_first(self) -> None:
        data = simple()
        with pytest.raises(UnreadableFile, match=r"不完整.*incomplete"):
            pdf.load(data + data[20:400])

    def test_bytes_after_the_end_mark_do_no_harm(self) -> None:
        assert pdf.load(simple() + b"\r\n<!-- served by a portal -->" * 200).text.startswith("受区政府委托")

    @given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), min_size=1, max_size=30), st.booleans())
    def test_damage_is_reported_never_raised_as_anything_else(self, changes: list[tuple[int, int]], cut: bool) -> None:
        damaged = bytearray(simple())
        for place, value in changes:
            damaged[place % len(damaged)] = value
        with pytest.MonkeyPatch.context() as patch:
            patch.setitem(sys.modules, "rapidocr", None)  # Recognising a hundred damaged pages takes too long.
            try:
                text = pdf.load(bytes(damaged[: changes[0][0] % len(damaged)] if cut else damaged)).text
            except UnreadableFile:
                return
        assert text.strip()

    def test_blank_pages_hold_nothing(self) -> None:
        with pytest.raises(UnreadableFile, match="空白"):
            pdf.load(Writer().page().data())


@pytest.mark.usefixtures("without_ocr")
class TestPagesWithoutTextLayer:
    def test_scanned_pages_are_named_and_the_rest_is_read(self) -> None:
        writer = Writer().paragraph(OPENING)
        for _ in range(3):
            writer.page().image(scan("Notice"))
        document = pdf.load(writer.page().paragraph("完。").page().image(scan("Annex")).data())
        assert document.text == f"{OPENING}\n\f\n\f\n\f\n\f完。\n\f"
        assert document.notes == (
            "第 2-4, 6 页没有可用的文字层，需要 OCR（pip install 'zhengwen[ocr]'） / page 2-4, 6 needs OCR",
        )
        assert document.ocr_pages == 0

    def test_a_stamp_on_a_scan_does_not_make_it_text(self) -> None:
        document = pdf.load(Writer().image(scan("Notice")).at(60, 800, "扫描件专用").data())
        assert document.text == "扫描件专用"
        assert len(document.notes) == 1

    @pytest.mark.parametrize("text", [SCRAMBLED, PRIVATE], ids=["scrambled", "private"])
    def test_a_garbage_layer_is_not_indexed(self, text: str) -> None:
        writer = Writer()
        if text is PRIVATE:  # The reader's font has no such characters, so the file names them one by one.
            writer = Writer().line("\uf8ff" * 3)
        with pytest.raises(UnreadableFile, match="第 1 页没有可用的文字层"):
            pdf.load(writer.paragraph(text).data())

    def test_nothing_but_scans(self) -> None:
        data = Writer().image(scan("a")).page().image(scan("b")).data()
        with pytest.raises(
            UnreadableFile, match=r"第 1-2 页没有可用的文字层，需要 OCR（pip install 'zhengwen\[ocr\]'）"
        ):
            pdf.load(data)


@needs_ocr
class TestRecognized:
    def test_scanned_pages_are_recognised(self) -> None:
        writer = Writer().paragraph(OPENING).page().image(scan("Notice on state assets", "Document No. 313 of 2025"))
        document = pdf.load(writer.data())
        first, second = document.text.split("\f")
        assert first == OPENING + "\n"
        assert second.split() == "Notice on state assets Document No. 313 of 2025".split()
        assert document.ocr_pages == 1
        assert document.notes == ()

    def test_a_scan_without_text_is_named(self) -> None:
        document = pdf.load(Writer().paragraph(OPENING).page().image(scan()).data())
        assert document.notes == ("第 2 页是图像，OCR 没有认出文字 / page 2: OCR found no text in the image",)
        assert document.ocr_pages == 0


class TestQuality:
    @pytest.mark.parametrize(
        "text",
        [
            OPENING,
            "The committee adopted the report on state-owned assets without a vote.",
            "目录 一、总则……………………………………………1 二、附则………………………………………9",
            "1,023.5 2,532.8 -3.4% 2024年 12.7 | 3.9 | 24.36",
            "姓名：____________ 单位：____________",
            "● 关于盘活存量资产的意见",
            "重慶市國有資產監督管理委員會關於市六屆人大三次會議建議辦理情況的答覆，對進一步深化區縣國有企業高質量轉型發展具有重要作用。",
        ],
    )
    def test_text(self, text: str) -> None:
        assert not is_garbage(text, unmapped=0)

    @pytest.mark.parametrize(
        "text",
        [
            SCRAMBLED,
            PRIVATE,
            "(cid:12)(cid:401)(cid:7)(cid:33)",
            "\ufffd" * 40 + "年月日",
            OPENING.encode("gbk").decode("latin-1"),
            "".join(
                chr(ord(char) - 29)
                for char in "the committee adopted the report on state owned assets" * 3
                if char != " "
            ),
            "".join(map(chr, (*range(0x0530, 0x0556), *range(0x0E01, 0x0E2E), *range(0x1780, 0x17A0)))),
        ],
    )
    def test_garbage(self, text: str) -> None:
        assert is_garbage(text, unmapped=0)

    def test_characters_without_a_code(self) -> None:
        assert is_garbage("", unmapped=5)
        assert is_garbage(OPENING, unmapped=40)
        assert not is_garbage(OPENING * 10, unmapped=3)
