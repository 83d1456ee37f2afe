"""What is written beside a published generation: what it holds, and which encoder and analyzer made it."""

from dataclasses import dataclass
from typing import Any

# Raise it when a reader of the old layout would misread the new one.
FORMAT_VERSION = 3

# In the form of the program sha256sum.
MANIFEST_CHECKSUM = "manifest.sha256"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation holds and which settings shaped it."""

    format: int
    created: str
    encoder: str
    dimension: int
    fingerprint: str
    analyzer: str
    documents: int
    chunks: int
    files: dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Identity:
    """Which encoder and analyzer an index was built with."""

    encoder: str
    dimension: int
    fingerprint: str
    analyzer: str
