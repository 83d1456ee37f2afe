"""Lines made of fields: which document each is of, and what happens where there are many."""

from indexer.document import Document, SourceDocument
from indexer.reading import understand
from server.answer.field_lines import compose_fields, named_reply
from server.answer.fields import NamedBy, field_answers
from server.search.query import understand_query
from tests.server.known_replies import REPLIES, reply, titled

WATER, ASSETS = (understand(f"{name}.txt", SourceDocument(REPLIES[name])) for name in ("饮水", "盘活"))


def composed(question: str, documents: list[Document], by: NamedBy = "number") -> list[str]:
    query = understand_query(question)
    text, citations = compose_fields(query, field_answers(query, documents), by)
    assert [citation.n for citation in citations] == list(range(1, len(citations) + 1))
    assert len(text) <= 400
    return text.split("\n")


def test_one_document_that_is_named_by_its_number_is_not_named_again() -> None:
    assert composed("是谁提的", [WATER]) == ["提出人：王明华 [1]"]


def test_a_document_found_by_its_subject_is_named() -> None:
    assert composed("是谁提的", [WATER], "subject") == [f"{named_reply(WATER, 'zh')}：", "提出人：王明华 [1]"]
    assert composed("Who proposed it?", [WATER], "subject") == [
        "《关于推进农村饮水安全的建议》 (No. 0103):", "Proposed by: 王明华 [1]",
    ]  # fmt: skip


def test_several_documents_are_named_unless_their_fields_tell_them_apart() -> None:
    assert composed("是谁提的", [WATER, ASSETS]) == [
        "《关于推进农村饮水安全的建议》（第0103号建议）：", "提出人：王明华 [1]",
        "《关于加快国有资产盘活的建议》（第0201号提案）：", "提出人：江小禾 [2]",
    ]  # fmt: skip
    assert composed("文号多少，是谁提的", [WATER, ASSETS]) == [
        "发文字号：清水函〔2025〕13号 [1]", "提出人：王明华 [2]", "发文字号：清财函〔2025〕21号 [3]", "提出人：江小禾 [4]",
    ]  # fmt: skip


def test_what_a_letter_leaves_out_is_said() -> None:
    parking = understand("车位.txt", SourceDocument(REPLIES["车位"]))
    assert composed("是谁提的，联系人是谁", [parking]) == ["提出人：孙大河 [1]", "联系人：文件没有写明。"]
    assert composed("联系人是谁", [parking]) == [""]


def test_of_too_many_it_is_said_how_many_there_are() -> None:
    many = [
        understand(f"{n}.txt", SourceDocument(reply(f"03{n}", "王明代表", titled(f"关于第{n}条河道清淤疏浚和护岸加固的建议", f"03{n}"), n)))
        for n in range(10, 22)
    ]  # fmt: skip
    lines = composed("哪个单位答复的", many)
    shown = (len(lines) - 1) // 2
    assert 1 < shown < len(many)
    assert lines[-1] == f"（共12件，以上为其中{shown}件。）"
    assert lines[0] == "《关于第10条河道清淤疏浚和护岸加固的建议》（第0310号建议）："


def test_a_letter_without_a_number_is_named_by_its_title() -> None:
    page = Document("p", "p.txt", "关于供水的函", "关于供水的函")
    assert named_reply(page, "zh") == named_reply(page, "en") == "《关于供水的函》"
