"""Who may see which documents, and what of a corpus there is for whom.

For each audience that may not see everything an index of its own is published, of its documents alone: what is found,
in which order, and with which scores cannot depend on a document that is not in it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from indexer.document import Document
from indexer.duplicates import Signature
from indexer.relations import relate

# What a document says that anybody may read. Whatever says anything else, or nothing, is internal.
PUBLIC = ("公开", "同意公开", "主动公开")
# Those who do not see everything, each with what the ones before see.
AUDIENCES = ("public", "deputy")

# What others made of a document. That a text is no longer in force is said to everyone, also where the text that says
# so is internal: people must not rely on it.
_STATUS = ("status", "expires")


def may_see(audience: str, document: Document) -> bool:
    """Whether a document is for an audience: public ones for all, replies to proposals for deputies too."""
    public = document.value("disclosure") in PUBLIC
    return public or (audience == "deputy" and document.value("kind") == "reply")


def editions(
    documents: Sequence[Document], signatures: Sequence[Signature], related: Sequence[Document]
) -> Iterator[tuple[tuple[str, ...], list[Document]]]:
    """What there is for those who may not see everything: audiences, and the documents for them, knowing each other alone.

    ``documents`` are all, with their ``signatures``, and ``related`` is what ``relate`` made of them. Audiences who see the
    same share an edition, and who sees everything needs none.
    """
    whole = {document.document_id: document for document in related}
    shared: dict[tuple[int, ...], list[str]] = {}
    for audience in AUDIENCES:
        seen = tuple(i for i, document in enumerate(documents) if may_see(audience, document))
        if len(seen) < len(documents):
            shared.setdefault(seen, []).append(audience)
    for seen, audiences in shared.items():
        among = relate([documents[i] for i in seen], [signatures[i] for i in seen])
        yield tuple(audiences), [_with_status(document, whole) for document in among]


def _with_status(document: Document, whole: Mapping[str, Document]) -> Document:
    known = whole[document.document_id].metadata
    said = {name: known[name] for name in _STATUS if name in known}
    return replace(document, metadata={**document.metadata, **said}) if said else document
