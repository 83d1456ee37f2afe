"""From places on a page to text: paragraphs, titles, columns, running lines. The expected text is what was written."""

import shutil
import subprocess
from pathlib import Path
from xml.sax.saxutils import escape

import pytest

from indexer.cleaning import clean
from indexer.loaders import pdf
from indexer.loaders.layout.content import Glyph
from indexer.loaders.layout.lines import Line, head_of, lines_of
from indexer.loaders.layout.order import regions_of
from tests.indexer.loaders.pdf_writer import COLUMNS, LEFT, RIGHT, SIZE, Writer

# 60 characters: with an indent of two, lines of 25, 27 and 8.
LONG = "今年以来，重庆国资系统认真学习重要讲话精神，贯彻落实国企改革和监管工作会议精神，系统开展盘活存量国有资产，取得积极成效。"
# Exactly two full lines.
EXACT = "持续收集区县国企改革等难点卡点问题，建立问题清单台账，涉及其他部门的，及时协调推动，会同有关部门来解决。"


def paragraphs(writer: Writer) -> list[str]:
    return [line for line in pdf.load(writer.data()).text.split("\n") if line.strip("\f")]


class TestParagraphs:
    def test_lines_are_rejoined_and_paragraphs_are_not(self) -> None:
        assert len(LONG) == 60
        assert paragraphs(Writer().paragraph(LONG).paragraph("一、关于存量。").paragraph(LONG)) == [
            LONG,
            "一、关于存量。",
            LONG,
        ]

    def test_a_full_last_line_does_not_swallow_the_next_paragraph(self) -> None:
        assert len(EXACT) == 2 * COLUMNS - 2
        assert paragraphs(Writer().paragraph(EXACT).paragraph(LONG)) == [EXACT, LONG]

    def test_a_full_heading_is_no_part_of_its_paragraph(self) -> None:
        heading = "（一）" + "进" * (COLUMNS - 5)
        assert paragraphs(Writer().paragraph(LONG).paragraph(heading).paragraph(LONG)) == [LONG, heading, LONG]

    def test_letterhead_title_salutation_and_signature(self) -> None:
        writer = Writer().centred("重庆市国有资产监督管理委员会").line("渝国资函〔2025〕313号").centred("答复函")
        writer.line("罗清泉代表：").paragraph(LONG).paragraph(LONG).right("重庆市国资委").right("2025年4月30日")
        assert paragraphs(writer) == [
            "重庆市国有资产监督管理委员会", "渝国资函〔2025〕313号", "答复函",
            "罗清泉代表：", LONG, LONG, "重庆市国资委", "2025年4月30日",
        ]  # fmt: skip

    def test_a_title_that_the_margin_broke_is_one_line(self) -> None:
        writer = Writer().centred("关于市六届人大三次会议第号建议办理情况").centred("的答复函")
        assert paragraphs(writer.paragraph(LONG).paragraph(LONG)) == [
            "关于市六届人大三次会议第号建议办理情况的答复函",
            LONG,
            LONG,
        ]

    def test_a_title_broken_on_purpose_stays_in_two_lines(self) -> None:
        writer = Writer().centred("大渡口区企业国有资产").centred("管理情况专项报告").paragraph(LONG).paragraph(LONG)
        assert paragraphs(writer)[:2] == ["大渡口区企业国有资产", "管理情况专项报告"]

    def test_a_list_item_with_a_hanging_indent(self) -> None:
        item = "1. " + "推" * 23 + "进工作。"
        writer = Writer().paragraph(LONG).line(item[:26], 2).line(item[26:], 3.2).line("2. 完成。", 2)
        assert paragraphs(writer.paragraph(LONG)) == [LONG, item, "2. 完成。", LONG]

    def test_short_lines_on_a_page_of_their_own(self) -> None:
        lines = ["联系人：张三丰，办公室主任", "联系电话：67678077", "邮编：401121"]
        writer = Writer()
        for line in lines:
            writer.line(line)
        assert paragraphs(writer) == lines

    def test_a_heading_on_a_page_of_few_lines_is_no_part_of_the_title(self) -> None:
        lines = ["关于饮水工程的函", "一、全市完成改造，详见附件。", "二、下一步工作。"]
        writer = Writer()
        for line in lines:
            writer.line(line, 2)
        assert paragraphs(writer) == lines

    def test_a_number_is_no_heading(self) -> None:
        text = "第".rjust(COLUMNS, "水") + "一、二季度增长明显。"
        assert paragraphs(Writer().paragraph(LONG, 0).paragraph(text, 0)) == [LONG, text]

    def test_paragraphs_parted_by_space_alone(self) -> None:
        writer = Writer().paragraph(LONG, 0)
        writer.y += 20
        assert paragraphs(writer.paragraph(LONG, 0)) == [LONG, LONG]

    def test_an_emptier_line_of_latin_words_was_full(self) -> None:
        text = "为推动绿色发展，市政府与委员会发起了environmental-sustainability倡议。"
        first, rest = text[:18], text[18:]
        assert paragraphs(Writer().paragraph(LONG).line(first, 2).line(rest).paragraph(LONG)) == [LONG, text, LONG]


