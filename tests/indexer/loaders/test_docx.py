"""Word documents: small ones written as XML by hand, others by python-docx, each with the text a reader would see."""

import contextlib
import io
import re
import zipfile
from collections.abc import Iterable

import docx as python_docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.cleaning import clean
from indexer.errors import UnreadableFile
from indexer.loaders.docx import load
from indexer.outline import read_outline

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
_RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_KINDS = ("styles", "numbering", "footnotes", "endnotes")


def _part(kind: str, content: str) -> str:
    names = (
        f'xmlns:w="{_W}" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
        'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
        'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
    )
    return f"<w:{kind} {names}>{content}</w:{kind}>"


def _relationships(targets: dict[str, str]) -> str:
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


def _docx(body: str, **parts: str) -> bytes:
    """A document of this body; ``parts`` are the contents of styles, numbering, notes, the title and the page count."""
    members = {"word/document.xml": _part("document", f"<w:body>{body}<w:sectPr/></w:body>")}
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
    members["_rels/.rels"] = _relationships(package)
    members["word/_rels/document.xml.rels"] = _relationships({kind: f"{kind}.xml" for kind in _KINDS if kind in parts})
    members |= {f"word/{kind}.xml": _part(kind, parts[kind]) for kind in _KINDS if kind in parts}
    return _zipped({name: text.encode() for name, text in members.items()})


