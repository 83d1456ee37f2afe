"""Data sets: BEIR folders and question files, read strictly. What is broken is named by file and line."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from eval.judgments import read_qrels
from eval.lines import BadDataset, broken, id_field, json_lines, text_field, text_lines
from indexer.document import SourceDocument


@dataclass(frozen=True, slots=True)
class CorpusDocument:
    """A document of a BEIR corpus under the id by which the judgments know it."""

    document_id: str
    title: str
    text: str

    @property
    def source(self) -> SourceDocument:
        """What the indexer is given: the title stands above the text, as in a file."""
        whole = f"{self.title}\n\n{self.text}" if self.title else self.text
        return SourceDocument(text=whole, title=self.title or None)


@dataclass(frozen=True, slots=True)
class Dataset:
    """A BEIR folder. ``queries`` are the texts of the judged queries by id, in the order of their file.

    ``qrels`` holds by query the documents judged relevant with their grade, 1 or more; each query has at least one.
    """

    name: str
    documents: tuple[CorpusDocument, ...]
    queries: Mapping[str, str]
    qrels: Mapping[str, Mapping[str, int]]

    @property
    def missing(self) -> int:
        """How many judgments name a document that the corpus does not hold: no system can find those."""
        present = {document.document_id for document in self.documents}
        return sum(document not in present for judged in self.qrels.values() for document in judged)

    def sample(self, limit: int | None, seed: int) -> "Dataset":
        """The same corpus with at most ``limit`` of the queries, drawn with ``seed``, their order kept."""
        if limit is None or limit >= len(self.queries):
            return self
        drawn = set(random.Random(seed).sample(list(self.queries), limit))
        return replace(
            self,
            queries={query: text for query, text in self.queries.items() if query in drawn},
            qrels={query: judged for query, judged in self.qrels.items() if query in drawn},
        )


@dataclass(frozen=True, slots=True)
class Question:
    """A question with what a right answer must say: one of each list of alternatives in ``must``, cited from ``doc``.

    An unanswerable question has neither. ``drafted`` ones were written by a program and checked by nobody.
    """

    question_id: str
    question: str
    type: str
    lang: str
    doc: str | None
    must: tuple[tuple[str, ...], ...]
    answerable: bool
    drafted: bool = False


def _first_present(folder: Path, *names: str) -> Path:
    for name in names:
        if (folder / name).is_file():
            return folder / name
    raise BadDataset(f"{folder}：缺少 {' 或 '.join(names)} / is missing")


def _read_documents(path: Path) -> tuple[CorpusDocument, ...]:
    documents: dict[str, CorpusDocument] = {}
    for line, record in json_lines(path):
        document_id = id_field(path, line, record)
        if document_id in documents:
            raise broken(path, line, f"_id {document_id} 重复", f"_id {document_id} is repeated")
        title, text = text_field(path, line, record, "title", ""), text_field(path, line, record, "text")
        documents[document_id] = CorpusDocument(document_id, title, text)
    if not any(document.title.strip() or document.text.strip() for document in documents.values()):
        raise BadDataset(f"{path}：没有文档 / holds no document")
    return tuple(documents.values())


def _topics(path: Path) -> Iterator[tuple[int, str, str]]:
    """Line number, id and text of each query, from BEIR's JSON lines or TREC's two columns."""
    if ".tsv" not in path.suffixes:
        for line, record in json_lines(path):
            yield line, id_field(path, line, record), text_field(path, line, record, "text")
        return
    for line, content in text_lines(path):
        query_id, _, text = content.partition("\t")
        if not query_id or query_id.split() != [query_id] or not text.strip():
            raise broken(
                path, line, "应为编号和问题两列，以制表符分隔", "expected an id and a query, separated by a tab"
            )
        yield line, query_id, text.strip()


def _read_queries(path: Path) -> dict[str, str]:
    queries: dict[str, str] = {}
    for line, query_id, text in _topics(path):
        if query_id in queries:
            raise broken(path, line, f"_id {query_id} 重复", f"_id {query_id} is repeated")
        queries[query_id] = text
    return queries


def load_beir(folder: Path, judgments: Path | None = None) -> Dataset:
    """Read a BEIR folder: ``corpus.jsonl``, ``queries.jsonl`` (each also ``.gz``) or ``queries.tsv`` as TREC has them,
    and ``qrels.tsv``, ``qrels/test.tsv`` or TREC's ``qrels.txt``, unless other ``judgments`` are given.

    Queries without a relevant document are left out: no system can gain or lose by them. Raises BadDataset.
    """
    if not folder.is_dir():
        raise BadDataset(f"{folder}：没有这个文件夹 / no such folder")
    documents = _read_documents(_first_present(folder, "corpus.jsonl", "corpus.jsonl.gz"))
    queries = _read_queries(_first_present(folder, "queries.jsonl", "queries.jsonl.gz", "queries.tsv"))
    qrels = read_qrels(judgments or _first_present(folder, "qrels.tsv", "qrels/test.tsv", "qrels.txt"), queries)
    judged = {query: text for query, text in queries.items() if query in qrels}
    return Dataset(folder.resolve().name, documents, judged, qrels)


def _alternatives(path: Path, line: int, record: Mapping[str, Any]) -> tuple[tuple[str, ...], ...]:
    must = record.get("must")
    lists = [choices if isinstance(choices, list) else [] for choices in must] if isinstance(must, list) else [[]]
    if not all(choices and all(isinstance(c, str) and c.strip() for c in choices) for choices in lists):
        raise broken(path, line, "must 应为若干文本列表", "must is a list of lists of strings")
    return tuple(tuple(choices) for choices in lists)


def _question(path: Path, line: int, record: Mapping[str, Any]) -> Question:
    answerable = record.get("answerable")
    if not isinstance(answerable, bool):
        raise broken(path, line, "answerable 应为 true 或 false", "answerable is true or false")
    must = _alternatives(path, line, record)
    if answerable and not must:
        raise broken(path, line, "可回答的问题需要 must", "an answerable question needs must")
    return Question(
        question_id=text_field(path, line, record, "id", f"q{line}"),
        question=text_field(path, line, record, "question"),
        type=text_field(path, line, record, "type", "answerable" if answerable else "unanswerable"),
        lang=text_field(path, line, record, "lang", ""),
        doc=text_field(path, line, record, "doc") if answerable else None,
        must=must,
        answerable=answerable,
        drafted=record.get("drafted") is True,
    )


def load_questions(path: Path) -> tuple[Question, ...]:
    """Read a question file, one object a line: ``question, must, answerable, doc``, and ``id, lang, type`` if given.

    Raises BadDataset.
    """
    questions = tuple(_question(path, line, record) for line, record in json_lines(path))
    if not questions:
        raise BadDataset(f"{path}：没有问题 / holds no question")
    return questions


def sample_questions(questions: tuple[Question, ...], limit: int | None, seed: int) -> tuple[Question, ...]:
    """At most ``limit`` questions, drawn with ``seed``, their order kept."""
    if limit is None or limit >= len(questions):
        return questions
    return tuple(questions[i] for i in sorted(random.Random(seed).sample(range(len(questions)), limit)))
