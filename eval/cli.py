"""The command line of the evaluation. The report goes to stdout, progress and messages to stderr.

Exit codes: 0 done; 1 a metric fell against an earlier run; 2 wrong usage or unreadable input.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from eval.comparison import MARGIN, compare, read_old
from eval.datasets import load_beir
from eval.evaluation import (
    Evaluation,
    Sampling,
    ask_questions,
    make_folder,
    rank_all,
    score_runs,
    write_evaluation,
)
from eval.halves import Half, half
from eval.judgments import read_qrels
from eval.markdown import compared_text, summary
from eval.progress import shown
from eval.runs import read_runs
from eval.systems import DEFAULT, LADDER, system_names
from eval.usage import NONE, Given, kind_of
from indexer.errors import ZhengwenError


class _Group(TyperGroup):
    """``python -m eval DATASET`` is ``python -m eval run DATASET``."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] != "--help":
            args = ["run", *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    cls=_Group, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None,
    help="评测检索和问答 / measure retrieval and answers. `python -m eval DATASET` 即 is `run DATASET`.",
    epilog="退出码 exit codes: 0 完成 done; 1 指标显著下降 a metric fell; 2 用法或输入有误 wrong usage or input. 详见 see eval/README.md",
)  # fmt: skip

Margin = Annotated[
    float, typer.Option(min=0, help="显著下降还要超过这么多才算 / a significant fall counts when it is more than this.")
]
Seed = Annotated[int, typer.Option(help="随机种子 / random seed.")]


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


