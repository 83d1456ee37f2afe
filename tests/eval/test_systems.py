"""The systems over real indexes of hand-made documents."""

from pathlib import Path

import jieba
import numpy as np
import pytest
from rank_bm25 import BM25Okapi

from eval.baselines import RankBM25System
from eval.datasets import CorpusDocument, load_beir
from eval.engine import FEATURES
from eval.indexes import NotAnEvaluationIndex, index_corpus, index_folder
from eval.systems import DEFAULT, UnknownSystem, open_systems, run_system, system_names
from indexer.encoders import Encoder
from indexer.generations import Generation
from indexer.pipeline import Indexer
from server.search.query import understand_query
from server.search.retrieve import Retriever
from tests.eval.support import quiet


def _index(data_dir: Path, documents: tuple[CorpusDocument, ...], encoder: Encoder) -> Generation:
    return index_corpus(data_dir, documents, encoder, quiet)


def test_every_system_finds_what_is_asked(beir: Path, tmp_path: Path, encoder: Encoder) -> None:
    dataset = load_beir(beir)
    generation = _index(tmp_path / "index", dataset.documents, encoder)
    systems = open_systems(DEFAULT, dataset.documents, generation, encoder)
    assert [system.name for system in systems] == ["hybrid", "bm25", "dense", "rank-bm25"]
    for system in systems:
        run = run_system(system, dataset.queries, quiet)
        tops = {query: ranking.documents[0] for query, ranking in run.rankings.items()}
        assert tops == {"q1": "water", "q2": "bus", "q3": "school"}, system.name
        for ranking in run.rankings.values():
            assert len(set(ranking.documents)) == len(ranking.documents) == len(ranking.scores)
            assert ranking.ms is not None
            assert ranking.ms > 0
            # What is done beside the stages is bookkeeping.
            assert sum(ranking.stages.values()) <= ranking.ms


def test_no_match_is_an_empty_ranking(beir: Path, tmp_path: Path, encoder: Encoder) -> None:
    documents = load_beir(beir).documents
    (bm25,) = open_systems(["bm25"], documents, _index(tmp_path / "index", documents, encoder), encoder)
    assert bm25.rank("qwerty").documents == ()


def test_a_document_stands_where_its_best_chunk_stands(tmp_path: Path, encoder: Encoder) -> None:
    # One document of 150 chunks on the matter asked about, and two short ones that hardly speak of it: the hundred
    # best chunks are all from the first, and the others are still ranked.
    paragraph = "水库大坝每年汛期前检查一次，检查结果报水利局备案。" * 25
    long = "\n".join(f"第{i}座{paragraph}" for i in range(150))
    documents = (
        CorpusDocument("hall", "", "图书馆周一闭馆。"),
        CorpusDocument("dam", "", long),
        CorpusDocument("river", "", "河道采砂须持许可证，水库另行规定。"),
    )
    generation = _index(tmp_path / "index", documents, encoder)
    assert generation.manifest.chunks > 150
    retriever = Retriever(generation, encoder)
    query = "水库大坝多久检查一次"
    for system in open_systems(["hybrid", "bm25", "dense"], documents, generation, encoder):
        ranking = system.rank(query)
        assert ranking.documents[0] == "dam"
        assert set(ranking.documents) == ({"dam", "river"} if system.name == "bm25" else {"dam", "river", "hall"})
        kind = next(name for name in ("hybrid", "bm25", "dense") if name == system.name)
        assert ranking.scores[0] == retriever.search(understand_query(query), 1, kind)[0].score


def test_rank_bm25_is_rank_bm25(beir: Path) -> None:
    documents = (
        *load_beir(beir).documents,
        CorpusDocument("twin", "", "随迁子女可在居住地报名入读公办小学，凭居住证办理。"),
    )
    system = RankBM25System(documents)
    texts = [f"{d.title}\n\n{d.text}" if d.title else d.text for d in documents]
    index = BM25Okapi([jieba.lcut(text) for text in texts])
    for query in ("公办小学怎么报名", "灌溉水价是多少", "免费", "no such word"):
        scores = index.get_scores(jieba.lcut(query)).tolist()
        # Best score first; equal scores, like the twins' and all zeros, in corpus order.
        expected = sorted(range(len(documents)), key=lambda i: (-scores[i], i))
        ranking = system.rank(query)
        assert ranking.documents == tuple(documents[i].document_id for i in expected)
        assert np.allclose(ranking.scores, [scores[i] for i in expected])


