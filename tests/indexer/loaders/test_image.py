"""Images of pages. What they say is drawn with Latin letters, or in Chinese where this machine has a Chinese font."""

import io
import shutil
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from indexer import ocr
from indexer.errors import UnreadableFile
from indexer.loaders import image

needs_ocr = pytest.mark.skipif(not ocr.is_installed(), reason="the extra [ocr] is not installed")

LINES = ("Notice on state assets", "Document No. 313 of 2025", "All counties shall report.")
CHINESE = (
    "重庆市国有资产监督管理委员会",
    "今年以来，重庆国资系统认真学习重要讲话精神，贯彻落实国企改",
    "革工作会议精神，取得积极成效。",
    "联系电话：67678077",
)


def chinese_font() -> str | None:
    """The file of a font with Chinese characters, if there is one."""
    if shutil.which("fc-list") is None:
        return None
    found = subprocess.run(["fc-list", ":lang=zh-cn", "file"], capture_output=True, text=True, check=False).stdout
    return next((line.strip().rstrip(":") for line in sorted(found.splitlines()) if "Regular" in line), None)


def drawn(lines: tuple[str, ...] = LINES, font: str | None = None, mode: str = "L") -> Image.Image:
    """A page of 900 × 600 pixels; ideographs 28 pixels wide."""
    page = Image.new("L", (900, 600), 255)
    face = ImageFont.truetype(font, 28) if font else ImageFont.load_default(28)
    for row, line in enumerate(lines):
        ImageDraw.Draw(page).text((40, 60 + 52 * row), line, fill=0, font=face)
    return page.convert(mode)


def encoded(page: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    buffer = io.BytesIO()
    page.save(buffer, kind, **options)
    return buffer.getvalue()


def words(text: str) -> list[str]:
    return text.split()


EXPECTED = words(" ".join(LINES))


@needs_ocr
class TestRead:
    @pytest.mark.parametrize(
        ("kind", "mode"), [("PNG", "L"), ("JPEG", "RGB"), ("TIFF", "1"), ("BMP", "RGB"), ("PNG", "P")]
    )
    def test_formats(self, kind: str, mode: str) -> None:
        document = image.load(encoded(drawn(mode=mode), kind))
        assert words(document.text) == EXPECTED
        assert document.ocr_pages == 1
        assert document.notes == ()

    def test_transparent_paper_is_white(self) -> None:
        page = Image.new("RGBA", (900, 600), (0, 0, 0, 0))
        page.paste((0, 0, 0, 255), (0, 0), Image.eval(drawn(), lambda value: 255 - value))
        assert words(image.load(encoded(page)).text) == EXPECTED

    def test_the_pages_of_a_tiff(self) -> None:
        pages = [drawn(("First page.",)), drawn(()), drawn(("Third page.",))]
        document = image.load(encoded(pages[0], "TIFF", save_all=True, append_images=pages[1:]))
        assert [words(page) for page in document.text.split("\f")] == [["First", "page."], [], ["Third", "page."]]
        assert document.ocr_pages == 2
        assert document.notes == ("第 2 页的图像中没有认出文字 / no text found in the image of page 2",)

    @pytest.mark.parametrize(
        "turn", [Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_180, Image.Transpose.ROTATE_270]
    )
    def test_a_page_that_lies_on_its_side_or_head(self, turn: Image.Transpose) -> None:
        assert words(image.load(encoded(drawn().transpose(turn))).text) == EXPECTED

    def test_the_camera_says_how_it_was_held(self) -> None:
        exif = Image.Exif()
        exif[0x0112] = 6  # To be turned clockwise by 90 degrees.
        turned = drawn().transpose(Image.Transpose.ROTATE_90)
        assert words(image.load(encoded(turned, "JPEG", exif=exif)).text) == EXPECTED

    def test_a_picture_without_text(self) -> None:
        with pytest.raises(UnreadableFile, match="没有认出文字"):
            image.load(encoded(drawn(())))

    @pytest.mark.parametrize("size", [(1, 1), (1, 900), (900, 1), (20, 20)])
    def test_specks_and_strips(self, size: tuple[int, int]) -> None:
        with pytest.raises(UnreadableFile):
            image.load(encoded(Image.new("L", size, 0)))

    def test_noise(self) -> None:
        noise = np.random.default_rng(0).integers(0, 256, (120, 160, 3), dtype=np.uint8)
        with pytest.raises(UnreadableFile, match="没有认出文字"):
            image.load(encoded(Image.fromarray(noise)))

    def test_chinese_paragraphs_are_rejoined_and_punctuation_is_full_width(self) -> None:
        font = chinese_font()
        if font is None:
            pytest.skip("no Chinese font is installed")
        assert image.load(encoded(drawn(CHINESE, font))).text.split("\n\n") == [
            CHINESE[0],
            CHINESE[1] + CHINESE[2],
            CHINESE[3],
        ]


@needs_ocr
class TestDamaged:
    @pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "BMP"])
    def test_a_file_cut_off_anywhere(self, kind: str) -> None:
        data = encoded(drawn(mode="RGB").resize((90, 60)), kind)
        for size in range(0, len(data) - 20, max(1, len(data) // 60)):
            with pytest.raises(UnreadableFile, match=r"不是图像，或已损坏|没有认出文字"):
                image.load(data[:size])

    @pytest.mark.parametrize("data", [b"", b"hello", b"%PDF-1.7\n%%EOF", b"\x89PNG\r\n\x1a\n" + b"\x00" * 100])
    def test_what_is_no_image(self, data: bytes) -> None:
        with pytest.raises(UnreadableFile, match="不是图像，或已损坏"):
            image.load(data)

    def test_an_image_of_too_many_pixels_is_not_unpacked(self) -> None:
        with pytest.raises(UnreadableFile, match="过大"):
            image.load(encoded(Image.new("1", (20_000, 6_000))))


def test_without_the_extra_the_file_is_named_with_the_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rapidocr", None)
    with pytest.raises(UnreadableFile, match=r"需要 OCR（pip install 'zhengwen\[ocr\]'）"):
        image.load(encoded(drawn()))
