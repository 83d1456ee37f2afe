"""The command line. ``--json`` prints one JSON object on stdout; progress and messages go to stderr.

Exit codes: 0 done; 1 the question had no answer, or a check failed; 2 wrong usage or unreadable input.
"""

import ipaddress
import json
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from pydantic import ValidationError

from indexer.encoders import Encoder, load_encoder
from indexer.errors import ZhengwenError
from server.questions import BadQuestion, checked
from server.settings import Settings

if TYPE_CHECKING:
    from indexer.pipeline import IndexReport
    from server.assistant import Answer, Assistant

app = typer.Typer(
    name="zhengwen", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None,
    help="政问：从政策文件和建议提案答复函中找出可核对的答案 / cited answers from Chinese policy documents.",
)  # fmt: skip
documents_app = typer.Typer(no_args_is_help=False, rich_markup_mode=None, help="查看或移出已索引的文件 / list, show, remove documents.")
app.add_typer(documents_app, name="documents")

DataDir = Annotated[
    Path | None, typer.Option("--data-dir", help="索引所在的文件夹，默认 ZHENGWEN_DATA_DIR 或 .zhengwen / where the index lives.")
]
AsJson = Annotated[bool, typer.Option("--json", help="输出一个 JSON 对象 / print one JSON object.")]
TopK = Annotated[int, typer.Option("--top-k", min=1, max=100, help="最多几个段落 / at most so many passages.")]


def _fail(message: str, code: int = 2) -> typer.Exit:
    typer.echo(f"zhengwen: {message}", err=True)
    return typer.Exit(code)


@contextmanager
def _reported() -> Iterator[None]:
    """Errors a person can act on become one line and exit code 2."""
    try:
        yield
    except (ZhengwenError, BadQuestion) as error:
        raise _fail(str(error)) from None


def _settings() -> Settings:
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        raise _fail(f"设置 ZHENGWEN_{'_'.join(map(str, first['loc'])).upper()} 无效：{first['msg']} / invalid setting") from None


def _encoder(settings: Settings) -> Encoder:
    return load_encoder(settings.encoder)


def _assistant(data_dir: Path | None) -> "Assistant":
    from server.assistant import Assistant

    settings = _settings()
    return Assistant.open(data_dir or settings.data_dir, _encoder(settings))


def _print_json(value: Any) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))


