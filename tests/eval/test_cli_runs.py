"""``python -m eval`` with runs of other systems, and against earlier reports."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from eval.cli import app
from tests.eval.support import write_jsonl

# q1 right, q2's first document second best, q3 lost.
RUN = "q1 Q0 water 1 9 theirs\nq2 Q0 school 1 8 theirs\nq2 Q0 bus 2 7 theirs\nq9 Q0 bus 1 5 theirs\n"


def _run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def theirs(tmp_path: Path) -> Path:
    """A run of another system."""
    path = tmp_path / "theirs.trec"
    path.write_text(RUN, encoding="utf-8")
    return path


def _systems(out: Path) -> dict[str, dict[str, dict[str, float]]]:
    systems: dict[str, dict[str, dict[str, float]]] = json.loads((out / "report.json").read_text("utf-8"))["systems"]
    return systems


def test_a_run_is_scored_beside_a_system(beir: Path, theirs: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    result = _run(beir, "--systems", "rank-bm25", "--run", theirs, "--run", f"again={theirs}", "--out", out)
    assert result.exit_code == 0, result.stderr
    systems = _systems(out)
    assert list(systems) == ["rank-bm25", "theirs", "again"]
    # Ranks 1, 1 (school has grade 1) and none of three queries.
    assert systems["theirs"]["metrics"]["MRR@10"] == pytest.approx(2 / 3, abs=1e-6)
    assert systems["theirs"]["metrics"] == systems["again"]["metrics"]
    assert systems["theirs"]["latency_ms"] is None
    assert "| theirs | " in result.stdout
    assert (out / "runs" / "again.trec").is_file()


def test_runs_and_judgments_need_no_corpus(theirs: Path, tmp_path: Path) -> None:
    qrels = tmp_path / "judged.qrels"
    qrels.write_text("q1 0 water 1\nq2 0 bus 1\n", encoding="utf-8")
    out = tmp_path / "out"
    result = _run(qrels, "--run", theirs, "--out", out)
    assert result.exit_code == 0, result.stderr
    assert _systems(out)["theirs"]["metrics"]["MRR@10"] == pytest.approx((1 + 1 / 2) / 2)
    # What was written can be scored again, and comes to the same.
    again = _run(out / "qrels.tsv", "--run", out / "runs" / "theirs.trec", "--out", tmp_path / "again")
    assert again.exit_code == 0, again.stderr
    assert _systems(tmp_path / "again")["theirs"]["metrics"] == _systems(out)["theirs"]["metrics"]


def test_a_fall_against_an_earlier_report_is_exit_code_1(tmp_path: Path) -> None:
    queries = [f"q{i}" for i in range(12)]
    qrels = tmp_path / "set.qrels"
    qrels.write_text("".join(f"{q} 0 right 1\n" for q in queries), encoding="utf-8")
    good, bad = tmp_path / "good.trec", tmp_path / "bad.trec"
    good.write_text("".join(f"{q} Q0 right 1 2 ours\n{q} Q0 wrong 2 1 ours\n" for q in queries), encoding="utf-8")
    bad.write_text("".join(f"{q} Q0 wrong 1 2 ours\n{q} Q0 right 2 1 ours\n" for q in queries), encoding="utf-8")
    assert _run(qrels, "--run", good, "--out", tmp_path / "old").exit_code == 0
    old = tmp_path / "old" / "report.json"
    same = _run(qrels, "--run", good, "--out", tmp_path / "new", "--compare", old)
    assert same.exit_code == 0
    assert "nothing fell significantly" in same.stdout
    fallen = _run(qrels, "--run", bad, "--out", tmp_path / "new", "--compare", old)
    assert fallen.exit_code == 1
    # MRR@10 falls from 1 to 1/2 on every query; recall stays.
    report = json.loads((tmp_path / "new" / "report.json").read_text("utf-8"))
    fell = {d["metric"] for d in report["compared"]["differences"] if d["fell"]}
    assert fell == {"nDCG@10", "MRR@10"}
    assert "下降 fell" in (tmp_path / "new" / "report.html").read_text("utf-8")
    assert _run(qrels, "--run", bad, "--out", tmp_path / "new", "--compare", old, "--margin", 0.6).exit_code == 0


def test_other_judgments_than_the_folders_own(beir: Path, theirs: Path, tmp_path: Path) -> None:
    dev = tmp_path / "dev.tsv"
    dev.write_text("q1\twater\t1\n", encoding="utf-8")
    out = tmp_path / "out"
    assert _run(beir, "--systems", "none", "--run", theirs, "--qrels", dev, "--out", out).exit_code == 0
    assert _systems(out)["theirs"]["metrics"]["MRR@10"] == 1


def test_wrong_use_is_one_line(beir: Path, theirs: Path, tmp_path: Path) -> None:
    qrels = tmp_path / "set.qrels"
    qrels.write_text("q7 0 water 1\n", encoding="utf-8")
    questions = write_jsonl(tmp_path / "q.jsonl", [{"question": "?", "must": [], "answerable": False}])
    out = ("--out", tmp_path / "out")
    for arguments, why in (
        ((qrels,), "judgments alone need --run"),
        ((qrels, "--run", theirs, "--systems", "bm25"), "no --systems"),
        ((qrels, "--run", theirs, "--limit", 1), "no --limit"),
        ((qrels, "--run", theirs), "ranks no judged query"),
        ((beir, "--systems", "none"), "no such system"),
        ((beir, "--systems", "rank-bm25", "--run", theirs, "--run", theirs), "used twice"),
        ((beir, "--systems", "rank-bm25", "--run", f"rank-bm25={theirs}"), "used twice"),
        ((beir, "--run", tmp_path / "absent.trec"), "no such file"),
        ((beir, "--run", qrels), "six columns"),
        ((beir, "--compare", tmp_path / "absent.json"), "no such file"),
        ((beir, "--qrels", tmp_path / "absent.tsv"), "no such file"),
        ((questions, "--corpus", tmp_path, "--run", theirs), "question file"),
    ):
        result = _run(*arguments, *out)
        assert result.exit_code == 2, (arguments, result.output)
        lines = result.stderr.strip().splitlines()
        assert len(lines) == 1, result.stderr
        assert why in lines[0]
