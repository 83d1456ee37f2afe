"""The command line of the evaluation. The report goes to stdout, progress and messages to stderr.

Exit codes: 0 done; 2 wrong usage or unreadable input.
"""

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import typer
from pydantic import ValidationError
from typer.core import TyperGroup

from eval.datasets import load_beir, load_questions, sample_questions
from eval.indexes import index_corpus, index_folder
from eval.metrics import evaluate
from eval.page import page
from eval.progress import shown
from eval.questions import ask_all
from eval.report import Settings, markdown, question_report, retrieval_report, write_report
from eval.runs import scores_of, write_qrels, write_trec
from eval.systems import RANK_BM25, SYSTEMS, SystemRun, open_systems, run_system
from indexer.encoders import Encoder, load_encoder
from indexer.errors import ZhengwenError
from indexer.generations import Generation
from server.assistant import Assistant
from server.settings import Settings as ServerSettings


class _Group(TyperGroup):
    """``python -m eval DATASET`` is ``python -m eval run DATASET``."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] != "--help":
            args = ["run", *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    cls=_Group, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None,
    help="评测检索和问答 / measure retrieval and answers. `python -m eval DATASET` 即 is `run DATASET`.",
)  # fmt: skip


def fail(message: str) -> typer.Exit:
    """One line on stderr, and the exit code for wrong input."""
    typer.echo(f"eval: {message}", err=True)
    return typer.Exit(2)


@contextmanager
def reported() -> Iterator[None]:
    """Errors a person can act on become one line and exit code 2."""
    try:
        yield
    except ZhengwenError as error:
        raise fail(str(error)) from None


def _system_names(systems: str) -> list[str]:
    names = list(dict.fromkeys(name.strip() for name in systems.split(",") if name.strip()))
    unknown = [name for name in names if name not in SYSTEMS]
    if unknown or not names:
        choices = ", ".join(SYSTEMS)
        raise fail(
            f"--systems 没有系统 {', '.join(unknown) or '（空）'}，可选 {choices} / no such system, choose from {choices}"
        )
    return names


def _encoder() -> Encoder:
    try:
        return load_encoder(ServerSettings().encoder)
    except ValidationError as error:
        first = error.errors()[0]
        raise fail(
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


def _rank_all(
    names: Sequence[str], folder: Path, out: Path, limit: int | None, seed: int, data_dir: Path | None
) -> dict[str, Any]:
    whole = load_beir(folder)
    dataset = whole.sample(limit, seed)
    if dataset.missing:
        typer.echo(
            f"注意：{dataset.missing} 条相关性判断指向语料中没有的文档 / that many judged documents are not in the corpus",
            err=True,
        )
    encoder = _encoder()
    generation: Generation | None = None
    runs: list[SystemRun] = []
    with _place(data_dir) as place, shown() as progress:
        if any(name != RANK_BM25 for name in names):
            generation = index_corpus(place, dataset.documents, encoder, progress)
        for system in open_systems(names, dataset.documents, generation, encoder):
            runs.append(run_system(system, dataset.queries, progress))
    (out / "runs").mkdir(exist_ok=True)
    for run in runs:
        write_trec(out / "runs" / f"{run.system}.trec", run)
    write_qrels(out / "qrels.tsv", dataset.qrels)
    settings = Settings(
        encoder.name, len(dataset.documents), generation.manifest.chunks if generation else 0,
        limit if len(dataset.queries) < len(whole.queries) else None, seed,
    )  # fmt: skip
    scores = evaluate(dataset.qrels, {run.system: scores_of(run) for run in runs})
    return retrieval_report(dataset.name, settings, runs, scores)


def _ask_all(path: Path, corpus: Path, limit: int | None, seed: int, data_dir: Path | None) -> dict[str, Any]:
    whole = load_questions(path)
    questions = sample_questions(whole, limit, seed)
    encoder = _encoder()
    with _place(data_dir) as place, shown() as progress:
        index_folder(place, corpus, encoder, progress)
        assistant = Assistant.open(place, encoder)
        verdicts = ask_all(assistant, questions, progress)
        manifest = assistant.generation.manifest
    settings = Settings(
        encoder.name, manifest.documents, manifest.chunks, limit if len(questions) < len(whole) else None, seed
    )
    return question_report(path.stem, settings, verdicts)


@app.command()
def run(
    dataset: Annotated[
        Path, typer.Argument(help="BEIR 文件夹，或问题文件 *.jsonl / a BEIR folder, or a question file.")
    ],
    systems: Annotated[
        str | None,
        typer.Option(help=f"用逗号分隔，第一个是比较的基准，默认 {','.join(SYSTEMS)} / the first is compared against."),
    ] = None,
    corpus: Annotated[
        Path | None, typer.Option(help="问题文件所问的文件夹 / the folder that a question file asks about.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="报告的文件夹，默认 out/数据集名 / folder of the report.")] = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help="最多抽取几个问题，文档全部保留 / sample so many queries.")
    ] = None,
    seed: Annotated[int, typer.Option(help="抽样的随机种子 / seed of the sample.")] = 0,
    data_dir: Annotated[
        Path | None,
        typer.Option("--data-dir", help="把索引留在这里，下次不必重建 / keep the index here for next time."),
    ] = None,
) -> None:
    """评测一个数据集 / evaluate on a data set."""
    is_folder = dataset.is_dir()
    if not dataset.exists():
        raise fail(f"{dataset}：没有这个文件或文件夹 / no such file or folder")
    if is_folder and corpus:
        raise fail("--corpus 只用于问题文件；BEIR 文件夹自带语料 / --corpus goes with a question file only")
    if not is_folder and corpus is None:
        raise fail(f"{dataset} 是问题文件，需要 --corpus 文件夹 / a question file needs --corpus FOLDER")
    if not is_folder and systems:
        raise fail("--systems 只用于 BEIR 文件夹 / --systems goes with a BEIR folder only")
    names = _system_names(systems if systems is not None else ",".join(SYSTEMS))
    with reported():
        folder = make_folder(out or Path("out") / (dataset.resolve().name if is_folder else dataset.stem))
        report = (
            _ask_all(dataset, corpus, limit, seed, data_dir)
            if corpus
            else _rank_all(names, dataset, folder, limit, seed, data_dir)
        )
        write_report(folder, report, page(report))
    typer.echo(markdown(report))
    typer.echo(f"报告在 {folder} / the report is in {folder}", err=True)


@app.command()
def bench(
    chunks: Annotated[int, typer.Option(min=100, help="检索测试的段落数 / chunks to search.")] = 10_000,
    texts: Annotated[
        list[Path] | None,
        typer.Option(help="取材的 *.jsonl(.gz)，字段 text、pos、query；可多次给出 / texts to make chunks from."),
    ] = None,
    corpus: Annotated[Path, typer.Option(help="示例语料 / the sample corpus.")] = Path("corpus"),
    repeat: Annotated[int, typer.Option(min=1, help="每项测几次，取中位数 / repetitions, the median counts.")] = 5,
    seed: Annotated[int, typer.Option(help="随机种子 / random seed.")] = 0,
    out: Annotated[Path, typer.Option(help="报告的文件夹 / folder of the report.")] = Path("out/bench"),
) -> None:
    """测量速度：与同一次运行中测得的参照之比 / measure speed as ratios to references of the same run."""
    from eval.bench import bench_table, measure_all  # Here: it imports what only measuring needs.

    with reported():
        folder = make_folder(out)
        with shown() as progress:
            report = measure_all(corpus, texts or [], chunks, repeat, seed, progress)
    (folder / "bench.json").write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    typer.echo(bench_table(report))


@app.command("bench-index")
def bench_index(
    paths: Annotated[list[Path] | None, typer.Argument(help="文件或文件夹，默认 corpus/ / files or folders.")] = None,
) -> None:
    """测量各种格式每秒读多少页 / measure pages read per second, by format."""
    from eval.bench_index import formats_table, measure_formats  # Here: it imports what only measuring needs.

    with reported(), shown() as progress:
        speeds = measure_formats(paths or [Path("corpus")], ServerSettings().max_file_mb * 1_000_000, progress)
    typer.echo(formats_table(speeds))


def main() -> None:
    """Entry point of ``python -m eval``."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal without UTF-8 must not turn a report into a traceback.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    app(prog_name="python -m eval")
