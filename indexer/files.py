"""The files below the folders that are indexed, and the ids of their documents."""

import os
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from indexer.errors import ZhengwenError


@dataclass(frozen=True, slots=True)
class File:
    """A file to index: where it is, the folder that was named, and its path below it."""

    path: Path
    root: str
    source: str

    @property
    def folder(self) -> Path:
        """The folder that was named, as a path that can be opened: ``root`` is its printable form."""
        return self.path.parents[self.source.count("/")]


def document_id_of(source: str) -> str:
    """The id of a document: a hash of its path relative to the indexed folder, so that it survives re-indexing."""
    return sha256(unicodedata.normalize("NFC", source).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def printable(name: str) -> str:
    """A file name as text. Names that are not UTF-8 come from older Chinese systems, whose names are GB18030."""
    data = os.fsencode(name)
    for encoding in ("utf-8", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("utf-8", "backslashreplace")


def scan(paths: Sequence[Path]) -> Iterator[File]:
    """Every file below the paths, hidden ones left out. Links that lead nowhere are files that cannot be read."""
    for path in paths:
        if path.is_file():
            yield File(path, printable(str(path.parent.resolve())), printable(path.name))
            continue
        if not path.is_dir():
            raise ZhengwenError(f"{path}：没有这个文件或文件夹 / no such file or folder")
        root = path.resolve()
        for file in sorted(root.rglob("*")):
            relative = file.relative_to(root)
            readable = file.is_file() or (file.is_symlink() and not file.exists())
            if readable and not any(part.startswith((".", "~$")) for part in relative.parts):
                yield File(file, printable(str(root)), printable(relative.as_posix()))
