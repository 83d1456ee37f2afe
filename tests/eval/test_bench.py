"""What the benchmark measures with. How fast anything is, no test asks."""

from pathlib import Path

import pytest

from eval.bench import bench_table, measure_search
from eval.lines import BadDataset
from eval.texts import read_material
from indexer.document import SourceDocument
from indexer.reading import understand
from tests.eval.support import quiet, write_jsonl


def test_material(corpus: Path, tmp_path: Path) -> None:
    texts = write_jsonl(
        tmp_path / "texts.jsonl",
        [{"query": "谁来养护县道？", "pos": "县道由县交通局负责养护。每季度一次，雨季前加查。"}],
    )
    material = read_material(corpus, [texts])
    assert material.queries == ("谁来养护县道？",)
    assert "县道由县交通局负责养护。" in material.sentences
    assert "texts.jsonl" in material.origin
    questions = material.questions(30, seed=1)
    assert len(questions) == 30
    assert questions[0] == "谁来养护县道？"
    assert all(4 <= len(question) <= 24 for question in questions)
    assert questions == material.questions(30, seed=1)


def test_made_up_chunks_have_the_length_of_chunks(corpus: Path) -> None:
    material = read_material(corpus, [])
    chunks = material.chunks(50, seed=0)
    assert chunks == material.chunks(50, seed=0)
    assert len(set(chunks)) == 50
    assert all(300 <= len(chunk) <= 450 for chunk in chunks)
    # The chunker leaves most of them whole: the rest hold a definition or a heading, which are chunks of their own.
    whole = sum(len(understand("a.txt", SourceDocument("\n" + chunk, "题")).chunks) == 1 for chunk in chunks)
    assert whole > 25


def test_nothing_to_measure_with(tmp_path: Path) -> None:
    with pytest.raises(BadDataset, match="no text"):
        read_material(tmp_path, [])


def test_search_is_measured_beside_its_reference(corpus: Path) -> None:
    measurement = measure_search(read_material(corpus, []), 120, 0, quiet)
    assert measurement.measured > 0
    assert measurement.ratio == pytest.approx(measurement.reference / measurement.measured)
    assert measurement.met == (measurement.ratio >= 3)
    assert set(measurement.stages) == {"encode", "bm25", "dense", "fuse", "rerank"}
    assert all(ms > 0 for ms in measurement.stages.values())


def test_table() -> None:
    figures = {"measured": 1.234, "reference": 1.0, "unit": "s", "ratio": 1.234}
    row = {"name": "ask", "against": "import", **figures, "target": "≤ 1.3", "met": True, "stages": {}}
    text = bench_table({"measurements": [row], "heavy_imports": {"measured": ["torch"], "met": False}})
    assert "| ask | import | 1.23 s | 1 s | 1.23 | ≤ 1.3 | ✓ |" in text
    assert "torch" in text.splitlines()[-1]
    assert "✗" in text.splitlines()[-1]
