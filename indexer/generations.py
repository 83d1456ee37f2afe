"""Reading published generations: immutable folders, one of them current, each file with its checksum.

A data directory holds:

    store.sqlite                 working state of the writer
    CURRENT                      name of the current generation
    generations/000007/          manifest.json, documents.sqlite, *.npy, chunks.faiss
"""

import json
import re
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from hashlib import file_digest
from pathlib import Path
from threading import local
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer import vectors
from indexer.document import Chunk, Document
from indexer.errors import DamagedGeneration, NoGeneration, UnknownDocument
from indexer.lexical import LexicalIndex, mapped
from indexer.privacy import masked, masked_chunk
from indexer.store import chunk_of, document_of

_CACHED_DOCUMENTS = 256
# Raise it when a reader of the old layout would misread the new one.
FORMAT_VERSION = 2

_DOCUMENTS = "SELECT document_id, source, title, text, pages, metadata, headings FROM documents"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation holds and which settings shaped it."""

    format: int
    created: str
    encoder: str
    dimension: int
    fingerprint: str
    analyzer: str
    documents: int
    chunks: int
    files: dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Identity:
    """Which encoder and analyzer an index was built with."""

    encoder: str
    dimension: int
    fingerprint: str
    analyzer: str


def folders(data_dir: Path) -> list[Path]:
    """Folders of the published generations, oldest first."""
    found = (path for path in (data_dir / "generations").glob("[0-9]*") if path.name.isdecimal() and path.is_dir())
    return sorted(found, key=lambda path: int(path.name))


def digest(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def current_name(data_dir: Path) -> str:
    """Name of the current generation. Raises NoGeneration."""
    try:
        return (data_dir / "CURRENT").read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        raise NoGeneration(
            f"{data_dir}：还没有索引，请先运行 zhengwen index 文件夹 / no index yet: run zhengwen index FOLDER first"
        ) from None
    except OSError as error:
        raise NoGeneration(f"{data_dir}：无法读取索引（{error.strerror}）/ the index cannot be read") from error
    except UnicodeDecodeError as error:
        raise NoGeneration(
            f"{data_dir / 'CURRENT'}：内容损坏，请运行 zhengwen index --rebuild / damaged: rebuild the index"
        ) from error


class Generation:
    """Read access to one published generation; safe to share between threads. Large arrays are memory-mapped."""

    def __init__(self, data_dir: Path, name: str | None = None) -> None:
        self.name = name or current_name(data_dir)
        self.folder = data_dir / "generations" / self.name
        self.manifest = self._read_manifest()
        size = self.manifest.chunks
        try:
            self.words = LexicalIndex.load(self.folder, "words", size)
            self.bigrams = LexicalIndex.load(self.folder, "bigrams", size)
            self.sentences, self.sentence_scales, self.sentence_spans, self.sentence_starts = (
                mapped(self.folder / f"{part}.npy")
                for part in ("sentences", "sentence_scales", "sentence_spans", "sentence_starts")
            )
        except (OSError, ValueError) as error:
            raise self._damaged(str(error)) from error
        if len(self.sentence_starts) - 1 != size:
            raise self._damaged(f"manifest.json：{size} 个段落，应为 {len(self.sentence_starts) - 1}")
        self._connections = local()
        # Questions come back to the same documents, and masking a long one takes a moment.
        self._cached = lru_cache(maxsize=_CACHED_DOCUMENTS)(self._read_document)

    def _damaged(self, what: str) -> DamagedGeneration:
        return DamagedGeneration(
            f"{self.folder}：索引损坏（{what}），请运行 zhengwen index --rebuild / the index is damaged: rebuild it"
        )

    def _read_manifest(self) -> Manifest:
        try:
            raw = json.loads((self.folder / "manifest.json").read_text(encoding="utf-8"))
            if raw.get("format") != FORMAT_VERSION:
                raise DamagedGeneration(
                    f"{self.folder}：索引格式为 {raw.get('format')}，本程序需要 {FORMAT_VERSION}，请运行 "
                    "zhengwen index --rebuild / the index has another format: rebuild it"
                )
            manifest = Manifest(**raw)
            sizes = {name: expected["size"] for name, expected in manifest.files.items()}
        except (OSError, ValueError, TypeError, AttributeError, KeyError) as error:
            raise self._damaged(f"manifest.json: {error}") from error
        for name, expected in sizes.items():
            path = self.folder / name
            size = path.stat().st_size if path.is_file() else None
            if size != expected:
                raise self._damaged(f"{name}：{size} 字节，应为 {expected}")
        return manifest

    @property
    def identity(self) -> Identity:
        """Which encoder and analyzer built this generation."""
        m = self.manifest
        return Identity(m.encoder, m.dimension, m.fingerprint, m.analyzer)

    @cached_property
    def chunk_vectors(self) -> Any:
        """The FAISS index over chunks, opened at first use."""
        try:
            return vectors.load(self.folder / "chunks.faiss")
        except RuntimeError as error:
            raise self._damaged(f"chunks.faiss: {error}") from error

    @cached_property
    def chunk_documents(self) -> NDArray[np.int32]:
        """Number of the document of each chunk, int32 [chunks]."""
        rows = self._db.execute("SELECT document FROM chunks ORDER BY ordinal")
        return np.fromiter((row[0] for row in rows), np.int32, self.manifest.chunks)

    @cached_property
    def document_starts(self) -> NDArray[np.int64]:
        """The first chunk of each document, int64 [documents + 1]; those of one document follow each other."""
        return np.searchsorted(self.chunk_documents, np.arange(self.manifest.documents + 1)).astype(np.int64)

    @cached_property
    def document_ids(self) -> list[str]:
        """Ids of the documents by their number."""
        return [row[0] for row in self._db.execute("SELECT document_id FROM documents ORDER BY number")]

    @cached_property
    def numbers(self) -> Mapping[str, int]:
        """Numbers of the documents by their id."""
        return {document_id: number for number, document_id in enumerate(self.document_ids)}

    @cached_property
    def versions(self) -> Mapping[int, tuple[int, ...]]:
        """For each document that has versions: the numbers of all of them, itself included, newest first."""
        groups: dict[int, list[int]] = {}
        for older, newest in self.documents_having("newer_version").items():
            groups.setdefault(self.numbers[newest], []).append(older)
        if not groups:
            return {}
        numbered = self.documents_having("document_number").items()
        days = {number: year[1] for number, value in numbered if (year := re.search(r"〔(\d{4})〕", value))}
        written, published = self.documents_having("date"), self.documents_having("published")
        for number in written.keys() | published.keys():
            days[number] = max(written.get(number, ""), published.get(number, ""))
        ordered = {
            newest: (newest, *sorted(older, key=lambda number: (days.get(number, ""), number), reverse=True))
            for newest, older in groups.items()
        }
        return {number: group for group in ordered.values() for number in group}

    @property
    def _db(self) -> sqlite3.Connection:
        """One connection a thread: SQLite connections do not travel."""
        if not hasattr(self._connections, "db"):
            uri = (self.folder / "documents.sqlite").resolve().as_uri() + "?mode=ro&immutable=1"
            self._connections.db = sqlite3.connect(uri, uri=True)
        db: sqlite3.Connection = self._connections.db
        return db

    def documents_with(self, name: str, value: str) -> set[int]:
        """Numbers of the documents whose field has exactly this value (see ``publication.lookup_values``)."""
        rows = self._db.execute("SELECT document FROM fields WHERE name = ? AND value = ?", (name, value))
        return {row[0] for row in rows}

    def values_in(self, name: str, text: str) -> dict[str, set[int]]:
        """Values of a field that occur in a text, each with the numbers of the documents that have it."""
        found: dict[str, set[int]] = {}
        query = "SELECT value, document FROM fields WHERE name = ? AND instr(?, value) > 0"
        for value, document in self._db.execute(query, (name, text)):
            found.setdefault(value, set()).add(document)
        return found

    def documents_like(self, name: str, part: str) -> set[int]:
        """Numbers of the documents whose field contains a text."""
        rows = self._db.execute("SELECT document FROM fields WHERE name = ? AND instr(value, ?) > 0", (name, part))
        return {row[0] for row in rows}

    def documents_having(self, name: str) -> dict[int, str]:
        """Values of a field by the number of the document that has it."""
        return dict(self._db.execute("SELECT document, value FROM fields WHERE name = ?", (name,)))

    def chunk(self, ordinal: int) -> tuple[int, int, Chunk]:
        """A chunk by its ordinal, with the number of its document and its place in it."""
        row = self._db.execute(
            'SELECT document, number, start, "end", section, term FROM chunks WHERE ordinal = ?', (ordinal,)
        ).fetchone()
        return row[0], row[1], masked_chunk(chunk_of(*row[2:]))

    def sentence_cosines(self, rows: NDArray[np.int64], vector: NDArray[np.float32]) -> NDArray[np.float32]:
        """Cosines of sentences, by their numbers int64 [n], with a unit vector: float32 [n], right to within 0.01."""
        cosines: NDArray[np.float32] = (self.sentences[rows].astype(np.float32) @ vector) * self.sentence_scales[rows]
        return cosines

    @cached_property
    def titles(self) -> tuple[str, ...]:
        """Titles of the documents by number, as they were read: for matching, not for showing."""
        return tuple(str(row[0]) for row in self._db.execute("SELECT title FROM documents ORDER BY number"))

    def documents(self) -> Iterator[Document]:
        """Every document, without chunks, in order; personal numbers are masked."""
        return (masked(document_of(row)) for row in self._db.execute(f"{_DOCUMENTS} ORDER BY number"))

    def _read_document(self, number: int) -> Document:
        return masked(document_of(self._db.execute(f"{_DOCUMENTS} WHERE number = ?", (number,)).fetchone()))

    def document(self, number: int) -> Document:
        """A document by its number, without chunks; personal numbers are masked, which moves no offset."""
        return self._cached(number)

    def document_by_id(self, document_id: str) -> Document:
        """A document with its chunks. Raises UnknownDocument."""
        row = self._db.execute("SELECT number FROM documents WHERE document_id = ?", (document_id,)).fetchone()
        if row is None:
            raise UnknownDocument(f"没有编号为 {document_id[:80]} 的文件 / no such document")
        return replace(self.document(row[0]), chunks=tuple(chunk for _, chunk in self.chunks_of(row[0])))

    def chunks_of(self, number: int) -> list[tuple[int, Chunk]]:
        """Chunks of a document in order, each with its ordinal."""
        rows = self._db.execute(
            'SELECT ordinal, start, "end", section, term FROM chunks WHERE document = ? ORDER BY ordinal', (number,)
        )
        return [(ordinal, masked_chunk(chunk_of(*row))) for ordinal, *row in rows]

    def check(self) -> list[str]:
        """Verify checksums and every span. Returns what is wrong, nothing when the generation is sound."""
        problems = [
            f"{name}：内容与校验和不符 / checksum differs"
            for name, expected in self.manifest.files.items()
            if not (self.folder / name).is_file() or digest(self.folder / name) != expected["sha256"]
        ]
        if problems:
            return problems
        if self.chunk_vectors.ntotal != self.manifest.chunks:
            problems.append("chunks.faiss：向量数与段落数不符 / number of vectors differs from number of chunks")
        counts = {len(self.sentences), len(self.sentence_scales), len(self.sentence_spans)}
        if counts != {int(self.sentence_starts[-1])}:
            problems.append("sentences.npy：向量数与句子数不符 / number of vectors differs from number of sentences")
        for number, document in enumerate(self.documents()):
            problems.extend(f"{document.source}：{problem}" for problem in self._check_document(number, document))
        return problems

    def _check_document(self, number: int, document: Document) -> list[str]:
        size = len(document.text)
        chunks = self.chunks_of(number)
        covered = "".join("".join(document.text[c.start : c.end].split()) for _, c in chunks)
        problems = []
        if covered != "".join(document.text.split()):
            problems.append("有文字不属于任何段落 / some text lies in no chunk")
        if any(not 0 <= c.start < c.end <= size for _, c in chunks):
            problems.append("段落位置超出原文 / a chunk lies outside the text")
        for ordinal, chunk in chunks:
            spans = self.sentence_spans[self.sentence_starts[ordinal] : self.sentence_starts[ordinal + 1]]
            if len(spans) and not (chunk.start <= spans.min() and spans.max() <= chunk.end):
                problems.append("句子位置超出段落 / a sentence lies outside its chunk")
        for name, field in document.metadata.items():
            if field.start is not None and not (field.end is not None and 0 <= field.start < field.end <= size):
                problems.append(f"字段 {name} 的位置超出原文 / a field lies outside the text")
        return problems
