"""The file that a document was read from, as long as it is still the one that was read."""

import os
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from indexer.document import Document
from indexer.errors import UnknownDocument
from indexer.files import File
from indexer.privacy import mask
from indexer.sidecar import sidecars
from indexer.store import store_error

_ROW = "SELECT root, source, size, mtime_ns, text FROM documents WHERE document_id = ?"


@dataclass(frozen=True, slots=True)
class Original:
    """A file as it was indexed. ``personal``: it holds personal numbers that are masked wherever its text is shown."""

    path: Path
    name: str
    size: int
    personal: bool

    def read(self) -> bytes:
        """Its bytes. Raises UnknownDocument when it has changed since it was found."""
        with self.path.open("rb") as file:
            if os.fstat(file.fileno()).st_size != self.size:
                raise _changed(self.name)
            return file.read()


def _changed(name: str) -> UnknownDocument:
    return UnknownDocument(
        f"{name}：原文件在建立索引后有改动或已移走，请重新运行 zhengwen index / the file has changed since it was indexed"
    )


def find_original(data_dir: Path, document: Document) -> Original:
    """The file of a document, as the reader of the index sees it. Raises UnknownDocument where there is no such file.

    A file counts as unchanged when it is of the size and age, those of its side-cars included, by which the indexer
    itself knows it, and when the text that was read from it is the one that is shown.
    """
    row = _row(data_dir / "store.sqlite", document.document_id)
    if row is None or not row[0]:
        raise UnknownDocument(f"{document.source}：没有保存原文件的位置 / where the file is, is not known")
    root, source, size, mtime_ns, text = row
    file = File(Path(root, source), root, source)
    try:
        states = [path.stat() for path in (file.path, *sidecars(file.path, file.folder))]
    except OSError:
        raise _changed(document.source) from None
    known = (sum(state.st_size for state in states), sum(state.st_mtime_ns for state in states) % 2**63)
    if known != (size, mtime_ns) or mask(text) != mask(document.text):
        raise _changed(document.source)
    return Original(file.path, Path(source).name, states[0].st_size, mask(text) != text)


def _row(store: Path, document_id: str) -> tuple[str, str, int, int, str] | None:
    # Read-only and without locks of its own: the writer goes on.
    if not store.is_file():
        return None
    try:
        db = sqlite3.connect(store.resolve().as_uri() + "?mode=ro", uri=True, timeout=10)
        try:
            found: tuple[str, str, int, int, str] | None = db.execute(_ROW, (document_id,)).fetchone()
            return found
        finally:
            db.close()
    except sqlite3.DatabaseError as error:
        raise store_error(store, error) from error
