"""PDF: the text layer where it is usable, decided page by page; any other page is recognised from its image."""

import threading

import pypdfium2
from pypdfium2 import raw

from indexer import ocr
from indexer.document import SourceDocument
from indexer.errors import UnreadableFile
from indexer.loaders.layout.content import PageContent
from indexer.loaders.layout.grid import ruled_tables
from indexer.loaders.layout.lines import lines_of
from indexer.loaders.layout.pages import PageLayout, text_of
from indexer.loaders.layout.quality import is_garbage
from indexer.loaders.pdf_page import read_page
from indexer.loaders.titles import sane_title

# PDFium must not be called from two threads at once.
_PDFIUM = threading.Lock()

_SCAN_TEXT = 50  # characters: with no more of them over an image, the page is a scan that was stamped or numbered
_SCAN_IMAGE = 0.5  # of the page
_PICTURE = 0.05  # of the page: a smaller image on an empty page is an ornament
_OUTLINED_TEXT = 50  # shapes: so many and no text are letters that were turned into drawings
_MOST_PIXELS = 40_000_000
_POINTS_PER_INCH = 72

_INCOMPLETE = "PDF 不完整，可能没有传完 / incomplete PDF"
# Remarks about pages; {0} is a list such as 3, 5-9.
_DAMAGED = "第 {0} 页已损坏，未能读取 / page {0} damaged and not read"
_NO_TEXT_LAYER = f"第 {{0}} 页没有可用的文字层，{ocr.INSTALL} / page {{0}} needs OCR"
_NOTHING_RECOGNIZED = "第 {0} 页是图像，OCR 没有认出文字 / page {0}: OCR found no text in the image"

_Remarks = dict[str, list[int]]


def load(data: bytes) -> SourceDocument:
    """The text of a PDF, ``\\f`` between its pages. The notes name pages that could not be read.

    Raises UnreadableFile when the file is no PDF, is incomplete or damaged, needs a password, or no page can be read.
    """
    document = _open(data)
    remarks: _Remarks = {}
    try:
        with _PDFIUM:
            count = len(document)
            title = _stored_title(document)
        pages = [_page(document, number, remarks) for number in range(1, count + 1)]
    finally:
        with _PDFIUM:
            document.close()
    text = text_of(pages)
    notes = tuple(remark.format(_ranges(numbers)) for remark, numbers in remarks.items())
    if not text.strip():
        raise UnreadableFile("；".join(notes) or f"{count} 页都是空白 / all {count} pages are blank")
    recognized = sum(page.recognized and bool(page.lines) for page in pages)
    return SourceDocument(text, sane_title(title, text.lstrip()), recognized, notes)


def _stored_title(document: pypdfium2.PdfDocument) -> str:
    try:
        return str(document.get_metadata_value("Title"))
    except UnicodeDecodeError:  # Half of a surrogate pair; pypdfium2 decodes strictly.
        return ""


def _ranges(numbers: list[int]) -> str:
    """Ascending numbers, runs of them as first-last."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1][1:] = [number]
        else:
            runs.append([number])
    return ", ".join("-".join(map(str, run)) for run in runs)


def _open(data: bytes) -> pypdfium2.PdfDocument:
    # PDFium repairs what it can, but half a document must not pass for the whole. A file with several end marks (saved
    # in increments, or ordered for the web) that was cut off has objects after the last one it still has.
    end = data.rfind(b"%%EOF")
    cut_off = end < 0 or b"endobj" in data[end:]
    try:
        with _PDFIUM:
            document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if error.err_code == raw.FPDF_ERR_PASSWORD:
            raise UnreadableFile("PDF 需要密码，请先解除加密 / PDF needs a password") from error
        if error.err_code == raw.FPDF_ERR_SECURITY:
            raise UnreadableFile("PDF 的加密方式不支持，请先解除加密 / unsupported PDF encryption") from error
        if cut_off and b"%PDF-" in data[:1024]:
            raise UnreadableFile(_INCOMPLETE) from error
        raise UnreadableFile("不是 PDF，或已损坏 / not a PDF, or damaged") from error
    if cut_off:
        with _PDFIUM:
            document.close()
        raise UnreadableFile(_INCOMPLETE)
    return document


def _page(document: pypdfium2.PdfDocument, number: int, remarks: _Remarks) -> PageLayout:
    """Read the page with this number, counted from 1; what keeps it from being read goes to the remarks."""
    image: ocr.Image | None = None
    with _PDFIUM:
        try:
            page = document[number - 1]
            try:
                content = read_page(page)
                unusable = _is_unusable(content)
                scanned = unusable or _is_scan(content)
                if scanned and ocr.is_installed():
                    image = _render(page)
            finally:
                page.close()
        except pypdfium2.PdfiumError:
            remarks.setdefault(_DAMAGED, []).append(number)
            return PageLayout(0, 0)
    layer = PageLayout(content.width, content.height) if unusable else _layout(content)
    if not scanned:
        return layer
    if image is None:
        remarks.setdefault(_NO_TEXT_LAYER, []).append(number)
        return layer
    lines, width, height = ocr.recognizer().lines(image, max(content.width, content.height))
    if not lines:
        remarks.setdefault(_NOTHING_RECOGNIZED, []).append(number)
    if sum(len(line.text) for line in lines) <= sum(len(line.text) for line in layer.lines):
        return layer
    return PageLayout(width, height, lines, recognized=True)


def _is_unusable(content: PageContent) -> bool:
    """Whether a page that shows something has no text layer, or one that is garbage."""
    text = "".join(glyph.char for glyphs in (content.glyphs, *content.turned) for glyph in glyphs)
    if text.strip() or content.unmapped:
        return is_garbage(text, content.unmapped)
    return content.image_share >= _PICTURE or content.drawings >= _OUTLINED_TEXT


def _is_scan(content: PageContent) -> bool:
    characters = sum(not glyph.char.isspace() for glyph in content.glyphs)
    return characters <= _SCAN_TEXT and content.image_share >= _SCAN_IMAGE


def _layout(content: PageContent) -> PageLayout:
    tables, rest = ruled_tables(content)
    turned = [lines_of(glyphs) for glyphs in content.turned]
    return PageLayout(content.width, content.height, lines_of(rest), turned, tables)


def _render(page: pypdfium2.PdfPage) -> ocr.Image:
    width, height = page.get_size()
    scale = min(ocr.RENDER_DPI / _POINTS_PER_INCH, (_MOST_PIXELS / max(1.0, width * height)) ** 0.5)
    bitmap = page.render(scale=scale, rev_byteorder=False, prefer_bgrx=False)
    try:
        pixels: ocr.Image = bitmap.to_numpy()
        # A copy, because the bitmap's memory is freed; grey pages have one channel, those with transparency four.
        return ocr.three_channels(pixels)
    finally:
        bitmap.close()
