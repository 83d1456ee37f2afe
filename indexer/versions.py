"""The versions of a document: which documents are versions of one another, and in which order."""

import re
from collections.abc import Mapping

_YEAR = re.compile(r"〔(\d{4})〕")


def version_groups(
    newest: Mapping[int, int], numbers: Mapping[int, str], written: Mapping[int, str], published: Mapping[int, str]
) -> dict[int, tuple[int, ...]]:
    """For each document that has versions: the numbers of all of them, itself included, newest first.

    ``newest``: the number of the newest version of each older one; the others: document numbers (文号) and days by the
    number of the document, of which the later day counts, and the year of the 文号 where there is none.
    """
    groups: dict[int, list[int]] = {}
    for older, newer in newest.items():
        groups.setdefault(newer, []).append(older)
    days = {document: year[1] for document, value in numbers.items() if (year := _YEAR.search(value))}
    for document in written.keys() | published.keys():
        days[document] = max(written.get(document, ""), published.get(document, ""))
    ordered = [
        (newer, *sorted(older, key=lambda document: (days.get(document, ""), document), reverse=True))
        for newer, older in groups.items()
    ]
    return {document: group for group in ordered for document in group}
