"""The optional cross-encoder: a real model of the smallest size, made here, loaded as any other."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from indexer.encoders import Encoder
from indexer.generations import Generation
from server.search.passages import passages_of
from server.search.query import understand_query
from server.search.reranker import DEPTH, Reranker, RerankerUnavailable, load_reranker
from server.search.retrieve import Retriever

QUESTION = "盘活闲置资产的思路"


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A BERT of one layer with random weights: its order is its own, and the same every time."""
    torch = pytest.importorskip("torch")
    from sentence_transformers import CrossEncoder
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizer

    folder = tmp_path_factory.mktemp("model")
    characters = sorted({c for text in (QUESTION, "国有资产盘活闲置的思路，。2025年第一季度") for c in text})
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *characters]
    (folder / "vocab.txt").write_text("\n".join(vocabulary), encoding="utf-8")
    torch.manual_seed(0)
    sizes: dict[str, Any] = {
        "vocab_size": len(vocabulary), "hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2,
        "intermediate_size": 16, "num_labels": 1, "initializer_range": 1.0,
    }  # fmt: skip
    config = BertConfig(**sizes)
    BertForSequenceClassification(config).save_pretrained(folder)
    BertTokenizer(vocab_file=str(folder / "vocab.txt")).save_pretrained(folder)
    assert CrossEncoder(str(folder), device="cpu")
    return folder


def test_the_first_are_put_in_the_order_of_the_model(generation: Generation, encoder: Encoder, model: Path) -> None:
    reranker = Reranker(str(model))
    query = understand_query(QUESTION)
    before = Retriever(generation, encoder).search(query, 40)
    after = Retriever(generation, encoder, reranker).search(query, 40)
    texts = [passage.text for passage in passages_of(generation, before[:DEPTH])]
    # One pair at a time, beside the batch that the search sends: sums of floats in another order.
    alone = {c.ordinal: float(reranker.scores(QUESTION, [text])[0]) for c, text in zip(before, texts, strict=False)}
    assert {c.ordinal for c in after[:DEPTH]} == set(alone)
    in_order = [alone[c.ordinal] for c in after[:DEPTH]]
    assert all(first >= second - 1e-5 for first, second in pairwise(in_order))
    assert max(in_order) - min(in_order) > 1e-3
    assert [c.ordinal for c in after[:DEPTH]] != [c.ordinal for c in before[:DEPTH]]
    assert after[DEPTH:] == before[DEPTH:]
    assert [c.score for c in after] == sorted((c.score for c in after), reverse=True)


def test_it_can_be_left_out(generation: Generation, encoder: Encoder, model: Path) -> None:
    query = understand_query(QUESTION)
    without = Retriever(generation, encoder, Reranker(str(model))).search(query, 20, without=frozenset({"reranker"}))
    assert without == Retriever(generation, encoder).search(query, 20)


def test_no_name_is_no_reranker() -> None:
    assert load_reranker(None) is None
    assert load_reranker("") is None


def test_a_model_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(RerankerUnavailable, match="ZHENGWEN_RERANKER") as raised:
        load_reranker(str(tmp_path / "none"))
    assert "\n" not in str(raised.value)
