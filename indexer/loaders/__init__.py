"""One module per format. ``load`` picks the module by the file's suffix."""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from indexer.document import SourceDocument
from indexer.errors import UnreadableFile

# Which module reads which suffix. Each has a function ``load(data: bytes) -> SourceDocument`` that raises
# UnreadableFile when the bytes are not of its format. A module is imported with the first file that needs it: together
# they bring in libraries that most folders never use.
LOADERS: dict[str, str] = {
    ".txt": "text",
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "html",
    ".htm": "html",
    ".pdf": "pdf",
    ".ofd": "ofd",
    **dict.fromkeys((".docx", ".docm", ".dotx"), "docx"),
    **dict.fromkeys((".doc", ".wps", ".wpt", ".rtf", ".odt"), "office"),
    **dict.fromkeys((".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp"), "image"),
}


def load(path: Path, max_bytes: int) -> SourceDocument:
    """Read one file.

    Raises UnreadableFile, with a reason that can stand behind the file's name, when the file is too large,
    empty, unreadable or not of the format its suffix promises.
    """
    module = LOADERS.get(path.suffix.lower())
    if module is None:
        raise UnreadableFile(f"格式 {path.suffix or '(无后缀)'} 暂不支持 / unsupported format")
    try:
        size = path.stat().st_size
        if size > max_bytes:
            raise UnreadableFile(
                f"文件 {size / 1e6:.0f} MB，超过上限 {max_bytes / 1e6:.0f} MB（可设 ZHENGWEN_MAX_FILE_MB）/ file too large"
            )
        data = path.read_bytes()
    except OSError as error:
        raise UnreadableFile(f"无法读取：{error.strerror or error} / cannot be read") from error
    loader: Callable[[bytes], SourceDocument] = import_module(f"indexer.loaders.{module}").load
    document = loader(data)
    if not document.text.strip():
        raise UnreadableFile("文件没有文字 / the file holds no text")
    return document
