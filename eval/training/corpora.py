"""Training texts: pairs of a query and its passage, and documents to draw queries from."""

import gzip
import json
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from indexer.errors import ZhengwenError
from indexer.sentences import sentence_spans

# Passages of an evaluation set are recognised in training texts by runs of this many letters and digits.
OVERLAP = 40
# Characters of a document that are used: the rest of a long one says little that its beginning does not.
_LONGEST = 4000
_PARAGRAPHS = 1200  # Characters of a piece of a long report.

# What stands before the text of an item of news: the time of publication.
_DATELINE = re.compile(r"^\s*\d{4}-\d\d-\d\d \d\d:\d\d(?::\d\d)?[，,]\s*(?:正文[：:])?")
_ARTICLE = re.compile(r"\s*第[〇零一二三四五六七八九十百千\d]+条(?:之[一二三四五六七八九十]+)?\s*$")
_NOT_LETTERS = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class TrainingDocument:
    """A text as its sentences; ``title`` is empty where there is none."""

    title: str
    sentences: tuple[str, ...]


@dataclass(slots=True)
class Material:
    """What a model is trained on, by source; ``excluded`` counts the records left out for each source."""

    pairs: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    documents: dict[str, list[TrainingDocument]] = field(default_factory=dict)
    excluded: dict[str, int] = field(default_factory=dict)

    def texts(self) -> Iterator[str]:
        """Every text once, queries and titles included."""
        for pairs in self.pairs.values():
            for query, passage in pairs:
                yield query
                yield passage
        for documents in self.documents.values():
            for document in documents:
                yield document.title
                yield from document.sentences


def _lines(path: Path) -> Iterator[str]:
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
        yield from lines


def records(path: Path) -> Iterator[dict[str, Any]]:
    """The JSON objects of a ``.jsonl`` or ``.jsonl.gz`` file. Raises ZhengwenError naming the line that is none."""
    number = 0
    try:
        for number, line in enumerate(_lines(path), 1):
            if line.strip():
                record = json.loads(line)
                if not isinstance(record, dict):
                    raise ZhengwenError(f"{path}:{number} 不是 JSON 对象，请改正该行 / not a JSON object")
                yield record
    except json.JSONDecodeError as error:
        raise ZhengwenError(f"{path}:{number} 不是 JSON，请改正或删除该行 / not JSON: {error.msg}") from error
    except (OSError, EOFError, UnicodeDecodeError, zlib.error) as error:
        raise ZhengwenError(
            f"{path} 第 {number + 1} 行之后无法读取，请检查文件是否完整 / cannot be read: {error}"
        ) from error


def letters(text: str) -> str:
    """The letters and digits of a text, in order."""
    return _NOT_LETTERS.sub("", text)


def shingles(folders: Sequence[Path]) -> frozenset[str]:
    """Runs of OVERLAP letters, one begun at every tenth, of the passages and all queries of the BEIR sets below folders.

    A training text that shares 49 letters in a row with a passage holds one of them.
    """
    found: set[str] = set()
    for folder in folders:
        for path in sorted(folder.rglob("corpus.jsonl*")):
            for record in records(path):
                text = letters(str(record.get("text", "")))
                found.update(text[i : i + OVERLAP] for i in range(0, len(text) - OVERLAP + 1, 10))
        for path in sorted(folder.rglob("queries.jsonl*")):
            found.update(letters(str(record.get("text", ""))) for record in records(path))
    found.discard("")
    return frozenset(found)


def overlaps(text: str, known: frozenset[str]) -> bool:
    """Whether a text is one of the known queries or holds one of the known runs."""
    if not known:
        return False
    text = letters(text)
    return text in known or any(text[i : i + OVERLAP] in known for i in range(len(text) - OVERLAP + 1))


def _sentences(text: str) -> tuple[str, ...]:
    text = text[:_LONGEST]
    return tuple(text[start:end] for start, end in sentence_spans(text))


def _pieces(text: str) -> Iterator[str]:
    """A long report in pieces that end where its lines end."""
    piece = ""
    for line in text.splitlines():
        if piece and len(piece) + len(line) > _PARAGRAPHS:
            yield piece
            piece = ""
        piece += line.strip() + "\n"
    if piece.strip():
        yield piece


def _news(record: Mapping[str, Any]) -> Iterator[TrainingDocument]:
    yield TrainingDocument("", _sentences(_DATELINE.sub("", str(record["text"]))))


def _report(record: Mapping[str, Any]) -> Iterator[TrainingDocument]:
    for piece in _pieces(str(record["text"])):
        yield TrainingDocument(str(record.get("title", "")), _sentences(piece))


def _article(record: Mapping[str, Any]) -> Iterator[TrainingDocument]:
    yield TrainingDocument(_ARTICLE.sub("", str(record["query"])), _sentences(str(record["pos"])))


def _pair(record: Mapping[str, Any]) -> tuple[str, str]:
    # A question such as "what does he mean?" asks for its passage only together with its answer.
    answer = str(record.get("answer", ""))
    return f"{record['query']} {answer}".strip(), str(record["pos"])[:_LONGEST]


_DOCUMENTS: Mapping[str, Callable[[Mapping[str, Any]], Iterator[TrainingDocument]]] = {
    "crud_news": _news,
    "gov_reports": _report,
    "lawrefbook_articles": _article,
}
_PARALLEL = "gwr_parallel"


def read_material(folder: Path, known: frozenset[str], held_out: int = 4) -> Material:
    """Read every ``*.jsonl`` and ``*.jsonl.gz`` of a folder.

    Records that overlap with ``known`` texts are left out and counted. Every ``held_out``-th pair of the parallel
    work reports stays out as well: it is what English questions over policy text are measured on.
    Raises ZhengwenError when there is nothing to read.
    """
    material = Material()
    paths = sorted([*folder.glob("*.jsonl"), *folder.glob("*.jsonl.gz")])
    if not paths:
        raise ZhengwenError(f"{folder} 里没有 *.jsonl.gz 训练数据，请检查路径 / no training data in this folder")
    for path in paths:
        name = path.name.split(".")[0]
        kept = list(_kept(path, name, known, material.excluded))
        if name in _DOCUMENTS:
            make = _DOCUMENTS[name]
            documents = [document for record in kept for document in make(record)]
            material.documents[name] = [document for document in documents if document.sentences]
        else:
            pairs = [_pair(record) for record in kept if record.get("query") and record.get("pos")]
            if name == _PARALLEL:
                pairs = [pair for i, pair in enumerate(pairs) if i % held_out != held_out - 1]
            material.pairs[name] = pairs
    return material


def _kept(path: Path, name: str, known: frozenset[str], excluded: dict[str, int]) -> Iterator[dict[str, Any]]:
    excluded[name] = 0
    for record in records(path):
        texts: Iterable[str] = (str(record.get(key, "")) for key in ("query", "pos", "text"))
        if any(overlaps(text, known) for text in texts):
            excluded[name] += 1
        else:
            yield record
