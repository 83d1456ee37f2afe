"""What is published in a data directory, and what a run reported, in forms that tests compare."""

from pathlib import Path

from indexer.errors import ZhengwenError
from indexer.generations import Generation
from indexer.pipeline import IndexReport
from indexer.soundness import problems_of


def documents(data: Path) -> dict[str, str]:
    """Source -> text of what is published; the generation is checked."""
    generation = Generation(data)
    assert problems_of(generation) == []
    return {document.source: document.text for document in generation.documents()}


def ids(data: Path) -> dict[str, str]:
    """Source -> id of what is published."""
    return {document.source: document.document_id for document in Generation(data).documents()}


def counts(report: IndexReport) -> tuple[int, int, int, int]:
    """How many files were added, changed, unchanged, removed."""
    return report.added, report.changed, report.unchanged, report.removed


def reasons(report: IndexReport) -> dict[str, str]:
    """Source -> reason of what was passed over, each reason one line."""
    found = {skipped.source: skipped.reason for skipped in report.skipped}
    assert all("\n" not in reason for reason in found.values())
    return found


def one_line(error: BaseException) -> str:
    """The message of an error for the user, which has to be one line."""
    assert isinstance(error, ZhengwenError)
    assert "\n" not in str(error)
    return str(error)


def sound(data: Path) -> Generation:
    """The current generation, checked."""
    generation = Generation(data)
    assert problems_of(generation) == []
    return generation


def sources(generation: Generation) -> list[str]:
    """Sources of the documents, in order."""
    return [document.source for document in generation.documents()]
