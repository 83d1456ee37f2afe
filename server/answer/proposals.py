"""English questions about a proposal or its reply, as the same questions in Chinese.

Which proposal is said by its number or by the Chinese name of who made it; what is asked of it by one of the wordings here.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from indexer.document import Document
from server.answer.english import official_subject
from server.answer.evidence import Evidence
from server.answer.fields import asked_fields
from server.answer.outcome import asks_outcome
from server.answer.refuse import Refusal, no_evidence
from server.search.names import Named, mentions
from server.search.query import Query, understand_query

_ORGAN = (
    r"(?:which|what) (?:other )?(?:bod(?:y|ies)|departments?|agenc(?:y|ies)|organi[sz]ations?|units?|offices?|organs?)"
)
_HANDLED = r"(?:replied|answered|responded|handled|dealt|hosted|undertook|took charge|issued|wrote)"
_PROPOSED = r"(?:propos(?:e|ed|ing)|suggest(?:ed|ing)?|put forward|submit(?:ted)?|raised?|recommend(?:ed)?|(?:ask|call)(?:ed|ing)? for)"
# What an English question asks for in Chinese, and wordings of it; each that fits is asked for.
_WORDINGS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("number", "文号是什么", (
        r"(?:document|reference|file) (?:number|no\b)", r"number of (?:the|its|that) (?:reply|letter|document|answer)",
        r"which (?:document|letter)", r"what document")),
    ("proposal", "编号是多少", (
        r"(?:proposal|suggestion)(?:['’]?s)? (?:number|no\b)", r"number of (?:\S+ ){1,3}(?:proposal|suggestion)",
        r"number (?:does|did|has|is|was) (?:\S+ ){0,3}(?:proposal|suggestion)", r"(?:which|what) number")),
    ("signer", "审签人", (r"who (?:has )?(?:signed|approved|reviewed)", r"signed (?:off )?by", r"signatory", r"whose signature")),
    ("date", "什么时候答复的", (
        r"\bwhen\b.{0,60}(?:repl|answer|respon|issued|dated|sent|letter|handled|dealt)",
        r"(?:date|day) (?:of|was|is|did) .{0,40}(?:repl|answer|respon|letter)",
        r"how soon .{0,40}(?:repl|answer|respon)", r"\b(?:reply|answer|response) date")),
    ("issuer", "由哪个单位答复", (
        rf"(?:who|whom|{_ORGAN}) (?:has )?{_HANDLED}", r"(?:replied to|answered|handled|hosted|undertaken|dealt with) by wh",
        r"by whom (?:was|were)", rf"(?:who|{_ORGAN}) (?:is|was) (?:responsible|in charge)")),
    ("co_organs", "由哪些单位协办、会办", (rf"{_ORGAN} .{{0,20}}(?:help|took part|take part|assist|cooperat|join|involved)",)),
    ("proposer", "由谁提出", (
        r"who (?:has )?(?:proposed|submitted|raised|put|made|tabled|suggested)", r"whose (?:proposal|suggestion)",
        r"(?:proposed|submitted|raised) by wh", r"(?:which|what) (?:committee )?(?:member|deputy|delegate)")),
    ("adoption", "是否采纳", (r"\badopt", r"\baccepted?\b", r"taken (?:up|on board)", r"\bagreed?\b")),
    ("disclosure", "是否公开", (r"\bpublic(?:ly|ised|ized)?\b", r"disclos", r"published", r"confidential")),
    ("category", "办理类别是什么", (r"categor",)),
    ("session", "是哪次会议的", (r"(?:which|what) (?:session|meeting)",)),
    ("addressee", "答复给谁", (r"addressed", r"(?:written|sent) to")),
    ("promise", "承诺了什么", (r"promis", r"commit(?:ted|ments?)?\b", r"pledg", r"next steps?", r"will be done", r"(?:plans?|going) to do")),
    ("outcome", "的办理情况如何", (
        r"follow(?:ed)?[ -]?up", r"outcome", r"results?\b", r"c[ao]me of", r"(?:was|has been|been|were) (?:done|handled|dealt with)",
        r"is being done", r"implemented|carried out", r"how (?:was|were|did|has|have|is) .{0,60}(?:handled|answer|repl|respond|dealt)",
        r"what (?:was|is|were) (?:said in |in )?the (?:reply|answer|response)", r"what did .{0,40}(?:reply|answer)")),
    ("title", "提出了什么建议", (
        rf"what (?:did|does|do|has|have|was|is) .{{0,40}}{_PROPOSED}\b", rf"^\W*(?:has|have|did) .{{0,40}}{_PROPOSED}\b",
        r"ma[dk]e (?:an?|any|the|some) (?:proposal|suggestion)", r"^\W*(?:show|tell|give|find|list|describe)\b.{0,40}(?:proposal|suggestion)",
        r"what (?:is|was|are|were|did) .{0,60}(?:proposal|suggestion).{0,20}(?:about|concern|say|topic|subject)",
        r"\btitle\b", r"(?:topic|subject) of", r"(?:which|what|any|a|the) (?:proposal|suggestion)s? (?:did|has|have|by|from|was|were|of)\b",
        r"what (?:is|was|are|were) .{0,40}(?:proposal|suggestion)s?\W*$")),
)  # fmt: skip
_ASKED = tuple((name, chinese, re.compile("|".join(said), re.IGNORECASE)) for name, chinese, said in _WORDINGS)
# A reply that is there has a number and a date.
_REPLIED = re.compile(r"\b(?:repl(?:y|ies|ied)|answer(?:ed)?|respon(?:se|ded))\b", re.IGNORECASE)
_YES_OR_NO = re.compile(r"^\s*(?:is|was|were|are|did|does|do|has|have|had|can|could)\b", re.IGNORECASE)
_WHO_IS = re.compile(r"^\s*who(?:['’]s| is| was)\s", re.IGNORECASE)
_OF_PROPOSAL = re.compile(
    r"propos|suggest|\brepl|submit|\badopt|\banswer|respon[ds]|put forward|recommend|ask(?:ed)? for|call(?:ed)? for|promis|committed|pledg|follow",
    re.IGNORECASE,
)
_PROPOSAL = re.compile(
    r"\b(?:proposal|suggestion)s?\b|\b(?:who|member|deputy|delegate) (?:has )?(?:proposed|suggested)\b"
)
# Words of a question about a proposal that are not of its subject.
_ASKING_OF_PROPOSAL = re.compile(
    r"\b(?:propos|suggest|repl[yi]|answer|respon|adopt|accept|issu|dated?\b|sign|handl|deal|publi|disclos|title|document number|number|"
    r"follow|up\b|promis|outcome|result|session|categor|when|which|who|whose|what|office|department|agenc|bod[yi]|unit|committee member|"
    r"member|deput|delegate|submit|raise|put forward|about|concerning|regarding|been|is|come|came|letter|document)\w*"
)
# Characters at the top of a document that say whose it is.
_HEAD = 300
_WHICH_TITLE = re.compile(r"\btitle|\band (?:what|which)|what (?:did|does|do|has|have)\b|about\W*$", re.IGNORECASE)
_ABOUT_SOMEBODY = "提出了什么建议，答复给谁"
_AND_WHAT = re.compile(
    r"\band (?:what|how|was|has|is)\b.{0,60}(?:done|handled|came|outcome|follow|result)", re.IGNORECASE
)


def asked_of_proposal(named: Named) -> Query:
    """The question that fields are asked by: the Chinese one behind an English one about the proposal of somebody who is named,
    or one named by its number or its subject; the question itself where it asks for something else."""
    query, people = named.query, named.people
    if query.language != "en" or (query.names_number and (asked_fields(query) or asks_outcome(query))):
        return query
    asked = _asked(query.text)
    whose = _whose(query, people) or _about(query)
    if people and named.proposers == people and not asked and _WHO_IS.search(query.text):
        asked = [_ABOUT_SOMEBODY]
    elif not whose or not asked or not _OF_PROPOSAL.search(query.text):
        return query
    if len(people) > 1:
        asked = [*asked, "由谁提出"]  # Which of them it is.
    years = "".join(f"{year}年" for year in query.years)
    chinese = understand_query(f"{years}{whose}{'，'.join(dict.fromkeys(asked))}？")
    # Said in English, a proposal may be a 建议 as well as a 提案.
    return replace(chinese, proposals=query.proposals)


def _asked(text: str) -> list[str]:
    """What a question asks for, in Chinese, in the order of the table."""
    asked = {name: chinese for name, chinese, pattern in _ASKED if pattern.search(text)}
    if _YES_OR_NO.search(text) and _REPLIED.search(text) and asked.keys() <= {"number", "date", "issuer"}:
        asked = {name: chinese for name, chinese, _ in _WORDINGS if name in {*asked, "number", "date"}}
    if len(asked) > 1 and not _AND_WHAT.search(text):
        asked.pop("outcome", None)
        if len(asked) > 1 and not _WHICH_TITLE.search(text):
            asked.pop("title", None)  # The number of the reply to the proposal about roads.
    return list(asked.values())


def _whose(query: Query, people: tuple[str, ...]) -> str:
    kind = "提案" if re.search(r"\bproposal", query.text, re.IGNORECASE) else "建议"
    if people:
        return f"{'、'.join(people)}的{kind}"
    return f"第{query.proposals[0][0].zfill(4)}号{kind}" if len(query.proposals) == 1 else ""


def _about(query: Query) -> str:
    """The proposal that a question names by its subject: 盘活国有资产的提案 of the proposal on revitalising state-owned assets."""
    text = query.text.lower()
    if not _PROPOSAL.search(text) or query.names_number:
        return ""
    subject = official_subject(query, _ASKING_OF_PROPOSAL.sub(" ", text))
    return f"{subject}的{'提案' if 'proposal' in query.text.lower() else '建议'}" if subject else ""


def of_years(query: Query, documents: Sequence[Document]) -> list[Document]:
    """The replies that may be of a year that a question names: written in it or in the next; all where it names none."""
    asked = {str(int(year) + later) for year in query.years for later in (0, 1)}
    return [one for one in documents if not asked or (year := _written_in(one)) is None or year in asked]


def _written_in(document: Document) -> str | None:
    numbered = re.search(r"〔(\d{4})〕", document.value("document_number") or "")
    return (document.value("date") or "")[:4] or (numbered[1] if numbered else None)


def refused_name(named: Named, evidence: Sequence[Evidence] | None = None) -> Refusal | None:
    """The refusal of a question about somebody whom the index does not know, who may be one of several, or whom the document
    of the best ``evidence`` does not name; None where there is nothing against an answer. Without ``evidence`` the first of
    these alone is looked at."""
    query = named.query
    if named.unknown is not None:
        return _mismatch(
            query, f"找到的文件没有提到“{named.unknown}”", f"What was found does not mention “{named.unknown}”"
        )
    if not evidence:
        return None
    best = evidence[0].passage
    document = best.document
    around = "\n".join(
        (document.title, document.value("issuer") or "", document.text[:_HEAD], *best.section, best.text)
    )
    for word, readings in named.others:
        if not mentions(around, readings):
            return _mismatch(query, f"找到的文件没有提到“{word}”", f"What was found does not mention “{word}”")
    if not named.people:
        return None
    if named.alike:
        names = named.alike
        return _mismatch(
            query,
            f"同音的人有{'、'.join(names)}，请写汉字姓名",
            f"The name may be {' or '.join(names)}: ask with one of these",
        )
    return None if any(name in document.text for name in named.people) else no_evidence(query)


def _mismatch(query: Query, chinese: str, english: str) -> Refusal:
    said = f"{english}, so there is no answer." if query.language == "en" else f"{chinese}，无法据此回答。"
    return Refusal("mismatch", said)
