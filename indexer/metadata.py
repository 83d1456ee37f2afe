"""The fields of an official document (公文), each with the span it was read from. A wrong guess is worse than none."""

from indexer.dates import iso_date, read_date, read_published
from indexer.document import Field
from indexer.letterhead import letterhead
from indexer.lines import lines_of
from indexer.numbering import DOCUMENT_NUMBER, read_document_number
from indexer.organs import read_addressed, read_issuer, read_organs
from indexer.people import read_contact, read_proposers, read_reporters, read_signer
from indexer.proposals import (
    PROPOSAL_NUMBER,
    read_adoption,
    read_category,
    read_disclosure,
    read_proposal,
    read_proposal_title,
    read_session,
)
from indexer.titles import read_kind, read_title

__all__ = ["DOCUMENT_NUMBER", "PROPOSAL_NUMBER", "iso_date", "letterhead", "read_metadata"]


def read_metadata(text: str, title: str | None = None, name: str | None = None) -> dict[str, Field]:
    """Read the fields of a document. ``title`` is what the file format itself names, if anything; ``name``, the file's,
    tells the kind of a text without a title.

    Keys: title, issuer, document_number, kind, proposal_number, proposal_kind, proposal_title, session, proposer,
    organ, co_organs, addressee, disclosure, category, adoption, date, published, signer, reporter, contact, phone; a key
    is absent where the text does not say. Several names in one field are parted by 、.
    """
    head, body_start = letterhead(text)
    lines = list(lines_of(text))
    body = [line for line in lines if line.start >= body_start]
    ends = head + body[-12:]
    date, below = read_date(head, body)
    number = read_document_number(head, text)
    given = read_title(head, title, text, body_start, number)
    reporter = read_reporters(lines)
    found: dict[str, Field | None] = {
        "title": given,
        "document_number": number,
        "disclosure": read_disclosure(ends),
        "category": read_category(head),
        "issuer": read_issuer(head, body, below, given),
        "date": date,
        "published": read_published(head, body),
        "signer": read_signer(head, body),
        **read_contact(ends),
    }
    proposal = read_proposal(text, given, head, body)
    known = {key: field for key, field in (found | proposal).items() if field is not None}
    known["kind"] = Field(read_kind(known, reporter is not None, name))
    proposers = read_proposers(head, body, proposal["proposal_kind"].value) if proposal else {}
    if known["kind"].value == "report" and "addressee" in proposers:  # 关于第0123号提案办理情况的报告, to who moved it.
        known["kind"] = Field("reply")
    if known["kind"].value == "reply":
        found = {"addressee": read_addressed(body), "session": read_session(head + body[:2])}
        found |= {"adoption": read_adoption(head + body[:4]), "proposal_title": read_proposal_title(body[:3])}
        if proposal:
            found |= proposers
            found |= read_organs(head, body, known.get("issuer"))
    else:
        # A notice about the handling of proposals answers none.
        known = {key: field for key, field in known.items() if key not in proposal}
        found = {"addressee": read_addressed(body)}
        if known["kind"].value in ("news", "other"):
            found["reporter"] = reporter
    return known | {key: field for key, field in found.items() if field is not None}
