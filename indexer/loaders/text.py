"""Plain text in the encodings Chinese offices use."""

import codecs
import re

from indexer.document import SourceDocument
from indexer.errors import UnreadableFile

# A byte order mark decides; UTF-32 is tested first because its mark begins like that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")
# Text may hold a stray control character; more than one in fifty means these bytes never were text.
_MAX_CONTROL_SHARE = 0.02
# So many Chinese characters in a row do not come out of other bytes by chance: what follows them is damaged UTF-8,
# which GB18030 would often read as other characters.
_SURELY_UTF8 = 8


def decode(data: bytes) -> str:
    """Decode by byte order mark, else strictly as UTF-8, else strictly as GB18030 (which covers GBK and GB2312).

    Raises UnreadableFile when none fits or the result is not text.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            encodings: tuple[str, ...] = (encoding,)
            break
    else:
        encodings = ("utf-8", "gb18030")
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError as error:
            if encoding == "utf-8" and sum(c >= "\u0800" for c in data[: error.start].decode()) >= _SURELY_UTF8:
                break
            continue
        if "\x00" in text or len(_CONTROL.findall(text)) > _MAX_CONTROL_SHARE * len(text):
            break
        return text
    raise UnreadableFile("不是文本文件，或编码不是 UTF-8/GB18030 / not a text file")


def with_pages(text: str) -> str:
    """The text with each form feed, which marks a page break, after a line end.

    Nobody can tell whether what stands before one goes on overleaf, and within a line it would say so.
    """
    return re.sub(r"(?<=[^\n\f])\f", "\n\f", text)


def load(data: bytes) -> SourceDocument:
    """Plain text; form feeds mark page breaks."""
    return SourceDocument(with_pages(decode(data)))