class TestRunningLines:
    def test_headers_footers_and_page_numbers_are_left_out(self) -> None:
        writer = Writer()
        for number in range(1, 5):
            writer.at(LEFT, 50, "重庆市人民政府公报 2025年第3期").paragraph(f"第{number}部分的正文在这里。")
            writer.at(280, 800, f"— {number} —")
            if number < 4:
                writer.page()
        assert paragraphs(writer) == [
            *(
                f"第{number}部分的正文在这里。" if number == 1 else f"\f第{number}部分的正文在这里。"
                for number in range(1, 5)
            )
        ]

    @pytest.mark.parametrize("number", ["— 1 —", "-1-", "第1页 共1页", "第 一 页", "Page 1 of 9"])
    def test_a_page_number_that_stands_once(self, number: str) -> None:
        assert paragraphs(Writer().paragraph(LONG).at(280, 800, number)) == [LONG]

    def test_what_repeats_elsewhere_is_text(self) -> None:
        writer = Writer()
        for number in range(1, 5):
            writer.line("建议办理情况征询意见表").line("— 1 —").at(280, 800, f"附件{number}说明")
            if number < 4:
                writer.page()
        text = pdf.load(writer.data()).text
        assert text.count("建议办理情况征询意见表") == text.count("— 1 —") == 4

    def test_different_footnotes_stay(self) -> None:
        writer = Writer().paragraph(LONG).at(LEFT, 780, "① 数据来源于统计局。", 10)
        writer.page().paragraph(LONG).at(LEFT, 780, "② 含园区企业。", 10)
        assert paragraphs(writer) == [LONG, "① 数据来源于统计局。", f"\f{LONG}", "② 含园区企业。"]


class TestColumns:
    def column(self, writer: Writer, left: float, first: str, lines: int) -> str:
        """Twelve characters of 10 points to a line; returns the text."""
        texts = [first + "，" + chr(0x4E00 + n) * (11 - len(first)) for n in range(lines)]
        for row, text in enumerate(texts):
            writer.at(left, 200 + 15 * row, text, 10)
        return "".join(texts)

    def test_columns_are_read_one_after_the_other(self) -> None:
        writer = Writer().centred("改革专版")
        left = self.column(writer, 100, "甲", 9)
        right = self.column(writer, 240, "乙", 9)
        assert paragraphs(writer) == ["改革专版", left + right]

    def test_three_columns(self) -> None:
        writer = Writer()
        texts = [self.column(writer, 60 + 140 * n, name, 8) for n, name in enumerate("甲乙丙")]
        assert "".join(paragraphs(writer)) == "".join(texts)

    def test_what_stands_below_columns_comes_after_them(self) -> None:
        writer = Writer()
        left, right = self.column(writer, 77.5, "甲", 9), self.column(writer, 220, "乙", 9)
        writer.y = 420
        writer.paragraph(LONG)
        assert paragraphs(writer) == [left + right, LONG]

    def test_the_columns_of_a_list_of_names_are_no_columns_of_text(self) -> None:
        lines = [Line("张三", 100, 130, 100 + 20 * n, 15, 15) for n in range(9)]
        lines += [Line("李四", 300, 330, 100 + 20 * n, 15, 15) for n in range(9)]
        assert len(regions_of(lines)) == 1


