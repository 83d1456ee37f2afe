"""The order of the steps: files -> documents -> chunks -> tokens and vectors -> a published generation."""

import os
import sqlite3
import time
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from types import TracebackType

import numpy as np
from filelock import FileLock, Timeout

from indexer.analyzer import ANALYZER_VERSION, analyze
from indexer.chunking import chunk_text
from indexer.cleaning import clean
from indexer.document import Document, SourceDocument
from indexer.encoders import Encoder
from indexer.errors import DamagedGeneration, NoGeneration, NothingToIndex, StoreInUse, UnreadableFile, ZhengwenError
from indexer.generations import Content, Generation, Identity, publish
from indexer.lexical import LexicalIndex, term_hashes
from indexer.loaders import LOADERS, load
from indexer.metadata import letterhead, read_metadata
from indexer.outline import read_outline
from indexer.sentences import SENTENCES_VERSION, sentence_spans
from indexer.store import FileState, Store, store_error

Progress = Callable[[str, int, int], None]
"""Called with the name of a step, what is done and what there is to do."""

DEFAULT_MAX_BYTES = 32_000_000
# Raise it when the same file would be read into another text, outline, metadata or chunks: all files are read again.
READER_VERSION = "2"
# Chunks a batch: what is encoded is cached at once, so that an interrupted run loses at most one batch.
_BATCH = 64


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that was passed over, and why."""

    source: str
    reason: str


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What one run of the indexer did."""

    generation: str
    published: bool
    documents: int
    chunks: int
    added: int
    changed: int
    unchanged: int
    removed: int
    encoded: int
    seconds: float
    skipped: tuple[Skipped, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class _File:
    path: Path
    root: str
    source: str


def _quiet(_step: str, _done: int, _total: int) -> None:
    """No progress is shown."""


def document_id_of(source: str) -> str:
    """The id of a document: a hash of its path relative to the indexed folder, so that it survives re-indexing."""
    return sha256(unicodedata.normalize("NFC", source).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def understand(source: str, loaded: SourceDocument, document_id: str | None = None) -> Document:
    """Clean, read and cut one loaded document. Pure."""
    canonical = clean(loaded.text)
    text = canonical.text
    metadata = read_metadata(text, clean(loaded.title).text if loaded.title else None)
    headings = read_outline(text, letterhead(text)[1])
    title = metadata.get("title")
    title_end = title.end if title and title.end is not None else 0
    return Document(
        document_id=document_id or document_id_of(source),
        source=source,
        title=title.value if title else Path(source).stem,
        text=text,
        pages=canonical.pages,
        metadata=metadata,
        headings=tuple(heading for heading in headings if heading.end > title_end),
        chunks=chunk_text(text, headings, title_end),
    )


def breadcrumb(title: str, section: Sequence[str]) -> str:
    """What a chunk is indexed with beside its own text."""
    return "\n".join((title, *section))


def _key(title: str, section: Sequence[str], text: str) -> str:
    return sha256("\0".join((breadcrumb(title, section), text)).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _printable(name: str) -> str:
    """A file name as text. Names that are not UTF-8 come from older Chinese systems, whose names are GB18030."""
    data = os.fsencode(name)
    for encoding in ("utf-8", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("utf-8", "backslashreplace")


def _scan(paths: Sequence[Path]) -> Iterator[_File]:
    """Every file below the paths, hidden ones left out. Links that lead nowhere are files that cannot be read."""
    for path in paths:
        if path.is_file():
            yield _File(path, _printable(str(path.parent.resolve())), _printable(path.name))
            continue
        if not path.is_dir():
            raise ZhengwenError(f"{path}：没有这个文件或文件夹 / no such file or folder")
        root = path.resolve()
        for file in sorted(root.rglob("*")):
            relative = file.relative_to(root)
            readable = file.is_file() or (file.is_symlink() and not file.exists())
            if readable and not any(part.startswith((".", "~$")) for part in relative.parts):
                yield _File(file, _printable(str(root)), _printable(relative.as_posix()))


class Indexer:
    """Writes one data directory. Holds its lock from ``with`` to the end of the block; raises StoreInUse."""

    def __init__(self, data_dir: Path, encoder: Encoder, progress: Progress = _quiet) -> None:
        self._data_dir = data_dir
        self._encoder = encoder
        self.progress = progress

    def __enter__(self) -> "Indexer":
        try:
            self._data_dir.mkdir(parents=True, exist_ok=True)
            self._lock = FileLock(self._data_dir / "write.lock", timeout=0)
            self._lock.acquire()
        except Timeout:
            raise StoreInUse(
                f"{self._data_dir}：另一个 zhengwen 正在写入，请等它结束再试 / another zhengwen is writing here: try again later"
            ) from None
        except OSError as error:
            raise ZhengwenError(f"{self._data_dir}：无法写入（{error.strerror}）/ cannot be written") from error
        try:
            self._store = Store(self._data_dir / "store.sqlite")
        except BaseException:
            self._lock.release()
            raise
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._store.close()
        self._lock.release()
        # Damage in the middle of the file, or a full disk, shows only while it is used. The subclasses of
        # DatabaseError other than these two would be mistakes of ours.
        if isinstance(error, sqlite3.OperationalError) or type(error) is sqlite3.DatabaseError:
            raise store_error(self._data_dir / "store.sqlite", error) from error

    def index(self, paths: Sequence[Path], *, rebuild: bool = False, max_bytes: int = DEFAULT_MAX_BYTES) -> IndexReport:
        """Make the index hold exactly what the files and folders hold now, and publish it if that changed anything.

        Files that did not change are not read, chunks that did not change are not encoded. A file that cannot be read
        is reported; if an earlier version of it was indexed, that one stays. Raises NothingToIndex, with everything
        as it was, when no document is left.
        """
        # A file may be named twice: by itself and by its folder.
        files = list({(file.root, file.source): file for file in _scan(paths)}.values())
        candidates = [file for file in files if file.path.suffix.lower() in LOADERS]
        other = [
            Skipped(file.source, f"格式 {_printable(file.path.suffix) or '(无后缀)'} 暂不支持 / unsupported format")
            for file in files
            if file.path.suffix.lower() not in LOADERS
        ]

        def read(file: _File) -> SourceDocument:
            return load(file.path, max_bytes)

        return self._run(candidates, read, rebuild, other)

    def index_documents(self, documents: Iterable[tuple[str, SourceDocument]]) -> IndexReport:
        """Make the index hold exactly these documents, given as (source, loaded document)."""
        loaded = dict(documents)
        files = [_File(Path(source), "", source) for source in loaded]
        return self._run(files, lambda file: loaded[file.source], rebuild=True, skipped=[])

    def remove(self, document_id: str) -> bool:
        """Take a document out of the index until it is restored, and publish. False when there is none."""
        with self._store.transaction():
            found = self._store.remove(document_id)
            if found:
                if not self._store.files():
                    raise NothingToIndex("这是最后一份文件，不能移出 / the last document cannot be removed")
                self._store.unpublished = True
        if found:
            self._fill_caches()  # Of another encoder or analyzer than the one of the last run, nothing is cached yet.
            self._publish()
        return found

    def restore(self, document_id: str) -> bool:
        """Let the next indexing take a removed document in again. False when it was not removed."""
        return self._store.restore(document_id)

    def _run(
        self, files: Sequence[_File], read: Callable[[_File], SourceDocument], rebuild: bool, skipped: list[Skipped]
    ) -> IndexReport:
        began = time.perf_counter()
        added = changed = unchanged = 0
        removed_by_hand = set(self._store.removed().values())
        with self._store.transaction():
            before = self._store.files()
            if rebuild:
                self._store.clear_caches()
            current = self._store.reader == READER_VERSION and not rebuild
            self._store.reader = READER_VERSION
            present = {(file.root, file.source) for file in files} - removed_by_hand
            gone = [state for place, state in before.items() if place not in present]
            for state in gone:
                self._store.delete(state.document_id)
            taken = {state.document_id: place for place, state in before.items() if place in present}
            for done, file in enumerate(files):
                self.progress("read", done, len(files))
                place = (file.root, file.source)
                if place in removed_by_hand:
                    reason = "已被移出，可用 zhengwen documents restore 恢复 / removed by hand"
                    skipped.append(Skipped(file.source, reason))
                    continue
                try:
                    fresh = self._take(file, before.get(place), current, read, taken)
                except UnreadableFile as error:
                    skipped.append(Skipped(file.source, str(error)))
                    continue
                if not fresh:
                    unchanged += 1
                elif place in before:
                    changed += 1
                else:
                    added += 1
            self.progress("read", len(files), len(files))
            if not self._store.files():
                formats = "、".join(sorted(LOADERS))
                raise NothingToIndex(
                    f"没有可以索引的文件（支持 {formats}），已发布的索引保持不变 / nothing could be indexed; what is published stays",
                    tuple((file.source, file.reason) for file in skipped),
                )
            if added or changed or gone or rebuild:
                self._store.unpublished = True
        encoded = self._fill_caches()
        published = self._store.unpublished or not self._is_published()
        generation = self._publish() if published else Generation(self._data_dir).name
        manifest = Generation(self._data_dir, generation).manifest
        return IndexReport(
            generation=generation, published=published, documents=manifest.documents, chunks=manifest.chunks,
            added=added, changed=changed, unchanged=unchanged, removed=len(gone), encoded=encoded,
            seconds=time.perf_counter() - began, skipped=tuple(skipped),
        )  # fmt: skip

    def _take(
        self,
        file: _File,
        known: FileState | None,
        current: bool,
        read: Callable[[_File], SourceDocument],
        taken: dict[str, tuple[str, str]],
    ) -> bool:
        """Read a file into the store unless it is known, unchanged and was read by the ``current`` code.

        A known file keeps its id. Returns whether the file was read.
        """
        place = (file.root, file.source)
        try:
            status = file.path.stat() if file.root else None
        except OSError as error:
            raise UnreadableFile(f"无法读取：{error.strerror} / cannot be read") from error
        size, mtime_ns = (status.st_size, status.st_mtime_ns) if status else (0, 0)
        if known and current and (known.size, known.mtime_ns) == (size, mtime_ns):
            return False
        document_id = known.document_id if known else document_id_of(file.source)
        if taken.get(document_id, place) != place:  # The same relative path below two folders.
            document_id = document_id_of("\0".join(place))
        document = understand(file.source, read(file), document_id)
        if not document.text:
            raise UnreadableFile("文件没有文字 / the file holds no text")
        taken[document_id] = place
        keys = [_key(document.title, c.section, document.text[c.start : c.end]) for c in document.chunks]
        self._store.put(file.root, FileState(document_id, size, mtime_ns), document, keys)
        return True

    def _encoder_key(self) -> str:
        return f"{self._encoder.name}:{self._encoder.fingerprint}:{SENTENCES_VERSION}"

    def _fill_caches(self) -> int:
        """Analyse and encode the chunks whose content was not seen before. Returns how many were encoded."""
        without_tokens = set(self._store.missing("tokens", ANALYZER_VERSION))
        without_vectors = set(self._store.missing("vectors", self._encoder_key()))
        todo = without_tokens | without_vectors
        total = len(todo)
        if not total:
            return 0
        done = 0
        pending: list[tuple[str, Document, int]] = []
        for document in self._store.documents():
            chunks = self._store.chunks(document.document_id)
            whole = replace(document, chunks=tuple(chunk for chunk, _ in chunks))
            for number, (_, key) in enumerate(chunks):
                if key in todo:
                    todo.remove(key)  # The same content may stand in several documents.
                    pending.append((key, whole, number))
                    if len(pending) == _BATCH:
                        self._fill(pending, without_tokens, without_vectors)
                        done += len(pending)
                        pending = []
                        self.progress("encode", done, total)
        self._fill(pending, without_tokens, without_vectors)
        self.progress("encode", total, total)
        return len(without_vectors)

    def _fill(
        self, batch: list[tuple[str, Document, int]], without_tokens: set[str], without_vectors: set[str]
    ) -> None:
        tokens, vectors, passages = [], [], []
        for key, document, number in batch:
            chunk = document.chunks[number]
            crumb = breadcrumb(document.title, chunk.section)
            if key in without_tokens:
                analysed = analyze(crumb + "\n" + document.text[chunk.start : chunk.end])
                tokens.append((key, term_hashes(analysed.words), term_hashes(analysed.bigrams)))
            if key in without_vectors:
                spans = sentence_spans(document.text, chunk.start, chunk.end)
                passages.append((key, [crumb, *(document.text[start:end] for start, end in spans)]))
        if passages:
            wholes, parts = self._encoder.encode_passages([passage for _, passage in passages])
            at = 0
            for (key, passage), whole in zip(passages, wholes, strict=True):
                # The first part is the breadcrumb: it colours the passage and is no evidence.
                vectors.append((key, whole.astype(np.float16), parts[at + 1 : at + len(passage)].astype(np.float16)))
                at += len(passage)
        with self._store.transaction():
            self._store.put_tokens(ANALYZER_VERSION, tokens)
            self._store.put_vectors(self._encoder_key(), vectors)

    def _identity(self) -> Identity:
        return Identity(self._encoder.name, self._encoder.dimension, self._encoder.fingerprint, ANALYZER_VERSION)

    def _is_published(self) -> bool:
        """Whether the current generation is readable and was made with the present settings."""
        try:
            return Generation(self._data_dir).identity == self._identity()
        except (NoGeneration, DamagedGeneration):
            return False

    def _publish(self) -> str:
        """Gather everything from the store and switch to a new generation."""
        documents: list[Document] = []
        words, bigrams, passages, sentences, spans, starts = [], [], [], [], [], [0]
        total = len(self._store.files())
        for document in self._store.documents():
            self.progress("publish", len(documents), total)
            chunks = self._store.chunks(document.document_id)
            documents.append(replace(document, chunks=tuple(chunk for chunk, _ in chunks)))
            for chunk, key in chunks:
                chunk_words, chunk_bigrams = self._store.tokens(key, ANALYZER_VERSION)
                passage, parts = self._store.vectors(key, self._encoder_key(), self._encoder.dimension)
                words.append(chunk_words)
                bigrams.append(chunk_bigrams)
                passages.append(passage)
                sentences.append(parts)
                spans.extend(sentence_spans(document.text, chunk.start, chunk.end))
                starts.append(len(spans))
        content = Content(
            documents, LexicalIndex.build(words), LexicalIndex.build(bigrams), np.stack(passages),
            np.concatenate(sentences), np.array(spans, np.int32).reshape(-1, 2), np.array(starts, np.int64),
        )  # fmt: skip
        try:
            name = publish(self._data_dir, content, self._identity())
        except OSError as error:
            raise ZhengwenError(
                f"{self._data_dir}：无法写入（{error.strerror or error}），已发布的索引保持不变 / cannot be written; what is published stays"
            ) from error
        self._store.unpublished = False
        self.progress("publish", total, total)
        return name
