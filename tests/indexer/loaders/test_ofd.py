"""OFD files written here, object by object, with the text a reader would see on the page."""

import contextlib
import io
import re
import zipfile
from html import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.cleaning import clean
from indexer.errors import UnreadableFile
from indexer.loaders.ofd import load
from indexer.loaders.ofd_page import deltas, numbers

# About the layout of official documents (GB/T 9704): A4, 16 point type, lines 28 points apart. Millimetres.
_SIZE = 5.644
_LEFT = 28.0
_PITCH = 9.88
_LINE = 29  # characters of a full line, indentation included


def _number(value: float) -> str:
    return f"{value:.4f}".rstrip("0").rstrip(".")


def _text(x: float, y: float, text: str, size: float = _SIZE, attributes: str = "", code: str = "") -> str:
    """A text object whose first character starts at x with its baseline at y."""
    step = f'DeltaX="g {len(text) - 1} {_number(size)}"' if len(text) > 1 else ""
    box = f"{_number(x)} {_number(y - 0.88 * size)} {_number(len(text) * size)} {_number(size)}"
    return (
        f'<ofd:TextObject ID="9" Boundary="{box}" Font="1" Size="{_number(size)}" {attributes}>'
        '<ofd:CGTransform CodePosition="0" CodeCount="1" GlyphCount="1"><ofd:Glyphs>4460</ofd:Glyphs></ofd:CGTransform>'
        f'<ofd:TextCode X="0" Y="{_number(0.88 * size)}" {code or step}>{escape(text)}</ofd:TextCode></ofd:TextObject>'
    )


def _lines(*lines: str, top: float = 50.0) -> str:
    """Lines of text at the left margin; two leading ideographic spaces are an indentation."""
    return "".join(
        _text(_LEFT + (len(line) - len(line.lstrip("　"))) * _SIZE, top + i * _PITCH, line.lstrip("　"))
        for i, line in enumerate(lines)
    )


def _page(content: str, template: str = "", area: str = "") -> str:
    return f'<ofd:Page>{area}{template}<ofd:Content><ofd:Layer ID="1" Type="Body">{content}</ofd:Layer></ofd:Content></ofd:Page>'


def _ofd(*pages: str, templates: tuple[str, ...] = (), info: str = "", extra: str = "", **members: str) -> bytes:
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
    return _zipped({name: _xml(text) for name, text in parts.items()})


def _xml(text: str, namespace: str = 'xmlns:ofd="http://www.ofdspec.org/2016"') -> bytes:
    return ('<?xml version="1.0" encoding="UTF-8"?>' + re.sub(r"^<([\w:]+)", rf"<\1 {namespace}", text)).encode()


