"""The command line. ``--json`` prints one JSON object on stdout; progress and messages go to stderr.

Exit codes: 0 done; 1 the question had no answer, or a check failed; 2 wrong usage or unreadable input.
"""

import logging
import sys
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Literal

import typer

from indexer.errors import DamagedGeneration
from server import backup_cli, documents_cli, keys_cli, replies_cli, work_cli
from server.options import (
    AsJson,
    AsOf,
    DataDir,
    Issuer,
    Kind,
    Number,
    Status,
    TopK,
    Year,
    make_encoder,
    open_assistant,
    read_settings,
)
from server.questions import checked
from server.terminal import (
    fail,
    print_answer,
    print_feedback,
    print_json,
    print_notes,
    print_report,
    print_skipped,
    progress,
    reported,
)
from server.work_cli import WorkerCount, spread

app = typer.Typer(
    name="zhengwen", add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None,
    help="政问：从政策文件和建议提案答复函中找出可核对的答案 / cited answers from Chinese policy documents.",
)  # fmt: skip
app.add_typer(documents_cli.app, name="documents")
backup_cli.register(app)
app.add_typer(keys_cli.app, name="keys")
work_cli.register(app)


@app.command()
def index(
    paths: Annotated[list[Path] | None, typer.Argument(help="文件或文件夹，默认 corpus/ / files or folders.")] = None,
    data_dir: DataDir = None,
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="全部重新读取和编码 / read and encode everything again.")
    ] = False,
    workers: WorkerCount = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="只报告问题 / report problems only.")] = False,
) -> None:
    """建立或更新索引：索引的内容就是所给文件夹现在的内容 / make the index hold what the folders hold now."""
    from indexer.pipeline import Indexer
    from indexer.sharing.processes import Workers
    from server.search.qdrant.configured import mirror_published

    settings = read_settings()
    where, encoder = data_dir or settings.data_dir, make_encoder(settings)
    with (
        reported(),
        Workers(workers) as processes,
        spread(settings, where, encoder, processes) as spreading,
        Indexer(where, spreading, workers=processes) as indexer,
    ):
        with progress(quiet) as show:
            indexer.progress = show
            report = indexer.index(
                paths or [Path("corpus")], rebuild=rebuild, max_bytes=settings.max_file_mb * 1_000_000
            )
            mirror_published(settings, where, encoder, show)
        print_skipped((skipped.source, skipped.reason) for skipped in report.skipped)
        print_notes((note.source, note.reason) for note in report.notes)
        if not quiet or report.published:
            print_report(report, table=not quiet)


@app.command()
def ask(
    question: str, data_dir: DataDir = None, as_json: AsJson = False, top_k: TopK = 8, kind: Kind = None,
    year: Year = None, issuer: Issuer = None, number: Number = None, as_of: AsOf = None, status: Status = None,
) -> None:  # fmt: skip
    """回答问题，并给出逐字引用；没有依据时退出码为 1 / answer with citations; exit code 1 when there is no answer."""
    from server.search.filters import checked_filters

    with reported():
        filters = checked_filters(kind, year, issuer, number, as_of, status)
        question = checked(question, read_settings().max_question)
        answer = open_assistant(data_dir).ask(question, top_k, filters)
    if as_json:
        from server.api.schemas import AnswerOut

        print_json(AnswerOut.of(answer).model_dump())
    else:
        print_answer(answer)
    if not answer.answered:
        raise typer.Exit(1)


@app.command()
def search(
    query: str, data_dir: DataDir = None, as_json: AsJson = False, top_k: TopK = 8,
    system: Annotated[Literal["hybrid", "bm25", "dense"], typer.Option(help="检索方式 / how to search.")] = "hybrid",
    kind: Kind = None, year: Year = None, issuer: Issuer = None, number: Number = None, as_of: AsOf = None,
    status: Status = None,
) -> None:  # fmt: skip
    """检索段落 / search passages."""
    from server.search.filters import checked_filters

    with reported():
        filters = checked_filters(kind, year, issuer, number, as_of, status)
        query = checked(query, read_settings().max_question)
        result = open_assistant(data_dir).search(query, top_k, system, filters)
    if as_json:
        from server.api.schemas import SearchOut

        print_json(SearchOut.of(result).model_dump())
        return
    from server.listing import print_passages

    print_passages(result.passages)


