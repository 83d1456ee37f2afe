"""OFD files written object by object, with the text a reader would see on the page."""

import io
import re

import pytest

from indexer import ocr
from indexer.cleaning import clean
from indexer.loaders.ofd import load
from tests.indexer.loaders.ofd_writer import (
    BODY,
    LEFT,
    LINE,
    PITCH,
    READ,
    SIZE,
    lines_of_text,
    members_of,
    number,
    ofd_file,
    page_xml,
    text_object,
    zipped,
)


def _read(data: bytes) -> list[str]:
    """The lines of the canonical text."""
    return [line for line in clean(load(data).text).text.split("\n") if line]


def test_lines_become_paragraphs() -> None:
    assert _read(ofd_file(page_xml(lines_of_text(*BODY)))) == READ


def test_objects_are_read_by_their_place_and_not_by_their_order() -> None:
    first = BODY[0].strip("　")
    pieces = [
        text_object(LEFT + (2 + start) * SIZE, 50 + 0.1 * (start % 2), first[start:end])
        for start, end in ((0, 5), (5, 6), (6, 13), (13, 27))
    ]
    rest = lines_of_text("", *BODY[1:])
    assert _read(ofd_file(page_xml(rest + "".join(reversed(pieces))))) == READ


def test_blocks_nest_and_layers_follow_one_another() -> None:
    nested = f"<ofd:PageBlock ID='1'><ofd:PageBlock ID='2'>{lines_of_text(*BODY[:2])}</ofd:PageBlock></ofd:PageBlock>"
    layers = f"{nested}</ofd:Layer><ofd:Layer ID='8' Type='Foreground'>{lines_of_text('', '', *BODY[2:])}"
    assert _read(ofd_file(page_xml(layers))) == READ


def test_a_transformation_scales_and_moves() -> None:
    """As Foxit and Suwell write: font size and steps in points, the box in millimetres."""
    scaled = "".join(
        f'<ofd:TextObject ID="9" CTM="0.3528 0 0 0.3528 -114.8 111.3" Boundary="{LEFT + indent * SIZE:.3f} {50 + i * PITCH:.3f}'
        f' 150 6" Size="16"><ofd:TextCode X="325.397" Y="-301.5" DeltaX="g {len(text) - 1} 16">{text}</ofd:TextCode></ofd:TextObject>'
        for i, line in enumerate(BODY)
        for text, indent in ((line.strip("　"), len(line) - len(line.strip("　"))),)
    )
    assert _read(ofd_file(page_xml(scaled))) == READ


@pytest.mark.parametrize(
    "matrix",
    ["0 1 -1 0 210 0", "-1 0 0 -1 210 297", "0 -1 1 0 0 297"],
    ids=["downwards", "upside down", "upwards"],
)
def test_a_page_set_sideways_is_turned(matrix: str) -> None:
    """Every object is turned about the page: its box is the page, its place is in the transformation."""
    content = "".join(
        f'<ofd:TextObject ID="9" CTM="{matrix}" Boundary="0 0 210 297" Size="{SIZE}"><ofd:TextCode X="{LEFT + indent * SIZE}"'
        f' Y="{50 + i * PITCH}" DeltaX="g {len(text) - 1} {SIZE}">{text}</ofd:TextCode></ofd:TextObject>'
        for i, line in enumerate(BODY)
        for text, indent in ((line.strip("　"), len(line) - len(line.strip("　"))),)
    )
    assert _read(ofd_file(page_xml(content))) == READ


def test_lines_within_one_text_code() -> None:
    """A step back to the margin and one down: seen in real files, both lists run-length coded."""
    step = number(SIZE)
    first, second = "甲" * 10 + "，", "乙" * 5 + "。"
    back = number(-10 * SIZE)
    code = f'DeltaX="g 10 {step} {back} g 5 {step}" DeltaY="g 10 0 {PITCH} g 5 0"'
    assert _read(ofd_file(page_xml(text_object(LEFT, 50, first + second, code=code)))) == [first + second]


def test_text_set_downwards_is_a_line() -> None:
    down = f'DeltaY="g 5 {number(SIZE)}"'
    column = text_object(200, 60, "档案管理专用", code=down)
    turned = text_object(190, 60, "竖排第二行字", attributes='ReadDirection="90"')
    assert sorted(_read(ofd_file(page_xml(lines_of_text(*BODY) + column + turned)))[3:]) == [
        "档案管理专用",
        "竖排第二行字",
    ]


def test_a_watermark_across_the_page_is_no_text() -> None:
    slanted = text_object(60, 150, "内部资料请勿外传", size=20, attributes='CTM="0.7071 -0.7071 0.7071 0.7071 0 0"')
    assert _read(ofd_file(page_xml(lines_of_text(*BODY) + slanted))) == READ


def test_latin_words_keep_their_spaces_and_wide_gaps_part_texts() -> None:
    latin = text_object(LEFT, 50, "GB/T", code='DeltaX="3.9 3.6 1.6"') + text_object(
        LEFT + 13.5, 50, "33190", code='DeltaX="g 4 2.8"'
    )
    ends = text_object(LEFT, 80, "第一部分") + text_object(LEFT + 80, 80, "第二部分")
    assert _read(ofd_file(page_xml(latin + ends))) == ["GB/T 33190", "第一部分 第二部分"]


