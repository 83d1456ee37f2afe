"""Reading zip containers (DOCX, OFD, ODT) that a stranger made: every limit is checked while reading.

Nothing is ever unpacked to disk. What a header claims is never believed: sizes are counted as the bytes arrive.
"""

import io
import re
import struct
import zipfile
import zlib
from dataclasses import dataclass

from lxml import etree

from indexer.errors import UnreadableFile

_DIRECTORY_ENTRY = b"PK\x01\x02"
_ENCRYPTED_FLAG = 0x1
# bzip2 and LZMA members expand without a bound per call in zipfile, and no office program writes them.
_METHODS = frozenset((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))
_BLOCK = 1 << 16
_MAX_GROWTH = 2
# What zipfile raises for damaged input, found by cutting and changing real files.
_DAMAGE = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    OverflowError,
    RuntimeError,
    ValueError,
)
_DAMAGED = "文件不完整或已损坏（不是完整的 zip 容器）/ damaged or incomplete file"


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one container may hold. Sizes in bytes, uncompressed."""

    members: int = 20_000
    member_bytes: int = 64 << 20
    total_bytes: int = 256 << 20  # or twice the container's size, if that is more
    # Deflate reaches 1,032. A form of empty table rows may well pass 200, but then it is small.
    ratio: int = 200
    ratio_from: int = 16 << 20
    # libxml2 spends about 120 bytes on an element or attribute, however short it is written.
    xml_nodes: int = 4_000_000


DEFAULT_LIMITS = Limits()


def _plain_name(name: str) -> str | None:
    """A member's name without leading slashes and dots; None when it points outside the container."""
    parts = [part for part in re.split(r"[/\\]+", name) if part not in ("", ".")]
    if ".." in parts or not parts or ":" in parts[0] or "\0" in name:
        return None
    return "/".join(parts)


def parse_xml(data: bytes, limits: Limits = DEFAULT_LIMITS) -> etree._Element:
    """The root element. No entity is resolved, no DTD read, no network used.

    Raises UnreadableFile when the bytes are no well-formed XML, carry a document type declaration (neither OOXML nor
    OFD has one, entity bombs do) or hold too many nodes.
    """
    if data.count(b"<") + data.count(b"=") > limits.xml_nodes:
        raise UnreadableFile("内容过大（XML 节点过多）/ too many XML nodes")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError, LookupError) as error:
        raise UnreadableFile("内容已损坏（XML 不完整）/ damaged XML inside the file") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise UnreadableFile("内容含有 XML 实体声明，拒绝读取 / XML with a DTD is refused")
    return root


class Archive:
    """The members of a zip container, by name. Raises UnreadableFile when the container cannot be read.

    Names are compared with forward slashes and, where no exact match exists, without regard to case. Members whose
    name leads outside the container are ignored.
    """

    def __init__(self, data: bytes, limits: Limits = DEFAULT_LIMITS) -> None:
        self._limits = limits
        # Scans are stored as they are: a large file of them is no bomb.
        self._budget = max(limits.total_bytes, _MAX_GROWTH * len(data))
        # Counted before zipfile builds an object per entry: the number in the header may lie.
        if data.count(_DIRECTORY_ENTRY) > limits.members:
            raise UnreadableFile(f"压缩包内文件超过 {limits.members} 个 / too many members in the container")
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
            infos = self._zip.infolist()
        except _DAMAGE as error:
            raise UnreadableFile(_DAMAGED) from error
        self._members: dict[str, zipfile.ZipInfo] = {}
        self._folded: dict[str, str] = {}
        for info in infos:
            name = _plain_name(info.filename)
            if name is not None and not info.is_dir():
                self._members.setdefault(name, info)
                self._folded.setdefault(name.casefold(), name)

    @property
    def names(self) -> tuple[str, ...]:
        """Every readable member's name, in the container's order."""
        return tuple(self._members)

    def find(self, name: str) -> str | None:
        """The member that a reference means, or None."""
        plain = _plain_name(name)
        if plain is None or plain in self._members:
            return plain
        return self._folded.get(plain.casefold())

    def __contains__(self, name: str) -> bool:
        return self.find(name) is not None

    def read(self, name: str) -> bytes:
        """One member's bytes. Raises UnreadableFile when it is missing, encrypted, damaged or too large."""
        found = self.find(name)
        if found is None:
            raise UnreadableFile(f"文件不完整，缺少 {name} / a part is missing")
        info = self._members[found]
        if info.flag_bits & _ENCRYPTED_FLAG:
            raise UnreadableFile("文件已加密，请先去掉密码 / encrypted, remove the password first")
        if info.compress_type not in _METHODS:
            raise UnreadableFile(f"压缩方式 {info.compress_type} 不支持 / unsupported compression")
        self._check(info.file_size, info.compress_size)  # A bomb that is honest about itself costs nothing.
        blocks: list[bytes] = []
        size = 0
        try:
            with self._zip.open(info) as member:
                while block := member.read(_BLOCK):
                    size += len(block)
                    self._check(size, info.compress_size)
                    blocks.append(block)
        except _DAMAGE as error:
            raise UnreadableFile(_DAMAGED) from error
        self._budget -= size
        return b"".join(blocks)

    def _check(self, size: int, compressed: int) -> None:
        limits = self._limits
        if size > limits.member_bytes or size > self._budget:
            raise UnreadableFile("解压后内容过大，疑似压缩炸弹 / uncompressed content too large")
        if size > limits.ratio_from and size > limits.ratio * max(1, compressed):
            raise UnreadableFile("压缩比异常，疑似压缩炸弹 / suspicious compression ratio")

    def xml(self, name: str) -> etree._Element:
        """One member parsed as XML; raises UnreadableFile like `read` and `parse_xml`."""
        return parse_xml(self.read(name), self._limits)
