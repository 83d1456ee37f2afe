"""A list of replies as a table: for spreadsheet programs and for scripts."""

import csv
import re
from collections.abc import Sequence
from io import BytesIO, StringIO
from typing import Literal

from server.replies.reply import Reply

Language = Literal["zh", "en"]

_COLUMNS: dict[str, tuple[str, str]] = {
    "number": ("编号", "Number"), "kind": ("类别", "Kind"), "session": ("会议", "Session"), "name": ("标题", "Title"),
    "proposer": ("提出人", "Proposer"), "organ": ("主办单位", "Handled by"),
    "document_number": ("答复文号", "Document number"), "date": ("日期", "Date"), "adoption": ("采纳情况", "Adoption"),
    "category": ("办理类别", "Category"), "disclosure": ("公开属性", "Disclosure"), "promised": ("承诺办理", "Promised"),
    "done": ("已经办理", "Done"), "address": ("网址", "Address"),
}  # fmt: skip
# Characters; columns that are not named are as wide as their title.
_WIDTHS = {
    "session": 22, "name": 44, "organ": 26, "document_number": 22, "date": 12, "promised": 70, "done": 70, "address": 40,
}  # fmt: skip
# What a cell of a workbook can hold, in characters.
_MAX_CELL = 32_767
# Spreadsheet programs take what begins so for a formula, Chinese and Japanese ones full-width signs too.
_FORMULA = re.compile(r"^[=+\-@＝＋－＠\t\r\n]")


def headings(language: Language) -> list[str]:
    """The titles of the columns."""
    return [titles[language == "en"] for titles in _COLUMNS.values()]


def row_of(reply: Reply, base_url: str) -> list[str]:
    """A reply as the cells of a row; statements one a line. ``base_url`` ends in a slash."""
    values = dict(reply.fields) | {
        "name": reply.name,
        "promised": "\n".join(_one_line(statement.text) for statement in reply.promised),
        "done": "\n".join(_one_line(statement.text) for statement in reply.done),
        "address": f"{base_url}replies/{reply.document.document_id}",
    }
    return [values.get(name, "") for name in _COLUMNS]


def _one_line(text: str) -> str:
    return " ".join(text.split())


def as_csv(replies: Sequence[Reply], base_url: str, language: Language = "zh") -> str:
    """RFC 4180 with the byte order mark by which spreadsheet programs know UTF-8; no cell is taken for a formula."""
    written = StringIO(newline="")
    written.write("\ufeff")
    rows = csv.writer(written, quoting=csv.QUOTE_ALL)
    for row in (headings(language), *(row_of(reply, base_url) for reply in replies)):
        rows.writerow([f"'{cell}" if _FORMULA.match(cell) else cell for cell in row])
    return written.getvalue()


def as_xlsx(replies: Sequence[Reply], base_url: str, language: Language = "zh") -> bytes:
    """A workbook with one sheet, its first row fixed and filterable. Every cell is text: none is a formula or a number."""
    import xlsxwriter  # type: ignore[import-untyped]  # Here alone: the command line does without it.

    written = BytesIO()
    with xlsxwriter.Workbook(written, {"in_memory": True}) as book:
        sheet = book.add_worksheet("答复" if language == "zh" else "Replies")
        head = book.add_format({"bold": True, "bg_color": "#F3EAE4", "border": 1, "border_color": "#D9D2C6"})
        cell = book.add_format({"text_wrap": True, "valign": "top"})
        for column, (name, title) in enumerate(zip(_COLUMNS, headings(language), strict=True)):
            sheet.set_column(column, column, _WIDTHS.get(name, 10))
            sheet.write_string(0, column, title, head)
        for number, reply in enumerate(replies, start=1):
            for column, value in enumerate(row_of(reply, base_url)):
                sheet.write_string(number, column, _fitting(value), cell)
        sheet.freeze_panes(1, 1)
        sheet.autofilter(0, 0, max(1, len(replies)), len(_COLUMNS) - 1)
    return written.getvalue()


def _fitting(value: str) -> str:
    return value if len(value) <= _MAX_CELL else value[: _MAX_CELL - 1] + "…"
