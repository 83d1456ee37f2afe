"""What came of a proposal: the reply's own sentences on what has been done and what is promised."""

import re
from bisect import bisect_right
from collections.abc import Sequence

from indexer.document import Document
from server.answer.cite import Citation, cite
from server.answer.extract import MAX_ANSWER
from server.replies import Statement, commitments
from server.search.query import Query

_OUTCOME = re.compile(
    r"(?:怎么|如何|怎样)(?:办理|答复|回复|落实|处理|办)的?[？?]?$|(?:建议|提案).{0,6}(?:办理|答复|回复|落实|处理|办)(?:的)?(?:情况|结果|内容|进展|得?怎么样|了?什么|如何)"
    r"|(?:办|干)了(?:什么|哪些)|有(?:什么|哪些)(?:结果|进展|答复)|(?:什么|怎样的|哪些)(?:样的)?(?:答复|回复|结果)[？?]?$"
    r"|what (?:was|has been) done|how was .{0,60}(?:handled|answered|replied)|what came of|outcome of",
    re.IGNORECASE,
)
_PROMISE = re.compile(r"承诺|许诺|promise", re.IGNORECASE)
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


def compose_outcome(query: Query, document: Document) -> tuple[str, list[Citation]]:
    """Lines of quotes, each with its citation; empty when the reply states neither work nor promise."""
    done, promised = commitments(document)
    wanted = {"promised": promised} if _PROMISE.search(query.text) else {"done": done, "promised": promised}
    lines: list[str] = []
    citations: list[Citation] = []
    for name, statements in wanted.items():
        for statement in _first_of_sections(document, statements, _MOST[name]):
            section = _section(document, statement.start)
            citation = cite(len(citations) + 1, document, section, statement.start, statement.end, statement.text)
            label = _SAID[name][query.language == "en"]
            quote = " ".join(statement.text.split())
            line = (
                f"{label}: “{quote}” [{citation.n}]" if query.language == "en" else f"{label}：{quote} [{citation.n}]"
            )
            if len("\n".join([*lines, line])) <= MAX_ANSWER:
                lines.append(line)
                citations.append(citation)
    return "\n".join(lines), citations
