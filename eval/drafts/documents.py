"""The documents of a folder as the indexer reads them, without an index."""

from collections.abc import Sequence
from pathlib import Path

from indexer.caching import Progress
from indexer.document import Document
from indexer.errors import NothingToIndex, UnreadableFile
from indexer.files import document_id_of, scan
from indexer.loaders import LOADERS
from indexer.privacy import masked
from indexer.reading import understand
from indexer.worker import LoadingWorker
from server.settings import Settings


def read_documents(paths: Sequence[Path], progress: Progress) -> tuple[tuple[Document, ...], tuple[str, ...]]:
    """Every readable document below the paths, personal numbers masked, and one line on each that is not.

    Raises ZhengwenError when a path does not exist, NothingToIndex when nothing can be read.
    """
    files = [file for file in scan(paths) if file.path.suffix.lower() in LOADERS]
    max_bytes = Settings().max_file_mb * 1_000_000
    documents: list[Document] = []
    skipped: list[str] = []
    with LoadingWorker() as worker:
        for done, file in enumerate(files):
            progress("read", done, len(files))
            try:
                loaded = worker.load(file.path, max_bytes)
                documents.append(masked(understand(file.source, loaded, document_id_of(file.source))))
            except UnreadableFile as error:
                skipped.append(f"{file.source}：{error}")
    progress("read", len(files), len(files))
    if not documents:
        where = "、".join(map(str, paths))
        raise NothingToIndex(f"{where}：没有可以读取的文件 / holds no readable document")
    return tuple(documents), tuple(skipped)
