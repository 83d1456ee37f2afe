"""``python -m eval``: what it writes, and how it says what is wrong."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner, Result

from eval.cli import app
from tests.eval.support import write_jsonl

ROOT = Path(__file__).parents[2]


def _run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def _report(out: Path) -> Any:
    return json.loads((out / "report.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def question_file(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A question file and the folder that it asks about."""
    folder = tmp_path_factory.mktemp("asked")
    files = folder / "文件 夹"
    files.mkdir()
    (files / "水.txt").write_text("节水办法\n\n灌溉水价由区县核定，每立方米不超过三角。", encoding="utf-8")
    rows: list[dict[str, Any]] = [
        {
            "id": "a",
            "type": "numeric",
            "question": "灌溉水价是多少？",
            "must": [["三角"]],
            "doc": "水.txt",
            "answerable": True,
        },
        {
            "id": "b",
            "type": "numeric",
            "question": "灌溉水价是<多少>|？",
            "must": [["九元"]],
            "doc": "水.txt",
            "answerable": True,
        },
        {"id": "c", "question": "谁当选市长？", "must": [], "doc": None, "answerable": False},
    ]
    return write_jsonl(folder / "asked.jsonl", rows), files


def test_beir_folder(beir: Path, tmp_path: Path) -> None:
    out, data_dir = tmp_path / "out", tmp_path / "index"
    result = _run(beir, "--out", out, "--data-dir", data_dir)
    assert result.exit_code == 0, result.stderr
    report = _report(out)
    assert report["kind"] == "retrieval"
    assert report["dataset"] == "tiny"
    assert report["settings"] == {
        "encoder": "zhengwen-static+use-multilingual-v3", "documents": 4, "chunks": 4, "limit": None, "seed": 0,
    }  # fmt: skip
    assert list(report["systems"]) == ["hybrid", "bm25", "dense", "rank-bm25"]
    for system in report["systems"].values():
        # Each relevant document of q1 and q3 stands first, so only the second of q2's two can cost anything.
        assert system["metrics"]["MRR@10"] == 1
        assert system["metrics"]["nDCG@10"] > 0.9
        latency = system["latency_ms"]
        assert 0 < latency["p50"] <= latency["p95"] <= latency["p99"]
        for name, (low, high) in system["intervals"].items():
            assert low <= system["metrics"][name] <= high
        assert (system["queries"], system["empty"]) == (3, 0)
    assert report["systems"]["hybrid"]["p_values"] is None
    assert report["significance"]["against"] == "hybrid"
    assert 0 < report["systems"]["bm25"]["p_values"]["nDCG@10"] <= 1
    for name in report["systems"]:
        lines = (out / "runs" / f"{name}.trec").read_text(encoding="utf-8").splitlines()
        assert all(re.fullmatch(rf"q[123] Q0 \w+ \d+ \S+ {name}", line) for line in lines)
        assert {line.split()[0] for line in lines} == {"q1", "q2", "q3"}
    # The table goes to stdout and, with more below it, to the file; progress goes to stderr.
    text = (out / "report.md").read_text(encoding="utf-8")
    assert text.startswith(result.stdout.strip())
    assert "Confidence intervals" in text.removeprefix(result.stdout.strip())
    assert "| hybrid | " in result.stdout
    assert [json.loads(line)["id"] for line in (out / "queries.jsonl").read_text(encoding="utf-8").splitlines()] == [
        "q1",
        "q2",
        "q3",
    ]
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "<svg" in page
    assert "http" not in page.replace("http-equiv", "")

    again = _run(beir, "--out", out, "--data-dir", data_dir, "--systems", "bm25,rank-bm25", "--limit", 2, "--seed", 4)
    assert again.exit_code == 0, again.stderr
    report = _report(out)
    assert list(report["systems"]) == ["bm25", "rank-bm25"]
    assert report["significance"]["against"] == "bm25"
    assert report["systems"]["bm25"]["queries"] == 2
    assert (report["settings"]["limit"], report["settings"]["seed"], report["settings"]["documents"]) == (2, 4, 4)
    judged = {line.split("\t")[0] for line in (out / "qrels.tsv").read_text(encoding="utf-8").splitlines()[1:]}
    assert len(judged) == 2


