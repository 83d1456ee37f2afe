from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given

from indexer.chunking import TARGET, chunk_text, term_of
from indexer.cleaning import clean
from indexer.document import Chunk
from indexer.lines import lines_of
from indexer.loaders import load
from indexer.metadata import letterhead
from indexer.outline import read_outline
from tests.indexer.support import texts

# Headings of every family may stand above the first paragraph of a chunk.
_HEADINGS = 12 * 70


def chunks_of(text: str) -> tuple[Chunk, ...]:
    return chunk_text(text, read_outline(text))


def written(text: str) -> list[str]:
    return [text[chunk.start : chunk.end] for chunk in chunks_of(text)]


@given(texts())
def test_every_visible_character_lies_in_exactly_one_chunk(text: str) -> None:
    for given_text in (text, clean(text).text):
        chunks = chunks_of(given_text)
        assert all(0 <= chunk.start < chunk.end <= len(given_text) for chunk in chunks)
        assert all(before.end <= after.start for before, after in pairwise(chunks))
        covered = "".join("".join(given_text[chunk.start : chunk.end].split()) for chunk in chunks)
        assert covered == "".join(given_text.split())


@given(texts())
def test_chunks_are_of_bounded_length(text: str) -> None:
    canonical = clean(text).text
    assert all(chunk.end - chunk.start <= TARGET + _HEADINGS for chunk in chunks_of(canonical))


@given(texts())
def test_sections_are_chains_of_headings_above_the_chunk(text: str) -> None:
    canonical = clean(text).text
    headings = read_outline(canonical)
    for chunk in chunk_text(canonical, headings):
        above = [heading.title for heading in headings if heading.start < chunk.end]
        position = -1
        for title in chunk.section:  # In the order of the text, none from below.
            position = above.index(title, position + 1)


def test_sections_of_a_report() -> None:
    text = "一、总体情况\n\n（一）户数。全区水厂19座。\n\n（二）水质。全部达标。\n\n二、下一步\n\n抓好落实。"
    assert [(text[c.start : c.end], c.section) for c in chunks_of(text)] == [
        ("一、总体情况\n\n（一）户数。全区水厂19座。", ("一、总体情况", "（一）户数")),
        ("（二）水质。全部达标。", ("一、总体情况", "（二）水质")),
        ("二、下一步\n\n抓好落实。", ("二、下一步",)),
    ]


def test_paragraphs_are_gathered_up_to_the_target() -> None:
    paragraph = "水" * 199 + "。"
    text = "\n".join([paragraph] * 5)
    assert [len(chunk) for chunk in written(text)] == [401, 401, 200]


def test_a_long_paragraph_is_cut_at_sentence_ends() -> None:
    sentence = "水" * 149 + "。"
    assert [len(chunk) for chunk in written(sentence * 10)] == [450, 450, 450, 150]
    assert [len(chunk) for chunk in written("水" * 1000)] == [300, 300, 400]


def test_entries_of_a_glossary_are_chunks_with_their_term() -> None:
    text = (
        "附件\n\n注释\n\n国有水厂：指国家出资的水厂。\n\n“三清”机制：指清理管网、清退隐患、清收欠费。\n\n"
        "1. 《三减》：指减层级。\n\n说明文字不是词条。"
    )
    chunks = chunks_of(text)
    assert [chunk.term for chunk in chunks] == [None, "国有水厂", "三清机制", "三减", None]
    assert all(chunk.section == ("附件", "注释") for chunk in chunks)
    assert written(text)[2] == "“三清”机制：指清理管网、清退隐患、清收欠费。"


def test_a_long_entry_is_cut_and_keeps_its_term() -> None:
    text = "注释\n\n三清：指" + "清理老旧管网。" * 200
    chunks = [chunk for chunk in chunks_of(text) if chunk.term]
    assert {chunk.term for chunk in chunks} == {"三清"}
    assert len(chunks) == 3
    assert all(chunk.end - chunk.start <= TARGET for chunk in chunks)


@pytest.mark.parametrize(
    ("paragraph", "in_glossary", "term"),
    [
        ("“三清”是指清理管网。", False, "三清"),
        ("一河一策，指一条河流一个方案。", False, "一河一策"),
        ("“三清”，即清理管网、清退隐患。", False, "三清"),
        ("“三清”工作机制：是指清理管网。", False, "三清工作机制"),
        ("全市水厂户数减少，水质达标。", False, None),
        ("联系人：李大江", False, None),
        ("联系人：李大江", True, "联系人"),
        ("没有冒号的说明", True, None),
        ("“”：指空", True, None),
    ],
)
def test_terms(paragraph: str, in_glossary: bool, term: str | None) -> None:
    assert term_of(paragraph, in_glossary) == term


def test_a_title_is_no_section() -> None:
    text = "# 饮水工程专版\n\n## 市水利局\n\n全市水厂户数减少。"
    title_end = text.index("\n")
    assert [chunk.section for chunk in chunk_text(text, read_outline(text), title_end)] == [(), ("市水利局",)]


def test_nothing_gives_no_chunks() -> None:
    assert chunk_text("") == chunk_text(" \n\n ") == ()


def test_many_sections_are_cut_in_time_in_proportion_to_the_text() -> None:
    text = "第一条 水。\n" * 20_000
    assert len(chunks_of(text)) == 20_000


