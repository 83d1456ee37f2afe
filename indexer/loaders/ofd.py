"""OFD (GB/T 33190-2016), the fixed-layout format of official documents: read from its own XML.

No maintained library with a permissive licence reads OFD in Python, and the structure is simple: a zip of XML files
in which text objects with coordinates still hold Unicode text.
"""

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from indexer.document import SourceDocument
from indexer.errors import UnreadableFile
from indexer.loaders import image
from indexer.loaders.archive import Archive, parse_xml
from indexer.loaders.layout.content import PageContent
from indexer.loaders.layout.grid import ruled_tables
from indexer.loaders.layout.lines import lines_of
from indexer.loaders.layout.pages import PageLayout, text_of
from indexer.loaders.layout.quality import is_garbage
from indexer.loaders.ofd_page import box_area, numbers, objects, read_page
from indexer.loaders.ooxml import child, children, local
from indexer.loaders.titles import sane_title

_A4 = (210.0, 297.0)  # millimetres
_MAX_PAGES = 5_000
# A page without text and an image over more than this part of it is a scan.
_SCAN_IMAGE = 0.5


def _text(element: etree._Element | None) -> str:
    return (element.text or "").strip() if element is not None else ""


@dataclass(slots=True)
class _Part:
    """One of the documents in a container: its root element and the folder that its references start from."""

    root: etree._Element
    folder: str
    templates: dict[str, str] = field(default_factory=dict)
    # The templates used so far, unparsed: they count once against the limits, and trees take many times the memory.
    read: dict[str, bytes] = field(default_factory=dict)
    size: tuple[float, float] = _A4
    resources: list[str] = field(default_factory=list)  # members that list the images


@dataclass(frozen=True, slots=True)
class _Page:
    part: _Part
    content: PageContent
    root: etree._Element | None = None
    folder: str = ""


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.archive = Archive(data)
        self.notes: list[str] = []
        self._listed: dict[str, dict[str, str]] = {}
        if any(name.lower().endswith("encryptions.xml") for name in self.archive.names):
            raise UnreadableFile("OFD 文件已加密，请先解密 / encrypted OFD, decrypt it first")
        if "OFD.xml" not in self.archive:
            raise UnreadableFile("不是 OFD 文件（缺少 OFD.xml）/ not an OFD file")
        self.entry = self.archive.xml("OFD.xml")
        self.bodies = children(self.entry, "DocBody")
        if local(self.entry) != "OFD" or not self.bodies:
            raise UnreadableFile("不是 OFD 文件（OFD.xml 没有文档）/ not an OFD file")

    def _resolve(self, folder: str, reference: str) -> str | None:
        """The member that a reference means: relative to the file it stands in or, as some writers do, to the root."""
        tries = [reference] if reference.startswith("/") else [posixpath.join(folder, reference), reference]
        found = (self.archive.find(posixpath.normpath(candidate)) for candidate in tries)
        return next((name for name in found if name), None)

    def pages(self) -> Iterator[_Page]:
        """Every page of every document in the container, one at a time."""
        count = 0
        for body in self.bodies:
            root = self._resolve("", _text(child(body, "DocRoot")))
            if root is None:
                raise UnreadableFile("文件不完整，缺少 Document.xml / a part is missing")
            part = self._part(root)
            for reference in children(_child_or_empty(part.root, "Pages"), "Page"):
                count += 1
                if count > _MAX_PAGES:
                    raise UnreadableFile(f"超过 {_MAX_PAGES} 页 / too many pages")
                yield self._page(part, reference, count)

    def _part(self, root: str) -> _Part:
        document = self.archive.xml(root)
        part = _Part(document, posixpath.dirname(root))
        common = child(document, "CommonData")
        part.size = _page_size(child(common, "PageArea")) or _A4
        part.resources = self._resources(part.folder, common, "PublicRes", "DocumentRes")
        for template in children(common, "TemplatePage") if common is not None else ():
            part.templates[template.get("ID") or ""] = template.get("BaseLoc") or ""
        for kind, remark in (("Annotations", "批注 / annotations"), ("Attachments", "附件 / attachments")):
            if child(document, kind) is not None:
                self.notes.append(f"{remark} 未读 / not read")
        return part

    def _resources(self, folder: str, element: etree._Element | None, *kinds: str) -> list[str]:
        listed = [_text(found) for kind in kinds for found in (children(element, kind) if element is not None else ())]
        return [name for reference in listed if (name := self._resolve(folder, reference))]

    def picture(self, page: _Page) -> bytes:
        """The file of the largest image of a page; raises UnreadableFile when it cannot be found."""
        drawn = objects(page.root) if page.root is not None else ()
        pictures = [element for element in drawn if local(element) == "ImageObject"]
        wanted = (max(pictures, key=box_area).get("ResourceID") or "") if pictures else ""
        for name in (*self._resources(page.folder, page.root, "PageRes"), *page.part.resources):
            if (file := self._media(name).get(wanted)) is not None:
                return self.archive.read(file)
        raise UnreadableFile("图像文件缺失 / the image is missing")

    def _media(self, name: str) -> dict[str, str]:
        """The members that a resource file lists, by their id."""
        if name not in self._listed:
            resources = self.archive.xml(name)
            folder = posixpath.join(posixpath.dirname(name), resources.get("BaseLoc") or "")
            found = {
                media.get("ID") or "": self._resolve(folder, _text(child(media, "MediaFile")))
                for group in children(resources, "MultiMedias")
                for media in children(group, "MultiMedia")
            }
            self._listed[name] = {key: file for key, file in found.items() if file is not None}
        return self._listed[name]

    def _page(self, part: _Part, reference: etree._Element, number: int) -> _Page:
        found = self._resolve(part.folder, reference.get("BaseLoc") or "")
        if found is None:
            self.notes.append(f"第 {number} 页的内容缺失 / page {number} is missing")
            return _Page(part, PageContent(*_A4))
        page = self.archive.xml(found)
        sources: list[tuple[etree._Element, bool]] = []
        for use in children(page, "Template"):
            key = use.get("TemplateID") or ""
            is_first = key not in part.read
            template = self._resolve(part.folder, part.templates.get(key, ""))
            if is_first and template is not None:
                part.read[key] = self.archive.read(template)
            if key in part.read:
                # A letterhead is text once; the same words behind every further page are not.
                sources.append((parse_xml(part.read[key]), is_first))
        width, height = _page_size(child(page, "Area")) or part.size
        return _Page(part, read_page([*sources, (page, True)], width, height), page, posixpath.dirname(found))


