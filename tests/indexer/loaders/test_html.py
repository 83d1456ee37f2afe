import pytest

from indexer.cleaning import clean
from indexer.loaders import html
from indexer.metadata import read_metadata

PARAGRAPHS = "".join(
    f"<p>第{n}段：全市改造水厂{n}座，更换管网{n}公里，水质稳定达标，群众满意度持续提高。</p>" for n in range(1, 9)
)
MENU = "<div class='menu'>" + "".join(f"<a href='#{n}'>栏目{n}</a>" for n in range(40)) + "</div>"
NAME = "清河市水利局关于加强农村饮水管理的通知"


def lines(markup: str) -> list[str]:
    return [line for line in html.load(markup.encode()).text.split("\n") if line]


def page(body: str, title: str = f"{NAME}_清河市水利局") -> str:
    return f"<html><head><meta charset='utf-8'><title>{title}</title></head><body>{body}</body></html>"


def text_lines() -> list[str]:
    return [f"第{n}段：全市改造水厂{n}座，更换管网{n}公里，水质稳定达标，群众满意度持续提高。" for n in range(1, 9)]


@pytest.mark.parametrize(
    "attributes", ["class='view TRS_UEDITOR trs_paper_default'", "id='UCAP-CONTENT'", "id='zoom'", "class='pages_content'",
                   "class='conTxt'", "class='xl_content'", "class='article-content'", "class='unheard-of'"],
)  # fmt: skip
def test_the_container_of_the_text(attributes: str) -> None:
    markup = page(
        f"{MENU}<div class='t'>{NAME}</div><div {attributes}>{PARAGRAPHS}</div><div>版权所有 清河市</div>{MENU}"
    )
    assert lines(markup) == [f"# {NAME}", *text_lines()]
    assert html.load(markup.encode()).title == NAME


def test_a_container_with_little_of_the_text_is_another_thing() -> None:
    markup = page(f"<div class='content'>公告</div><div>{PARAGRAPHS}</div>")
    assert lines(markup) == text_lines()


def test_all_text_of_the_container_is_kept() -> None:
    markup = page(
        f"{MENU}<div id='zoom'>{PARAGRAPHS}<div><a href='x'>附件1：名单</a></div><aside>说明</aside><footer>清河市水利局</footer></div>"
    )
    assert lines(markup)[-3:] == ["附件1：名单", "说明", "清河市水利局"]


HEADER = (
    "<table><tr><td>索 引 号：</td><td>QH-001</td><td>主题分类：</td><td>水利</td></tr>"
    "<tr><td>发文机关：</td><td>清河市水利局</td><td>成文日期：</td><td>2024年05月06日</td></tr>"
    "<tr><td>标　　题：</td><td>" + NAME + "</td><td>发文字号：</td><td>清水发〔2024〕5号</td></tr>"
    "<tr><td>有 效 性：</td><td>现行有效</td><td>发布日期：</td><td>2024-05-08</td></tr>"
    "<tr><td>废止日期：</td><td></td><td>公文种类：</td><td>通知</td></tr></table>"
)


@pytest.mark.parametrize("inside", [True, False])
def test_the_header_table_becomes_lines_that_metadata_reads(inside: bool) -> None:
    text = f"<div class='TRS_Editor'>{HEADER if inside else ''}{PARAGRAPHS}</div>"
    markup = page(f"{MENU}{'' if inside else HEADER}{text}")
    assert lines(markup)[:9] == [
        "索引号：QH-001", "主题分类：水利", "发文机关：清河市水利局", "成文日期：2024年05月06日", f"标题：{NAME}",
        "发文字号：清水发〔2024〕5号", "有效性：现行有效", "发布日期：2024-05-08", "公文种类：通知",
    ]  # fmt: skip
    loaded = html.load(markup.encode())
    canonical = clean(loaded.text).text
    fields = read_metadata(canonical, loaded.title)
    assert {name: fields[name].value for name in ("issuer", "date", "published", "document_number")} == {
        "issuer": "清河市水利局", "date": "2024-05-06", "published": "2024-05-08", "document_number": "清水发〔2024〕5号",
    }  # fmt: skip
    assert canonical[fields["published"].start : fields["published"].end] == "2024-05-08"


