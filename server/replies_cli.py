"""``zhengwen replies``: what was answered to which proposal, what is done, what is promised, what bears on it later."""

from typing import Annotated

import typer

from server.options import AsJson, DataDir, open_assistant, read_settings
from server.questions import checked
from server.terminal import print_json, reported


def replies(
    number: Annotated[str | None, typer.Option("--number", help="建议或提案编号，如 0457 / number of the proposal.")] = None,
    kind: Annotated[str | None, typer.Option("--kind", help="建议 或 提案 / kind of proposal.")] = None,
    session: Annotated[str | None, typer.Option("--session", help="会议届次或其一部分 / session.")] = None,
    proposer: Annotated[str | None, typer.Option("--proposer", help="代表或委员姓名 / who proposed it.")] = None,
    organ: Annotated[str | None, typer.Option("--organ", help="主办单位的全称或简称，如 市国资委 / who handled it.")] = None,
    year: Annotated[str | None, typer.Option("--year", help="答复年份，如 2025 / year of the reply.")] = None,
    category: Annotated[str | None, typer.Option("--category", help="办理类别，如 A / category.")] = None,
    adoption: Annotated[str | None, typer.Option("--adoption", help="采纳情况，如 完全采纳 / adoption.")] = None,
    query: Annotated[str | None, typer.Option("--query", help="答复内容 / what the reply is about.")] = None,
    offset: Annotated[int, typer.Option("--offset", min=0, help="从第几份之后列起 / how many to pass over.")] = 0,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="最多列几份 / at most so many.")] = None,
    related: Annotated[bool, typer.Option(
        "--related", help="并列出可能相关的后续文件、同一提出人和相近的建议提案 / with what is possibly related.",
    )] = False,
    data_dir: DataDir = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """查建议提案的答复：已办什么，承诺什么 / replies to proposals: what is done, what is promised."""
    from server.replies import checked_reply_filters

    with reported():
        text = checked(query, read_settings().max_question) if query is not None else None
        filters = checked_reply_filters(number, kind, session, proposer, year, text, organ, category, adoption)
        assistant = open_assistant(data_dir)
        page = assistant.reply_page(filters, offset=offset, limit=limit)
        beside = [assistant.related(reply.document.document_id) for reply in page.replies] if related else []
    if as_json:
        from server.api.reply_schemas import RelatedOut, ReplyList

        listed = ReplyList.of_page(page).model_dump()
        if related:
            ids = (reply.document.document_id for reply in page.replies)
            listed["related"] = [RelatedOut.of(one, found).model_dump() for one, found in zip(ids, beside, strict=True)]
        print_json(listed)
        return
    from server.listing import print_reply
    from server.replies.listing import print_related

    for at, reply in enumerate(page.replies):
        print_reply(reply)
        if related:
            print_related(beside[at])
    shown = offset + len(page.replies)
    if not page.total:
        typer.echo("没有找到这样的答复 / no such reply", err=True)
    elif shown < page.total or not page.replies:
        typer.echo(f"共 {page.total} 份，已列到第 {shown} 份，续看用 --offset / {page.total} in all", err=True)
