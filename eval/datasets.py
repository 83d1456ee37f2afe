"""Data sets: BEIR folders and question files, read strictly. What is broken is named by file and line."""

import gzip
import json
import random
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from indexer.document import SourceDocument
from indexer.errors import ZhengwenError


class BadDataset(ZhengwenError):
    """A data set cannot be read; the message names the file, the line and what is wrong with it."""


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

    An unanswerable question has neither.
    """

    question_id: str
    question: str
    type: str
    lang: str
    doc: str | None
    must: tuple[tuple[str, ...], ...]
    answerable: bool


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """Number and text of every line that is not blank."""
    opener = gzip.open if path.suffix == ".gz" else open
    number = 0
    try:
        with opener(path, "rb") as file:
            for number, raw in enumerate(file, start=1):
                line = raw.decode("utf-8-sig" if number == 1 else "utf-8").rstrip("\r\n")
                if line.strip():
                    yield number, line
    except UnicodeDecodeError:
        raise _broken(path, number, "不是 UTF-8", "not UTF-8") from None
    except FileNotFoundError:
        raise BadDataset(f"{path}：没有这个文件 / no such file") from None
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise BadDataset(f"{path}：不是完整的 gzip 文件 / not a complete gzip file") from None
    except OSError as error:
        raise BadDataset(f"{path}：无法读取（{error.strerror}）/ cannot be read") from None


def _broken(path: Path, line: int, chinese: str, english: str) -> BadDataset:
    return BadDataset(f"{path} 第 {line} 行：{chinese} / line {line}: {english}")


def json_lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Line number and object of every line of a JSON lines file."""
    for number, line in _lines(path):
        try:
            value = json.loads(line)
        except ValueError:
            value = None
        if not isinstance(value, dict):
            raise _broken(path, number, "不是 JSON 对象", "not a JSON object")
        yield number, value


def _text(path: Path, line: int, record: Mapping[str, Any], name: str, default: str | None = None) -> str:
    """A string field; without a default it must be there."""
    value = record.get(name)
    if value is None and default is not None:
        return default
    if not isinstance(value, str):
        raise _broken(path, line, f"缺少文本字段 {name}", f"field {name} is missing or no string")
    try:
        value.encode()
    except UnicodeEncodeError:  # JSON can spell half a surrogate pair; nothing can index or print that.
        raise _broken(path, line, f"字段 {name} 不是有效的 Unicode", f"field {name} is not valid Unicode") from None
    return value


def _id(path: Path, line: int, record: Mapping[str, Any]) -> str:
    """The ``_id`` of a record. White space in it would break the columns of a TREC run."""
    value = record.get("_id")
    name = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    if not name or any(character.isspace() for character in name):
        raise _broken(path, line, "_id 缺失、为空或含空白", "_id is missing, empty or holds white space")
    return name


def _first_present(folder: Path, *names: str) -> Path:
    for name in names:
        if (folder / name).is_file():
            return folder / name
    raise BadDataset(f"{folder}：缺少 {' 或 '.join(names)} / is missing")


def _read_documents(path: Path) -> tuple[CorpusDocument, ...]:
    documents: dict[str, CorpusDocument] = {}
    for line, record in json_lines(path):
        document_id = _id(path, line, record)
        if document_id in documents:
            raise _broken(path, line, f"_id {document_id} 重复", f"_id {document_id} is repeated")
        title, text = _text(path, line, record, "title", ""), _text(path, line, record, "text")
        documents[document_id] = CorpusDocument(document_id, title, text)
    if not any(document.title.strip() or document.text.strip() for document in documents.values()):
        raise BadDataset(f"{path}：没有文档 / holds no document")
    return tuple(documents.values())


def _read_queries(path: Path) -> dict[str, str]:
    queries: dict[str, str] = {}
    for line, record in json_lines(path):
        query_id = _id(path, line, record)
        if query_id in queries:
            raise _broken(path, line, f"_id {query_id} 重复", f"_id {query_id} is repeated")
        queries[query_id] = _text(path, line, record, "text")
    return queries


def _grade(text: str) -> int | None:
    """A whole number, also written 1.0; None for anything else."""
    try:
        return int(text) if "." not in text else int(float(text)) if float(text).is_integer() else None
    except ValueError:
        return None


def _read_qrels(path: Path, queries: Mapping[str, str]) -> dict[str, dict[str, int]]:
    """Judgments of relevance above zero, by query."""
    qrels: dict[str, dict[str, int]] = {}
    for order, (line, content) in enumerate(_lines(path)):
        columns = content.split("\t")
        grade = _grade(columns[2]) if len(columns) == 3 else None
        if grade is None:
            if order == 0 and len(columns) == 3:
                continue  # The header.
            raise _broken(
                path, line, "应为 query-id、corpus-id、整数 score 三列，以制表符分隔",
                "expected query-id, corpus-id and a whole score, separated by tabs",
            )  # fmt: skip
        query, document = columns[0].strip(), columns[1].strip()
        if query not in queries:
            raise _broken(path, line, f"queries.jsonl 中没有 {query}", f"{query} is not in queries.jsonl")
        if grade > 0:
            qrels.setdefault(query, {})[document] = grade
    return qrels


def load_beir(folder: Path) -> Dataset:
    """Read a BEIR folder: ``corpus.jsonl`` (or ``.gz``), ``queries.jsonl``, ``qrels.tsv`` or ``qrels/test.tsv``.

    Queries without a relevant document are left out: no system can gain or lose by them. Raises BadDataset.
    """
    if not folder.is_dir():
        raise BadDataset(f"{folder}：没有这个文件夹 / no such folder")
    documents = _read_documents(_first_present(folder, "corpus.jsonl", "corpus.jsonl.gz"))
    queries = _read_queries(_first_present(folder, "queries.jsonl", "queries.jsonl.gz"))
    path = _first_present(folder, "qrels.tsv", "qrels/test.tsv")
    qrels = _read_qrels(path, queries)
    if not qrels:
        raise BadDataset(f"{path}：没有相关性判断 / holds no relevant document")
    judged = {query: text for query, text in queries.items() if query in qrels}
    return Dataset(folder.resolve().name, documents, judged, qrels)


def _alternatives(path: Path, line: int, record: Mapping[str, Any]) -> tuple[tuple[str, ...], ...]:
    must = record.get("must")
    lists = [choices if isinstance(choices, list) else [] for choices in must] if isinstance(must, list) else [[]]
    if not all(choices and all(isinstance(c, str) and c.strip() for c in choices) for choices in lists):
        raise _broken(path, line, "must 应为若干文本列表", "must is a list of lists of strings")
    return tuple(tuple(choices) for choices in lists)


def _question(path: Path, line: int, record: Mapping[str, Any]) -> Question:
    answerable = record.get("answerable")
    if not isinstance(answerable, bool):
        raise _broken(path, line, "answerable 应为 true 或 false", "answerable is true or false")
    must = _alternatives(path, line, record)
    if answerable and not must:
        raise _broken(path, line, "可回答的问题需要 must", "an answerable question needs must")
    return Question(
        question_id=_text(path, line, record, "id", f"q{line}"),
        question=_text(path, line, record, "question"),
        type=_text(path, line, record, "type", "answerable" if answerable else "unanswerable"),
        lang=_text(path, line, record, "lang", ""),
        doc=_text(path, line, record, "doc") if answerable else None,
        must=must,
        answerable=answerable,
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
