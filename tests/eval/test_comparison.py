"""A run against an earlier one, with values worked out by hand."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from typer.testing import CliRunner

from eval.cli import app
from eval.comparison import compare, read_old
from eval.lines import BadDataset
from eval.per_query import QueryResult, SystemResult, write_results


def _results(values: Sequence[float], system: str = "hybrid", text: str = "问") -> tuple[QueryResult, ...]:
    return tuple(
        QueryResult(f"q{i}", f"{text}{i}", {system: SystemResult({"nDCG@10": value})}) for i, value in enumerate(values)
    )


OLD = _results([1.0] * 10)
# Six of ten queries lost: the mean falls by .6, t = .6 / (.516 / sqrt 10) = 3.67 with nine degrees of freedom, p = .005.
WORSE = _results([1.0] * 4 + [0.0] * 6)


def test_a_significant_fall() -> None:
    comparison = compare(OLD, WORSE)
    (difference,) = comparison.differences
    assert (difference.system, difference.metric, difference.old, difference.new) == ("hybrid", "nDCG@10", 1.0, 0.4)
    assert difference.p_value == pytest.approx(0.005, abs=0.0005)
    assert difference.fell
    assert comparison.fell
    assert (comparison.shared, comparison.before) == (10, 10)


def test_what_is_no_fall() -> None:
    # A rise, the same, one query of ten (p = .34), and a fall within the margin.
    assert not compare(WORSE, OLD).fell
    assert not compare(OLD, OLD).fell
    assert not compare(OLD, _results([1.0] * 9 + [0.0])).fell
    assert not compare(OLD, WORSE, margin=0.6).fell
    assert compare(OLD, WORSE, margin=0.59).fell
    # Every query falls by the same small amount: significant beyond doubt, but less than the margin.
    assert not compare(OLD, _results([0.999] * 10)).fell


def test_only_queries_that_both_have_count() -> None:
    comparison = compare(OLD, WORSE[:5])
    assert (comparison.shared, comparison.before) == (5, 10)
    assert comparison.differences[0].new == 0.8
    # The same id for another text is another query.
    with pytest.raises(BadDataset, match="share no query"):
        compare(OLD, _results([1.0] * 10, text="另"))
    with pytest.raises(BadDataset, match="share no system"):
        compare(OLD, _results([1.0] * 10, system="bm25"))


def _write(folder: Path, results: Sequence[QueryResult]) -> Path:
    folder.mkdir()
    (folder / "report.json").write_text(json.dumps({"kind": "retrieval"}), encoding="utf-8")
    write_results(folder, results)
    return folder / "report.json"


def test_the_command_tells_by_its_exit_code(tmp_path: Path) -> None:
    old, worse = _write(tmp_path / "old", OLD), _write(tmp_path / "worse", WORSE)
    result = CliRunner().invoke(app, ["compare", str(old), str(worse)])
    assert result.exit_code == 1
    assert "| hybrid | nDCG@10 | 1.0000 | 0.4000 | -0.6000 | 0.00" in result.stdout
    assert "下降 fell" in result.stdout
    better = CliRunner().invoke(app, ["compare", str(worse), str(old)])
    assert better.exit_code == 0
    assert "上升 rose" in better.stdout
    assert CliRunner().invoke(app, ["compare", str(old), str(worse), "--margin", "0.7"]).exit_code == 0


def test_unreadable_reports_are_one_line(tmp_path: Path) -> None:
    old = _write(tmp_path / "old", OLD)
    (tmp_path / "text.json").write_text("[", encoding="utf-8")
    (tmp_path / "report.json").write_text('{"kind": "retrieval"}', encoding="utf-8")
    for other, why in (
        ("absent.json", "no such file"),
        ("text.json", "not a report.json"),
        ("report.json", "queries.jsonl"),
    ):
        result = CliRunner().invoke(app, ["compare", str(old), str(tmp_path / other)])
        assert result.exit_code == 2
        assert why in result.stderr
        assert len(result.stderr.strip().splitlines()) == 1
    (tmp_path / "old" / "queries.jsonl").write_text("", encoding="utf-8")
    with pytest.raises(BadDataset, match="holds no query"):
        read_old(old)
