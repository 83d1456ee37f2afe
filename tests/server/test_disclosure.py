"""What each role is shown, through a real index: an internal document neither hides a public one nor is mentioned."""

from pathlib import Path

import pytest

from indexer.document import Document
from indexer.encoders import Encoder
from indexer.errors import DamagedGeneration, UnknownDocument
from indexer.generations import Generation
from indexer.soundness import problems_of
from server.assistant import Assistant
from server.replies import ReplyFilters
from server.search.disclosure import Role, seen_by
from server.search.filters import Filters, searched_documents
from tests.server.support import PUMPS, built

PLAN = f"清河区泵站值守方案\n\n各有关单位：\n\n{PUMPS}\n值守电话{{}}畅通。\n\n{{}}年1月5日\n"
LETTER = (
    "清河区水利局\n\n{0}\n\n清水函〔2024〕{1}号\n\n关于区三届人大二次会议第{1}号建议的答复函\n\n{2}代表：\n\n"
    "您提出的《关于加快{3}的建议》收悉。今年改造{3}{1}公里。\n\n清河区水利局\n\n2024年5月6日\n"
)
FILES = {
    "一.txt": PLAN.format("保持", 2021), "一.meta.toml": 'disclosure = "主动公开"',
    "二.txt": PLAN.format("全天保持", 2022), "二.meta.toml": 'disclosure = "公开"',
    "三.txt": PLAN.format("昼夜保持", 2023), "三.meta.toml": 'disclosure = "不予公开"',
    "旧.txt": "清河区供水暂行办法\n\n主动公开\n\n第一条 每周检测水质两次。\n\n2015年2月1日\n", "旧.meta.toml": 'disclosure = "主动公开"',
    "新.txt": "清河区供水管理办法\n\n第一条 每天检测水质一次。\n\n第二条 《清河区供水暂行办法》同时废止。\n\n2024年5月6日\n",
    "公开函.txt": LETTER.format("同意公开", 101, "张三", "管网"), "申请函.txt": LETTER.format("依申请公开", 102, "李四", "水渠"),
    "不明函.txt": LETTER.format("B", 103, "王五", "河堤"),
}  # fmt: skip
PUBLIC = {"一", "二", "旧", "公开函"}
DEPUTY = PUBLIC | {"申请函", "不明函"}
EVERYTHING = DEPUTY | {"三", "新"}
SEEN: dict[Role, set[str]] = {"public": PUBLIC, "deputy": DEPUTY, "staff": EVERYTHING, "admin": EVERYTHING}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Assistant:
    return built(tmp_path_factory.mktemp("office"), encoder, FILES)


@pytest.fixture(scope="module")
def by_name(office: Assistant) -> dict[str, Document]:
    return {document.source.removesuffix(".txt"): document for document in office.documents()}


@pytest.fixture(params=SEEN)
def role(request: pytest.FixtureRequest) -> Role:
    chosen: Role = request.param
    return chosen


def names(generation: Generation, numbers: set[int] | None) -> set[str]:
    assert numbers is not None
    return {generation.document(number).source.removesuffix(".txt") for number in numbers}


def test_what_each_role_may_see(office: Assistant, by_name: dict[str, Document], role: Role) -> None:
    seen = seen_by(office.generation, role)
    assert {document.source.removesuffix(".txt") for document in seen.documents()} == SEEN[role]
    assert {document.source.removesuffix(".txt") for document in office.documents(role)} == SEEN[role]
    for name, document in by_name.items():
        if name in SEEN[role]:
            assert office.document(document.document_id, role).text == document.text
            others = {v.document_id for v in office.versions(document.document_id, role)}
            assert others <= {by_name[seen].document_id for seen in SEEN[role]}
        else:
            with pytest.raises(UnknownDocument, match="no such document"):
                office.document(document.document_id, role)


def test_search_and_questions_stay_within_what_the_role_may_see(office: Assistant, role: Role) -> None:
    for system in ("hybrid", "bm25", "dense"):
        for text in ("泵站值守电话", "水质检测", "建议的答复函 改造"):
            passages = office.search(text, 100, system, role=role).passages
            assert {p.document.source.removesuffix(".txt") for p in passages} <= SEEN[role]
    answer = office.ask("每天检测水质几次", 100, role=role)
    assert {p.document.source.removesuffix(".txt") for p in answer.passages} <= SEEN[role]


@pytest.mark.parametrize(("role", "newest"), [("public", "二"), ("deputy", "二"), ("staff", "三"), ("admin", "三")])
def test_the_newest_version_that_the_reader_may_see_ranks(office: Assistant, role: Role, newest: str) -> None:
    seen = seen_by(office.generation, role)
    assert names(seen, searched_documents(seen, None)) & {"一", "二", "三"} == {newest}
    found = {p.document.source.removesuffix(".txt") for p in office.search("泵站值守", 100, role=role).passages}
    assert found & {"一", "二", "三"} == {newest}


