"""What is written beside a published generation: what it holds, and which encoder and analyzer made it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

# Raise it when a reader of the old layout would misread the new one.
FORMAT_VERSION = 5

# In the form of the program sha256sum.
MANIFEST_CHECKSUM = "manifest.sha256"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation holds and which settings shaped it.

    ``editions``: for each audience that may not see all of it, the folder below with what it may see (see ``audiences``);
    ``files`` lists those of the editions too, by their paths from here.
    """

    format: int
    created: str
    encoder: str
    dimension: int
    fingerprint: str
    analyzer: str
    documents: int
    chunks: int
    files: dict[str, dict[str, Any]]
    editions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Identity:
    """Which encoder and analyzer an index was built with."""

    encoder: str
    dimension: int
    fingerprint: str
    analyzer: str
