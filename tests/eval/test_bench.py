"""What the benchmark measures with, and what it says. How fast anything is, no test asks."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from eval.bench.load import Load, measure_load
from eval.bench.measurement import Measurement, at_most, below, faster, in_turns, percentile
from eval.bench.plots import cost_plot, panels_of
from eval.bench.processes import resident, serving
from eval.bench.publishing import PublishedChunks, published
from eval.bench.reindexing import change, measure_reindexing
from eval.bench.report import bench_page, bench_table
from eval.bench.running import parts_of, write_bench
from eval.bench.searching import bm25s_search, measure_search, questions_of, rank_bm25_search
from eval.bench.synthetic import Vocabulary
from eval.lines import BadDataset
from eval.texts import read_material
from indexer.analyzer import analyze
from indexer.document import SourceDocument
from indexer.generations import Generation
from indexer.reading import understand
from indexer.soundness import problems_of
from tests.eval.support import quiet, write_jsonl


@pytest.fixture(scope="module")
def chunks(corpus: Path) -> Iterator[PublishedChunks]:
    with published(Vocabulary(read_material(corpus, []).sentences), 120, 0, quiet) as made:
        yield made


def _told(figure: float | None) -> float:
    assert figure is not None
    return figure


def test_material(corpus: Path, tmp_path: Path) -> None:
    texts = write_jsonl(
        tmp_path / "texts.jsonl",
        [{"query": "谁来养护县道？", "pos": "县道由县交通局负责养护。每季度一次，雨季前加查。"}],
    )
    material = read_material(corpus, [texts])
    assert material.queries == ("谁来养护县道？",)
    assert "县道由县交通局负责养护。" in material.sentences
    assert "texts.jsonl" in material.origin


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


def test_what_is_published_is_sound(chunks: PublishedChunks) -> None:
    generation = Generation(chunks.data_dir)
    assert problems_of(generation) == []
    assert (generation.manifest.chunks, generation.manifest.documents) == (120, 120)
    assert generation.document(7).text == chunks.texts[7]
    words = chunks.words()
    assert len(words) == 120
    assert generation.words.document_frequency([words[5][0]])[0] == sum(words[5][0] in each for each in words)
    lengths = np.linalg.norm(generation.sentences * generation.sentence_scales[:, None], axis=1)
    assert lengths == pytest.approx(1, abs=0.1)


def test_both_libraries_find_the_chunk_that_a_clause_was_cut_from(chunks: PublishedChunks) -> None:
    bm25s_own = pytest.importorskip("bm25s").BM25(backend="numpy")
    bm25s_own.index(chunks.words(), show_progress=False)
    generation = Generation(chunks.data_dir)
    handed, rank_bm25 = bm25s_search(generation, chunks.vocabulary.tokens), rank_bm25_search(chunks.words())
    for question in chunks.clauses(5, seed=1):
        expected = bm25s_own.retrieve([list(analyze(question).words)], k=8, show_progress=False)
        found = handed(question)
        np.testing.assert_allclose(found.scores, expected.scores, rtol=1e-4)  # type: ignore[attr-defined]
        assert question in chunks.texts[int(found.documents[0][0])]  # type: ignore[attr-defined]
        assert question in chunks.texts[int(rank_bm25(question)[0])]  # type: ignore[index]


def test_questions_are_cut_and_given_in_turn(chunks: PublishedChunks) -> None:
    questions = questions_of(chunks, ["甲是什么", "乙是什么"], 6, 1)
    assert set(questions[1:4:2]) == {"甲是什么", "乙是什么"}
    assert all(
        any(question in text for text in chunks.texts) for question in (questions[0], questions[2], *questions[4:])
    )
    assert len(questions) == 6


def test_search_is_measured_beside_its_references(chunks: PublishedChunks) -> None:
    pytest.importorskip("bm25s")
    rank_bm25, bm25s, again, spread = measure_search(chunks, ["什么是631机制"], 20, 0, quiet)
    assert rank_bm25.ratio == pytest.approx(_told(rank_bm25.reference) / _told(rank_bm25.measured))
    assert bm25s.ratio == pytest.approx(_told(bm25s.measured) / _told(bm25s.reference))
    assert (rank_bm25.target, bm25s.target, again.target) == ("≥ 3 × faster", "", "")
    assert again.ratio == pytest.approx(_told(again.measured) / _told(again.reference))
    assert bm25s.measured == rank_bm25.measured
    assert {"encode", "bm25", "dense", "fuse", "rerank", "quick share", "clauses p50", "given p50"} <= set(
        spread.details
    )
    assert 0 <= spread.details["quick share"] <= 1
    assert all(value > 0 for name, value in spread.details.items() if not name.startswith("quick share"))


def test_a_service_under_load(chunks: PublishedChunks) -> None:
    with serving(chunks.data_dir) as service:
        found = measure_load(service.url, 120, chunks.clauses(5, 0), Load(3, 0.5), quiet)
        assert resident(service.process).get("all", 1) > 0
    requests, errors = found
    assert requests.details["requests"] >= 3
    assert errors.measured == 0
    assert errors.met


def test_each_changed_paragraph_lies_in_a_document_of_its_own(tmp_path: Path) -> None:
    texts = [str(number) for number in range(50)]
    change(tmp_path, texts, ["甲", "乙", "丙"])
    written = {path.name: path.read_text(encoding="utf-8").split("\n")[1:-1] for path in tmp_path.rglob("*.txt")}
    assert written == {
        "0000000.txt": ["甲", "1", "2", "3", "4"],
        "0000003.txt": ["15", "乙", "17", "18", "19"],
        "0000006.txt": ["30", "31", "丙", "33", "34"],
    }
    assert [texts[0], texts[16], texts[32]] == ["甲", "乙", "丙"]


def test_indexing_again_is_measured_beside_the_first_time(corpus: Path) -> None:
    found = measure_reindexing(read_material(corpus, []), 40, 1, 0, quiet)
    assert found.ratio == pytest.approx(_told(found.measured) / _told(found.reference))
    assert (found.details["documents"], found.target) == (8, "≤ 0.05")
    # Of some forty chunks that of the new paragraph is encoded, and hardly another.
    assert 1 <= found.details["encoded again"] <= 4 < 30 <= found.details["chunks"]


def test_what_is_no_answer_is_an_error(chunks: PublishedChunks) -> None:
    with serving(chunks.data_dir) as service:
        _, errors = measure_load(service.url, 120, [""], Load(2, 0.1), quiet)
    assert _told(errors.measured) >= 2
    assert not errors.met


def test_sides_take_turns() -> None:
    asked: list[str] = []
    sides = {name: lambda question, name=name: asked.append(name + question) for name in "ab"}
    took = in_turns(sides, ["1", "2", "3"], 2, lambda _done, _total: None)
    assert asked == ["a1", "b1", "a1", "a2", "b1", "b2", "a3", "b3"]
    assert [len(times.wall) for times in took.values()] == [3, 3]


def test_bounds() -> None:
    assert at_most("ask", "n", "r", (2.0, 1.0), "s", 2.0).met
    assert not at_most("ask", "n", "r", (2.1, 1.0), "s", 2.0).met
    assert at_most("ask", "n", "r", (2.1, 1.0), "s", None).met is None
    assert faster("ask", "n", "r", (1.0, 3.0), "s", 3).met
    assert not faster("ask", "n", "r", (1.0, 2.9), "s", 3).met
    assert below("ask", "n", 3.0, "GiB", 2.5).met is False
    assert below("browser", "not installed", None, "ms", 150).met is None
    assert percentile([1.0, 2.0, 3.0], 50) == 2


def test_parts() -> None:
    assert parts_of("ask, serve") == ("ask", "serve")
    for wrong in ("asks", ""):
        with pytest.raises(BadDataset, match="--only"):
            parts_of(wrong)


def _measurements() -> list[Measurement]:
    found = []
    for size in (1_000, 10_000):
        found += [
            faster("search", "hybrid, p50", "rank-bm25", (2.0, size / 100), "ms", 3, chunks=size),
            at_most("search", "hybrid, p95", "p50", (6.0, 2.0), "ms", None, chunks=size, details={"encode": 0.5}),
            below("serve", "常驻内存 resident", 0.25, "GiB", 2.5, chunks=size),
        ]
    return found


def test_table_and_page(tmp_path: Path) -> None:
    report = {
        "date": "2026-01-01T00:00:00+00:00", "cores": 2, "load_average": [1.25, 2.0], "texts": "corpus: 3 sentences",
        "measurements": [asdict(m) for m in _measurements()], "heavy_imports": {"measured": ["torch"], "met": False},
    }  # fmt: skip
    text = bench_table(report)
    assert "| hybrid, p50 | rank-bm25 | 2 ms | 10 ms | 5.00 | ≥ 3 × faster | ✓ |" in text
    assert "| 常驻内存 resident |  | 0.25 GiB |  |  | ≤ 2.5 GiB | ✓ |" in text
    assert "torch |  |  | none | ✗ |" in text
    assert "hybrid, p95：encode 0.5" in text
    assert "1.2 → 2.0" in text
    write_bench(tmp_path, report)
    assert json.loads((tmp_path / "bench.json").read_text(encoding="utf-8")) == report
    page = (tmp_path / "bench.html").read_text(encoding="utf-8")
    assert page == bench_page(report)
    assert "<svg" in page
    assert "src=" not in page
    assert (tmp_path / "cost.svg").read_text(encoding="utf-8").startswith("<svg")


def test_plot_lines() -> None:
    panels = panels_of([asdict(m) for m in _measurements()])
    assert panels["search, ms"]["hybrid p50"] == [(1_000, 2.0), (10_000, 2.0)]
    assert panels["search, ms"]["rank-bm25 p50"] == [(1_000, 10.0), (10_000, 100.0)]
    assert panels["memory, GiB"] == {"resident": [(1_000, 0.25), (10_000, 0.25)]}
    assert cost_plot([asdict(m) for m in _measurements()]).startswith("<svg")
