"""Years and places that a sentence speaks of."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.document import Document, Field
from server.answer.places import elsewhere, missing_place, places_of, provinces_of
from server.answer.years import asks_plan, in_this_year, is_planned, other_year, with_real_years, year_fit, years_in
from server.search.passages import Passage
from server.search.query import understand_query


def passage(text: str, title: str, section: tuple[str, ...] = (), **fields: str) -> Passage:
    metadata = {name: Field(value) for name, value in fields.items()}
    document = Document("id", str(Path("一.txt")), title, text, metadata=metadata)
    return Passage(1, 0, "id-0000", document, section, None, text, 0, len(text), 1.0, {})


@pytest.mark.parametrize(
    ("text", "issued", "years"),
    [
        ("到2025年末达到30户", None, {"2025"}),
        ("一九五四年预计", None, {"1954"}),
        ("二〇二六年一月", None, {"2026"}),
        ("2018—2020年累计", None, {"2018", "2019", "2020"}),
        ("比2023年增长3%", None, set()),
        ("较2023年末下降3%，2024年为5%", None, {"2024"}),
        ("去年增长5%", "2025", {"2024"}),
        ("今年要完成", "2025", {"2025"}),
        ("明年再看", "2025", {"2026"}),
        ("比去年增长5%", "2025", set()),
        ("去年增长5%", None, set()),
        ("电话20241234号", None, set()),
    ],
)
def test_years_of_a_text(text: str, issued: str | None, years: set[str]) -> None:
    assert years_in(text, issued) == years


@pytest.mark.parametrize(
    ("question", "title", "section", "text", "fits"),
    [
        ("2024年普及率是多少", "水利报告", (), "2024年普及率为80%。", True),
        ("2024年普及率是多少", "水利报告", (), "2023年普及率为80%。", False),
        # A report of 2025 looks back on 2024 under a heading, or without one.
        ("2024年普及率是多少", "2025年工作报告", ("一、2024年工作回顾",), "普及率为80%。", True),
        ("2025年普及率是多少", "2025年工作报告", ("一、2024年工作回顾",), "普及率为80%。", False),
        ("2024年普及率是多少", "2025年工作报告", (), "普及率为80%。", True),
        ("2021年普及率是多少", "2025年工作报告", (), "普及率为80%。", False),
        # A report on a year is about that year alone.
        ("2022年普及率是多少", "2023年度水利报告", (), "普及率为80%。", False),
        ("2023年普及率是多少", "2023年度水利报告", (), "普及率为80%。", True),
        ("普及率是多少", "2023年度水利报告", (), "普及率为80%。", True),
    ],
)
def test_a_sentence_fits_the_year(question: str, title: str, section: tuple[str, ...], text: str, fits: bool) -> None:
    assert (year_fit(understand_query(question), passage(text, title, section), 0, text) > 0) == fits


def test_the_words_above_place_a_sentence_in_a_year() -> None:
    text = "过去一年，我们新建水站。普及率为80%。\n今年要新建水站。普及率要到85%。"
    found = passage(text, "2025年工作报告")
    first, second = text.index("普及率为"), text.index("普及率要")
    query = understand_query("2024年普及率是多少")
    assert year_fit(query, found, first, "普及率为80%。") > 0.5
    assert year_fit(query, found, second, "普及率要到85%。") == 0


def test_what_is_planned() -> None:
    text = "主要预期目标是：普及率90%；漏损率5%。"
    assert is_planned(passage(text, "报告"), text.index("漏损率"), "漏损率5%。")
    assert is_planned(passage("漏损率5%。", "报告", ("二、2025年工作安排",)), 0, "漏损率5%。")
    assert not is_planned(passage("漏损率5%。", "报告", ("一、工作回顾和主要目标完成情况",)), 0, "漏损率5%。")
    assert asks_plan(understand_query("2025年的目标是多少"))
    assert not asks_plan(understand_query("2025年是多少"))


@pytest.mark.parametrize(
    ("question", "places"),
    [
        ("荣昌区有多少户国有企业", ("荣昌",)),
        ("苏州市2025年生产总值是多少", ("苏州",)),
        ("开发区有多少家企业", ()),
        ("全国有多少户", ()),
        ("重庆市有多少户", ()),
        ("What was the GDP of Hangzhou in 2025?", ("Hangzhou|杭州|杭州湾",)),
        ("What is the mechanism?", ()),
    ],
)
def test_places_of_a_question(question: str, places: tuple[str, ...]) -> None:
    assert places_of(understand_query(question)) == places


@pytest.mark.parametrize(
    ("question", "title", "text", "missing"),
    [
        ("上海普及率是多少", "上海市工作报告", "普及率为80%。", None),
        # Beside what the title says, only the sentence itself speaks of another province.
        ("上海普及率是多少", "浙江省工作报告", "普及率为80%。", "上海"),
        ("上海普及率是多少", "浙江省工作报告", "与上海共建，普及率为80%。", None),
        ("苏州市普及率是多少", "江苏省工作报告", "普及率为80%。", "苏州市"),
        ("荣昌区普及率是多少", "情况通报", "荣昌的普及率为80%。", None),
        ("普及率是多少", "浙江省工作报告", "普及率为80%。", None),
    ],
)
def test_a_place_that_is_missing(question: str, title: str, text: str, missing: str | None) -> None:
    assert missing_place(understand_query(question), passage(text, title), 0, len(text)) == missing


def test_documents_about_something_else() -> None:
    query = understand_query("上海2024年普及率是多少")
    assert provinces_of(query) == ("上海",)
    assert elsewhere(query, "浙江省2025年工作报告")
    assert not elsewhere(query, "上海市工作报告")
    assert not elsewhere(query, "工作报告")
    assert elsewhere(understand_query("全国普及率是多少"), "浙江省工作报告")
    assert other_year(query, "2022年工作报告")
    assert not other_year(query, "2025年工作报告")
    assert not other_year(query, "2024年工作报告")
    assert not other_year(query, "工作报告")


@given(st.text(alphabet="0123456789年去今明比较—〇二一 至的", max_size=24), st.sampled_from([None, "2024"]))
def test_years_are_years(text: str, issued: str | None) -> None:
    assert all(len(year) == 4 and 1900 <= int(year) < 2100 for year in years_in(text, issued))


@pytest.mark.parametrize(
    ("question", "text", "fit"),
    [
        # The year that a figure rose from is not the one that it rose to.
        ("2023年普及率提高到多少", "2023年，全区推进供水。普及率从2020年的70%提高到81%。", 0.9),
        ("2020年普及率是多少", "2023年，全区推进供水。普及率从2020年的70%提高到81%。", 1.0),
        # The year of another paragraph places no sentence that has its own.
        ("2023年招商多少", "2023年以来开展摸底。\n未来一年，力争2024年招商5亿元。", 0.0),
    ],
)
def test_the_year_of_a_figure(question: str, text: str, fit: float) -> None:
    start = max(text.rfind("。", 0, len(text) - 1), text.rfind("\n")) + 1
    assert year_fit(understand_query(question), passage(text, "情况通报"), start, text[start:]) == fit


@pytest.mark.parametrize(
    ("question", "title", "years"),
    [
        ("白石区今年水厂利润是多少", "白石区2029年度报告", ("2029", "2028")),
        # The year of a letter counts, where it is later than those of all titles.
        ("白石区今年水厂利润是多少", "白石区2020年度报告", ("2024", "2023")),
        ("白石区2022年水厂利润今年公布了吗", "白石区2029年度报告", ("2022",)),
        ("白石区水厂利润是多少", "白石区2029年度报告", ()),
    ],
)
def test_this_year_is_that_of_the_latest_document(question: str, title: str, years: tuple[str, ...]) -> None:
    letter = passage("已改造5处。", "答复函", date="2024-05-06")
    assert in_this_year(understand_query(question), [letter], [title, "无年份"]).years == years


@pytest.mark.parametrize(
    ("question", "plain"),
    [
        ("去年修了几座桥", "2030年修了几座桥"),
        ("前年底有多少户", "2029年底有多少户"),
        ("比去年增长多少", "比去年增长多少"),
        ("去年同期是多少", "去年同期是多少"),
        ("与去年相比增长多少", "与去年相比增长多少"),
    ],
)
def test_years_counted_from_today(question: str, plain: str) -> None:
    assert with_real_years(question, date(2031, 1, 1)) == plain
