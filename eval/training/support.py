"""Trains how far evidence is trusted: the weights of ``server/answer/support.py``.

    python -m eval.training.support QUESTIONS.jsonl... --corpus FOLDER --among FOLDER --lookalikes FILE.jsonl [--half even]

The questions are asked of the corpus they were written for; those with an answer once more of ``--among``, a folder that holds
the same documents (or their originals) and reports named ``report*``; and all of them of these reports alone, where none has
an answer. A question with ``"general": true`` asks about nothing in particular and is left out there: reports may answer it.
The look-alikes (``python -m eval.lookalikes``) are asked of the whole folder. Weights are learned from one half, of questions by
the CRC-32 of their text, of look-alikes by province; both kinds of errors are printed for the other half. English questions are
too few to learn from: their weights stay.
"""

import argparse
import sys
import tempfile
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eval.halves import half_of
from eval.lines import json_lines
from eval.refusal_curve import evidence_for, retriever_of
from indexer.encoders import load_encoder
from server.answer.evidence import Evidence
from server.answer.support import MODEL, Weights, certain, clues, load_weights, save_weights, support_of
from server.search.query import Language, Query, understand_query
from server.search.retrieve import Retriever

THRESHOLDS = (0.2, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7)
# What answerable questions weigh against unanswerable ones, of which there are more; strength of the ridge.
_ANSWERABLE, _RIDGE = 1.5, 1.0
_STEPS = 60


@dataclass(frozen=True, slots=True)
class Example:
    """The best evidence for a question: where it was asked, whether it has an answer there, and the clues.

    ``settled`` is True where it is answered, False where it is refused, whatever its support; None where that decides.
    """

    source: str
    half: str
    language: Language
    answerable: bool
    settled: bool | None
    clues: Mapping[str, float]


def example(source: str, half: str, query: Query, answerable: bool, best: Evidence) -> Example:
    """What is learned from one question. Pure."""
    other = best.missing is not None or best.year_fit == 0
    focus = best.focus
    other |= not certain(query, best) and focus.missed
    settled = False if other else True if certain(query, best) else None
    return Example(source, half, query.language, answerable, settled, clues(query, best))


