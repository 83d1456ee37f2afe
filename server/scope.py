"""Which documents a question is confined to: those that it names by number, by who proposed, or by their subject."""

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from indexer.generations import Generation
from server.answer.fields import LABELS, OF_LETTERS, OF_PROPOSALS, NamedBy, asked_fields
from server.answer.outcome import asks_outcome
from server.answer.proposers import Proposed, proposed_by
from server.answer.refuse import Refusal, unknown_number
from server.answer.titled import SHOWN, Group, replies_about, subject_groups
from server.organ import is_named
from server.search.document_numbers import leads_in
from server.search.filters import Filters, searched_documents
from server.search.query import Query
from server.search.saying import documents_saying

_ABOUT_PROPOSAL = re.compile(r"代表|委员|建议|提案|答复|回复|办理|proposal|suggestion|repl|deputy", re.IGNORECASE)
_A_PROPOSAL = re.compile(r"提案|的建议|代表建议|proposal|suggestion", re.IGNORECASE)
_ON = re.compile(r"关于.+(?:建议|提案)|\b(?:on|about|regarding|concerning)\b")
# A question that names this many documents or fewer by number is about them; of a person's proposals more are shown.
_MAX_NAMED = {"number": 3, "person": 100, "subject": SHOWN}


@dataclass(frozen=True, slots=True)
class Scope:
    """Which documents a question is confined to; ``refusal`` when it names one that does not exist. ``named``: the few
    that it is about, and ``by`` what it names them."""

    documents: set[int] | None = None
    refusal: Refusal | None = None
    named: Sequence[int] = field(default=())
    by: NamedBy = "number"