@app.command()
def run(
    dataset: Annotated[
        Path,
        typer.Argument(
            help="BEIR 文件夹，问题文件 *.jsonl，或 TREC/BEIR 相关性判断 / a BEIR folder, a question file, or judgments for --run."
        ),
    ],
    systems: Annotated[
        str | None,
        typer.Option(
            help=f"用逗号分隔，第一个是比较的基准；{LADDER} 为全部，{NONE} 为只评 --run；默认 {','.join(DEFAULT)} / "
            f"comma-separated, the first is compared against; {LADDER}: all of them; {NONE}: only --run."
        ),
    ] = None,
    run_files: Annotated[
        list[str] | None,
        typer.Option(
            "--run", metavar="[NAME=]FILE", help="别的系统的 TREC 结果，可多次给出 / a TREC run to score as well."
        ),
    ] = None,
    qrels: Annotated[
        Path | None, typer.Option(help="另用这份相关性判断（TREC 或 BEIR）/ other judgments than the folder's own.")
    ] = None,
    corpus: Annotated[
        Path | None, typer.Option(help="问题文件所问的文件夹 / the folder that a question file asks about.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="报告的文件夹，默认 out/数据集名 / folder of the report.")] = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help="最多抽取几个问题，文档全部保留 / sample so many queries.")
    ] = None,
    only: Annotated[
        Half | None,
        typer.Option(
            "--half", help="只用一半问题：编号的 CRC-32 为偶数或奇数 / queries whose id has an even or odd CRC-32."
        ),
    ] = None,
    seed: Seed = 0,
    data_dir: Annotated[
        Path | None,
        typer.Option("--data-dir", help="把索引留在这里，下次不必重建 / keep the index here for next time."),
    ] = None,
    compare_with: Annotated[
        Path | None,
        typer.Option(
            "--compare",
            metavar="OLD/report.json",
            help="与以前的报告比较，显著下降则退出码为 1 / exit 1 when a metric fell.",
        ),
    ] = None,
    margin: Margin = MARGIN,
) -> None:
    """评测一个数据集 / evaluate on a data set."""
    files = run_files or []
    fell = False
    with reported():
        kind = kind_of(Given(dataset, systems, bool(files), bool(qrels), bool(corpus), bool(limit)))
        others = read_runs(files)
        names = [] if systems == NONE and others else system_names(systems or ",".join(DEFAULT))
        old = read_old(compare_with) if compare_with else None
        folder = make_folder(out or Path("out") / (dataset.resolve().name if kind == "beir" else dataset.stem))
        sampling = Sampling(limit, seed)
        with shown() as progress:
            if kind == "questions" and corpus:
                evaluation = ask_questions(dataset, corpus, sampling, data_dir, progress)
            elif kind == "qrels":
                evaluation = score_runs(dataset.stem, read_qrels(dataset), others, seed)
            else:
                whole = load_beir(dataset, qrels)
                judged = half(whole, only) if only else whole
                evaluation = rank_all(names, judged, sampling, data_dir, progress, others)
        if old is not None:
            evaluation, comparison = evaluation.compared(old, margin)
            fell = comparison.fell
        write_evaluation(folder, evaluation)
    _tell(evaluation, folder)
    if fell:
        raise typer.Exit(1)


def _tell(evaluation: Evaluation, folder: Path) -> None:
    missing = evaluation.report.get("missing")
    if missing:
        typer.echo(
            f"注意：{missing} 条相关性判断指向语料中没有的文档 / that many judged documents are not in the corpus",
            err=True,
        )
    typer.echo(summary(evaluation.report))
    typer.echo(f"报告在 {folder} / the report is in {folder}", err=True)


@app.command("compare")
def compare_reports(
    old: Annotated[Path, typer.Argument(metavar="OLD/report.json", help="以前的报告 / the earlier report.")],
    new: Annotated[Path, typer.Argument(metavar="NEW/report.json", help="现在的报告 / the later report.")],
    margin: Margin = MARGIN,
) -> None:
    """比较两份报告，显著下降则退出码为 1 / compare two reports; exit 1 when a metric fell."""
    with reported():
        comparison = compare(read_old(old), read_old(new), margin)
    typer.echo(compared_text(comparison.as_json()))
    if comparison.fell:
        raise typer.Exit(1)


@app.command()
def draft(
    corpus: Annotated[list[Path], typer.Argument(help="自己的文件或文件夹 / files or folders of your own.")],
    out: Annotated[
        Path | None, typer.Option(help="写到这个文件，默认标准输出 / file to write; stdout by default.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="最多几题，各类轮流 / at most so many, types taking turns.")] = 200,
    seed: Seed = 0,
) -> None:
    """从自己的文件起草问题，供人工核对 / draft questions from your own files, for a person to check."""
    from eval.drafts.write import draft_corpus, question_lines  # Here: it imports what reads files.

    with reported():
        with shown() as progress:
            drafts, skipped = draft_corpus(corpus, limit, seed, progress)
        for line in skipped:
            typer.echo(f"跳过 skipped: {line}", err=True)
        lines = question_lines(drafts)
        if out:
            make_folder(out.parent)
            try:
                out.write_text(lines, encoding="utf-8")
            except OSError as error:
                raise fail(f"--out {out}：无法写入（{error.strerror}）/ cannot be written") from None
        else:
            typer.echo(lines, nl=False)
    unanswerable = sum(not draft.answerable for draft in drafts)
    typer.echo(
        f"起草 {len(drafts)} 题，其中 {unanswerable} 题应拒答；使用前请逐条核对 / {len(drafts)} questions drafted, "
        f"{unanswerable} of them unanswerable: check each before use",
        err=True,
    )


@app.command()
def gate(
    update: Annotated[
        bool, typer.Option("--update", help="存下现在的数字，以后与它比较 / store today's numbers to compare with.")
    ] = False,
    redrafted: Annotated[
        bool,
        typer.Option(
            "--redraft", help="先从示例语料重新起草问题，再存数字 / draft the queries anew first, then store."
        ),
    ] = False,
    out: Annotated[Path, typer.Option(help="报告的文件夹 / folder of the report.")] = Path("out/gate"),
    margin: Margin = MARGIN,
    seed: Seed = 0,
) -> None:
    """检索质量不得低于存下的数字，用于 CI / ranking must not fall below the stored numbers; for CI."""
    # Here: drafting imports what reads files.
    from eval.gate.check import check_gate, redraft, run_gate, store_numbers

    with reported():
        with shown() as progress:
            if redrafted:
                redraft(progress, seed)
            evaluation = run_gate(progress)
        if update or redrafted:
            store_numbers(evaluation)
        evaluation, comparison = check_gate(evaluation, margin, out)
    _tell(evaluation, out)
    if comparison.fell:
        raise typer.Exit(1)


@app.command()
def formats(
    folder: Annotated[Path, typer.Argument(help="TXT、HTML 或 Markdown 文件的文件夹 / folder of text documents.")],
    out: Annotated[Path, typer.Option(help="写各种格式的文件夹 / folder to write the formats to.")] = Path(
        "out/formats"
    ),
) -> None:
    """同一文件写成各种格式再读回，是否一致 / write documents in many formats, read them back, compare."""
    from eval.formats import agreement_table, measure_agreement  # Here: it imports what only this needs.
    from server.settings import Settings

    with reported(), shown() as progress:
        found = measure_agreement(folder, make_folder(out), Settings().max_file_mb * 1_000_000, progress)
    typer.echo(agreement_table(found))


@app.command()
def bench(
    chunks: Annotated[
        list[int] | None,
        typer.Option(
            min=100, help="检索测试的段落数，默认 10000；可多次给出 / chunks to search; may be given several times."
        ),
    ] = None,
    only: Annotated[
        str,
        typer.Option(help="只测这几项，用逗号分隔 / only these, with commas: ask,search,index,serve,browser,reindex."),
    ] = "ask,search,index,serve,browser",
    texts: Annotated[
        list[Path] | None,
        typer.Option(help="取材的 *.jsonl(.gz)，字段 text、pos、query；可多次给出 / texts to make chunks from."),
    ] = None,
    corpus: Annotated[Path, typer.Option(help="示例语料 / the sample corpus.")] = Path("corpus"),
    repeat: Annotated[int, typer.Option(min=1, help="每项测几次，取中位数 / repetitions, the median counts.")] = 5,
    clients: Annotated[int, typer.Option(min=1, help="同时提问的客户端数 / clients that ask at once.")] = 64,
    seconds: Annotated[float, typer.Option(min=0.1, help="它们提问多少秒 / seconds for which they ask.")] = 20,
    seed: Seed = 0,
    out: Annotated[Path, typer.Option(help="报告的文件夹 / folder of the report.")] = Path("out/bench"),
) -> None:
    """测量速度：与同一次运行中测得的参照之比 / measure speed as ratios to references of the same run."""
    # Here: they import what only measuring needs.
    from eval.bench.load import Load
    from eval.bench.report import bench_table
    from eval.bench.running import Plan, measure_all, parts_of, write_bench

    with reported():
        plan = Plan(
            corpus, texts or [], chunks or [10_000], parts_of(only), repeat, seed=seed, load=Load(clients, seconds)
        )
        folder = make_folder(out)
        with shown() as progress:
            report = measure_all(plan, progress)
    write_bench(folder, report)
    typer.echo(bench_table(report))


@app.command("bench-index")
def bench_index(
    paths: Annotated[list[Path] | None, typer.Argument(help="文件或文件夹，默认 corpus/ / files or folders.")] = None,
) -> None:
    """测量各种格式每秒读多少页 / measure pages read per second, by format."""
    from eval.bench_index import formats_table, measure_formats  # Here: it imports what only measuring needs.
    from server.settings import Settings

    with reported(), shown() as progress:
        speeds = measure_formats(paths or [Path("corpus")], Settings().max_file_mb * 1_000_000, progress)
    typer.echo(formats_table(speeds))


def main() -> None:
    """Entry point of ``python -m eval``."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal without UTF-8 must not turn a report into a traceback.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    app(prog_name="python -m eval")
