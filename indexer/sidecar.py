"""Corrections by people: ``name.meta.toml`` beside a file overrides what was read, ``_defaults.toml`` in a folder fills gaps.

Both hold plain ``field = "value"`` lines. A file whose corrections cannot be read is not indexed: they might have said
that it must not be seen.
"""

import os
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path

from indexer.dates import iso_date
from indexer.document import Field
from indexer.errors import UnreadableFile
from indexer.validity import STATED_BY_PEOPLE

SUFFIX = ".meta.toml"
DEFAULTS = "_defaults.toml"
FIELDS = frozenset(
    "title issuer document_number kind proposal_number proposal_kind proposal_title session proposer organ co_organs addressee "
    "date published signer reporter disclosure category adoption status effective expires contact phone".split()
)
_DAYS = ("date", "published", "effective", "expires")


class UnreadableSidecar(UnreadableFile):
    """A correction file cannot be read. What was indexed of its document must go: it may be more than may be seen now."""


def sidecars(path: Path, root: Path) -> Iterator[Path]:
    """The correction files that concern a file, nearest first: its own, then the defaults of its folder up to ``root``."""
    for own in (path.with_name(path.name + SUFFIX), path.with_name(path.stem + SUFFIX)):
        if os.path.lexists(own):  # A link that leads nowhere is a side-car that cannot be read.
            yield own
            break
    folder = path.parent
    while True:
        if os.path.lexists(folder / DEFAULTS):
            yield folder / DEFAULTS
        if folder == root or root not in folder.parents:
            return
        folder = folder.parent


def read_sidecar(path: Path) -> dict[str, str]:
    """Fields of one correction file. Raises UnreadableSidecar, naming the file and what is wrong."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:  # ValueError: not UTF-8, not TOML, or a number too long.
        raise UnreadableSidecar(
            f"{path.name} 无法读取：{str(error).splitlines()[0]} / the side-car cannot be read"
        ) from error
    unknown = sorted(set(raw) - FIELDS)
    if unknown:
        raise UnreadableSidecar(
            f"{path.name} 中没有字段 {unknown[0]}，可用：{'、'.join(sorted(FIELDS))} / unknown field"
        )
    odd = sorted(name for name, value in raw.items() if isinstance(value, list | dict | bool) or not str(value).strip())
    if odd:
        raise UnreadableSidecar(f'{path.name} 的 {odd[0]} 应为一个值，如 {odd[0]} = "…" / one value is wanted')
    values = {name: str(value).strip() for name, value in raw.items()}
    for name in values.keys() & _DAYS:  # Days are compared as they are written.
        values[name] = _day(values[name]) or ""
        if not values[name]:
            raise UnreadableSidecar(f'{path.name} 的 {name} 应为日期，如 {name} = "2024-05-06" / a date is wanted')
    return values


def _day(value: str) -> str | None:
    try:
        return date.fromisoformat(value[:10]).isoformat()
    except ValueError:
        return iso_date(value)


def corrected(metadata: Mapping[str, Field], text: str, files: Iterable[Path]) -> dict[str, Field]:
    """Metadata with the corrections applied. A corrected value that stands in the text points to it."""
    result = dict(metadata)
    for path in files:
        overrides = path.name != DEFAULTS
        for name, value in read_sidecar(path).items():
            if overrides or name not in result:
                result[name] = _placed(name, value, text, metadata)
                if overrides and name == "status":  # No other document changes what people said of this very one.
                    result["status_by"] = Field(STATED_BY_PEOPLE)
    return result


def _placed(name: str, value: str, text: str, metadata: Mapping[str, Field]) -> Field:
    at = text.find(value)
    # One or two characters stand anywhere by chance; a title further down is a mention, and what is above it no title.
    title = metadata.get("title")
    last = (title.end if title and title.end is not None else len(value)) if name == "title" else len(text)
    return Field(value, at, at + len(value)) if at >= 0 and len(value) > 2 and at + len(value) <= last else Field(value)
