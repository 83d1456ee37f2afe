"""Reading published generations: immutable folders, one of them current, each file with its checksum.

A data directory holds:

    store.sqlite                 working state of the writer
    CURRENT                      name of the current generation
    generations/000007/          manifest.json and its checksum, documents.sqlite, *.npy, chunks.*.faiss
    generations/000007/public/   the same, of what one audience may see (``audiences``), where that is not everything
"""

import json
import sqlite3
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, lru_cache
from hashlib import file_digest
from pathlib import Path
from threading import local

import numpy as np
from numpy.typing import NDArray

from indexer import leases
from indexer.document import Chunk, Document
from indexer.errors import DamagedGeneration, NoGeneration, UnknownDocument
from indexer.lexical import LexicalIndex
from indexer.manifest import FORMAT_VERSION, MANIFEST_CHECKSUM, Identity, Manifest
from indexer.mapping import mapped
from indexer.privacy import masked, masked_chunk
from indexer.store import chunk_of, document_of
from indexer.vectors import ChunkVectors
from indexer.versions import version_groups

_CACHED_DOCUMENTS = 256
_DOCUMENTS = "SELECT document_id, source, title, text, pages, metadata, headings FROM documents"


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


def _reader_of(generation: "weakref.ref[Generation]") -> Callable[[int], Document]:
    """Reads documents of a generation without keeping it alive: one that nobody reads has to go at once."""

    def read(number: int) -> Document:
        found = generation()
        if found is None:
            raise ReferenceError("the generation is gone")
        return found._read_document(number)

    return read


class Generation:
    """Read access to one published generation; safe to share between threads. Large arrays are memory-mapped.

    Its folder stays on disk for as long as this object lives, whatever is published meanwhile. ``edition``: the folder
    below it that is read instead. Raises NoGeneration and DamagedGeneration.
    """

    def __init__(self, data_dir: Path, name: str | None = None, edition: str = "") -> None:
        self.name = name or current_name(data_dir)
        self.data_dir = data_dir
        while True:
            self._whole = data_dir / "generations" / self.name
            self.folder = self._whole / edition
            try:
                self._open()
                return
            except DamagedGeneration:
                # Between reading its name and holding it, it may have been replaced and deleted.
                newest = name or current_name(data_dir)
                if newest == self.name:
                    raise
                self.name = newest

    def _open(self) -> None:
        try:
            leases.hold(self, self._whole / "manifest.json")
        except (OSError, ValueError) as error:
            raise self.damaged(f"manifest.json: {error}") from error
        self.manifest = self._read_manifest()
        size = self.manifest.chunks
        try:
            self.words = LexicalIndex.load(self.folder, "words", size)
            self.bigrams = LexicalIndex.load(self.folder, "bigrams", size)
            self.sentences, self.sentence_scales, self.sentence_spans, self.sentence_starts = (
                mapped(self.folder / f"{part}.npy", scattered=True)
                for part in ("sentences", "sentence_scales", "sentence_spans", "sentence_starts")
            )
        except (OSError, ValueError) as error:
            raise self.damaged(str(error)) from error
        if len(self.sentence_starts) - 1 != size:
            raise self.damaged(f"manifest.json：{size} 个段落，应为 {len(self.sentence_starts) - 1}")
        self._connections = local()
        # Questions come back to the same documents, and masking a long one takes a moment.
        self._cached = lru_cache(maxsize=_CACHED_DOCUMENTS)(_reader_of(weakref.ref(self)))

    def damaged(self, what: str) -> DamagedGeneration:
        """The error that says what is wrong with this generation, and what to do."""
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
            raise self.damaged(f"manifest.json: {error}") from error
        for name, expected in sizes.items():
            path = self.folder / name
            size = path.stat().st_size if path.is_file() else None
            if size != expected:
                raise self.damaged(f"{name}：{size} 字节，应为 {expected}")
        return manifest

    def edition_for(self, audience: str) -> "Generation":
        """What an audience may see of this generation: itself, where that is everything. Raises DamagedGeneration."""
        edition = self.manifest.editions.get(audience)
        return self if edition is None else self._edition(edition)

    def editions(self) -> "list[tuple[str, Generation]]":
        """The indexes for audiences who may not see everything, each with the name of its folder."""
        return [(name, self._edition(name)) for name in sorted(set(self.manifest.editions.values()))]

    def _edition(self, edition: str) -> "Generation":
        return Generation(self.data_dir, self.name, edition)

    @property
    def identity(self) -> Identity:
        """Which encoder and analyzer built this generation."""
        m = self.manifest
        return Identity(m.encoder, m.dimension, m.fingerprint, m.analyzer)

    @cached_property
    def chunk_vectors(self) -> ChunkVectors:
        """The vectors of the chunks, opened at first use."""
        try:
            return ChunkVectors.load(self.folder)
        except (RuntimeError, OSError, ValueError) as error:
            raise self.damaged(f"chunks.*.faiss: {error}") from error

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
        newest = {older: self.numbers[newer] for older, newer in self.documents_having("newer_version").items()}
        if not newest:
            return {}
        names = ("document_number", "date", "published")
        return version_groups(newest, *(self.documents_having(name) for name in names))

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

    def values_of(self, name: str) -> list[str]:
        """Values of a field, each once."""
        return [row[0] for row in self._db.execute("SELECT DISTINCT value FROM fields WHERE name = ?", (name,))]

    def documents_like(self, name: str, part: str) -> set[int]:
        """Numbers of the documents whose field contains a text."""
        rows = self._db.execute("SELECT document FROM fields WHERE name = ? AND instr(value, ?) > 0", (name, part))
        return {row[0] for row in rows}

    def documents_having(self, name: str) -> dict[int, str]:
        """Values of a field by the number of the document that has it."""
        return dict(self._db.execute("SELECT document, value FROM fields WHERE name = ?", (name,)))

    def chunks_at(self, ordinals: Sequence[int]) -> list[tuple[int, int, Chunk]]:
        """Chunks by their ordinals, in the order given, each with the number of its document and its place in it."""
        marks = ",".join("?" * len(ordinals))
        rows = self._db.execute(
            f'SELECT ordinal, document, number, start, "end", section, term FROM chunks WHERE ordinal IN ({marks})',
            tuple(ordinals),
        )
        found = {row[0]: (row[1], row[2], masked_chunk(chunk_of(*row[3:]))) for row in rows}
        return [found[ordinal] for ordinal in ordinals]

    def sentence_cosines(self, rows: NDArray[np.int64], vector: NDArray[np.float32]) -> NDArray[np.float32]:
        """Cosines of sentences, by their numbers int64 [n], with a unit vector: float32 [n], right to within 0.01."""
        asked = int(np.flatnonzero(vector)[-1]) + 1 if vector.any() else 0  # A vector of the first part ends in zeros.
        products = self.sentences[rows, :asked].astype(np.float32) @ vector[:asked]
        cosines: NDArray[np.float32] = products * self.sentence_scales[rows]
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

    @property
    def size(self) -> int:
        """Bytes of all its files."""
        return sum(int(expected["size"]) for expected in self.manifest.files.values())

    def altered(self) -> list[str]:
        """Names of the files that are not what was published, by their checksums."""
        expected = {name: str(of_file["sha256"]) for name, of_file in self.manifest.files.items()}
        stated = self.folder / MANIFEST_CHECKSUM
        if stated.is_file():  # Generations of earlier versions have none.
            expected["manifest.json"] = stated.read_text(encoding="ascii", errors="replace").split(" ")[0]
        return [
            name
            for name, checksum in expected.items()
            if not (self.folder / name).is_file() or digest(self.folder / name) != checksum
        ]
