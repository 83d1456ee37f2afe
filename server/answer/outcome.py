"""What came of a proposal: the reply's own sentences on what has been done and what is promised."""

import re
from bisect import bisect_right
from collections.abc import Sequence

from indexer.document import Document
from server.answer.cite import Citation, cite
from server.answer.extract import MAX_ANSWER
from server.answer.field_lines import named_reply
from server.answer.fields import NamedBy
from server.answer.plans import Plan, pieces_of_plan, plans_of
from server.answer.years import issued_in
from server.replies import Statement, commitments
from server.search.query import Query

_OUTCOME = re.compile(
    r"(?:怎么|如何|怎样)(?:办理|答复|回复|落实|处理|办)的?[？?]?$|(?:建议|提案).{0,6}(?:办理|答复|回复|落实|处理|办)(?:的)?(?:情况|结果|内容|进展|得?怎么样|了?什么|如何)"
    r"|(?:办|干)了(?:什么|哪些)|有(?:什么|哪些)(?:结果|进展|答复)|(?:什么|怎样的|哪些)(?:样的)?(?:答复|回复|结果)[？?]?$"
    r"|what (?:was|has been) done|how was .{0,60}(?:handled|answered|replied)|what came of|outcome of",
    re.IGNORECASE,
)
_PROMISE = re.compile(r"承诺|许诺|promise", re.IGNORECASE)
# Replies that are told side by side; of more there is no room to say anything of each.
MOST_REPLIES = 3
# Characters of the labels and marks of a plan's lines; of a title that tells replies apart.
_MARKS, _TITLE = 60, 40
_NAMED = {"zh": "《{}》（{}）：", "en": "《{}》 ({}):"}
_SAID = {"done": ("已办", "Done"), "promised": ("下一步", "Promised")}
# Sentences shown of each; longer ones are left for the page of the reply.
_MOST, _LENGTH = {"done": 2, "promised": 2}, 130


def asks_outcome(query: Query) -> bool:
    """Whether a question asks what came of a proposal, or what was promised."""
    return bool(_OUTCOME.search(query.text) or _PROMISE.search(query.text))


def _section(document: Document, start: int) -> tuple[str, ...]:
    """The section path of the chunk that holds an offset."""
    at = bisect_right([chunk.start for chunk in document.chunks], start) - 1
    return document.chunks[at].section if at >= 0 else ()


def _first_of_sections(document: Document, statements: Sequence[Statement], most: int) -> list[Statement]:
    """One sentence of each section, in order, while there are sections; then further ones."""
    short = [statement for statement in statements if len(statement.text) <= _LENGTH]
    seen: set[tuple[str, ...]] = set()
    first: list[Statement] = []
    for statement in short:
        section = _section(document, statement.start)
        if section not in seen:
            seen.add(section)
            first.append(statement)
    rest = [statement for statement in short if statement not in first]
    return sorted([*first, *rest][:most], key=lambda statement: statement.start)


def _planned(document: Document, plans: Sequence[Plan], room: int) -> list[Statement]:
    """What the last of a reply's plans announces, item by item, in about ``room`` characters; empty where it has none."""
    pieces = pieces_of_plan(plans[-1], document.text, room) if plans else ()
    return [Statement(document.text[start:end], start, end) for start, end in pieces]


def compose_outcome(
    query: Query, document: Document, room: int = MAX_ANSWER, first: int = 1
) -> tuple[str, list[Citation]]:
    """Lines of quotes in at most ``room`` characters, each with its citation, numbered from ``first``; empty when the reply
    states neither work nor promise. What is promised is the reply's plan as a whole, where it has one and is asked for it."""
    done, promised = commitments(document)
    asks_promise = _PROMISE.search(query.text) is not None
    plans = plans_of(document)
    whole = _planned(document, plans, room - _MARKS) if asks_promise else []
    planned = [one for one in promised if any(plan.start <= one.start < plan.end for plan in plans)]
    wanted = {"promised": promised} if asks_promise else {"done": done, "promised": planned or promised}
    lines: list[str] = []
    citations: list[Citation] = []
    for name, statements in wanted.items():
        for statement in whole or _first_of_sections(document, statements, _MOST[name]):
            section = _section(document, statement.start)
            number = first + len(citations)
            citation = cite(number, document, section, statement.start, statement.end, statement.text)
            label = _SAID[name][query.language == "en"]
            quote = " ".join(statement.text.split())
            if query.language == "en":
                line = f"{label}: “{quote}” [{citation.n}]"
            else:
                told = quote.startswith(label) or (whole and statement is not whole[0])
                line = f"{'' if told else f'{label}：'}{quote} [{citation.n}]"
            if len("\n".join([*lines, line])) <= room:
                lines.append(line)
                citations.append(citation)
    return "\n".join(lines), citations


def _alone(query: Query, document: Document, by: NamedBy) -> tuple[str, list[Citation]]:
    """What came of a proposal by its one reply, which is named where it was found by its subject."""
    if by != "subject":
        return compose_outcome(query, document)
    name = f"{named_reply(document, query.language)}{':' if query.language == 'en' else '：'}"
    text, cited = compose_outcome(query, document, MAX_ANSWER - len(name) - 1)
    return (f"{name}\n{text}" if cited else ""), cited


def compose_outcomes(query: Query, documents: Sequence[Document], by: NamedBy = "number") -> tuple[str, list[Citation]]:
    """What came of a proposal by each of the replies that are meant, each named where there are several or it was found
    ``by`` its subject; of those of the year that the question names, where there are such. Replies with the same words are
    shown once."""
    fitting = [one for one in documents if issued_in(one) in query.years] or list(documents)
    if len(fitting) == 1:
        return _alone(query, fitting[0], by)
    blocks: list[str] = []
    citations: list[Citation] = []
    seen: set[tuple[str, ...]] = set()
    for document in fitting:
        name = _NAMED[query.language].format(" ".join(document.title.split())[:_TITLE], document.value("date") or "")
        name = name.replace("（）", "").replace(" ()", "")
        text, cited = compose_outcome(query, document, MAX_ANSWER // len(fitting) - len(name) - 2, len(citations) + 1)
        words = tuple("".join(one.quote.split()) for one in cited)
        if cited and words not in seen:
            seen.add(words)
            blocks.append(f"{name}\n{text}")
            citations.extend(cited)
    if len(blocks) == 1:
        held = next(one for one in fitting if one.document_id == citations[0].document_id)
        return _alone(query, held, by)
    return "\n".join(blocks), citations