def _zipped(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def _members(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _read(data: bytes) -> list[str]:
    """The lines of the canonical text."""
    return [line for line in clean(load(data).text).text.split("\n") if line]


_BODY = (
    "　　您提出的关于加快国有资产盘活的建议收悉，经与市发展改革",
    "委等部门研究办理，现将办理情况答复如下：",
    "　　一、总体情况",
    "　　今年以来，全市国有资产盘活工作进展顺利，成效明显，各项",
    "任务按期完成。",
)
_READ = [
    "您提出的关于加快国有资产盘活的建议收悉，经与市发展改革委等部门研究办理，现将办理情况答复如下：",
    "一、总体情况",
    "今年以来，全市国有资产盘活工作进展顺利，成效明显，各项任务按期完成。",
]
assert {len(_BODY[0]), len(_BODY[3])} == {_LINE}


def test_lines_become_paragraphs() -> None:
    assert _read(_ofd(_page(_lines(*_BODY)))) == _READ


def test_objects_are_read_by_their_place_and_not_by_their_order() -> None:
    first = _BODY[0].strip("　")
    pieces = [
        _text(_LEFT + (2 + start) * _SIZE, 50 + 0.1 * (start % 2), first[start:end])
        for start, end in ((0, 5), (5, 6), (6, 13), (13, 27))
    ]
    rest = _lines("", *_BODY[1:])
    assert _read(_ofd(_page(rest + "".join(reversed(pieces))))) == _READ


def test_blocks_nest_and_layers_follow_one_another() -> None:
    nested = f"<ofd:PageBlock ID='1'><ofd:PageBlock ID='2'>{_lines(*_BODY[:2])}</ofd:PageBlock></ofd:PageBlock>"
    layers = f"{nested}</ofd:Layer><ofd:Layer ID='8' Type='Foreground'>{_lines('', '', *_BODY[2:])}"
    assert _read(_ofd(_page(layers))) == _READ


def test_a_transformation_scales_and_moves() -> None:
    """As Foxit and Suwell write: font size and steps in points, the box in millimetres."""
    scaled = "".join(
        f'<ofd:TextObject ID="9" CTM="0.3528 0 0 0.3528 -114.8 111.3" Boundary="{_LEFT + indent * _SIZE:.3f} {50 + i * _PITCH:.3f}'
        f' 150 6" Size="16"><ofd:TextCode X="325.397" Y="-301.5" DeltaX="g {len(text) - 1} 16">{text}</ofd:TextCode></ofd:TextObject>'
        for i, line in enumerate(_BODY)
        for text, indent in ((line.strip("　"), len(line) - len(line.strip("　"))),)
    )
    assert _read(_ofd(_page(scaled))) == _READ


@pytest.mark.parametrize(
    "matrix",
    ["0 1 -1 0 210 0", "-1 0 0 -1 210 297", "0 -1 1 0 0 297"],
    ids=["downwards", "upside down", "upwards"],
)
def test_a_page_set_sideways_is_turned(matrix: str) -> None:
    """Every object is turned about the page: its box is the page, its place is in the transformation."""
    content = "".join(
        f'<ofd:TextObject ID="9" CTM="{matrix}" Boundary="0 0 210 297" Size="{_SIZE}"><ofd:TextCode X="{_LEFT + indent * _SIZE}"'
        f' Y="{50 + i * _PITCH}" DeltaX="g {len(text) - 1} {_SIZE}">{text}</ofd:TextCode></ofd:TextObject>'
        for i, line in enumerate(_BODY)
        for text, indent in ((line.strip("　"), len(line) - len(line.strip("　"))),)
    )
    assert _read(_ofd(_page(content))) == _READ


def test_lines_within_one_text_code() -> None:
    """A step back to the margin and one down: seen in real files, both lists run-length coded."""
    step = _number(_SIZE)
    first, second = "甲" * 10 + "，", "乙" * 5 + "。"
    back = _number(-10 * _SIZE)
    code = f'DeltaX="g 10 {step} {back} g 5 {step}" DeltaY="g 10 0 {_PITCH} g 5 0"'
    assert _read(_ofd(_page(_text(_LEFT, 50, first + second, code=code)))) == [first + second]


def test_text_set_downwards_is_a_line() -> None:
    down = f'DeltaY="g 5 {_number(_SIZE)}"'
    column = _text(200, 60, "档案管理专用", code=down)
    turned = _text(190, 60, "竖排第二行字", attributes='ReadDirection="90"')
    assert sorted(_read(_ofd(_page(_lines(*_BODY) + column + turned)))[3:]) == ["档案管理专用", "竖排第二行字"]


def test_a_watermark_across_the_page_is_no_text() -> None:
    slanted = _text(60, 150, "内部资料请勿外传", size=20, attributes='CTM="0.7071 -0.7071 0.7071 0.7071 0 0"')
    assert _read(_ofd(_page(_lines(*_BODY) + slanted))) == _READ


def test_latin_words_keep_their_spaces_and_wide_gaps_part_texts() -> None:
    latin = _text(_LEFT, 50, "GB/T", code='DeltaX="3.9 3.6 1.6"') + _text(
        _LEFT + 13.5, 50, "33190", code='DeltaX="g 4 2.8"'
    )
    ends = _text(_LEFT, 80, "第一部分") + _text(_LEFT + 80, 80, "第二部分")
    assert _read(_ofd(_page(latin + ends))) == ["GB/T 33190", "第一部分 第二部分"]


def test_indented_xml_and_missing_sizes_do_not_show() -> None:
    page = _page(_lines(*_BODY)).replace(">您", ">\n      您").replace("改革<", "改革\n    <")
    page = re.sub(r' Size="[\d.]+"', "", page)
    assert _read(_ofd(page)) == _READ


def test_a_sentence_cut_by_the_end_of_the_page_is_mended_and_page_numbers_are_left_out() -> None:
    opening = "　　二是强化统筹。市级部门牵头抓总，各区县分头落实，按月调"
    first = "度，按季通报，指导各区县制定方案，明确目标，完善机制，推进"
    second = "国企改革工作方案落地见效，取得实效。"
    assert len(opening) == len(first) == _LINE
    pages = [
        _page(_lines(opening, first, top=245) + _text(100, 275, "—") + _text(106, 275, "1") + _text(112, 275, "—")),
        _page(_lines(second, "　　二、下一步工作") + _text(100, 275, "— 2 —")),
        _page(_lines("　　三、保障措施") + _text(100, 275, "— 3 —")),
    ]
    document = load(_ofd(*pages))
    assert document.text.count("\f") == 2
    canonical = clean(document.text)
    assert [line for line in canonical.text.split("\n") if line] == [
        opening.strip("　") + first + second,
        "二、下一步工作",
        "三、保障措施",
    ]
    assert [canonical.text[start : start + 2] for start in canonical.pages] == ["二是", "国企", "三、"]


def test_a_template_is_read_once() -> None:
    template = _page(_text(60, 30, "重庆市国有资产监督管理委员会文件"))
    use = '<ofd:Template TemplateID="t0" ZOrder="Background"/>'
    pages = [_page(_lines("　　第一页的正文。"), use), _page(_lines("　　第二页的正文。"), use)]
    assert _read(_ofd(*pages, templates=(template,))) == [
        "重庆市国有资产监督管理委员会文件",
        "第一页的正文。",
        "第二页的正文。",
    ]


def test_ruled_lines_make_a_table() -> None:
    rule = '<ofd:PathObject ID="5" Boundary="{} {} {} {}" LineWidth="0.35"><ofd:AbbreviatedData>M 0 0 L {} {}</ofd:AbbreviatedData></ofd:PathObject>'.format
    rules = "".join(rule(_LEFT, y, 120, 0.35, 120, 0) for y in (60, 72, 84, 96)) + "".join(
        rule(x, 60, 0.35, 36, 0, 36) for x in (_LEFT, _LEFT + 60, _LEFT + 120)
    )
    cells = [("指标", "数值"), ("资产总额", "696"), ("负债总额", "401")]
    texts = "".join(
        _text(_LEFT + 3 + 60 * column, 68 + 12 * row, text)
        for row, pair in enumerate(cells)
        for column, text in enumerate(pair)
    )
    page = _page(_text(_LEFT, 50, "情况见下表。") + rules + texts)
    assert _read(_ofd(page)) == ["情况见下表。", "指标 | 数值", "资产总额 | 696", "负债总额 | 401"]


def test_pieces_that_share_the_box_of_their_line_follow_one_another() -> None:
    """What easyofd writes: every piece of a line spread over the whole line."""
    box = f'Boundary="{_LEFT} 45 56 {_SIZE}"'
    pieces = "".join(
        f'<ofd:TextObject ID="1" {box} size="{_SIZE}"><ofd:TextCode X="0" Y="5" DeltaX="g {len(text) - 1} {56 / len(text)}">{text}'
        "</ofd:TextCode></ofd:TextObject>"
        for text in ("渝国资函〔", "2025", "〕", "313", "号")
    )
    assert _read(_ofd(_page(pieces))) == ["渝国资函〔2025〕313号"]


@pytest.mark.parametrize("namespace", ["http://www.ofdspec.org/2016", "http://www.ofdspec.org", "urn:any"])
def test_any_namespace_and_any_prefix(namespace: str) -> None:
    members = _members(_ofd(_page(_lines(*_BODY))))
    for prefix, declaration in (("", f'xmlns="{namespace}"'), ("o:", f'xmlns:o="{namespace}"')):
        changed = {
            name: data.replace(b'xmlns:ofd="http://www.ofdspec.org/2016"', declaration.encode()).replace(
                b"ofd:", prefix.encode()
            )
            for name, data in members.items()
        }
        assert _read(_zipped(changed)) == _READ


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
    members = _members(_ofd(_page(_lines(*_BODY))))
    members["OFD.xml"] = members["OFD.xml"].replace(b"Doc_0/Document.xml", root.encode())
    members["Doc_0/Document.xml"] = members["Doc_0/Document.xml"].replace(b"Pages/Page_0/Content.xml", page.encode())
    assert _read(_zipped(members)) == _READ


def test_all_documents_of_a_container_are_read() -> None:
    members = _members(_ofd(_page(_lines("　　第一份文件的正文。"))))
    second = _members(_ofd(_page(_lines("　　第二份文件的正文。"))))
    members |= {name.replace("Doc_0", "Doc_1"): data for name, data in second.items() if name != "OFD.xml"}
    body = re.search(rb"<ofd:DocBody>.*</ofd:DocBody>", members["OFD.xml"])
    assert body
    members["OFD.xml"] = members["OFD.xml"].replace(
        body.group(), body.group() + body.group().replace(b"Doc_0", b"Doc_1")
    )
    assert _read(_zipped(members)) == ["第一份文件的正文。", "第二份文件的正文。"]


def test_titles() -> None:
    page = _page(_lines("　　关于国有资产盘活的答复函", *_BODY[:2]))
    assert load(_ofd(page, info="<ofd:Title>关于国有资产盘活的答复函</ofd:Title>")).title == "关于国有资产盘活的答复函"
    assert load(_ofd(page, info="<ofd:Title>另一份文件的标题</ofd:Title>")).title is None
    assert load(_ofd(page)).title is None


def test_what_cannot_be_read_is_noted() -> None:
    image = _page('<ofd:ImageObject ID="3" Boundary="0 0 210 297" CTM="210 0 0 297 0 0" ResourceID="7"/>')
    private = _page(_lines("　　\ue001\ue002\ue003\ue004\ue005"))
    document = load(
        _ofd(
            _page(_lines(*_BODY)), image, private, "<ofd:Page/>", extra="<ofd:Annotations>Annots.xml</ofd:Annotations>"
        )
    )
    assert [note.split(" / ")[0] for note in document.notes] == [
        "批注",
        "第 2 页是图片，没有文字",
        "第 3 页的文字编码不可读",
    ]
    assert document.text.count("\f") == 3
    assert "\ue001" not in document.text


def test_a_missing_page_is_noted_and_the_rest_is_read() -> None:
    members = _members(_ofd(_page(_lines(*_BODY)), _page(_lines("　　缺失"))))
    del members["Doc_0/Pages/Page_1/Content.xml"]
    document = load(_zipped(members))
    assert document.notes == ("第 2 页的内容缺失 / page 2 is missing",)
    assert document.text.count("\f") == 1


def test_invisible_objects_are_not_read() -> None:
    hidden = _text(_LEFT, 200, "看不见的文字", attributes='Visible="false"')
    assert _read(_ofd(_page(_lines(*_BODY) + hidden))) == _READ


@pytest.mark.parametrize(
    ("value", "count", "expected"),
    [
        ("g 3 2", 3, [2, 2, 2]),
        ("1 g 2 3.5 -4", 4, [1, 3.5, 3.5, -4]),
        ("g 1000000000 1", 2, [1, 1]),
        ("1 2 3", 2, [1, 2]),
        ("5", 3, [5]),
        ("", 3, []),
        (None, 3, []),
        ("g", 2, []),
        ("g 2", 2, [0, 0]),
        ("g -5 1 7", 2, [7]),
        ("x nan inf 1e400 2", 5, [0, 0, 0, 0, 2]),
    ],
)
def test_steps(value: str | None, count: int, expected: list[float]) -> None:
    assert deltas(value, count) == expected


def test_numbers_are_plain_and_bounded() -> None:
    assert numbers("0 1.5,-2", 3) == [0, 1.5, -2]
    for bad in (None, "", "1 2", "1 2 3 4", "a b c", "1 2 nan", "1 2 1e300"):
        assert numbers(bad, 3) is None


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "zip"),
        (_zipped({"word/document.xml": b"<a/>"}), "缺少 OFD.xml"),
        (_ofd(_page(""), OFD_xml="<ofd:OFD/>"), "OFD.xml 没有文档"),
        (_ofd(_page(""), OFD_xml="<ofd:OFD><ofd:DocBody/></ofd:OFD>"), "Document.xml"),
        (_ofd(_page(_lines(*_BODY)), Encryptions_xml="<ofd:Encryptions/>"), "加密"),
        (_ofd(_page("")), "没有文字"),
        (_ofd(), "没有文字"),
        (_ofd(_page('<ofd:ImageObject Boundary="0 0 210 297"/>')), "第 1 页是图片"),
        (_ofd(_page("").replace("</ofd:Page>", "")), "XML"),
    ],
)
def test_bad_input_is_refused_with_a_reason(data: bytes, words: str) -> None:
    with pytest.raises(UnreadableFile) as error:
        load(data)
    assert words in str(error.value)
    assert "\n" not in str(error.value)
    assert "/ " in str(error.value)


