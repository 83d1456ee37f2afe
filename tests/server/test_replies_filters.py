"""The list of replies: by organ, category, adoption and session, in a fixed order, page by page, for whom it may be seen."""

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from indexer.encoders import Encoder
from server.app import create_app
from server.assistant import Assistant
from server.organ import is_named
from server.questions import BadQuestion
from server.replies import checked_reply_filters
from server.replies.filters import is_adoption, plain_session
from server.settings import Settings
from tests.server.reply_letters import FILES, letter
from tests.server.support import Cli, built, check_problem, local


@pytest.fixture(scope="module")
def letters(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Assistant:
    """The assistant over the made-up letters."""
    return built(tmp_path_factory.mktemp("letters"), encoder, FILES)


@pytest.fixture(scope="module")
def http(letters: Assistant) -> Iterator[TestClient]:
    """HTTP to it."""
    with local(create_app(letters, Settings())) as client:
        yield client


def numbers(client: TestClient, **parameters: Any) -> list[str]:
    """Numbers of the proposals that are listed."""
    response = client.get("/api/replies", params=parameters)
    assert response.status_code == 200, response.text
    return [reply["number"] for reply in response.json()["replies"]]


@pytest.mark.parametrize(
    ("parameters", "found"),
    [
        ({}, ["0114", "0113", "0112", "0111"]), ({"organ": "清河市水利局"}, ["0114", "0113", "0112", "0111"]),
        ({"organ": "市水利局"}, ["0114", "0113", "0112", "0111"]), ({"organ": "教育局"}, []),
        ({"category": "b"}, ["0112"]), ({"category": "Ｂ类"}, ["0112"]), ({"category": "C"}, []),
        ({"adoption": "部分采纳"}, ["0112"]), ({"adoption": "采纳"}, ["0113", "0112", "0111"]),
        ({"adoption": "未采纳"}, ["0114"]), ({"session": "第六届人大第三次会议"}, ["0114", "0113", "0112", "0111"]),
        ({"session": "6届人大3次"}, ["0114", "0113", "0112", "0111"]), ({"session": "五届人大"}, []),
        ({"proposer": "李四"}, ["0114", "0113"]), ({"proposer": "王五"}, ["0114"]),
        ({"number": "０１１２"}, ["0112"]), ({"number": "第112号"}, ["0112"]), ({"year": "2025", "category": "B"}, ["0112"]),
        ({"kind": "", "number": " ", "year": ""}, ["0114", "0113", "0112", "0111"]),
    ],
)  # fmt: skip
def test_what_narrows_the_list(http: TestClient, parameters: dict[str, str], found: list[str]) -> None:
    assert numbers(http, **parameters) == found


def test_words_bring_the_replies_that_hold_them(http: TestClient) -> None:
    assert numbers(http, q="停车泊位") == ["0114"]
    assert set(numbers(http, q="城东水厂")) == {"0111", "0113"}
    assert numbers(http, q="城东水厂", proposer="张三") == ["0111"]
    # Vectors find something for every text.
    assert numbers(http, q="量子计算") == []
    # One word is nowhere: the other is looked for.
    assert numbers(http, q="量子停车") == ["0114"]
    assert set(numbers(http, q="drinking water")) == {"0111", "0112", "0113", "0114"}


def test_page_by_page(http: TestClient) -> None:
    first = http.get("/api/replies", params={"limit": 3, "category": "A"})
    assert (first.json()["total"], [r["number"] for r in first.json()["replies"]]) == (3, ["0114", "0113", "0111"])
    assert "link" not in first.headers
    second = http.get("/api/replies", params={"limit": 2, "category": "A", "organ": "市水利局"})
    assert second.json()["total"] == 3
    following = second.links["next"]["url"]
    third = http.get(following)
    assert [reply["number"] for reply in third.json()["replies"]] == ["0111"]
    assert third.links["prev"]["url"].startswith("/api/replies?")
    assert "next" not in third.links
    assert http.get(third.links["prev"]["url"]).json() == second.json()
    assert numbers(http, offset=10) == []


@pytest.mark.parametrize(
    ("parameters", "names"),
    [({"category": "甲级"}, "category"), ({"limit": 0}, "limit"), ({"limit": 501}, "limit"), ({"offset": -1}, "offset"),
     ({"organ": "局" * 201}, "organ")],
)  # fmt: skip
def test_what_is_wrong_is_named(http: TestClient, parameters: dict[str, Any], names: str) -> None:
    assert names in check_problem(http.get("/api/replies", params=parameters), 422)["detail"]


def test_text_that_is_none_is_refused() -> None:
    for name in ("proposer", "organ", "session"):
        with pytest.raises(BadQuestion, match=name):
            checked_reply_filters(**{name: "\ud800"})


def test_each_sees_what_is_meant_for_them(letters: Assistant) -> None:
    seen = {
        role: [reply.fields["number"] for reply in letters.replies(checked_reply_filters(), role)]
        for role in ("public", "deputy")
    }
    assert seen == {"public": ["0114", "0112", "0111"], "deputy": ["0114", "0113", "0112", "0111"]}
    assert letters.reply_page(checked_reply_filters(number="113"), "public").total == 0


def test_letters_of_one_day_come_in_the_order_of_their_paths(tmp_path: Any, encoder: Encoder) -> None:
    same = {f"{name}.txt": letter(15, "张三", f"事项{name}") for name in ("丙", "甲", "乙")}
    undated = {"旧.txt": letter(16, "张三", "旧事").replace("2025年4月16日\n", "").replace("〔2025〕", "〔2024〕")}
    assistant = built(tmp_path, encoder, same | undated)
    sources = [reply.document.source for reply in assistant.replies(checked_reply_filters())]
    assert sources == ["丙.txt", "乙.txt", "甲.txt", "旧.txt"]  # By code point, then the year of the 文号.
    assert [r.document.source for r in assistant.replies(checked_reply_filters(year="2024"))] == ["旧.txt"]


@pytest.mark.parametrize(
    ("organs", "asked", "same"),
    [
        ("重庆市国有资产监督管理委员会", "市国资委", True), ("重庆市国有资产监督管理委员会", "国资委", True),
        ("重庆市国有资产监督管理委员会", "重庆市国资委", True), ("市国资委", "重庆市国有资产监督管理委员会", True),
        ("重庆市国有资产监督管理委员会", "市委", False), ("市发展和改革委员会", "发改委", True),
        ("市人力资源和社会保障局", "人社局", True), ("市人力资源和社会保障局", "人社厅", False),
        ("市水利局、市财政局", "财政局", True), ("市水利局、市财政局", "教育局", False), ("市教育局", "教育", True),
        ("清河区人民政府", "清河区政府", True), ("市住房和城乡建设委员会", "水利局", False), ("市水利局", "  ", False),
    ],
)  # fmt: skip
def test_short_names_of_organs(organs: str, asked: str, same: bool) -> None:
    assert is_named(organs, asked) is same


def test_sessions_and_adoptions_as_people_write_them() -> None:
    assert plain_session("市政协第六届第三次全体会议") == plain_session("市政协六届三次会议") == "市政协6届3次"
    assert is_adoption("留作今后工作参考", "工作参考")
    assert not is_adoption("暂不采纳", "采纳")


def test_on_the_command_line(cli: Cli, letters: Assistant) -> None:
    folder = letters.data_dir
    page = cli("replies", "--organ", "市水利局", "--limit", "2", "--data-dir", folder, "--json")
    assert (page.code, page.err) == (0, "")
    body = page.json()
    assert (body["total"], [reply["number"] for reply in body["replies"]]) == (4, ["0114", "0113"])
    plain = cli("replies", "--category", "A", "--adoption", "采纳", "--limit", "1", "--data-dir", folder)
    assert "第0113号建议" in plain.out
    assert "共 2 份" in plain.err
    related = cli("replies", "--number", "111", "--related", "--data-dir", folder)
    assert "可能相关的后续文件" in related.out
    assert "2025-12-08《关于城东水厂建成通水情况的通报》" in related.out
    listed = cli("replies", "--number", "111", "--related", "--data-dir", folder, "--json").json()
    assert [one["document_id"] for one in listed["related"]] == [listed["replies"][0]["document_id"]]
