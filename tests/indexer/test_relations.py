"""Copies, versions and repeals together."""

from indexer.document import Document, Field
from indexer.duplicates import signature
from indexer.relations import identity, relate

LONG = "".join(chr(0x4E00 + (7 * n * n + 3 * n) % 1999) for n in range(1200))


def document(name: str, text: str, **fields: str) -> Document:
    return Document(name, name, "甲办法", text, metadata={key: Field(value) for key, value in fields.items()})


def related(*documents: Document) -> dict[str, dict[str, str]]:
    found = relate(documents, [signature(one.text) for one in documents])
    return {one.document_id: {name: field.value for name, field in one.metadata.items()} for one in found}


def test_copies_are_equal_whatever_white_space_they_have_and_wherever_fields_stand() -> None:
    one, other = document("1", "甲 乙\n丙"), document("2", "甲乙丙")
    assert identity(one) == identity(other)
    moved = Document("3", "3", "甲办法", "甲乙丙", metadata={"issuer": Field("甲", 0, 1)})
    assert identity(moved) == identity(document("4", "甲乙丙", issuer="甲")) != identity(one)
    assert identity(document("5", "甲乙丙", disclosure="公开")) != identity(
        document("6", "甲乙丙", disclosure="不予公开")
    )


def test_all_at_once() -> None:
    found = related(
        document("旧", LONG, date="2020-01-01", status="现行有效"),
        document("旧 副本", " " + LONG, date="2020-01-01", status="现行有效"),
        document("新", LONG + "修订。", date="2022-01-01"),
        document("废", "另一份。", date="2024-01-01", repeals="甲办法", title="废止令"),
        document("无关", "毫不相干的内容。"),
    )
    assert list(found) == ["旧", "新", "废", "无关"]
    repealed = {"status": "废止", "superseded_by": "废", "expires": "2023-12-31"}
    assert found["旧"] == {"date": "2020-01-01", "other_sources": "旧 副本", "newer_version": "新"} | repealed
    assert found["新"] == {"date": "2022-01-01"} | repealed
    assert "status" not in found["废"]
    # A document of the same title without a day might be older: it is repealed too.
    assert found["无关"] == repealed


def test_nothing_to_relate() -> None:
    assert related() == {}
    assert related(document("1", "甲")) == {"1": {}}