def test_every_truncation_is_refused() -> None:
    whole = _ofd(_page(_lines(*_BODY)))
    for length in range(0, len(whole), 5):
        with pytest.raises(UnreadableFile):
            load(whole[:length])


_SAMPLE = _ofd(
    _page(
        _lines(*_BODY)
        + '<ofd:PathObject ID="5" Boundary="28 60 120 1"><ofd:AbbreviatedData>M 0 0 L 120 0 B 1 1 2 2 3 3 C</ofd:AbbreviatedData></ofd:PathObject>',
        '<ofd:Template TemplateID="t0"/>',
        "<ofd:Area><ofd:PhysicalBox>0 0 210 297</ofd:PhysicalBox></ofd:Area>",
    ),
    templates=(_page(_text(60, 30, "文件")),),
    info="<ofd:Title>总体情况</ofd:Title>",
)
_PARTS = {name: data.decode() for name, data in _members(_SAMPLE).items()}


def _load_or_refuse(data: bytes) -> None:
    with contextlib.suppress(UnreadableFile):
        load(data)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(_SAMPLE) - 1), st.integers(0, 255)), min_size=1, max_size=20))
def test_changed_bytes_of_the_file(changes: list[tuple[int, int]]) -> None:
    data = bytearray(_SAMPLE)
    for place, value in changes:
        data[place] = value
    _load_or_refuse(bytes(data))


