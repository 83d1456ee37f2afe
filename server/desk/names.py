"""Names of uploaded files: whatever a client sends becomes a plain name in one folder, on any file system."""

import re
import unicodedata

from indexer.errors import ZhengwenError
from indexer.sidecar import SUFFIX

# Bytes of UTF-8 that Linux and most network shares take for a name, less what is put behind it: the suffix of a side-car,
# a number that tells it from another file of its name, the moment at which it was replaced.
MAX_BYTES = 255 - len(SUFFIX) - len(" (999)") - len(".20250101T000000.000000Z")
# Windows and its shares give these to devices, whatever the suffix.
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?=\.|$)", re.IGNORECASE)
# Full-width forms of what Windows forbids in a name: the name stays readable.
_FORBIDDEN = str.maketrans('<>:"|?*', "＜＞：＂｜？＊")
_INVISIBLE = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


class BadName(ZhengwenError):
    """A file name of which nothing is left once it is made safe."""


def safe_name(given: str) -> str:
    """The name under which an upload is kept: the last part of the path, visible characters alone, not too long.

    The suffix, which says how the file is read, stays as it is, in lower case. A leading dot or ``~$``, for which the
    indexer would pass the file over, goes. Raises BadName.
    """
    last = re.split(r"[/\\]", given)[-1]
    visible = "".join(
        " " if unicodedata.category(c) in ("Zs", "Zl", "Zp") or c in "\t\r\n" else c
        for c in unicodedata.normalize("NFC", last)
        if c in "\t\r\n" or unicodedata.category(c) not in _INVISIBLE
    )
    tidy = " ".join(visible.translate(_FORBIDDEN).split()).lstrip(".~$ ").rstrip(". ")
    stem, dot, suffix = tidy.rpartition(".")
    if not dot or not stem.strip(". "):
        raise BadName(
            f"文件名“{tidy[:40]}”没有后缀，无法判断格式，请改名后再上传 / the file name has no suffix: rename it"
        )
    stem = stem.rstrip(". ")
    if _RESERVED.match(stem):
        stem = f"_{stem}"
    return f"{shortened(stem, MAX_BYTES - len(suffix.encode()) - 1)}.{suffix.lower()}"


def shortened(text: str, size: int) -> str:
    """As many leading characters as fit into so many bytes of UTF-8. Raises BadName where none does."""
    short = text.encode("utf-8")[: max(size, 0)].decode("utf-8", "ignore").rstrip(". ")
    if not short:
        raise BadName("文件名的后缀过长，请改名后再上传 / the suffix of the file name is too long: rename it")
    return short


def numbered(name: str, number: int) -> str:
    """The name with a number that tells it from another file: 通知.docx becomes 通知 (2).docx."""
    stem, _, suffix = name.rpartition(".")
    return f"{stem} ({number}).{suffix}"
