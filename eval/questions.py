"""Question files: asked to the assistant that the server runs, and judged by what the answers say and cite."""

import time
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from eval.datasets import Question
from indexer.caching import Progress
from server.assistant import Answer, Assistant

# Characters. A longer answer is no answer: it makes its reader search.
LONGEST = 400


@dataclass(frozen=True, slots=True)
class Verdict:
    """One question asked. ``reason`` says why the answer is wrong, None when it is right; ``ms`` is milliseconds."""

    question: Question
    answered: bool
    answer: str
    reason: str | None
    citations: int
    false_citations: int
    ms: float

    @property
    def right(self) -> bool:
        """Whether the answer is right."""
        return self.reason is None


def normalised(text: str) -> str:
    """What answers are compared by: NFKC, lower case, without white space."""
    return "".join(unicodedata.normalize("NFKC", text).split()).lower()


def why_wrong(question: Question, answered: bool, answer: str, quotes: Sequence[tuple[str, str]]) -> str | None:
    """Why an answer is wrong, None when it is right; ``quotes`` are (source, quote) of its citations.

    An answerable question is right when it is answered in at most LONGEST characters, the answer holds one of each
    list in ``must``, and what is quoted from ``doc`` holds one of the listed texts. An unanswerable one is right when
    it is refused without citations.
    """
    if not question.answerable:
        return "没有依据却回答了 / answered without evidence" if answered or quotes else None
    if not answered:
        return "拒答 / refused"
    if len(answer) > LONGEST:
        return f"回答超过 {LONGEST} 字 / the answer is too long"
    said = normalised(answer)
    lacking = [choices for choices in question.must if not any(normalised(choice) in said for choice in choices)]
    if lacking:
        return f"回答缺少 / the answer lacks {'；'.join('|'.join(choices) for choices in lacking)}"
    quoted = normalised("".join(quote for source, quote in quotes if (question.doc or "") in source))
    if not any(normalised(choice) in quoted for choices in question.must for choice in choices):
        return f"引用没有出自 {question.doc} 的依据 / no quote from there holds the answer"
    return None


class _Texts:
    """Canonical texts by document, each read once."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        self._texts: dict[str, str] = {}

    def false_citations(self, answer: Answer) -> int:
        """How many citations are not the canonical text at their span."""
        return sum(self._of(c.document_id)[c.start : c.end] != c.quote for c in answer.citations)

    def _of(self, document_id: str) -> str:
        if document_id not in self._texts:
            self._texts[document_id] = self._assistant.document(document_id).text
        return self._texts[document_id]


def ask_all(assistant: Assistant, questions: Sequence[Question], progress: Progress) -> list[Verdict]:
    """Ask every question and judge what comes back. The first is asked once before: opening files is not answering."""
    texts = _Texts(assistant)
    assistant.ask(questions[0].question)
    verdicts: list[Verdict] = []
    for done, question in enumerate(questions):
        progress("ask", done, len(questions))
        began = time.perf_counter()
        answer = assistant.ask(question.question)
        ms = 1000 * (time.perf_counter() - began)
        false = texts.false_citations(answer)
        reason = "引用与原文不符 / a citation is not the text at its span" if false else why_wrong(
            question, answer.answered, answer.answer, [(c.source, c.quote) for c in answer.citations]
        )  # fmt: skip
        verdicts.append(Verdict(question, answer.answered, answer.answer, reason, len(answer.citations), false, ms))
    progress("ask", len(questions), len(questions))
    return verdicts
