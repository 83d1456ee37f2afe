"""The folders that the index mirrors, as the keeper is shown them, and what the indexing process is told."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from indexer.files import printable
from indexer.folders import recorded_paths, uploads_folder
from indexer.places import places
from server.settings import Settings


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder or file that is indexed: whether it is there now, and how many documents it holds in the store."""

    path: str
    present: bool
    documents: int
    uploads: bool


def uploads_root(data_dir: Path) -> str:
    """The folder of uploads as the indexer's store names it."""
    return printable(str(uploads_folder(data_dir).resolve()))


def indexed_paths(data_dir: Path) -> list[Path]:
    """What is indexed beside the uploads. An index made before that was recorded tells its folders by its documents.

    Raises ZhengwenError.
    """
    recorded = recorded_paths(data_dir)
    if recorded is not None:
        return recorded
    roots = {place.root for place in places(data_dir).values()} - {uploads_root(data_dir)}
    return [Path(root) for root in sorted(roots)]


def folders(data_dir: Path) -> list[Folder]:
    """The folders, that of the uploads last. Raises ZhengwenError."""
    known = list(places(data_dir).values())
    found = []
    for path in indexed_paths(data_dir):
        # A file that was named stands in its folder.
        name, root = printable(str(path)), printable(str(path.parent))
        count = sum(place.root == name or (place.root == root and place.source == path.name) for place in known)
        found.append(Folder(name, path.exists(), count, uploads=False))
    root = uploads_root(data_dir)
    count = sum(place.root == root for place in known)
    return [*found, Folder(root, uploads_folder(data_dir).is_dir(), count, uploads=True)]


def request_of(data_dir: Path, settings: Settings, **more: Any) -> dict[str, Any]:
    """What the indexing process is told; see ``server.desk.working``. Raises ZhengwenError."""
    return {
        "data_dir": str(data_dir.resolve()), "encoder": settings.encoder, "max_bytes": settings.max_file_mb * 1_000_000,
        "paths": [str(path) for path in indexed_paths(data_dir)], **more,
    }  # fmt: skip
