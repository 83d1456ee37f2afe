"""The packaging of Office Open XML (ISO/IEC 29500): parts found by relationship, elements named without their namespace URI."""

import posixpath

from lxml import etree

from indexer.errors import UnreadableFile
from indexer.loaders.archive import Archive

# Transitional and strict documents use different namespaces for the same elements.
_PREFIXES = {
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main": "w:",
    "http://purl.oclc.org/ooxml/wordprocessingml/main": "w:",
    "http://schemas.openxmlformats.org/officeDocument/2006/math": "m:",
    "http://purl.oclc.org/ooxml/officeDocument/math": "m:",
    "http://schemas.openxmlformats.org/markup-compatibility/2006": "mc:",
}
_OLE2 = bytes.fromhex("d0cf11e0a1b11ae1")


def local(element: etree._Element) -> str:
    """The element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def name(element: etree._Element) -> str:
    """The element's name with its usual prefix (``w:p``, ``m:t``, ``mc:Choice``); without one in other namespaces."""
    uri, _, tag = str(element.tag)[1:].partition("}")
    return _PREFIXES.get(uri, "") + tag if tag else uri


def attribute(element: etree._Element, key: str) -> str | None:
    """An attribute's value by its name without namespace."""
    for full, value in element.attrib.items():
        if str(full).rpartition("}")[2] == key:
            return str(value)
    return None


def children(element: etree._Element, key: str) -> list[etree._Element]:
    """The child elements of this name, in order."""
    return [found for found in element if local(found) == key]


def child(element: etree._Element | None, key: str) -> etree._Element | None:
    """The first child element of this name."""
    if element is None:
        return None
    return next((found for found in element if local(found) == key), None)


def switched_on(element: etree._Element | None) -> bool:
    """Whether an on/off property is there and not set to off."""
    return element is not None and attribute(element, "val") not in ("0", "false", "off", "none")


class Package:
    """The parts of a document. Raises UnreadableFile when the bytes are no Office Open XML package."""

    def __init__(self, data: bytes) -> None:
        if data.startswith(_OLE2):
            if "EncryptedPackage".encode("utf-16-le") in data:
                raise UnreadableFile("文件有打开密码，请先去掉密码 / password-protected, remove the password first")
            raise UnreadableFile("内容是旧版 Word 格式，请把后缀改为 .doc / an old Word file, rename it to .doc")
        self._archive = Archive(data)
        main = self._target("_rels/.rels", "", "officeDocument") or "word/document.xml"
        if main not in self._archive:
            raise UnreadableFile("不是 Word 文档（缺少正文部件）/ not a Word document")
        self.main = main

    def _target(self, relationships: str, folder: str, kind: str) -> str | None:
        if relationships not in self._archive:
            return None
        for relationship in self._archive.xml(relationships):
            target = relationship.get("Target")
            if (
                target
                and relationship.get("TargetMode") != "External"
                and (relationship.get("Type") or "").endswith("/" + kind)
            ):
                return target if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
        return None

    def document(self) -> etree._Element:
        """The root of the main part."""
        return self._archive.xml(self.main)

    def related(self, kind: str) -> etree._Element | None:
        """The root of the part that the main part refers to as ``kind`` (``styles``, ``footnotes``…), if there is one."""
        folder, _, tail = self.main.rpartition("/")
        target = self._target(f"{folder}/_rels/{tail}.rels".lstrip("/"), folder, kind)
        return self._archive.xml(target) if target and target in self._archive else None

    def properties(self, kind: str) -> etree._Element | None:
        """The root of a package-level part, ``core-properties`` or ``extended-properties``."""
        target = self._target("_rels/.rels", "", kind)
        return self._archive.xml(target) if target and target in self._archive else None