def test_an_index_is_kept_for_the_same_corpus_only(beir: Path, tmp_path: Path, encoder: Encoder) -> None:
    documents = load_beir(beir).documents
    data_dir = tmp_path / "index"
    first = _index(data_dir, documents, encoder)
    assert _index(data_dir, documents, encoder).name == first.name
    changed = (CorpusDocument("water", "节水办法", "水价由市里核定。"), *documents[1:])
    second = _index(data_dir, changed, encoder)
    assert second.name != first.name
    assert "市里" in next(d.text for d in second.documents() if d.source == "water")


def test_a_users_index_stays_untouched(beir: Path, tmp_path: Path, encoder: Encoder) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "a.txt").write_text("图书馆周一闭馆。", encoding="utf-8")
    data_dir = tmp_path / "data"
    with Indexer(data_dir, encoder) as indexer:
        indexer.index([folder])
    before = {path: path.stat().st_mtime_ns for path in data_dir.rglob("*")}
    with pytest.raises(NotAnEvaluationIndex):
        _index(data_dir, load_beir(beir).documents, encoder)
    with pytest.raises(NotAnEvaluationIndex):
        index_folder(data_dir, folder, encoder, quiet)
    assert {path: path.stat().st_mtime_ns for path in data_dir.rglob("*")} == before


def test_the_ladder_names_every_system_once() -> None:
    steps = ["rank-bm25", "bm25-words", "bm25-bigrams", "bm25", "dense", "rrf", "hybrid"]
    without = [f"hybrid-{feature}" for feature in FEATURES]
    assert system_names("ladder") == [*steps, *without]
    assert system_names(" hybrid , ladder, dense") == ["hybrid", *steps[:-1], *without]
    with pytest.raises(UnknownSystem, match=r"elastic.*rank-bm25"):
        system_names("hybrid,elastic")
    with pytest.raises(UnknownSystem):
        system_names(" , ")


def test_a_reranker_that_is_not_configured_is_told() -> None:
    with pytest.raises(UnknownSystem, match="ZHENGWEN_RERANKER"):
        system_names("hybrid+reranker")


def test_every_step_of_the_ladder_ranks(beir: Path, tmp_path: Path, encoder: Encoder) -> None:
    dataset = load_beir(beir)
    generation = _index(tmp_path / "index", dataset.documents, encoder)
    systems = open_systems(system_names("ladder"), dataset.documents, generation, encoder)
    for system in systems:
        assert system.rank("灌溉水价是多少").documents[0] == "water", system.name
    stages = {system.name: set(system.rank("灌溉水价是多少").stages) for system in systems}
    assert stages["bm25-words"] == stages["bm25-bigrams"] == {"understand", "bm25"}
    assert stages["dense"] >= {"encode", "dense"}
    assert stages["rrf"] >= {"encode", "bm25", "dense", "fuse"}
    assert stages["rank-bm25"] == set()


def test_rrf_by_hand(beir: Path, tmp_path: Path, encoder: Encoder) -> None:
    # Every document is one chunk, so fusing chunks is fusing documents.
    dataset = load_beir(beir)
    generation = _index(tmp_path / "index", dataset.documents, encoder)
    *parts, rrf = open_systems(["bm25-words", "bm25-bigrams", "dense", "rrf"], dataset.documents, generation, encoder)
    for query in dataset.queries.values():
        expected: dict[str, float] = {}
        for part in parts:
            for rank, document in enumerate(part.rank(query).documents, start=1):
                expected[document] = expected.get(document, 0) + 1 / (60 + rank)
        ranking = rrf.rank(query)
        assert dict(zip(ranking.documents, ranking.scores, strict=True)) == pytest.approx(expected)
        assert list(ranking.scores) == sorted(ranking.scores, reverse=True)
