"""The page: whole, without anything from elsewhere, and with what it was given."""

import re
from typing import Any

from lxml import html

from eval.metrics import evaluate
from eval.page import page
from eval.per_query import retrieval_results
from eval.rankings import Ranking, SystemRun
from eval.report import Settings, retrieval_report
from eval.runs import scores_of

_QRELS = {f"q{i}": {"a": 1} for i in range(6)}
_QUERIES = {f"q{i}": f"<b>问{i}</b>" for i in range(6)}


def _run(name: str, ranks: list[int]) -> SystemRun:
    rankings = {}
    for i, rank in enumerate(ranks):
        documents = [f"x{place}" for place in range(rank - 1)] + ["a"]
        rankings[f"q{i}"] = Ranking(tuple(documents), tuple(float(-p) for p in range(rank)), 1.0 + i, {"bm25": 0.5})
    return SystemRun(name, rankings)


def _page(*runs: SystemRun) -> str:
    scores = evaluate(_QRELS, {run.system: scores_of(run) for run in runs})
    report = retrieval_report("tiny", Settings("none", 3, 3, None, 0), runs, scores)
    times = {run.system: [r.ms for r in run.rankings.values() if r.ms is not None] for run in runs}
    return page(
        report, retrieval_results(_QUERIES, _QRELS, runs, scores), {name: ms for name, ms in times.items() if ms}
    )


def test_nothing_comes_from_elsewhere() -> None:
    written = _page(_run("first", [1, 2, 1, 1, 3, 1]), _run("第二 & <two>", [1, 1, 2, 5, 3, 1]))
    assert "http" not in written
    assert "<script" not in written
    assert "@import" not in written
    assert not re.search(r"(?:src|href)=\"(?!#)", written)
    assert not re.search(r"url\((?!#)", written)
    # Colours that stand for the style sheet's are all replaced.
    assert "#01010" not in written
    assert "prefers-color-scheme: dark" in written


def test_tables_and_plots() -> None:
    tree: Any = html.fromstring(_page(_run("first", [1, 2, 1, 1, 3, 1]), _run("第二 & <two>", [1, 1, 2, 5, 3, 1])))
    assert tree.xpath("//h2/text()")[0].strip() == "指标"
    labels = [figure.get("aria-label").split()[0] for figure in tree.xpath("//figure")]
    assert labels == ["指标", "与", "耗时分布"]
    texts = {"".join(text.itertext()).strip() for text in tree.xpath("//figure//text")}
    assert {"nDCG@10", "recall@100", "第二 & <two>"} <= texts
    # One query won, two lost, three alike.
    assert "+1  −2  =3" in texts
    rows = ["".join(row.itertext()) for row in tree.xpath("//details//tbody/tr")]
    assert len(rows) == 3
    assert any("<b>问3</b>" in row and "1 → 5" in row for row in rows)
    ids = [element.get("id") for element in tree.xpath("//*[@id]")]
    used = re.findall(r"(?:url\(|^)#(\w+)", "\n".join(v for e in tree.iter() for v in e.attrib.values()), re.MULTILINE)
    assert used
    assert set(used) <= set(ids)


def test_one_system_without_times() -> None:
    untimed = SystemRun("only", {query: Ranking(("a",), (1.0,)) for query in _QRELS})
    tree: Any = html.fromstring(_page(untimed))
    assert [heading.text.strip() for heading in tree.xpath("//h2")] == ["指标"]
