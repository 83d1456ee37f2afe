"""Automatic numbers of Word, as the text a reader sees."""

import re

import pytest

from indexer.cleaning import clean
from indexer.loaders.docx import load
from indexer.outline import read_outline
from tests.indexer.loaders.docx_writer import OFFICIAL, docx_file, level, numbered, numbering_list, p


def _paragraphs(data: bytes) -> list[str]:
    return load(data).text.split("\n\n")


def test_automatic_numbers_come_back_and_make_the_outline() -> None:
    body = "".join(
        [
            numbered("总体要求"),
            p("以改革促发展。"),
            numbered("重点任务"),
            numbered("强化统筹。市级部门牵头。", 1),
            numbered("分类施策。", 1),
            numbered("建立台账。", 2),
            numbered("按月更新。", 2),
            numbered("县级", 3),
            numbered("市级", 3),
            numbered("落实责任。", 1),
            numbered("逐级分解。", 2),
            numbered("保障措施"),
        ]
    )
    text = load(docx_file(body, numbering=OFFICIAL)).text
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
    body = "".join(numbered("款") for _ in range(101))
    lines = _paragraphs(docx_file(body, numbering=numbering_list(1, level(0, form, "[%1]", '<w:suff w:val="space"/>'))))
    shown = [re.sub(r"^\[(.*)\] 款$", r"\1", lines[i - 1]) for i in (1, 2, 10, 11, 21, 101)]
    assert shown == expected.split()


def test_articles_numbered_by_style_go_on_across_chapters() -> None:
    styles = (
        '<w:style w:type="paragraph" w:styleId="chapter"><w:name w:val="章"/><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr>'
        '</w:pPr></w:style><w:style w:type="paragraph" w:styleId="article"><w:name w:val="条"/><w:basedOn w:val="base"/>'
        '</w:style><w:style w:type="paragraph" w:styleId="base"><w:name w:val="基"/><w:basedOn w:val="article"/><w:pPr>'
        '<w:numPr><w:ilvl w:val="1"/><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
    )
    numbering = numbering_list(
        1,
        level(0, "chineseCountingThousand", "第%1章", '<w:pStyle w:val="chapter"/><w:suff w:val="space"/>'),
        level(1, "chineseCountingThousand", "第%2条", '<w:lvlRestart w:val="0"/>'),
    )
    body = "".join(
        p(text, f'<w:pStyle w:val="{style}"/>')
        for text, style in (
            ("总则", "chapter"),
            ("为了规范管理，制定本办法。", "article"),
            ("本办法适用于全市。", "article"),
            ("附则", "chapter"),
            ("本办法自发布之日起施行。", "article"),
        )
    )
    assert _paragraphs(docx_file(body, numbering=numbering, styles=styles)) == [
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
    numbering = numbering_list(1, level(0, "decimal", "%1.")) + again + restarted
    body = "".join(numbered(text, 0, number) for text, number in (("a", 1), ("b", 2), ("c", 3), ("d", 3), ("e", 1)))
    assert _paragraphs(docx_file(body, numbering=numbering)) == ["1. a", "2. b", "5. c", "6. d", "7. e"]


def test_numbers_of_higher_levels_bullets_and_numbers_taken_away() -> None:
    numbering = numbering_list(
        1,
        level(0, "chineseCountingThousand", "%1、"),
        level(1, "decimal", "%1.%2", "<w:isLgl/>"),
        level(2, "bullet", "\uf0b7"),
        level(3, "none", ""),
    )
    body = (
        numbered("甲")
        + numbered("乙", 1)
        + numbered("丙", 1)
        + numbered("丁", 2)
        + numbered("戊", 3)
        + numbered("己", 0, 0)
        + numbered("")
        + numbered("庚")
    )
    text = load(docx_file(body, numbering=numbering)).text
    assert re.split(r"\n+", text) == ["一、甲", "1.1 乙", "1.2 丙", "• 丁", "戊", "己", "二、庚"]
