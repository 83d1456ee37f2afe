"""The order of an evaluation: read, index, ask every system, measure, compare, report."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pydantic import ValidationError

from eval.baselines import RANK_BM25
from eval.comparison import Comparison, compare
from eval.datasets import Dataset, load_questions, sample_questions
from eval.indexes import index_corpus, index_folder
from eval.judgments import write_qrels
from eval.lines import BadDataset
from eval.markdown import markdown
from eval.metrics import evaluate
from eval.page import page
from eval.per_query import ANSWERS, QueryResult, answer_results, retrieval_results, write_results
from eval.questions import ask_all
from eval.rankings import SystemRun
from eval.report import Settings, question_report, retrieval_report, write_report
from eval.runs import scores_of, write_trec
from eval.systems import open_systems, run_system
from indexer.caching import Progress
from indexer.encoders import Encoder, load_encoder
from indexer.errors import ZhengwenError
from indexer.generations import Generation
from server.assistant import Assistant
from server.settings import Settings as ServerSettings


@dataclass(frozen=True, slots=True)
class Sampling:
    """At most ``limit`` questions, drawn with ``seed``; the seed is also that of the confidence intervals."""

    limit: int | None = None
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What came out: the report, every query of it, the milliseconds by system, and the runs."""

    report: Mapping[str, Any]
    results: tuple[QueryResult, ...]
    times: Mapping[str, Sequence[float]]
    runs: tuple[SystemRun, ...] = ()
    qrels: Mapping[str, Mapping[str, int]] | None = None

    def compared(self, old: Sequence[QueryResult], margin: float) -> tuple["Evaluation", Comparison]:
        """The same with the comparison to an earlier run in its report. Raises BadDataset."""
        comparison = compare(old, self.results, margin)
        return replace(self, report={**self.report, "compared": comparison.as_json()}), comparison


def open_encoder() -> Encoder:
    """The encoder of the settings. Raises ZhengwenError."""
    try:
        return load_encoder(ServerSettings().encoder)
    except ValidationError as error:
        first = error.errors()[0]
        raise ZhengwenError(
            f"设置 ZHENGWEN_{'_'.join(map(str, first['loc'])).upper()} 无效：{first['msg']} / invalid setting"
        ) from None


def make_folder(out: Path) -> Path:
    """Create the folder of a report. Raises ZhengwenError."""
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ZhengwenError(f"--out {out}：无法建立文件夹（{error.strerror}）/ cannot be created") from None
    return out


@contextmanager
def _place(data_dir: Path | None) -> Iterator[Path]:
    """The directory to index into: the one asked for, which stays, or a temporary one."""
    if data_dir:
        yield data_dir
        return
    with TemporaryDirectory(prefix="zhengwen-eval-") as temporary:
        yield Path(temporary)


def _together(runs: Sequence[SystemRun]) -> tuple[SystemRun, ...]:
    """The runs, whose names must differ: files and tables are named by them. Raises BadDataset."""
    names = [run.system for run in runs]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise BadDataset(
            f"--run：名称 {twice} 出现两次，请用 --run 新名称=文件 / the name is used twice: give another with --run NAME=FILE"
        )
    return tuple(runs)


def _measured(
    name: str, queries: Mapping[str, str], qrels: Mapping[str, Mapping[str, int]], runs: Sequence[SystemRun], settings: Settings
) -> Evaluation:  # fmt: skip
    scores = evaluate(qrels, {run.system: scores_of(run) for run in runs}, settings.seed)
    report = retrieval_report(name, settings, runs, scores)
    times = {run.system: [r.ms for r in run.rankings.values() if r.ms is not None] for run in runs}
    results = retrieval_results(queries, qrels, runs, scores)
    return Evaluation(report, results, {name: ms for name, ms in times.items() if ms}, tuple(runs), qrels)


def score_runs(name: str, qrels: Mapping[str, Mapping[str, int]], runs: Sequence[SystemRun], seed: int) -> Evaluation:
    """Score runs of other systems by their judgments alone: no corpus, no texts of queries. Raises BadDataset."""
    runs = _together(runs)
    return _measured(name, {}, qrels, _judged(runs, qrels), Settings("–", 0, 0, None, seed))


def _judged(runs: Sequence[SystemRun], qrels: Mapping[str, Mapping[str, int]]) -> tuple[SystemRun, ...]:
    """The runs without the queries that are not judged. Raises BadDataset when one has no judged query at all."""
    kept = []
    for run in runs:
        rankings = {query: ranking for query, ranking in run.rankings.items() if query in qrels}
        if not rankings:
            raise BadDataset(f"--run {run.system}：没有一个被判断过的问题 / ranks no judged query")
        kept.append(SystemRun(run.system, rankings))
    return tuple(kept)


def rank_all(
    names: Sequence[str], whole: Dataset, sampling: Sampling, data_dir: Path | None, progress: Progress,
    others: Sequence[SystemRun] = (),
) -> Evaluation:  # fmt: skip
    """Run the systems over a data set and score them beside ``others``' runs of it. Raises ZhengwenError."""
    dataset = whole.sample(sampling.limit, sampling.seed)
    others = _judged(others, dataset.qrels)
    _together([*(SystemRun(name, {}) for name in names), *others])
    encoder_name, chunks = "–", 0
    runs: list[SystemRun] = []
    if names:
        encoder = open_encoder()
        encoder_name = encoder.name
        generation: Generation | None = None
        with _place(data_dir) as place:
            if any(name != RANK_BM25 for name in names):
                generation = index_corpus(place, dataset.documents, encoder, progress)
                chunks = generation.manifest.chunks
            for system in open_systems(names, dataset.documents, generation, encoder):
                runs.append(run_system(system, dataset.queries, progress))
    limit = sampling.limit if len(dataset.queries) < len(whole.queries) else None
    settings = Settings(encoder_name, len(dataset.documents), chunks, limit, sampling.seed)
    measured = _measured(dataset.name, dataset.queries, dataset.qrels, [*runs, *others], settings)
    return replace(measured, report={**measured.report, "missing": dataset.missing})


def ask_questions(
    path: Path, corpus: Path, sampling: Sampling, data_dir: Path | None, progress: Progress
) -> Evaluation:
    """Ask the questions of a file about a folder. Raises ZhengwenError."""
    whole = load_questions(path)
    questions = sample_questions(whole, sampling.limit, sampling.seed)
    encoder = open_encoder()
    with _place(data_dir) as place:
        index_folder(place, corpus, encoder, progress)
        assistant = Assistant.open(place, encoder)
        verdicts = ask_all(assistant, questions, progress)
        manifest = assistant.generation.manifest
    limit = sampling.limit if len(questions) < len(whole) else None
    settings = Settings(encoder.name, manifest.documents, manifest.chunks, limit, sampling.seed)
    report = question_report(path.stem, settings, verdicts)
    return Evaluation(report, answer_results(verdicts), {ANSWERS: [verdict.ms for verdict in verdicts]})


def write_evaluation(out: Path, evaluation: Evaluation) -> None:
    """Write the reports, every query, and for retrieval the runs with their judgments."""
    if evaluation.qrels is not None:
        (out / "runs").mkdir(exist_ok=True)
        for run in evaluation.runs:
            write_trec(out / "runs" / f"{run.system.replace('/', '_')}.trec", run)
        write_qrels(out / "qrels.tsv", evaluation.qrels)
    write_results(out, evaluation.results)
    text = markdown(evaluation.report, evaluation.results)
    write_report(out, evaluation.report, text, page(evaluation.report, evaluation.results, evaluation.times))
