"""Evidence: how much of a question a sentence carries."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.analyzer import normalise
from indexer.encoders import Encoder
from indexer.generations import Generation
from server.answer.evidence import Evidence, Terms, collect_evidence
from server.search.candidates import Candidate
from server.search.passages import passages_of
from server.search.query import understand_query
from server.search.retrieve import Retriever
from tests.server.support import DEFINITION_631, REPLY_627, REPORT

Collect = Callable[[str], list[Evidence]]


@pytest.fixture(scope="module")
def collect(generation: Generation, encoder: Encoder) -> Collect:
    """The evidence that a question finds in the sample corpus."""
    retriever = Retriever(generation, encoder)

    def evidence_of(question: str) -> list[Evidence]:
        query = understand_query(question)
        vector = retriever.encode(query)
        passages = passages_of(generation, retriever.search(query, 12, vector=vector))
        return collect_evidence(query, Terms(query, generation), passages, generation, vector)

    return evidence_of


QUESTIONS = (
    "什么是631机制", "2023年末区属国有企业资产总额是多少", "哪三个集中", "市财政局局长是谁", "园区开发区优化整合什么时候到位",
    "what is the 631 mechanism", "How much money was recovered in the first quarter of 2025?", "今天天气怎么样", "𠮷🙂",
)  # fmt: skip


@pytest.mark.parametrize("question", QUESTIONS)
def test_evidence_is_verbatim_and_in_order(collect: Collect, question: str) -> None:
    found = collect(question)
    assert found
    for evidence in found:
        assert evidence.passage.document.text[evidence.start : evidence.end] == evidence.quote
        assert evidence.passage.start <= evidence.start < evidence.end <= evidence.passage.end
        assert evidence.quote == evidence.quote.strip()
        assert 0 <= evidence.own <= evidence.coverage + 1e-9 <= 1 + 2e-9
        assert 0 <= evidence.cosine <= 1 + 1e-3
    # What is about another place, year or name comes after all that is not.
    order = [(evidence.missing is not None or evidence.year_fit == 0, -evidence.score) for evidence in found]
    assert order == sorted(order)


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_heading_is_no_evidence(collect: Collect, question: str) -> None:
    for evidence in collect(question):
        headings = {heading.title for heading in evidence.passage.document.headings}
        assert evidence.quote not in headings
        assert evidence.quote.lstrip("# ") not in headings


def test_a_title_is_no_evidence(collect: Collect) -> None:
    for evidence in collect("2023年大渡口区资产总额是多少"):
        title = evidence.passage.document.metadata["title"]
        assert title.end is None or evidence.start >= title.end, evidence.quote


@pytest.mark.parametrize(
    ("question", "source", "quote"),
    [
        ("什么是631机制", REPORT, DEFINITION_631),
        ("六三一机制", REPORT, DEFINITION_631),
        ("2023年末区属国有企业资产总额是多少", REPORT, "到2023年末，区属国有企业资产总额为696.9亿元，同比增长5.1%；"),
        ("登康口腔有多少名持股员工", REPLY_627, "登康口腔公司就实行了核心骨干员工持股计划，62名持股员工分红合计823.8万元，员工干劲得到充分激发。"),
    ],
)  # fmt: skip
def test_the_best_evidence(collect: Collect, question: str, source: str, quote: str) -> None:
    best = collect(question)[0]
    assert (best.passage.document.source, best.quote) == (source, quote)


def test_a_glossary_entry_defines_its_term_only(collect: Collect) -> None:
    assert [evidence.quote for evidence in collect("什么是631机制") if evidence.defines] == [DEFINITION_631]
    assert not any(evidence.defines for evidence in collect("什么是729机制"))
    assert not any(evidence.defines for evidence in collect("2023年末区属国有企业资产总额是多少"))


# Terms


def test_terms_that_stand_nowhere_are_absent(generation: Generation) -> None:
    terms = Terms(understand_query("zyzzyva是什么"), generation)
    assert "zyzzyva" in terms.absent
    assert Terms(understand_query("国有资产"), generation).absent == []


def test_numbers_are_found_whole(generation: Generation) -> None:
    terms = Terms(understand_query("631机制"), generation)
    assert "631" in terms.found(normalise("执行“631”工作机制"))
    assert "631" in terms.found(normalise("６３１"))
    for other in ("1631", "6310", "631.5", "0.631", "a631"):
        assert "631" not in terms.found(normalise(other)), other


def test_the_words_of_the_question_hold_all_of_it(generation: Generation) -> None:
    terms = Terms(understand_query("国有资本保值增值率"), generation)
    assert terms.share(terms.found(normalise("国有资本保值增值率为101.5%"))) == pytest.approx(1)
    assert terms.share(terms.found(normalise("天气晴"))) == 0
    half = terms.share(terms.found(normalise("国有资本")))
    assert 0 < half < 1


def test_a_rare_term_weighs_more_than_a_common_one(generation: Generation) -> None:
    terms = Terms(understand_query("企业 登康"), generation)
    assert terms.share(terms.found("登康")) > terms.share(terms.found("企业")) > 0


_TEXTS = st.one_of(
    st.text(max_size=40),
    st.lists(st.sampled_from(("国有", "资产", "631", "机制", "2023年", "盘活", "REITs", "“", "（", "、", " ", "0457号")), max_size=12).map("".join),
)  # fmt: skip


@given(question=_TEXTS, text=_TEXTS, more=_TEXTS)
def test_shares_lie_between_nothing_and_all(generation: Generation, question: str, text: str, more: str) -> None:
    terms = Terms(understand_query(question), generation)
    found = terms.found(normalise(text))
    also = terms.found(normalise(more))
    assert 0 <= terms.share(found) <= 1 + 1e-9
    assert terms.share(frozenset()) == 0
    # More text can only add: the share of both together is no less than of either, no more than of the two added.
    both = terms.share(found | also)
    assert max(terms.share(found), terms.share(also)) <= both + 1e-9
    assert both <= terms.share(found) + terms.share(also) + 1e-9
    assert terms.total >= 0


@given(question=_TEXTS)
def test_evidence_shares_lie_between_nothing_and_all(generation: Generation, question: str) -> None:
    query = understand_query(question)
    vector = np.zeros(generation.identity.dimension, np.float32)
    vector[0] = 1
    every = passages_of(generation, [Candidate(ordinal, 1.0, {}) for ordinal in (0, 20, 40, 60)])
    for evidence in collect_evidence(query, Terms(query, generation), every, generation, vector):
        assert 0 <= evidence.own <= 1 + 1e-9
        assert evidence.own <= evidence.coverage + 1e-9 <= 1 + 2e-9
        assert 0 <= evidence.cosine <= 1 + 1e-3
        assert np.isfinite(evidence.score)
