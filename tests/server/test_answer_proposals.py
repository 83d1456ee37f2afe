"""English questions about proposals and replies, as the Chinese questions that fields are asked by."""

import pytest

from indexer.encoders import Encoder
from server.answer.proposals import asked_of_proposal
from server.assistant import Assistant
from server.search.names import Named
from server.search.query import understand_query
from tests.server.reply_letters import letter
from tests.server.support import built

FILES = {
    "函11.txt": letter(11, "钱文涛", "解决山区农村饮水困难"),
    "函12.txt": letter(12, "欧阳慧敏", "城区排水管网改造", "我们将优化管网巡查流程。", adoption="部分采纳", category="B"),
}  # fmt: skip


@pytest.fixture(scope="module")
def letters(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Assistant:
    return built(tmp_path_factory.mktemp("proposals"), encoder, FILES)


@pytest.mark.parametrize(
    ("question", "chinese"),
    [
        ("What did 钱文涛 propose?", "钱文涛的建议提出了什么建议？"),
        ("What was 钱文涛's proposal about?", "钱文涛的提案提出了什么建议？"),
        ("Was deputy 钱文涛's suggestion accepted?", "钱文涛的建议是否采纳？"),
        ("Has 钱文涛's suggestion been followed up?", "钱文涛的建议的办理情况如何？"),
        ("What was promised in the reply to 钱文涛?", "钱文涛的建议承诺了什么？"),
        ("Did 钱文涛 get a reply?", "钱文涛的建议文号是什么，什么时候答复的？"),
        ("Which department handled 钱文涛's proposal?", "钱文涛的提案由哪个单位答复？"),
        ("Has the reply to 钱文涛 been made public?", "钱文涛的建议是否公开？"),
        ("Who signed the reply to 钱文涛?", "钱文涛的建议审签人？"),
        ("What did 钱文涛 propose in 2024?", "2024年钱文涛的建议提出了什么建议？"),
        ("Who is 钱文涛?", "钱文涛的建议提出了什么建议，答复给谁？"),
    ],
)
def test_asked_of_the_proposal_of_somebody(question: str, chinese: str) -> None:
    asked = asked_of_proposal(Named(understand_query(question, "en"), ("钱文涛",), ("钱文涛",)))
    assert asked.text == chinese


@pytest.mark.parametrize(
    "question",
    ["When was 钱文涛 born?", "When did deputy 钱文涛 visit the waterworks?", "What did 钱文涛 say about schools?", "How old is 钱文涛?"],
)  # fmt: skip
def test_what_is_not_asked_of_a_proposal_stays(question: str) -> None:
    query = understand_query(question, "en")
    assert asked_of_proposal(Named(query, ("钱文涛",), ("钱文涛",))) is query


@pytest.mark.parametrize(
    ("question", "chinese"),
    [
        ("Which committee member proposed revitalising state-owned assets?", "盘活国有资产的建议由谁提出？"),
        ("Was the proposal on revitalising state-owned assets adopted?", "盘活国有资产的提案是否采纳？"),
        ("Who proposed the suggestion about district and county SOEs?", "区县国企的建议由谁提出？"),
        (
            "What is the document number of the reply to the proposal about asset revitalisation?",
            "资产盘活的提案文号是什么？",
        ),
        # A word without a name here is not guessed; what is no proposal of somebody is none.
        ("Was the proposal on cats adopted?", "Was the proposal on cats adopted?"),
        ("What was the proposal about?", "What was the proposal about?"),
        ("What was the GDP target proposed in 2025?", "What was the GDP target proposed in 2025?"),
    ],
)
def test_asked_of_the_proposal_on_a_subject(question: str, chinese: str) -> None:
    assert asked_of_proposal(Named(understand_query(question))).text == chinese


def test_who_made_no_proposal_is_asked_for_as_before() -> None:
    query = understand_query("Who is 钱文涛?", "en")
    assert asked_of_proposal(Named(query, ("钱文涛",))) is query


def test_a_number_keeps_its_kind_open() -> None:
    # What English calls a proposal may be a 建议.
    asked = asked_of_proposal(
        Named(understand_query("Who was in charge of handling proposal 0111? Which office was in charge?"))
    )
    assert asked.proposals == (("111", None),)


@pytest.mark.parametrize(
    ("question", "quote"),
    [
        ("Has deputy Ouyang Huimin's suggestion been followed up?", "我们将优化管网巡查流程。"),
        ("Was Ouyang Huimin's suggestion taken on board?", "部分采纳"),
        ("Which category was Ouyang Huimin's suggestion put in?", "B"),
        ("Which session was Qian Wentao's suggestion submitted to?", "市六届人大三次会议"),
        ("Which department dealt with Qian Wentao's suggestion?", "清河市水利局"),
        ("Was suggestion 0112 followed up?", "我们将优化管网巡查流程。"),
        ("Is the reply to Qian Wentao public?", "同意公开"),
    ],
)
def test_answered_in_english(letters: Assistant, question: str, quote: str) -> None:
    answer = letters.ask(question)
    assert answer.answered, answer.answer
    assert answer.language == "en"
    assert quote in [citation.quote for citation in answer.citations]
    assert all(
        citation.source == ("函12.txt" if "Qian" not in question else "函11.txt") for citation in answer.citations
    )


@pytest.mark.parametrize(
    "question",
    ["Has suggestion 0199 been followed up?", "What did Qian Wentao propose in 2021?", "What does Qian Wentao earn?"],
)
def test_neighbours_are_refused(letters: Assistant, question: str) -> None:
    assert not letters.ask(question).answered
