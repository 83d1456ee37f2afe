"""The gate's data set: passages of the sample corpus, and questions drafted from and written about it.

Five documents are told apart by anything, so short passages take their place. They are cut by length alone: a change
of the indexer's chunks must not change what is asked for.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from eval.datasets import CorpusDocument, Dataset, Question
from eval.drafts.draft import Draft, one_line
from eval.judgments import write_qrels
from eval.questions import normalised
from indexer.document import Document
from indexer.sentences import sentence_spans

# Characters: a passage ends with the sentence in which it reaches this length.
_LENGTH = 80


def passages(document: Document) -> list[tuple[int, int]]:
    """Spans of the passages of a document, in order."""
    spans: list[tuple[int, int]] = []
    begin: int | None = None
    for start, end in sentence_spans(document.text):
        begin = start if begin is None else begin
        if end - begin >= _LENGTH:
            spans.append((begin, end))
            begin = None
    return spans if begin is None else [*spans, (begin, len(document.text.rstrip()))]


def _relevant(draft: Draft, spans: Sequence[tuple[int, int]], ids: Sequence[str]) -> dict[str, int]:
    return {name: 1 for name, (start, end) in zip(ids, spans, strict=True) if start < draft.end and draft.start < end}


def _holding(
    question: Question, document: Document, spans: Sequence[tuple[int, int]], ids: Sequence[str]
) -> dict[str, int]:
    """Passages of the document that hold one of the texts a right answer must have."""
    wanted = [normalised(choice) for choices in question.must for choice in choices]
    return {
        name: 1
        for name, (start, end) in zip(ids, spans, strict=True)
        if any(text in normalised(document.text[start:end]) for text in wanted)
    }


def gate_dataset(documents: Sequence[Document], drafts: Sequence[Draft], questions: Sequence[Question]) -> Dataset:
    """Passages of the documents; the answerable drafts and questions, judged by the passages that hold their answers."""
    corpus: list[CorpusDocument] = []
    queries: dict[str, str] = {}
    qrels: dict[str, Mapping[str, int]] = {}
    for order, document in enumerate(documents, start=1):
        spans = passages(document)
        ids = [f"{order}-{place:03d}" for place in range(1, len(spans) + 1)]
        corpus += [
            CorpusDocument(name, one_line(document.title), document.text[start:end])
            for name, (start, end) in zip(ids, spans, strict=True)
        ]
        judged = [
            (f"draft-{number:04d}", draft.question, _relevant(draft, spans, ids))
            for number, draft in enumerate(drafts, start=1)
            if draft.answerable and draft.document is document
        ]
        judged += [
            (question.question_id, question.question, _holding(question, document, spans, ids))
            for question in questions
            if question.doc == document.source
        ]
        for query, text, relevant in judged:
            if relevant:
                queries[query], qrels[query] = text, relevant
    return Dataset("gate", tuple(corpus), queries, qrels)


def write_beir(folder: Path, dataset: Dataset) -> None:
    """Write a data set as a BEIR folder."""
    folder.mkdir(parents=True, exist_ok=True)
    documents = [{"_id": d.document_id, "title": d.title, "text": d.text} for d in dataset.documents]
    queries = [{"_id": query, "text": text} for query, text in dataset.queries.items()]
    for name, rows in (("corpus.jsonl", documents), ("queries.jsonl", queries)):
        lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        (folder / name).write_text(lines, encoding="utf-8")
    write_qrels(folder / "qrels.tsv", dataset.qrels)
