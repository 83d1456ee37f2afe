"""Tables of Word as lines of text."""

from indexer.loaders.docx import load
from tests.indexer.loaders.docx_writer import cell, docx_file, p, table


def _paragraphs(data: bytes) -> list[str]:
    return load(data).text.split("\n\n")


def test_a_table_stands_in_its_place_with_its_header_repeated() -> None:
    down, wide = '<w:vMerge w:val="restart"/>', '<w:gridSpan w:val="2"/>'
    rows = [
        cell("指标", down) + cell("2024年", wide),
        cell("", "<w:vMerge/>") + cell("年初") + cell("年末"),
        *(
            cell("资产总额" if i % 6 == 0 else "", down if i % 6 == 0 else "<w:vMerge/>")
            + cell(str(i))
            + cell(f"{i}.5")
            for i in range(12)
        ),
    ]
    header = ["指标 | 2024年", "指标 | 年初 | 年末"]
    expected = [f"资产总额 | {i} | {i}.5" for i in range(12)]
    text = load(docx_file(p("见下表。") + table(*rows) + p("以上。"))).text
    assert text.split("\n") == ["见下表。", *header, *expected[:10], *header, *expected[10:], "以上。"]


def test_rows_marked_as_header_count_whatever_they_hold() -> None:
    marked = f"<w:tr><w:trPr><w:tblHeader/></w:trPr>{cell('2023')}{cell('2024')}</w:tr>"
    rows = "".join(f"<w:tr>{cell(f'{i}')}{cell('x')}</w:tr>" for i in range(11))
    lines = load(docx_file(f"<w:tbl>{marked}{rows}</w:tbl>")).text.split("\n")
    assert [i for i, line in enumerate(lines) if line == "2023 | 2024"] == [0, 11]


def test_a_table_without_column_names_repeats_no_row() -> None:
    rows = [cell(f"第{i}项工作已于年内全部完成。") + cell("是") for i in range(12)]
    assert len(load(docx_file(table(*rows))).text.split("\n")) == 12


def test_deleted_rows_empty_cells_and_controls_in_tables() -> None:
    control = f"<w:sdt><w:sdtContent><w:tr>{cell('甲')}<w:sdt><w:sdtContent>{cell('乙')}</w:sdtContent></w:sdt></w:tr></w:sdtContent></w:sdt>"
    deleted = f"<w:tr><w:trPr><w:del/></w:trPr>{cell('删')}{cell('除')}</w:tr>"
    rest = f"<w:tr>{cell('')}{cell('丙')}{cell('')}</w:tr>"
    assert load(docx_file(f"<w:tbl>{control}{deleted}{rest}</w:tbl>")).text == "甲 | 乙\n| 丙"


def test_nested_tables_and_cells_of_several_paragraphs() -> None:
    inner = table(cell("内一") + cell("内二"), cell("内三") + cell("内四"))
    body = table(cell("外") + cell(p("一段") + inner + p("二段")))
    assert load(docx_file(body)).text == "外 | 一段 内一 | 内二 内三 | 内四 二段"


def test_tables_that_only_place_text_are_read_as_paragraphs() -> None:
    frame = table(cell(p("一、基本情况") + p("全市共有企业19户。")))
    assert _paragraphs(docx_file(frame)) == ["一、基本情况", "全市共有企业19户。"]
    form = table(
        cell("编号") + cell("0457"),
        cell("答复内容") + cell("".join(p(f"第{i}段" + "内容" * 60 + "。") for i in range(3))),
    )
    lines = load(docx_file(form)).text.split("\n")
    assert lines[:2] == ["编号 | 0457", "答复内容"]
    assert [line[:3] for line in lines[2:] if line] == ["第0段", "第1段", "第2段"]
