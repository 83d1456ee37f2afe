import unicodedata
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.cleaning import clean
from tests.indexer.support import texts, visible


@given(texts())
def test_no_visible_character_is_lost_or_added(text: str) -> None:
    assert visible(clean(text).text) == visible(text)


@given(texts())
def test_cleaning_twice_changes_nothing(text: str) -> None:
    once = clean(text).text
    assert clean(once).text == once


@given(texts())
def test_pages_ascend_within_the_text(text: str) -> None:
    canonical = clean(text)
    assert all(before <= after for before, after in pairwise(canonical.pages))
    assert all(0 <= page <= len(canonical.text) for page in canonical.pages)
    assert len(canonical.pages) == (text.count("\f") + 1 if "\f" in text else 0)


@given(texts())
def test_canonical_text_holds_no_control_characters_and_no_stray_space(text: str) -> None:
    canonical = clean(text).text
    assert not [c for c in canonical if unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\t"]
    assert not [c for c in canonical if c in "\u200b\u200c\u200d\u2060\ufeff" or "０" <= c <= "９"]
    lines = canonical.split("\n")
    assert all(line == line.strip() for line in lines)
    assert "\n\n\n" not in canonical
    assert canonical == canonical.strip()


@pytest.mark.parametrize(
    ("before", "after", "joined"),
    [
        pytest.param(
            "去年全市推进饮水工程。各县区要结合本地实际编制农村供水保",
            "障规划，按时报送市水利局。",
            "编制农村供水保障规划，按时",
            id="in the middle of a word",
        ),
        pytest.param(
            "去年成效明显。截至年底，38个县的水厂数量从年初的",
            "2180 座减少到 1240 座，亏损水厂占比下降。",
            "从年初的2180 座减少",
            id="before a figure",
        ),
        pytest.param("对乡镇和学校的水井，", "通过修缮、封填等方式处理。", "水井，通过修缮", id="after a comma"),
        pytest.param(
            "“三清”，即深入清理老旧管网、",
            "清退风险隐患，因地制宜推动改造。",
            "老旧管网、清退风险",
            id="after an enumeration comma",
        ),
        pytest.param(
            "二是启动实施节水效益",
            "示范引领行动。在园区中选出10家单位。",
            "节水效益示范引领",
            id="inside an enumerated item",
        ),
        pytest.param(
            "完善服务体系。做强管材检测、水质化验等机构，构建规模",
            "化、市场化的综合平台，推动成果转化。",
            "构建规模化、市场化",
            id="before an enumeration comma",
        ),
        pytest.param(
            "优化债务结构。推动水务公司发行 REITs, ABS and",
            "CMBS 等产品，优化债务结构。",
            "ABS and CMBS 等",
            id="Latin words",
        ),
        pytest.param(
            "全市水厂从2180", "座减少到1240座。其余不变，照旧运行。", None, id="a short line that may be a title"
        ),
    ],
)
@pytest.mark.parametrize("joint", ["\n\n", "\n\f", "\n\f\n", "\r\n\r\n", "\n \n\n"])
def test_sentences_cut_by_a_page_break_are_joined(before: str, after: str, joined: str | None, joint: str) -> None:
    canonical = clean(before + joint + after).text
    if joined is None:
        assert canonical == f"{before}\n\n{after}"
    else:
        assert joined in canonical
        assert "\n" not in canonical


_RUNNING = "去年全市推进饮水工程。各县区要结合本地实际编制农村供水保"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(_RUNNING, "二、加强监督检查，落实责任。", id="a numbered heading"),
        pytest.param(_RUNNING, "（三）加强监督，落实责任。", id="a bracketed heading"),
        pytest.param(_RUNNING, "3. 加强监督，落实责任。", id="an Arabic heading"),
        pytest.param(_RUNNING, "第五条 各单位应当报送，不得迟报。", id="an article"),
        pytest.param(_RUNNING, "## 市水利局，市财政局", id="a Markdown heading"),
        pytest.param(_RUNNING, "附件：名单，共3页。", id="an annex"),
        pytest.param(_RUNNING, "联系人：李大江，电话12345。", id="a label"),
        pytest.param(_RUNNING, "张小河代表：", id="a salutation"),
        pytest.param(_RUNNING, "二是加强督导，压实责任。", id="the next enumerated item"),
        pytest.param(_RUNNING, "其次，加强督导，压实责任。", id="an ordinal adverb"),
        pytest.param(_RUNNING, "市水利局", id="a signature"),
        pytest.param(_RUNNING, "- 甲项，乙项。", id="a list item"),
        pytest.param("去年全市推进饮水工程，成效明显。", "各县区要编制规划，按时报送。", id="a finished sentence"),
        pytest.param("会议要求做到以下几点：", "各县区要编制规划，按时报送。", id="a colon"),
        pytest.param("他说：“去年成效明显。”", "各县区要编制规划，按时报送。", id="a closing quote"),
        pytest.param("清河区2024年度农村饮水", "（不含城区）安全情况专项报告，供审议。", id="a title in two lines"),
        pytest.param("关于加快饮水工程建设，推进城乡一体化的", "实施意见，供各县参考。", id="a title with a comma"),
        pytest.param("联系电话：12345678，", "各县区要编制规划，按时报送。", id="after a label"),
        pytest.param("一、总体情况，以及问题", "各县区要编制规划，按时报送。", id="after a heading"),
    ],
)
@pytest.mark.parametrize("joint", ["\n\n", "\n\f", "\f\n"])
def test_paragraphs_and_headings_are_not_joined(before: str, after: str, joint: str) -> None:
    assert clean(before + joint + after).text == f"{before}\n\n{after}"