def test_indented_xml_and_missing_sizes_do_not_show() -> None:
    page = page_xml(lines_of_text(*BODY)).replace(">您", ">\n      您").replace("改革<", "改革\n    <")
    page = re.sub(r' Size="[\d.]+"', "", page)
    assert _read(ofd_file(page)) == READ


def test_a_sentence_cut_by_the_end_of_the_page_is_mended_and_page_numbers_are_left_out() -> None:
    opening = "　　二是强化统筹。市级部门牵头抓总，各区县分头落实，按月调"
    first = "度，按季通报，指导各区县制定方案，明确目标，完善机制，推进"
    second = "国企改革工作方案落地见效，取得实效。"
    assert len(opening) == len(first) == LINE
    pages = [
        page_xml(
            lines_of_text(opening, first, top=245)
            + text_object(100, 275, "—")
            + text_object(106, 275, "1")
            + text_object(112, 275, "—")
        ),
        page_xml(lines_of_text(second, "　　二、下一步工作") + text_object(100, 275, "— 2 —")),
        page_xml(lines_of_text("　　三、保障措施") + text_object(100, 275, "— 3 —")),
    ]
    document = load(ofd_file(*pages))
    assert document.text.count("\f") == 2
    canonical = clean(document.text)
    assert [line for line in canonical.text.split("\n") if line] == [
        opening.strip("　") + first + second,
        "二、下一步工作",
        "三、保障措施",
    ]
    assert [canonical.text[start : start + 2] for start in canonical.pages] == ["二是", "国企", "三、"]


def test_a_template_is_read_once() -> None:
    template = page_xml(text_object(60, 30, "重庆市国有资产监督管理委员会文件"))
    use = '<ofd:Template TemplateID="t0" ZOrder="Background"/>'
    pages = [page_xml(lines_of_text("　　第一页的正文。"), use), page_xml(lines_of_text("　　第二页的正文。"), use)]
    assert _read(ofd_file(*pages, templates=(template,))) == [
        "重庆市国有资产监督管理委员会文件",
        "第一页的正文。",
        "第二页的正文。",
    ]


def test_ruled_lines_make_a_table() -> None:
    def rule(x: float, y: float, dx: float, dy: float) -> str:
        return (
            f'<ofd:PathObject ID="5" Boundary="{x} {y} {dx or 0.35} {dy or 0.35}" LineWidth="0.35">'
            f"<ofd:AbbreviatedData>M 0 0 L {dx} {dy}</ofd:AbbreviatedData></ofd:PathObject>"
        )

    rules = "".join(rule(LEFT, y, 120, 0) for y in (60, 72, 84, 96)) + "".join(
        rule(x, 60, 0, 36) for x in (LEFT, LEFT + 60, LEFT + 120)
    )
    cells = [("指标", "数值"), ("资产总额", "696"), ("负债总额", "401")]
    texts = "".join(
        text_object(LEFT + 3 + 60 * column, 68 + 12 * row, text)
        for row, pair in enumerate(cells)
        for column, text in enumerate(pair)
    )
    page = page_xml(text_object(LEFT, 50, "情况见下表。") + rules + texts)
    assert _read(ofd_file(page)) == ["情况见下表。", "指标 | 数值", "资产总额 | 696", "负债总额 | 401"]


def test_pieces_that_share_the_box_of_their_line_follow_one_another() -> None:
    """What easyofd writes: every piece of a line spread over the whole line."""
    box = f'Boundary="{LEFT} 45 56 {SIZE}"'
    pieces = "".join(
        f'<ofd:TextObject ID="1" {box} size="{SIZE}"><ofd:TextCode X="0" Y="5" DeltaX="g {len(text) - 1} {56 / len(text)}">{text}'
        "</ofd:TextCode></ofd:TextObject>"
        for text in ("渝国资函〔", "2025", "〕", "313", "号")
    )
    assert _read(ofd_file(page_xml(pieces))) == ["渝国资函〔2025〕313号"]


@pytest.mark.parametrize("namespace", ["http://www.ofdspec.org/2016", "http://www.ofdspec.org", "urn:any"])
def test_any_namespace_and_any_prefix(namespace: str) -> None:
    members = members_of(ofd_file(page_xml(lines_of_text(*BODY))))
    for prefix, declaration in (("", f'xmlns="{namespace}"'), ("o:", f'xmlns:o="{namespace}"')):
        changed = {
            name: data.replace(b'xmlns:ofd="http://www.ofdspec.org/2016"', declaration.encode()).replace(
                b"ofd:", prefix.encode()
            )
            for name, data in members.items()
        }
        assert _read(zipped(changed)) == READ


