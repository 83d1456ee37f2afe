"""What a page holds, whatever the format it was read from: characters with their places, ruled lines, images and drawings.

Every length is in points (1/72 inch). x grows to the right and y downwards from the top left corner of the page as a
reader holds it.
"""

from dataclasses import dataclass, field
from typing import NamedTuple


class Glyph(NamedTuple):
    """One character: where its advance starts and ends, its baseline, and its font size after all scaling."""

    char: str
    left: float
    right: float
    base: float
    size: float


class Rule(NamedTuple):
    """A horizontal or vertical line: ``at`` is the coordinate that stays the same, ``low``..``high`` the other one."""

    at: float
    low: float
    high: float


@dataclass(slots=True)
class PageContent:
    """The content of a page.

    ``turned`` holds text that runs in another direction than most of the page, a list per direction, each in a frame
    in which it runs from left to right. ``unmapped`` counts characters whose font does not say which they are;
    ``image_share`` is the part of the page (0 to 1) that its largest image covers; ``drawings`` counts vector shapes.
    """

    width: float
    height: float
    glyphs: list[Glyph] = field(default_factory=list)
    turned: list[list[Glyph]] = field(default_factory=list)
    unmapped: int = 0
    horizontal: list[Rule] = field(default_factory=list)
    vertical: list[Rule] = field(default_factory=list)
    image_share: float = 0.0
    drawings: int = 0
