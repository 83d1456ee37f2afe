"""The command line. ``--json`` prints one JSON object on stdout; progress and messages go to stderr.

Exit codes: 0 done; 1 the question had no answer, or a check failed; 2 wrong usage or unreadable input.
"""

import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from pydantic import ValidationError

from indexer.encoders import Encoder, load_encoder
from indexer.errors import DamagedGeneration
from server.questions import checked
from server.settings import Settings
from server.terminal import fail, print_answer, print_json, print_notes, print_report, print_skipped, progress, reported

if TYPE_CHECKING:
    from indexer.pipeline import Indexer
    from server.assistant import Assistant

app = typer.Typer(
    name="zhengwen", add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None,
    help="政问：从政策文件和建议提案答复函中找出可核对的答案 / cited answers from Chinese policy documents.",
)  # fmt: skip
documents_app = typer.Typer(rich_markup_mode=None, help="查看或移出已索引的文件 / list, show, remove documents.")
app.add_typer(documents_app, name="documents")

DataDir = Annotated[
    Path | None,
    typer.Option("--data-dir", help="索引所在的文件夹，默认 ZHENGWEN_DATA_DIR 或 .zhengwen / where the index lives."),
]
AsJson = Annotated[bool, typer.Option("--json", help="输出一个 JSON 对象 / print one JSON object.")]
TopK = Annotated[int, typer.Option("--top-k", min=1, max=100, help="最多几个段落 / at most so many passages.")]

Kind = Annotated[
    str | None,
    typer.Option("--kind", help="文种，如 reply、report，或 建议、提案 / kind of document or proposal."),
]
Year = Annotated[str | None, typer.Option("--year", help="成文年份，如 2025 / year, four digits.")]
Issuer = Annotated[str | None, typer.Option("--issuer", help="发文机关名称或其一部分 / issuer, or part of its name.")]
Number = Annotated[
    str | None, typer.Option("--number", help="建议提案编号或文号 / proposal number or document number.")
]
AsOf = Annotated[
    str | None, typer.Option("--as-of", help="只要该日已有且有效的，如 2025-04-30 / there and in force on that day.")
]
Status = Annotated[
    str | None,
    typer.Option("--status", help="效力：现行有效、已修改、废止、失效 / in force, amended, repealed, expired."),
]


def _settings() -> Settings:
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        raise fail(
            f"设置 ZHENGWEN_{'_'.join(map(str, first['loc'])).upper()} 无效：{first['msg']} / invalid setting"
        ) from None


def _encoder(settings: Settings) -> Encoder:
    return load_encoder(settings.encoder)


def _assistant(data_dir: Path | None) -> "Assistant":
    from server.assistant import Assistant

    settings = _settings()
    return Assistant.open(data_dir or settings.data_dir, _encoder(settings))


@app.command()
def index(
    paths: Annotated[list[Path] | None, typer.Argument(help="文件或文件夹，默认 corpus/ / files or folders.")] = None,
    data_dir: DataDir = None,
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="全部重新读取和编码 / read and encode everything again.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="只报告问题 / report problems only.")] = False,
) -> None:
    """建立或更新索引：索引的内容就是所给文件夹现在的内容 / make the index hold what the folders hold now."""
    from indexer.pipeline import Indexer

    settings = _settings()
    with reported(), Indexer(data_dir or settings.data_dir, _encoder(settings)) as indexer:
        with progress(quiet) as show:
            indexer.progress = show
            report = indexer.index(
                paths or [Path("corpus")], rebuild=rebuild, max_bytes=settings.max_file_mb * 1_000_000
            )
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
        question = checked(question, _settings().max_question)
        answer = _assistant(data_dir).ask(question, top_k, filters)
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
        query = checked(query, _settings().max_question)
        result = _assistant(data_dir).search(query, top_k, system, filters)
    if as_json:
        from server.api.schemas import SearchOut

        print_json(SearchOut.of(result).model_dump())
        return
    from server.listing import print_passages

    print_passages(result.passages)


@documents_app.callback(invoke_without_command=True)
def documents(context: typer.Context, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """列出文件 / list documents."""
    if context.invoked_subcommand is None:
        list_documents(data_dir, as_json)
    else:  # The options mean the same before and after the name of the command.
        given = {"data_dir": data_dir} if data_dir else {}
        context.default_map = {context.invoked_subcommand: {**given, "as_json": as_json}}


@documents_app.command("list")
def list_documents(data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """列出已索引的文件 / list what is indexed."""
    with reported():
        assistant = _assistant(data_dir)
        found = [(document, assistant.versions(document.document_id)) for document in assistant.documents()]
    if as_json:
        from server.api.schemas import DocumentList, DocumentSummary

        print_json(DocumentList(total=len(found), documents=[DocumentSummary.of(*one) for one in found]).model_dump())
        return
    from server.listing import print_document_line

    for document, versions in found:
        print_document_line(document, versions)


@documents_app.command("show")
def show_document(document_id: str, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """显示文件的字段，以及各字段读自原文哪里 / show fields and the text they were read from."""
    with reported():
        assistant = _assistant(data_dir)
        document, versions = assistant.document(document_id), assistant.versions(document_id)
    if as_json:
        from server.api.schemas import DocumentOut

        print_json(DocumentOut.of(document, versions).model_dump())
        return
    from server.listing import print_document

    print_document(document, versions)


def _change(
    action: Callable[["Indexer", str], bool],
    document_id: str,
    data_dir: Path | None,
    as_json: bool,
    done: str,
    advice: str,
) -> None:
    from indexer.generations import current_name
    from indexer.pipeline import Indexer

    settings = _settings()
    where = data_dir or settings.data_dir
    with reported():
        current_name(where)  # Where there is no index, none is begun.
        with Indexer(where, _encoder(settings)) as indexer:
            if not action(indexer, document_id):
                raise fail(f"没有编号为 {document_id} 的文件 / no such document")
    if as_json:
        print_json({"document_id": document_id, done: True})
    typer.echo(advice, err=True)


@documents_app.command("remove")
def remove_document(document_id: str, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """把文件移出索引（不删除原文件），重新索引时也跳过 / take a document out; its file stays."""
    _change(
        lambda indexer, name: indexer.remove(name), document_id, data_dir, as_json, "removed",
        "已移出；恢复：zhengwen documents restore",
    )  # fmt: skip


@documents_app.command("restore")
def restore_document(document_id: str, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """撤销移出，下次索引时收回 / undo a removal; the next index run takes it in again."""
    _change(
        lambda indexer, name: indexer.restore(name), document_id, data_dir, as_json, "restored",
        "已恢复，请运行 zhengwen index",
    )  # fmt: skip


@app.command()
def check(data_dir: DataDir = None) -> None:
    """核对当前索引的校验和与全部位置 / verify checksums and every span of the current index."""
    from indexer.generations import Generation

    with reported():
        try:
            generation = Generation(data_dir or _settings().data_dir)
            problems = generation.check()
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
        str, typer.Option(help="监听地址，只能是本机 / address to listen on, this machine only.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="端口 / port.")] = 8000,
    data_dir: DataDir = None,
) -> None:
    """启动问答服务和网页 / start the service and its page."""
    from server.listening import listen

    with reported():
        sockets = listen(host, port)
        from server.app import create_app

        application = create_app(_assistant(data_dir), _settings())
    import uvicorn

    typer.echo(f"政问已启动：http://{f'[{host}]' if ':' in host else host}:{port}/ （Ctrl+C 停止）", err=True)
    service = uvicorn.Server(uvicorn.Config(application, log_level="warning", server_header=False))
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
