"""Both kinds of refusal errors over the threshold: answerable questions refused, unanswerable ones answered.

    python -m eval.refusal_curve QUESTIONS.jsonl... --corpus FOLDER [--elsewhere FOLDER] [--work DIR] [--out curve.svg]

An unanswerable question that names another number, year, place or coined term is refused whatever the threshold.
``--elsewhere`` is a folder that holds none of the answers: every question asked there counts as unanswerable, the hardest
ones there are, for they fit documents of the same kind; but for those with ``"general": true``, which other documents may
answer.
"""

import argparse
import tempfile
from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from eval.datasets import Question, load_questions
from eval.indexes import index_folder
from eval.lines import json_lines
from indexer.encoders import Encoder, load_encoder
from indexer.generations import Generation
from server.answer.evidence import Evidence
from server.answer.fields import field_answers
from server.answer.finding import find_evidence
from server.answer.refuse import refuse
from server.answer.support import certain, support
from server.scope import scope_of
from server.search.filters import chunk_mask
from server.search.query import Query, understand_query
from server.search.retrieve import Retriever

THRESHOLDS = tuple(round(step * 0.05, 2) for step in range(0, 20))
_WIDTH, _HEIGHT, _MARGIN = 480, 300, 44


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with the support of its best evidence; 0 where something that it names is not there."""

    question: Question
    support: float


@dataclass(frozen=True, slots=True)
class Point:
    """Error rates at one threshold."""

    threshold: float
    refused_answerable: float
    answered_unanswerable: float


def evidence_for(retriever: Retriever, query: Query, among: Set[int] | None = None) -> Sequence[Evidence] | None:
    """Evidence for a question, of the documents ``among`` if given; None where a number or a field decides by itself."""
    generation = retriever.generation
    scope = scope_of(query, generation, None)
    if scope.refusal or field_answers(query, [generation.document(number) for number in scope.named]):
        return None
    documents = scope.documents
    if among is not None:
        documents = set(among) if documents is None else documents & among
    allowed = None if documents is None else chunk_mask(generation, documents)
    return find_evidence(retriever, query, allowed).evidence


def ask_support(retriever: Retriever, questions: Sequence[Question]) -> list[Asked]:
    """The support of the best evidence for each question."""
    asked = []
    for question in questions:
        query = understand_query(question.question)
        evidence = evidence_for(retriever, query)
        if evidence is None:
            # No threshold plays a part.
            asked.append(Asked(question, 0.0 if scope_of(query, retriever.generation, None).refusal else 1.0))
            continue
        found = 0.0
        if evidence and refuse(query, evidence, least=0.0) is None:
            # A glossary entry of the very term is answered whatever its support.
            found = 1.0 if certain(query, evidence[0]) else support(query, evidence[0])
        asked.append(Asked(question, found))
    return asked


def curve(asked: Sequence[Asked]) -> list[Point]:
    """Error rates by threshold; a rate of nothing is 0."""
    yes = np.array([one.support for one in asked if one.question.answerable])
    no = np.array([one.support for one in asked if not one.question.answerable])
    return [
        Point(
            least,
            float((yes < least).mean()) if len(yes) else 0.0,
            float(((no >= least) & (no > 0)).mean()) if len(no) else 0.0,
        )
        for least in THRESHOLDS
    ]


def curve_table(points: Sequence[Point]) -> str:
    """A Markdown table."""
    rows = (
        f"| {p.threshold:.2f} | {100 * p.refused_answerable:.1f} % | {100 * p.answered_unanswerable:.1f} % |"
        for p in points
    )
    return "\n".join(["| threshold | answerable refused | unanswerable answered |", "| --- | --- | --- |", *rows])


def curve_svg(points: Sequence[Point]) -> str:
    """Both error rates over the threshold as an SVG picture."""

    def line(values: Sequence[float], colour: str) -> str:
        spots = " ".join(
            f"{_MARGIN + p.threshold * (_WIDTH - 2 * _MARGIN):.1f},{_HEIGHT - _MARGIN - v * (_HEIGHT - 2 * _MARGIN):.1f}"
            for p, v in zip(points, values, strict=True)
        )
        return f'<polyline points="{spots}" fill="none" stroke="{colour}" stroke-width="2"/>'

    base = _HEIGHT - _MARGIN
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" font-family="sans-serif" font-size="12">',
            f'<path d="M{_MARGIN} {_MARGIN}V{base}H{_WIDTH - _MARGIN}" fill="none" stroke="#888"/>',
            line([p.refused_answerable for p in points], "#c0392b"),
            line([p.answered_unanswerable for p in points], "#2471a3"),
            f'<text x="{_MARGIN + 8}" y="{_MARGIN}" fill="#c0392b">可答而拒 answerable refused</text>',
            f'<text x="{_MARGIN + 8}" y="{_MARGIN + 16}" fill="#2471a3">应拒而答 unanswerable answered</text>',
            f'<text x="{_WIDTH / 2}" y="{_HEIGHT - 12}" text-anchor="middle">阈值 threshold</text>',
            f'<text x="8" y="{_MARGIN}">100 %</text><text x="20" y="{base}">0 %</text>',
            "</svg>\n",
        )
    )


def retriever_of(data_dir: Path, folder: Path, encoder: Encoder) -> Retriever:
    """Search over a folder, whose index is kept in ``data_dir``."""
    index_folder(data_dir, folder, encoder, lambda *_: None)
    return Retriever(Generation(data_dir), encoder)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table and write the picture."""
    parser = argparse.ArgumentParser(prog="python -m eval.refusal_curve", description="Refusal errors by threshold.")
    parser.add_argument("questions", nargs="+", type=Path)
    parser.add_argument("--corpus", required=True, type=Path, help="the folder that the questions ask about")
    parser.add_argument("--elsewhere", type=Path, help="a folder that holds no answer to any of them")
    parser.add_argument("--work", type=Path, help="keep the indexes here")
    parser.add_argument("--out", type=Path, help="SVG file to write")
    options = parser.parse_args(arguments)
    encoder = load_encoder()
    questions = [question for path in options.questions for question in load_questions(path)]
    rows = (record for path in options.questions for _, record in json_lines(path))
    general = {record["question"] for record in rows if record.get("general")}
    with tempfile.TemporaryDirectory() as scratch:
        work = options.work or Path(scratch)
        asked = ask_support(retriever_of(work / "here", options.corpus, encoder), questions)
        if options.elsewhere:
            unanswerable = [
                replace(question, answerable=False) for question in questions if question.question not in general
            ]
            asked += ask_support(retriever_of(work / "elsewhere", options.elsewhere, encoder), unanswerable)
    points = curve(asked)
    yes = sum(one.question.answerable for one in asked)
    print(f"{yes} answerable, {len(asked) - yes} unanswerable\n")
    if options.out:
        options.out.write_text(curve_svg(points), encoding="utf-8")
    print(curve_table(points))


if __name__ == "__main__":
    main()