def test_question_file(question_file: tuple[Path, Path], tmp_path: Path) -> None:
    questions, corpus = question_file
    result = _run(questions, "--corpus", corpus, "--out", tmp_path)
    assert result.exit_code == 0, result.stderr
    report = _report(tmp_path)
    assert report["kind"] == "questions"
    assert (report["right"], report["questions"], report["accuracy"]) == (2, 3, 0.6667)
    assert report["types"] == {"numeric": {"right": 1, "questions": 2}, "unanswerable": {"right": 1, "questions": 1}}
    assert report["false_citations"] == 0
    assert [wrong["id"] for wrong in report["wrong"]] == ["b"]
    assert "九元" in report["wrong"][0]["reason"]
    assert "| numeric | 1/2 |" in result.stdout
    # A bar in a question would end a cell of the table, < would start a tag.
    assert "<多少>\\|？" in result.stdout
    assert "&lt;多少&gt;|？" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_the_usual_place_of_the_report(beir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert _run("tiny", "--systems", "rank-bm25").exit_code == 0
    assert _report(tmp_path / "out" / "tiny")["systems"].keys() == {"rank-bm25"}


def _one_line(result: Result) -> str:
    assert result.exit_code == 2, result.output
    lines = result.stderr.strip().splitlines()
    assert len(lines) == 1, result.stderr
    assert result.stdout == ""
    return lines[0]


def test_wrong_use_is_one_line(beir: Path, question_file: tuple[Path, Path], tmp_path: Path) -> None:
    questions, corpus = question_file
    out = ("--out", tmp_path / "out")
    assert "no such file or folder" in _one_line(_run(tmp_path / "absent", *out))
    assert "no such system" in _one_line(_run(beir, "--systems", "hybrid,elastic", *out))
    assert "needs --corpus" in _one_line(_run(questions, *out))
    assert "question file only" in _one_line(_run(beir, "--corpus", corpus, *out))
    assert "BEIR folder only" in _one_line(_run(questions, "--corpus", corpus, "--systems", "bm25", *out))
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert "cannot be created" in _one_line(_run(beir, "--out", tmp_path / "file" / "out"))
    (beir / "qrels.tsv").unlink()
    assert "qrels.tsv" in _one_line(_run(beir, *out))


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["{corpus}/absent.jsonl"], "没有这个文件或文件夹"),
        (["bench", "--corpus", "{corpus}/absent"], "没有这个文件夹"),
        (["bench", "--corpus", "{corpus}", "--texts", "{corpus}/absent.jsonl"], "没有这个文件"),
    ],
)
def test_as_a_program(question_file: tuple[Path, Path], tmp_path: Path, arguments: list[str], why: str) -> None:
    words = [argument.format(corpus=question_file[1]) for argument in arguments]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(
        [sys.executable, "-m", "eval", *words], env=environment, cwd=tmp_path, capture_output=True, encoding="utf-8", timeout=60, check=False
    )  # fmt: skip
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    assert why in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_help_names_the_commands() -> None:
    result = _run("--help")
    assert result.exit_code == 0
    for command in ("run", "compare", "draft", "gate", "formats", "bench", "bench-index"):
        assert re.search(rf"^ +{command} ", result.stdout, re.MULTILINE), command
    options = _run("run", "--help").stdout
    for option in (
        "--systems",
        "--run",
        "--qrels",
        "--corpus",
        "--limit",
        "--seed",
        "--data-dir",
        "--compare",
        "--margin",
    ):
        assert option in options


def test_every_option_is_explained() -> None:
    readme = (ROOT / "eval" / "README.md").read_text(encoding="utf-8")
    for name, command in get_command(app).commands.items():  # type: ignore[attr-defined]
        assert f"python -m eval {name}" in readme
        options = {option for parameter in command.params for option in parameter.opts if option.startswith("--")}
        undocumented = {option for option in options - {"--help"} if f"{option} " not in readme.replace("]", " ")}
        assert not undocumented, name
