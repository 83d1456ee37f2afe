"""A generation of any size without texts worth reading: terms by Zipf's law, vectors in clusters, fields at random."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import Path

import numpy as np

from indexer.analyzer import ANALYZER_VERSION, Tokens
from indexer.document import Chunk, Document, Field
from indexer.encoders import Encoder, Floats
from indexer.generations import Generation
from indexer.lexical import LexicalIndex, Terms, term_hashes
from indexer.manifest import Identity
from indexer.publication import Content, publish
from server.search.query import Query, understand_query

PER_DOCUMENT = 10
_VOCABULARY = 50_000


@dataclass(frozen=True)
class Shape:
    """How much a chunk holds: words and bigrams, sentences, and the dimensions of the parts of its vectors."""

    words: int = 40
    bigrams: int = 60
    sentences: int = 2
    parts: tuple[int, ...] = (32, 32)


class HashedEncoder:
    """Unit vectors drawn by the hash of a text; the join of two others where ``dimensions`` has two."""

    def __init__(self, dimensions: Sequence[int]) -> None:
        self.name = "hashed"
        self._dimensions = tuple(dimensions)

    @property
    def parts(self) -> tuple[Encoder, ...]:
        return tuple(HashedEncoder([size]) for size in self._dimensions) if len(self._dimensions) > 1 else ()

    @property
    def dimension(self) -> int:
        return sum(self._dimensions)

    @property
    def fingerprint(self) -> str:
        return f"hashed-{self._dimensions}"

    def encode(self, texts: Sequence[str]) -> Floats:
        if self.parts:
            joined = np.concatenate([part.encode(texts) for part in self.parts], axis=1)
            return np.asarray(joined / np.sqrt(len(self.parts)), np.float32)
        seeds = [int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little") for text in texts]
        rows = np.stack([np.random.default_rng(seed).standard_normal(self.dimension) for seed in seeds])
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)

    def encode_passages(self, passages: Sequence[Sequence[str]]) -> tuple[Floats, Floats]:
        sentences = [sentence for passage in passages for sentence in passage]
        return self.encode(["\n".join(passage) for passage in passages]), self.encode(sentences)


def _word(rank: int) -> str:
    return f"词{rank}"


def _bigram(rank: int) -> str:
    return f"双{rank}"


def _tokens(draw: np.random.Generator, hashes: Terms, count: int, each: int) -> list[Terms]:
    """Terms of chunks, the r-th of the vocabulary with a probability of about 1 / r."""
    ranks = np.minimum(np.exp(draw.uniform(0, np.log(_VOCABULARY), (count, each))).astype(np.int64), _VOCABULARY - 1)
    return list(hashes[ranks])


def _documents(draw: np.random.Generator, count: int) -> list[Document]:
    public, years = draw.random(count) < 0.7, draw.integers(2018, 2026, count)
    text = "".join(f"第{i}段。" for i in range(PER_DOCUMENT))
    chunks = tuple(Chunk(4 * i, 4 * i + 4) for i in range(PER_DOCUMENT))
    return [
        Document(
            f"d{number:07d}", f"{number}.txt", f"第{number}份文件", text, chunks=chunks,
            metadata={
                "disclosure": Field("主动公开" if public[number] else "不予公开"), "kind": Field("notice"),
                "year": Field(str(years[number])),
            },
        )
        for number in range(count)
    ]  # fmt: skip


def _vectors(draw: np.random.Generator, count: int, parts: Sequence[int]) -> Floats:
    """Joined unit vectors, each near one of a thousand points."""
    pieces = []
    for size in parts:
        points = draw.standard_normal((1_000, size)).astype(np.float32)
        rows = points[draw.integers(0, 1_000, count)] + 0.7 * draw.standard_normal((count, size)).astype(np.float32)
        pieces.append(rows / np.linalg.norm(rows, axis=1, keepdims=True))
    return np.asarray(np.concatenate(pieces, axis=1) / np.sqrt(len(parts)), np.float32)


def synthetic(data_dir: Path, chunks: int, shape: Shape = Shape()) -> Generation:
    """Publish a generation of ``chunks`` chunks, rounded up to whole documents; the same for the same arguments."""
    draw = np.random.default_rng(7)
    documents = _documents(draw, -(-chunks // PER_DOCUMENT))
    count = len(documents) * PER_DOCUMENT
    words, bigrams = (term_hashes([name(rank) for rank in range(_VOCABULARY)]) for name in (_word, _bigram))
    starts = np.arange(count + 1) * shape.sentences
    spans = np.tile(np.array([[0, 4]], np.int32), (int(starts[-1]), 1))
    content = Content(
        documents,
        LexicalIndex.build(_tokens(draw, words, count, shape.words)),
        LexicalIndex.build(_tokens(draw, bigrams, count, shape.bigrams)),
        _vectors(draw, count, shape.parts).astype(np.float16),
        _vectors(draw, int(starts[-1]), shape.parts).astype(np.float16),
        spans, starts.astype(np.int64), shape.parts,
    )  # fmt: skip
    encoder = HashedEncoder(shape.parts)
    publish(data_dir, content, Identity(encoder.name, encoder.dimension, encoder.fingerprint, ANALYZER_VERSION))
    return Generation(data_dir)


def questions(count: int, seed: int = 1) -> list[Query]:
    """Questions of eight words and ten bigrams, rare ones and frequent ones."""
    draw = np.random.default_rng(seed)
    found = []
    for number in range(count):
        ranks = np.exp(draw.uniform(1, np.log(_VOCABULARY), 18)).astype(int) - 1
        tokens = Tokens(tuple(map(_word, ranks[:8].tolist())), tuple(map(_bigram, ranks[8:].tolist())))
        found.append(
            replace(understand_query(f"问题{'甲乙丙丁戊己庚辛'[number % 8]}{number}"), tokens=tokens, content=tokens)
        )
    return found
