"""Indexing a folder again after one chunk in a hundred has changed, beside indexing it for the first time."""

import statistics
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from eval.bench.measurement import Measurement, at_most
from eval.texts import Material
from indexer.caching import Progress
from indexer.encoders import BundledEncoder
from indexer.errors import ZhengwenError
from indexer.pipeline import Indexer, IndexReport

# Paragraphs a document: each is a chunk's length, and most become one.
_EACH = 5
_SHARE = 0.01
_WANTED = 0.05


def _write(folder: Path, number: int, paragraphs: Sequence[str]) -> None:
    (folder / f"{number // 1000:04d}").mkdir(exist_ok=True)
    path = folder / f"{number // 1000:04d}" / f"{number:07d}.txt"
    path.write_text(f"第{number}篇\n" + "\n".join(paragraphs) + "\n", encoding="utf-8")


def _index(data_dir: Path, folder: Path) -> tuple[IndexReport, float]:
    """What was done, and the seconds of processor time, without the worker process that reads the files."""
    used = time.process_time()
    with Indexer(data_dir, BundledEncoder()) as indexer:
        report = indexer.index([folder])
    return report, time.process_time() - used


def change(folder: Path, texts: list[str], fresh: Sequence[str]) -> None:
    """Put as many new paragraphs in place of old ones, each in another document, as far apart as they get."""
    documents = len(texts) // _EACH
    for turn, text in enumerate(fresh):
        number = turn * documents // len(fresh)
        texts[number * _EACH + turn % _EACH] = text
        _write(folder, number, texts[number * _EACH : (number + 1) * _EACH])


def measure_reindexing(material: Material, size: int, repeat: int, seed: int, progress: Progress) -> Measurement:
    """Both as ``zhengwen index FOLDER`` does them, with the bundled encoder: once from nothing, ``repeat`` times after
    each hundredth chunk, in a document of its own each, was written anew. Raises ZhengwenError when nothing was."""
    texts = material.chunks(size // _EACH * _EACH, seed + 3)
    changed = max(1, int(size * _SHARE))
    name = f"reindex {size:,}"
    with TemporaryDirectory(prefix="zhengwen-bench-") as temporary:
        data_dir, folder = Path(temporary) / "data", Path(temporary) / "texts"
        folder.mkdir()
        for number in range(len(texts) // _EACH):
            _write(folder, number, texts[number * _EACH : (number + 1) * _EACH])
        progress(name, 0, repeat + 1)
        full, used = _index(data_dir, folder)
        took: list[float] = []
        processor: list[float] = []
        encoded = 0
        for turn in range(repeat):
            progress(name, turn + 1, repeat + 1)
            change(folder, texts, material.chunks(changed, seed + 4 + turn))
            again, used_again = _index(data_dir, folder)
            if again.changed != changed:
                raise ZhengwenError(f"{again.changed} 份文件有变化，应为 {changed} / so many files were found changed")
            took.append(again.seconds)
            processor.append(used_again)
            encoded += again.encoded
    progress(name, repeat + 1, repeat + 1)
    details = {
        "documents": float(full.documents), "chunks": float(full.chunks), "encoded again": encoded / repeat,
        "processor s, first": used, "processor s, again": statistics.median(processor),
    }  # fmt: skip
    return at_most(
        "reindex", f"改动 1% 后重建索引 re-index after changing 1 %, {size:,} chunks", "第一次建索引 the first indexing",
        (statistics.median(took), full.seconds), "s", _WANTED, chunks=size, details=details,
    )  # fmt: skip
