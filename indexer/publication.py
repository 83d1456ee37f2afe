"""Publishing: a new generation is written beside the old ones, made durable, and switched to atomically."""

import json
import os
import shutil
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer import leases
from indexer.document import Document, Field
from indexer.errors import NoGeneration
from indexer.generations import current_name, digest, folders
from indexer.lexical import LexicalIndex
from indexer.manifest import FORMAT_VERSION, MANIFEST_CHECKSUM, Identity, Manifest
from indexer.proposals import session_of
from indexer.static_model import quantise
from indexer.store import document_row
from indexer.vectors import ChunkVectors

# Begins the names of folders that are no generations yet, or no longer.
_UNFINISHED = ".partial-"
_SCHEMA = """
    CREATE TABLE documents (number INTEGER PRIMARY KEY, document_id TEXT UNIQUE, source TEXT, title TEXT, text TEXT,
                            pages TEXT, metadata TEXT, headings TEXT);
    CREATE TABLE chunks (ordinal INTEGER PRIMARY KEY, document INTEGER, number INTEGER, start INTEGER, "end" INTEGER,
                         section TEXT, term TEXT);
    CREATE INDEX chunks_of_document ON chunks (document);
    CREATE TABLE fields (name TEXT, value TEXT, document INTEGER);
    CREATE INDEX field_values ON fields (name, value);
"""


@dataclass(frozen=True, slots=True)
class Content:
    """All that is published, in order: chunk ordinals run over the chunks of ``documents`` one after the other.

    ``passages`` float16 [chunks, d]; ``sentences`` [sentences, d], float16, or int8 with ``sentence_scales`` float32
    [sentences]; ``sentence_spans`` int32 [sentences, 2], offsets in the canonical text; ``sentence_starts`` int64
    [chunks + 1]; ``parts``: dimensions of the encoders whose vectors are joined.
    """

    documents: Sequence[Document]
    words: LexicalIndex
    bigrams: LexicalIndex
    passages: NDArray[np.float16]
    sentences: NDArray[np.float16] | NDArray[np.int8]
    sentence_spans: NDArray[np.int32]
    sentence_starts: NDArray[np.int64]
    parts: tuple[int, ...] = ()
    sentence_scales: NDArray[np.float32] | None = None


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def lookup_values(metadata: Mapping[str, Field]) -> Iterator[tuple[str, str]]:
    """Field values in the form in which they are looked up: numbers without leading zeros, each proposer by name."""
    for name, found in metadata.items():
        if name == "proposal_number":
            yield name, found.value.lstrip("0") or "0"
        elif name == "proposer":
            yield from ((name, proposer) for proposer in found.value.split("、"))
        else:
            yield name, found.value
        if name == "date":
            yield "year", found.value[:4]
        if name == "session" and (session := session_of(found.value)):
            yield from (("session_order", order) for order in {session, session.lstrip("人大政协")})


def _write_documents(path: Path, documents: Sequence[Document]) -> None:
    db = sqlite3.connect(path)
    try:
        db.executescript(_SCHEMA)
        ordinal = 0
        for number, document in enumerate(documents):
            db.execute("INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (number, *document_row(document)))
            rows = [
                (ordinal + i, number, i, c.start, c.end, json.dumps(c.section, ensure_ascii=False), c.term)
                for i, c in enumerate(document.chunks)
            ]
            db.executemany("INSERT INTO chunks VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
            fields = [(name, value, number) for name, value in lookup_values(document.metadata)]
            db.executemany("INSERT INTO fields VALUES (?, ?, ?)", fields)
            ordinal += len(rows)
        db.commit()
    finally:
        db.close()


def _write(folder: Path, content: Content, identity: Identity, editions: Mapping[str, str] | None = None) -> None:
    """Write one index, and its manifest, which lists everything that is in the folder by then."""
    _write_documents(folder / "documents.sqlite", content.documents)
    content.words.save(folder, "words")
    content.bigrams.save(folder, "bigrams")
    ChunkVectors.build(content.passages, content.parts).save(folder)
    # A byte a dimension is read five times as fast as a half float, and moves a cosine by less than 0.01.
    sentences, scales = content.sentences, content.sentence_scales
    if scales is None:
        sentences, scales = quantise(sentences.astype(np.float32))
    arrays: dict[str, NDArray[Any]] = {
        "sentences": sentences, "sentence_scales": scales,
        "sentence_spans": content.sentence_spans, "sentence_starts": content.sentence_starts,
    }  # fmt: skip
    for part, array in arrays.items():
        np.save(folder / f"{part}.npy", array, allow_pickle=False)
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    files = {
        path.relative_to(folder).as_posix(): {"size": path.stat().st_size, "sha256": digest(path)} for path in paths
    }
    manifest = Manifest(
        format=FORMAT_VERSION, created=datetime.now(UTC).isoformat(timespec="seconds"), encoder=identity.encoder,
        dimension=identity.dimension, fingerprint=identity.fingerprint, analyzer=identity.analyzer,
        documents=len(content.documents), chunks=len(content.sentence_starts) - 1, files=files,
        editions=dict(editions or {}),
    )  # fmt: skip
    (folder / "manifest.json").write_text(json.dumps(asdict(manifest), ensure_ascii=False, indent=1), encoding="utf-8")
    (folder / MANIFEST_CHECKSUM).write_text(f"{digest(folder / 'manifest.json')}  manifest.json\n", encoding="ascii")


def publish(
    data_dir: Path, content: Content, identity: Identity, editions: Iterable[tuple[Sequence[str], Content]] = ()
) -> str:
    """Write a new generation beside the old ones, make it durable, then switch to it. Returns its name.

    ``editions``: what there is for audiences who may not see all of it, each taken when the one before is written.
    A crash at any moment leaves either the old or the new generation current.
    """
    generations = data_dir / "generations"
    generations.mkdir(parents=True, exist_ok=True)
    for stale in generations.glob(f"{_UNFINISHED}*"):
        shutil.rmtree(stale)
    existing = folders(data_dir)
    name = f"{int(existing[-1].name) + 1 if existing else 1:06d}"
    folder = generations / f"{_UNFINISHED}{name}"
    folder.mkdir()
    written: dict[str, str] = {}
    for audiences, part in editions:
        (folder / audiences[0]).mkdir()
        _write(folder / audiences[0], part, identity)
        written |= dict.fromkeys(audiences, audiences[0])
    _write(folder, content, identity, written)
    for path in [*folder.rglob("*"), folder]:
        _sync(path)
    folder.rename(generations / name)
    _sync(generations)
    try:
        before = current_name(data_dir)
    except NoGeneration:
        before = name
    switch(data_dir, name)
    # The one that was current until now stays, to fall back on.
    for old in folders(data_dir):
        if old.name not in (before, name):
            _delete(old)
    return name


def _delete(generation: Path) -> None:
    """Delete a generation unless somebody reads it: then the next publication does."""
    with leases.unheld(generation / "manifest.json") as nobody:
        if nobody:
            # Half deleted, it must not look like a generation. What is left of it goes with the next publication.
            doomed = generation.with_name(f"{_UNFINISHED}{generation.name}-old")
            generation.rename(doomed)
            shutil.rmtree(doomed, ignore_errors=True)


def switch(data_dir: Path, name: str) -> None:
    """Make a published generation the current one."""
    pointer = data_dir / "CURRENT.new"
    pointer.write_text(name + "\n", encoding="utf-8")
    _sync(pointer)
    pointer.replace(data_dir / "CURRENT")
    _sync(data_dir)
