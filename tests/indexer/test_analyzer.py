import re
from pathlib import Path

import jieba
import pytest
import rjieba
from hypothesis import given
from hypothesis import strategies as st

from indexer.analyzer import Tokens, analyze, coinage, normalise, possible_coinages
from indexer.loaders import load
from tests.indexer.support import texts


def numbers(text: str) -> set[str]:
    """Tokens that hold a digit."""
    return {token for token in analyze(text).words if re.search(r"\d", token)}


@given(st.one_of(st.text(), texts()))
def test_any_text_gives_the_same_tokens_each_time_and_no_empty_one(text: str) -> None:
    tokens = analyze(text)
    assert tokens == analyze(text)
    assert all(tokens.words)
    assert all(tokens.bigrams)


@given(texts())
def test_every_chinese_character_is_in_both_fields(text: str) -> None:
    tokens = analyze(text)
    han = set(re.findall(r"[\u4e00-\u9fff]", normalise(text)))
    numerals = set("〇零一二两三四五六七八九十百千第")  # These may be in the index as digits.
    assert han - numerals <= set("".join(tokens.words))
    assert han - numerals <= set("".join(tokens.bigrams))


@pytest.mark.parametrize(
    "text",
    [
        "六三一机制",
        "按照六三一机制",
        "什么是六三一机制？",
        "“六三一”工作机制",
        "631机制",
        "“631”工作机制：指提前还款",
        "６３１机制",
    ],
)
def test_a_coinage_in_digits_and_in_characters_shares_a_token(text: str) -> None:
    assert "631" in analyze(text).words
    assert "631" in analyze(text).bigrams


@pytest.mark.parametrize(
    "text",
    [
        "渝水利函〔2025〕313号", "渝水利函[2025]313号", "渝水利函（2025）313号", "渝水利函(2025)313号", "渝水利函【2025】313号",
        "渝水利函［2025］313号", "渝水利函〔２０２５〕３１３号", "渝水利函〔 2025 〕 第313 号", "渝水利函〔2025〕0313号",
        "请问渝水利函〔2025〕313号讲了什么", "文号为渝水利函〔2025〕313号的函", "我们按照市委要求根据渝水利函〔2025〕313号办理",
    ],
)  # fmt: skip
def test_a_document_number_is_one_token_however_it_is_written(text: str) -> None:
    words = set(analyze(text).words)
    assert {"渝水利函〔2025〕313号", "〔2025〕313号", "2025", "2025年", "313", "313号"} <= words


def test_other_document_numbers_share_no_identifier() -> None:
    own, other = analyze("渝水利函〔2025〕313号"), analyze("渝水利函〔2025〕314号")
    shared = set(own.words) & set(other.words)
    assert not [token for token in shared if "〔" in token]
    assert {"313", "314"}.isdisjoint(shared)


def test_a_document_number_without_its_organ() -> None:
    assert analyze("（2025）313号").words == ("〔2025〕313号", "2025", "2025年", "313", "313号")


@pytest.mark.parametrize(
    "text", ["第一百二十三条", "第123条", "违反本法第一百二十三条的规定", "第 123 条", "第１２３条"]
)
def test_an_article_is_itself_and_no_other(text: str) -> None:
    words = analyze(text).words
    assert {"第123条", "123", "123条"} <= set(words)
    assert not {"第23条", "23条", "二十三条", "三条"} & set(words)
    assert "第123条" in analyze(text).bigrams


def test_leading_zeros_and_thousands_do_not_matter() -> None:
    assert {"457", "457号"} <= numbers("第0457号") & numbers("457号") & numbers("0457号建议")
    assert numbers("1,900户") == numbers("1900户") == {"1900户", "1900"}
    assert numbers("3.90%") == {"3.90%", "3.90"}
    assert "0" in numbers("0")


def test_joined_and_mixed_identifiers() -> None:
    assert "1+5" in analyze("“1+5”改革方案").words
    assert "1+5" in analyze("１＋５").bigrams
    assert analyze("K6K9安置房").words[0] == "k6k9"
    assert "33618" in analyze("“33618”现代制造业").words
    assert analyze("EVOH 二期").words[0] == "evoh"
    assert analyze("two-way don't").words == ("two-way", "don't")


def test_tokens_worked_out_by_hand() -> None:
    assert analyze("饮水工程") == Tokens(("饮水", "工程"), ("饮水", "水工", "工程"))
    assert analyze("2024年底") == Tokens(("2024年", "2024", "底"), ("年", "2024年", "2024", "底"))
    assert analyze("水") == Tokens(("水",), ("水",))
    assert analyze("！？ \n——") == Tokens((), ())
    assert analyze("") == Tokens((), ())


def test_years_in_characters_meet_years_in_digits() -> None:
    assert "2025" in set(analyze("二〇二五年四月").words) & set(analyze("2025年4月").words)
    assert "12" in set(analyze("于十二月底").words) & set(analyze("12月底").words)


@given(st.text(alphabet="第〔〕[]（）(12一二十百号条年 机制渝函", max_size=30))
def test_texts_made_of_identifier_parts_never_fail(text: str) -> None:
    assert all(analyze(text).words)


@pytest.mark.parametrize("unit", ["一", "第", "第一", "水", "〔", "1", "1,", "1+", "a-", "(2025)"])
def test_analysis_takes_time_in_proportion_to_the_text(unit: str) -> None:
    assert len(analyze(unit * 300_000).words) <= 300_001  # A quadratic step here would take an hour.


def test_the_rust_port_cuts_like_jieba(corpus: Path) -> None:
    jieba.setLogLevel("ERROR")
    runs: list[str] = []
    for file in sorted(corpus.iterdir()):
        runs.extend(re.findall("[\u4e00-\u9fff]+", normalise(load(file, 10**7).text)))
    different = [run for run in runs if list(rjieba.cut_for_search(run)) != list(jieba.cut_for_search(run))]
    assert len(runs) > 1000
    assert len(different) <= len(runs) // 1000


def test_traditional_characters_match_simplified_ones() -> None:
    assert analyze("國有企業改革") == analyze("国有企业改革")
    assert normalise("臺灣著名") == "台湾著名"


def test_a_quoted_coinage_is_a_word_and_its_parts() -> None:
    words = analyze("深化“三攻坚一盘活”改革").words
    assert coinage("三攻坚一盘活") in words
    assert {"攻坚", "盘活"} <= set(words)
    assert analyze("『三攻堅一盤活』").words[-1] == coinage("三攻坚一盘活")
    # A whole sentence in quotes is no coinage.
    assert not any(word.startswith("“") for word in analyze("“我们要把这件事情办好，一定要办好”").words)


def test_pieces_of_a_question_that_may_be_coinages() -> None:
    found = possible_coinages("33618是什么")
    assert coinage("33618") in found
    assert found[0] == coinage("33618是什么")
    assert possible_coinages("水库") == ()
    assert all(3 <= len(token) - 2 <= 12 for token in possible_coinages("一" * 40))
