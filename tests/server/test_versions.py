"""Other versions of a document: which of them ranks, which are one click away, and how they are shown."""

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from indexer.document import Document
from indexer.encoders import Encoder
from indexer.errors import UnknownDocument
from server.app import create_app
from server.assistant import Assistant
from server.search.filters import Filters, searched_documents
from server.search.versions import older_versions
from server.settings import Settings
from tests.server.support import PUMPS, Cli, built, check_passages, local

# A draft, what came of it, and its revision; a copy of the draft that somebody gave another disclosure.
DRAFT = f"清河区泵站值守方案\n\n清水发〔2021〕5号\n\n各有关单位：\n\n{PUMPS}\n值守电话保持畅通。\n\n2021年1月5日\n"
PLAN = DRAFT.replace("〔2021〕5号", "〔2022〕6号").replace("保持畅通", "全天保持畅通").replace("2021年", "2022年")
REVISED = PLAN.replace("〔2022〕6号", "〔2023〕7号").replace("全天保持", "昼夜保持").replace("2022年", "2023年")
TEXTS = {"稿.txt": DRAFT, "案.txt": PLAN, "修订.txt": REVISED, "稿 副本.txt": DRAFT, "另存 稿.txt": DRAFT}
SIDECARS = {"另存 稿.meta.toml": 'disclosure = "不予公开"\n'}
OTHERS = {
    "旧.txt": "清河区供水暂行办法\n\n第一条 每周检测水质两次。\n\n2015年2月1日\n",
    "新.txt": "清河区供水管理办法\n\n第一条 每天检测水质一次。\n\n第二条 《清河区供水暂行办法》同时废止。\n\n2024年5月6日\n",
}


