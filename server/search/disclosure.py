"""Who may see which documents: by their 公开属性 and by the role of the reader."""

from typing import Literal

from indexer.generations import Generation

Role = Literal["public", "deputy", "staff", "admin"]

# What a document says that anybody may read. Whatever says anything else, or nothing, is internal.
PUBLIC = ("公开", "同意公开", "主动公开")


def visible_documents(generation: Generation, role: Role) -> set[int] | None:
    """Numbers of the documents that a role may see, None for all.

    ``public`` sees public documents, ``deputy`` these and all replies, ``staff`` and ``admin`` everything.
    """
    if role in ("staff", "admin"):
        return None
    seen = set[int]().union(*(generation.documents_with("disclosure", value) for value in PUBLIC))
    return seen | generation.documents_with("kind", "reply") if role == "deputy" else seen
