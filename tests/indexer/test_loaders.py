import codecs
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.cleaning import clean
from indexer.errors import UnreadableFile
from indexer.loaders import LOADERS, html, load, markdown, text
from tests.indexer.support import visible

TEXT = "关于农村饮水的报告\r\n\r\n全区水厂19座，同比减少1座。“三清”机制已经建立。\r\n"
LIMIT = 1_000_000


def page(body: str, head: str = "") -> str:
    return f"<!DOCTYPE html><html><head><meta charset='utf-8'>{head}</head><body>{body}</body></html>"


def lines(markup: str) -> list[str]:
    """The lines of a page that are not empty."""
    return [line for line in html.load(markup.encode()).text.split("\n") if line]


class TestText:
    @pytest.mark.parametrize(
        "encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16", "utf-32"],
    )  # fmt: skip
    def test_encodings_of_chinese_offices(self, encoding: str) -> None:
        assert text.load(TEXT.encode(encoding)).text == TEXT

    def test_big_endian_with_a_byte_order_mark(self) -> None:
        assert text.load(codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be")).text == TEXT
        assert text.load(codecs.BOM_UTF32_BE + TEXT.encode("utf-32-be")).text == TEXT

    def test_characters_that_only_gb18030_has(self) -> None:
        assert text.load("李𠮷〇".encode("gb18030") * 3).text == "李𠮷〇" * 3

    @pytest.mark.parametrize(
        "data",
        [
            pytest.param(bytes(range(256)) * 20, id="all bytes"),
            pytest.param(b"\x7fELF\x02\x01\x01" + b"\x00" * 100, id="a program"),
            pytest.param(b"\x89PNG\r\n\x1a\n" + bytes(100), id="a picture"),
            pytest.param(TEXT.encode("utf-16-le"), id="UTF-16 without a mark"),
            pytest.param(codecs.BOM_UTF8 + b"\xff\xfe", id="a mark that lies"),
            pytest.param(codecs.BOM_UTF16_LE + b"\x00\xd8", id="half a surrogate pair"),
            pytest.param(TEXT.encode() + b"\xe5\x9b", id="UTF-8 cut in the middle of a character"),
            pytest.param("全区水厂十九座同比减少".encode()[:-1], id="UTF-8 that GB18030 could read"),
            pytest.param("甲乙丙丁\n".encode() * 3 + b"\xff\xff\n", id="UTF-8 with broken bytes"),
            pytest.param(b"\x01\x02\x03 text", id="mostly control characters"),
        ],
    )
    def test_bytes_that_are_no_text_are_refused(self, data: bytes) -> None:
        with pytest.raises(UnreadableFile, match="not a text file") as caught:
            text.load(data)
        assert "\n" not in str(caught.value)

    def test_a_stray_control_character_is_no_reason_to_refuse(self) -> None:
        assert text.load((TEXT * 3 + "\x07").encode()).text == TEXT * 3 + "\x07"

    @given(st.binary(max_size=300))
    def test_any_bytes_are_read_or_refused(self, data: bytes) -> None:
        try:
            loaded = text.load(data).text
        except UnreadableFile:
            return
        encodings = ("utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-32")
        assert data in [loaded.encode(encoding, "surrogatepass") for encoding in encodings] or data[:2] in (
            codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE[:2],
        )  # fmt: skip

    def test_copies_of_a_real_document_in_other_encodings_have_the_same_canonical_text(
        self, seeds: Path, tmp_path: Path
    ) -> None:
        for seed in sorted(seeds.glob("*.txt")):
            original = seed.read_text(encoding="utf-8")
            expected = clean(load(seed, LIMIT).text).text
            assert visible(expected) == visible(original)
            for encoding in ("gb18030", "utf-16", "utf-8-sig"):
                copy = tmp_path / f"{encoding}.txt"
                copy.write_bytes(original.encode(encoding))
                assert clean(load(copy, LIMIT).text).text == expected


class TestMarkdown:
    def test_the_first_level_one_heading_is_the_title(self) -> None:
        loaded = markdown.load("前言\n\n## 小节\n\n#  饮水专版 ##\r\n\n# 第二个\n".encode())
        assert loaded.title == "饮水专版"
        assert loaded.text.startswith("前言\n\n## 小节")

    @pytest.mark.parametrize(
        ("markup", "title"), [("正文", None), ("#没有空格", None), ("# \n\n正文", None), ("# C#", "C#")]
    )
    def test_titles(self, markup: str, title: str | None) -> None:
        assert markdown.load(markup.encode()).title == title

    def test_a_hostile_line_takes_no_time(self) -> None:
        assert markdown.load(("# a" + " " * 500_000 + "x").encode()).title is not None
        assert markdown.load(("# a" + "#" * 500_000 + "x").encode()).title is not None
        assert markdown.load(("# a" + " #" * 250_000 + "x").encode()).title is not None


class TestHtml:
    def test_what_a_reader_sees(self) -> None:
        markup = page(
            "<nav>首页</nav><header>横幅</header><script>var x='脚本'</script><style>p{}</style>"
            "<h1>饮水  专版</h1><div>甲<b>乙</b>丙<br>丁</div><p>戊&amp;己&nbsp;庚</p><!-- 注释 -->"
            "<ul><li>一</li><li>二</li></ul><table><tr><th>年</th><th>数</th></tr><tr><td>2024</td><td>19</td></tr></table>"
            "<h2>小节</h2>结尾<footer>版权</footer><noscript>无</noscript><button>按钮</button>",
            "<title>网站</title>",
        )
        assert lines(markup) == [
            "# 饮水 专版", "甲乙丙", "丁", "戊&己\xa0庚", "一", "二", "年 | 数", "2024 | 19", "## 小节", "结尾",
        ]  # fmt: skip
        assert html.load(markup.encode()).title == "饮水 专版"

    def test_text_after_what_is_dropped_stays(self) -> None:
        assert lines(page("<p>甲<script>x</script>乙<!-- x -->丙<svg>x</svg>丁</p>")) == ["甲乙丙丁"]

    def test_the_article_is_the_document(self) -> None:
        markup = page(
            "<div>栏目</div><article><header><h1>标题</h1><p>5月6日</p></header><p>正文</p></article><div>推荐</div>"
        )
        assert lines(markup) == ["# 标题", "5月6日", "正文"]
        two = page("<article>甲</article><article>乙</article>")
        assert lines(two) == ["甲", "乙"]
        empty = page("<main></main><p>正文</p>")
        assert lines(empty) == ["正文"]

    def test_a_page_that_is_one_form(self) -> None:
        markup = page(
            "<form id='form1'><h1>标题</h1><p>正文。</p><input value='x'><select><option>y</option></select></form>"
        )
        assert lines(markup) == ["# 标题", "正文。"]

    def test_the_title_without_a_heading(self) -> None:
        assert html.load(page("<p>正文</p>", "<title> 饮水\n 报告 </title>").encode()).title == "饮水 报告"
        assert html.load(page("<p>正文</p>").encode()).title is None

    @pytest.mark.parametrize(
        ("declared", "encoding"),
        [
            ("gb2312", "gb18030"),
            ("GBK", "gb18030"),
            ("utf-8", "utf-8"),
            ("gb2312", "utf-8"),
            ("utf-8", "gb18030"),
            ("x", "utf-16"),
        ],
    )
    def test_encodings_declared_rightly_and_wrongly(self, declared: str, encoding: str) -> None:
        markup = f'<html><head><meta charset="{declared}"></head><body><p>{TEXT}</p></body></html>'
        assert visible(html.load(markup.encode(encoding)).text) == visible(TEXT)

    def test_xhtml_with_a_declaration(self) -> None:
        markup = f'<?xml version="1.0" encoding="GB2312"?><html><body><p>{TEXT}</p></body></html>'
        assert visible(html.load(markup.encode("gb18030")).text) == visible(TEXT)

    @pytest.mark.parametrize("tag", ["div", "font", "h2", "span"])
    def test_tags_that_are_never_closed_lose_no_text(self, tag: str) -> None:
        assert html.load(page(f"<{tag}>水" * 1500).encode()).text.count("水") == 1500

    def test_a_page_that_is_nested_too_deeply_is_refused(self) -> None:
        with pytest.raises(UnreadableFile, match="nested too deeply"):
            html.load(page("<div>水" * 50_000).encode())

    @given(st.text(alphabet=st.one_of(st.characters(), st.sampled_from("<>/&;!-=\"'hpdivtableu1")), max_size=120))
    def test_any_markup_is_read_or_refused(self, markup: str) -> None:
        data = markup.encode("utf-8", "surrogatepass")
        try:
            html.load(data)
        except UnreadableFile:
            return


class TestLoad:
    def write(self, folder: Path, name: str, data: bytes) -> Path:
        path = folder / name
        path.write_bytes(data)
        return path

    def test_the_suffix_chooses_the_loader(self, tmp_path: Path) -> None:
        assert {".txt", ".md", ".markdown", ".html", ".htm"} <= set(LOADERS)
        assert load(self.write(tmp_path, "甲 乙🙂.TXT", b"# x"), LIMIT).title is None
        assert load(self.write(tmp_path, "a.MD", b"# x"), LIMIT).title == "x"
        assert load(self.write(tmp_path, "a.Htm", b"<h1>x</h1>"), LIMIT).title == "x"

    @pytest.mark.parametrize(
        ("name", "data", "reason"),
        [
            ("a.xyz", b"x", "unsupported format"),
            ("a", b"x", "unsupported format"),
            ("a.txt", b"", "no text"),
            ("a.txt", b" \n\t\f ", "no text"),
            ("a.html", b"", "no text"),
            ("a.html", b"<html><body><script>x</script></body></html>", "no text"),
            ("a.txt", b"\x00\x01\x02", "not a text file"),
            ("a.txt", b"x" * (LIMIT + 1), "too large"),
        ],
    )
    def test_each_refusal_is_one_line(self, tmp_path: Path, name: str, data: bytes, reason: str) -> None:
        with pytest.raises(UnreadableFile, match=reason) as caught:
            load(self.write(tmp_path, name, data), LIMIT)
        assert "\n" not in str(caught.value)

    def test_what_is_no_file_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "folder.txt").mkdir()
        (tmp_path / "link.txt").symlink_to(tmp_path / "nowhere")
        for name in ("folder.txt", "link.txt", "missing.txt"):
            with pytest.raises(UnreadableFile, match="cannot be read"):
                load(tmp_path / name, LIMIT)

    def test_the_limit_is_inclusive(self, tmp_path: Path) -> None:
        assert len(load(self.write(tmp_path, "a.txt", b"x" * LIMIT), LIMIT).text) == LIMIT
