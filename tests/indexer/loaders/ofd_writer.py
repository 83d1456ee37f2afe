"""A small writer of OFD files: every object where the test puts it. Lengths in millimetres."""

import io
import re
import zipfile
from html import escape

# About the layout of official documents (GB/T 9704): A4, 16 point type, lines 28 points apart. Millimetres.
SIZE = 5.644
LEFT = 28.0
PITCH = 9.88
LINE = 29  # characters of a full line, indentation included


def number(value: float) -> str:
    return f"{value:.4f}".rstrip("0").rstrip(".")


def text_object(x: float, y: float, text: str, size: float = SIZE, attributes: str = "", code: str = "") -> str:
    """A text object whose first character starts at x with its baseline at y."""
    step = f'DeltaX="g {len(text) - 1} {number(size)}"' if len(text) > 1 else ""
    box = f"{number(x)} {number(y - 0.88 * size)} {number(len(text) * size)} {number(size)}"
    return (
        f'<ofd:TextObject ID="9" Boundary="{box}" Font="1" Size="{number(size)}" {attributes}>'
        '<ofd:CGTransform CodePosition="0" CodeCount="1" GlyphCount="1"><ofd:Glyphs>4460</ofd:Glyphs></ofd:CGTransform>'
        f'<ofd:TextCode X="0" Y="{number(0.88 * size)}" {code or step}>{escape(text)}</ofd:TextCode></ofd:TextObject>'
    )


def lines_of_text(*lines: str, top: float = 50.0) -> str:
    """Lines of text at the left margin; two leading ideographic spaces are an indentation."""
    return "".join(
        text_object(LEFT + (len(line) - len(line.lstrip("　"))) * SIZE, top + i * PITCH, line.lstrip("　"))
        for i, line in enumerate(lines)
    )


def page_xml(content: str, template: str = "", area: str = "") -> str:
    return f'<ofd:Page>{area}{template}<ofd:Content><ofd:Layer ID="1" Type="Body">{content}</ofd:Layer></ofd:Content></ofd:Page>'


def ofd_file(*pages: str, templates: tuple[str, ...] = (), info: str = "", extra: str = "", **members: str) -> bytes:
    """A container of one document. ``members`` replaces parts (``__`` for a slash, ``_xml`` for the suffix)."""
    references = "".join(f'<ofd:Page ID="{i}" BaseLoc="Pages/Page_{i}/Content.xml"/>' for i in range(len(pages)))
    known = "".join(f'<ofd:TemplatePage ID="t{i}" BaseLoc="Tpls/Tpl_{i}/Content.xml"/>' for i in range(len(templates)))
    parts = {
        "OFD.xml": f'<ofd:OFD Version="1.0" DocType="OFD"><ofd:DocBody><ofd:DocInfo><ofd:DocID>1</ofd:DocID>{info}'
        "</ofd:DocInfo><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>",
        "Doc_0/Document.xml": "<ofd:Document><ofd:CommonData><ofd:PageArea><ofd:PhysicalBox>0 0 210 297</ofd:PhysicalBox>"
        f"</ofd:PageArea>{known}</ofd:CommonData><ofd:Pages>{references}</ofd:Pages>{extra}</ofd:Document>",
    }
    parts |= {f"Doc_0/Pages/Page_{i}/Content.xml": page for i, page in enumerate(pages)}
    parts |= {f"Doc_0/Tpls/Tpl_{i}/Content.xml": page for i, page in enumerate(templates)}
    parts |= {name.replace("__", "/").replace("_xml", ".xml"): text for name, text in members.items()}
    return zipped({name: _xml(text) for name, text in parts.items()})


def _xml(text: str, namespace: str = 'xmlns:ofd="http://www.ofdspec.org/2016"') -> bytes:
    return ('<?xml version="1.0" encoding="UTF-8"?>' + re.sub(r"^<([\w:]+)", rf"<\1 {namespace}", text)).encode()


def zipped(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def members_of(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


BODY = (
    "　　您提出的关于加快国有资产盘活的建议收悉，经与市发展改革",
    "委等部门研究办理，现将办理情况答复如下：",
    "　　一、总体情况",
    "　　今年以来，全市国有资产盘活工作进展顺利，成效明显，各项",
    "任务按期完成。",
)
READ = [
    "您提出的关于加快国有资产盘活的建议收悉，经与市发展改革委等部门研究办理，现将办理情况答复如下：",
    "一、总体情况",
    "今年以来，全市国有资产盘活工作进展顺利，成效明显，各项任务按期完成。",
]
assert {len(BODY[0]), len(BODY[3])} == {LINE}
