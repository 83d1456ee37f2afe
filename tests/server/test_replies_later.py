"""What bears on a reply: later documents of the same place, the proposer's other proposals, similar proposals."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.document import Document, Field
from indexer.encoders import Encoder
from indexer.generations import Generation
from server.app import create_app
from server.assistant import Assistant
from server.replies import Reply, checked_reply_filters
from server.replies.later import THRESHOLD, last_day_of
from server.replies.place import origin
from server.replies.related import bare_title
from server.replies.substance import longest, substance_of
from server.search.disclosure import Role
from server.settings import Settings
from tests.server.reply_letters import FILES, letter, report
from tests.server.support import built, check_problem, local


@pytest.fixture(scope="module")
def letters(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Assistant:
    """The assistant over the made-up letters."""
    return built(tmp_path_factory.mktemp("letters"), encoder, FILES)


def numbered(assistant: Assistant, number: str) -> Reply:
    """The reply to a proposal."""
    (reply,) = assistant.replies(checked_reply_filters(number=number))
    return reply


def later(assistant: Assistant, number: str, role: Role = "admin") -> list[tuple[str, list[str]]]:
    """Each promise for which something was found, and the files."""
    found = assistant.related(numbered(assistant, number).document.document_id, role).later
    return [(one.promise.text, [sentence.passage.document.source for sentence in one.sentences]) for one in found]


def test_a_later_document_of_the_same_place_about_the_same_thing(letters: Assistant) -> None:
    """Not the older one, not that of another city, not the letter that promises the same in the same words."""
    ((promise, files),) = later(letters, "111")
    assert promise == "年底前建成城东水厂并向东部三个乡镇供水。"
    assert set(files) == {"通水.txt", "内部.txt"}
    # Nothing is known of touring the pipes, nor of parking.
    assert later(letters, "112") == later(letters, "114") == []


def test_what_the_public_may_not_see_bears_on_nothing(letters: Assistant) -> None:
    assert [files for _, files in later(letters, "111", "public")] == [["通水.txt"]]
    related = letters.related(numbered(letters, "111").document.document_id, "public")
    assert [reply.fields["number"] for reply in related.similar] == []
    assert [reply.fields["number"] for reply in related.same_proposer] == ["0112"]


def test_over_http_every_quote_is_the_text_at_its_place(letters: Assistant) -> None:
    reply = numbered(letters, "111")
    identity = reply.document.document_id
    with local(create_app(letters, Settings())) as http:
        body = http.get(f"/api/replies/{identity}/related").json()
        assert body.keys() == {"document_id", "later", "same_proposer", "similar"}
        assert body["document_id"] == identity
        for bearing in body["later"]:
            promise = bearing["promise"]
            assert reply.document.text[promise["start"] : promise["end"]] == promise["text"]
            for document in bearing["documents"]:
                text = http.get(f"/api/documents/{document['document_id']}/text").json()["text"]
                assert text[document["start"] : document["end"]] == document["quote"]
                assert document["date"] > "2025-04-11"
                assert document["score"] >= THRESHOLD
        assert [one["number"] for one in body["same_proposer"]] == ["0112"]
        assert [one["number"] for one in body["similar"]] == ["0113"]
        assert check_problem(http.get("/api/replies/nothing/related"), 404)
        waterworks = body["later"][0]["documents"][0]["document_id"]
        assert check_problem(http.get(f"/api/replies/{waterworks}/related"), 404)


def test_proposers_are_found_one_by_one(letters: Assistant) -> None:
    related = letters.related(numbered(letters, "114").document.document_id)
    assert [reply.fields["number"] for reply in related.same_proposer] == ["0113"]
    assert related.similar == []


def test_without_a_day_only_the_next_year_is_later(index_of: Callable[..., Assistant]) -> None:
    said = "城东水厂工程已建成通水，向东部三个乡镇供水。"
    assistant = index_of(
        函=letter(21, "张三", "供水").replace("2025年4月21日\n", ""),
        年内=report("清河市", "城东水厂建成通水情况", said, "2025年12月8日"),
        次年=report("清河市", "城东水厂运行情况", said + "日供水3万吨。", "2026年1月8日"),
        无日期=report("清河市", "城东水厂情况", said + "水质达标。", ""),
    )
    assert [files for _, files in later(assistant, "121")] == [["次年.txt"]]
    undated = numbered(assistant, "121").document
    assert last_day_of(Reply(undated, {}, {}, [], [])) is None


@pytest.mark.parametrize(
    ("metadata", "number", "day"),
    [
        ({"date": "2025-04-30"}, "", "2025-04-30"), ({"date": "2024-02"}, "", "2024-02-29"), ({"date": "2025"}, "", "2025-12-31"),
        ({"published": "2025-05-02"}, "", "2025-05-02"), ({}, "清水函〔2023〕5号", "2023-12-31"), ({}, "", None),
    ],
)  # fmt: skip
def test_the_day_after_which_a_document_is_later(metadata: dict[str, str], number: str, day: str | None) -> None:
    document = Document("id", "a.txt", "t", "", metadata={name: Field(value) for name, value in metadata.items()})
    assert last_day_of(Reply(document, {"document_number": number}, {}, [], [])) == day


def issued(issuer: str, title: str = "关于情况的通报") -> Document:
    """A document of an organ."""
    return Document("id", "a.txt", title, "", metadata={"issuer": Field(issuer)} if issuer else {})


@pytest.mark.parametrize(
    ("ours", "other", "passage", "where"),
    [
        (issued("清河市水利局"), issued("清河市人民政府"), "", "here"), (issued("清河市水利局"), issued("临江市水利局"), "", "elsewhere"),
        (issued("重庆市国资委"), issued("", "贵州省2026年政府工作报告"), "", "elsewhere"),
        (issued("重庆市国资委"), issued("", "重庆市2026年政府工作报告"), "", "here"),
        (issued("重庆市国资委"), issued("大渡口区政府"), "", "unknown"), (issued("重庆市国资委"), issued("大渡口区政府"), "全重庆", "here"),
        (issued("清河市水利局"), issued(""), "", "unknown"), (issued("市水利局"), issued("临江市水利局"), "", "here"),
    ],
)  # fmt: skip
def test_where_a_document_is_from(ours: Document, other: Document, passage: str, where: str) -> None:
    assert origin(ours, other, passage) == where


def test_what_any_letter_says_is_no_substance(generation: Generation) -> None:
    nothing = substance_of(
        "下一步，我们将会同市财政局等有关部门认真贯彻落实党中央、国务院决策部署，继续加强工作。", generation
    )
    assert nothing.weights == {}
    waterworks = substance_of("下一步，我们将继续建设城东水厂。", generation)
    assert "水厂" in waterworks.weights
    assert waterworks.shared("城东水厂已经通水") == pytest.approx(waterworks.total)
    assert waterworks.shared("供电所") == 0.0


def test_the_longest_of_nested_words() -> None:
    assert longest(["国资", "国资委", "水厂"]) == ["国资委", "水厂"]


@given(text=st.text(max_size=60), other=st.text(max_size=60))
def test_sharing_is_never_more_than_all(generation: Generation, text: str, other: str) -> None:
    substance = substance_of(text, generation)
    assert 0.0 <= substance.shared(other) <= sum(substance.weights.values())
    assert substance.shared("") == 0.0


def test_titles_without_their_wrapping() -> None:
    assert bare_title("关于加快盘活资产的建议") == "加快盘活资产"
    assert bare_title("治理停车难的提案") == "治理停车难"
