"""Official documents of many kinds, read field by field: what is expected stands above each, and nothing else is found.

The documents in ``data/`` are made up. A blank or a line end within a value counts as none.
"""

from pathlib import Path

import pytest

from indexer.document import Document, SourceDocument
from indexer.reading import understand

_FILES = sorted((Path(__file__).parent / "data").glob("*.md"))
# Values that are put into a standard form; all others stand in the text to the letter.
_NORMALISED = frozenset(
    "title document_number date published effective expires status category proposer co_organs issuer organ disclosure repeals amends "
    "reporter proposal_kind kind".split()
)


def parts_of(path: Path) -> tuple[dict[str, str], str]:
    """The expected fields of a file and its text; a value goes on in lines without a colon."""
    head, _, text = path.read_text(encoding="utf-8").partition("\n====\n")
    expected: dict[str, str] = {}
    name = ""
    for line in head.split("\n"):
        if ": " in line:
            name, _, value = line.partition(": ")
            expected[name] = value
        else:
            expected[name] += f"\n{line}"
    return expected, text


def read(text: str) -> Document:
    return understand("file.txt", SourceDocument(text))


def plain(value: str) -> str:
    return value.replace(" ", "")


@pytest.mark.parametrize("path", _FILES, ids=lambda path: path.stem)
def test_every_field_and_no_other(path: Path) -> None:
    expected, text = parts_of(path)
    document = read(text)
    assert {name: plain(field.value) for name, field in document.metadata.items()} == {
        name: plain(value) for name, value in expected.items()
    }
    for name, field in document.metadata.items():
        if field.start is not None and name not in _NORMALISED:
            assert document.text[field.start : field.end] == field.value


def test_there_are_documents() -> None:
    assert len(_FILES) >= 25