def _child_or_empty(element: etree._Element, key: str) -> etree._Element:
    found = child(element, key)
    return found if found is not None else etree.Element(key)


def _page_size(area: etree._Element | None) -> tuple[float, float] | None:
    box = numbers(_text(child(area, "PhysicalBox")), 4)
    return (box[2], box[3]) if box and box[2] > 0 and box[3] > 0 else None


def load(data: bytes) -> SourceDocument:
    """The text of an OFD file, ``\\f`` between its pages. The notes name pages that could not be read.

    Raises UnreadableFile when the file is no OFD, is incomplete or encrypted, or no page of it can be read.
    """
    reader = _Reader(data)
    layouts: list[PageLayout] = []
    recognized: dict[int, str] = {}
    for index, page in enumerate(reader.pages()):
        content = page.content
        characters = "".join(glyph.char for glyph in content.glyphs)
        if is_garbage(characters, content.unmapped):
            reader.notes.append(f"第 {index + 1} 页的文字编码不可读 / the text of page {index + 1} is garbage")
            content.glyphs.clear()
        elif not characters.strip() and content.image_share > _SCAN_IMAGE:
            try:
                recognized[index] = image.load(reader.picture(page)).text.replace("\f", "\n\n")
            except UnreadableFile as error:
                reader.notes.append(f"第 {index + 1} 页没有文字，只有图像：{error}")
        layouts.append(_layout(content))
    texts = text_of(layouts).split("\f")
    # What was recognised says nothing of the next page, so it ends with a line end.
    text = "\f".join(f"{recognized[index]}\n" if index in recognized else text for index, text in enumerate(texts))
    if not text.strip():
        is_one = len(layouts) == 1 and reader.notes
        raise UnreadableFile(reader.notes[0] if is_one else f"{len(layouts)} 页都没有文字 / no page holds text")
    title = _text(child(child(reader.bodies[0], "DocInfo"), "Title"))
    return SourceDocument(text, sane_title(title, text), len(recognized), tuple(dict.fromkeys(reader.notes)))


def _layout(content: PageContent) -> PageLayout:
    tables, rest = ruled_tables(content)
    return PageLayout(
        content.width, content.height, lines_of(rest), [lines_of(turned) for turned in content.turned], tables
    )
