"""One module per format. ``load`` picks the module by the file's suffix."""

from pathlib import Path
from typing import Protocol

from indexer.document import SourceDocument
from indexer.errors import UnreadableFile
from indexer.loaders import html, markdown, text


class Loader(Protocol):
    """Turns the bytes of one file into text; raises UnreadableFile when they are not of its format."""

    def __call__(self, data: bytes) -> SourceDocument: ...


LOADERS: dict[str, Loader] = {
    ".txt": text.load,
    ".md": markdown.load,
    ".markdown": markdown.load,
    ".html": html.load,
    ".htm": html.load,
}


def load(path: Path, max_bytes: int) -> SourceDocument:
    """Read one file.

    Raises UnreadableFile, with a reason that can stand behind the file's name, when the file is too large,
    empty, unreadable or not of the format its suffix promises.
    """
    loader = LOADERS.get(path.suffix.lower())
    if loader is None:
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
    document = loader(data)
    if not document.text.strip():
        raise UnreadableFile("文件没有文字 / the file holds no text")
    return document
