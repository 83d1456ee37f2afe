"""Which documents a question is confined to: those that it names by number or by who proposed."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from indexer.generations import Generation
from server.answer.refuse import Refusal, unknown_number
from server.organ import is_named
from server.search.filters import Filters, searched_documents
from server.search.query import Query

_LEAD_IN = re.compile(r"(?:..[委会局厅府院部办处]|的|据|按|照|件)$")
_ABOUT_PROPOSAL = re.compile(r"代表|委员|建议|提案|答复|回复|办理|proposal|suggestion|repl|deputy", re.IGNORECASE)
# A question that names this many documents or fewer by number is about them.
_MAX_NAMED = 3


@dataclass(frozen=True, slots=True)
class Scope:
    """Which documents a question is confined to; ``refusal`` when it names one that does not exist."""

    documents: set[int] | None = None
    refusal: Refusal | None = None
    named: Sequence[int] = field(default=())


def scope_of(query: Query, generation: Generation, filters: Filters | None) -> Scope:
    """Documents that the question names by number, or by the name of a proposer.

    Of what is named the newest version counts, even where the whole corpus holds a newer one under another number.
    """
    within = searched_documents(generation, filters)
    named: list[set[int]] = []
    for number, kind in query.proposals:
        found = generation.documents_with("proposal_number", number)
        if kind:
            found &= generation.documents_with("proposal_kind", kind)
        if not found:
            return Scope(within, _unknown(query, number.zfill(4), f"第{number.zfill(4)}号{kind or '建议或提案'}的答复"))
        named.append(found)
    for number in query.document_numbers:
        found = generation.documents_with("document_number", number) or _after_lead_in(generation, number)
        if not found:
            return Scope(within, _unknown(query, number, f"文号为{number}的文件"))
        named.append(found)
    for serial in query.serials:
        found = generation.documents_like("document_number", f"〕{serial}号")
        if not found:
            return Scope(within, _unknown(query, f"{serial}号", f"文号为{serial}号的文件"))
        named.append(found)
    if not named and _ABOUT_PROPOSAL.search(query.text):
        # 罗清泉代表的建议: whose proposal it is says which reply is meant.
        named.extend(generation.values_in("proposer", query.text).values())
    pointed = bool(named)
    if query.sessions:
        held = _of_session(query.sessions[0], generation)
        if named:
            # A number is given anew at every session; a reply that names none may be of this one.
            others = set(generation.documents_having("session")) - held
            named = [found - others for found in named]
        elif _ABOUT_PROPOSAL.search(query.text):
            named = [held]
        if not all(named):
            term, number = query.sessions[0].lstrip("人大政协").split(".")
            held_at = f"{query.sessions[0][: -len(term) - len(number) - 1]}第{term}届第{number}次会议"
            return Scope(within, _unknown(query, held_at, f"{held_at}的{'这件' if pointed else ''}建议或提案的答复"))
    for organ in query.organs:
        issued = _issued_by(organ, generation)
        if issued:
            named = [found & issued or found for found in named] or [issued]
    if not named:
        return Scope(within)
    documents = {number for found in named for number in searched_documents(generation, filters, among=found) or ()}
    return Scope(documents, None, sorted(documents) if pointed and len(documents) <= _MAX_NAMED else ())


def _of_session(session: str, generation: Generation) -> set[int]:
    """Documents of a session: 6.3, or 人大6.3, which is no session of 政协."""
    order = session.lstrip("人大政协")
    body = session.removesuffix(order)
    held = generation.documents_with("session_order", order)
    others = [other for other in ("人大", "政协") if body and other != body]
    return held.difference(*(generation.documents_with("session_order", other + order) for other in others))


def _issued_by(organ: str, generation: Generation) -> set[int]:
    """Documents that an organ issued or, as answers to proposals, wrote. Organs are told by their usual short names too."""
    held = (generation.documents_having(name) for name in ("issuer", "organ"))
    return {number for values in held for number, value in values.items() if is_named(value, organ)}


def _unknown(query: Query, number: str, what: str) -> Refusal:
    return unknown_number(query, number if query.language == "en" else what)


def _after_lead_in(generation: Generation, number: str) -> set[int]:
    """Documents with the 文号 that follows an organ's name or a particle, as in 市国资委渝国资函〔2025〕313号.

    Anything else in front makes it another 文号: 国资函〔2025〕313号 is not 渝国资函〔2025〕313号.
    """
    found = generation.values_in("document_number", number)
    return set().union(
        *(documents for value, documents in found.items() if _LEAD_IN.search(number.removesuffix(value)))
    )