def _zipped(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def _r(text: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{text}</w:t></w:r>'


def _p(content: str, properties: str = "") -> str:
    """A paragraph; content without markup becomes one run."""
    inner = content if content.startswith("<") or not content else _r(content)
    return f"<w:p>{f'<w:pPr>{properties}</w:pPr>' if properties else ''}{inner}</w:p>"


def _paragraphs(data: bytes) -> list[str]:
    return load(data).text.split("\n\n")


def _level(index: int, form: str, text: str, more: str = "") -> str:
    return f'<w:lvl w:ilvl="{index}"><w:start w:val="1"/><w:numFmt w:val="{form}"/>{more}<w:lvlText w:val="{text}"/></w:lvl>'


def _list(number: int, *levels: str, abstract: str = "", more: str = "") -> str:
    return (
        f'<w:abstractNum w:abstractNumId="{number}">{abstract}{"".join(levels)}</w:abstractNum>'
        f'<w:num w:numId="{number}"><w:abstractNumId w:val="{number}"/>{more}</w:num>'
    )


def _numbered(text: str, level: int = 0, number: int = 1) -> str:
    return _p(text, f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>')


_OFFICIAL = _list(
    1,
    _level(0, "chineseCountingThousand", "%1、"),
    _level(1, "chineseCountingThousand", "（%2）"),
    _level(2, "decimal", "%3."),
    _level(3, "decimalEnclosedCircle", "%4", '<w:suff w:val="nothing"/>'),
)


def test_automatic_numbers_come_back_and_make_the_outline() -> None:
    body = "".join(
        [
            _numbered("总体要求"),
            _p("以改革促发展。"),
            _numbered("重点任务"),
            _numbered("强化统筹。市级部门牵头。", 1),
            _numbered("分类施策。", 1),
            _numbered("建立台账。", 2),
            _numbered("按月更新。", 2),
            _numbered("县级", 3),
            _numbered("市级", 3),
            _numbered("落实责任。", 1),
            _numbered("逐级分解。", 2),
            _numbered("保障措施"),
        ]
    )
    text = load(_docx(body, numbering=_OFFICIAL)).text
    assert text.split("\n\n") == [
        "一、总体要求",
        "以改革促发展。",
        "二、重点任务",
        "（一）强化统筹。市级部门牵头。",
        "（二）分类施策。",
        "1. 建立台账。",
        "2. 按月更新。",
        "①县级",
        "②市级",
        "（三）落实责任。",
        "1. 逐级分解。",
        "三、保障措施",
    ]
    assert [(heading.title, heading.rank) for heading in read_outline(clean(text).text)] == [
        ("一、总体要求", 4.0),
        ("二、重点任务", 4.0),
        ("（一）强化统筹", 5.0),
        ("（二）分类施策", 5.0),
        ("1. 建立台账", 6.0),
        ("2. 按月更新", 6.0),
        ("（三）落实责任", 5.0),
        ("1. 逐级分解", 6.0),
        ("三、保障措施", 4.0),
    ]


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("decimal", "1 2 10 11 21 101"),
        ("chineseCountingThousand", "一 二 十 十一 二十一 一百零一"),
        ("chineseCounting", "一 二 十 十一 二十一 一〇一"),
        ("ideographTraditional", "甲 乙 癸 11 21 101"),
        ("ideographZodiac", "子 丑 酉 戌 21 101"),
        ("chineseLegalSimplified", "壹 贰 拾 拾壹 贰拾壹 壹佰零壹"),
        ("ideographDigital", "一 二 一〇 一一 二一 一〇一"),
        ("decimalEnclosedCircle", "① ② ⑩ ⑪ ㉑ 101"),
        ("decimalEnclosedParen", "⑴ ⑵ ⑽ ⑾ 21 101"),
        ("upperRoman", "I II X XI XXI CI"),
        ("lowerLetter", "a b j k u wwww"),
        ("decimalZero", "01 02 10 11 21 101"),
        ("unheardOf", "1 2 10 11 21 101"),
    ],
)
def test_number_formats(form: str, expected: str) -> None:
    body = "".join(_numbered("款") for _ in range(101))
    lines = _paragraphs(_docx(body, numbering=_list(1, _level(0, form, "[%1]", '<w:suff w:val="space"/>'))))
    shown = [re.sub(r"^\[(.*)\] 款$", r"\1", lines[i - 1]) for i in (1, 2, 10, 11, 21, 101)]
    assert shown == expected.split()


def test_articles_numbered_by_style_go_on_across_chapters() -> None:
    styles = (
        '<w:style w:type="paragraph" w:styleId="chapter"><w:name w:val="章"/><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr>'
        '</w:pPr></w:style><w:style w:type="paragraph" w:styleId="article"><w:name w:val="条"/><w:basedOn w:val="base"/>'
        '</w:style><w:style w:type="paragraph" w:styleId="base"><w:name w:val="基"/><w:basedOn w:val="article"/><w:pPr>'
        '<w:numPr><w:ilvl w:val="1"/><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
    )
    numbering = _list(
        1,
        _level(0, "chineseCountingThousand", "第%1章", '<w:pStyle w:val="chapter"/><w:suff w:val="space"/>'),
        _level(1, "chineseCountingThousand", "第%2条", '<w:lvlRestart w:val="0"/>'),
    )
    body = "".join(
        _p(text, f'<w:pStyle w:val="{style}"/>')
        for text, style in (
            ("总则", "chapter"),
            ("为了规范管理，制定本办法。", "article"),
            ("本办法适用于全市。", "article"),
            ("附则", "chapter"),
            ("本办法自发布之日起施行。", "article"),
        )
    )
    assert _paragraphs(_docx(body, numbering=numbering, styles=styles)) == [
        "第一章 总则",
        "第一条 为了规范管理，制定本办法。",
        "第二条 本办法适用于全市。",
        "第二章 附则",
        "第三条 本办法自发布之日起施行。",
    ]


def test_lists_restart_only_where_they_say_so() -> None:
    again = '<w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num>'
    restarted = (
        '<w:num w:numId="3"><w:abstractNumId w:val="1"/>'
        '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="5"/></w:lvlOverride></w:num>'
    )
    numbering = _list(1, _level(0, "decimal", "%1.")) + again + restarted
    body = "".join(_numbered(text, 0, number) for text, number in (("a", 1), ("b", 2), ("c", 3), ("d", 3), ("e", 1)))
    assert _paragraphs(_docx(body, numbering=numbering)) == ["1. a", "2. b", "5. c", "6. d", "7. e"]


def test_numbers_of_higher_levels_bullets_and_numbers_taken_away() -> None:
    numbering = _list(
        1,
        _level(0, "chineseCountingThousand", "%1、"),
        _level(1, "decimal", "%1.%2", "<w:isLgl/>"),
        _level(2, "bullet", "\uf0b7"),
        _level(3, "none", ""),
    )
    body = (
        _numbered("甲")
        + _numbered("乙", 1)
        + _numbered("丙", 1)
        + _numbered("丁", 2)
        + _numbered("戊", 3)
        + _numbered("己", 0, 0)
        + _numbered("")
        + _numbered("庚")
    )
    text = load(_docx(body, numbering=numbering)).text
    assert re.split(r"\n+", text) == ["一、甲", "1.1 乙", "1.2 丙", "• 丁", "戊", "己", "二、庚"]


def test_what_tracked_changes_fields_and_controls_show() -> None:
    field = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'.format
    body = (
        _p(_r("保留") + f"<w:ins>{_r('新增')}</w:ins><w:del><w:r><w:delText>删去</w:delText></w:r></w:del>" + _r("。"))
        + _p(_r("前半"), "<w:rPr><w:del/></w:rPr>")
        + _p("后半。")
        + f"<w:sdt><w:sdtPr/><w:sdtContent>{_p('控件中的段落。')}</w:sdtContent></w:sdt>"
        + _p(
            f"<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>{_r('单击输入')}</w:sdtContent></w:sdt>"
            + _r("实填")
        )
        + _p(f"<w:hyperlink>{_r('链接')}</w:hyperlink><w:smartTag><w:smartTag>{_r('智能')}</w:smartTag></w:smartTag>")
        + _p(
            field("begin")
            + "<w:r><w:instrText>IF </w:instrText></w:r>"
            + field("begin")
            + _r("内层")
            + field("end")
            + field("separate")
            + _r("2025年")
            + field("end")
            + _r("起")
        )
        + _p(field("begin") + _r("没有结尾的域"))
        + _p("仍在。")
        + _p("<w:r><w:rPr><w:vanish/></w:rPr><w:t>隐藏</w:t></w:r>" + _r("可见"))
        + _p(
            '<w:r><w:sym w:font="Wingdings" w:char="F0FE"/><w:t>同意</w:t><w:sym w:font="Wingdings" w:char="F0A8"/></w:r>'
        )
        + _p("<w:r><w:t>上行</w:t><w:br/><w:t>下行</w:t><w:noBreakHyphen/></w:r>")
        + _p(
            "<w:r><w:ruby><w:rt><w:r><w:t>yu</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>渝</w:t></w:r></w:rubyBase></w:ruby></w:r>"
        )
        + _p(
            "<m:oMath><m:f><m:num><m:r><m:t>1</m:t></m:r></m:num><m:den><m:r><m:t>3</m:t></m:r></m:den></m:f></m:oMath>"
        )
        + _p(
            '<w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:checkBox><w:checked/></w:checkBox></w:ffData></w:fldChar></w:r>'
            + field("end")
            + _r("属实")
        )
    )
    assert [line for line in _paragraphs(_docx(body)) if line] == [
        "保留新增。",
        "前半后半。",
        "控件中的段落。",
        "实填",
        "链接智能",
        "2025年起",
        "仍在。",
        "可见",
        "☑同意□",
        "上行\n下行-",
        "渝",
        "1/3",
        "☑属实",
    ]


def test_a_text_box_is_read_once_after_its_paragraph() -> None:
    box = f"<w:txbxContent>{_p('框内第一段。')}{_p('框内第二段。')}</w:txbxContent>"
    drawing = (
        f"<mc:AlternateContent><mc:Choice><w:drawing><wps:txbx>{box}</wps:txbx></w:drawing></mc:Choice>"
        f"<mc:Fallback><w:pict><v:textbox>{box}</v:textbox></w:pict></mc:Fallback></mc:AlternateContent>"
    )
    body = _p(_r("锚定段落") + f"<w:r>{drawing}</w:r>") + _p("其后。")
    assert _paragraphs(_docx(body)) == ["锚定段落", "框内第一段。", "框内第二段。", "其后。"]


def test_notes_stand_at_the_end_in_the_order_of_their_marks() -> None:
    foot = '<w:footnote w:id="-1"/><w:footnote w:id="5"><w:p><w:r><w:footnoteRef/></w:r>{}</w:p></w:footnote>'
    body = _p(
        _r("“631”机制")
        + '<w:r><w:endnoteReference w:id="2"/></w:r>'
        + _r("已建立")
        + '<w:r><w:footnoteReference w:id="5"/></w:r>'
    ) + _p("结束。")
    data = _docx(
        body,
        footnotes=foot.format(_r(" 见附件。")),
        endnotes=f'<w:endnote w:id="2">{_p("指提前6个月启动。")}{_p("再提前3个月。")}</w:endnote><w:endnote w:id="9">{_p("无人引用")}</w:endnote>',
    )
    assert load(data).text == "“631”机制[1]已建立[2]\n\n结束。\n\n[1] 指提前6个月启动。\n再提前3个月。\n[2] 见附件。"


def _cell(content: str, properties: str = "") -> str:
    inner = content if content.startswith("<") else _p(content)
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{inner}</w:tc>"


def _table(*rows: str) -> str:
    return f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in rows)}</w:tbl>"