def test_lines_that_follow_directly_stay_lines() -> None:
    assert clean("甲，\n乙，丙。").text == "甲，\n乙，丙。"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("各县区要编制规划。", "按时报送", id="the page ends with a full stop"),
        pytest.param("全市水厂从2180", "座减少到1240座", id="short, without punctuation"),
        pytest.param("1.编制规划，按时", "报送", id="a numbered paragraph"),
        pytest.param("一是编制规划。", "二是按时报送。", id="an enumeration within a paragraph"),
    ],
)
def test_what_goes_on_overleaf_is_joined(before: str, after: str) -> None:
    """The loader saw a paragraph go on: ``\\f`` stands within a line."""
    joined = clean(f"{before}\f{after}\n\n下一段")
    assert joined.text == f"{before}{after}\n\n下一段"
    assert joined.pages == (0, len(before))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(_RUNNING, "二、加强监督检查，落实责任。", id="before a heading"),
        pytest.param(_RUNNING, "第五条 各单位应当报送，不得迟报。", id="before an article"),
        pytest.param(_RUNNING, "张小河代表：", id="before a salutation"),
        pytest.param("（一）总体情况", "各县区要编制规划，按时报送。", id="after a heading"),
        pytest.param("## 总体情况", "各县区要编制规划，按时报送。", id="after a Markdown heading"),
        pytest.param(_RUNNING, "甲工程 | 已经完工", id="before a table row"),
        pytest.param("甲工程 | 已经完工，余下", "部分由市里验收，另行安排。", id="after a table row"),
    ],
)
def test_headings_and_rows_are_not_joined_overleaf(before: str, after: str) -> None:
    assert clean(f"{before}\f{after}").text == f"{before}\n\n{after}"


_PROSE = st.text("各县区要编制规划按时报送市水利局", min_size=1, max_size=60).map(lambda text: f"甲{text}")
_HEADINGS = st.sampled_from(("一、总体情况", "（二）主要做法", "3. 存在问题", "第四章 附则", "## 下一步", "附件"))


