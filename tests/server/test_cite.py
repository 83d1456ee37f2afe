"""Citations say what their documents say, or are never made."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.document import Document, Field
from server.answer.cite import FalseQuote, cite, page_of

LETTER = Document(
    document_id="a1", source="函 一.txt", title="关于𠮷村供水的答复函", text="甲🙂乙𠮷村供水已经完成。\n丙",
    pages=(0, 4, 4, 12),
    metadata={"document_number": Field("渝水函〔2025〕7号"), "date": Field("2025-04-30", 0, 1)},
)  # fmt: skip


def test_a_citation_names_its_document_and_place() -> None:
    # 甲0 🙂1 乙2 𠮷3 村4 供5 水6: code points, not bytes or UTF-16 units.
    citation = cite(2, LETTER, ("一、供水",), 3, 7, "𠮷村供水")
    assert (citation.n, citation.document_id, citation.source, citation.title) == (
        2,
        "a1",
        "函 一.txt",
        "关于𠮷村供水的答复函",
    )
    assert (citation.document_number, citation.issuer, citation.date) == ("渝水函〔2025〕7号", None, "2025-04-30")
    assert (citation.section, citation.page) == (("一、供水",), 1)
    assert (citation.quote, citation.start, citation.end) == ("𠮷村供水", 3, 7)
    assert LETTER.text[citation.start : citation.end] == citation.quote


@pytest.mark.parametrize(
    ("start", "end", "quote"),
    [
        (3, 7, "𠮷村供氺"),  # another character that looks alike
        (3, 7, "𠮷村供水 "),
        (3, 7, ""),
        (2, 6, "𠮷村供水"),  # the right words at the wrong place
        (3, 3, ""),
        (7, 3, ""),
        (-2, 14, LETTER.text[-2:14]),
        (-14, -1, LETTER.text[-14:-1]),
        (12, 99, LETTER.text[12:99]),  # a span that runs beyond the end
    ],
)
def test_a_false_quote_is_never_returned(start: int, end: int, quote: str) -> None:
    with pytest.raises(FalseQuote):
        cite(1, LETTER, (), start, end, quote)


def test_pages_are_counted_from_one() -> None:
    # Pages start at 0, 4, 4 and 12: the second is empty.
    assert [page_of(LETTER, offset) for offset in (0, 3, 4, 11, 12, 13)] == [1, 1, 3, 3, 4, 4]


def test_a_source_without_pages_has_none() -> None:
    plain = Document("b2", "b.txt", "无页", "没有分页")
    assert page_of(plain, 2) is None
    assert cite(1, plain, (), 0, 2, "没有").page is None


@given(st.text(min_size=1, max_size=30), st.integers(-5, 35), st.integers(-5, 35), st.text(max_size=5))
def test_only_the_text_at_its_span_can_be_quoted(text: str, start: int, end: int, other: str) -> None:
    document = Document("c3", "c.txt", "任意", text)
    if 0 <= start < end <= len(text):
        assert cite(1, document, (), start, end, text[start:end]).quote == text[start:end]
    else:
        with pytest.raises(FalseQuote):
            cite(1, document, (), start, end, text[start:end])
    if other != text[start:end]:
        with pytest.raises(FalseQuote):
            cite(1, document, (), start, end, other)
