"""How far the formats agree: one document in many formats, each read back and compared with the plain text.

LibreOffice writes DOCX, DOC, ODT and PDF from a web page; the scan is that PDF drawn as images, without a text layer; OFD is written by
easyofd where that is installed. None of them is ours, so that no mistake of ours is made twice and found right.
"""

import importlib.util
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from html import escape
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import pypdfium2
from rapidfuzz.distance import Levenshtein

from eval.report import table
from indexer.caching import Progress
from indexer.cleaning import clean
from indexer.document import CanonicalText
from indexer.errors import UnreadableFile, ZhengwenError
from indexer.files import scan
from indexer.loaders import load
from indexer.loaders.office import soffice
from indexer.worker import LoadingWorker

SOURCES = frozenset((".txt", ".md", ".markdown", ".html", ".htm"))
SCAN_DPI = 200
_POINTS_PER_INCH = 72
_SECONDS = 300  # for one run of LibreOffice
# As official documents are set: 三号, the first line of a paragraph set in by two characters.
_STYLE = (
    "@page {size: A4; margin: 37mm 26mm 35mm 28mm} p {font-size: 16pt; line-height: 150%; text-indent: 32pt; margin: 0}"
)
# In a process of its own: it leaves a folder "test" wherever it runs.
_EASYOFD = """
import sys
from pathlib import Path
from easyofd.ofd import OFD
Path(sys.argv[2]).write_bytes(OFD().pdf2ofd(Path(sys.argv[1]).read_bytes(), optional_text=True))
"""
_OFFICE_FILTERS = {
    "docx": "docx:MS Word 2007 XML",
    "doc": "doc:MS Word 97",
    "odt": "odt",
    "pdf": "pdf:writer_pdf_Export",
}


@dataclass(frozen=True, slots=True)
class Comparison:
    """One file against the text it was made from.

    ``characters`` are those of the text, ``errors`` the edits (Levenshtein) that lead from it to what was read, both
    without white space; ``exact`` of the ``paragraphs`` were read exactly so. ``problem`` says why nothing was read.
    """

    document: str
    format: str
    characters: int
    errors: int
    paragraphs: int
    exact: int
    pages: int
    ocr_pages: int
    seconds: float
    problem: str | None = None

    @property
    def error_rate(self) -> float:
        """Character error rate, 0 to 1 and more."""
        return self.errors / self.characters if self.characters else 0.0


def compare(
    document: str, kind: str, wanted: str, read: CanonicalText, ocr_pages: int = 0, seconds: float = 0.0
) -> Comparison:
    """Compare what was read with the text that should have been; white space counts nowhere."""
    expected, found = _paragraphs(wanted), _paragraphs(read.text)
    reference = "".join(expected)
    errors = Levenshtein.distance(reference, "".join(found))
    exact = (Counter(expected) & Counter(found)).total()
    return Comparison(document, kind, len(reference), errors, len(expected), exact, len(read.pages), ocr_pages, seconds)


def _paragraphs(text: str) -> list[str]:
    return [paragraph for line in text.split("\n") if (paragraph := re.sub(r"\s", "", line))]


def page_of(text: str) -> str:
    """A text as a web page that LibreOffice lays out like an official document, a paragraph a line."""
    paragraphs = "".join(f"<p>{escape(line)}</p>\n" for line in text.split("\n") if line.strip())
    return f'<html><head><meta charset="utf-8"><style>{_STYLE}</style></head><body>\n{paragraphs}</body></html>\n'


def _write_office(sources: Sequence[Path], folder: Path) -> None:
    """Write each source in LibreOffice's formats; one start of the program a format."""
    command = soffice()
    if command is None:
        return
    with TemporaryDirectory(prefix="zhengwen-", ignore_cleanup_errors=True) as profile:
        for suffix, name in _OFFICE_FILTERS.items():
            arguments = [
                command, f"-env:UserInstallation={Path(profile).as_uri()}", "--headless", "--norestore",
                "--infilter=HTML (StarWriter)", "--convert-to", name, "--outdir", str(folder / suffix),
                *map(str, sources),
            ]  # fmt: skip
            try:
                subprocess.run(arguments, capture_output=True, timeout=_SECONDS * len(sources), check=True)
            except (subprocess.SubprocessError, OSError) as error:
                raise ZhengwenError(f"LibreOffice 无法写出 {suffix} / LibreOffice cannot write it: {error}") from error


def rasterise(source: Path, target: Path, dpi: int = SCAN_DPI) -> None:
    """Write a PDF whose pages are images of the pages of ``source``, as a scanner makes it."""
    from PIL import Image  # Part of the extra [ocr], like what reads the scan.

    document = pypdfium2.PdfDocument(source)
    try:

        def images() -> Iterator[Image.Image]:
            for page in document:
                yield page.render(scale=dpi / _POINTS_PER_INCH).to_pil().convert("L")

        pages = images()
        next(pages).save(target, "PDF", resolution=dpi, save_all=True, append_images=pages)
    finally:
        document.close()


