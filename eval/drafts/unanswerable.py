"""Questions that the corpus does not answer: drafted ones with another year, proposal, document number or term."""

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from eval.drafts.draft import Draft
from indexer.document import Document

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?=年)")
_NUMBER = re.compile(r"(?<!\d)\d{3,4}(?=号)")
_CODE = re.compile(r"(?<=“)\d{2,6}(?=”)")


_DIGITS = re.compile(r"\d+")


def _numbers(documents: Sequence[Document]) -> set[str]:
    """Every number that the corpus mentions, without leading zeros."""
    return {match[0].lstrip("0") for document in documents for match in _DIGITS.finditer(document.text)}


def unanswerable_drafts(drafts: Sequence[Draft], documents: Sequence[Document], seed: int) -> Iterator[Draft]:
    """Each draft in which something can be changed into what the corpus nowhere mentions, changed; drawn with ``seed``."""
    mentioned = _numbers(documents)
    draw = random.Random(seed)
    years = [year for year in map(str, range(1985, 2060)) if year not in mentioned]
    for draft in drafts:
        for pattern, kinds in ((_YEAR, ("number",)), (_NUMBER, ("metadata",)), (_CODE, ("definition",))):
            match = pattern.search(draft.question)
            if match is None or draft.type not in kinds:
                continue
            size = len(match[0])
            drawn = years if pattern is _YEAR else [str(draw.randrange(1, 10**size)).zfill(size) for _ in range(20)]
            unknown = [other for other in drawn if other.lstrip("0") not in mentioned]
            if unknown:
                # Every year asked for changes, or the question would be about two.
                question = pattern.sub(draw.choice(unknown), draft.question)
                yield replace(draft, type="unanswerable", question=question, must=())
                break
