"""A document of many pages: none is lost, each is where it should be, and memory stays bounded."""

from itertools import pairwise
from pathlib import Path

from indexer.cleaning import clean
from indexer.worker import LoadingWorker
from tests.indexer.loaders.pdf_writer import COLUMNS, Writer

PAGES = 200
LINES_A_PAGE = 21  # a number that no paragraph length divides: pages end in the middle of paragraphs, too
_SENTENCE = "各县区要结合本地实际编制农村供水保障规划并且按时报送市水利局备案"
_NUMERALS = str.maketrans("0123456789", "〇一二三四五六七八九")


def _paragraph(number: int) -> str:
    """A paragraph of two to six lines that says its number and looks like no other; all characters are of one width."""
    said = str(number).translate(_NUMERALS)
    return f"本报告的第{said}段说明如下：" + f"{_SENTENCE}，" * (1 + number % 4) + f"共{said}项。"


def _flow() -> tuple[list[str], list[list[tuple[str, bool]]], list[int]]:
    """The paragraphs, the lines of each page (whether they are set in beside each), and where the pages start."""
    paragraphs: list[str] = []
    pages: list[list[tuple[str, bool]]] = [[]]
    starts = [0]
    length = 0
    while True:
        paragraph = _paragraph(len(paragraphs) + 1)
        cuts = [0, *range(COLUMNS - 2, len(paragraph), COLUMNS), len(paragraph)]
        for start, end in pairwise(cuts):
            if len(pages[-1]) == LINES_A_PAGE:
                if len(pages) == PAGES:
                    paragraphs.append(paragraph[:start])
                    return [p for p in paragraphs if p], pages, starts
                pages.append([])
                starts.append(length + start)
            pages[-1].append((paragraph[start:end], start == 0))
        paragraphs.append(paragraph)
        length += len(paragraph) + 2


def test_every_page_of_a_long_document_is_there_with_its_place(tmp_path: Path) -> None:
    paragraphs, pages, starts = _flow()
    writer = Writer()
    for number, lines in enumerate(pages):
        if number:
            writer.page()
        for text, is_first in lines:
            writer.line(text, 2 if is_first else 0)
    path = tmp_path / "长.pdf"
    path.write_bytes(writer.data())
    with LoadingWorker(memory=1 << 30) as worker:
        document = worker.load(path, 10**9)
    assert not document.notes
    canonical = clean(document.text)
    assert canonical.text == "\n\n".join(paragraphs)
    assert canonical.pages == tuple(starts)
    assert len(starts) == PAGES