class _UnknownError(Exception):
    """What a question names is not in the index; ``refusal`` says so."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.message)
        self.refusal = refusal


def scope_of(query: Query, generation: Generation, filters: Filters | None) -> Scope:
    """Documents that the question names by number, by the name of a proposer, or, where it asks what is known of a reply, by
    the subject of the proposal.

    Of what is named the newest version counts, even where the whole corpus holds a newer one under another number.
    """
    try:
        return _scope(query, generation, filters)
    except _UnknownError as unknown:
        return Scope(searched_documents(generation, filters), unknown.refusal)


def _scope(query: Query, generation: Generation, filters: Filters | None) -> Scope:
    named = [*_by_proposal(query, generation), *_by_document_number(query, generation)]
    by: NamedBy = "number"
    proposed = Proposed()
    if _ABOUT_PROPOSAL.search(query.text):
        proposed = proposed_by(query, generation)
        if named:
            named = [_also_by(query, generation, found, proposed) for found in named]
        elif proposed.unknown:
            raise _UnknownError(_nobody(query, proposed))
        else:
            named, by = list(proposed.documents), "person"
    pointed = bool(named)
    named = _of_sessions(query, generation, named)
    if not query.names_number and (asked_fields(query) or asks_outcome(query)):
        about = _by_subject(query, generation, filters, named, proposed)
        if about:
            named, by, pointed = [about], by if pointed else "subject", True
    for organ in query.organs:
        issued = _issued_by(organ, generation)
        if issued:
            named = [found & issued or found for found in named] or [issued]
    if not named:
        return Scope(searched_documents(generation, filters))
    documents = {number for found in named for number in searched_documents(generation, filters, among=found) or ()}
    few = sorted(documents) if pointed and len(documents) <= _MAX_NAMED[by] else []
    if few and not query.names_number:
        _demand_stated(query, generation, few)
    return Scope(documents, None, few, by)


def _by_proposal(query: Query, generation: Generation) -> list[set[int]]:
    """Documents by the numbers of proposals. Raises _UnknownError."""
    named = []
    for number, kind in query.proposals:
        found = generation.documents_with("proposal_number", number)
        if kind:
            found &= generation.documents_with("proposal_kind", kind)
        if not found:
            raise _UnknownError(_unknown(query, number.zfill(4), f"第{number.zfill(4)}号{kind or '建议或提案'}的答复"))
        named.append(found)
    return named


def _by_document_number(query: Query, generation: Generation) -> list[set[int]]:
    """Documents by 发文字号 and by the serials of such. Raises _UnknownError."""
    named = []
    for number in query.document_numbers:
        found = generation.documents_with("document_number", number) or _after_lead_in(generation, number)
        if not found:
            raise _UnknownError(_unknown(query, number, f"文号为{number}的文件"))
        named.append(found)
    for serial in query.serials:
        found = generation.documents_like("document_number", f"〕{serial}号")
        if not found:
            raise _UnknownError(_unknown(query, f"{serial}号", f"文号为{serial}号的文件"))
        named.append(found)
    return named


def _after_lead_in(generation: Generation, number: str) -> set[int]:
    """Documents with the 文号 that follows an organ's name or a word that leads in, as in 市国资委渝国资函〔2025〕313号; of a
    number without an organ, those that bear it.

    Anything else in front makes it another 文号: 国资函〔2025〕313号 is not 渝国资函〔2025〕313号.
    """
    if number.startswith("〔"):
        return generation.documents_like("document_number", number)
    found = generation.values_in("document_number", number)
    return set().union(
        *(documents for value, documents in found.items() if leads_in(number.removesuffix(value), value))
    )


def _also_by(query: Query, generation: Generation, found: set[int], proposed: Proposed) -> set[int]:
    """Of the replies to a number those to the person whom the question names beside it. Raises _UnknownError."""
    told = found & generation.documents_having("proposer").keys()
    theirs = told & set().union(*proposed.documents)
    if told and not theirs and (proposed.documents or any(one.kind for one in proposed.unknown)):
        raise _UnknownError(_nobody(query, proposed))
    return theirs or found


def _nobody(query: Query, proposed: Proposed) -> Refusal:
    """That there is no such proposal of the people whom the question names."""
    people = proposed.unknown or proposed.known
    if query.language == "en":
        names = ", ".join(one.name for one in people)
        return Refusal("mismatch", f"No reply to such a proposal by {names} was found, so there is no answer.")
    numbered = "编号相符的" if query.names_number else ""
    return Refusal("mismatch", f"没有找到{numbered}{'、'.join(one.proposals for one in people)}的答复，无法回答。")


def _of_sessions(query: Query, generation: Generation, named: list[set[int]]) -> list[set[int]]:
    """What is named, of the session that the question names. Raises _UnknownError."""
    if not query.sessions:
        return named
    session, pointed = query.sessions[0], bool(named)
    held = _of_session(session, generation)
    if named:
        # A number is given anew at every session; a reply that names none may be of this one.
        others = set(generation.documents_having("session")) - held
        named = [found - others for found in named]
    elif _ABOUT_PROPOSAL.search(query.text):
        named = [held]
    if not all(named):
        term, number = session.lstrip("人大政协").split(".")
        held_at = f"{session[: -len(term) - len(number) - 1]}第{term}届第{number}次会议"
        raise _UnknownError(_unknown(query, held_at, f"{held_at}的{'这件' if pointed else ''}建议或提案的答复"))
    return named


def _of_session(session: str, generation: Generation) -> set[int]:
    """Documents of a session: 6.3, or 人大6.3, which is no session of 政协."""
    order = session.lstrip("人大政协")
    body = session.removesuffix(order)
    held = generation.documents_with("session_order", order)
    others = [other for other in ("人大", "政协") if body and other != body]
    return held.difference(*(generation.documents_with("session_order", other + order) for other in others))


def _by_subject(
    query: Query, generation: Generation, filters: Filters | None, named: Sequence[AbstractSet[int]], proposed: Proposed
) -> set[int]:
    """The replies that are meant by their subject, among those that are named otherwise. Raises _UnknownError where more fit
    than can be told apart, and where what only a proposal has is asked of a subject of none."""
    among = set().union(*named) if named else None
    groups = subject_groups(query, [one.name for one in proposed.known])
    about = replies_about(query, groups, generation, among)
    if groups and not about:
        # Of a person's proposals one is meant that is on the subject, where the question says 关于.
        wanted = _ON.search(query.text) if proposed.known else _asks_of_proposal(query)
        if wanted:
            _demand_said(query, generation, groups, among)
    about = searched_documents(generation, filters, among=about) or set() if about else about
    if len(about) > SHOWN and among is None:
        numbers = generation.documents_having("proposal_number")
        some = "、".join(sorted(f"第{numbers[number].zfill(4)}号" for number in about)[:SHOWN])
        english = f"{len(about)} replies fit equally, such as {some}: name the number or the proposer."
        chinese = f"有{len(about)}件建议或提案的答复同样符合（如{some}），请写明编号或提出人。"
        raise _UnknownError(Refusal("mismatch", english if query.language == "en" else chinese))
    return about


def _asks_of_proposal(query: Query) -> bool:
    """Whether a question asks what only a proposal or the reply to it has."""
    asked = set(asked_fields(query))
    return bool(asked & OF_PROPOSALS or (asked & OF_LETTERS and _A_PROPOSAL.search(query.text)))


def _demand_said(query: Query, generation: Generation, groups: Sequence[Group], among: AbstractSet[int] | None) -> None:
    """Raises _UnknownError where none of the replies says all that the proposal of the question is about."""
    replies = generation.documents_with("kind", "reply") if among is None else among
    if not documents_saying(generation, groups, replies):
        chinese = "没有找到与此相符的建议或提案的答复，无法回答。"
        english = "No reply to such a proposal was found, so there is no answer."
        raise _UnknownError(Refusal("mismatch", english if query.language == "en" else chinese))


def _issued_by(organ: str, generation: Generation) -> set[int]:
    """Documents that an organ issued or, as answers to proposals, wrote. Organs are told by their usual short names too."""
    held = (generation.documents_having(name) for name in ("issuer", "organ"))
    return {number for values in held for number, value in values.items() if is_named(value, organ)}


def _demand_stated(query: Query, generation: Generation, numbers: Sequence[int]) -> None:
    """Raises _UnknownError where none of the documents states any of the fields that are asked for."""
    asked = asked_fields(query)
    documents = [generation.document(number) for number in numbers]
    if any(name in one.metadata and one.metadata[name].start is not None for one in documents for name in asked):
        return
    if asked:
        chinese, english = LABELS[asked[0]]
        says = f"找到的答复没有写明“{chinese}”，无法据此回答。"
        says = f"The reply does not state “{english}”, so there is no answer." if query.language == "en" else says
        raise _UnknownError(Refusal("mismatch", says))


def _unknown(query: Query, number: str, what: str) -> Refusal:
    return unknown_number(query, number if query.language == "en" else what)
