import pytest
from hypothesis import given

from indexer.document import Heading
from indexer.lines import lines_of
from indexer.outline import BYLINE, ENTRY, is_glossary, read_outline, section_path
from tests.indexer.support import texts


def titles(text: str) -> list[str]:
    return [heading.title for heading in read_outline(text)]


def paths(text: str) -> list[str]:
    """Every heading with those above it."""
    path: tuple[Heading, ...] = ()
    written = []
    for heading in read_outline(text):
        path = section_path(path, heading)
        written.append(" > ".join(above.title for above in path))
    return written


@given(texts())
def test_headings_are_spans_of_the_text_in_order(text: str) -> None:
    headings = read_outline(text)
    assert all(text[heading.start : heading.end] == heading.title for heading in headings)
    assert all(heading.title.strip() for heading in headings)
    starts = [heading.start for heading in headings]
    assert starts == sorted(set(starts))
    assert all("\n" not in heading.title for heading in headings)


@given(texts())
def test_lines_are_spans_of_the_text(text: str) -> None:
    assert all(text[line.start : line.end] == line.text for line in lines_of(text))
    assert "".join("".join(line.text.split()) for line in lines_of(text)) == "".join(text.split())


def test_the_tree_of_a_report() -> None:
    text = (
        "一、总体情况\n\n（一）水厂户数。全区水厂19座。\n\n1. 深入改革。率先启动。\n\n（1）压减层级。减少两级。\n\n"
        "2.筑牢防线\n\n（二）水质\n\n二、下一步\n\n附件：注释\n\n注 释\n\n"
    )
    assert paths(text) == [
        "一、总体情况",
        "一、总体情况 > （一）水厂户数",
        "一、总体情况 > （一）水厂户数 > 1. 深入改革",
        "一、总体情况 > （一）水厂户数 > 1. 深入改革 > （1）压减层级",
        "一、总体情况 > （一）水厂户数 > 2.筑牢防线",
        "一、总体情况 > （二）水质",
        "二、下一步",
        "附件：注释",
        "附件：注释 > 注 释",
    ]


def test_the_tree_of_a_statute() -> None:
    text = (
        "第一编 总则\n第一章 一般规定\n第一节 范围\n第一条 为了节约用水，制定本法。\n第二条之一 适用范围如下。\n"
        "第二章 水源\n第三条 水源保护区由政府划定。"
    )
    assert paths(text) == [
        "第一编 总则",
        "第一编 总则 > 第一章 一般规定",
        "第一编 总则 > 第一章 一般规定 > 第一节 范围",
        "第一编 总则 > 第一章 一般规定 > 第一节 范围 > 第一条",
        "第一编 总则 > 第一章 一般规定 > 第一节 范围 > 第二条之一",
        "第一编 总则 > 第二章 水源",
        "第一编 总则 > 第二章 水源 > 第三条",
    ]


@pytest.mark.parametrize(
    "line",
    [
        "第三条规定的水源保护区由政府划定。",  # A reference to an article, in running text.
        "第三条、第四条同时废止。",
        "2.5亿元用于改造。",
        "附件三所列名单以外的单位不在此列。",
        "一、" + "长" * 61,  # Too long for a title.
        "#没有空格",
        "# " + "长" * 201,
    ],
)
def test_what_is_no_heading(line: str) -> None:
    assert titles(line) == []


def test_markdown_headings() -> None:
    text = "# 报告 #\n\n## 市水利局\n\n### C# 语言\n\n正文。"
    assert titles(text) == ["报告", "市水利局", "C# 语言"]
    assert [heading.rank for heading in read_outline(text)] == [0.5, 1.0, 1.5]


def test_a_short_line_between_paragraphs_is_a_heading() -> None:
    body = "会议介绍了去年的情况。全区水厂户数明显减少，水质稳定达标，群众满意度持续提高。"
    assert titles(f"{body}\n\n成果主要有四个方面\n\n{body}") == ["成果主要有四个方面"]
    for line in ("记者 王五", "联系电话 123456", "成果主要有四个方面：", "2024年4月30日", "短"):
        assert titles(f"{body}\n\n{line}\n\n{body}") == []
    assert titles(f"{body}\n成果主要有四个方面\n{body}") == []


