"""Damaged files of every format: they are read or refused in one line, and what is read keeps the rules of the index.

Each input is a real file that a seeded mutator has damaged: bits flipped, parts cut out, doubled or moved, hostile
bytes put in; of zip containers also their members, zipped again so that the damage reaches the parser behind. The
environment variable ``ZHENGWEN_FUZZ`` sets the number of inputs over all formats, 300 unless told: set it to 12000 for
a long run. A failure names the format and the number of the input, which make it again.
"""

import io
import os
import re
import signal
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from pathlib import Path
from random import Random
from types import FrameType
from typing import Any

import pytest

from indexer import ocr
from indexer.document import Document, SourceDocument
from indexer.errors import UnreadableFile
from indexer.loaders import LOADERS, load
from indexer.privacy import mask
from indexer.reading import understand
from tests.conftest import ROOT
from tests.indexer.support import LETTER, REPORT, visible

INPUTS = int(os.environ.get("ZHENGWEN_FUZZ", "300"))
# Processor time that one damaged page may take. An undamaged one takes a hundredth of it.
SECONDS = 20.0
MAX_BYTES = 32_000_000
# Each of these has broken some parser: ends of constructs, sizes that overflow, entities, marks of other encodings.
HOSTILE = (
    b"\x00", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\xfe\xff", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\x0c", b"\r", b"\x1a",
    b"<", b"</", b"]]>", b"<![CDATA[", b"<!--", b"&#x110000;", b"&#0;", b"&lol;", b"<script>", b'<?xml version="1.0"?>',
    b'<!DOCTYPE a [<!ENTITY b "c">]>', b"<w:p>" * 80, b"<table><tr><td>" * 40, b"<ofd:Layer>", b"<w:tbl>", b"PK\x03\x04", b"PK\x05\x06",
    b"endstream", b"endobj", b"1 0 obj", b"<< /Length -1 >>", b"/Kids [1 0 R]", b"[" * 300, b"-2147483649", b"999999999999", b"1e400",
    b"NaN", "“".encode(), "一、".encode(), "第".encode(), "附件\n注释\n".encode(), "（".encode() * 60, "〇".encode("gb18030"),
    "２０２４年２月３０日".encode(), "《》废止".encode(), "有效期九九年".encode(), "\u202e\u200b\ufeff".encode(), "🙂".encode(), b"#" * 60, b"|" * 60,
)  # fmt: skip

NUMBERS = (
    b"0",
    b"-1",
    b"1",
    b"2",
    b"255",
    b"65536",
    b"-2147483649",
    b"4294967296",
    b"999999999999",
    b"0.0001",
    b"1e308",
    b"NaN",
)
TEXTS = (
    "\u3000".encode(),
    "一、".encode(),
    "附件".encode(),
    "“甲”：指乙".encode(),
    "１２".encode(),
    "《办法》同时废止。".encode() * 40,
)
_VALUE = re.compile(rb"-?\d+(?:\.\d+)?|[\x80-\xff]{3,}")


def _docx() -> bytes:
    written: Any = import_module("docx").Document()
    written.add_heading("清河区饮水安全办法", 0)
    for line in LETTER.split("\n\n"):
        written.add_paragraph(line)
    table = written.add_table(3, 3)
    table.cell(0, 0).merge(table.cell(0, 1)).text = "年份"
    table.cell(1, 1).text = "水厂19座"
    written.add_paragraph("新建水厂", style="List Number")
    written.core_properties.title = "清河区饮水安全办法"
    buffer = io.BytesIO()
    written.save(buffer)
    return buffer.getvalue()


def _pdf() -> bytes:
    fonts: Any = import_module("reportlab.pdfbase.cidfonts")
    metrics: Any = import_module("reportlab.pdfbase.pdfmetrics")
    canvas: Any = import_module("reportlab.pdfgen.canvas")
    metrics.registerFont(fonts.UnicodeCIDFont("STSong-Light"))
    buffer = io.BytesIO()
    # Not compressed, so that damage reaches the operators of the pages.
    drawing = canvas.Canvas(buffer, pageCompression=0, invariant=1)
    for text in (LETTER, REPORT):
        drawing.setFont("STSong-Light", 12)
        for number, line in enumerate(text.split("\n")):
            drawing.drawString(72, 760 - 18 * number, line)
        drawing.grid([72, 172, 272], [200, 220, 240])
        drawing.drawString(80, 225, "19")
        drawing.showPage()
    drawing.save()
    return buffer.getvalue()


