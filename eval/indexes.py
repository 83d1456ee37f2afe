"""Indexes for evaluation: built with the indexer that users run, kept apart from the indexes that users have.

Indexing a data set replaces whatever a data directory held, so a folder is only written to when it is new or carries
the mark of an earlier evaluation. The mark also says from which corpus, with which encoder and by which indexer the
index was built: whoever tunes the indexer must not be shown what the code of before had found.
"""

import json
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import indexer
from eval.datasets import CorpusDocument
from indexer.caching import Progress
from indexer.encoders import Encoder
from indexer.errors import DamagedGeneration, NoGeneration, ZhengwenError
from indexer.generations import Generation
from indexer.pipeline import Indexer

_MARK = "evaluation.json"


class NotAnEvaluationIndex(ZhengwenError):
    """The data directory holds something that evaluation did not build."""


def _claim(data_dir: Path) -> dict[str, Any]:
    """Mark the directory as ours before anything is written to it; returns what an earlier run noted there."""
    mark = data_dir / _MARK
    try:
        if mark.is_file():
            noted = json.loads(mark.read_text(encoding="utf-8"))
            return noted if isinstance(noted, dict) else {}
        if data_dir.exists() and any(data_dir.iterdir()):
            raise NotAnEvaluationIndex(
                f"{data_dir}：不是评测建立的索引文件夹，不会改动它；请用 --data-dir 另选一个新文件夹 / "
                "not built by an evaluation, so it stays untouched: choose a new folder for --data-dir"
            )
        data_dir.mkdir(parents=True, exist_ok=True)
        mark.write_text("{}\n", encoding="utf-8")
    except ValueError:
        return {}
    except OSError as error:
        raise ZhengwenError(f"{data_dir}：无法写入（{error.strerror}）/ cannot be written") from None
    return {}


def _corpus_hash(documents: Sequence[CorpusDocument]) -> str:
    digest = sha256()
    for document in documents:
        digest.update(json.dumps([document.document_id, document.title, document.text]).encode())
    return digest.hexdigest()


def _indexer_hash() -> str:
    """Of the indexer's own source code."""
    digest = sha256()
    folder = Path(indexer.__file__).parent
    for path in sorted(folder.rglob("*.py")):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def index_corpus(
    data_dir: Path, documents: Sequence[CorpusDocument], encoder: Encoder, progress: Progress
) -> Generation:
    """The index of a corpus, built unless ``data_dir`` holds it already. Sources are the corpus's document ids.

    Raises NotAnEvaluationIndex when the folder holds an index that evaluation did not build.
    """
    noted = _claim(data_dir)
    settings = {
        "corpus": _corpus_hash(documents), "indexer": _indexer_hash(),
        "encoder": encoder.name, "fingerprint": encoder.fingerprint,
    }  # fmt: skip
    if noted.get("settings") == settings:
        try:
            return Generation(data_dir, noted.get("generation"))
        except (NoGeneration, DamagedGeneration):
            pass  # Build it again.
    with Indexer(data_dir, encoder, progress) as writer:
        name = writer.index_documents((document.document_id, document.source) for document in documents).generation
    mark = json.dumps({"settings": settings, "generation": name}, indent=1)
    (data_dir / _MARK).write_text(mark + "\n", encoding="utf-8")
    return Generation(data_dir, name)


def index_folder(data_dir: Path, folder: Path, encoder: Encoder, progress: Progress) -> None:
    """Make ``data_dir`` the index of a folder of files, as ``zhengwen index`` does.

    Raises NotAnEvaluationIndex when it holds an index that evaluation did not build.
    """
    _claim(data_dir)
    # A data set that was indexed here before is about to be replaced.
    (data_dir / _MARK).write_text("{}\n", encoding="utf-8")
    with Indexer(data_dir, encoder, progress) as writer:
        writer.index([folder])
