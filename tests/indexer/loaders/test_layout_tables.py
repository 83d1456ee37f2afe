"""Tables in PDF files as lines of text: the expected lines are written by hand."""

from indexer.loaders import pdf
from indexer.loaders.layout.grid import Cell, Table
from indexer.loaders.layout.tables import continues, header_of, table_lines
from tests.indexer.loaders.pdf_writer import LEFT, Writer

EDGES = (77.5, 120, 330, 430, 510)
HEADER = ("序号", "项目名称", "责任单位", "时限")
HEADER_LINE = "序号 | 项目名称 | 责任单位 | 时限"


def row(number: int) -> tuple[str, str, str, str]:
    return str(number), f"第{number}号厂房盘活项目", "市国资委", "2025年底前"


def row_line(number: int) -> str:
    return f"{number} | 第{number}号厂房盘活项目 | 市国资委 | 2025年底前"


def lines(writer: Writer) -> list[str]:
    return [line for line in pdf.load(writer.data()).text.split("\n") if line]


def table(*rows: str, edges: tuple[float, ...] = (0, 10, 20, 30)) -> Table:
    """A table whose rows are written with | between the cells; ^ goes on from above, < from the left."""
    cells = [text.split("|") for text in rows]
    grid: list[list[Cell | None]] = []
    for r, texts in enumerate(cells):
        grid.append([])
        for c, text in enumerate(texts):
            down = next((n for n in range(r + 1, len(cells)) if cells[n][c] != "^"), len(cells)) - r
            across = next((n for n in range(c + 1, len(texts)) if texts[n] != "<"), len(texts)) - c
            grid[-1].append(None if text in ("^", "<") else Cell(text, down, across))
    return Table(grid, list(edges[: len(cells[0]) + 1]), 0, 100)


class TestRuled:
    def test_a_row_is_a_line_between_the_paragraphs_around(self) -> None:
        writer = Writer().paragraph("现将项目清单列示如下。").ruled([HEADER, row(1), row(2)], EDGES, 200)
        assert pdf.load(writer.paragraph("注：金额为估算。").data()).text == (
            f"现将项目清单列示如下。\n\n{HEADER_LINE}\n{row_line(1)}\n{row_line(2)}\n\n注：金额为估算。"
        )

    def test_the_header_stands_before_every_ten_rows(self) -> None:
        writer = Writer().ruled([HEADER, *map(row, range(1, 22))], EDGES, 100)
        assert lines(writer) == [
            HEADER_LINE, *map(row_line, range(1, 11)),
            HEADER_LINE, *map(row_line, range(11, 21)),
            HEADER_LINE, row_line(21),
        ]  # fmt: skip

    def test_a_table_over_two_pages_keeps_its_header(self) -> None:
        writer = Writer().ruled([HEADER, row(1)], EDGES, 700).at(280, 810, "— 1 —").page()
        writer.ruled([row(2), row(3)], EDGES, 80).at(280, 810, "— 2 —")
        assert lines(writer) == [HEADER_LINE, row_line(1), f"\f{HEADER_LINE}", row_line(2), row_line(3)]

    def test_a_header_that_the_source_repeats_is_not_written_twice(self) -> None:
        writer = Writer().ruled([HEADER, row(1)], EDGES, 700).page().ruled([HEADER, row(2)], EDGES, 80)
        assert lines(writer) == [HEADER_LINE, row_line(1), f"\f{HEADER_LINE}", row_line(2)]

    def test_another_table_on_the_next_page_is_another_table(self) -> None:
        writer = Writer().ruled([HEADER, row(1)], EDGES, 700).page().ruled([("甲", "乙")], (77.5, 200, 510), 80)
        assert lines(writer) == [HEADER_LINE, row_line(1), "\f甲 | 乙"]

    def test_cells_are_put_together_where_their_margin_broke_them(self) -> None:
        writer = Writer().rules(
            [
                (100, 200, 300, 200),
                (100, 250, 300, 250),
                (100, 200, 100, 250),
                (200, 200, 200, 250),
                (300, 200, 300, 250),
            ]
        )
        writer.at(104, 216, "区县国有企业改革工", 10).at(104, 230, "作推进情况", 10)
        writer.at(204, 216, "市国资委", 10).at(204, 230, "市财政局", 10)
        assert lines(writer) == ["区县国有企业改革工作推进情况 | 市国资委 市财政局"]

    def test_columns_left_open_at_the_sides(self) -> None:
        writer = Writer().rules([(100, y, 400, y) for y in (200, 224, 248)] + [(x, 200, x, 248) for x in (200, 300)])
        for y, texts in ((216, ("区县", "户数", "资产")), (240, ("涪陵", "12户", "830亿元"))):
            for x, text in zip((104, 204, 304), texts, strict=True):
                writer.at(x, y, text, 10)
        assert lines(writer) == ["区县 | 户数 | 资产", "涪陵 | 12户 | 830亿元"]

    def test_merged_cells(self) -> None:
        writer = Writer().rules([(100, y, 400, y) for y in (200, 248, 272)] + [(200, 224, 400, 224)])
        writer.rules([(x, 200, x, 272) for x in (100, 200, 400)] + [(300, 224, 300, 272)])
        for x, y, text in (
            (104, 226, "区县"), (204, 216, "资产总额"), (204, 240, "年初数"), (304, 240, "年末数"),
            (104, 264, "涪陵"), (204, 264, "812.4"), (304, 264, "830.0"),
        ):  # fmt: skip
            writer.at(x, y, text, 10)
        assert lines(writer) == ["区县 | 资产总额", "区县 | 年初数 | 年末数", "涪陵 | 812.4 | 830.0"]

    def test_a_frame_around_text_and_an_underlined_word_are_no_tables(self) -> None:
        writer = Writer().line("方框里的说明文字。")
        writer.rules([(70, 100, 520, 100), (70, 130, 520, 130), (70, 100, 70, 130), (520, 100, 520, 130)])
        writer.line("下划线").rules([(LEFT, 151, LEFT + 48, 151)])
        assert lines(writer) == ["方框里的说明文字。", "下划线"]


