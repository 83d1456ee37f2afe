"""The chunks that the benchmark makes up: the analyzer and the indexer say what they hold."""

import numpy as np
import pytest

from eval.bench import synthetic
from eval.bench.synthetic import SENTENCES, Vocabulary
from eval.lines import BadDataset
from indexer.analyzer import analyze
from indexer.lexical import LexicalIndex, term_hashes
from indexer.sentences import sentence_spans

# 一 and 第 are cut by rule, with what follows: no words of these chunks.
TEXTS = ("县道由县交通局负责养护。", "农业用水实行总量控制，第一条", "老年人凭卡免费乘坐公共汽车。", "Bus 12 路")


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return Vocabulary(TEXTS)


def assert_same(found: LexicalIndex, expected: LexicalIndex) -> None:
    np.testing.assert_array_equal(found.terms, expected.terms)
    np.testing.assert_array_equal(found.starts, expected.starts)
    np.testing.assert_array_equal(found.chunks, expected.chunks)
    np.testing.assert_allclose(found.weights, expected.weights, rtol=1e-6)
    assert found.size == expected.size


def test_words_are_plain_chinese(vocabulary: Vocabulary) -> None:
    assert {"县道", "养护", "老年人"} <= set(vocabulary.words)
    assert not any("一" in word or "第" in word or "，" in word or word.isascii() for word in vocabulary.words)


def test_no_words() -> None:
    with pytest.raises(BadDataset, match="no words"):
        Vocabulary(["Bus 12", "，。"])


def test_words_are_drawn_as_often_as_they_stand_in_the_texts() -> None:
    texts = next(iter(Vocabulary(["甲", "甲", "甲", "乙"]).slices(200, 0))).texts
    letters = "".join(texts)
    assert letters.count("甲") / (letters.count("甲") + letters.count("乙")) == pytest.approx(0.75, abs=0.01)


def test_sentences_are_those_of_the_indexer(vocabulary: Vocabulary) -> None:
    made = next(iter(vocabulary.slices(30, 1)))
    for number, text in enumerate(made.texts):
        spans = made.spans[number * SENTENCES : (number + 1) * SENTENCES].tolist()
        assert [tuple(span) for span in spans] == sentence_spans(text)


def test_bigrams_and_words_are_those_of_the_analyzer(vocabulary: Vocabulary) -> None:
    made = list(vocabulary.slices(40, 2))
    texts = [text for each in made for text in each.texts]
    bigrams = LexicalIndex.joined([each.bigrams for each in made])
    assert_same(bigrams, LexicalIndex.build(term_hashes(analyze(text).bigrams) for text in texts))
    # Where a word ends is known here; the analyzer, which sees them joined, sees it nearly always.
    [one] = made
    names = [vocabulary.tokens[token] for token in one.tokens.tolist()]
    tokens = [names[a:b] for a, b in zip(one.token_starts, one.token_starts[1:], strict=False)]
    assert_same(LexicalIndex.joined([one.words]), LexicalIndex.build(term_hashes(each) for each in tokens))
    same = sum(len(set(each) & set(analyze(text).words)) for each, text in zip(tokens, texts, strict=True))
    assert same / sum(len(set(each)) for each in tokens) > 0.9


def test_slices_follow_each_other(vocabulary: Vocabulary, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(synthetic, "SLICE", 7)
    made = list(vocabulary.slices(20, 3))
    assert [len(each.texts) for each in made] == [7, 7, 6]
    assert made[0].texts[:3] != made[1].texts[:3]
    texts = [text for each in made for text in each.texts]
    assert texts == [text for each in vocabulary.slices(20, 3) for text in each.texts]
    index = LexicalIndex.joined([each.bigrams for each in made])
    assert_same(index, LexicalIndex.build(term_hashes(analyze(text).bigrams) for text in texts))


def test_a_question_is_cut_from_one_sentence(vocabulary: Vocabulary) -> None:
    draw = np.random.default_rng(0)
    for text in next(iter(vocabulary.slices(50, 4))).texts:
        question = vocabulary.question(text, draw)
        assert question in text
        assert "。" not in question
        assert 1 <= len(question) <= 24
