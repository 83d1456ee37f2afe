"""DOC, WPS, RTF and ODT: converted to DOCX by LibreOffice where it is installed, then read as DOCX.

The suffix says little (a .wps is usually a Word file, a .doc often RTF or a web page), so the content decides.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from indexer.document import SourceDocument
from indexer.errors import UnreadableFile
from indexer.loaders import docx, html
from indexer.loaders.archive import Archive

_OLE2 = bytes.fromhex("d0cf11e0a1b11ae1")
_ZIP = b"PK\x03\x04"
_ODT = b"application/vnd.oasis.opendocument.text"
# The first bytes of a Word text and the versions (nFib) from which on it is of Word 97 and of Word 6.
_FIB, _WORD_97, _WORD_6 = b"\xec\xa5", 0xC0, 0x65
_SECONDS = 120
# A document of text grows a little on conversion; this much bigger means something hostile.
_MAX_OUTPUT = 256 << 20
_MISSING = "需要 LibreOffice 才能读取此格式：请安装，或另存为 DOCX / install LibreOffice or save the file as DOCX"
_PASSWORD = "文件有打开密码，请先去掉密码 / password-protected, remove the password first"

# The profile of one run: no macros, no links followed, and a proxy that answers nobody in case one is followed anyway.
_SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="MacroSecurityLevel" oor:op="fuse">
<value>3</value></prop><prop oor:name="DisableMacrosExecution" oor:op="fuse"><value>true</value></prop>
<prop oor:name="BlockUntrustedRefererLinks" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Inet/Settings"><prop oor:name="ooInetProxyType" oor:op="fuse"><value>1</value></prop>
<prop oor:name="ooInetHTTPProxyName" oor:op="fuse"><value>127.0.0.1</value></prop>
<prop oor:name="ooInetHTTPProxyPort" oor:op="fuse"><value>9</value></prop>
<prop oor:name="ooInetHTTPSProxyName" oor:op="fuse"><value>127.0.0.1</value></prop>
<prop oor:name="ooInetHTTPSProxyPort" oor:op="fuse"><value>9</value></prop></item>
</oor:items>
"""


def soffice() -> str | None:
    """The path of LibreOffice's command, or None where it is not installed."""
    return shutil.which("soffice") or shutil.which("libreoffice")


def load(data: bytes) -> SourceDocument:
    """The text of a DOC, WPS, RTF or ODT file. Raises UnreadableFile, also when LibreOffice is missing or too slow."""
    if data.startswith(_ZIP):
        archive = Archive(data)
        if "mimetype" not in archive or archive.read("mimetype").strip() != _ODT:
            return docx.load(data)
        if b"encryption-data" in (archive.read("META-INF/manifest.xml") if "META-INF/manifest.xml" in archive else b""):
            raise UnreadableFile(_PASSWORD)
        # LibreOffice unpacks what it is given: a bomb must not get that far.
        for name in ("content.xml", "styles.xml"):
            if name in archive:
                archive.xml(name)
        return docx.load(_to_docx(data, ".odt", "writer8"))
    if data.startswith(_OLE2):
        return docx.load(_to_docx(data, ".doc", _word_filter(data)))
    start = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"{\\rtf"):
        return docx.load(_to_docx(data, ".rtf", "Rich Text Format"))
    if start[:1] == b"<" and (b"<html" in data[:4096].lower() or b"<!doctype html" in start.lower()):
        return html.load(data)
    if start.startswith(b"<?xml") and b"schemas.microsoft.com/office/word/2003/wordml" in data[:8192]:
        return docx.load(_to_docx(data, ".xml", "MS Word 2003 XML"))
    raise UnreadableFile("内容不是 Word、WPS、RTF 或 ODT / not a Word, WPS, RTF or ODT file")


def _word_filter(data: bytes) -> str:
    """LibreOffice's name of the Word format in an OLE2 container, by the header of its text (FIB, [MS-DOC] 2.5.1)."""
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise UnreadableFile(_PASSWORD)
    if "WordDocument".encode("utf-16-le") not in data:
        raise UnreadableFile("内容不是 Word 兼容格式，请另存为 DOCX / not a Word file, save it as DOCX")
    # Sectors are 512 or 4,096 bytes long, those of small streams 64.
    at = data.find(_FIB, 512)
    while at >= 0:
        if at % 64 == 0 and len(data) >= at + 32:
            version = int.from_bytes(data[at + 2 : at + 4], "little")
            if data[at + 11] & 1:  # fEncrypted
                raise UnreadableFile(_PASSWORD)
            if version >= _WORD_97:
                return "MS Word 97"
            if version >= _WORD_6:
                return "MS Word 95"
        at = data.find(_FIB, at + 1)
    raise UnreadableFile("Word 文件已损坏 / damaged Word file")


def _to_docx(data: bytes, suffix: str, filter_name: str) -> bytes:
    """Convert. The filter is named, or LibreOffice would read what it does not understand as plain text."""
    command = soffice()
    if command is None:
        raise UnreadableFile(_MISSING)
    # A profile and a home of its own: runs side by side, or beside a desktop LibreOffice, would lock each other out.
    with tempfile.TemporaryDirectory(prefix="zhengwen-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        profile = folder / "profile" / "user"
        profile.mkdir(parents=True)
        (profile / "registrymodifications.xcu").write_text(_SETTINGS, encoding="utf-8")
        source = folder / f"document{suffix}"
        source.write_bytes(data)
        _run(
            [
                command,
                f"-env:UserInstallation={(folder / 'profile').as_uri()}",
                *"--headless --norestore --nolockcheck --nodefault --nologo".split(),
                f"--infilter={filter_name}",
                *("--convert-to", "docx:MS Word 2007 XML", "--outdir", str(folder / "out"), str(source)),
            ],
            folder,
        )
        result = folder / "out" / "document.docx"
        if not result.is_file():
            raise UnreadableFile("LibreOffice 无法打开，文件可能已损坏 / LibreOffice cannot open it, it may be damaged")
        if result.stat().st_size > _MAX_OUTPUT:
            raise UnreadableFile("转换后内容过大 / too large after conversion")
        return result.read_bytes()


def _run(command: list[str], folder: Path) -> None:
    """Run in a process group of its own and end the whole group: soffice starts children that outlive it."""
    # Should this process be killed meanwhile, there is still someone who watches the time.
    if (watch := shutil.which("timeout")) is not None:
        command = [watch, "--kill-after=5", str(_SECONDS + 10), *command]
    environment = {
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "PATH": os.environ.get("PATH", os.defpath),
        "LC_ALL": "C.UTF-8",
        "SAL_USE_VCLPLUGIN": "svp",  # draws into memory, needs no display
    }
    try:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError as error:
        raise UnreadableFile(_MISSING) from error
    try:
        process.wait(_SECONDS)
    except subprocess.TimeoutExpired as error:
        raise UnreadableFile(f"LibreOffice 转换超过 {_SECONDS} 秒 / conversion timed out") from error
    finally:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
