"""Text in images, through RapidOCR, whose package carries its PP-OCR models; the extra ``[ocr]`` installs it."""

import functools
import importlib.util
import os
import re
import statistics
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from indexer.loaders.layout.lines import Line, head_of, is_cjk

Image = npt.NDArray[np.uint8]
"""Rows × columns × 3 channels, blue first."""

RENDER_DPI = 200
INSTALL = "需要 OCR（pip install 'zhengwen[ocr]'）"

# Pixels. At 2,000 for the long side of an A4 page the smallest print in use is 15 pixels high; more only costs time.
_LONG_SIDE = 2_000
_LONGEST_SIDE = 4_000
# Lines are found in a smaller picture than they are read in: at 1,280 pixels for the long side of an A4 page print of
# 7.5 points is found as completely as at 2,000, in less than half the time. Pages smaller than that are enlarged.
_FINDING_SHARE = 0.64
_SMALLEST_FINDING_SIDE = 736
_A4_HEIGHT = 842.0  # points
_SHORTEST_SIDE = 64  # pixels
_SLIMMEST = 3  # times longer than wide: the models enlarge an image until its shorter side is 736 pixels
# Text read upside down or sideways comes out with scores of 0.5 to 0.7, upright text above 0.9.
_UPRIGHT_SCORE = 0.8
_LONG_LINE = 12  # characters
_SHORT_LINE = 3  # characters
_SIZE_TO_HEIGHT = 0.8  # where no line is long enough to measure

# The recogniser takes ， for , and the reverse. What was printed is told by the distance of the ideographs on either
# side: measured 1.4 to 1.7 times that of neighbours around a half-width mark, 1.8 to 2.5 around a full-width one.
_FULL_WIDTH = {",": "，", ":": "：", ";": "；", "?": "？", "!": "！", "(": "（", ")": "）"}
_HALF_WIDTH = {full: half for half, full in _FULL_WIDTH.items()}
_FULL_DISTANCE = 1.75
_CLINGING = "".join(_FULL_WIDTH) + "".join(_HALF_WIDTH) + "”’》〉】〕%"
_MARK = re.compile(r"[,:;?!()，：；？！（）]")


def three_channels(pixels: Image) -> Image:
    """A copy of an image, which may be grey (rows × columns) or have an alpha channel, in the form that is recognised."""
    if pixels.ndim == 2:
        pixels = pixels[:, :, np.newaxis]
    if pixels.shape[2] == 1:
        return np.repeat(pixels, 3, axis=2)
    return pixels[:, :, :3].copy()


def _models() -> dict[str, Path]:
    """The detection (det) and recognition (rec) models that the installed package carries; empty without them."""
    spec = importlib.util.find_spec("rapidocr")
    if spec is None or spec.origin is None:
        return {}
    found: dict[str, Path] = {}
    for model in sorted((Path(spec.origin).parent / "models").glob("*.onnx")):
        found.update({part: model for part in ("det", "rec") if f"_{part}_" in model.name})
    return found


def is_installed() -> bool:
    """Whether the packages of the extra ``[ocr]`` are there, in a version that carries its models."""
    return len(_models()) == 2 and importlib.util.find_spec("onnxruntime") is not None