def test_the_letterhead_has_no_headings() -> None:
    text = "一、总体情况\n\n二、下一步"
    assert [heading.title for heading in read_outline(text, body_start=8)] == ["二、下一步"]


def test_entries_of_a_glossary_are_no_sections() -> None:
    text = (
        "附件\n\n注释\n\n1. 三清：指清理管网。\n\n（二）三减：指减层级。\n\n三增：指增效益\n\n"
        "一河一策：指一条河流制定一个治理方案。还包括湖泊和水库的治理方案，由各县负责。\n\n一、范围"
    )
    assert titles(text) == ["附件", "注释", "一、范围"]
    after = "一、名词解释\n\n1. 三清：指清理管网。\n\n二、工作安排\n\n1. 时间：三月底前。"
    assert titles(after) == ["一、名词解释", "二、工作安排", "1. 时间：三月底前"]


@pytest.mark.parametrize(
    ("title", "expected"), [("注  释", True), ("附件：名词解释", True), ("术语", True), ("总体情况", False)]
)
def test_glossary_titles(title: str, expected: bool) -> None:
    assert is_glossary(title) is expected


@pytest.mark.parametrize(
    ("line", "term"),
    [
        ("1. “三清”：指清理", "“三清”"),
        ("（12）三减:指减", "三减"),
        ("三增 ： 指增", "三增"),
        ("三增：", None),
        ("没有冒号", None),
    ],
)
def test_glossary_entries(line: str, term: str | None) -> None:
    match = ENTRY.match(line)
    assert (match and match.group(1)) == term


@pytest.mark.parametrize(
    "heading",
    ["《饮水工作报告》有关内容名词注释", "附件2 名词解释", "有关名词解释", "部分用语说明", "附件：术语解释", "注 释"],
)
def test_the_heading_of_a_glossary(heading: str) -> None:
    text = f"一、情况\n\n改造水厂。\n\n{heading}\n1.“三清”：清理管网。\n2.三减：减层级。"
    assert titles(text) == ["一、情况", heading]


def test_items_of_lists_are_no_headings() -> None:
    text = "一、范围\n（一）新建水厂；\n（二）下列单位应当在规定的期限内，把取水许可、水质检测、供水计划等全部材料报送到市水利局备案。\n（三）管网"
    assert titles(text) == ["一、范围", "（三）管网"]
    said = "1.凡是在本市范围内取水、供水、用水、排水以及从事与之相关的经营活动的单位，应当提交：\n（1）申请书；\n（2）图纸。全部两份。"
    assert titles(said) == ["（2）图纸"]


def test_headings_are_found_in_time_in_proportion_to_the_text() -> None:
    assert len(read_outline("1. 水\n" * 30_000)) == 30_000
    assert titles("# a" + "#" * 300_000 + "x") == []
    assert titles("# a" + " #" * 150_000 + "x") == []


def test_items_of_an_article_and_definitions_are_no_sections() -> None:
    assert titles("第一条 下列单位：\n（一）水厂；\n1. 取水；\n第二条 施行。\n一、范围\n（一）水厂") == [
        "第一条",
        "第二条",
        "一、范围",
        "（一）水厂",
    ]
    assert titles("一、情况\n\n（一）水厂，是指取水的单位。\n\n（二）水质。全部达标。") == ["一、情况", "（二）水质"]


@pytest.mark.parametrize(
    ("line", "expected"),
    [("□ 清河日报记者 王五", True), ("本报记者 王五 李六", True), ("新闻记者 王五", True), ("● 王五", True), ("记者昨日获悉，水厂已改造。", False)],
)  # fmt: skip
def test_bylines(line: str, expected: bool) -> None:
    assert bool(BYLINE.fullmatch(line)) is expected