def test_a_table_stands_in_its_place_with_its_header_repeated() -> None:
    down, wide = '<w:vMerge w:val="restart"/>', '<w:gridSpan w:val="2"/>'
    rows = [
        _cell("指标", down) + _cell("2024年", wide),
        _cell("", "<w:vMerge/>") + _cell("年初") + _cell("年末"),
        *(
            _cell("资产总额" if i % 6 == 0 else "", down if i % 6 == 0 else "<w:vMerge/>")
            + _cell(str(i))
            + _cell(f"{i}.5")
            for i in range(12)
        ),
    ]
    header = ["指标 | 2024年", "指标 | 年初 | 年末"]
    expected = [f"资产总额 | {i} | {i}.5" for i in range(12)]
    text = load(_docx(_p("见下表。") + _table(*rows) + _p("以上。"))).text
    assert text.split("\n") == ["见下表。", *header, *expected[:10], *header, *expected[10:], "以上。"]


def test_rows_marked_as_header_count_whatever_they_hold() -> None:
    marked = f"<w:tr><w:trPr><w:tblHeader/></w:trPr>{_cell('2023')}{_cell('2024')}</w:tr>"
    rows = "".join(f"<w:tr>{_cell(f'{i}')}{_cell('x')}</w:tr>" for i in range(11))
    lines = load(_docx(f"<w:tbl>{marked}{rows}</w:tbl>")).text.split("\n")
    assert [i for i, line in enumerate(lines) if line == "2023 | 2024"] == [0, 11]


