"""Documents and passages as a person at a terminal reads them, on stdout."""

from collections.abc import Iterable, Sequence

import typer

from indexer.document import Document
from indexer.validity import IN_FORCE
from server.answer.cite import page_of
from server.replies import Reply
from server.search.passages import Passage
from server.search.versions import OtherVersion, replaced_by, sources_of

# Fields that name other documents and files: shown as links, not as what was read.
_LINKS = ("newer_version", "superseded_by", "amended_by", "other_sources", "status_by")
_RELATIONS = {
    "superseded_by": "被此文件废止 repealed by", "newer": "更新的版本 newer version", "amended_by": "被此文件修改 amended by",
    "copy": "内容相同 same text", "older": "较早的版本 older version", "supersedes": "本文件废止的 repealed by this",
    "amends": "本文件修改的 amended by this",
}  # fmt: skip


def print_passages(passages: Iterable[Passage]) -> None:
    """Passages, best first, each with where it stands."""
    for passage in passages:
        document = passage.document
        status = document.metadata.get("status")
        marks = [status.value] if status and status.value != IN_FORCE else []
        if newer := replaced_by(document):
            marks.append(f"已有更新文件 {newer} / replaced")
        typer.echo(f"{passage.rank}. {document.title}" + "".join(f" › {part}" for part in passage.section))
        typer.echo(f"   {document.source} 第 {passage.start}–{passage.end} 字，得分 {passage.score:.4f}")
        if marks:
            typer.echo(f"   注意 note：{'；'.join(marks)}")
        typer.echo("   " + " ".join(passage.text.split())[:200] + "\n")


def print_document_line(document: Document, versions: Sequence[OtherVersion]) -> None:
    """A document in a list: a line, and further ones for its copies and its other versions."""
    facts = [
        document.metadata[name].value
        for name in ("document_number", "status", "disclosure")
        if name in document.metadata
    ]
    typer.echo(
        f"{document.document_id}  {document.source}  《{document.title}》" + "".join(f"  {fact}" for fact in facts)
    )
    for source in sources_of(document)[1:]:
        typer.echo(f"    副本 copy：{source}")
    _print_versions(versions)


def print_document(document: Document, versions: Sequence[OtherVersion]) -> None:
    """A document with every field and the words it was read from."""
    pages = f"，{len(document.pages)} 页" if document.pages else ""
    typer.echo(
        f"{document.document_id}  {document.source}  {len(document.text)} 字{pages}，{len(document.chunks)} 个段落"
    )
    if "title" not in document.metadata:
        typer.echo(f"  title: {document.title}  ← 文件名 the file's name")
    for name, field in document.metadata.items():
        if name in _LINKS:
            continue
        value = "；".join(field.value.split("\n"))
        if field.start is None or field.end is None:
            typer.echo(f"  {name}: {value}  ← 推断或更正，不是读自某处 derived or corrected")
            continue
        page = page_of(document, field.start)
        where = f"第 {field.start}–{field.end} 字" + (f"，第 {page} 页" if page else "")
        typer.echo(f"  {name}: {value}  ← {where}“{' '.join(document.text[field.start : field.end].split())}”")
    for source in sources_of(document):
        typer.echo(f"  来源 source：{source}")
    _print_versions(versions)


def _print_versions(versions: Sequence[OtherVersion]) -> None:
    for version in versions:
        facts = [fact for fact in (version.date, version.status) if fact]
        typer.echo(
            f"    {_RELATIONS[version.relation]}：{version.document_id}  《{version.title}》"
            + "".join(f"  {f}" for f in facts)
        )


def print_reply(reply: Reply) -> None:
    """A reply: whose proposal it answers, what it says is done and what it promises, each with its place."""
    fields, document = reply.fields, reply.document
    number = f"第{fields['number']}号{fields.get('kind', '')}" if "number" in fields else ""
    typer.echo(f"{number}《{fields.get('proposal_title', document.title)}》")
    names = ("proposer", "session", "organ", "document_number", "date", "adoption", "category", "disclosure")
    typer.echo("   " + "，".join(fields[name] for name in names if name in fields))
    typer.echo(f"   {document.document_id}  {document.source}")
    for title, statements in (("已办 done", reply.done), ("承诺 promised", reply.promised)):
        typer.echo(f"   {title}：{len(statements)}")
        for statement in statements:
            typer.echo(f"    · {' '.join(statement.text.split())}（第 {statement.start}–{statement.end} 字）")
    typer.echo("")