def test_any_set_of_documents_may_be_what_is_asked_about(office: Assistant, by_name: dict[str, Document]) -> None:
    def ranked(*among: str, filters: Filters | None = None) -> set[str]:
        numbers = {office.generation.numbers[by_name[name].document_id] for name in among}
        return names(office.generation, searched_documents(office.generation, filters, numbers))

    assert ranked("一") == {"一"}
    assert ranked("一", "三", "旧") == {"三", "旧"}
    assert ranked() == set()
    assert ranked("一", "二", "三", filters=Filters(as_of="2022-06-01")) == {"二"}
    assert ranked("一", "三", filters=Filters(as_of="2022-06-01")) == {"一"}


def links(document: Document) -> dict[str, str]:
    return {name: f.value for name, f in document.metadata.items() if name in ("newer_version", "superseded_by")}


def test_links_lead_to_what_the_reader_may_see(office: Assistant, by_name: dict[str, Document]) -> None:
    ids = {name: document.document_id for name, document in by_name.items()}
    assert links(office.document(ids["一"], "public")) == {"newer_version": ids["二"]}
    assert links(office.document(ids["二"], "public")) == {}
    assert links(office.document(ids["一"], "staff")) == {"newer_version": ids["三"]}
    assert links(office.document(ids["二"], "staff")) == {"newer_version": ids["三"]}
    old = office.document(ids["旧"], "public")
    assert (links(old), old.metadata["status"].value) == ({}, "废止")
    assert links(office.document(ids["旧"], "staff")) == {"superseded_by": ids["新"]}
    assert [(v.document_id, v.relation) for v in office.versions(ids["二"], "public")] == [(ids["一"], "older")]
    assert [v.document_id for v in office.versions(ids["一"], "staff")] == [ids["三"], ids["二"]]


def test_answers_do_not_speak_of_what_the_reader_may_not_see(office: Assistant, by_name: dict[str, Document]) -> None:
    question = "31号泵站由哪个班负责，配备水泵几台"
    for_public, for_staff = (office.ask(question, role=role) for role in ("public", "staff"))
    assert (for_public.citations[0].source, for_public.citations[0].superseded_by) == ("二.txt", None)
    assert "更新版本" not in for_public.answer
    assert for_staff.citations[0].source == "三.txt"
    old = office.ask("供水企业每周检测水质两次吗", filters=Filters(as_of="2020-01-01"), role="public")
    assert (old.citations[0].source, old.citations[0].superseded_by) == ("旧.txt", None)
    assert by_name["新"].document_id not in repr(old.citations)


@pytest.mark.parametrize(
    ("role", "number", "answered"),
    [("public", 101, True), ("public", 102, False), ("public", 103, False), ("deputy", 102, True), ("deputy", 103, True)],
)  # fmt: skip
def test_a_reply_that_may_not_be_seen_is_one_that_does_not_exist(
    office: Assistant, role: Role, number: int, answered: bool
) -> None:
    for question in (f"第{number}号建议是谁提出的", f"清水函〔2024〕{number}号是答复谁的"):
        answer = office.ask(question, role=role)
        assert answer.answered == answered
        if not answered:
            assert answer.refusal is not None
            assert answer.refusal.reason == "unknown_number"


def test_who_sees_nothing_is_told_that_nothing_was_found(tmp_path: Path, encoder: Encoder) -> None:
    assistant = built(tmp_path, encoder, {name: FILES[name] for name in ("三.txt", "三.meta.toml")})
    assert assistant.documents("public") == []
    assert assistant.documents("staff") != []
    for system in ("hybrid", "bm25", "dense"):
        assert assistant.search("31号泵站", system=system, role="deputy").passages == []
    answer = assistant.ask("31号泵站由哪个班负责", role="public")
    assert (answer.answered, answer.citations, answer.passages) == (False, [], [])
    assert assistant.ask("31号泵站由哪个班负责", role="staff").answered
    assert assistant.replies(ReplyFilters(), "public") == []
    assert problems_of(assistant.generation) == []


def test_audiences_who_see_the_same_share_an_edition(tmp_path: Path, encoder: Encoder) -> None:
    assistant = built(tmp_path, encoder, {name: text for name, text in FILES.items() if "函" not in name})
    assert assistant.generation.manifest.editions == {"public": "public", "deputy": "public"}
    everything = {name: text for name, text in FILES.items() if name[0] in "一二"}
    (tmp_path / "other").mkdir()
    public = built(tmp_path / "other", encoder, everything)
    assert public.generation.manifest.editions == {}
    assert seen_by(public.generation, "public") is public.generation


def test_a_damaged_edition_is_noticed(tmp_path: Path, encoder: Encoder) -> None:
    assistant = built(tmp_path, encoder, FILES)
    generation = assistant.generation
    assert problems_of(generation) == []
    path = generation.folder / "public" / "words.weights.npy"
    raw = bytearray(path.read_bytes())
    raw[-1] ^= 0xFF
    path.write_bytes(raw)
    assert problems_of(generation) == ["public/words.weights.npy：内容与校验和不符 / checksum differs"]
    path.write_bytes(raw[:-1])
    with pytest.raises(DamagedGeneration, match=r"public/words\.weights\.npy"):
        Generation(tmp_path / "data")