app.command()(replies_cli.replies)


@app.command()
def feedback(data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """列出对回答的评价 / list what readers said of answers."""
    from server.feedback import FeedbackStore

    with reported():
        found = FeedbackStore(data_dir or read_settings().data_dir).all()
    if as_json:
        from server.api.feedback import FeedbackList

        print_json(FeedbackList.of(found).model_dump())
        return
    print_feedback(found)


@app.command()
def mcp(data_dir: DataDir = None) -> None:
    """以 MCP（标准输入输出）提供检索、读原文、问答、查答复 / serve the tools of an MCP client over stdio."""
    if find_spec("mcp") is None:
        raise fail("没有安装 mcp：pip install 'zhengwen[mcp]' / the MCP SDK is not installed")
    from server.mcp_tools import mcp_server

    with reported():
        settings = read_settings()
        server = mcp_server(open_assistant(data_dir), settings.max_question, settings.mcp_role)
    with suppress(KeyboardInterrupt):
        server.run("stdio")


@app.command()
def check(data_dir: DataDir = None) -> None:
    """核对当前索引的校验和与全部位置 / verify checksums and every span of the current index."""
    from indexer.generations import Generation
    from indexer.soundness import problems_of

    with reported():
        try:
            generation = Generation(data_dir or read_settings().data_dir)
            problems = problems_of(generation)
        except DamagedGeneration as error:
            raise fail(str(error), code=1) from None
    for problem in problems:
        fail(problem)
    if problems:
        raise typer.Exit(1)
    typer.echo(
        f"第 {int(generation.name)} 代索引完好：{generation.manifest.documents} 份文件，{generation.manifest.chunks} 个段落"
    )


@app.command()
def serve(
    host: Annotated[
        str, typer.Option(help="监听地址；没有密钥时只能是本机 / address to listen on; without keys this machine only.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="端口 / port.")] = 8000,
    data_dir: DataDir = None,
) -> None:
    """启动问答服务和网页 / start the service and its page."""
    from server.listening import listen
    from server.observability.logs import configure
    from server.security.keys import KeyStore

    with reported():
        settings = read_settings()
        configure(settings.log_format, settings.log_level)
        sockets = listen(host, port, KeyStore(data_dir or settings.data_dir).keys().configured)
        from server.app import create_app

        application = create_app(open_assistant(data_dir), settings)
    import uvicorn

    started = f"政问已启动：http://{f'[{host}]' if ':' in host else host}:{port}/"
    if settings.log_format == "json":
        logging.getLogger(__name__).info(started)
    else:
        typer.echo(f"{started} （Ctrl+C 停止）", err=True)
    # Its own log of requests would hold their addresses, and with them what was asked.
    config = uvicorn.Config(
        application, log_config=None, log_level="warning", access_log=False, server_header=False, proxy_headers=False
    )
    service = uvicorn.Server(config)
    with suppress(KeyboardInterrupt):  # uvicorn has stopped in good order.
        service.run(sockets=sockets)


@app.callback(invoke_without_command=True)
def root(context: typer.Context) -> None:
    """政问：从政策文件和建议提案答复函中找出可核对的答案 / cited answers from Chinese policy documents."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help(), err=True)
        raise typer.Exit(2)


def main() -> None:
    """Entry point of ``zhengwen`` and ``python -m server``."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal without UTF-8 must not turn an answer into a traceback.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        code = app(standalone_mode=False)
    except typer.TyperException as error:  # Wrong usage, in one line like every other error.
        code = fail(f"{error.format_message()} （用法见 --help / see --help）").exit_code
    sys.exit(code)