def test_a_table_without_column_names_repeats_no_row() -> None:
    rows = [_cell(f"第{i}项工作已于年内全部完成。") + _cell("是") for i in range(12)]
    assert len(load(_docx(_table(*rows))).text.split("\n")) == 12


def test_deleted_rows_empty_cells_and_controls_in_tables() -> None:
    control = f"<w:sdt><w:sdtContent><w:tr>{_cell('甲')}<w:sdt><w:sdtContent>{_cell('乙')}</w:sdtContent></w:sdt></w:tr></w:sdtContent></w:sdt>"
    deleted = f"<w:tr><w:trPr><w:del/></w:trPr>{_cell('删')}{_cell('除')}</w:tr>"
    rest = f"<w:tr>{_cell('')}{_cell('丙')}{_cell('')}</w:tr>"
    assert load(_docx(f"<w:tbl>{control}{deleted}{rest}</w:tbl>")).text == "甲 | 乙\n| 丙"


def test_nested_tables_and_cells_of_several_paragraphs() -> None:
    inner = _table(_cell("内一") + _cell("内二"), _cell("内三") + _cell("内四"))
    body = _table(_cell("外") + _cell(_p("一段") + inner + _p("二段")))
    assert load(_docx(body)).text == "外 | 一段 内一 | 内二 内三 | 内四 二段"


def test_tables_that_only_place_text_are_read_as_paragraphs() -> None:
    frame = _table(_cell(_p("一、基本情况") + _p("全市共有企业19户。")))
    assert _paragraphs(_docx(frame)) == ["一、基本情况", "全市共有企业19户。"]
    form = _table(
        _cell("编号") + _cell("0457"),
        _cell("答复内容") + _cell("".join(_p(f"第{i}段" + "内容" * 60 + "。") for i in range(3))),
    )
    lines = load(_docx(form)).text.split("\n")
    assert lines[:2] == ["编号 | 0457", "答复内容"]
    assert [line[:3] for line in lines[2:] if line] == ["第0段", "第1段", "第2段"]


