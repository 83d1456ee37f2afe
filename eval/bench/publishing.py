"""A published index of made-up chunks, each a document, and what else the references of a search need of them.

A chunk's vector is the static encoder's, really encoded, beside a random one in place of the expensive encoder's; a
sentence's is its chunk's with noise. Searching them takes as long as searching any others.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from eval.bench.synthetic import SENTENCES, SLICE, Slice, Vocabulary
from indexer.analyzer import ANALYZER_VERSION
from indexer.caching import Progress
from indexer.document import Chunk, Document
from indexer.encoders import BundledEncoder
from indexer.lexical import LexicalIndex
from indexer.manifest import Identity
from indexer.postings import Occurrences
from indexer.publication import Content, publish
from indexer.static_model import unit_rows

# Different noises, and chunks encoded at a time.
_NOISES, _ROWS = 4_096, 1_000
# A vector and its noise, each in bytes up to this, add up to a byte.
_HALF = 63


@dataclass(frozen=True, slots=True)
class PublishedChunks:
    """An index and its chunks: ``tokens`` int32, numbers in ``vocabulary.tokens``, those of chunk i from
    ``token_starts[i]``, int64 [chunks + 1], on."""

    data_dir: Path
    texts: Sequence[str]
    vocabulary: Vocabulary
    tokens: NDArray[np.int32]
    token_starts: NDArray[np.int64]

    def words(self) -> list[list[str]]:
        """The word tokens of each chunk."""
        names = np.array(self.vocabulary.tokens, object)
        return [each.tolist() for each in np.split(names[self.tokens], self.token_starts[1:-1])]

    def clauses(self, count: int, seed: int) -> list[str]:
        """Questions cut from chunks drawn by chance."""
        draw = np.random.default_rng(seed)
        chosen = draw.integers(len(self.texts), size=count).tolist()
        return [self.vocabulary.question(self.texts[number], draw) for number in chosen]


class _Documents(Sequence[Document]):
    """Documents of one chunk each, made when they are read: a million of them do not lie in memory."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._texts = texts

    def __len__(self) -> int:
        return len(self._texts)

    @overload
    def __getitem__(self, at: int) -> Document: ...

    @overload
    def __getitem__(self, at: slice) -> "_Documents": ...

    def __getitem__(self, at: int | slice) -> "Document | _Documents":
        if isinstance(at, slice):
            return _Documents(self._texts[at])
        text = self._texts[at]
        return Document(f"{at:016x}", f"{at}.txt", f"第{at}篇", text, chunks=(Chunk(0, len(text)),))


class _Vectors:
    """Vectors of chunks in memory, those of sentences, which are ten times as many, in a file."""

    def __init__(self, folder: Path, count: int, encoder: BundledEncoder, seed: int) -> None:
        self._first = encoder.parts[0]
        self._sizes = [part.dimension for part in encoder.parts]
        self._draw = np.random.default_rng(seed)
        self.passages = np.empty((count, encoder.dimension), np.float16)
        shape = (count * SENTENCES, encoder.dimension)
        self.sentences: Any = np.lib.format.open_memmap(folder / "sentences.npy", "w+", np.int8, shape)
        self.scales = np.empty(len(self.sentences), np.float32)
        self._noise = _halved(self._joined(self._random(_NOISES, self._sizes[0]), _NOISES))

    def _random(self, count: int, size: int) -> NDArray[np.float32]:
        return unit_rows(self._draw.standard_normal((count, size), np.float32))

    def _joined(self, first: NDArray[np.float32], count: int) -> NDArray[np.float32]:
        return unit_rows(np.concatenate([first, *(self._random(count, size) for size in self._sizes[1:])], axis=1))

    def add(self, start: int, texts: Sequence[str]) -> None:
        """The vectors of some chunks, from ``start`` on, and of their sentences."""
        for at in range(0, len(texts), _ROWS):
            some = texts[at : at + _ROWS]
            chunks = self._joined(self._first.encode(some), len(some))
            self.passages[start + at : start + at + len(some)] = chunks
            self._add_sentences(start + at, chunks)

    def _add_sentences(self, start: int, chunks: NDArray[np.float32]) -> None:
        """In whole numbers, which are many times as fast: a sentence is a chunk and a noise as long, so that its cosine
        with the chunk is about .7, as it is between real ones; its length is 1 to within a few percent."""
        rows = slice(start * SENTENCES, (start + len(chunks)) * SENTENCES)
        halves, squares = _halved(chunks)
        noise, noise_squares = self._noise
        chosen = self._draw.integers(_NOISES, size=len(chunks) * SENTENCES)
        self.sentences[rows] = np.repeat(halves, SENTENCES, axis=0) + noise[chosen]
        self.scales[rows] = 1 / np.sqrt(np.repeat(squares, SENTENCES) + noise_squares[chosen])


def _halved(vectors: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Vectors in whole numbers up to _HALF, int8 [n, d], and their squared lengths, float32 [n]."""
    largest = np.maximum(np.abs(vectors).max(axis=1, keepdims=True), 1e-12)
    whole = np.round(vectors * (_HALF / largest)).astype(np.float32)
    return whole.astype(np.int8), np.maximum((whole * whole).sum(axis=1), 1)


def _saved(slices: Sequence[Occurrences], folder: Path, name: str) -> LexicalIndex:
    """A field, memory-mapped: the two of a million chunks and their vectors together are too much for memory."""
    index = LexicalIndex.joined(slices)
    index.save(folder, name)
    return LexicalIndex.load(folder, name, index.size)


@contextmanager
def published(vocabulary: Vocabulary, count: int, seed: int, progress: Progress) -> Iterator[PublishedChunks]:
    """Publish ``count`` chunks, to be deleted afterwards. A million take about 30 GB of disk and 16 GB of memory."""
    encoder = BundledEncoder()
    step = f"{count:,}"
    with TemporaryDirectory(prefix="zhengwen-bench-") as temporary:
        data_dir = Path(temporary) / "data"
        with TemporaryDirectory(prefix="zhengwen-bench-") as scratch:
            vectors = _Vectors(Path(scratch), count, encoder, seed)
            texts: list[str] = []
            slices: list[Slice] = []
            for each in vocabulary.slices(count, seed):
                progress(step, len(texts), count + SLICE)
                vectors.add(len(texts), each.texts)
                texts += each.texts
                slices.append(each)
            content = Content(
                _Documents(texts),
                _saved([each.words for each in slices], Path(scratch), "words"),
                _saved([each.bigrams for each in slices], Path(scratch), "bigrams"),
                vectors.passages, vectors.sentences, np.concatenate([each.spans for each in slices]),
                np.arange(0, count * SENTENCES + 1, SENTENCES, dtype=np.int64),
                tuple(part.dimension for part in encoder.parts), vectors.scales,
            )  # fmt: skip
            tokens = np.concatenate([each.tokens for each in slices])
            bounds = np.concatenate(([0], *(np.diff(each.token_starts) for each in slices))).cumsum()
            slices.clear()
            del vectors
            publish(data_dir, content, Identity(encoder.name, encoder.dimension, encoder.fingerprint, ANALYZER_VERSION))
            del content
        progress(step, count + SLICE, count + SLICE)
        yield PublishedChunks(data_dir, texts, vocabulary, tokens, bounds)