class TestUnruled:
    def test_rows_whose_parts_stand_in_columns(self) -> None:
        writer = Writer().line("表1 项目清单")
        rows = [("区县", "户数", "资产"), ("大渡口", "19", "696.9"), ("涪陵", "312", "830.0"), ("渝北", "7", "1,023.5")]
        for n, texts in enumerate(rows):
            for x, text in zip((100, 220, 340), texts, strict=True):
                writer.at(x, 180 + 24 * n, text, 12)
        assert lines(writer) == ["表1 项目清单", *(" | ".join(texts) for texts in rows)]

    def test_two_parts_of_a_single_line_are_no_table(self) -> None:
        writer = Writer().at(LEFT, 120, "渝国资函〔2025〕313号").at(400, 120, "签发人：张三")
        assert lines(writer) == ["渝国资函〔2025〕313号 签发人：张三"]


class TestText:
    def test_a_row_cut_in_two_by_the_page_is_one_row(self) -> None:
        first, second = table("序号|名称|单位", "1|厂房盘活|市财政"), table("||局", "2|公租房|市住建委")
        assert table_lines([first, second]) == [
            ["序号 | 名称 | 单位", "1 | 厂房盘活 | 市财政局"],
            ["序号 | 名称 | 单位", "2 | 公租房 | 市住建委"],
        ]

    def test_a_label_cut_off_by_the_page_is_carried_over(self) -> None:
        first, second = table("单位|名称|时限", "市国资委|甲|3月", "^|乙|4月"), table("|丙|5月", "区政府|丁|6月")
        assert table_lines([first, second])[1] == ["单位 | 名称 | 时限", "市国资委 | 丙 | 5月", "区政府 | 丁 | 6月"]

    def test_a_label_over_several_rows_stands_in_each_unless_it_is_long(self) -> None:
        assert table_lines([table("单位|名称|时限", "市国资委|甲|3月", "^|乙|4月")])[0][1:] == [
            "市国资委 | 甲 | 3月",
            "市国资委 | 乙 | 4月",
        ]
        long = "推" * 41
        assert table_lines([table("单位|名称|时限", f"{long}|甲|3月", "^|乙|4月")])[0][1:] == [
            f"{long} | 甲 | 3月",
            "| 乙 | 4月",
        ]

    def test_empty_rows_are_left_out_and_empty_cells_keep_their_place(self) -> None:
        assert table_lines([table("单位|名称|时限", "||", "甲||3月", "乙|丙|")]) == [
            ["单位 | 名称 | 时限", "甲 |  | 3月", "乙 | 丙"]
        ]

    def test_a_title_inside_the_table_is_no_header(self) -> None:
        captioned = table("2025年项目清单|<|<", "序号|名称|时限", "1|甲|3月")
        assert header_of(captioned) == (1, 2)
        assert table_lines([captioned]) == [["2025年项目清单", "序号 | 名称 | 时限", "1 | 甲 | 3月"]]

    def test_what_names_columns(self) -> None:
        assert header_of(table("|2023年|2024年", "户数|19|18")) == (0, 1)
        assert header_of(table("区县|资产|<", "^|年初|年末", "涪陵|1|2")) == (0, 2)
        assert header_of(table("1|2|3", "4|5|6")) == (0, 0)
        assert header_of(table("情况属实。|同意|张三", "甲|乙|丙")) == (0, 0)

    def test_columns_that_agree_go_on(self) -> None:
        here = table("甲|乙|丙")
        assert continues(here, table("甲|乙|丙", edges=(50, 61, 70, 79)))
        assert not continues(here, table("甲|乙|丙", edges=(0, 10, 25, 30)))
        assert not continues(here, table("甲|乙"))
