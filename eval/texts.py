"""Texts to measure speed with: sentences of real documents, put together anew with a fixed seed."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from eval.lines import BadDataset, json_lines
from indexer.cleaning import clean
from indexer.errors import UnreadableFile
from indexer.loaders import LOADERS, load
from indexer.pipeline import DEFAULT_MAX_BYTES
from indexer.sentences import sentence_spans

# Lines read of each file: more would not make the sentences more varied, only the start slower.
_LINES = 20_000
# Characters of a made-up chunk: just under the size that the chunker aims at, so that each stays one chunk.
_CHUNK = (300, 450)
# Characters of the shortest sentence that is kept.
_SHORTEST = 8


@dataclass(frozen=True, slots=True)
class Material:
    """Sentences to make chunks from, and questions to search them with."""

    sentences: tuple[str, ...]
    queries: tuple[str, ...]
    origin: str

    def chunks(self, count: int, seed: int) -> list[str]:
        """Texts of a chunk's length, drawn sentence by sentence."""
        draw = random.Random(seed)
        return [self._chunk(draw) for _ in range(count)]

    def _chunk(self, draw: random.Random) -> str:
        wanted = draw.randint(*_CHUNK)
        text = ""
        while len(text) < wanted:
            text += draw.choice(self.sentences)
        return text[: _CHUNK[1]]


def _sentences(text: str) -> Iterator[str]:
    canonical = clean(text).text
    return (" ".join(canonical[start:end].split()) for start, end in sentence_spans(canonical))


def _of_folder(folder: Path) -> Iterator[str]:
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() in LOADERS:
            try:
                yield from _sentences(load(path, DEFAULT_MAX_BYTES).text)
            except UnreadableFile as error:
                raise BadDataset(f"{path}：{error}") from None


def _of_file(path: Path, queries: list[str]) -> Iterator[str]:
    for _, record in islice(json_lines(path), _LINES):
        for name in ("text", "pos"):
            if isinstance(record.get(name), str):
                yield from _sentences(record[name])
        if isinstance(record.get("query"), str) and 4 <= len(record["query"]) <= 100:
            queries.append(record["query"])


def read_material(corpus: Path, files: Sequence[Path]) -> Material:
    """Sentences of the files (fields ``text``, ``pos`` and, for questions, ``query``) and of the folder.

    Raises BadDataset when a file is broken or nothing is found.
    """
    queries: list[str] = []
    sentences = list(_of_folder(corpus))
    for path in files:
        sentences.extend(_of_file(path, queries))
    kept = tuple(dict.fromkeys(sentence for sentence in sentences if len(sentence) >= _SHORTEST))
    if not kept:
        raise BadDataset(f"{corpus}：没有可用的文字 / holds no text to measure with")
    origin = ", ".join([corpus.name, *(path.name for path in files)])
    return Material(kept, tuple(dict.fromkeys(queries)), f"{origin}: {len(kept):,} sentences")