def _ofd() -> bytes:
    parts = {
        "OFD.xml": "<ofd:OFD {} DocType='OFD' Version='1.1'><ofd:DocBody><ofd:DocInfo><ofd:Title>清河区水利局</ofd:Title>"
        "</ofd:DocInfo><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>",
        "Doc_0/Document.xml": "<ofd:Document {}><ofd:CommonData><ofd:PageArea><ofd:PhysicalBox>0 0 210 297</ofd:PhysicalBox>"
        "</ofd:PageArea></ofd:CommonData><ofd:Pages><ofd:Page ID='1' BaseLoc='Pages/Page_0/Content.xml'/>"
        "<ofd:Page ID='2' BaseLoc='Pages/Page_1/Content.xml'/></ofd:Pages></ofd:Document>",
    }
    for number, text in enumerate((LETTER, REPORT)):
        objects = "".join(
            f"<ofd:TextObject ID='{10 + line}' Boundary='28 {30 + 8 * line} {6 * len(said)} 6' Font='1' Size='5.6'>"
            f"<ofd:TextCode X='0' Y='5' DeltaX='g {len(said) - 1} 5.6'>{said}</ofd:TextCode></ofd:TextObject>"
            for line, said in enumerate(text.split("\n"))
            if said
        )
        content = f"<ofd:Content><ofd:Layer ID='3' Type='Body'>{objects}</ofd:Layer></ofd:Content>"
        parts[f"Doc_0/Pages/Page_{number}/Content.xml"] = "<ofd:Page {}>" + content + "</ofd:Page>"
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text.replace("{}", "xmlns:ofd='http://www.ofdspec.org/2016'"))
    return buffer.getvalue()


@cache
def _originals(suffix: str) -> tuple[bytes, ...]:
    if suffix in MADE:
        return (MADE[suffix](),)
    return tuple(path.read_bytes() for path in sorted((ROOT / "corpus").glob(f"*{suffix}")))


MADE: Mapping[str, Callable[[], bytes]] = {".docx": _docx, ".ofd": _ofd, ".pdf": _pdf}
FORMATS = (".txt", ".md", ".html", ".docx", ".ofd", ".pdf")
_NEEDS = {".docx": "docx", ".pdf": "reportlab"}


def _once(data: bytes, random: Random) -> bytes:
    """One kind of damage at one place."""
    at = random.randrange(len(data) + 1)
    to = min(len(data), at + random.choice((1, 2, 5, 40, 400, 4000)))
    match random.randrange(7):
        case 0:  # One bit.
            at = min(at, len(data) - 1)
            return data[:at] + bytes([data[at] ^ 1 << random.randrange(8)]) + data[at + 1 :] if data else data
        case 1:
            return data[:at]
        case 2:
            return data[:at] + data[to:]
        case 3:
            return data[:to] + data[at:to] * random.choice((1, 1, 3, 20)) + data[to:]
        case 4:
            return data[:at] + random.choice(HOSTILE) + data[random.choice((at, to)) :]
        case 5:
            return data[:at] + random.randbytes(to - at) + data[to:]
        case _:  # A part moved elsewhere.
            rest = data[:at] + data[to:]
            back = random.randrange(len(rest) + 1)
            return rest[:back] + data[at:to] + rest[back:]


def _characters(data: bytes, random: Random) -> bytes:
    """Damage that leaves the bytes valid UTF-8, so that more than the decoder sees it."""
    text = data.decode("utf-8", "ignore")
    at, back = random.randrange(len(text) + 1), random.randrange(len(text) + 1)
    to = at + random.choice((1, 2, 5, 40, 400))
    hostile = random.choice(HOSTILE).decode("utf-8", "ignore") or chr(
        random.choice((random.randrange(0xD800), 0x2003, 0xFF10))
    )
    changed = (
        text[:at] + hostile + text[at:],
        text[:at] + hostile + text[to:],
        text[:at] + text[to:],
        text[:to] + text[at:],
        text[:back] + text[at:to] + text[back:],
        text[:at] + random.choice(("\n", "\n\n", "\f", "\r", " ", "\u3000", "\u2028")) + text[at:],
    )
    return random.choice(changed).encode()


def _values(data: bytes, random: Random) -> bytes:
    """Another number or another text in the place of one, which leaves the syntax around it whole."""
    places = list(_VALUE.finditer(data))
    if not places:
        return data
    place = random.choice(places)
    value = random.choice((*NUMBERS, place.group() * 2) if place.group()[:1] in b"-0123456789" else TEXTS)
    return data[: place.start()] + value + data[place.end() :]