@given(
    st.lists(st.one_of(st.tuples(_HEADINGS, st.just(True)), st.tuples(_PROSE, st.just(False))), min_size=1), st.data()
)
def test_pages_cut_anywhere_lose_nothing_and_join_no_heading(
    pieces: list[tuple[str, bool]], data: st.DataObject
) -> None:
    """Paragraphs with full stops and headings, page breaks of every kind between and within them."""
    text = ""
    for piece, is_heading in pieces:
        line = piece if is_heading else f"{piece}，{piece}。"
        if not is_heading:
            cut = data.draw(st.integers(1, len(line) - 1))
            line = line[:cut] + data.draw(st.sampled_from(("", "\f", "\n\f", "\n\n\f\n"))) + line[cut:]
        text += line + data.draw(st.sampled_from(("\n\n", "\f", "\n\f", "\f\n\f")))
    canonical = clean(text)
    assert visible(canonical.text) == visible(text)
    lines = canonical.text.split("\n")
    headings = [piece for piece, is_heading in pieces if is_heading]
    assert [line for line in lines if line in set(headings)] == headings
    assert clean(canonical.text).text == canonical.text
    cuts = [position for position, char in enumerate(text) if char == "\f"]
    before = [len(visible(text[:cut])) for cut in cuts]
    assert [len(visible(canonical.text[:page])) for page in canonical.pages[1:]] == before


def test_page_offsets_are_where_the_text_of_the_page_begins() -> None:
    canonical = clean("第一页的标题\n\f第二页，文字没有写\n\f完的句子，到这里。\n\f\f")
    assert canonical.text == "第一页的标题\n\n第二页，文字没有写\n\n完的句子，到这里。"
    assert canonical.pages == (0, 8, 19, 28, 28)
    joined = clean("各县区要认真编制，按时报送，\f不得迟报，也不得漏报。")
    assert joined.text == "各县区要认真编制，按时报送，不得迟报，也不得漏报。"
    assert joined.pages == (0, 14)


def test_white_space_digits_and_invisible_characters() -> None:
    text = "\ufeff  共　　１２\u200b３户\t\t增长 \r\n\x07下一行\u2028又一行\x85末行\n\n\n\n段落"
    assert clean(text).text == "共　123户\t增长\n下一行\n又一行\n末行\n\n段落"
    assert clean("").text == ""
    assert clean(" \n\f\n\u200b").text == ""


_JOINS = {
    "000": ("从年初的|2939 户", "区县国企改|革工作方案", "涪发集|团产业重组", "金融工作管理|部门共同"),
    "001": ("重庆|国有资产盘活领导小组", "从“市|场化选聘", "助力|我市轨道", "带|动存量资产"),
    "002": (),
    "003": (
        "资产处置做到|不隐瞒", "立法等工|作，3月底前", "国有资产，|通过调剂置换", "工业互联网平|台+园区", "构建规模|化、市场化",
    ),
    "004": ("编制资源向|产业发展", "存量资产、|清除风险隐患", "亩均效益|示范引领行动"),
}  # fmt: skip


@pytest.mark.parametrize("seed", _JOINS)
def test_real_documents_are_joined_at_the_broken_sentences_only(seeds: Path, seed: str) -> None:
    raw = next(seeds.glob(f"{seed}_*.txt")).read_text(encoding="utf-8")
    lines = [line.strip() for line in raw.split("\n") if line.strip()]
    paragraphs = [line for line in clean(raw).text.split("\n") if line]
    cuts = [marked.split("|") for marked in _JOINS[seed]]
    expected: list[str] = []
    for line in lines:
        broken = expected and any(expected[-1].endswith(head) and line.startswith(tail) for head, tail in cuts)
        if broken:
            expected[-1] += line
        else:
            expected.append(line)
    assert len(lines) - len(expected) == len(cuts)
    assert [" ".join(paragraph.split()) for paragraph in paragraphs] == [" ".join(line.split()) for line in expected]


def test_a_table_row_is_never_joined() -> None:
    """A cell may hold a whole sentence and still be no paragraph that goes on below."""
    text = "项目 | 说明\n\n甲工程 | 已经完工。余下部分由市住建委组织验收，预计\n\n乙工程的验收另行安排，由各区县负责。"
    assert clean(text).text == text
