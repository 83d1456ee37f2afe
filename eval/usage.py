"""Which kind of data set the command line names, and which options go with it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from indexer.errors import ZhengwenError

Kind = Literal["beir", "questions", "qrels"]
# The name that stands for no system of ours: only runs of others are scored.
NONE = "none"


class WrongUsage(ZhengwenError):
    """Options that do not go together."""


@dataclass(frozen=True, slots=True)
class Given:
    """What was given on the command line."""

    dataset: Path
    systems: str | None
    runs: bool
    qrels: bool
    corpus: bool
    limit: bool


def kind_of(given: Given) -> Kind:
    """A folder is a BEIR set, ``*.jsonl`` a question file, any other file judgments for runs. Raises WrongUsage."""
    dataset = given.dataset
    if not dataset.exists():
        raise WrongUsage(f"{dataset}：没有这个文件或文件夹 / no such file or folder")
    if dataset.is_dir():
        if given.corpus:
            raise WrongUsage("--corpus 只用于问题文件；BEIR 文件夹自带语料 / --corpus goes with a question file only")
        return "beir"
    if ".jsonl" in dataset.suffixes or given.corpus:
        if not given.corpus:
            raise WrongUsage(f"{dataset} 是问题文件，需要 --corpus 文件夹 / a question file needs --corpus FOLDER")
        if given.systems:
            raise WrongUsage("--systems 只用于 BEIR 文件夹 / --systems goes with a BEIR folder only")
        if given.runs or given.qrels:
            raise WrongUsage("--run 和 --qrels 不用于问题文件 / --run and --qrels do not go with a question file")
        return "questions"
    if not given.runs:
        raise WrongUsage(f"{dataset} 是相关性判断，需要 --run 文件 / judgments alone need --run FILE")
    if given.qrels or given.limit or given.systems not in (None, NONE):
        raise WrongUsage(
            "只有相关性判断时不能用 --systems、--qrels、--limit / judgments alone: no --systems, no --qrels, no --limit"
        )
    return "qrels"
