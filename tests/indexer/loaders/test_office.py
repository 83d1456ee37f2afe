"""DOC, WPS, RTF and ODT through LibreOffice; what is decided before it runs needs none."""

import io
import os
import shutil
import subprocess
import threading
import time
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import docx as python_docx
import pytest

from indexer.cleaning import clean
from indexer.errors import UnreadableFile
from indexer.loaders import docx, office
from tests.indexer.loaders.docx_writer import OFFICIAL, cell, docx_file, numbered, p, r, table

_OLE2 = bytes.fromhex("d0cf11e0a1b11ae1")
_OFFICE = "urn:oasis:names:tc:opendocument:xmlns:"

needs_libreoffice = pytest.mark.skipif(office.soffice() is None, reason="LibreOffice (soffice) is not installed")


@pytest.fixture(scope="module")
def convert(tmp_path_factory: pytest.TempPathFactory) -> Callable[[bytes, str, str], bytes]:
    """Makes a file with LibreOffice as a person's desktop has it, not with our own settings of it."""
    folder = tmp_path_factory.mktemp("desktop")

    def run(data: bytes, suffix: str, target: str) -> bytes:
        command = office.soffice()
        assert command
        source = folder / f"source{suffix}"
        source.write_bytes(data)
        arguments = [f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--convert-to", target]
        if suffix == ".txt":
            arguments.append("--infilter=Text (encoded):UTF8,LF,,,")
        subprocess.run(
            [command, *arguments, "--outdir", str(folder / target), str(source)],
            check=True,
            capture_output=True,
            timeout=120,
        )
        return (folder / target / f"source.{target}").read_bytes()

    return run


_TEXT = """清河市国有资产监督管理委员会

清国资函〔2025〕31号

张小河代表：
您提出的《关于盘活闲置厂房的建议》（第0123号）收悉。现答复如下：

一、以“瘦身健体”为牵引，推动区县国企“六个新突破”。一是强化高位推动。二是强化“631”工作机制。

二、2023年末资产总额 96.9亿元，同比增长5.1%；GB/T 33190-2016 已施行。

（联系人：张三；联系电话：023-67670000）
"""


def _lines(text: str) -> list[str]:
    return [line for line in clean(text).text.split("\n") if line]


@needs_libreoffice
def test_a_text_saved_by_libreoffice_as_docx_reads_like_the_text(convert: Callable[[bytes, str, str], bytes]) -> None:
    assert _lines(office.load(convert(_TEXT.encode(), ".txt", "docx")).text) == _lines(_TEXT)


_RICH = docx_file(
    "".join(p(escape(line)) for line in _lines(_TEXT))
    + table(cell("指标") + cell("年末"), cell("资产总额") + cell("696"), cell("负债总额") + cell("401"))
    + p(r("“631”机制") + '<w:r><w:footnoteReference w:id="2"/></w:r>' + r("已建立。"))
    + numbered("总体要求")
    + p("以改革促发展。")
    + numbered("重点任务")
    + numbered("强化统筹。", 1),
    numbering=OFFICIAL,
    footnotes=f'<w:footnote w:id="2">{p("指提前6个月启动。")}</w:footnote>',
)
_NUMBERS = ["一、总体要求", "以改革促发展。", "二、重点任务", "（一）强化统筹。"]


@needs_libreoffice
@pytest.mark.parametrize("target", ["doc", "rtf", "odt"])
def test_the_same_document_in_every_format(target: str, convert: Callable[[bytes, str, str], bytes]) -> None:
    table = ["指标 | 年末", "资产总额 | 696", "负债总额 | 401"]
    expected = [*_lines(_TEXT), *table, "“631”机制[1]已建立。", *_NUMBERS, "[1] 指提前6个月启动。"]
    assert _lines(docx.load(_RICH).text) == expected
    read = _lines(office.load(convert(_RICH, ".docx", target)).text)
    if target == "rtf":  # LibreOffice 7 writes full-width signs in the number of a list as question marks.
        assert [line for line in read if "总体" not in line and "重点" not in line and "统筹" not in line] == [
            line for line in expected if line not in _NUMBERS or line.startswith("以")
        ]
    else:
        assert read == expected


@needs_libreoffice
def test_conversions_side_by_side() -> None:
    texts = [f"第{i}份文件的正文。" for i in range(3)]
    files = [("{\\rtf1\\ansi " + "".join(f"\\u{ord(char)}?" for char in text) + "}").encode() for text in texts]
    with ThreadPoolExecutor(3) as pool:
        assert [document.text for document in pool.map(office.load, files)] == texts


@needs_libreoffice
def test_links_to_the_network_are_not_followed() -> None:
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        do_HEAD = do_OPTIONS = do_GET

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        document = office.load(_odt_with_a_picture_from(f"http://127.0.0.1:{server.server_port}/picture.png"))
    finally:
        server.shutdown()
        server.server_close()
    assert document.text == "正文"
    assert asked == []


def _odt_with_a_picture_from(address: str) -> bytes:
    names = " ".join(
        f'xmlns:{prefix}="{_OFFICE}{uri}"'
        for prefix, uri in (
            ("office", "office:1.0"),
            ("text", "text:1.0"),
            ("draw", "drawing:1.0"),
            ("svg", "svg-compatible:1.0"),
        )
    )
    content = (
        f'<office:document-content {names} xmlns:xlink="http://www.w3.org/1999/xlink" office:version="1.2"><office:body>'
        '<office:text><text:p>正文<draw:frame svg:width="2cm" svg:height="2cm" text:anchor-type="as-char"><draw:image '
        f'xlink:href="{address}" xlink:type="simple" xlink:show="embed" xlink:actuate="onLoad"/></draw:frame></text:p>'
        "</office:text></office:body></office:document-content>"
    )
    mime = "application/vnd.oasis.opendocument.text"
    manifest = (
        f'<manifest:manifest xmlns:manifest="{_OFFICE}manifest:1.0"><manifest:file-entry manifest:full-path="/" '
        f'manifest:media-type="{mime}"/><manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
        "</manifest:manifest>"
    )
    return _zip({"mimetype": mime, "content.xml": content, "META-INF/manifest.xml": manifest})


def _zip(members: dict[str, str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return out.getvalue()


def _word97(flags: int) -> bytes:
    header = b"\xec\xa5\xc1\0" + b"\0" * 6 + flags.to_bytes(2, "little")
    return (_OLE2.ljust(512, b"\0") + header).ljust(4096, b"\0") + "WordDocument".encode("utf-16-le")


@needs_libreoffice
@pytest.mark.parametrize(
    "data",
    [
        b"{\\rtf1",
        _OLE2 + b"\0" * 4096,
        _OLE2 + "WordDocument".encode("utf-16-le") * 40,
        _word97(0).ljust(1 << 16, b"\xff"),
    ],
    ids=["rtf", "empty ole2", "names only", "header only"],
)
def test_damaged_files_end_in_a_reason_or_in_nothing(data: bytes) -> None:
    try:
        assert not office.load(data).text.strip()
    except UnreadableFile as error:
        assert "/ " in str(error)  # noqa: PT017 (either outcome will do)


@needs_libreoffice
def test_a_doc_cut_short(convert: Callable[[bytes, str, str], bytes]) -> None:
    whole = convert(_TEXT.encode(), ".txt", "doc")
    for part in (600, len(whole) // 2):
        with pytest.raises(UnreadableFile):
            office.load(whole[:part])


def test_word_files_under_other_suffixes_need_no_libreoffice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    out = io.BytesIO()
    document = python_docx.Document()
    document.add_paragraph("其实是 DOCX。")
    document.save(out)
    assert office.load(out.getvalue()).text == "其实是 DOCX。"
    page = "<html><head><meta charset='gb2312'></head><body><p>其实是网页。</p></body></html>".encode("gb18030")
    assert office.load(page).text.strip() == "其实是网页。"


@pytest.mark.parametrize("data", [b"{\\rtf1 x}", _word97(0)])
def test_without_libreoffice_one_line_says_what_to_do(data: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(UnreadableFile) as error:
        office.load(data)
    assert "LibreOffice" in str(error.value)
    assert "DOCX" in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (_OLE2 + "EncryptedPackage".encode("utf-16-le"), "密码"),
        (_word97(0x0100), "密码"),
        (_word97(0x0000), "LibreOffice"),
        (_OLE2 + "Workbook".encode("utf-16-le"), "不是 Word"),
        (
            _zip(
                {"mimetype": "application/vnd.oasis.opendocument.text", "META-INF/manifest.xml": "<m:encryption-data/>"}
            ),
            "密码",
        ),
        (_zip({"xl/workbook.xml": ""}), "不是 Word"),
        (b"", "不是 Word"),
        (b"just text", "不是 Word"),
        (b"<?xml version='1.0'?><a/>", "不是 Word"),
        (b"%PDF-1.7", "不是 Word"),
    ],
)
def test_bad_input_is_refused_with_a_reason(data: bytes, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(UnreadableFile) as error:
        office.load(data)
    assert words in str(error.value)
    assert "\n" not in str(error.value)
    assert "/ " in str(error.value)


def test_a_bomb_never_reaches_libreoffice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        archive.writestr("content.xml", " " * (100 << 20))
    with pytest.raises(UnreadableFile, match="压缩"):
        office.load(out.getvalue())


def _stand_in(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program in LibreOffice's place, to see what a run that goes wrong leaves behind."""
    shell = shutil.which("sh")
    assert shell
    command = folder / "soffice"
    command.write_text(f"#!{shell}\n{script}\n")
    command.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


def test_a_run_that_takes_too_long_is_ended_with_its_children(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pid_file = tmp_path / "pid"
    _stand_in(tmp_path, f"sleep 60 &\necho $! > {pid_file}\nwait", monkeypatch)
    monkeypatch.setattr(office, "_SECONDS", 1)
    started = time.monotonic()
    with pytest.raises(UnreadableFile, match="timed out"):
        office.load(b"{\\rtf1 x}")
    assert time.monotonic() - started < 10
    child = int(pid_file.read_text())
    for _ in range(50):
        if not _is_running(child):
            break
        time.sleep(0.1)
    assert not _is_running(child)


def _is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def test_a_run_that_writes_nothing_is_reported_and_cleaned_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _stand_in(tmp_path, f"pwd > {tmp_path}/folder; env > {tmp_path}/environment", monkeypatch)
    monkeypatch.setenv("SECRET_OF_THE_SERVER", "x")
    with pytest.raises(UnreadableFile, match="LibreOffice"):
        office.load(b"{\\rtf1 x}")
    assert not Path((tmp_path / "folder").read_text().strip()).exists()
    assert "SECRET" not in (tmp_path / "environment").read_text()