_FRAGMENTS = ["", "-1", "1e9", "99999 99999", "g 9 9", '"', "<ofd:Layer>", "</ofd:Layer>", "ofd:Page", "nan", "一", " "]


@settings(max_examples=250, deadline=None)
@given(
    st.sampled_from(sorted(_PARTS)),
    st.lists(st.tuples(st.integers(0, 6000), st.integers(0, 30), st.sampled_from(_FRAGMENTS)), min_size=1, max_size=4),
)
def test_changed_text_of_the_parts(name: str, changes: list[tuple[int, int, str]]) -> None:
    text = _PARTS[name]
    for place, length, fragment in changes:
        start = place % (len(text) + 1)
        text = text[:start] + fragment + text[start + length :]
    _load_or_refuse(_zipped({key: value.encode() for key, value in (_PARTS | {name: text}).items()}))


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_changed_values_of_the_parts(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(_PARTS)))
    values = st.sampled_from(
        ["", "0", "-1", "1e5", "g 99999999999 1", "nan nan nan nan nan nan", "0 0 0 0 0 0", "1 0 0 1 0 0", "90", "t9"]
    )
    text = re.sub(
        r'(?<==")[^"]*(?=")',
        lambda match: data.draw(values) if data.draw(st.integers(0, 3)) == 0 else match.group(),
        _PARTS[name],
    )
    _load_or_refuse(_zipped({key: value.encode() for key, value in (_PARTS | {name: text}).items()}))