@contextmanager
def _progress(quiet: bool) -> Iterator[Callable[[str, int, int], None]]:
    """A progress bar on stderr, one line a step; nothing when quiet."""
    if quiet:
        yield lambda _step, _done, _total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    names = {"read": "读取 read", "encode": "编码 encode", "publish": "发布 publish"}
    columns = (TextColumn("{task.description:<12}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        tasks: dict[str, Any] = {}

        def show(step: str, done: int, total: int) -> None:
            if step not in tasks:
                tasks[step] = bar.add_task(names[step], total=total)
            bar.update(tasks[step], completed=done, total=total)

        yield show


def _print_report(report: "IndexReport") -> None:
    state = "已发布" if report.published else "无变化，仍为"
    typer.echo(
        f"{state}第 {int(report.generation)} 代索引：{report.documents} 份文件，{report.chunks} 个段落"
        f"（新增 {report.added}，更新 {report.changed}，未变 {report.unchanged}，移出 {report.removed}，"
        f"编码 {report.encoded}；{report.seconds:.1f} 秒）",
        err=True,
    )


@app.command()
def index(
    paths: Annotated[list[Path] | None, typer.Argument(help="文件或文件夹，默认 corpus/ / files or folders.")] = None,
    data_dir: DataDir = None,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="全部重新读取和编码 / read and encode everything again.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="只报告问题 / report problems only.")] = False,
) -> None:
    """建立或更新索引：索引的内容就是所给文件夹现在的内容 / make the index hold what the folders hold now."""
    from indexer.pipeline import Indexer

    settings = _settings()
    with _reported(), Indexer(data_dir or settings.data_dir, _encoder(settings)) as indexer:
        with _progress(quiet) as progress:
            indexer.progress = progress
            report = indexer.index(paths or [Path("corpus")], rebuild=rebuild, max_bytes=settings.max_file_mb * 1_000_000)
        for skipped in report.skipped:
            typer.echo(f"跳过 skipped {skipped.source}：{skipped.reason}", err=True)
        if not quiet or report.published:
            _print_report(report)


@app.command()
def ask(question: str, data_dir: DataDir = None, as_json: AsJson = False, top_k: TopK = 8) -> None:
    """回答问题，并给出逐字引用；没有依据时退出码为 1 / answer with citations; exit code 1 when there is no answer."""
    with _reported():
        question = checked(question, _settings().max_question)
        answer = _assistant(data_dir).ask(question, top_k)
    if as_json:
        from server.api.schemas import AnswerOut

        _print_json(AnswerOut.of(answer).model_dump())
    else:
        _print_answer(answer)
    if not answer.answered:
        raise typer.Exit(1)


def _print_answer(answer: "Answer") -> None:
    typer.echo(answer.answer)
    for citation in answer.citations:
        where = " › ".join(citation.section)
        page = f"第 {citation.page} 页" if citation.page else ""
        facts = "，".join(part for part in (citation.document_number, citation.issuer, citation.date, page) if part)
        typer.echo(f"\n[{citation.n}] 《{citation.title}》{'（' + facts + '）' if facts else ''}")
        if where:
            typer.echo(f"    {where}")
        typer.echo(f"    {citation.source} 第 {citation.start}–{citation.end} 字")
    if not answer.answered and answer.passages:
        typer.echo("\n最接近的文件 / nearest documents:")
        for title in dict.fromkeys(passage.document.title for passage in answer.passages[:5]):
            typer.echo(f"  《{title}》")


@app.command()
def search(
    query: str,
    data_dir: DataDir = None,
    as_json: AsJson = False,
    top_k: TopK = 8,
    system: Annotated[Literal["hybrid", "bm25", "dense"], typer.Option(help="检索方式 / how to search.")] = "hybrid",
) -> None:
    """检索段落 / search passages."""
    with _reported():
        query = checked(query, _settings().max_question)
        result = _assistant(data_dir).search(query, top_k, system)
    if as_json:
        from server.api.schemas import SearchOut

        _print_json(SearchOut.of(result).model_dump())
        return
    for passage in result.passages:
        typer.echo(f"{passage.rank}. {passage.document.title}" + "".join(f" › {part}" for part in passage.section))
        typer.echo(f"   {passage.document.source} 第 {passage.start}–{passage.end} 字，得分 {passage.score:.4f}")
        typer.echo("   " + " ".join(passage.text.split())[:200] + "\n")


@documents_app.callback(invoke_without_command=True)
def documents(context: typer.Context) -> None:
    """列出文件 / list documents."""
    if context.invoked_subcommand is None:
        list_documents()


@documents_app.command("list")
def list_documents(data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """列出已索引的文件 / list what is indexed."""
    with _reported():
        found = _assistant(data_dir).documents()
    if as_json:
        from server.api.schemas import DocumentList, DocumentSummary

        _print_json(DocumentList(total=len(found), documents=[DocumentSummary.of(d) for d in found]).model_dump())
        return
    for document in found:
        number = document.metadata.get("document_number")
        typer.echo(f"{document.document_id}  {document.source}  《{document.title}》{'  ' + number.value if number else ''}")


@documents_app.command("show")
def show_document(document_id: str, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """显示文件的字段，以及各字段读自原文哪里 / show fields and the text they were read from."""
    with _reported():
        document = _assistant(data_dir).document(document_id)
    if as_json:
        from server.api.schemas import DocumentOut

        _print_json(DocumentOut.of(document).model_dump())
        return
    typer.echo(f"{document.document_id}  {document.source}  {len(document.text)} 字，{len(document.chunks)} 个段落")
    for name, field in document.metadata.items():
        read = " ".join(document.text[field.start : field.end].split()) if field.start is not None else ""
        typer.echo(f"  {name}: {field.value}" + (f"  ← 第 {field.start}–{field.end} 字“{read}”" if read else ""))


def _change(action: Callable[[Any], bool], document_id: str, data_dir: Path | None, done: str) -> None:
    from indexer.pipeline import Indexer

    settings = _settings()
    with _reported(), Indexer(data_dir or settings.data_dir, _encoder(settings)) as indexer:
        if not action(indexer):
            raise _fail(f"没有编号为 {document_id} 的文件 / no such document")
    typer.echo(done, err=True)


@documents_app.command("remove")
def remove_document(document_id: str, data_dir: DataDir = None) -> None:
    """把文件移出索引（不删除原文件），重新索引时也跳过 / take a document out; its file stays."""
    _change(lambda indexer: bool(indexer.remove(document_id)), document_id, data_dir, "已移出；恢复：zhengwen documents restore")


@documents_app.command("restore")
def restore_document(document_id: str, data_dir: DataDir = None) -> None:
    """撤销移出，下次索引时收回 / undo a removal; the next index run takes it in again."""
    _change(lambda indexer: bool(indexer.restore(document_id)), document_id, data_dir, "已恢复，请运行 zhengwen index")


@app.command()
def check(data_dir: DataDir = None) -> None:
    """核对当前索引的校验和与全部位置 / verify checksums and every span of the current index."""
    from indexer.generations import Generation

    with _reported():
        generation = Generation(data_dir or _settings().data_dir)
        problems = generation.check()
    for problem in problems:
        typer.echo(problem, err=True)
    if problems:
        raise typer.Exit(1)
    typer.echo(f"第 {int(generation.name)} 代索引完好：{generation.manifest.documents} 份文件，{generation.manifest.chunks} 个段落")


def _is_loopback(host: str) -> bool:
    try:
        addresses = {info[4][0] for info in socket.getaddrinfo(host, None)}
    except OSError as error:
        raise _fail(f"--host {host}：地址无效（{error.strerror}）/ not an address") from None
    return all(ipaddress.ip_address(str(address).split("%")[0]).is_loopback for address in addresses)


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="监听地址，只能是本机 / address to listen on, this machine only.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="端口 / port.")] = 8000,
    data_dir: DataDir = None,
) -> None:
    """启动问答服务和网页 / start the service and its page."""
    if not _is_loopback(host):
        raise _fail(
            f"--host {host}：没有配置访问密钥时只能监听本机地址 127.0.0.1 / without access keys only this machine is served"
        )
    import uvicorn

    from server.app import create_app

    with _reported():
        application = create_app(_assistant(data_dir), _settings())
    typer.echo(f"政问已启动：http://{host}:{port}/ （Ctrl+C 停止）", err=True)
    try:
        uvicorn.run(application, host=host, port=port, log_level="warning", server_header=False)
    except OSError as error:
        raise _fail(f"{host}:{port}：无法监听（{error.strerror}）/ cannot listen") from None


def main() -> None:
    """Entry point of ``zhengwen`` and ``python -m server``."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal without UTF-8 must not turn an answer into a traceback.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    app()
