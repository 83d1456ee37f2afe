"""What a person at a terminal sees: results on stdout; progress, remarks and errors of one line on stderr."""

import json
import sqlite3
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import typer
from rich.cells import cell_len

from indexer.errors import NothingToIndex, ZhengwenError
from server.questions import BadQuestion

if TYPE_CHECKING:
    from indexer.pipeline import IndexReport
    from server.answer.answer import Answer
    from server.feedback import Feedback

# Columns of a terminal for the names in a table, and the reasons that it lists.
_NAMES = 26
_REASONS = 8


def fail(message: str, code: int = 2) -> typer.Exit:
    """Print an error as one line; raise what is returned."""
    # What is repeated in a message, such as the name of a file, may hold line ends: the message is one line.
    typer.echo(f"zhengwen: {' '.join(message.split())}", err=True)
    return typer.Exit(code)


@contextmanager
def reported() -> Iterator[None]:
    """Errors a person can act on become one line and exit code 2."""
    try:
        yield
    except NothingToIndex as error:
        print_skipped(error.skipped)
        raise fail(str(error)) from None
    except (ZhengwenError, BadQuestion) as error:
        raise fail(str(error)) from None
    except sqlite3.DatabaseError as error:
        raise fail(
            f"数据库无法读写（{error}），请运行 zhengwen check 核对 / the database cannot be used: run zhengwen check"
        ) from None
    except BrokenPipeError:
        raise
    except OSError as error:
        raise fail(f"{error.filename or ''}：{error.strerror or error} / the system refused") from None


def print_skipped(skipped: Iterable[tuple[str, str]]) -> None:
    """A line for each file that was passed over, with the reason."""
    for source, reason in skipped:
        typer.echo(" ".join(f"跳过 skipped {source}：{reason}".split()), err=True)


def print_notes(notes: Iterable[tuple[str, str]]) -> None:
    """A line for each thing that a file was indexed without, such as a page that needs OCR."""
    for source, note in notes:
        typer.echo(" ".join(f"注意 note {source}：{note}".split()), err=True)


def print_json(value: Any) -> None:
    """One JSON object on stdout, exact also where stdout cannot hold every character."""
    exact = (sys.stdout.encoding or "ascii").lower().replace("-", "") == "utf8"
    typer.echo(json.dumps(value, ensure_ascii=not exact, indent=2))


@contextmanager
def progress(quiet: bool) -> Iterator[Callable[[str, int, int], None]]:
    """A progress bar on stderr, one line a step; nothing when quiet or when nobody is looking at a terminal."""
    if quiet or not sys.stderr.isatty():
        yield lambda _step, _done, _total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    names = {"read": "读取 read", "encode": "编码 encode", "publish": "发布 publish"}
    columns = (TextColumn("{task.description:<12}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        tasks: dict[str, Any] = {}

        def show(step: str, done: int, total: int) -> None:
            if not total:
                return
            if step not in tasks:
                tasks[step] = bar.add_task(names[step], total=total)
            bar.update(tasks[step], completed=done, total=total)

        yield show


def print_report(report: "IndexReport", table: bool = True) -> None:
    """What a run of the indexer did: one line, and the ``table`` that sums it up."""
    state = "已发布" if report.published else "无变化，仍为"
    typer.echo(
        f"{state}第 {int(report.generation)} 代索引：{report.documents} 份文件，{report.chunks} 个段落"
        f"（新增 {report.added}，更新 {report.changed}，未变 {report.unchanged}，移出 {report.removed}，"
        f"编码 {report.encoded}；{report.seconds:.1f} 秒）",
        err=True,
    )
    if not table:
        return
    rows = (
        ("文件 files", report.added + report.changed + report.unchanged), ("本次读取的页 pages read", report.pages),
        ("段落 chunks", report.chunks), ("跳过 skipped", len(report.skipped)), ("OCR 页 OCR pages", report.ocr_pages),
        ("重复文件 duplicates", report.duplicates), ("近似旧版 older versions", report.older_versions),
        ("秒 seconds", f"{report.seconds:.1f}"),
    )  # fmt: skip
    for name, value in rows:
        typer.echo(f"  {name}{' ' * (_NAMES - cell_len(name))}{value:>8}", err=True)
        if name == "跳过 skipped":
            _print_reasons(Counter(" ".join(skipped.reason.split()) for skipped in report.skipped))


def _print_reasons(reasons: Counter[str]) -> None:
    """How many files were passed over for what reason, the most frequent first."""
    for reason, count in reasons.most_common(_REASONS):
        typer.echo(f"    {count} × {reason}", err=True)
    others = sum(reasons.values()) - sum(count for _, count in reasons.most_common(_REASONS))
    if others:
        typer.echo(f"    {others} × 其他原因，见上 / other reasons, see above", err=True)


def print_answer(answer: "Answer") -> None:
    """An answer with its citations, or a refusal, whose text names the nearest documents."""
    typer.echo(answer.answer)
    if answer.standalone_question:
        typer.echo(f"（理解为 understood as：{answer.standalone_question}）")
    if answer.note:
        typer.echo(f"（注 note：{answer.note}）")
    for citation in answer.citations:
        where = " › ".join(citation.section)
        page = f"第 {citation.page} 页" if citation.page else ""
        facts = "，".join(part for part in (citation.document_number, citation.issuer, citation.date, page) if part)
        typer.echo(f"\n[{citation.n}] 《{citation.title}》{'（' + facts + '）' if facts else ''}")
        if where:
            typer.echo(f"    {where}")
        typer.echo(f"    {citation.source} 第 {citation.start}–{citation.end} 字")
        if citation.superseded_by:
            typer.echo(
                f"    注意 note：{f'{citation.status}，' if citation.status else ''}已有更新文件 {citation.superseded_by} / replaced"
            )


def print_feedback(found: "Sequence[Feedback]") -> None:
    """Ratings, newest first: the question, what was answered, what was said of it, and the documents shown."""
    up = sum(one.rating == "up" for one in found)
    typer.echo(f"{len(found)} 条评价：有用 {up}，无用 {len(found) - up} / {up} up, {len(found) - up} down", err=True)
    for one in found:
        answer = one.answer
        typer.echo(f"{one.at}  {'👍 有用 up' if one.rating == 'up' else '👎 无用 down'}  {one.answer_id}")
        typer.echo(f"  问 Q：{' '.join(answer['question'].split())}")
        typer.echo(f"  答 A：{' '.join(answer['answer'].split())}")
        if one.comment:
            typer.echo(f"  评语 comment：{' '.join(one.comment.split())}")
        for source in dict.fromkeys(passage["source"] for passage in answer["passages"]):
            typer.echo(f"    {source}")