@pytest.mark.parametrize(
    ("above", "expected"),
    [
        ("<ul><li><b>文号：</b>清水发〔2024〕5号</li><li><b>有效性：</b><span>失效</span></li></ul>", ["文号：清水发〔2024〕5号", "有效性：失效"]),
        ("<dl><dt>发布机构</dt><dd>清河市水利局</dd></dl>", ["发布机构：清河市水利局"]),
        ("<div>发布时间：2024-05-08 来源：市水利局 浏览次数：12</div>", ["发布时间：2024-05-08", "来源：市水利局"]),
        ("<div><span>来源：</span></div><div>字号：大 中 小</div>", []),
        ("<div><span>来源：</span></div><div>打印</div><div>分享</div>", []),
        ("<div><div>文号：</div><div>清水发〔2024〕5号</div></div>", ["文号：清水发〔2024〕5号"]),
        ("<p>名称由来</p>", []),
    ],
)  # fmt: skip
def test_labels_and_values_outside_tables(above: str, expected: list[str]) -> None:
    assert lines(page(f"{above}<div id='zoom'>{PARAGRAPHS}</div>")) == [*expected, *text_lines()]


def test_what_is_hidden_is_no_text() -> None:
    markup = page(
        "<p>甲<span style='color:red; DISPLAY : none'>暗</span>乙<i hidden>暗</i>丙<b aria-hidden='true'>暗</b>丁<!-- 暗 -->"
        "<em style='visibility:hidden'>暗</em>戊&nbsp;&lt;&#24049;&gt;</p>"
    )
    assert lines(markup) == ["甲乙丙丁戊\xa0<己>"]


def test_tables_repeat_their_header_and_merged_cells() -> None:
    rows = "".join(f"<tr><td>水厂{n}</td><td>{n}</td></tr>" for n in range(1, 13))
    table = f"<table><thead><tr><th>名称</th><th>座数</th></tr></thead>{rows}</table>"
    got = lines(page(table))
    assert got[:2] == ["名称 | 座数", "水厂1 | 1"]
    assert got[11:13] == ["名称 | 座数", "水厂11 | 11"]
    merged = "<table><tr><th>区</th><th>年</th><th>数</th></tr>"
    merged += "<tr><td rowspan='2'>清河区</td><td>2023年</td><td>7</td></tr><tr><td>2024年</td><td>8</td></tr></table>"
    assert lines(page(merged)) == ["区 | 年 | 数", "清河区 | 2023年 | 7", "清河区 | 2024年 | 8"]


def test_a_table_that_lays_out_the_page_is_no_table() -> None:
    markup = page(f"<table><tr><td>左</td><td>{PARAGRAPHS}</td></tr></table>")
    assert [line for line in lines(markup) if line.startswith("第")] == text_lines()
    assert "字外" in "".join(lines(page("<table>字外<tr><td>甲</td><td>乙</td></tr></table>")))


def test_a_gb18030_page() -> None:
    markup = page(f"<div class='TRS_Editor'>{PARAGRAPHS}</div>").replace("utf-8", "gb2312")
    assert [line for line in html.load(markup.encode("gb18030")).text.split("\n") if line] == text_lines()


def test_large_pages_are_read_in_time() -> None:
    assert html.load(page("<table>" + "<tr><td>文号：</td><td>1</td></tr>" * 20_000 + "</table>").encode()).text
    assert html.load(
        page("<div><b>来源：</b></div>" * 20_000 + f"<div id='zoom'>{PARAGRAPHS * 30}</div>").encode()
    ).text
    assert html.load(
        page("<table><tr>" + "<td rowspan='60000' colspan='60000'>甲</td>" * 5_000 + "</tr></table>").encode()
    ).text
