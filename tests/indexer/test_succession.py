"""Which document took whose place; days worked out by hand."""

import pytest

from indexer.document import Document, Field
from indexer.succession import repeals, with_status

TODAY = "2024-12-01"


def document(name: str, title: str, **fields: str) -> Document:
    return Document(name, name, title, "", metadata={key: Field(value) for key, value in fields.items()})


def repealed(*documents: Document) -> set[tuple[str, str]]:
    return {(documents[r.old].source, documents[r.new].source) for r in repeals(documents)}


OLD = document("旧", "清河区水利局关于印发供水办法的通知", date="2015-01-01", document_number="清水发〔2015〕3号")


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("清水发〔2015〕3号", True),
        ("清河区水利局关于印发供水办法的通知", True),
        ("关于印发供水办法的通知", True),  # Without its issuer.
        ("清河区水利局 关于印发供水办法的通知", True),
        ("关于印发“供水办法”的通知", True),
        ("供水办法", False),
        ("印发供水办法的通知", False),
        ("清水发〔2015〕33号", False),
        ("清水发〔2015〕号", False),
    ],
)
def test_repealed_by_number_or_by_full_title(name: str, found: bool) -> None:
    assert repealed(OLD, document("新", "新办法", date="2024-01-01", repeals=name)) == (
        {("旧", "新")} if found else set()
    )


def test_who_repeals_whom() -> None:
    repealing = "关于印发供水办法的通知"
    newer = document("新", "新", date="2024-01-01", repeals=repealing)
    assert repealed(newer, OLD) == {("旧", "新")}
    # A document that is younger than the one which repeals its title is another of that title.
    assert repealed(OLD, document("更早", "更早", date="2014-12-31", repeals=repealing)) == set()
    assert repealed(OLD, document("同日", "同日", date="2015-01-01", repeals=repealing)) == {("旧", "同日")}
    assert repealed(OLD, document("无日期", "无日期", repeals=repealing)) == {("旧", "无日期")}
    # Itself never, its namesake of an earlier year yes.
    own = document("新版", OLD.title, date="2024-01-01", repeals=repealing)
    assert repealed(own) == set()
    assert repealed(own, OLD) == {("旧", "新版")}


def test_in_a_circle_nothing_is_repealed() -> None:
    one, two, three = (
        document("甲", "甲办法", repeals="乙办法"), document("乙", "乙办法", repeals="丙办法"), document("丙", "丙办法", repeals="甲办法"),
    )  # fmt: skip
    assert repealed(one, two, three) == set()
    assert repealed(one, document("乙", "乙办法", repeals="甲办法")) == set()
    assert repealed(one, two, document("丙", "丙办法")) == {("乙", "甲"), ("丙", "乙")}


def test_the_first_repeal_counts() -> None:
    name = "清水发〔2015〕3号"
    first, second = (document(day, "办法", date=day, repeals=name) for day in ("2019-01-01", "2024-01-01"))
    assert repealed(OLD, first, second) == repealed(second, first, OLD) == {("旧", "2019-01-01")}


@pytest.mark.parametrize(
    ("new", "before", "expires"),
    [
        ({"date": "2024-05-06", "effective": "2024-07-01"}, {}, "2024-06-30"),
        ({"date": "2024-05-06"}, {}, "2024-05-05"),
        ({"published": "2024-05-08"}, {}, "2024-05-07"),
        ({}, {}, None),
        ({"date": "2024-05-06"}, {"expires": "2020-01-01"}, "2020-01-01"),
        ({"date": "2024-05-06"}, {"expires": "2030-01-01"}, "2024-05-05"),
    ],
)
def test_what_a_repeal_sets(new: dict[str, str], before: dict[str, str], expires: str | None) -> None:
    old = document("旧", "甲办法", status="现行有效", **before)
    newer = document("新", "乙办法", repeals="甲办法", **new)
    changed, same = with_status([old, newer], TODAY)
    assert same == newer
    assert {name: field.value for name, field in changed.metadata.items()} == {
        "status": "废止", "superseded_by": "新", **({"expires": expires} if expires else {}),
    }  # fmt: skip


def status(document: Document) -> str | None:
    field = document.metadata.get("status")
    return field.value if field else None


def test_a_repeal_takes_effect_on_a_day() -> None:
    old = document("旧", "甲办法", status="现行有效")
    new = document("新", "乙办法", repeals="甲办法", date="2024-11-20", effective="2025-01-01")
    before, after = (with_status([old, new], day)[0] for day in ("2024-12-31", "2025-01-01"))
    assert (status(before), status(after)) == ("现行有效", "废止")
    # When it ends, and by what, is known before.
    for known in (before, after):
        assert (known.metadata["expires"].value, known.metadata["superseded_by"].value) == ("2024-12-31", "新")


def test_what_people_stated_stays() -> None:
    old = document("旧", "甲办法", status="现行有效", status_by="side-car", expires="2020-01-01")
    new = document("新", "乙办法", repeals="甲办法", amends="甲办法", date="2024-05-06")
    assert with_status([old, new], TODAY)[0] == old


def test_the_end_of_a_term() -> None:
    one = document("甲", "甲办法", expires="2024-11-30")
    assert [status(with_status([one], day)[0]) for day in ("2024-11-30", "2024-12-01")] == [None, "失效"]


def test_an_altered_document_is_marked_not_ended() -> None:
    old = document("旧", "甲办法", date="2020-01-01")
    new = document("新", "关于修改《甲办法》的决定", amends="甲办法", date="2024-05-06")
    changed, same = with_status([old, new], TODAY)
    assert {name: field.value for name, field in changed.metadata.items()} == {
        "date": "2020-01-01", "status": "已修改", "amended_by": "新",
    }  # fmt: skip
    assert same == new
    assert with_status([old, new], "2024-05-05")[0] == old


def test_a_notice_is_known_by_what_it_issues() -> None:
    old = document("旧", "清河区水利局关于印发《清河区供水管理暂行办法》的通知", date="2015-01-01")
    assert repealed(old, document("新", "新", date="2024-01-01", repeals="清河区供水管理暂行办法")) == {("旧", "新")}
