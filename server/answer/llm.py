"""The answer that a model writes: prompted with the evidence alone, verified sentence by sentence while it streams.

A sentence is passed on once it is verified and not before, with the numbers of its citations: nothing unverified is ever
shown, and what was shown stays true when the model breaks off.
"""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass

import anyio.to_thread

from indexer.validity import EXPIRED, REPEALED
from server.answer.answer import Delta
from server.answer.cite import Citation
from server.answer.evidence import Evidence
from server.answer.llm_client import Model, ModelFailure
from server.answer.llm_markers import Claim, ClaimParser
from server.answer.llm_prompt import messages, sources_of
from server.answer.llm_verify import Encode, Numbering, verify
from server.search.query import Language, Query

# Longer texts are no answers; what comes after is not read.
_MAX_CHARACTERS = 4_000


@dataclass(frozen=True, slots=True)
class Written:
    """What stands of a model's answer; ``removed`` counts the sentences that did not."""

    text: str
    citations: Sequence[Citation]
    removed: int


def _out_of_date(citation: Citation, language: Language) -> str | None:
    """What a reader must know of a citation whose document is out of force or has a newer version."""
    if citation.status not in (REPEALED, EXPIRED) and citation.superseded_by is None:
        return None
    if language == "en":
        return f"(note: the document cited as [{citation.n}] is no longer in force)"
    return f"（注意：[{citation.n}]所引文件已{citation.status or '有更新版本'}）"


async def write(
    query: Query, evidence: Sequence[Evidence], model: Model, encode: Encode
) -> AsyncGenerator[Delta | Written, None]:
    """The verified sentences as they come, then the whole. Raises ModelFailure when nothing usable came of it.

    No call is made without evidence: that is a ModelFailure as well.
    """
    sources = sources_of(evidence)
    if not sources:
        raise ModelFailure("没有可供模型使用的依据 / there is no evidence for the model")
    parser, numbering = ClaimParser(), Numbering()
    shown: list[str] = []
    removed = read = 0

    async def passed(claims: Sequence[Claim]) -> AsyncGenerator[Delta, None]:
        nonlocal removed
        for claim in claims:
            # Cosines and facts take milliseconds of a processor: not on the loop that serves everybody.
            verified = await anyio.to_thread.run_sync(verify, claim, sources, encode)
            if verified is None:
                removed += 1
                continue
            gap = "" if not shown else "\n" if verified.new_line else "" if query.language == "zh" else " "
            shown.append(f"{gap}{verified.text}{numbering.marks(verified)}")
            yield Delta(shown[-1])

    async with aclosing(model.stream(messages(query, sources))) as pieces:
        async for piece in pieces:
            read += len(piece)
            async for delta in passed(parser.feed(piece)):
                yield delta
            if read > _MAX_CHARACTERS:
                break
    if not read:
        raise ModelFailure("模型没有作答 / the model did not answer")
    async for delta in passed(parser.close() if read <= _MAX_CHARACTERS else ()):
        yield delta
    if not shown:
        raise ModelFailure("模型的回答未能通过核对 / nothing of the model's answer could be verified")
    for citation in numbering.citations:
        if warning := _out_of_date(citation, query.language):
            shown.append(f"\n{warning}")
            yield Delta(shown[-1])
    yield Written("".join(shown), numbering.citations, removed)
