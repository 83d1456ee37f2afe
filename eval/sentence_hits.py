"""How often the first cited sentence holds a gold answer, on the gold passage of data sets with answers.

    python -m eval.sentence_hits FOLDER... [--half test|train|all] [--work DIR]

A data set is a BEIR folder whose queries carry ``answers``. The sentences are those of the gold document alone: what is
measured is the choice of the sentence, not the search. Beside the server's own choice: bigram overlap, dense, their sum,
and a random sentence.
"""

import argparse
import re
import tempfile
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from eval.datasets import load_beir
from eval.halves import half_of
from eval.indexes import index_corpus
from eval.lines import BadDataset, json_lines
from indexer.analyzer import normalise
from indexer.encoders import BUNDLED, Encoder, load_encoder
from indexer.generations import Generation
from server.answer.evidence import collect_evidence, read_passage
from server.answer.measured import pairs_of
from server.answer.terms import Terms
from server.search.candidates import Candidate
from server.search.passages import Passage, passages_of
from server.search.query import Query, understand_query

Vector = NDArray[np.float32]

# Dimensions of the static half of the bundled encoder's vectors.
_STATIC = 256
_BATCH = 256


@dataclass(frozen=True, slots=True)
class GoldQuestion:
    """A question with its gold answers and the passages of its gold document, all of rank 1."""

    query_id: str
    query: Query
    answers: tuple[str, ...]
    passages: Sequence[Passage]
    vector: Vector

    @property
    def held_out(self) -> bool:
        """Whether the question is kept from training: the half with an odd CRC-32 of its id."""
        return half_of(self.query_id) == "odd"


def plain(text: str) -> str:
    """What answers are compared by: NFKC, lower case, without white space."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).lower()


def holds(text: str, answers: Sequence[str]) -> bool:
    """Whether a sentence holds one of the answers."""
    said = plain(text)
    return any(plain(answer) in said for answer in answers)


def read_answers(folder: Path) -> dict[str, tuple[str, ...]]:
    """Gold answers by query id. Raises BadDataset when no query has any."""
    answers: dict[str, tuple[str, ...]] = {}
    for _, record in json_lines(folder / "queries.jsonl"):
        found = record.get("answers")
        if isinstance(found, list):
            kept = tuple(answer for answer in found if isinstance(answer, str) and plain(answer))
            if kept:
                answers[str(record.get("_id"))] = kept
    if not answers:
        raise BadDataset(f"{folder / 'queries.jsonl'}：没有 answers / no query has answers")
    return answers


def gold_questions(folder: Path, encoder: Encoder, work: Path) -> tuple[Generation, list[GoldQuestion]]:
    """The index of a data set (kept in ``work``) and its questions that have answers."""
    dataset, answers = load_beir(folder), read_answers(folder)
    generation = index_corpus(work / dataset.name, dataset.documents, encoder, lambda *_: None)
    numbers = {document.source: number for number, document in enumerate(generation.documents())}
    asked = [(i, text) for i, text in dataset.queries.items() if i in answers]
    questions: list[GoldQuestion] = []
    for begin in range(0, len(asked), _BATCH):
        batch = asked[begin : begin + _BATCH]
        for (query_id, text), vector in zip(batch, encoder.encode([text for _, text in batch]), strict=True):
            gold = next((numbers[source] for source in dataset.qrels[query_id] if source in numbers), None)
            if gold is not None:
                ordinals = [ordinal for ordinal, _ in generation.chunks_of(gold)]
                passages = passages_of(generation, [Candidate(ordinal, 1.0, {}) for ordinal in ordinals])
                first = [replace(passage, rank=1) for passage in passages]
                questions.append(GoldQuestion(query_id, understand_query(text), answers[query_id], first, vector))
    return generation, questions


def spaces_of(encoder: Encoder, vector: Vector) -> Mapping[str, Vector]:
    """The question's vector in the encoder's space and, for the bundled encoder, in each of its two halves alone.

    The halves are of equal length, so that twice one of them gives its own cosine.
    """
    spaces = {"encoder": vector}
    if encoder.name == BUNDLED and len(vector) > _STATIC:
        nothing = np.zeros_like(vector)
        spaces["static"] = np.concatenate((2 * vector[:_STATIC], nothing[_STATIC:]))
        spaces["use"] = np.concatenate((nothing[:_STATIC], 2 * vector[_STATIC:]))
    return spaces


def _baselines(question: GoldQuestion, generation: Generation, draw: np.random.Generator) -> dict[str, float]:
    terms = Terms(question.query, generation)
    texts: list[str] = []
    cosines: list[float] = []
    for passage in question.passages:
        read = read_passage(question.query, terms, passage, generation, question.vector)
        if read is not None:
            texts.extend(passage.document.text[start:end] for start, end in read.spans)
            cosines.extend(read.context.cosines.tolist())
    if not texts:
        return dict.fromkeys(("bigrams", "dense", "sum", "random"), 0.0)
    asked = pairs_of(normalise(question.query.text))
    overlap = np.array([len(asked & pairs_of(normalise(text))) for text in texts]) / max(len(asked), 1)
    right = np.array([holds(text, question.answers) for text in texts])
    picked = {"bigrams": overlap.argmax(), "dense": np.argmax(cosines), "sum": (overlap + cosines).argmax()}
    return {name: float(right[at]) for name, at in picked.items()} | {"random": float(right[draw.integers(len(texts))])}


def measure_hits(
    questions: Sequence[GoldQuestion], generation: Generation, encoder: Encoder, seed: int = 0
) -> dict[str, float]:
    """Share of the questions whose chosen sentence holds a gold answer, by method."""
    draw = np.random.default_rng(seed)
    hits: dict[str, list[float]] = {}
    for question in questions:
        terms = Terms(question.query, generation)
        found = _baselines(question, generation, draw)
        for name, vector in spaces_of(encoder, question.vector).items():
            evidence = collect_evidence(question.query, terms, question.passages, generation, vector)
            found[f"answer ({name})"] = float(bool(evidence) and holds(evidence[0].quote, question.answers))
        for name, hit in found.items():
            hits.setdefault(name, []).append(hit)
    return {name: float(np.mean(values)) for name, values in hits.items()}


def hits_table(rows: Mapping[str, tuple[int, Mapping[str, float]]]) -> str:
    """A Markdown table: data sets by methods."""
    names = list(next(iter(rows.values()))[1])
    lines = [f"| set | questions | {' | '.join(names)} |", "| --- | --- |" + " --- |" * len(names)]
    for name, (count, hits) in rows.items():
        lines.append(f"| {name} | {count} | " + " | ".join(f"{100 * hits[n]:.1f} %" for n in names) + " |")
    return "\n".join(lines)


def _chosen(questions: Sequence[GoldQuestion], half: str) -> Iterator[GoldQuestion]:
    return (q for q in questions if half == "all" or q.held_out == (half == "test"))


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        prog="python -m eval.sentence_hits", description=__doc__.splitlines()[0] if __doc__ else ""
    )
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--half", choices=("test", "train", "all"), default="test")
    parser.add_argument("--work", type=Path, help="where indexes are kept between runs")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    encoder = load_encoder()
    rows: dict[str, tuple[int, Mapping[str, float]]] = {}
    with tempfile.TemporaryDirectory() as scratch:
        for folder in options.folders:
            generation, questions = gold_questions(folder, encoder, options.work or Path(scratch))
            kept = list(_chosen(questions, options.half))
            rows[folder.name] = (len(kept), measure_hits(kept, generation, encoder, options.seed))
    print(hits_table(rows))


if __name__ == "__main__":
    main()
