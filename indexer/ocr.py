"""Text in images, through RapidOCR, whose package carries its PP-OCR models; the extra ``[ocr]`` installs it."""

import functools
import importlib.resources
import importlib.util
import re
import threading
from typing import Any

import numpy as np
import numpy.typing as npt

from indexer.errors import UnreadableFile
from indexer.loaders.pdf_lines import Line, head_of, is_cjk

Image = npt.NDArray[np.uint8]
"""Rows × columns × 3 channels, blue first."""

RENDER_DPI = 200
INSTALL = "需要 OCR（pip install 'zhengwen[ocr]'）"

# Pixels. At 2,000 for the long side of an A4 page the smallest print in use is about 15 pixels high; more only costs time.
_LONG_SIDE = 2_000
_LONGEST_SIDE = 4_000
_A4_HEIGHT = 842.0  # points
# Text read upside down or sideways comes out with scores of 0.5 to 0.7, upright text above 0.9.
_UPRIGHT_SCORE = 0.8
_MARGIN_OF_BOX = 0.12  # of its height that a detected box adds around the text, above and below
_HALF_WIDTH = {",": "，", ":": "：", ";": "；", "?": "？", "!": "！", "(": "（", ")": "）"}
_PUNCTUATION = re.compile(r"[,:;?!()]")


def three_channels(pixels: Image) -> Image:
    """A copy of an image, which may be grey (rows × columns) or have an alpha channel, in the form that is recognised."""
    if pixels.ndim == 2:
        pixels = pixels[:, :, np.newaxis]
    if pixels.shape[2] == 1:
        return np.repeat(pixels, 3, axis=2)
    return pixels[:, :, :3].copy()


def is_installed() -> bool:
    """Whether the packages of the extra ``[ocr]`` are there."""
    return all(importlib.util.find_spec(name) for name in ("rapidocr", "onnxruntime", "cv2"))


class Recognizer:
    """Recognises the lines of page images. Safe to use from several threads; one image is read at a time."""

    def __init__(self) -> None:
        """Load the models out of the installed package; raises UnreadableFile when it holds none."""
        from rapidocr import RapidOCR  # Takes a second, and most documents need no OCR.

        folder = importlib.resources.files("rapidocr") / "models"
        params: dict[str, Any] = {"Global.use_cls": False, "Global.log_level": "critical"}
        # Named outright, so that nothing is ever fetched over the network.
        for part in ("det", "rec"):
            models = sorted(str(entry) for entry in folder.iterdir() if re.search(rf"_{part}_.*\.onnx$", entry.name))
            if not models:
                raise UnreadableFile("已安装的 rapidocr 不带模型，请安装 zhengwen[ocr] 要求的版本 / rapidocr carries no models")
            params[f"{part.title()}.model_path"] = models[-1]
        self._engine = RapidOCR(params=params)
        self._lock = threading.Lock()

    def lines(self, image: Image, height: float = _A4_HEIGHT) -> tuple[list[Line], float, float]:
        """The lines of an image, and its width and height in points, the page turned upright.

        ``height`` is the length in points of the longer side of the page that the image shows.
        """
        with self._lock:
            self._engine.max_side_len = min(_LONGEST_SIDE, max(_LONG_SIDE, int(_LONG_SIDE * height / _A4_HEIGHT)))
            best = self._read(image)
            if best[1] < _UPRIGHT_SCORE:
                for turns in (1, 3, 2):
                    turned: Image = np.ascontiguousarray(np.rot90(image, turns))
                    read = self._read(turned)
                    if read[1] > best[1]:
                        best, image = read, turned
        scale = height / max(image.shape[:2])
        lines = [line for box, text in best[0] if (line := _line(box * scale, text)) is not None]
        return lines, image.shape[1] * scale, image.shape[0] * scale

    def _read(self, image: Image) -> tuple[list[tuple[npt.NDArray[np.float32], str]], float]:
        """Boxes (4 × 2 corners, pixels) with their texts, and a score: the mean of the texts', less when they stand upright."""
        result: Any = self._engine(image)
        if result.boxes is None or not result.txts:
            return [], 0.0
        boxes = [np.asarray(box, dtype=np.float32) for box in result.boxes]
        weights = np.array([len(text) for text in result.txts], dtype=np.float64)
        sideways = np.array([np.ptp(box[:, 1]) > 1.5 * np.ptp(box[:, 0]) and len(text) > 2
                             for box, text in zip(boxes, result.txts, strict=True)])
        scores = np.where(sideways, 0.0, np.array(result.scores, dtype=np.float64))
        return list(zip(boxes, result.txts, strict=True)), float((scores * weights).sum() / max(1.0, weights.sum()))


@functools.cache
def recognizer() -> Recognizer:
    """The one recogniser of this process; its models take 150 MB of memory and a second to load."""
    return Recognizer()


def _widen(text: str) -> str:
    """Punctuation that follows an ideograph is full-width: in an image the two look alike."""

    def full_width(match: re.Match[str]) -> str:
        before = text[: match.start()].rstrip(",:;?!()")
        return _HALF_WIDTH[match.group()] if before and is_cjk(before[-1]) else match.group()

    return _PUNCTUATION.sub(full_width, text)


def _ems(text: str) -> float:
    """The width of a text in ems, by what its characters usually take."""
    return sum(1.0 if is_cjk(char) or char in "“”‘’—…" else 0.55 for char in text)


def _line(box: npt.NDArray[np.float32], text: str) -> Line | None:
    text = _widen(text.strip())
    if not text:
        return None
    left, right = float(box[:, 0].min()), float(box[:, 0].max())
    top, bottom = float(box[:2, 1].mean()), float(box[2:, 1].mean())
    inner = (bottom - top) * (1 - 2 * _MARGIN_OF_BOX)
    ems = _ems(text)
    # The height of a box depends on the characters in it (一 is flat); the width per character does not.
    size = (right - left) / ems if ems >= 6 and 0.6 < (right - left) / ems / inner < 1.6 else inner
    return Line(text, left, right, bottom - (bottom - top - size) / 2 - 0.12 * size, size, _ems(head_of(text)) * size)
