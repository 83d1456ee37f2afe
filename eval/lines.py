"""Files of lines, read strictly: UTF-8, gzip or not, blank lines left out. What is broken is named by file and line."""

import gzip
import json
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from indexer.errors import ZhengwenError


class BadDataset(ZhengwenError):
    """A data set cannot be read; the message names the file, the line and what is wrong with it."""


def text_lines(path: Path) -> Iterator[tuple[int, str]]:
    """Number and text of every line that is not blank."""
    opener = gzip.open if path.suffix == ".gz" else open
    number = 0
    try:
        with opener(path, "rb") as file:
            for number, raw in enumerate(file, start=1):
                line = raw.decode("utf-8-sig" if number == 1 else "utf-8").rstrip("\r\n")
                if line.strip():
                    yield number, line
    except UnicodeDecodeError:
        raise broken(path, number, "不是 UTF-8", "not UTF-8") from None
    except FileNotFoundError:
        raise BadDataset(f"{path}：没有这个文件 / no such file") from None
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise BadDataset(f"{path}：不是完整的 gzip 文件 / not a complete gzip file") from None
    except OSError as error:
        raise BadDataset(f"{path}：无法读取（{error.strerror}）/ cannot be read") from None


def broken(path: Path, line: int, chinese: str, english: str) -> BadDataset:
    """What is wrong in one line of a file."""
    return BadDataset(f"{path} 第 {line} 行：{chinese} / line {line}: {english}")


def json_lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Line number and object of every line of a JSON lines file."""
    for number, line in text_lines(path):
        try:
            value = json.loads(line)
        except ValueError:
            value = None
        if not isinstance(value, dict):
            raise broken(path, number, "不是 JSON 对象", "not a JSON object")
        yield number, value


def text_field(path: Path, line: int, record: Mapping[str, Any], name: str, default: str | None = None) -> str:
    """A string field; without a default it must be there."""
    value = record.get(name)
    if value is None and default is not None:
        return default
    if not isinstance(value, str):
        raise broken(path, line, f"缺少文本字段 {name}", f"field {name} is missing or no string")
    try:
        value.encode()
    except UnicodeEncodeError:  # JSON can spell half a surrogate pair; nothing can index or print that.
        raise broken(path, line, f"字段 {name} 不是有效的 Unicode", f"field {name} is not valid Unicode") from None
    return value


def id_field(path: Path, line: int, record: Mapping[str, Any]) -> str:
    """The ``_id`` of a record. White space in it would break the columns of a TREC run."""
    value = record.get("_id")
    name = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    if not name or any(character.isspace() for character in name):
        raise broken(path, line, "_id 缺失、为空或含空白", "_id is missing, empty or holds white space")
    return name
