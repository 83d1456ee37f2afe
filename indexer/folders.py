"""Which folders an index mirrors: those named last, and the files that were uploaded, which belong to the index itself."""

import json
from collections.abc import Sequence
from pathlib import Path

from indexer.errors import ZhengwenError, reason_of

_FILE = "folders.json"


def uploads_folder(data_dir: Path) -> Path:
    """Where uploaded files are kept. Every run of the indexer takes in what is here, whatever folders it is given."""
    return data_dir / "uploads"


def with_uploads(data_dir: Path, paths: Sequence[Path]) -> list[Path]:
    """The paths, and the folder of uploads where there is one."""
    uploads = uploads_folder(data_dir)
    return [*paths, *([uploads] if uploads.is_dir() else [])]


def record_paths(data_dir: Path, paths: Sequence[Path]) -> None:
    """Remember what was named, so that the same can be indexed again from anywhere. Raises ZhengwenError."""
    # Names that are not UTF-8 hold lone surrogates, which JSON's escapes carry and UTF-8 does not.
    text = json.dumps({"paths": [str(path.resolve()) for path in paths]})
    written = data_dir / (_FILE + ".new")
    try:
        written.write_text(text + "\n", encoding="utf-8")
        written.replace(data_dir / _FILE)
    except OSError as error:
        raise ZhengwenError(f"{written}：无法写入（{error.strerror or error}）/ cannot be written") from error


def recorded_paths(data_dir: Path) -> list[Path] | None:
    """What was named last; None where no run has recorded it. Raises ZhengwenError."""
    try:
        raw = json.loads((data_dir / _FILE).read_text(encoding="utf-8"))
        return [Path(str(path)) for path in raw["paths"]]
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise ZhengwenError(f"{data_dir / _FILE}：无法读取（{reason_of(error)}）/ cannot be read") from error
