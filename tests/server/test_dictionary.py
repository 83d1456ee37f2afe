import pytest

from server.search.dictionary import base_forms, translate
from server.search.query import understand_query


def terms(text: str) -> dict[tuple[str, ...], list[str]]:
    return {entry.words: [term for term, _ in entry.terms] for entry in translate(text)}


@pytest.mark.parametrize(
    ("text", "words", "term"),
    [
        ("state-owned enterprises", ("state", "owned", "enterprises"), "国有企业"),
        ("economic development", ("economic", "development"), "经济发展"),
        ("Dadukou District", ("dadukou", "district"), "大渡口区"),
        ("Chongqing", ("chongqing",), "重庆市"),
        ("the debts", ("debts",), "债务"),
        ("mechanism", ("mechanism",), "机制"),
    ],
)
def test_words_and_phrases_have_their_chinese_terms(text: str, words: tuple[str, ...], term: str) -> None:
    assert term in terms(text)[words]


def test_a_phrase_leaves_nothing_of_its_words() -> None:
    assert list(terms("economic development plans")) == [("economic", "development"), ("plans",)]


def test_weights_fall_and_stay_between_0_and_1() -> None:
    for entry in translate("the mechanism of state-owned enterprises in the first quarter"):
        weights = [weight for _, weight in entry.terms]
        assert weights == sorted(weights, reverse=True)
        assert all(0 < weight <= 1 for weight in weights)


@pytest.mark.parametrize(
    ("word", "form"),
    [
        ("policies", "policy"),
        ("enterprises", "enterprise"),
        ("reduced", "reduce"),
        ("planned", "plan"),
        ("using", "use"),
    ],
)
def test_inflected_words_have_their_base_form(word: str, form: str) -> None:
    assert form in base_forms(word)


def test_words_that_ask_and_unknown_words_have_none() -> None:
    assert translate("zyzzyvaz qqq") == ()
    assert translate("how many", frozenset({"how", "many"})) == ()
    assert [entry.words for entry in understand_query("how many enterprises are there").translations] == [
        ("enterprises",)
    ]


def test_a_chinese_question_is_not_translated() -> None:
    assert understand_query("国有企业有多少户").translations == ()