def test_the_annex_of_terms_of_a_real_report(seeds: Path) -> None:
    text = clean(load(next(seeds.glob("002_*.txt")), 10**6).text).text
    chunks = chunk_text(text, read_outline(text, letterhead(text)[1]))
    entries = {chunk.term: chunk for chunk in chunks if chunk.term}
    assert list(entries) == [
        "国有资本及权益总额",
        "合规体系建设",
        "价值创造行动",
        "提效增能行动",
        "三重一大",
        "631机制",
    ]
    entry = entries["631机制"]
    assert text[entry.start : entry.end].startswith("“631”机制：指提前6个月制定")
    assert text[entry.start : entry.end].endswith("提前1个月备足偿债资金。")
    assert entry.section[-1] == "注 释"
    assert max(chunk.end - chunk.start for chunk in chunks) <= TARGET + _HEADINGS
    assert sum(len(line.text) for line in lines_of(text)) > 3500


def terms(text: str) -> list[tuple[str | None, str]]:
    return [(chunk.term, text[chunk.start : chunk.end]) for chunk in chunks_of(text) if chunk.term]


def test_terms_of_an_article() -> None:
    text = (
        "第一条 为了节约用水，制定本办法。\n\n第二条 本办法所称二次供水，是指加压后再供水。\n\n第三条 本办法下列用语的含义：\n\n"
        "（一）水厂，是指下列单位：\n\n1. 取水的单位；\n\n2. 净水的单位。\n\n（二）管网：输水的管道。\n\n第四条 本办法自公布之日起施行。"
    )
    assert terms(text) == [
        ("二次供水", "第二条 本办法所称二次供水，是指加压后再供水。"),
        ("水厂", "（一）水厂，是指下列单位：\n\n1. 取水的单位；\n\n2. 净水的单位。"),
        ("管网", "（二）管网：输水的管道。"),
    ]
    assert [chunk.section for chunk in chunks_of(text) if chunk.term] == [("第二条",), ("第三条",), ("第三条",)]


def test_an_entry_of_several_lines_stays_together() -> None:
    text = "注释\n\n1. 三清：指清理管网，\n\n清退隐患。\n还包括清收欠费。\n\n2. 三减是指减层级。"
    assert terms(text) == [
        ("三清", "1. 三清：指清理管网，\n\n清退隐患。\n还包括清收欠费。"), ("三减", "2. 三减是指减层级。"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "line",
    [
        "市水利局党委，指导各区县改造水厂。",
        "会议重点是指导各区县。",
        "第二年，即将完成改造。",
        "全市水厂，即十九座。",
        "会议：指出不足。",
    ],
)
def test_what_defines_nothing(line: str) -> None:
    assert term_of(line, in_glossary=False) is None


def test_promises_begin_a_chunk() -> None:
    text = "一、改造水厂。已经完成。\n\n管网更换20公里。\n\n下一步，我们将改造水厂5座。\n\n二、下一步工作\n\n下一步，我局将更换管网。"
    assert written(text) == [
        "一、改造水厂。已经完成。\n\n管网更换20公里。", "下一步，我们将改造水厂5座。", "二、下一步工作\n\n下一步，我局将更换管网。",
    ]  # fmt: skip


def test_a_promise_within_a_paragraph_begins_a_chunk() -> None:
    done = "全市已经改造水厂19座，更换管网120公里，水质稳定达标，供水保障能力明显提高，群众满意度持续提高，投诉数量比上年同期减少三成。"
    promise = "下一步，我局将改造水厂5座，更换管网20公里。还将修订供水办法。"
    assert len(done) >= 60
    assert written(done + promise) == [done, promise]
    assert written(f"一、情况\n\n{done}{promise}\n\n今后，我们将加强管理。") == [
        f"一、情况\n\n{done}", promise, "今后，我们将加强管理。",
    ]  # fmt: skip
    # Too little before or behind it, or no beginning of a sentence: it stays where it is.
    for whole in (
        f"已经完成。{promise}",
        f"{done}下一步，将加强管理。",
        f"{done}会议研究了下一步，将另行安排改造水厂5座的计划。",
    ):
        assert written(whole) == [whole]


def test_a_term_on_a_line_of_its_own_keeps_what_it_means() -> None:
    text = "注释\n［1］三清：\n《供水规划》提出三项任务，包括：清理管网、清退隐患、清收欠费。\n［2］三减：\n减层级。"
    assert terms(text) == [
        ("三清", "［1］三清：\n《供水规划》提出三项任务，包括：清理管网、清退隐患、清收欠费。"),
        ("三减", "［2］三减：\n减层级。"),
    ]


def test_every_reporter_opens_a_chunk() -> None:
    body = "市水利局表示，将改造水厂19座，更换管网20公里。"
    text = f"{body}\n\n□ 清河日报记者 王五\n\n{body}\n\n本报记者 李六\n\n{body}"
    assert written(text) == [body, f"□ 清河日报记者 王五\n\n{body}", f"本报记者 李六\n\n{body}"]


def test_a_byline_belongs_to_its_section() -> None:
    body = "市水利局表示，将改造水厂19座，更换管网20公里。群众满意度持续提高，水质稳定达标，供水保障有力。"
    text = (
        f"{body}\n\n坚决打赢饮水攻坚战\n\n□ 清河日报记者 王五\n\n{body}\n\n提高供水保障能力\n\n本报记者 李六\n\n{body}"
    )
    assert [(c.section, text[c.start : c.end]) for c in chunks_of(text)] == [
        ((), body),
        (("坚决打赢饮水攻坚战",), f"坚决打赢饮水攻坚战\n\n□ 清河日报记者 王五\n\n{body}"),
        (("提高供水保障能力",), f"提高供水保障能力\n\n本报记者 李六\n\n{body}"),
    ]


@given(texts())
def test_no_chunk_crosses_a_top_level_section(text: str) -> None:
    canonical = clean(text).text
    headings = read_outline(canonical)
    top = min((heading.rank for heading in headings), default=0)
    for chunk in chunk_text(canonical, headings):
        assert not any(chunk.start + 8 < h.start < chunk.end for h in headings if h.rank == top)