def _write_ofd(source: Path, target: Path) -> None:
    with TemporaryDirectory(prefix="zhengwen-") as folder:
        try:
            subprocess.run(
                [sys.executable, "-c", _EASYOFD, str(source.resolve()), str(target.resolve())],
                cwd=folder, capture_output=True, timeout=_SECONDS, check=True,
            )  # fmt: skip
        except subprocess.SubprocessError as error:
            raise ZhengwenError(f"easyofd 无法写出 {target.name} / easyofd cannot write it: {error}") from error


def _write_from_pdf(folder: Path) -> None:
    """Write the formats that are made out of PDF."""
    writers: dict[str, tuple[str, Callable[[Path, Path], None]]] = {}
    if importlib.util.find_spec("PIL"):
        writers["scan"] = ("pdf", rasterise)
    if importlib.util.find_spec("easyofd"):
        writers["ofd"] = ("ofd", _write_ofd)
    for kind, (suffix, write) in writers.items():
        (folder / kind).mkdir(exist_ok=True)
        for pdf in sorted((folder / "pdf").glob("*.pdf")):
            write(pdf, folder / kind / f"{pdf.stem}.{suffix}")


def write_formats(texts: dict[str, str], folder: Path) -> None:
    """Write each text, by its name, as ``folder/FORMAT/NAME.SUFFIX`` in all formats there is a writer for.

    Raises ZhengwenError when a writer fails.
    """
    for kind in ("txt", "html"):
        (folder / kind).mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (folder / "txt" / f"{name}.txt").write_text(text, encoding="utf-8")
        (folder / "html" / f"{name}.html").write_text(page_of(text), encoding="utf-8")
    _write_office([folder / "html" / f"{name}.html" for name in texts], folder)
    _write_from_pdf(folder)


def _texts(source: Path, max_bytes: int) -> dict[str, str]:
    """The canonical text of each document below a folder, by a name that can name a file."""
    texts: dict[str, str] = {}
    for file in scan([source]):
        if file.path.suffix.lower() in SOURCES:
            try:
                text = clean(load(file.path, max_bytes).text).text
            except UnreadableFile as error:
                raise ZhengwenError(f"{file.path}：{error}") from None
            stem = file.path.stem
            texts[next(name for n in count() if (name := f"{stem}-{n}" if n else stem) not in texts)] = text
    if not texts:
        raise ZhengwenError(f"{source}：没有 TXT、HTML 或 Markdown 文件 / holds no TXT, HTML or Markdown file")
    return texts


def measure_agreement(source: Path, out: Path, max_bytes: int, progress: Progress) -> list[Comparison]:
    """Write every text document below ``source`` in all formats into ``out``, read each file and compare.

    Raises ZhengwenError when there is no such document, or a writer fails.
    """
    texts = _texts(source, max_bytes)
    write_formats(texts, out)
    files = sorted(path for kind in out.iterdir() if kind.is_dir() for path in kind.iterdir() if path.stem in texts)
    comparisons: list[Comparison] = []
    with LoadingWorker() as worker:
        for done, path in enumerate(files, start=1):
            wanted, began = texts[path.stem], time.perf_counter()
            try:
                document = worker.load(path, max_bytes)
                read, ocr_pages, problem = clean(document.text), document.ocr_pages, None
            except UnreadableFile as error:
                read, ocr_pages, problem = CanonicalText(""), 0, str(error)
            seconds = time.perf_counter() - began
            compared = compare(path.stem, path.parent.name, wanted, read, ocr_pages, seconds)
            comparisons.append(Comparison(**asdict(compared) | {"problem": problem}))
            progress("read", done, len(files))
    return comparisons


def agreement_table(comparisons: Sequence[Comparison]) -> str:
    """One row a format, as a Markdown table; files that could not be read count as wholly wrong."""
    rows: list[Sequence[str]] = []
    for kind in dict.fromkeys(c.format for c in comparisons):
        found = [c for c in comparisons if c.format == kind]
        rates = [c.error_rate for c in found]
        characters = sum(c.characters for c in found)
        rows.append(
            (
                kind,
                str(len(found)),
                f"{sum(c.errors for c in found) / max(1, characters):.3%}",
                f"{max(rates):.3%}",
                f"{sum(c.exact for c in found)}/{sum(c.paragraphs for c in found)}",
                str(sum(c.pages for c in found)),
                str(sum(c.ocr_pages for c in found)),
                f"{sum(c.seconds for c in found):.1f}",
                str(sum(c.problem is not None for c in found)),
            )
        )
    header = (
        "格式 format", "文件 files", "字错率 character errors", "最差 worst", "段落一致 paragraphs exact", "页 pages",
        "OCR 页 OCR pages", "秒 seconds", "读不了 unreadable",
    )  # fmt: skip
    return table(header, rows)
