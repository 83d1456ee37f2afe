"""The order of the steps: files -> documents -> chunks -> tokens and vectors -> a published generation."""

import errno
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from types import TracebackType

from filelock import FileLock, Timeout

from indexer.analyzer import ANALYZER_VERSION
from indexer.audiences import editions
from indexer.caching import Progress, encoder_key, fill_caches
from indexer.document import SourceDocument
from indexer.encoders import Encoder
from indexer.errors import DamagedGeneration, NoGeneration, NothingToIndex, StoreInUse, UnreadableFile, ZhengwenError
from indexer.files import File, document_id_of, printable, scan
from indexer.folders import record_paths, with_uploads
from indexer.gathering import Prepared, gather
from indexer.generations import Generation
from indexer.loaders import LOADERS
from indexer.manifest import Identity
from indexer.publication import publish
from indexer.reading import reader_version
from indexer.relations import identity, relate
from indexer.sharing.processes import Workers
from indexer.sharing.reading import Due, Outcome, Reading, due, read_file, read_files
from indexer.sidecar import DEFAULTS, SUFFIX, UnreadableSidecar
from indexer.store import FileState, Store, store_error

DEFAULT_MAX_BYTES = 32_000_000


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that was passed over, and why."""

    source: str
    reason: str


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What one run of the indexer did.

    ``pages`` and ``ocr_pages`` count what this run read; ``duplicates`` files that are exact copies of another,
    ``older_versions`` documents of which the index holds a newer version.
    """

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
    notes: tuple[Skipped, ...] = field(default=())
    pages: int = 0
    ocr_pages: int = 0
    duplicates: int = 0
    older_versions: int = 0


Read = Callable[[Sequence[Due]], Iterator[Outcome]]
"""What comes of files, in their order."""


def _quiet(_step: str, _done: int, _total: int) -> None:
    """No progress is shown."""


