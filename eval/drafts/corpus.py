"""The drafts of a whole corpus, and a fair sample of them."""

import random
from collections.abc import Iterable, Sequence
from itertools import chain

from eval.drafts.draft import Draft
from eval.drafts.glossary import glossary_drafts
from eval.drafts.headings import heading_drafts
from eval.drafts.metadata import metadata_drafts
from eval.drafts.numbers import number_drafts
from eval.drafts.unanswerable import unanswerable_drafts
from indexer.document import Document


def _distinct(drafts: Iterable[Draft]) -> list[Draft]:
    """Without the questions that two places would answer differently: which one is meant, nobody could know."""
    drafts = list(drafts)
    asked: dict[str, set[tuple[tuple[str, ...], ...]]] = {}
    for draft in drafts:
        asked.setdefault(draft.question, set()).add(draft.must)
    kept = {draft.question: draft for draft in reversed(drafts) if len(asked[draft.question]) == 1}
    return [draft for draft in drafts if kept.get(draft.question) is draft]


def draft_questions(documents: Sequence[Document], seed: int) -> list[Draft]:
    """Every draft, in the order of the documents and of what they were drafted from; unanswerable ones last."""
    by_document = (
        chain(glossary_drafts(document), heading_drafts(document), number_drafts(document)) for document in documents
    )
    drafts = _distinct(chain(metadata_drafts(documents), chain.from_iterable(by_document)))
    order = {document.document_id: place for place, document in enumerate(documents)}
    drafts.sort(key=lambda draft: (order[draft.document.document_id], draft.start, draft.end))
    return [*drafts, *_distinct(unanswerable_drafts(drafts, documents, seed))]


def sample_drafts(drafts: Sequence[Draft], limit: int | None, seed: int) -> list[Draft]:
    """At most ``limit`` drafts, their order kept: types take turns, so that many numbers do not push out a few terms."""
    if limit is None or limit >= len(drafts):
        return list(drafts)
    draw = random.Random(seed)
    by_type: dict[str, list[int]] = {}
    for place, draft in enumerate(drafts):
        by_type.setdefault(draft.type, []).append(place)
    for places in by_type.values():
        draw.shuffle(places)
    chosen: list[int] = []
    while len(chosen) < limit:
        for places in by_type.values():
            if places and len(chosen) < limit:
                chosen.append(places.pop())
    return [drafts[place] for place in sorted(chosen)]
