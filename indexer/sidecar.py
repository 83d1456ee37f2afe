"""Corrections by people: ``name.meta.toml`` beside a file overrides what was read, ``_defaults.toml`` in a folder fills gaps.

Both hold plain ``field = "value"`` lines. A file whose corrections cannot be read is not indexed: they might have said
that it must not be seen.
"""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from indexer.document import Field
from indexer.errors import UnreadableFile

SUFFIX = ".meta.toml"
DEFAULTS = "_defaults.toml"
FIELDS = frozenset(
    "title issuer document_number kind proposal_number proposal_kind proposal_title session proposer organ co_organs addressee "
    "date published signer disclosure category adoption status effective expires contact phone".split()
)


def sidecars(path: Path, root: Path) -> Iterator[Path]:
    """The correction files that concern a file, nearest first: its own, then the defaults of its folder up to ``root``."""
    for own in (path.with_name(path.name + SUFFIX), path.with_name(path.stem + SUFFIX)):
        if own.is_file():
            yield own
            break
    folder = path.parent
    while True:
        if (folder / DEFAULTS).is_file():
            yield folder / DEFAULTS
        if folder == root or root not in folder.parents:
            return
        folder = folder.parent


def read_sidecar(path: Path) -> dict[str, str]:
    """Fields of one correction file. Raises UnreadableFile, naming the file and what is wrong."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UnreadableFile(
            f"{path.name} 无法读取：{str(error).splitlines()[0]} / the side-car cannot be read"
        ) from error
    unknown = sorted(set(raw) - FIELDS)
    if unknown:
        raise UnreadableFile(f"{path.name} 中没有字段 {unknown[0]}，可用：{'、'.join(sorted(FIELDS))} / unknown field")
    odd = sorted(name for name, value in raw.items() if isinstance(value, list | dict | bool) or not str(value).strip())
    if odd:
        raise UnreadableFile(f'{path.name} 的 {odd[0]} 应为一个值，如 {odd[0]} = "…" / one value is wanted')
    return {name: str(value).strip() for name, value in raw.items()}


def corrected(metadata: Mapping[str, Field], text: str, files: Iterable[Path]) -> dict[str, Field]:
    """Metadata with the corrections applied. A corrected value that stands in the text points to it."""
    result = dict(metadata)
    for path in files:
        overrides = path.name != DEFAULTS
        for name, value in read_sidecar(path).items():
            if overrides or name not in result:
                at = text.find(value)
                result[name] = Field(value, at, at + len(value)) if at >= 0 else Field(value)
    return result
