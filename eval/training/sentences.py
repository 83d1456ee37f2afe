"""Trains the sentence scorer of ``server/answer`` and writes its weights.

    python -m eval.training.sentences [FOLDER...] [--english FOLDER...] [--work DIR] [--out server/answer/sentences.npz]

The folders have Chinese questions, those after ``--english`` English ones. A language without folders keeps its weights.

Learns from the questions of BEIR folders with ``answers`` whose CRC-32 of the id is even: which sentences of the gold
document hold an answer, and, for every third question, which of the sentences that a search finds. The dense similarity
is taken in the encoder's space and in each half of it, so that the weights serve whichever of them answers later.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from eval.sentence_hits import GoldQuestion, gold_questions, holds, spaces_of
from eval.training.listwise import Recipe, SentenceList, train
from indexer.encoders import Encoder, load_encoder
from indexer.generations import Generation
from server.answer.evidence import read_passage
from server.answer.expected import expected_answer
from server.answer.features import measure_some
from server.answer.scorer import MODEL, load_networks, save_networks
from server.answer.terms import Terms
from server.network import Network
from server.search.passages import Passage, passages_of
from server.search.query import Language
from server.search.retrieve import Retriever

# Passages of a search that the sentences are chosen from, and for which share of the questions.
_FOUND, _EVERY = 5, 3
CHINESE = Recipe(hidden=32, epochs=25, decay=0.1)
ENGLISH = Recipe(hidden=8, epochs=40, decay=0.5, batch=32)
# Networks from different seeds that are joined into one: with few questions one alone is a matter of luck.
_JOINED: Mapping[Language, int] = {"zh": 1, "en": 4}


def sentence_list(
    question: GoldQuestion, passages: Sequence[Passage], generation: Generation, vector: NDArray[np.float32]
) -> SentenceList | None:
    """The sentences of some passages with their features; those of the gold document that hold an answer are right."""
    terms, expected = Terms(question.query, generation), expected_answer(question.query)
    gold = question.passages[0].document.document_id
    rows: list[NDArray[np.float32]] = []
    right: list[bool] = []
    for passage in passages:
        read = read_passage(question.query, terms, passage, generation, vector)
        if read is None:
            continue
        chosen = [(read.context, read.measured, at) for at in range(len(read.spans))]
        rows.append(measure_some(chosen, terms, expected))
        document = passage.document
        for start, end in read.spans:
            right.append(document.document_id == gold and holds(document.text[start:end], question.answers))
    return SentenceList(np.concatenate(rows), np.array(right)) if rows else None


def lists_of(folder: Path, encoder: Encoder, work: Path) -> Iterator[SentenceList]:
    """Lists of the training half of a data set."""
    generation, questions = gold_questions(folder, encoder, work)
    retriever = Retriever(generation, encoder)
    for number, question in enumerate(one for one in questions if not one.held_out):
        spaces = list(spaces_of(encoder, question.vector).items())
        # The halves take turns: every question in the encoder's own space, and in one of the others.
        for space, vector in spaces[:1] + spaces[1 + number % 2 : 2 + number % 2]:
            lists = [question.passages]
            if number % _EVERY == 0 and space == "encoder":
                found = retriever.search(question.query, _FOUND, vector=question.vector)
                lists.append(passages_of(generation, found))
            for passages in lists:
                made = sentence_list(question, passages, generation, vector)
                if made is not None:
                    yield made


def train_joined(lists: Sequence[SentenceList], recipe: Recipe, count: int) -> Network:
    """Networks of ``count`` seeds from the recipe's on, joined into one whose score is the mean of theirs."""
    return joined([train(lists, replace(recipe, seed=recipe.seed + at)) for at in range(count)])


def joined(networks: Sequence[Network]) -> Network:
    """One network whose score is the mean of the scores of some, all trained on the same lists."""
    first, share = networks[0], np.float32(1 / len(networks))
    return Network(
        first.mean,
        first.scale,
        np.concatenate([one.inner for one in networks], axis=1),
        np.concatenate([one.bias for one in networks]),
        np.concatenate([one.outer for one in networks]) * share,
        np.stack([one.direct for one in networks]).mean(axis=0),
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Train and write the weights."""
    parser = argparse.ArgumentParser(prog="python -m eval.training.sentences", description="Train the sentence scorer.")
    parser.add_argument("folders", nargs="*", type=Path, help="data sets with Chinese questions")
    parser.add_argument("--english", nargs="+", type=Path, default=[], help="data sets with English questions")
    parser.add_argument("--work", type=Path, help="where indexes are kept between runs")
    parser.add_argument("--out", type=Path, default=MODEL)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    sets: dict[Language, list[Path]] = {"zh": options.folders, "en": options.english}
    if not any(sets.values()):
        parser.error("给出数据集文件夹 / give the folders of data sets")
    recipes: dict[Language, Recipe] = {"zh": CHINESE, "en": ENGLISH}
    missing = [language for language, folders in sets.items() if not folders]
    networks: dict[Language, Network] = {language: load_networks(options.out)[language] for language in missing}
    encoder = load_encoder()
    with tempfile.TemporaryDirectory() as scratch:
        for language, folders in sets.items():
            lists = [made for folder in folders for made in lists_of(folder, encoder, options.work or Path(scratch))]
            if lists:
                recipe = replace(recipes[language], seed=options.seed)
                networks[language] = train_joined(lists, recipe, _JOINED[language])
                print(f"{language}: {len(lists)} lists", file=sys.stderr)
    save_networks(options.out, networks)
    print(f"written to {options.out}", file=sys.stderr)


if __name__ == "__main__":
    main()
