"""What narrows a list of replies, from what a person typed."""

import re
import unicodedata
from dataclasses import dataclass, fields

from indexer.numerals import to_arabic
from server.questions import BadQuestion

_NEGATED = re.compile(r"[不未]")
_CATEGORY = re.compile(r"([A-G]\d?|[甲乙丙丁])\s*类?")


@dataclass(frozen=True, slots=True)
class ReplyFilters:
    """Each given value narrows the list; what people type goes through ``checked_reply_filters``.

    ``number`` is without leading zeros; ``session``, ``proposer`` and ``adoption`` may be parts of what the reply says,
    ``organ`` a full or short name; ``text`` orders the list by relevance.
    """

    number: str | None = None
    kind: str | None = None
    session: str | None = None
    proposer: str | None = None
    year: str | None = None
    text: str | None = None
    organ: str | None = None
    category: str | None = None
    adoption: str | None = None


def checked_reply_filters(
    number: str | None = None, kind: str | None = None, session: str | None = None, proposer: str | None = None,
    year: str | None = None, text: str | None = None, organ: str | None = None, category: str | None = None,
    adoption: str | None = None,
) -> ReplyFilters:  # fmt: skip
    """Filters from what a person typed; what is empty narrows nothing. Raises BadQuestion, naming the field."""
    given = ReplyFilters(number, kind, session, proposer, year, text, organ, category, adoption)
    typed: dict[str, str | None] = {}
    for field in fields(given):
        value = getattr(given, field.name)
        if value is not None and any("\ud800" <= character <= "\udfff" for character in value):
            raise BadQuestion(f"{field.name} 不是文字 / {field.name} is no text")
        typed[field.name] = (value or "").strip() or None
    if typed["number"]:
        match = re.fullmatch(r"第?\s*([0-9０-９]{1,8})\s*号?\s*(?:建议|提案)?", typed["number"])
        if match is None:
            raise BadQuestion("number 应为建议或提案的编号，如 0457 / number must be that of a proposal")
        typed["number"] = str(int(match[1]))
    if typed["kind"] not in (None, "建议", "提案"):
        raise BadQuestion("kind 应为 建议 或 提案 / kind must be 建议 or 提案")
    if typed["year"] and not re.fullmatch("[0-9]{4}", typed["year"]):
        raise BadQuestion("year 应为四位数字，如 2025 / year must be four digits")
    if typed["category"]:
        match = _CATEGORY.fullmatch(unicodedata.normalize("NFKC", typed["category"]).upper())
        if match is None:
            raise BadQuestion("category 应为办理类别，如 A / category must be a letter such as A")
        typed["category"] = match[1]
    return ReplyFilters(**typed)


def plain_session(session: str) -> str:
    """A session without what people leave out, its numbers in digits: 市政协第六届第三次会议 is 市政协6届3次."""
    text = re.sub(r"\s|第|全体|会议|委员会", "", unicodedata.normalize("NFKC", session))
    return re.sub(r"[一二三四五六七八九十]+(?=届|次)", lambda match: to_arabic(match[0]) or match[0], text)


def is_adoption(said: str, asked: str) -> bool:
    """Whether a reply says what is asked for: 采纳 is 完全采纳 and 部分采纳, but not 未采纳."""
    return asked in said and bool(_NEGATED.search(said)) == bool(_NEGATED.search(asked))