def test_headings_of_python_docx_become_markdown_unless_they_are_numbered() -> None:
    document = python_docx.Document()
    document.add_heading("关于国企改革的情况报告", 0)
    document.add_heading("基本情况", 1)
    document.add_paragraph("全市情况良好。")
    document.add_heading("一、主要做法", 1)
    document.add_heading("强化统筹", 2)
    document.add_heading("这一整段都误用了标题样式。它其实是正文，所以不应当成为标题。", 1)
    body = document.add_paragraph("自带大纲级别")
    body._p.get_or_add_pPr().append(parse_xml(f'<w:outlineLvl {nsdecls("w")} w:val="0"/>'))
    out = io.BytesIO()
    document.save(out)
    text = load(out.getvalue()).text
    assert text.split("\n\n") == [
        "# 关于国企改革的情况报告",
        "## 基本情况",
        "全市情况良好。",
        "一、主要做法",
        "强化统筹",  # A mark would raise it above 一、.
        "这一整段都误用了标题样式。它其实是正文，所以不应当成为标题。",
        "## 自带大纲级别",
    ]
    assert [heading.title for heading in read_outline(clean(text).text)][:3] == [
        "关于国企改革的情况报告",
        "基本情况",
        "一、主要做法",
    ]


def test_pages_only_where_they_add_up() -> None:
    rendered = "<w:r><w:lastRenderedPageBreak/></w:r>"
    manual = '<w:r><w:br w:type="page"/></w:r>'
    body = (
        _p("第一页。")
        + _p(_r("跨页的段落从第一页开始，") + rendered + _r("到第二页结束。"))
        + _p(_r("第二页末。") + manual)
        + _p(rendered + _r("第三页。"))
        + _p(rendered + _r("第四页。"), "<w:pageBreakBefore/>")
    )
    text = load(_docx(body, pages="4")).text
    assert text == "第一页。\n\n跨页的段落从第一页开始，到第二页结束。\f\n\n第二页末。\f\n\n第三页。\n\n\f第四页。"
    assert [text.count("\f", 0, text.index(f"第{n}页。")) for n in "一三四"] == [0, 2, 3]
    canonical = clean(text)
    assert [canonical.text[start : start + 3] for start in canonical.pages] == ["第一页", "第二页", "第三页", "第四页"]
    for untrusted in (_docx(body, pages="5"), _docx(body), _docx(_p("一" + manual) + _p("二"), pages="2")):
        assert "\f" not in load(untrusted).text


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("关于加快国有资产盘活的 答复函", "关于加快国有资产盘活的 答复函"),
        ("Microsoft Word - 文档1", None),
        ("关于另一份旧文件的通知", None),
        ("文档1", None),
        ("答复函.docx", None),
        ("", None),
        ("2025", None),
    ],
)
def test_a_stored_title_counts_only_if_the_text_begins_with_it(title: str, expected: str | None) -> None:
    body = _p("文档1 2025 答复函.docx Microsoft Word - 文档1") + _p("关于加快国有资产盘活的答复函") + _p("正文。")
    assert load(_docx(body, title=title)).title == expected


def test_strict_documents_and_main_parts_elsewhere_are_read() -> None:
    strict = _part("document", f"<w:body>{_p('严格格式。')}</w:body>").replace(_W, _STRICT)
    data = _zipped(
        {
            "_rels/.rels": _relationships({"officeDocument": "/Word/Main.xml"}).encode(),
            "word/main.xml": strict.encode(),
        }
    )
    assert load(data).text == "严格格式。"


