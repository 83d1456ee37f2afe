"""Word documents written as XML by hand, as small as a test needs them."""

import io
import zipfile
from collections.abc import Iterable

TRANSITIONAL = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
_RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_KINDS = ("styles", "numbering", "footnotes", "endnotes")


def part(kind: str, content: str) -> str:
    names = (
        f'xmlns:w="{TRANSITIONAL}" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
        'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
        'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
    )
    return f"<w:{kind} {names}>{content}</w:{kind}>"


def relationships(targets: dict[str, str]) -> str:
    uri = "http://schemas.openxmlformats.org/package/2006/relationships"
    entries = "".join(
        f'<Relationship Id="r{i}" Type="{_RELATED}/{kind}" Target="{target}"/>'
        for i, (kind, target) in enumerate(targets.items())
    )
    return f'<Relationships xmlns="{uri}">{entries}</Relationships>'


def _content_types(kinds: Iterable[str]) -> str:
    """Our reader does without it, other programs refuse a document that lacks it."""
    word = "application/vnd.openxmlformats-officedocument.wordprocessingml"
    overrides = "".join(
        f'<Override PartName="/word/{kind}.xml" ContentType="{word}.{"document.main" if kind == "document" else kind}+xml"/>'
        for kind in kinds
    )
    return (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" '
        f'ContentType="application/xml"/>{overrides}</Types>'
    )


def docx_file(body: str, **parts: str) -> bytes:
    """A document of this body; ``parts`` are the contents of styles, numbering, notes, the title and the page count."""
    members = {"word/document.xml": part("document", f"<w:body>{body}<w:sectPr/></w:body>")}
    package = {"officeDocument": "word/document.xml"}
    if "title" in parts:
        package["core-properties"] = "docProps/core.xml"
        members["docProps/core.xml"] = (
            '<p:coreProperties xmlns:p="urn:p" xmlns:dc="http://purl.org/dc/elements/1.1/">'
            f"<dc:title>{parts['title']}</dc:title></p:coreProperties>"
        )
    if "pages" in parts:
        package["extended-properties"] = "docProps/app.xml"
        members["docProps/app.xml"] = f"<Properties><Pages>{parts['pages']}</Pages></Properties>"
    members["[Content_Types].xml"] = _content_types(
        kind for kind in ("document", *_KINDS) if kind == "document" or kind in parts
    )
    members["_rels/.rels"] = relationships(package)
    members["word/_rels/document.xml.rels"] = relationships({kind: f"{kind}.xml" for kind in _KINDS if kind in parts})
    members |= {f"word/{kind}.xml": part(kind, parts[kind]) for kind in _KINDS if kind in parts}
    return zipped({name: text.encode() for name, text in members.items()})


def zipped(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def r(text: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{text}</w:t></w:r>'


def p(content: str, properties: str = "") -> str:
    """A paragraph; content without markup becomes one run."""
    inner = content if content.startswith("<") or not content else r(content)
    return f"<w:p>{f'<w:pPr>{properties}</w:pPr>' if properties else ''}{inner}</w:p>"


def level(index: int, form: str, text: str, more: str = "") -> str:
    return f'<w:lvl w:ilvl="{index}"><w:start w:val="1"/><w:numFmt w:val="{form}"/>{more}<w:lvlText w:val="{text}"/></w:lvl>'


def numbering_list(number: int, *levels: str, abstract: str = "", more: str = "") -> str:
    return (
        f'<w:abstractNum w:abstractNumId="{number}">{abstract}{"".join(levels)}</w:abstractNum>'
        f'<w:num w:numId="{number}"><w:abstractNumId w:val="{number}"/>{more}</w:num>'
    )


def numbered(text: str, level: int = 0, number: int = 1) -> str:
    return p(text, f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>')


OFFICIAL = numbering_list(
    1,
    level(0, "chineseCountingThousand", "%1、"),
    level(1, "chineseCountingThousand", "（%2）"),
    level(2, "decimal", "%3."),
    level(3, "decimalEnclosedCircle", "%4", '<w:suff w:val="nothing"/>'),
)


def cell(content: str, properties: str = "") -> str:
    inner = content if content.startswith("<") else p(content)
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{inner}</w:tc>"


def table(*rows: str) -> str:
    return f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in rows)}</w:tbl>"