class Recognizer:
    """Recognises the lines of page images. Safe to use from several threads; one image is read at a time."""

    def __init__(self) -> None:
        """Load the models; call only where ``is_installed()``."""
        from rapidocr import RapidOCR  # Takes a second, and most documents need no OCR.

        # The models are named outright, so that nothing is ever fetched over the network.
        paths = {f"{part.title()}.model_path": str(model) for part, model in _models().items()}
        # Threads that wait for each other keep their cores busy: beside other work all of them are slower than half.
        threads = max(1, (os.cpu_count() or 1) // 2)
        self._engine = RapidOCR(
            params={
                "Global.use_cls": False,
                "Global.log_level": "critical",
                "EngineConfig.onnxruntime.intra_op_num_threads": threads,
                **paths,
            }
        )
        self._lock = threading.Lock()

    def lines(self, image: Image, height: float = _A4_HEIGHT) -> tuple[list[Line], float, float]:
        """The lines of an image, and its width and height in points, the page turned upright.

        ``height`` is the length in points of the longer side of the page that the image shows.
        """
        image = _padded(image)
        with self._lock:
            self._set_sizes(max(image.shape[:2]), height)
            best = self._read(image)
            if best.texts and best.score < _UPRIGHT_SCORE:
                for turns in (1, 3, 2):
                    turned: Image = np.ascontiguousarray(np.rot90(image, turns))
                    read = self._read(turned)
                    if read.score > best.score:
                        best, image = read, turned
        scale = height / max(image.shape[:2])
        full_width = _full_width_marks(best.characters)
        lines = _lines(
            (box * scale, _with_marks(text.strip(), full_width))
            for box, text in zip(best.boxes, best.texts, strict=True)
            if text.strip()
        )
        return lines, image.shape[1] * scale, image.shape[0] * scale

    def _set_sizes(self, pixels: int, height: float) -> None:
        """Choose at what size an image, its longer side given in pixels, is searched for lines and read."""
        side = min(_LONGEST_SIDE, max(_LONG_SIDE, int(_LONG_SIDE * height / _A4_HEIGHT)))
        finding = int(_FINDING_SHARE * side)
        self._engine.max_side_len = side
        # The detector is made with the first image, out of the configuration.
        target: Any = self._engine.cfg.Det if self._engine.text_det is None else self._engine.text_det
        large = pixels > finding
        target.limit_type, target.limit_side_len = ("max", finding) if large else ("min", _SMALLEST_FINDING_SIDE)

    def _read(self, image: Image) -> "_Reading":
        result: Any = self._engine(image, return_word_box=True, return_single_char_box=True)
        if result.boxes is None or not result.txts:
            return _Reading([], [], [], 0.0)
        boxes = [np.asarray(box, dtype=np.float32) for box in result.boxes]
        total = score = 0.0
        for box, text, certainty in zip(boxes, result.txts, result.scores, strict=True):
            sideways = len(text) > 2 and np.ptp(box[:, 1]) > 1.5 * np.ptp(box[:, 0])
            total += len(text)
            score += 0.0 if sideways else len(text) * float(certainty)
        characters = [
            [
                (str(char), (min(x for x, _ in box) + max(x for x, _ in box)) / 2)
                for char, _, box in line
                if len(char) == 1
            ]
            for line in result.word_results
        ]
        return _Reading(boxes, list(result.txts), characters, score / total)


@dataclass(frozen=True, slots=True)
class _Reading:
    """What was read from an image in one position.

    ``boxes`` are 4 × 2 corners in pixels, clockwise from the top left, one for each of ``texts``; ``characters`` are
    those of each line with the x of their middles; ``score`` is the mean certainty, 0 for text that runs sideways.
    """

    boxes: list[npt.NDArray[np.float32]]
    texts: list[str]
    characters: list[list[tuple[str, float]]]
    score: float


@functools.cache
def recognizer() -> Recognizer:
    """The one recogniser of this process; its models take 150 MB of memory and a second to load."""
    return Recognizer()


def _padded(image: Image) -> Image:
    """An image with paper added on the right and below where it is too small or too slim for the models."""
    rows, columns = image.shape[:2]
    least = max(_SHORTEST_SIDE, max(rows, columns) // _SLIMMEST)
    if min(rows, columns) >= least:
        return image
    padded: Image = np.full((max(rows, least), max(columns, least), 3), 255, dtype=np.uint8)
    padded[:rows, :columns] = image
    return padded


def _full_width_marks(lines: Sequence[Sequence[tuple[str, float]]]) -> dict[str, bool]:
    """For each mark of punctuation, named by its half-width form, whether it is printed full-width on this page."""
    distances: dict[str, list[float]] = {}
    for line in lines:
        pairs = list(pairwise(line))
        usual = [b - a for (first, a), (second, b) in pairs if _is_ideograph(first) and _is_ideograph(second)]
        if not usual:
            continue
        em = statistics.median(usual)
        for (before, a), (mark, _), (after, b) in zip(line, line[1:], line[2:], strict=False):
            if em > 0 and _MARK.match(mark) and _is_ideograph(before) and _is_ideograph(after):
                distances.setdefault(_HALF_WIDTH.get(mark, mark), []).append((b - a) / em)
    return {mark: statistics.median(found) > _FULL_DISTANCE for mark, found in distances.items()}


def _with_marks(text: str, full_width: dict[str, bool]) -> str:
    """The text with its punctuation as printed; where the page does not tell, full-width after an ideograph."""

    def printed(match: re.Match[str]) -> str:
        half = _HALF_WIDTH.get(match.group(), match.group())
        before = text[: match.start()].rstrip(_CLINGING)
        if not before or not is_cjk(before[-1]):
            return match.group()
        return _FULL_WIDTH[half] if full_width.get(half, True) else half

    return _MARK.sub(printed, text)


def _is_ideograph(char: str) -> bool:
    return "\u3400" <= char <= "\u9fff"


def _ems(text: str) -> float:
    """The width of a text in ems, by what its characters usually take."""
    return sum(1.0 if is_cjk(char) or char in "“”‘’—…" else 0.55 for char in text)


def _lines(found: Iterable[tuple[npt.NDArray[np.float32], str]]) -> list[Line]:
    """Lines out of boxes and their texts, from the top of the page down.

    The font size is told by the width of a line and its number of characters: the height of a box depends on which
    they are. Where there are too few, the height has to do; the one or two that end a paragraph follow the line above.
    """
    ordered = sorted(found, key=lambda item: float(item[0][:, 1].mean()))
    ratios = [size / _height(box) for box, text in ordered if (size := _size_by_width(box, text))]
    size_to_height = min(1.0, max(0.5, statistics.median(ratios))) if ratios else _SIZE_TO_HEIGHT
    lines: list[Line] = []
    for box, text in ordered:
        height = _height(box)
        size = _size_by_width(box, text) or size_to_height * height
        if len(text) <= _SHORT_LINE and lines and 0.6 < size / lines[-1].size < 1.7:
            size = lines[-1].size
        # The baseline is an eighth of the font size above the bottom of the characters' squares.
        base = float(box[2:, 1].mean()) - (height - size) / 2 - size / 8
        left, right = float(box[:, 0].min()), float(box[:, 0].max())
        lines.append(Line(text, left, right, base, size, _ems(head_of(text)) * size))
    return lines


def _height(box: npt.NDArray[np.float32]) -> float:
    return max(1.0, float(box[2:, 1].mean() - box[:2, 1].mean()))


def _size_by_width(box: npt.NDArray[np.float32], text: str) -> float:
    """The font size that the width of a line tells; 0 when the line is too short for that."""
    return float(np.ptp(box[:, 0])) / _ems(text) if len(text) >= _LONG_LINE else 0.0
