"""The list as a workbook, as CSV and as an Atom feed, read back by programs that share no code with ours."""

import csv
import re
from collections.abc import Iterator
from datetime import datetime
from io import BytesIO, StringIO
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree as ET

import feedparser  # type: ignore[import-untyped]
import openpyxl  # type: ignore[import-untyped]
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from indexer.document import Document
from indexer.encoders import Encoder
from server.api import exports
from server.app import create_app
from server.assistant import Assistant
from server.replies import Reply, Statement
from server.replies.feed import atom, newest, stable_id, updated
from server.replies.table import as_csv, as_xlsx
from server.settings import Settings
from tests.server.reply_letters import FILES
from tests.server.support import built, check_problem, local

BASE = "http://localhost/"
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture(scope="module")
def letters(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Assistant:
    """The assistant over the made-up letters."""
    return built(tmp_path_factory.mktemp("letters"), encoder, FILES)


@pytest.fixture(scope="module")
def http(letters: Assistant) -> Iterator[TestClient]:
    """HTTP to it."""
    with local(create_app(letters, Settings())) as client:
        yield client


def made(identity: str = "id", **fields: str) -> Reply:
    """A reply with these fields."""
    return Reply(Document(identity, "a.txt", "关于事项的答复函", ""), fields, {}, [], [Statement("将办理。", 0, 4)])


def rows_of(text: str) -> list[list[str]]:
    """CSV as Python's reader has it, without the byte order mark that it must begin with."""
    assert text.startswith("\ufeff")
    return list(csv.reader(StringIO(text[1:], newline="")))


def cells_of(body: bytes) -> list[list[str]]:
    """The cells of a workbook's first sheet, which all must be text."""
    sheet = openpyxl.load_workbook(BytesIO(body)).worksheets[0]
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells if cell.value is not None} == {"s"}
    return [["" if value is None else str(value) for value in row] for row in sheet.iter_rows(values_only=True)]


def test_both_files_hold_what_was_found(http: TestClient) -> None:
    asked = {"adoption": "采纳", "category": "A"}
    table = http.get("/api/replies.csv", params=asked)
    assert table.headers["content-type"] == "text/csv; charset=utf-8"
    assert table.headers["content-disposition"] == 'attachment; filename="replies.csv"'
    head, *rows = rows_of(table.content.decode("utf-8"))
    assert head[:4] == ["编号", "类别", "会议", "标题"]
    assert [row[0] for row in rows] == ["0113", "0111"]
    first = dict(zip(head, rows[0], strict=True))
    assert first["答复文号"] == "清水函〔2025〕13号"
    assert first["承诺办理"] == "年底前建成城东水厂并向东部三个乡镇供水。\n我局将研究制定农村供水水价补贴办法。"
    identity = http.get("/api/replies", params=asked).json()["replies"][0]["document_id"]
    assert first["网址"] == f"{BASE}replies/{identity}"
    book = http.get("/api/replies.xlsx", params=asked)
    assert book.headers["content-disposition"] == 'attachment; filename="replies.xlsx"'
    assert cells_of(book.content) == [head, *rows]
    english = rows_of(http.get("/api/replies.csv", params={"lang": "en", "number": "9"}).text)
    assert (english[0][:2], len(english)) == (["Number", "Kind"], 1)
    assert len(cells_of(http.get("/api/replies.xlsx", params={"number": "9"}).content)) == 1


@pytest.mark.parametrize("form", ["/api/replies.csv", "/api/replies.xlsx", "/replies.atom"])
def test_wrong_parameters_are_problems_not_files(http: TestClient, form: str) -> None:
    assert "year" in check_problem(http.get(form, params={"year": "25"}), 422)["detail"]


def test_too_many_for_one_file_are_refused(http: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "MAX_ROWS", 3)
    for form in ("csv", "xlsx"):
        assert "4" in check_problem(http.get(f"/api/replies.{form}"), 422)["detail"]
        assert http.get(f"/api/replies.{form}", params={"category": "A"}).status_code == 200


