"""The torch-free reader of static encoders, against a worked example and against sentence-transformers."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import save_file
from tokenizers import Tokenizer, models, pre_tokenizers

from indexer.errors import EncoderUnavailable
from indexer.static_model import FOLDER, StaticModel, quantise

TEXTS = [
    "“631”机制：指提前6个月制定方案",
    "What does the 631 mechanism mean?",
    "渝国资函〔2025〕313号",
    "ＡＢＣ　全角，ｶﾀｶﾅ",
    "第一段。\n第二段\t。",
    "長江三峽",
]


@pytest.fixture(scope="session")
def shipped() -> StaticModel:
    return StaticModel()


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """Three known words; vectors a = (2, 0), b = (0, 2), c = (-127, 0)."""
    tokenizer = Tokenizer(models.WordLevel({"[UNK]": 0, "a": 1, "b": 2, "c": 3}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    rows = np.array([[0, 0], [4, 0], [0, 1], [-127, 0]], np.int8)
    scales = np.array([0, 0.5, 2, 1], np.float32)
    save_file({"embeddings": rows, "weights": scales}, tmp_path / "model.safetensors")
    return tmp_path


def test_vector_is_the_unit_mean_of_token_vectors(tiny: Path) -> None:
    vectors = StaticModel(tiny).encode(["a b", "a a b", "a", "unheard a"])
    half, fifth = np.sqrt(0.5), np.sqrt(0.2)
    expected = np.array([[half, half], [2 * fifth, fifth], [1, 0], [1, 0]])
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(vectors, expected, atol=1e-6)


@pytest.mark.parametrize("text", ["", " ", "unheard", "\ud800"])
def test_text_without_known_tokens_has_the_zero_vector(tiny: Path, text: str) -> None:
    np.testing.assert_array_equal(StaticModel(tiny).encode([text]), [[0.0, 0.0]])


def test_passage_is_the_sum_of_its_sentences(tiny: Path) -> None:
    passages, sentences = StaticModel(tiny).encode_passages([["a a", "b"], ["c"]])
    np.testing.assert_allclose(passages, np.array([[2, 1], [-np.sqrt(5), 0]]) / np.sqrt(5), atol=1e-6)
    np.testing.assert_allclose(sentences, [[1, 0], [0, 1], [-1, 0]], atol=1e-6)


def test_nothing_gives_empty_arrays(tiny: Path) -> None:
    model = StaticModel(tiny)
    passages, sentences = model.encode_passages([])
    assert model.encode([]).shape == passages.shape == sentences.shape == (0, 2)


def test_leading_dimensions(tiny: Path) -> None:
    model = StaticModel(tiny, size=1)
    assert model.dimension == 1
    np.testing.assert_allclose(model.encode(["a b", "c", "b"]), [[1], [-1], [0]], atol=1e-6)


@pytest.mark.parametrize("size", [0, -1, 3])
def test_size_that_the_model_does_not_have(tiny: Path, size: int) -> None:
    with pytest.raises(EncoderUnavailable, match="2 维"):
        StaticModel(tiny, size=size)


@pytest.mark.parametrize("damage", ["missing", "truncated", "other tensors"])
def test_damaged_folder_is_one_clear_line(tiny: Path, damage: str) -> None:
    weights = tiny / "model.safetensors"
    if damage == "missing":
        weights.unlink()
    elif damage == "truncated":
        weights.write_bytes(weights.read_bytes()[:20])
    else:
        save_file({"other": np.zeros(1, np.float32)}, weights)
    with pytest.raises(EncoderUnavailable, match="static encoder cannot be loaded") as raised:
        StaticModel(tiny)
    assert str(tiny) in str(raised.value)
    assert "\n" not in str(raised.value)


def test_fingerprint_follows_content_and_size(tiny: Path) -> None:
    before = StaticModel(tiny).fingerprint
    assert StaticModel(tiny).fingerprint == before != StaticModel(tiny, size=1).fingerprint
    tokenizer = json.loads((tiny / "tokenizer.json").read_text("utf-8"))
    tokenizer["model"]["vocab"]["d"] = 3
    (tiny / "tokenizer.json").write_text(json.dumps(tokenizer), "utf-8")
    assert StaticModel(tiny).fingerprint != before


def test_quantised_rows_are_within_half_a_step() -> None:
    vectors = np.random.default_rng(0).normal(size=(50, 16)).astype(np.float32)
    vectors[3] = 0
    rows, scales = quantise(vectors)
    assert rows.dtype == np.int8
    assert scales[3] == 0
    assert np.all(np.abs(rows * scales[:, None] - vectors) <= scales[:, None] * 0.5 + 1e-6)
    np.testing.assert_array_equal(np.abs(rows[np.arange(50) != 3]).max(axis=1), 127)


def test_shipped_model_is_small_and_has_a_card() -> None:
    files = [path for path in FOLDER.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) <= 40_000_000
    assert {"README.md", "modules.json", "model.safetensors", "tokenizer.json"} <= {path.name for path in files}


def test_shipped_model_knows_meaning_across_words_and_languages(shipped: StaticModel) -> None:
    query, near, far = shipped.encode(
        ["房屋租金补贴怎么申请", "公共租赁住房租赁补贴的申请条件", "森林防火期禁止野外用火"]
    )
    assert query @ near > query @ far + 0.2
    english, near, far = shipped.encode(["forest fire prevention", "森林防火", "公共租赁住房"])
    assert english @ near > english @ far + 0.2


def test_width_and_case_do_not_matter(shipped: StaticModel) -> None:
    vectors = shipped.encode(["ＧＤＰ增长５.２％", "gdp增长5.2%"])
    np.testing.assert_allclose(vectors[0], vectors[1], atol=1e-6)


def test_same_vectors_as_sentence_transformers(shipped: StaticModel) -> None:
    sentence_transformers = pytest.importorskip("sentence_transformers")
    theirs = sentence_transformers.SentenceTransformer(str(FOLDER), device="cpu").encode(TEXTS)
    ours = shipped.encode(TEXTS)
    assert ours.shape == theirs.shape
    assert np.all(np.einsum("ij,ij->i", ours, theirs) >= 0.9999)


def test_reading_imports_no_torch() -> None:
    code = (
        "import sys; from indexer.static_model import StaticModel; StaticModel().encode(['你好']);"
        "print('torch' in sys.modules, 'sentence_transformers' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]


@given(st.lists(st.text(max_size=40), min_size=1, max_size=5))
@settings(max_examples=60, deadline=None)
def test_any_text_has_a_unit_or_zero_vector_whatever_its_batch(shipped: StaticModel, texts: list[str]) -> None:
    vectors = shipped.encode(texts)
    norms = np.linalg.norm(vectors, axis=1)
    assert np.all((norms == 0) | (np.abs(norms - 1) < 1e-5))
    alone = np.concatenate([shipped.encode([text]) for text in texts])
    np.testing.assert_allclose(vectors, alone, atol=1e-6)
    passages, sentences = shipped.encode_passages([texts])
    np.testing.assert_allclose(sentences, vectors, atol=1e-6)
    assert np.linalg.norm(passages[0]) <= 1 + 1e-5
