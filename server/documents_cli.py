"""``zhengwen documents``: list, show, remove and restore what is indexed."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from server.options import AsJson, DataDir, make_encoder, open_assistant, read_settings
from server.terminal import fail, print_json, reported

if TYPE_CHECKING:
    from indexer.pipeline import Indexer

app = typer.Typer(rich_markup_mode=None, help="查看或移出已索引的文件 / list, show, remove documents.")


@app.callback(invoke_without_command=True)
def documents(context: typer.Context, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """列出文件 / list documents."""
    if context.invoked_subcommand is None:
        list_documents(data_dir, as_json)
    else:  # The options mean the same before and after the name of the command.
        given = {"data_dir": data_dir} if data_dir else {}
        context.default_map = {context.invoked_subcommand: {**given, "as_json": as_json}}


@app.command("list")
def list_documents(data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """列出已索引的文件 / list what is indexed."""
    with reported():
        assistant = open_assistant(data_dir)
        found = [(document, assistant.versions(document.document_id)) for document in assistant.documents()]
    if as_json:
        from server.api.schemas import DocumentList, DocumentSummary

        print_json(DocumentList(total=len(found), documents=[DocumentSummary.of(*one) for one in found]).model_dump())
        return
    from server.listing import print_document_line

    for document, versions in found:
        print_document_line(document, versions)


@app.command("show")
def show_document(document_id: str, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """显示文件的字段，以及各字段读自原文哪里 / show fields and the text they were read from."""
    with reported():
        assistant = open_assistant(data_dir)
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
    from server.search.qdrant.configured import mirror_published

    settings = read_settings()
    where = data_dir or settings.data_dir
    with reported():
        current_name(where)  # Where there is no index, none is begun.
        encoder = make_encoder(settings)
        with Indexer(where, encoder) as indexer:
            if not action(indexer, document_id):
                raise fail(f"没有编号为 {document_id} 的文件 / no such document")
        mirror_published(settings, where, encoder)
    if as_json:
        print_json({"document_id": document_id, done: True})
    typer.echo(advice, err=True)


@app.command("remove")
def remove_document(document_id: str, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """把文件移出索引（不删除原文件），重新索引时也跳过 / take a document out; its file stays."""
    _change(
        lambda indexer, name: indexer.remove(name), document_id, data_dir, as_json, "removed",
        "已移出；恢复：zhengwen documents restore",
    )  # fmt: skip


@app.command("restore")
def restore_document(document_id: str, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """撤销移出，下次索引时收回 / undo a removal; the next index run takes it in again."""
    _change(
        lambda indexer, name: indexer.restore(name), document_id, data_dir, as_json, "restored",
        "已恢复，请运行 zhengwen index",
    )  # fmt: skip