def fit(rows: NDArray[np.float64], answers: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Logistic regression by Newton's method with a ridge on all but the first column, the bias: float64 [columns]."""
    found = np.zeros(rows.shape[1])
    ridge = np.r_[0.0, np.full(rows.shape[1] - 1, _RIDGE)]
    for _ in range(_STEPS):
        likely = 1 / (1 + np.exp(-rows @ found))
        slope = rows.T @ (weights * (likely - answers)) + ridge * found
        bend = (rows * (weights * likely * (1 - likely))[:, None]).T @ rows + np.diag(ridge + 1e-9)
        found -= np.linalg.solve(bend, slope)
    return found


def learn(examples: Sequence[Example], names: Sequence[str]) -> Weights:
    """Weights by clue, ``names`` beginning with the bias. What is settled without support teaches nothing.

    Raises ValueError when the examples are all answerable or all unanswerable.
    """
    open_ones = [one for one in examples if one.settled is not False]
    answers = np.array([one.answerable for one in open_ones], np.float64)
    if not 0 < answers.sum() < len(answers):
        raise ValueError("answerable and unanswerable questions are both needed")
    rows = np.array([[one.clues[name] for name in names] for one in open_ones])
    found = fit(rows, answers, np.where(answers > 0, _ANSWERABLE, 1.0))
    return {name: round(float(weight), 2) for name, weight in zip(names, found, strict=True)}


def errors_table(examples: Sequence[Example], weights: Mapping[Language, Weights]) -> str:
    """A Markdown table: by source and language, answerable questions refused and unanswerable ones answered, in %."""
    lines = [
        "| source | questions | error | " + " | ".join(f"{least:.2f}" for least in THRESHOLDS) + " |",
        "| --- | --- | --- |" + " --- |" * len(THRESHOLDS),
    ]
    groups = dict.fromkeys((one.language, one.source, one.answerable) for one in examples)
    for language, source, answerable in groups:
        of = [one for one in examples if (one.language, one.source, one.answerable) == (language, source, answerable)]
        held = [support_of(weights[language], one.clues) for one in of]
        rates = []
        for least in THRESHOLDS:
            answered = [
                trust >= least if one.settled is None else one.settled for one, trust in zip(of, held, strict=True)
            ]
            wrong = [said != answerable for said in answered]
            rates.append(f"{100 * float(np.mean(wrong)):.1f}")
        kind = "refused" if answerable else "answered"
        lines.append(f"| {source}, {language} | {len(of)} | {kind} | " + " | ".join(rates) + " |")
    return "\n".join(lines)


def _examples(
    source: str, retriever: Retriever, rows: Sequence[Mapping[str, Any]], answerable: bool | None = None,
    among: Set[int] | None = None,
) -> list[Example]:  # fmt: skip
    made = []
    for row in rows:
        query = understand_query(str(row["question"]))
        evidence = evidence_for(retriever, query, among)
        if evidence:
            half = half_of(str(row.get("from") or row["question"]))
            right = bool(row["answerable"]) if answerable is None else answerable
            made.append(example(source, half, query, right, evidence[0]))
    return made


def read_examples(
    corpus: Retriever, among: Retriever, questions: Sequence[Mapping[str, Any]], lookalikes: Sequence[Mapping[str, Any]]
) -> list[Example]:
    """Examples of every kind: of the corpus, of it among reports, of the reports alone, and look-alikes."""
    reports = {
        number for number, document in enumerate(among.generation.documents())
        if Path(document.source).name.startswith("report")
    }  # fmt: skip
    return [
        *_examples("corpus", corpus, questions),
        *_examples("among reports", among, [row for row in questions if row["answerable"]]),
        *_examples("reports alone", among, [row for row in questions if not row.get("general")], False, reports),
        *_examples("look-alikes", among, lookalikes),
    ]


def _rows(path: Path) -> list[Mapping[str, Any]]:
    return [record for _, record in json_lines(path)]


def main(arguments: Sequence[str] | None = None) -> None:
    """Learn, print the errors on the other half, and write the weights."""
    parser = argparse.ArgumentParser(prog="python -m eval.training.support", description="Train the support.")
    parser.add_argument("questions", nargs="+", type=Path)
    parser.add_argument("--corpus", required=True, type=Path, help="the folder that the questions ask about")
    parser.add_argument("--among", required=True, type=Path, help="the same documents among reports named report*")
    parser.add_argument("--lookalikes", required=True, type=Path, help="questions drafted by eval.lookalikes")
    parser.add_argument("--half", choices=("even", "odd", "all"), default="even", help="what is learned from")
    parser.add_argument("--work", type=Path, help="keep the indexes here")
    parser.add_argument("--out", type=Path, default=MODEL)
    options = parser.parse_args(arguments)
    encoder = load_encoder()
    questions = [row for path in options.questions for row in _rows(path)]
    with tempfile.TemporaryDirectory() as scratch:
        work = options.work or Path(scratch)
        corpus, among = (
            retriever_of(work / name, folder, encoder)
            for name, folder in (("here", options.corpus), ("among", options.among))
        )
        examples = read_examples(corpus, among, questions, _rows(options.lookalikes))
    learned = [one for one in examples if options.half in ("all", one.half)]
    before = load_weights()
    weights = {**before, "zh": learn([one for one in learned if one.language == "zh"], tuple(before["zh"]))}
    others = [one for one in examples if options.half == "all" or one.half != options.half]
    print(f"before\n\n{errors_table(others, before)}\n\nlearned\n\n{errors_table(others, weights)}")
    save_weights(options.out, weights)
    print(f"{len(learned)} of {len(examples)} examples, written to {options.out}", file=sys.stderr)


if __name__ == "__main__":
    main()