class TestLines:
    def glyphs(self, *placed: tuple[str, float], width: float = 10, base: float = 100, size: float = 10) -> list[Glyph]:
        return [Glyph(char, left, left + width, base, size) for char, left in placed]

    def texts(self, glyphs: list[Glyph]) -> list[str]:
        return [line.text for line in lines_of(glyphs)]

    def test_order_on_the_page_counts_not_order_in_the_file(self) -> None:
        below = self.glyphs(("乙", 0), base=120)
        assert self.texts([*below, *self.glyphs(("二", 10), ("第", 0))]) == ["第二", "乙"]

    def test_bold_type_printed_twice_is_one_character(self) -> None:
        assert self.texts(self.glyphs(("国", 0), ("国", 0.5), ("国", 10))) == ["国国"]

    def test_words_are_parted_by_gaps_and_ideographs_are_not(self) -> None:
        assert self.texts(self.glyphs(("a", 0), ("b", 10), ("c", 23))) == ["ab c"]
        assert self.texts(self.glyphs(("联", 0), ("系", 13), ("人", 26))) == ["联系人"]

    def test_parts_far_apart_are_lines_of_their_own(self) -> None:
        assert self.texts(self.glyphs(("号", 0), ("签", 60))) == ["号", "签"]

    def test_a_superscript_stays_in_its_line(self) -> None:
        assert self.texts([*self.glyphs(("米", 0)), *self.glyphs(("2", 10), width=4, base=96.5, size=6)]) == ["米2"]

    def test_radicals_of_shared_glyphs_become_ideographs(self) -> None:
        assert self.texts(self.glyphs(("⻅", 0), ("⼀", 10), ("⽬", 20), ("\uf90a", 30), ("\uf0b7", 40))) == [
            "见一目金•"
        ]

    @pytest.mark.parametrize(
        ("text", "head"),
        [("重庆市", "重"), ("2025年", "2025"), ("“三攻坚”", "“三"), ("议》（第", "议》"), ("101.45亿元，", "101.45"),
         ("力”", "力”"), ("现“六个", "现“六"), ("word by", "word"), ("。", "。")],
    )  # fmt: skip
    def test_the_first_unbreakable_piece(self, text: str, head: str) -> None:
        assert head_of(text) == head


SOFFICE = shutil.which("soffice")


@pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is not installed")
class TestLibreOffice:
    """The same text, set by another program in justified paragraphs that are set in by two characters."""

    # LibreOffice 7.4 leaves out punctuation that it lets hang over the margin of justified text: so it must not.
    STYLE = (
        '<style:style style:name="Standard" style:family="paragraph"><style:paragraph-properties fo:text-indent="32pt" '
        'fo:text-align="justify" fo:line-height="28pt" style:punctuation-wrap="simple"/><style:text-properties fo:font-size="16pt" '
        'style:font-size-asian="16pt" fo:language="zh" fo:country="CN"/></style:style>'
    )
    NAMES = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{urn}:1.0"'
        for name, urn in (("office", "office"), ("text", "text"), ("style", "style"), ("fo", "xsl-fo-compatible"))
    )

    def converted(self, lines: list[str], folder: Path) -> bytes:
        body = "".join(f"<text:p>{escape(line)}</text:p>" for line in lines)
        (folder / "a.fodt").write_text(
            f'<?xml version="1.0" encoding="UTF-8"?><office:document {self.NAMES} office:version="1.3" '
            'office:mimetype="application/vnd.oasis.opendocument.text">'
            f"<office:styles>{self.STYLE}</office:styles><office:body><office:text>{body}</office:text></office:body>"
            "</office:document>",
            encoding="utf-8",
        )
        assert SOFFICE is not None
        command = [
            SOFFICE,
            f"-env:UserInstallation={(folder / 'profile').as_uri()}",
            "--headless",
            "--convert-to",
            "pdf",
        ]
        subprocess.run([*command, "--outdir", folder, folder / "a.fodt"], check=True, capture_output=True, timeout=120)
        return (folder / "a.pdf").read_bytes()

    @pytest.mark.parametrize("name", ["关于第0457号建议的答复函.txt", "大渡口区2023年度国有资产报告.txt"])
    def test_the_text_comes_back(self, name: str, corpus: Path, tmp_path: Path) -> None:
        lines = [line for line in clean((corpus / name).read_text("utf-8")).text.split("\n") if line]
        document = pdf.load(self.converted(lines, tmp_path))
        read = ["".join(line.split()) for line in clean(document.text).text.split("\n") if line]
        expected = ["".join(line.split()) for line in lines]
        assert "".join(read) == "".join(expected)
        assert document.text.count("\f") >= 1
        # A sentence that ends where its page ends cannot be told from the end of its paragraph once pages are joined.
        assert sum(line in read for line in expected) >= 0.9 * len(expected)


def test_the_measures_of_the_tests() -> None:
    assert (RIGHT - LEFT) / SIZE == COLUMNS
