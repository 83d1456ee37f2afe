"""Images of pages: PNG, JPEG, TIFF (one page or several) and BMP, recognised as text."""

import io
import warnings
from collections.abc import Iterator

import numpy as np

from indexer import ocr
from indexer.document import SourceDocument
from indexer.errors import UnreadableFile
from indexer.loaders.layout.pages import PageLayout, text_of

_MOST_PIXELS = 100_000_000
_MOST_PAGES = 1_000
_NOTHING_RECOGNIZED = "第 {0} 页的图像中没有认出文字 / no text found in the image of page {0}"


def load(data: bytes) -> SourceDocument:
    """The recognised text of an image, ``\\f`` between the pages of a TIFF.

    Raises UnreadableFile without the extra ``[ocr]``, and when the file is no image, is damaged or shows no text.
    """
    if not ocr.is_installed():
        raise UnreadableFile(f"图像{ocr.INSTALL} / images need OCR")
    pages: list[PageLayout] = []
    notes: list[str] = []
    recognizer = ocr.recognizer()
    for image in _images(data):
        lines, width, height = recognizer.lines(image)
        pages.append(PageLayout(width, height, lines, recognized=True))
        if not lines:
            notes.append(_NOTHING_RECOGNIZED.format(len(pages)))
    text = text_of(pages)
    if not text.strip():
        raise UnreadableFile("图像中没有认出文字 / no text found in the image")
    return SourceDocument(text, ocr_pages=sum(bool(page.lines) for page in pages), notes=tuple(notes))


def _images(data: bytes) -> Iterator[ocr.Image]:
    """The pages of an image file, one after the other."""
    from PIL import Image, ImageOps, ImageSequence, UnidentifiedImageError  # Part of the extra [ocr].

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # About odd metadata, and sizes that are checked below.
            with Image.open(io.BytesIO(data), formats=("PNG", "JPEG", "TIFF", "BMP")) as file:
                for number, frame in enumerate(ImageSequence.Iterator(file)):
                    if frame.width * frame.height > _MOST_PIXELS or number == _MOST_PAGES:
                        raise UnreadableFile("图像过大（超过 1 亿像素或 1000 页）/ image too large")
                    upright = ImageOps.exif_transpose(frame)
                    with_alpha = upright.convert("RGBA")
                    paper = Image.new("RGBA", with_alpha.size, "white")
                    pixels = np.asarray(Image.alpha_composite(paper, with_alpha).convert("RGB"), dtype=np.uint8)
                    yield np.ascontiguousarray(pixels[:, :, ::-1])
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError, ValueError, EOFError) as error:
        raise UnreadableFile("不是图像，或已损坏 / not an image, or damaged") from error
