"""Names in pinyin: the people and places of an index behind the Latin names of a question."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.encoders import Encoder
from server.assistant import Assistant
from server.search.names import Named, mentions, with_names
from server.search.query import understand_query
from tests.server.reply_letters import letter
from tests.server.support import built

FILES = {
    "函11.txt": letter(11, "钱文涛", "解决山区农村饮水困难"),
    "函12.txt": letter(12, "欧阳慧敏", "城区排水管网改造"),
    "函13.txt": letter(13, "李鸣", "加强农村饮水安全工程建设"),
    "函14.txt": letter(14, "黎明、吕岩", "规范校园周边停车"),
    "报告.txt": "璧山区供水情况报告\n\n2024年，璧山区新建水厂3座。局长魏建国表示，水厂年内通水。璧山区供水能力化为三个等级。\n",
}


@pytest.fixture(scope="module")
def letters(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Assistant:
    return built(tmp_path_factory.mktemp("names"), encoder, FILES)


def named(assistant: Assistant, question: str) -> Named:
    return with_names(understand_query(question), assistant.generation)


@pytest.mark.parametrize(
    "question",
    [
        "What did Qian Wentao propose?",
        "what did qian wentao propose?",
        "What did Wentao Qian propose?",
        "What did QIAN WENTAO propose?",
        "What did Qian Wen-Tao propose?",
        "What did Qian Wen Tao propose?",
        "What did Qianwentao propose?",
    ],
)
def test_a_name_in_any_order_and_spelling(letters: Assistant, question: str) -> None:
    found = named(letters, question)
    assert found.people == found.proposers == ("钱文涛",)
    assert found.query.text[1:] == "hat did 钱文涛 propose?"
    assert found.query.language == "en"
    assert found.unknown is None


@pytest.mark.parametrize("possessive", ["'s", "’s"])
def test_a_possessive_stays(letters: Assistant, possessive: str) -> None:
    assert named(letters, f"Was Ouyang Huimin{possessive} proposal adopted?").query.text == (
        f"Was 欧阳慧敏{possessive} proposal adopted?"
    )


def test_u_umlaut_in_every_spelling(letters: Assistant) -> None:
    for name in ("Lu Yan", "Lv Yan", "Lyu Yan"):
        assert named(letters, f"Who is {name}?").people == ("吕岩",)


def test_people_of_one_spelling_are_named_together(letters: Assistant) -> None:
    found = named(letters, "Who is Li Ming?")
    assert found.people == found.alike == ("李鸣", "黎明")


def test_somebody_named_in_a_text_alone(letters: Assistant) -> None:
    found = named(letters, "Who is Wei Jianguo?")
    assert (found.people, found.proposers) == (("魏建国",), ())


@pytest.mark.parametrize(
    ("question", "unknown"),
    [
        ("What did Qian Wenbo propose?", "Qian Wenbo"),
        ("what did qian wenbo propose?", "qian wenbo"),
        ("What did Qian Wentao and Sun Haoran propose?", "Sun Haoran"),
        ("Did deputy Zhaoming get a reply?", "Zhaoming"),
        ("Sun Haoran提出了什么建议？", "Sun Haoran"),
    ],
)
def test_a_name_that_the_index_does_not_know(letters: Assistant, question: str, unknown: str) -> None:
    assert named(letters, question).unknown == unknown


@pytest.mark.parametrize(
    "question",
    [
        "How can he make more long plans?",
        "What Long Term Care Insurance Is There?",
        "Can Human Resources Change?",
        "Was the reply to proposal 11 made public?",
        "钱文涛提出了什么建议？",
        "第0111号建议的答复文号",
    ],
)
def test_words_that_can_be_read_as_pinyin_are_no_names(letters: Assistant, question: str) -> None:
    found = named(letters, question)
    assert found.query.text == question
    assert (found.people, found.unknown) == ((), None)


@given(st.text(alphabet="LiMngQaWeto 's-钱文,1", max_size=60))
def test_any_text_is_read(letters: Assistant, text: str) -> None:
    found = named(letters, text)
    assert set(found.alike) <= set(found.people)
    assert found.unknown is None or set(found.unknown.split()) <= set(
        re.findall(r"[A-Za-z'-]+", text.replace("'s", " "))
    )


def test_a_question_of_very_many_names_is_read(letters: Assistant) -> None:
    assert named(letters, "Who is Wei Jianguo? " * 300).people == ("魏建国",)
    found = named(letters, f"Who is {'Sun Haoran, ' * 300}{'a' * 5000}?")
    assert found.unknown == "Sun Haoran"


def test_places_are_named_as_the_documents_have_them(letters: Assistant) -> None:
    # The one is in no dictionary, the other is.
    bishan = named(letters, "how many waterworks did bishan build").query
    assert "Bishan" in bishan.text
    assert {"璧山区", "璧山"} <= {term for entry in bishan.translations for term, _ in entry.terms}
    assert named(letters, "what was suzhou's gdp").query.text == "what was Suzhou's gdp"


def test_a_verb_is_no_name() -> None:
    huawei = re.compile("[华化][为伟]")
    assert not mentions("供水能力化为三个等级。", huawei)
    assert mentions("与华伟公司签约。", huawei)
    assert mentions("王化伟表示。", huawei)


@pytest.mark.parametrize(
    ("question", "quote"),
    [
        ("What did Qian Wentao propose?", "关于解决山区农村饮水困难的建议"),
        ("Who is Ouyang Huimin?", "欧阳慧敏代表"),
        ("Was deputy Qian Wentao's suggestion adopted?", "完全采纳"),
        ("Did Qian Wentao's proposal get a reply, and what is its document number?", "清水函〔2025〕11号"),
        ("When was Ouyang Huimin's suggestion answered?", "2025年4月12日"),
        ("how many waterworks did bishan build in 2024?", "2024年，璧山区新建水厂3座。"),
    ],
)
def test_questions_by_name_are_answered(letters: Assistant, question: str, quote: str) -> None:
    answer = letters.ask(question)
    assert answer.answered, answer.answer
    assert answer.language == "en"
    assert quote in [citation.quote for citation in answer.citations]


def test_both_of_two_people_are_told(letters: Assistant) -> None:
    answer = letters.ask("What did Li Ming propose?")
    assert answer.answered, answer.answer
    quotes = [citation.quote for citation in answer.citations]
    assert {"关于加强农村饮水安全工程建设的建议", "关于规范校园周边停车的建议"} <= set(quotes)
    assert "李鸣" in answer.answer
    assert "黎明" in answer.answer


@pytest.mark.parametrize(
    ("question", "missing"),
    [
        ("What did Qian Wenbo propose?", "“Qian Wenbo”"),
        ("Was deputy Sun Haoran's suggestion adopted?", "“Sun Haoran”"),
        ("Sun Haoran提出了什么建议？", "“Sun Haoran”"),
        ("How many waterworks did Yongchuan build in 2024?", "Yongchuan"),
        ("what did qian wentao propose in 2019?", ""),
        ("When was Qian Wentao born?", ""),
        ("When was Li Ming born?", ""),
    ],
)
def test_others_are_refused(letters: Assistant, question: str, missing: str) -> None:
    answer = letters.ask(question)
    assert not answer.answered, answer.answer
    assert missing in answer.answer


def test_a_search_by_name_in_pinyin(letters: Assistant) -> None:
    assert letters.search("qian wentao", top_k=1).passages[0].document.source == "函11.txt"
