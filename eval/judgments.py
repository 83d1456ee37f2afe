"""Judgments of relevance: BEIR's three columns or TREC's four, read and written."""

from collections.abc import Collection, Mapping
from pathlib import Path

from eval.lines import BadDataset, broken, text_lines

Judgments = Mapping[str, Mapping[str, int]]
"""Grade, 1 or more, by query and relevant document."""


def _grade(text: str) -> int | None:
    """A whole number, also written 1.0; None for anything else."""
    try:
        return int(text) if "." not in text else int(float(text)) if float(text).is_integer() else None
    except ValueError:
        return None


def _judgment(content: str) -> tuple[str, str, str] | None:
    """Query, document and grade of a line: ``query TAB document TAB grade``, or TREC's ``query 0 document grade``."""
    columns = [column.strip() for column in content.split("\t")]
    if len(columns) == 3:
        return columns[0], columns[1], columns[2]
    columns = content.split()
    return (columns[0], columns[2], columns[3]) if len(columns) == 4 else None


def read_qrels(path: Path, queries: Collection[str] | None = None) -> dict[str, dict[str, int]]:
    """Judgments of relevance above zero, by query; with ``queries``, each must be one of them.

    A header is skipped. Raises BadDataset, also when nothing is judged relevant.
    """
    qrels: dict[str, dict[str, int]] = {}
    for order, (line, content) in enumerate(text_lines(path)):
        columns = _judgment(content)
        grade = _grade(columns[2]) if columns else None
        if columns is None or grade is None:
            if order == 0 and columns:
                continue  # The header.
            raise broken(
                path, line, "应为 query-id、corpus-id、整数 score 三列，以制表符分隔，或 TREC 的四列",
                "expected query-id, corpus-id and a whole score, separated by tabs, or the four columns of TREC",
            )  # fmt: skip
        query, document, _ = columns
        if queries is not None and query not in queries:
            raise broken(path, line, f"queries.jsonl 中没有 {query}", f"{query} is not in queries.jsonl")
        if grade > 0:
            qrels.setdefault(query, {})[document] = grade
    if not qrels:
        raise BadDataset(f"{path}：没有相关性判断 / holds no relevant document")
    return qrels


def write_qrels(path: Path, qrels: Judgments) -> None:
    """The judgments of the evaluated queries in BEIR's layout, so that other tools can score a sample of queries."""
    lines = ["query-id\tcorpus-id\tscore\n"]
    lines += [
        f"{query}\t{document}\t{grade}\n" for query, judged in qrels.items() for document, grade in judged.items()
    ]
    path.write_text("".join(lines), encoding="utf-8")
