"""Training the ranker on a handful of documents."""

import gzip
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from eval.datasets import CorpusDocument, Dataset
from eval.training import ranker
from eval.training.ranker import drafted, lists_of, merged
from indexer.document import SourceDocument
from indexer.encoders import Encoder
from indexer.generations import Generation
from indexer.pipeline import Indexer
from server.network import Network
from server.search.rank import QUICK, WHOLE, load
from server.search.retrieve import Retriever

TEXTS = {
    "a": "水库除险加固由县水利局负责。",
    "b": "水渠清淤每年两次。",
    "c": "道路养护。",
    "d": "桥梁检修。",
    "e": "停车收费。",
}
DATASET = Dataset(
    "small", tuple(CorpusDocument(name, "", text) for name, text in TEXTS.items()),
    {"q1": "水库由谁负责", "q2": "多久清淤一次"}, {"q1": {"a": 1}, "q2": {"b": 1, "c": 1}},
)  # fmt: skip


@pytest.fixture(scope="module")
def generation(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Generation:
    data_dir = tmp_path_factory.mktemp("ranker")
    with Indexer(data_dir, encoder) as indexer:
        indexer.index_documents((name, SourceDocument(text)) for name, text in TEXTS.items())
    return Generation(data_dir)


def test_what_is_judged_right_is_learned_as_right(generation: Generation, encoder: Encoder) -> None:
    lists = list(lists_of(DATASET, generation, Retriever(generation, encoder), lambda *_: None))
    # Each question teaches the ranker of whole vectors and that of quick ones.
    assert [ranker for ranker, _, _ in lists] == [WHOLE, QUICK, WHOLE, QUICK]
    order = [document.source for document in generation.documents()]
    for (_, names, one), right in zip(lists, ({"a"}, {"a"}, {"b", "c"}, {"b", "c"}), strict=True):
        assert one.features.shape == (5, len(names))
        assert {order[at] for at in np.flatnonzero(one.answers)} == right
        assert one.weight == pytest.approx(2**-0.5)


def network(seed: int) -> Network:
    draw = np.random.default_rng(seed)
    parts = [draw.standard_normal(shape).astype(np.float32) for shape in ((2, 3), (3,), (3,), (2,))]
    return Network(np.zeros(2, np.float32), np.ones(2, np.float32), *parts)


def test_a_merged_network_scores_as_the_mean() -> None:
    networks = [network(seed) for seed in range(3)]
    features = np.stack([np.linspace(-2, 2, 7), np.linspace(1, -1, 7)], axis=1).astype(np.float32)
    expected = np.mean([one.scores(features, 8) for one in networks], axis=0)
    np.testing.assert_allclose(merged(networks).scores(features, 8), expected, rtol=1e-5, atol=1e-6)
    assert merged([networks[0]]).scores(features, 8).tolist() == pytest.approx(networks[0].scores(features, 8).tolist())


def write_set(folder: Path, dataset: Dataset) -> None:
    folder.mkdir()
    lines = [json.dumps({"_id": one.document_id, "title": "", "text": one.text}) for one in dataset.documents]
    (folder / "corpus.jsonl").write_text("\n".join(lines), encoding="utf-8")
    (folder / "queries.jsonl").write_text(
        "\n".join(json.dumps({"_id": name, "text": text}) for name, text in dataset.queries.items()), encoding="utf-8"
    )
    judged = [f"{query}\t{document}\t1" for query, found in dataset.qrels.items() for document in found]
    (folder / "qrels.tsv").write_text("\n".join(["query-id\tcorpus-id\tscore", *judged]), encoding="utf-8")


def test_the_command_writes_a_model_that_orders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    queries = {f"q{i}": text for i in range(6) for text in [("水库由谁负责", "道路", "停车收费吗")[i % 3]]}
    qrels = {query: {("a", "c", "e")[i % 3]: 1} for i, query in enumerate(queries)}
    write_set(tmp_path / "set", replace(DATASET, queries=queries, qrels=qrels))
    monkeypatch.setattr(ranker, "_NETWORKS", 1)
    app = typer.Typer()
    app.command()(ranker.main)
    out = tmp_path / "model.npz"
    arguments = [str(tmp_path / "set"), "--out", str(out), "--work", str(tmp_path / "work"), "--hidden", "4"]
    done = CliRunner().invoke(app, [*arguments, "--epochs", "3"])
    assert done.exit_code == 0, done.output
    assert all("z_lexical" in load(out)[name].names for name in (WHOLE, QUICK))


def test_questions_are_drafted_from_reports(tmp_path: Path) -> None:
    text = (
        "水利工作报告\n\n一、建设情况\n2024年，全市新建水库12座，完成投资3.5亿元。\n\n二、名词解释\n"
        "“三清”：指清理管网、清退隐患、清除淤泥。\n"
    )
    file = tmp_path / "reports.jsonl.gz"
    with gzip.open(file, "wt", encoding="utf-8") as out:
        out.write(json.dumps({"title": "水利工作报告", "text": text}) + "\n")
    dataset = drafted(file, 1, 0)
    about = {query: dataset.qrels[name] for name, query in dataset.queries.items() if "三清" in query}
    passages = {one.document_id: one.text for one in dataset.documents}
    assert about
    assert all("清理管网" in passages[name] for judged in about.values() for name in judged)