class Indexer:
    """Writes one data directory. Holds its lock from ``with`` to the end of the block; raises StoreInUse."""

    def __init__(
        self, data_dir: Path, encoder: Encoder, progress: Progress = _quiet, workers: Workers | None = None
    ) -> None:
        self._data_dir = data_dir
        self._encoder = encoder
        self._workers = workers or Workers(1)
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

        What was uploaded into the data directory belongs to every index of it.

        Files that did not change are not read, chunks that did not change are not encoded. A file that cannot be read
        is reported; if an earlier version of it was indexed, that one stays. Raises NothingToIndex, with everything
        as it was, when no document is left.
        """
        # A file may be named twice: by itself and by its folder.
        named = with_uploads(self._data_dir, paths)
        files = list({(file.root, file.source): file for file in scan(named)}.values())
        files = [file for file in files if not file.path.name.endswith(SUFFIX) and file.path.name != DEFAULTS]
        candidates = [file for file in files if file.path.suffix.lower() in LOADERS]
        other = [
            Skipped(file.source, f"格式 {printable(file.path.suffix) or '(无后缀)'} 暂不支持 / unsupported format")
            for file in files
            if file.path.suffix.lower() not in LOADERS
        ]
        report = self._run(candidates, partial(read_files, self._workers), rebuild, other, max_bytes)
        record_paths(self._data_dir, paths)
        return report

    def index_documents(self, documents: Iterable[tuple[str, SourceDocument]]) -> IndexReport:
        """Make the index hold exactly these documents, given as (source, loaded document)."""
        loaded = dict(documents)
        files = [File(Path(str(number)), "", source) for number, source in enumerate(loaded)]
        by_path = {file.path: loaded[file.source] for file in files}

        def given(path: Path, _max_bytes: int) -> SourceDocument:
            return by_path[path]

        return self._run(files, partial(map, partial(read_file, given)), rebuild=True, skipped=[])

    def remove(self, document_id: str) -> bool:
        """Take a document out of the index until it is restored, and publish. False when there is none."""
        with self._store.transaction():
            copies = self._copies(document_id)
            found = len([copy for copy in copies if self._store.remove(copy)]) > 0
            if found:
                if not self._store.files():
                    raise NothingToIndex("这是最后一份文件，不能移出 / the last document cannot be removed")
                self._store.unpublished = True
        if found:
            # Of another encoder or analyzer than the one of the last run, nothing is cached yet.
            fill_caches(self._store, self._encoder, self.progress)
            self._publish()
        return found

    def _copies(self, document_id: str) -> list[str]:
        """A document and its exact copies: whoever removes a text does not want it back from another folder."""
        documents = list(self._store.documents())
        wanted = {identity(document) for document in documents if document.document_id == document_id}
        return [document.document_id for document in documents if identity(document) in wanted]

    def restore(self, document_id: str) -> bool:
        """Let the next indexing take a removed document in again. False when it was not removed."""
        return self._store.restore(document_id)

    def _run(
        self,
        files: Sequence[File],
        read: Read,
        rebuild: bool,
        skipped: list[Skipped],
        max_bytes: int = DEFAULT_MAX_BYTES,
    ) -> IndexReport:
        began = time.perf_counter()
        added = changed = unchanged = pages = ocr_pages = 0
        notes: list[Skipped] = []
        removed_by_hand = set(self._store.removed().values())
        with self._store.transaction():
            before = self._store.files()
            if rebuild:
                self._store.clear_caches()
            current = self._store.reader == reader_version() and not rebuild
            self._store.reader = reader_version()
            present = {(file.root, file.source) for file in files} - removed_by_hand
            gone = [state for place, state in before.items() if place not in present]
            for state in gone:
                self._store.delete(state.document_id)
            taken = {state.document_id: place for place, state in before.items() if place in present}

            def passed_over(file: File, error: UnreadableFile) -> None:
                skipped.append(Skipped(file.source, str(error)))
                place = (file.root, file.source)
                # A side-car may forbid what is shown now: the document leaves until it can be read.
                if isinstance(error, UnreadableSidecar) and place in before:
                    self._store.delete(before[place].document_id)
                    gone.append(before[place])

            waiting: list[Due] = []
            for file in files:
                place = (file.root, file.source)
                if place in removed_by_hand:
                    reason = "已被移出，可用 zhengwen documents restore 恢复 / removed by hand"
                    skipped.append(Skipped(file.source, reason))
                    continue
                try:
                    found = due(file, before.get(place) if current else None, max_bytes)
                except UnreadableFile as error:
                    passed_over(file, error)
                    continue
                if found is None:
                    unchanged += 1
                else:
                    waiting.append(found)
            others = len(files) - len(waiting)
            for done, (one, outcome) in enumerate(zip(waiting, read(waiting), strict=True)):
                self.progress("read", others + done, len(files))
                if isinstance(outcome, UnreadableFile):
                    passed_over(one.file, outcome)
                    continue
                place = (one.file.root, one.file.source)
                self._keep(one, outcome, before.get(place), taken)
                added, changed = (added, changed + 1) if place in before else (added + 1, changed)
                pages += outcome.pages
                ocr_pages += outcome.ocr_pages
                notes.extend(Skipped(one.file.source, note) for note in outcome.notes)
            self.progress("read", len(files), len(files))
            if not self._store.count():
                formats = "、".join(sorted(LOADERS))
                raise NothingToIndex(
                    f"没有可以索引的文件（支持 {formats}），已发布的索引保持不变 / nothing could be indexed; what is published stays",
                    tuple((file.source, file.reason) for file in skipped),
                )
            if added or changed or gone or rebuild:
                self._store.unpublished = True
        encoded = fill_caches(self._store, self._encoder, self.progress)
        published = self._store.unpublished or not self._is_published()
        generation = self._publish() if published else Generation(self._data_dir).name
        opened = Generation(self._data_dir, generation)
        manifest = opened.manifest
        return IndexReport(
            generation=generation, published=published, documents=manifest.documents, chunks=manifest.chunks,
            added=added, changed=changed, unchanged=unchanged, removed=len(gone), encoded=encoded,
            seconds=time.perf_counter() - began, skipped=tuple(skipped), notes=tuple(notes), pages=pages,
            ocr_pages=ocr_pages, duplicates=self._store.count() - manifest.documents,
            older_versions=len(opened.documents_having("newer_version")),
        )  # fmt: skip

    def _keep(self, one: Due, reading: Reading, known: FileState | None, taken: dict[str, tuple[str, str]]) -> None:
        """Put a file that was read into the store. A known file keeps its id."""
        place = (one.file.root, one.file.source)
        document_id = known.document_id if known else reading.document.document_id
        if taken.get(document_id, place) != place:  # The same relative path below two folders.
            document_id = document_id_of("\0".join(place))
        taken[document_id] = place
        document = replace(reading.document, document_id=document_id)
        state = FileState(document_id, one.size, one.mtime_ns)
        self._store.put(one.file.root, state, document, reading.keys, reading.signature)

    def _identity(self) -> Identity:
        return Identity(self._encoder.name, self._encoder.dimension, self._encoder.fingerprint, ANALYZER_VERSION)

    def _is_published(self) -> bool:
        """Whether the current generation is readable and was made with the present settings."""
        try:
            current = Generation(self._data_dir)
            return current.identity == self._identity() and not current.altered()
        except (NoGeneration, DamagedGeneration):
            return False

    def _publish(self) -> str:
        """Gather everything from the store and switch to a new generation."""
        documents, signatures = list(self._store.documents()), self._store.signatures()
        related = relate(documents, signatures)
        prepared = Prepared.of(self._store, self._encoder)
        content = gather(prepared, related, self._encoder, self.progress)
        others = (
            (audiences, gather(prepared, among, self._encoder, _quiet))
            for audiences, among in editions(documents, signatures, related)
        )
        try:
            name = publish(self._data_dir, content, self._identity(), others)
        except OSError as error:
            # NumPy says only how many bytes it could not write.
            full = error.errno in (None, errno.ENOSPC, errno.EDQUOT)
            raise ZhengwenError(
                f"{self._data_dir}：无法写入（{error.strerror or error}），{'请检查磁盘空间；' if full else ''}已发布的索引保持不变 / "
                f"cannot be written{': check the free space of the disk' if full else ''}; what is published stays"
            ) from error
        self._store.published((ANALYZER_VERSION, encoder_key(self._encoder)))
        self.progress("publish", len(related), len(related))
        return name