@pytest.mark.parametrize("begun", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", "＠SUM(A1)"])
def test_no_cell_is_a_formula(begun: str) -> None:
    replies = [made(proposer=begun, organ=begun)]
    assert rows_of(as_csv(replies, BASE))[1][4] == "'" + begun
    cell = cells_of(as_xlsx(replies, BASE))[1][5]
    assert cell.replace("_x000D_", "\r").replace("\r", "\n") == begun.replace("\r", "\n")


def test_a_cell_holds_no_more_than_a_workbook_can() -> None:
    long = Reply(made().document, {}, {}, [], [Statement("办" * 40_000, 0, 40_000)])
    (cell,) = [value for value in cells_of(as_xlsx([long], BASE))[1] if value.startswith("办")]
    assert (len(cell), cell[-1]) == (32_767, "…")


@given(name=st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
def test_any_name_comes_through_csv_whole(name: str) -> None:
    cell = rows_of(as_csv([made(proposer=name)], BASE))[1][4]
    assert cell in (name, "'" + name)


def checked_feed(body: bytes) -> ET.Element:
    """A feed with what RFC 4287 asks for: one id, title and updated each, a link to itself, absolute addresses."""
    feed = ET.fromstring(body)
    assert feed.tag == ATOM + "feed"
    for parent in (feed, *feed.findall(ATOM + "entry")):
        for name in ("id", "title", "updated"):
            assert len(parent.findall(ATOM + name)) == 1, name
        assert re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", parent.findtext(ATOM + "id") or "")
        moment = parent.findtext(ATOM + "updated") or ""
        assert datetime.fromisoformat(moment).tzinfo is not None
        assert parent.findtext(f"{ATOM}author/{ATOM}name")
        for link in parent.findall(ATOM + "link"):
            assert link.get("href", "").startswith(BASE)
        assert len([link for link in parent.findall(ATOM + "link") if link.get("rel") == "alternate"]) == 1
    assert len([link for link in feed.findall(ATOM + "link") if link.get("rel") == "self"]) == 1
    identifiers = [entry.findtext(ATOM + "id") for entry in feed.findall(ATOM + "entry")]
    assert len(set(identifiers)) == len(identifiers)
    return feed


def test_a_saved_search_as_a_feed(http: TestClient) -> None:
    response = http.get("/replies.atom", params={"q": "城东水厂", "organ": "市水利局", "year": ""})
    assert response.headers["content-type"] == "application/atom+xml; charset=utf-8"
    checked_feed(response.content)
    read = feedparser.parse(response.content)
    assert not read.bozo, read.get("bozo_exception")
    assert read.version == "atom10"
    assert [entry.title for entry in read.entries] == [
        "第0113号建议 关于加强农村饮水安全工程建设的建议", "第0111号建议 关于解决山区农村饮水困难的建议",
    ]  # fmt: skip
    assert read.entries[0].updated == read.feed.updated == "2025-04-13T00:00:00+08:00"
    assert read.entries[0].author == "清河市水利局"
    assert "承诺：年底前建成城东水厂" in read.entries[0].summary
    (own,) = [link.href for link in read.feed.links if link.rel == "self"]
    assert parse_qs(urlsplit(own).query) == {"q": ["城东水厂"], "organ": ["市水利局"]}
    assert http.get(own).content == response.content
    pages = [link.href for link in read.entries[0].links if link.rel == "alternate"]
    assert http.get(pages[0]).status_code == 200


def test_identifiers_do_not_change(http: TestClient) -> None:
    one, other = (
        checked_feed(http.get("/replies.atom", params=asked).content)
        for asked in ({"year": "2025", "category": "A"}, {"category": "A", "year": "2025"})
    )
    assert one.findtext(ATOM + "id") == other.findtext(ATOM + "id")
    assert one.findtext(ATOM + "id") != checked_feed(http.get("/replies.atom").content).findtext(ATOM + "id")
    assert stable_id("reply:x") == stable_id("reply:x") != stable_id("reply:y")


def test_a_feed_of_nothing_is_a_feed(http: TestClient) -> None:
    feed = checked_feed(http.get("/replies.atom", params={"number": "9"}).content)
    assert feed.findall(ATOM + "entry") == []
    # Not when the index was published: that may have been for a document that the reader may not see.
    assert feed.findtext(ATOM + "updated") == "1970-01-01T00:00:00+08:00"


@pytest.mark.parametrize("path", ["/api/replies.csv", "/api/replies.xlsx", "/replies.atom"])
def test_no_browser_keeps_what_a_reader_was_given(http: TestClient, path: str) -> None:
    assert http.get(path).headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("fields", "moment"),
    [({"date": "2025-04-30"}, "2025-04-30"), ({"date": "2025-04"}, "2025-04-01"), ({"document_number": "水函〔2024〕1号"}, "2024-01-01"),
     ({}, "1970-01-01")],
)  # fmt: skip
def test_when_a_reply_was_written(fields: dict[str, str], moment: str) -> None:
    assert updated(made(**fields)) == moment + "T00:00:00+08:00"


def test_the_newest_come_first_and_fifty_are_enough() -> None:
    replies = [made(str(day), date=f"2025-01-{day % 28 + 1:02}") for day in range(60)]
    assert len(newest(replies)) == 50
    assert [updated(reply) for reply in newest(replies)] == sorted(map(updated, replies), reverse=True)[:50]


@given(name=st.text(max_size=30), text=st.text(max_size=30))
def test_whatever_a_reply_says_the_feed_is_xml(name: str, text: str) -> None:
    reply = Reply(
        Document("id", "a.txt", name, ""), {"organ": name, "kind": text}, {}, [], [Statement(text, 0, len(text))]
    )
    body = atom([reply], {"q": text}, BASE)
    assert not feedparser.parse(body).bozo
    ET.fromstring(body)


def test_the_page_names_its_feed(http: TestClient) -> None:
    page = http.get("/replies").text
    assert re.search(r'<link rel="alternate" type="application/atom\+xml" href="/replies\.atom"', page)


def test_what_the_public_may_not_see_is_in_no_file(letters: Assistant, tmp_path: Path) -> None:
    from server.api.exports import _all_rows
    from server.replies import checked_reply_filters

    shown = _all_rows(letters, checked_reply_filters(), "public")
    assert [reply.fields["number"] for reply in shown] == ["0114", "0112", "0111"]
