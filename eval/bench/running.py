"""The parts of a benchmark in order."""

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from eval.bench.asking import measure_ask
from eval.bench.browsing import measure_browser
from eval.bench.indexing import measure_indexing
from eval.bench.load import Load
from eval.bench.measurement import Measurement
from eval.bench.plots import cost_plot, sizes_of
from eval.bench.publishing import published
from eval.bench.reindexing import measure_reindexing
from eval.bench.report import bench_page
from eval.bench.searching import QUESTIONS, measure_search, questions_of
from eval.bench.serving import measure_service
from eval.bench.synthetic import Vocabulary
from eval.lines import BadDataset, json_lines
from eval.texts import Material, read_material
from indexer.caching import Progress
from indexer.encoders import BundledEncoder
from indexer.errors import ZhengwenError
from indexer.pipeline import Indexer

PARTS = ("ask", "search", "index", "serve", "browser", "reindex")
# Questions of the sample corpus, asked in a browser.
_SAMPLE = Path(__file__).parents[1] / "questions" / "sample.jsonl"
_IN_BROWSER = 20


@dataclass(frozen=True, slots=True)
class Plan:
    """What to measure: ``sizes`` in chunks, ``parts`` of PARTS, ``repeat`` times for what takes seconds each time."""

    corpus: Path
    texts: Sequence[Path] = ()
    sizes: Sequence[int] = (10_000,)
    parts: Sequence[str] = PARTS
    repeat: int = 5
    questions: int = QUESTIONS
    seed: int = 0
    load: Load = field(default_factory=Load)


def parts_of(text: str) -> tuple[str, ...]:
    """The parts named in a text, with commas. Raises BadDataset for one that is none."""
    named = tuple(filter(None, (part.strip() for part in text.split(","))))
    unknown = [part for part in named if part not in PARTS]
    if unknown or not named:
        raise BadDataset(f"--only {text}：只能是 {','.join(PARTS)} 中的几项 / must be some of these, with commas")
    return named


def _load_average() -> list[float]:
    return [os.getloadavg()[0]] if hasattr(os, "getloadavg") else []


@contextmanager
def _sample_index(corpus: Path) -> Iterator[Path]:
    with TemporaryDirectory(prefix="zhengwen-bench-") as temporary:
        with Indexer(Path(temporary), BundledEncoder()) as indexer:
            indexer.index([corpus])
        yield Path(temporary)


def _sample_questions() -> list[str]:
    """Those that have an answer: a refusal has no text to wait for."""
    records = [record for _, record in json_lines(_SAMPLE)]
    return [record["question"] for record in records if record["answerable"]][:_IN_BROWSER]


def _by_size(plan: Plan, material: Material, progress: Progress) -> Iterator[Measurement]:
    vocabulary = Vocabulary(material.sentences)
    with _sample_index(plan.corpus) as small:
        for size in sorted(set(plan.sizes)):
            with published(vocabulary, size, plan.seed, progress) as chunks:
                if "search" in plan.parts:
                    yield from measure_search(chunks, material.queries, plan.questions, plan.seed, progress)
                if "serve" in plan.parts:
                    questions = questions_of(chunks, material.queries, plan.questions, plan.seed + 2)
                    yield from measure_service(
                        chunks.data_dir, small, size, questions, plan.repeat, plan.load, progress
                    )


def measure_all(plan: Plan, progress: Progress) -> dict[str, Any]:
    """All that the plan names, as one JSON object."""
    if not plan.corpus.is_dir():
        raise ZhengwenError(f"--corpus {plan.corpus}：没有这个文件夹 / no such folder")
    material = read_material(plan.corpus, plan.texts)
    load = _load_average()
    found: list[Measurement] = []
    report: dict[str, Any] = {}
    if "ask" in plan.parts:
        ask, heavy = measure_ask(plan.corpus, plan.repeat, progress)
        found.append(ask)
        report["heavy_imports"] = {"measured": heavy, "target": "none", "met": not heavy}
    if {"search", "serve"} & set(plan.parts):
        found.extend(_by_size(plan, material, progress))
    if "index" in plan.parts:
        found.extend(measure_indexing(material, plan.repeat, plan.seed, progress))
    if "reindex" in plan.parts:
        sizes = sorted(set(plan.sizes))
        found.extend(measure_reindexing(material, size, plan.repeat, plan.seed, progress) for size in sizes)
    if "browser" in plan.parts:
        with _sample_index(plan.corpus) as small:
            found.append(measure_browser(small, _sample_questions(), progress))
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"), "cores": os.cpu_count(), "load_average": load + _load_average(),
        "repeat": plan.repeat, "seed": plan.seed, "texts": material.origin, "measurements": [asdict(m) for m in found],
        **report,
    }  # fmt: skip


def write_bench(out: Path, report: dict[str, Any]) -> None:
    """Write ``bench.json``, ``bench.html`` and, for several sizes, ``cost.svg``."""
    (out / "bench.json").write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    (out / "bench.html").write_text(bench_page(report), encoding="utf-8")
    if len(sizes_of(report["measurements"])) > 1:
        (out / "cost.svg").write_text(cost_plot(report["measurements"]) + "\n", encoding="utf-8")