@pytest.mark.parametrize(
    ("root", "page"),
    [
        ("/Doc_0/Document.xml", "/Doc_0/Pages/Page_0/Content.xml"),
        ("./Doc_0/Document.xml", "./Pages/Page_0/Content.xml"),
        ("Doc_0\\Document.xml", "Pages\\Page_0\\Content.xml"),
        ("doc_0/document.xml", "pages/page_0/CONTENT.xml"),
        ("Doc_0/Document.xml", "Doc_0/Pages/Page_0/Content.xml"),
        ("Doc_0/Document.xml", "../Doc_0/Pages/Page_0/Content.xml"),
    ],
)
def test_references_of_every_kind(root: str, page: str) -> None:
    members = members_of(ofd_file(page_xml(lines_of_text(*BODY))))
    members["OFD.xml"] = members["OFD.xml"].replace(b"Doc_0/Document.xml", root.encode())
    members["Doc_0/Document.xml"] = members["Doc_0/Document.xml"].replace(b"Pages/Page_0/Content.xml", page.encode())
    assert _read(zipped(members)) == READ


def test_all_documents_of_a_container_are_read() -> None:
    members = members_of(ofd_file(page_xml(lines_of_text("　　第一份文件的正文。"))))
    second = members_of(ofd_file(page_xml(lines_of_text("　　第二份文件的正文。"))))
    members |= {name.replace("Doc_0", "Doc_1"): data for name, data in second.items() if name != "OFD.xml"}
    body = re.search(rb"<ofd:DocBody>.*</ofd:DocBody>", members["OFD.xml"])
    assert body
    members["OFD.xml"] = members["OFD.xml"].replace(
        body.group(), body.group() + body.group().replace(b"Doc_0", b"Doc_1")
    )
    assert _read(zipped(members)) == ["第一份文件的正文。", "第二份文件的正文。"]


def test_titles() -> None:
    page = page_xml(lines_of_text("　　关于国有资产盘活的答复函", *BODY[:2]))
    assert (
        load(ofd_file(page, info="<ofd:Title>关于国有资产盘活的答复函</ofd:Title>")).title == "关于国有资产盘活的答复函"
    )
    assert load(ofd_file(page, info="<ofd:Title>另一份文件的标题</ofd:Title>")).title is None
    assert load(ofd_file(page)).title is None


def test_what_cannot_be_read_is_noted() -> None:
    image = page_xml('<ofd:ImageObject ID="3" Boundary="0 0 210 297" CTM="210 0 0 297 0 0" ResourceID="7"/>')
    private = page_xml(lines_of_text("　　\ue001\ue002\ue003\ue004\ue005"))
    document = load(
        ofd_file(
            page_xml(lines_of_text(*BODY)),
            image,
            private,
            "<ofd:Page/>",
            extra="<ofd:Annotations>Annots.xml</ofd:Annotations>",
        )
    )
    assert [re.split(" / |：", note)[0] for note in document.notes] == [
        "批注",
        "第 2 页没有文字，只有图像",
        "第 3 页的文字编码不可读",
    ]
    assert document.text.count("\f") == 3
    assert "\ue001" not in document.text


@pytest.mark.skipif(not ocr.is_installed(), reason="OCR (the extra [ocr]) is not installed")
def test_a_scanned_page_is_recognized() -> None:
    from PIL import Image, ImageDraw, ImageFont

    picture = Image.new("RGB", (900, 240), "white")
    ImageDraw.Draw(picture).text((100, 80), "REPORT 2025 No 313", "black", ImageFont.load_default(60))
    png = io.BytesIO()
    picture.save(png, "PNG")
    scan = '<ofd:ImageObject ID="3" Boundary="0 0 210 297" CTM="210 0 0 297 0 0" ResourceID="7"/>'
    members = members_of(ofd_file(page_xml(lines_of_text(*BODY)), page_xml(scan)))
    resources = '<Res BaseLoc="Res"><MultiMedias><MultiMedia ID="7"><MediaFile>p.png</MediaFile></MultiMedia></MultiMedias></Res>'
    area, listed = b"<ofd:PageArea>", b"<ofd:DocumentRes>DocumentRes.xml</ofd:DocumentRes>"
    members["Doc_0/Document.xml"] = members["Doc_0/Document.xml"].replace(area, listed + area)
    members |= {"Doc_0/DocumentRes.xml": resources.encode(), "Doc_0/Res/p.png": png.getvalue()}
    document = load(zipped(members))
    assert document.ocr_pages == 1
    assert document.notes == ()
    first, second = document.text.split("\f")
    assert "总体情况" in first
    assert "".join(second.split()) == "REPORT2025No313"


def test_a_missing_page_is_noted_and_the_rest_is_read() -> None:
    members = members_of(ofd_file(page_xml(lines_of_text(*BODY)), page_xml(lines_of_text("　　缺失"))))
    del members["Doc_0/Pages/Page_1/Content.xml"]
    document = load(zipped(members))
    assert document.notes == ("第 2 页的内容缺失 / page 2 is missing",)
    assert document.text.count("\f") == 1


def test_invisible_objects_are_not_read() -> None:
    hidden = text_object(LEFT, 200, "看不见的文字", attributes='Visible="false"')
    assert _read(ofd_file(page_xml(lines_of_text(*BODY) + hidden))) == READ