def test_external_and_embedded_parts_are_left_alone() -> None:
    external = '<Relationship Id="x" Type="t/styles" Target="http://127.0.0.1:9/styles.xml" TargetMode="External"/>'
    relationships = _relationships({}).replace("</Rel", external + "</Rel")
    data = _zipped(
        {
            "word/document.xml": _part("document", f"<w:body>{_p('正文。')}<w:altChunk/></w:body>").encode(),
            "word/_rels/document.xml.rels": relationships.encode(),
        }
    )
    document = load(data)
    assert document.text == "正文。"
    assert len(document.notes) == 1
    assert "1 处" in document.notes[0]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "zip"),
        (b"plain text", "zip"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600, ".doc"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + "EncryptedPackage".encode("utf-16-le"), "密码"),
        (_zipped({"xl/workbook.xml": b"<workbook/>"}), "不是 Word"),
        (_zipped({"word/document.xml": b"<document/>"}), "没有正文"),
        (_zipped({"word/document.xml": b"<document><body>"}), "XML"),
        (_zipped({"word/document.xml": b'<!DOCTYPE d [<!ENTITY e "x">]><d><body>&e;</body></d>'}), "实体"),
        (_docx("<w:p>" * 3 + "<w:ins>" * 300 + "</w:ins>" * 300 + "</w:p>" * 3), ""),
    ],
)
def test_bad_input_is_refused_with_a_reason(data: bytes, words: str) -> None:
    with pytest.raises(UnreadableFile) as error:
        load(data)
    assert words in str(error.value)
    assert "\n" not in str(error.value)
    assert "/ " in str(error.value)


def test_the_deepest_nesting_the_parser_lets_through_is_no_danger() -> None:
    inner = "深处"
    for _ in range(60):
        inner = _table(f"<w:tc>{inner if inner.startswith('<') else _p(inner)}</w:tc>")
    assert "深处" in load(_docx(inner)).text
    assert "深处" in load(_docx(_p("<w:ins>" * 245 + _r("深处") + "</w:ins>" * 245))).text


_SAMPLE = _docx(
    _numbered("总体要求")
    + _p(_r("正文") + '<w:r><w:footnoteReference w:id="1"/></w:r>')
    + _table(_cell("甲") + _cell("乙")),
    numbering=_OFFICIAL,
    footnotes=f'<w:footnote w:id="1">{_p("脚注")}</w:footnote>',
    styles='<w:style w:type="paragraph" w:styleId="a" w:default="1"><w:name w:val="heading 1"/></w:style>',
    title="总体要求",
    pages="1",
)
_MEMBERS = {
    name: zipfile.ZipFile(io.BytesIO(_SAMPLE)).read(name) for name in zipfile.ZipFile(io.BytesIO(_SAMPLE)).namelist()
}


def test_every_truncation_is_refused() -> None:
    for length in range(0, len(_SAMPLE), 7):
        with pytest.raises(UnreadableFile):
            load(_SAMPLE[:length])


def _load_or_refuse(data: bytes) -> None:
    with contextlib.suppress(UnreadableFile):
        load(data)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(_SAMPLE) - 1), st.integers(0, 255)), min_size=1, max_size=20))
def test_changed_bytes_of_the_file(changes: list[tuple[int, int]]) -> None:
    data = bytearray(_SAMPLE)
    for place, value in changes:
        data[place] = value
    _load_or_refuse(bytes(data))


_FRAGMENTS = [
    "",
    "w:p",
    "w:tbl",
    "w:tc",
    "-1",
    "999999999999",
    "%1%2%9",
    '"',
    "<w:p/>",
    "</w:p>",
    "w:val",
    "\x00",
    "一",
    " ",
]


@settings(max_examples=250, deadline=None)
@given(
    st.sampled_from(sorted(_MEMBERS)),
    st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 30), st.sampled_from(_FRAGMENTS)), min_size=1, max_size=4),
)
def test_changed_text_of_the_parts(name: str, changes: list[tuple[int, int, str]]) -> None:
    text = _MEMBERS[name].decode()
    for place, length, fragment in changes:
        start = place % (len(text) + 1)
        text = text[:start] + fragment + text[start + length :]
    _load_or_refuse(_zipped(_MEMBERS | {name: text.encode()}))


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_changed_values_of_the_parts(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(_MEMBERS)))
    values = st.sampled_from(
        ["", "-1", "0", "9", "1e9", "9" * 30, "%%", "①", "heading 1", "nothing", "bullet", "../x", "\ud7ff"]
    )
    text = re.sub(
        r'(?<==")[^"]*(?=")',
        lambda match: data.draw(values) if data.draw(st.booleans()) else match.group(),
        _MEMBERS[name].decode(),
    )
    _load_or_refuse(_zipped(_MEMBERS | {name: text.encode()}))
