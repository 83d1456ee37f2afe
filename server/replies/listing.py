"""What bears on a reply as a person at a terminal reads it, on stdout."""

import typer

from server.replies.related import Related


def print_related(related: Related) -> None:
    """Later documents for each promise, the proposer's other proposals, similar ones; nothing for what was not found."""
    if related.later:
        typer.echo("   可能相关的后续文件（按内容检索，不表示承诺已经落实）/ later documents, possibly related:")
    for bearing in related.later:
        typer.echo(f"    承诺 promised：{' '.join(bearing.promise.text.split())}")
        for sentence in bearing.sentences:
            document = sentence.passage.document
            typer.echo(f"      {sentence.date}《{document.title}》{' '.join(sentence.quote.split())}")
            typer.echo(f"        {document.source} 第 {sentence.start}–{sentence.end} 字")
    for title, replies in (
        ("同一提出人（按姓名）same proposer", related.same_proposer),
        ("相近的建议提案 similar", related.similar),
    ):
        for reply in replies:
            typer.echo(f"   {title}：{reply.number}《{reply.name}》{reply.fields.get('date', '')}")
    if related.later or related.same_proposer or related.similar:
        typer.echo("")
