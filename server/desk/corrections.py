"""Corrections of metadata by the keeper: written into the side-car beside a document's file, which the indexer reads."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal, get_args
from uuid import uuid4

import tomlkit
from tomlkit.exceptions import TOMLKitError

from indexer.errors import UnreadableFile, ZhengwenError
from indexer.places import Place
from indexer.sidecar import DEFAULTS, FIELDS, SUFFIX, read_sidecar, sidecars
from indexer.validity import AMENDED, EXPIRED, IN_FORCE, REPEALED

Kind = Literal["reply", "report", "measures", "opinions", "plan", "notice", "news", "other"]

# What these fields may say, because the rest of the program compares them; other fields are free.
CHOICES: Mapping[str, tuple[str, ...]] = {
    "kind": get_args(Kind),
    "status": (IN_FORCE, AMENDED, REPEALED, EXPIRED),
    "proposal_kind": ("建议", "提案"),
    "disclosure": ("主动公开", "同意公开", "公开", "依申请公开", "不予公开"),
}
MAX_VALUE = 500


class BadCorrection(ZhengwenError):
    """Values that cannot be written. ``errors`` says of each field what is wrong with it."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        name, reason = next(iter(errors.items()))
        super().__init__(f"{name}：{reason}")
        self.errors = dict(errors)


@dataclass(frozen=True, slots=True)
class Corrected:
    """What people said of a document: in the side-car of its file, and in the defaults of its folder."""

    own: Mapping[str, str]
    defaults: Mapping[str, str]
    sidecar: Path | None


def _root_of(place: Place) -> Path:
    return Path(place.root)


def _file_of(place: Place) -> Path:
    """The file of a document. Raises ZhengwenError when it is not there (any more)."""
    if not place.path.is_file():
        raise ZhengwenError(
            f"{place.path}：原文件不在了，无法更正；请把它放回去，或更新索引 / the file is not there: put it back or index again"
        )
    return place.path


def _own_sidecar(path: Path, root: Path) -> Path | None:
    return next((found for found in sidecars(path, root) if found.name != DEFAULTS), None)


def corrections_of(place: Place) -> Corrected:
    """What people said of the document of a file. Raises UnreadableSidecar."""
    own: dict[str, str] = {}
    defaults: dict[str, str] = {}
    sidecar = None
    for found in sidecars(place.path, _root_of(place)):
        if found.name == DEFAULTS:
            defaults = read_sidecar(found) | defaults  # The nearest folder says it first.
        else:
            own, sidecar = read_sidecar(found), found
    return Corrected(own, defaults, sidecar)


def checked_values(values: Mapping[str, str]) -> dict[str, str]:
    """Values as a side-car takes them, days as YYYY-MM-DD; empty ones withdraw a correction. Raises BadCorrection."""
    checked: dict[str, str] = {}
    errors: dict[str, str] = {}
    for name, given in values.items():
        value = given.strip()
        try:
            checked[name] = _checked(name, value) if value else ""
        except ValueError as error:
            errors[name] = str(error)
    if errors:
        raise BadCorrection(errors)
    return checked


def _checked(name: str, value: str) -> str:
    if name not in FIELDS:
        raise ValueError("没有这个字段 / unknown field")
    if len(value) > MAX_VALUE:
        raise ValueError(f"最多 {MAX_VALUE} 个字 / at most {MAX_VALUE} characters")
    if not value.isprintable():
        raise ValueError("只能是一行文字，不能有控制字符 / one line of text, no control characters")
    if "***" in value:
        raise ValueError("有遮盖的号码，请填写完整的号码 / a number is masked: write it in full")
    if name in CHOICES and value not in CHOICES[name]:
        raise ValueError(f"应为：{'、'.join(CHOICES[name])} / one of these is wanted")
    # The indexer's own reader has the last word, on how days are written for example.
    with TemporaryDirectory() as folder:
        path = Path(folder, "x" + SUFFIX)
        path.write_text(tomlkit.dumps({name: value}), encoding="utf-8")
        try:
            return read_sidecar(path)[name]
        except UnreadableFile as error:
            raise ValueError(str(error).removeprefix(f"{path.name} 的 ")) from error


def correct(place: Place, values: Mapping[str, str]) -> Corrected:
    """Write corrections of a document, or withdraw those whose value is empty; others, and comments, stay as they are.

    They go into ``NAME.SUFFIX.meta.toml``, which is of this file alone: a ``NAME.meta.toml`` may speak of several files,
    and what it says is taken over. Raises BadCorrection, UnreadableSidecar, or ZhengwenError when nothing can be written.
    """
    checked = checked_values(values)
    file = _file_of(place)
    before = _own_sidecar(file, _root_of(place))
    target = file.with_name(file.name + SUFFIX)
    try:
        read_sidecar(before) if before else {}
        document = tomlkit.parse(before.read_text(encoding="utf-8-sig")) if before else tomlkit.document()
        for name, value in checked.items():
            if value:
                document[name] = value
            elif name in document:
                del document[name]
        # An empty side-car stays where there is another that would speak for the file again.
        if document or os.path.lexists(file.with_name(file.stem + SUFFIX)):
            _written(target, tomlkit.dumps(document))
        else:
            target.unlink(missing_ok=True)
    except TOMLKitError as error:
        raise ZhengwenError(f"{target.name} 无法读取：{error} / the side-car cannot be read") from error
    except OSError as error:
        raise ZhengwenError(
            f"{target}：无法写入（{error.strerror or error}），没有更正 / cannot be written: nothing was corrected"
        ) from error
    return corrections_of(place)


def _written(target: Path, text: str) -> None:
    """All of the text or nothing: what the indexer reads meanwhile is the old side-car or the new one."""
    new = target.with_name(f".{uuid4().hex}.new")
    try:
        with new.open("x", encoding="utf-8", newline="\n") as written:
            written.write(text)
            written.flush()
            os.fsync(written.fileno())
        new.replace(target)
    finally:
        new.unlink(missing_ok=True)
