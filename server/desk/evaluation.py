"""The last report that ``python -m eval`` wrote, for a look at it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from indexer.errors import ZhengwenError, reason_of

# Reports below this size are read; one with every query of a large set in it is some megabytes.
_MAX_BYTES = 64_000_000


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A report as it was written, and its HTML page where there is one."""

    report: Mapping[str, Any]
    page: Path | None


def evaluation_folder(data_dir: Path, chosen: Path | None) -> Path:
    """Where reports are looked for: the folder of the settings, else ``eval`` in the data directory."""
    return chosen or data_dir / "eval"


def last_evaluation(folder: Path) -> Evaluation | None:
    """The newest ``report.json`` in a folder or in those directly below it; None where there is none.

    Raises ZhengwenError when it cannot be read.
    """
    found = [path for path in (folder / "report.json", *folder.glob("*/report.json")) if path.is_file()]
    if not found:
        return None
    newest = max(found, key=lambda path: path.stat().st_mtime_ns)
    try:
        if newest.stat().st_size > _MAX_BYTES:
            raise ValueError(f"{newest.stat().st_size} bytes")
        report = json.loads(newest.read_text(encoding="utf-8"))
        if not isinstance(report, dict):
            raise ValueError("not an object")
    except (OSError, ValueError, RecursionError) as error:
        raise ZhengwenError(f"{newest}：无法读取（{reason_of(error)}）/ the report cannot be read") from error
    page = newest.with_name("report.html")
    return Evaluation(report, page if page.is_file() else None)
