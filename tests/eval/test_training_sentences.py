"""Training of the sentence scorer: the network learns what is there to be learnt, and only from the training half."""

import json
from pathlib import Path
from zlib import crc32

import numpy as np
import pytest

from eval.datasets import Question
from eval.lines import BadDataset
from eval.refusal_curve import Asked, curve, curve_svg, curve_table
from eval.sentence_hits import gold_questions, hits_table, holds, measure_hits, read_answers, spaces_of
from eval.training.listwise import Recipe, SentenceList, train
from eval.training.sentences import joined, sentence_list, train_joined
from indexer.encoders import Encoder
from server.answer.features import FEATURES

ANSWERABLE = Question("a", "水价多少？", "numeric", "zh", "水.txt", (("三角",),), True)
UNANSWERABLE = Question("u", "谁当选？", "unanswerable", "zh", None, (), False)


def lists(count: int, seed: int) -> list[SentenceList]:
    """The sentence that answers has the larger second feature; the first is noise."""
    draw = np.random.default_rng(seed)
    made = []
    for _ in range(count):
        features = draw.standard_normal((5, 2)).astype(np.float32)
        answers = np.arange(5) == features[:, 1].argmax()
        made.append(SentenceList(features, answers))
    return made


def hits(network_scores: list[np.ndarray], asked: list[SentenceList]) -> float:
    return float(np.mean([one.answers[scores.argmax()] for scores, one in zip(network_scores, asked, strict=True)]))


def test_it_learns_which_feature_tells() -> None:
    network = train(lists(300, 0), Recipe(hidden=4, epochs=30, rate=0.02))
    fresh = lists(200, 1)
    assert hits([network.scores(one.features, 5) for one in fresh], fresh) > 0.9


def test_the_same_seed_gives_the_same_weights() -> None:
    first, second = (train(lists(40, 0), Recipe(hidden=3, epochs=2)) for _ in range(2))
    assert first.inner.tolist() == second.inner.tolist()
    other = train(lists(40, 0), Recipe(hidden=3, epochs=2, seed=1))
    assert first.inner.tolist() != other.inner.tolist()


def test_joined_networks_score_as_their_mean() -> None:
    made = lists(40, 0)
    networks = [train(made, Recipe(hidden=3, epochs=2, seed=seed)) for seed in (5, 6)]
    features = made[0].features
    expected = (networks[0].scores(features, 5) + networks[1].scores(features, 5)) / 2
    assert joined(networks).scores(features, 5) == pytest.approx(expected, abs=1e-5)
    assert train_joined(made, Recipe(hidden=3, epochs=2, seed=5), 2).inner.tolist() == joined(networks).inner.tolist()


def test_lists_without_a_choice_teach_nothing() -> None:
    useless = [SentenceList(np.ones((2, 2), np.float32), np.array([answer, answer])) for answer in (True, False)]
    both = train([*lists(20, 0), *useless], Recipe(hidden=3, epochs=2))
    assert both.inner.tolist() == train(lists(20, 0), Recipe(hidden=3, epochs=2)).inner.tolist()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data set of one document with two questions."""
    made = tmp_path / "set"
    made.mkdir()
    text = "江城水库于1998年建成。坝高120米，库容3亿立方米。水库由市水利局管理。"
    (made / "corpus.jsonl").write_text(json.dumps({"_id": "d", "title": "江城水库", "text": text}) + "\n", "utf-8")
    queries = [("q1", "江城水库的坝高多少米", ["120米"]), ("q2", "江城水库由哪个部门管理", ["市水利局"])]
    lines = (json.dumps({"_id": i, "text": question, "answers": answers}) for i, question, answers in queries)
    (made / "queries.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
    (made / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\nq1\td\t1\nq2\td\t1\n", "utf-8")
    return made


def test_answers_are_read_and_found() -> None:
    assert holds("坝高１２０ 米。", ("120米",))
    assert not holds("坝高20米。", ("120米",))


def test_a_set_without_answers_is_named(folder: Path) -> None:
    (folder / "queries.jsonl").write_text('{"_id": "q1", "text": "坝高"}\n', "utf-8")
    with pytest.raises(BadDataset, match="answers"):
        read_answers(folder)


def test_lists_and_hits_of_a_data_set(folder: Path, tmp_path: Path, encoder: Encoder) -> None:
    generation, questions = gold_questions(folder, encoder, tmp_path / "work")
    assert [question.query_id for question in questions] == ["q1", "q2"]
    assert [question.held_out for question in questions] == [crc32(i) % 2 == 1 for i in (b"q1", b"q2")]
    made = sentence_list(questions[0], questions[0].passages, generation, questions[0].vector)
    assert made is not None
    assert made.features.shape == (3, len(FEATURES))
    assert made.answers.tolist() == [False, True, False]
    found = measure_hits(questions, generation, encoder)
    assert found["answer (encoder)"] == 1.0
    assert "| set | questions |" in hits_table({"set": (2, found)})


def test_each_half_of_the_vector_gives_its_own_cosine(encoder: Encoder) -> None:
    one, other = encoder.encode(["水库的坝高", "坝高120米"])
    spaces = spaces_of(encoder, one)
    if len(spaces) == 3:
        assert (spaces["static"] @ other + spaces["use"] @ other) / 2 == pytest.approx(one @ other, abs=1e-5)


def test_the_curve_counts_both_kinds_of_errors() -> None:
    asked = [Asked(ANSWERABLE, 0.9), Asked(ANSWERABLE, 0.3), Asked(UNANSWERABLE, 0.5), Asked(UNANSWERABLE, 0.0)]
    points = {point.threshold: point for point in curve(asked)}
    assert (points[0.0].refused_answerable, points[0.0].answered_unanswerable) == (0.0, 0.5)
    assert (points[0.4].refused_answerable, points[0.4].answered_unanswerable) == (0.5, 0.5)
    assert (points[0.6].refused_answerable, points[0.6].answered_unanswerable) == (0.5, 0.0)
    assert "| 0.40 | 50.0 % | 50.0 % |" in curve_table(curve(asked))
    assert curve_svg(curve(asked)).count("<polyline") == 2