@pytest.fixture(scope="module")
def plans(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Assistant:
    return built(tmp_path_factory.mktemp("plans"), encoder, TEXTS | SIDECARS | OTHERS)


@pytest.fixture(scope="module")
def by_name(plans: Assistant) -> dict[str, Document]:
    return {document.source.removesuffix(".txt"): document for document in plans.documents()}


@pytest.fixture(scope="module")
def http(plans: Assistant) -> TestClient:
    return local(create_app(plans, Settings()))


def others(assistant: Assistant, document: Document) -> list[tuple[str, str]]:
    """Source and relation of the other versions, in order."""
    return [
        (assistant.document(v.document_id).source.removesuffix(".txt"), v.relation)
        for v in assistant.versions(document.document_id)
    ]


def test_the_relations_are_told_the_nearest_first(plans: Assistant, by_name: dict[str, Document]) -> None:
    # 稿 and 稿 副本 are one document, that of the path that sorts first.
    assert set(by_name) == {"稿 副本", "案", "修订", "另存 稿", "旧", "新"}
    copied = others(plans, by_name["稿 副本"])
    assert copied == [("修订", "newer"), ("案", "newer"), ("另存 稿", "copy")]
    assert others(plans, by_name["案"])[0] == ("修订", "newer")
    assert sorted(others(plans, by_name["案"])[1:]) == [("另存 稿", "older"), ("稿 副本", "older")]
    assert {relation for _, relation in others(plans, by_name["修订"])} == {"older"}
    assert others(plans, by_name["旧"]) == [("新", "superseded_by")]
    assert others(plans, by_name["新"]) == [("旧", "supersedes")]


def test_an_amended_document_and_what_amends_it(tmp_path: Path, encoder: Encoder) -> None:
    files = {
        "办法.txt": "清河区防汛办法\n\n第一条 六月前清理沟渠。\n\n2019年2月1日\n",
        "决定.txt": "清河区关于修改《清河区防汛办法》的决定\n\n对《清河区防汛办法》作如下修改：第一条改为五月前清理沟渠。\n\n2020年4月1日\n",
    }  # fmt: skip
    assistant = built(tmp_path, encoder, files)
    law, decision = sorted(assistant.documents(), key=lambda document: document.source != "办法.txt")
    assert others(assistant, law) == [("决定", "amended_by")]
    assert others(assistant, decision) == [("办法", "amends")]
    assert [version.status for version in assistant.versions(decision.document_id)] == ["已修改"]


def test_a_document_of_another_index(plans: Assistant) -> None:
    with pytest.raises(UnknownDocument, match="no such document"):
        plans.versions("nothing")


def found(assistant: Assistant, **filters: str) -> set[str]:
    given = Filters(**filters)
    numbers = searched_documents(assistant.generation, None if given.empty else given)
    assert numbers is not None
    return {assistant.generation.document(number).source.removesuffix(".txt") for number in numbers} - {"旧", "新"}


@pytest.mark.parametrize(
    ("filters", "sources"),
    [
        ({}, {"修订"}),
        # Of those that were there on the day, the newest: never two of them.
        ({"as_of": "2023-01-05"}, {"修订"}),
        ({"as_of": "2023-01-04"}, {"案"}),
        ({"as_of": "2022-01-05"}, {"案"}),
        ({"as_of": "2021-01-04"}, set()),
        # Whoever asks for a year or a 文号 wants what has it.
        ({"year": "2022"}, {"案"}),
        ({"number": "清水发〔2022〕6号"}, {"案"}),
        ({"year": "2022", "number": "清水发〔2021〕5号"}, set()),
        ({"status": "现行有效"}, {"修订"}),
    ],
)
def test_one_version_ranks(plans: Assistant, filters: dict[str, str], sources: set[str]) -> None:
    assert found(plans, **filters) == sources


def test_of_two_copies_of_that_day_one_ranks(plans: Assistant) -> None:
    assert len(found(plans, as_of="2021-01-05")) == 1
    assert found(plans, as_of="2021-01-05") < {"稿 副本", "另存 稿"}


def test_an_older_version_does_not_stand_in_for_one_out_of_force(tmp_path: Path, encoder: Encoder) -> None:
    files = {"稿.txt": DRAFT, "案.txt": PLAN, "案.meta.toml": 'status = "废止"\nexpires = 2024-06-01\n'}
    assistant = built(tmp_path, encoder, files)
    assert found(assistant, status="现行有效") == set()
    assert found(assistant, as_of="2024-06-02") == set()
    assert found(assistant, as_of="2024-06-01") == {"案"}
    assert found(assistant, status="废止") == {"案"}


def test_older_versions_depend_on_what_there_is_to_choose_from(plans: Assistant, by_name: dict[str, Document]) -> None:
    generation = plans.generation
    number = {name: generation.numbers[document.document_id] for name, document in by_name.items()}
    assert older_versions(generation, {number["案"], number["修订"], number["新"]}) == {number["案"]}
    assert older_versions(generation, {number["案"], number["旧"]}) == set()
    assert older_versions(generation, set()) == set()


def test_a_question_that_names_an_older_version_is_about_it(plans: Assistant) -> None:
    answer = plans.ask("清水发〔2022〕6号规定31号泵站由哪个班负责")
    assert answer.answered
    assert {passage.document.source for passage in answer.passages} == {"案.txt"}
    assert "（注意：该文件已有更新版本）" in answer.answer
    assert not plans.ask("清水发〔2022〕6号规定31号泵站由哪个班负责", filters=Filters(year="2021")).answered


# HTTP


def test_a_document_comes_with_its_versions(http: TestClient, by_name: dict[str, Document]) -> None:
    body = http.get(f"/api/documents/{by_name['稿 副本'].document_id}").json()
    assert body["sources"] == ["稿 副本.txt", "稿.txt"]
    assert (body["status"], body["disclosure"]) == (None, None)
    assert body["versions"][0] == {
        "document_id": by_name["修订"].document_id, "title": "清河区泵站值守方案", "date": "2023-01-05", "status": None, "relation": "newer",
    }  # fmt: skip
    old = http.get(f"/api/documents/{by_name['旧'].document_id}").json()
    assert old["status"] == "废止"
    (newer,) = old["versions"]
    assert (newer["relation"], newer["date"], newer["title"]) == ("superseded_by", "2024-05-06", "清河区供水管理办法")
    listed = {one["source"]: one for one in http.get("/api/documents").json()["documents"]}
    assert listed["旧.txt"]["versions"] == old["versions"]
    assert listed["另存 稿.txt"]["disclosure"] == "不予公开"


def test_passages_say_what_replaces_them(http: TestClient, plans: Assistant, by_name: dict[str, Document]) -> None:
    passages = http.get("/api/search", params={"q": "泵站", "year": "2022"}).json()["passages"]
    check_passages(passages, lambda document_id: plans.document(document_id).text)
    assert {(one["status"], one["superseded_by"]) for one in passages} == {(None, by_name["修订"].document_id)}
    passages = http.get("/api/search", params={"q": "水质", "status": "废止"}).json()["passages"]
    assert {(one["status"], one["superseded_by"]) for one in passages} == {("废止", by_name["新"].document_id)}
    passages = http.get("/api/search", params={"q": "水质", "as_of": "2024-06-01"}).json()["passages"]
    assert {(one["source"], one["superseded_by"]) for one in passages} >= {("新.txt", None)}


# Command line


@pytest.fixture
def shown(cli: Cli, tmp_path: Path, encoder: Encoder) -> Cli:
    built(tmp_path, encoder, TEXTS | SIDECARS | OTHERS)
    (cli.folder / ".env").write_text(f"ZHENGWEN_DATA_DIR={tmp_path / 'data'}\n", encoding="utf-8")
    return cli


def test_commands_show_versions(shown: Cli, by_name: dict[str, Document]) -> None:
    lines = shown("documents", "list").out.splitlines()
    at = lines.index(f"{by_name['稿 副本'].document_id}  稿 副本.txt  《清河区泵站值守方案》  清水发〔2021〕5号")
    assert lines[at + 1] == "    副本 copy：稿.txt"
    assert lines[at + 2].startswith(f"    更新的版本 newer version：{by_name['修订'].document_id}")
    assert f"{by_name['旧'].document_id}  旧.txt  《清河区供水暂行办法》  废止" in lines
    plain = shown("documents", "show", by_name["旧"].document_id).out
    assert "status: 废止  ← 推断或更正" in plain
    assert f"被此文件废止 repealed by：{by_name['新'].document_id}  《清河区供水管理办法》  2024-05-06" in plain
    assert "newer_version" not in plain + "".join(lines)


def test_commands_take_the_filters_of_http(shown: Cli) -> None:
    def sources(*arguments: str) -> set[str]:
        return {p["source"] for p in shown("search", "水质检测与泵站", *arguments, "--json").json()["passages"]}

    assert sources("--year", "2022") == {"案.txt"}
    assert sources("--number", "清水发〔2021〕5号", "--as-of", "2021-12-31") <= {"稿 副本.txt", "另存 稿.txt"}
    assert sources("--status", "废止") == {"旧.txt"}
    assert sources("--as-of", "2015-02-01") == {"旧.txt"}
    assert sources("--kind", "measures", "--status", "现行有效") == {"新.txt"}
    assert sources("--issuer", "无此机关") == set()
    asked = shown("ask", "每周检测水质几次", "--as-of", "2015-03-01", "--kind", "measures", "--json").json()
    assert {p["source"] for p in asked["passages"]} == {"旧.txt"}
    plain = shown("search", "水质", "--status", "废止", "--system", "bm25").out
    assert "注意 note：废止；已有更新文件" in plain


@pytest.mark.parametrize(
    ("option", "value", "says"),
    [
        ("--year", "25", "year 应为四位数字"), ("--year", "２０２５", "year 应为四位数字"), ("--as-of", "2025/04/30", "as_of 应为日期"),
        ("--as-of", "20250430", "as_of 应为日期"), ("--as-of", "2025-02-30", "as_of 应为日期"), ("--as-of", "", "as_of 应为日期"),
    ],
)  # fmt: skip
def test_wrong_filters_are_one_line_and_the_same_over_http(
    cli: Cli, http: TestClient, option: str, value: str, says: str
) -> None:
    for command in ("ask", "search"):
        done = cli(command, "水质", option, value)
        assert done.code == 2
        assert says in done.one_line()
    name = option.strip("-").replace("-", "_")
    response = http.get("/api/search", params={"q": "水质", name: value})
    assert (response.status_code, response.json()["detail"]) == (422, done.one_line().removeprefix("zhengwen: "))
    response = http.post("/api/ask", json={"question": "水质", "filters": {name: value}})
    assert response.status_code == 422
    assert response.json()["detail"] == f"filters: {done.one_line().removeprefix('zhengwen: ')}"


def test_a_filter_that_is_no_text(cli: Cli) -> None:
    done = cli.afresh("search", "水质", "--kind", b"\xff")
    assert done.code == 2
    assert "kind" in done.one_line()