def _damaged(data: bytes, random: Random, kind: Callable[[bytes, Random], bytes]) -> bytes:
    """A few damages of one kind; in one file of three of any kind."""
    kind = random.choice((_once, kind, kind))
    for _ in range(random.choice((1, 1, 2, 4, 16))):
        data = kind(data, random)
    return data


def _damaged_member(data: bytes, random: Random) -> bytes:
    """A container with one member damaged, and sometimes its name, or the member missing or twice there."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        infos = old.infolist()
        # The larger a member, the more there is to damage in it.
        hit = (
            random.choices(infos, [info.file_size for info in infos])[0]
            if random.random() < 0.7
            else random.choice(infos)
        )
        for info in infos:
            content = old.read(info)
            if info is not hit:
                new.writestr(info.filename, content)
                continue
            kind = random.random()
            if kind < 0.03:
                continue
            name = "../" + info.filename if kind < 0.06 else info.filename
            new.writestr(name, _damaged(content, random, _values))
    return buffer.getvalue()


def damaged(suffix: str, number: int) -> bytes:
    """Input ``number`` of a format; always the same."""
    random = Random(f"{suffix} {number}")
    data = random.choice(_originals(suffix))
    if suffix in (".docx", ".ofd") and random.random() < 0.8:
        return _damaged_member(data, random)
    return _damaged(data, random, _values if suffix in MADE else _characters)


@contextmanager
def _limited() -> Iterator[None]:
    """Raises TimeoutError in what takes more processor time than SECONDS."""

    def too_slow(_signal: int, _frame: FrameType | None) -> None:
        raise TimeoutError(f"more than {SECONDS:.0f} s of processor time")

    before = signal.signal(signal.SIGPROF, too_slow)
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def check(loaded: SourceDocument, document: Document) -> None:
    """The rules that every document in an index keeps."""
    text = document.text
    assert text.encode("utf-8").decode("utf-8") == text
    assert visible(text) == visible(loaded.text)
    in_chunks = [0] * len(text)
    for chunk in document.chunks:
        assert 0 <= chunk.start < chunk.end <= len(text)
        for at in range(chunk.start, chunk.end):
            in_chunks[at] += 1
    assert all(count == 1 for count, c in zip(in_chunks, text, strict=True) if not c.isspace())
    for heading in document.headings:
        assert text[heading.start : heading.end] == heading.title
    for name, field in document.metadata.items():
        assert field.value, name
        assert (field.start is None) == (field.end is None), name
        if field.start is not None and field.end is not None:
            assert 0 <= field.start < field.end <= len(text), name
    assert list(document.pages) == sorted(document.pages)
    assert all(0 <= start <= len(text) for start in document.pages)
    assert not document.pages or document.pages[0] == 0
    assert len(mask(text)) == len(text)


def test_the_formats_that_are_damaged_are_those_read_here() -> None:
    """Office formats and images go through programs of others in a process of their own; the rest is damaged below."""
    modules = {LOADERS[suffix] for suffix in FORMATS}
    assert modules == set(LOADERS.values()) - {"office", "image"}


@pytest.mark.parametrize("suffix", FORMATS)
def test_damaged_files(suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if suffix in _NEEDS:
        pytest.importorskip(_NEEDS[suffix])
    monkeypatch.setattr(ocr, "is_installed", lambda: False)  # Pages without text are many here, and OCR takes seconds.
    path = tmp_path / f"文件{suffix}"
    read = refused = 0
    reasons: set[str] = set()
    for original in _originals(suffix):
        path.write_bytes(original)
        loaded = load(path, MAX_BYTES)
        check(loaded, understand(path.name, loaded))
    for number in range(max(1, INPUTS // len(FORMATS))):
        path.write_bytes(damaged(suffix, number))
        try:
            with _limited():
                loaded = load(path, MAX_BYTES)
                document = understand(path.name, loaded)
        except UnreadableFile as error:
            refused += 1
            reasons.add(str(error))
            continue
        except Exception as error:
            raise AssertionError(f"damaged({suffix!r}, {number}) raises {error!r}") from error
        try:
            check(loaded, document)
        except AssertionError as error:
            raise AssertionError(f"damaged({suffix!r}, {number}) is read wrongly: {error}") from error
        read += 1
    print(f"{suffix}: {read} read, {refused} refused")
    assert all(len(reason.splitlines()) == 1 and reason.strip() for reason in reasons), reasons
    assert read  # Else the damage only ever hit the container.
