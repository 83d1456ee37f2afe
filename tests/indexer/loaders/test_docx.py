"""Word documents, most written as XML by hand, with the text a reader would see."""

import io

import docx as python_docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from indexer.cleaning import clean
from indexer.loaders.docx import load
from indexer.outline import read_outline
from tests.indexer.loaders.docx_writer import STRICT, TRANSITIONAL, docx_file, p, part, r, relationships, zipped


def _paragraphs(data: bytes) -> list[str]:
    return load(data).text.split("\n\n")


def test_what_tracked_changes_fields_and_controls_show() -> None:
    field = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'.format
    body = (
        p(r("保留") + f"<w:ins>{r('新增')}</w:ins><w:del><w:r><w:delText>删去</w:delText></w:r></w:del>" + r("。"))
        + p(r("前半"), "<w:rPr><w:del/></w:rPr>")
        + p("后半。")
        + f"<w:sdt><w:sdtPr/><w:sdtContent>{p('控件中的段落。')}</w:sdtContent></w:sdt>"
        + p(
            f"<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>{r('单击输入')}</w:sdtContent></w:sdt>"
            + r("实填")
        )
        + p(f"<w:hyperlink>{r('链接')}</w:hyperlink><w:smartTag><w:smartTag>{r('智能')}</w:smartTag></w:smartTag>")
        + p(
            field("begin")
            + "<w:r><w:instrText>IF </w:instrText></w:r>"
            + field("begin")
            + r("内层")
            + field("end")
            + field("separate")
            + r("2025年")
            + field("end")
            + r("起")
        )
        + p(field("begin") + r("没有结尾的域"))
        + p("仍在。")
        + p("<w:r><w:rPr><w:vanish/></w:rPr><w:t>隐藏</w:t></w:r>" + r("可见"))
        + p(
            '<w:r><w:sym w:font="Wingdings" w:char="F0FE"/><w:t>同意</w:t><w:sym w:font="Wingdings" w:char="F0A8"/></w:r>'
        )
        + p("<w:r><w:t>上行</w:t><w:br/><w:t>下行</w:t><w:noBreakHyphen/></w:r>")
        + p(
            "<w:r><w:ruby><w:rt><w:r><w:t>yu</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>渝</w:t></w:r></w:rubyBase></w:ruby></w:r>"
        )
        + p(
            "<m:oMath><m:f><m:num><m:r><m:t>1</m:t></m:r></m:num><m:den><m:r><m:t>3</m:t></m:r></m:den></m:f></m:oMath>"
        )
        + p(
            '<w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:checkBox><w:checked/></w:checkBox></w:ffData></w:fldChar></w:r>'
            + field("end")
            + r("属实")
        )
    )
    assert [line for line in _paragraphs(docx_file(body)) if line] == [
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
    box = f"<w:txbxContent>{p('框内第一段。')}{p('框内第二段。')}</w:txbxContent>"
    drawing = (
        f"<mc:AlternateContent><mc:Choice><w:drawing><wps:txbx>{box}</wps:txbx></w:drawing></mc:Choice>"
        f"<mc:Fallback><w:pict><v:textbox>{box}</v:textbox></w:pict></mc:Fallback></mc:AlternateContent>"
    )
    body = p(r("锚定段落") + f"<w:r>{drawing}</w:r>") + p("其后。")
    assert _paragraphs(docx_file(body)) == ["锚定段落", "框内第一段。", "框内第二段。", "其后。"]


def test_notes_stand_at_the_end_in_the_order_of_their_marks() -> None:
    foot = '<w:footnote w:id="-1"/><w:footnote w:id="5"><w:p><w:r><w:footnoteRef/></w:r>{}</w:p></w:footnote>'
    body = p(
        r("“631”机制")
        + '<w:r><w:endnoteReference w:id="2"/></w:r>'
        + r("已建立")
        + '<w:r><w:footnoteReference w:id="5"/></w:r>'
    ) + p("结束。")
    data = docx_file(
        body,
        footnotes=foot.format(r(" 见附件。")),
        endnotes=f'<w:endnote w:id="2">{p("指提前6个月启动。")}{p("再提前3个月。")}</w:endnote><w:endnote w:id="9">{p("无人引用")}</w:endnote>',
    )
    assert load(data).text == "“631”机制[1]已建立[2]\n\n结束。\n\n[1] 指提前6个月启动。\n再提前3个月。\n[2] 见附件。"


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
        p("第一页。")
        + p(r("跨页的段落从第一页开始，") + rendered + r("到第二页结束。"))
        + p(r("第二页末。") + manual)
        + p(rendered + r("第三页。"))
        + p(rendered + r("第四页。"), "<w:pageBreakBefore/>")
    )
    text = load(docx_file(body, pages="4")).text
    assert text == "第一页。\n\n跨页的段落从第一页开始，到第二页结束。\f\n\n第二页末。\f\n\n第三页。\n\n\f第四页。"
    assert [text.count("\f", 0, text.index(f"第{n}页。")) for n in "一三四"] == [0, 2, 3]
    canonical = clean(text)
    assert [canonical.text[start : start + 3] for start in canonical.pages] == ["第一页", "第二页", "第三页", "第四页"]
    for untrusted in (docx_file(body, pages="5"), docx_file(body), docx_file(p("一" + manual) + p("二"), pages="2")):
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
    body = p("文档1 2025 答复函.docx Microsoft Word - 文档1") + p("关于加快国有资产盘活的答复函") + p("正文。")
    assert load(docx_file(body, title=title)).title == expected


def test_strict_documents_and_main_parts_elsewhere_are_read() -> None:
    strict = part("document", f"<w:body>{p('严格格式。')}</w:body>").replace(TRANSITIONAL, STRICT)
    data = zipped(
        {
            "_rels/.rels": relationships({"officeDocument": "/Word/Main.xml"}).encode(),
            "word/main.xml": strict.encode(),
        }
    )
    assert load(data).text == "严格格式。"


def test_external_and_embedded_parts_are_left_alone() -> None:
    external = '<Relationship Id="x" Type="t/styles" Target="http://127.0.0.1:9/styles.xml" TargetMode="External"/>'
    targets = relationships({}).replace("</Rel", external + "</Rel")
    data = zipped(
        {
            "word/document.xml": part("document", f"<w:body>{p('正文。')}<w:altChunk/></w:body>").encode(),
            "word/_rels/document.xml.rels": targets.encode(),
        }
    )
    document = load(data)
    assert document.text == "正文。"
    assert len(document.notes) == 1
    assert "1 处" in document.notes[0]
