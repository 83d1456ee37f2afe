"""From when and until when documents are in force, and which they repeal; days worked out by hand."""

import pytest
from hypothesis import given

from indexer.document import Document, Field
from indexer.validity import read_validity, repeals, with_status
from tests.indexer.support import texts

WRITTEN = {"date": Field("2024-05-06"), "title": Field("清河区供水管理办法"), "kind": Field("measures")}


def read(text: str, **metadata: str) -> dict[str, str]:
    """The values read; each that stands in the text is checked to point to what it was read from."""
    found = read_validity(text, WRITTEN | {name: Field(value) for name, value in metadata.items()})
    assert all(f.start is None or f.end is None or 0 <= f.start < f.end <= len(text) for f in found.values())
    return {name: field.value for name, field in found.items()}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("本办法自2024年7月1日起施行。", {"effective": "2024-07-01"}),
        ("第三十条 本规定自 2024 年 7 月 1 日起正式实施。", {"effective": "2024-07-01"}),
        ("本办法从2024年7月1日起执行。", {"effective": "2024-07-01"}),
        ("本通知于2024年7月1日起生效。", {"effective": "2024-07-01"}),
        ("本办法自印发之日起施行。", {"effective": "2024-05-06"}),
        ("本办法自公布之日起施行，有效期5年。", {"effective": "2024-05-06", "expires": "2029-05-06"}),
        ("本办法自2024年7月1日起施行，有效期至2026年12月31日。", {"effective": "2024-07-01", "expires": "2026-12-31"}),
        (
            "本办法自2024年7月1日起施行，有效期截至2026年12月31日。",
            {"effective": "2024-07-01", "expires": "2026-12-31"},
        ),
        (
            "本办法自2024年7月1日起施行，有效期截止到2026年12月31日。",
            {"effective": "2024-07-01", "expires": "2026-12-31"},
        ),
        ("本办法自2024年7月1日起施行，有效期为三年。", {"effective": "2024-07-01", "expires": "2027-07-01"}),
        ("本办法自2024年7月1日起施行。\n有效期两年。", {"effective": "2024-07-01", "expires": "2026-07-01"}),
        ("本办法自2024年7月1日起施行，有效期限为十年。", {"effective": "2024-07-01", "expires": "2034-07-01"}),
        # The 29th of February: four years later there is one, three years later not.
        ("本办法自2024年2月29日起施行，有效期4年。", {"effective": "2024-02-29", "expires": "2028-02-29"}),
        ("本办法自2024年2月29日起施行，有效期3年。", {"effective": "2024-02-29", "expires": "2027-02-28"}),
        ("本办法有效期2年。", {"expires": "2026-05-06"}),
        ("《清河区供水管理办法》自2024年7月1日起施行。", {"effective": "2024-07-01"}),
        ("本办法自2024年2月30日起施行。", {}),
        # Of other texts and other things.
        ("《民法典》自2021年1月1日起施行，本区随即组织学习。", {}),
        ("《取水条例》（国务院令第460号）自2006年4月15日起施行。", {}),
        ("取水许可证有效期为5年。", {}),
        ("供水合同有效期至2026年12月31日。", {}),
        ("本办法自2024年7月1日起施行。取水许可证有效期5年。", {"effective": "2024-07-01"}),
        ("有效性：现行有效", {"status": "现行有效"}),
        ("有 效 性：有效", {"status": "现行有效"}),
        ("时效性 | 失效", {"status": "失效"}),
        ("是否有效：否", {"status": "失效"}),
        ("是否有效：是", {"status": "现行有效"}),
        ("效力状态：已废止", {"status": "废止"}),
        ("文件状态：已修订", {"status": "已修改"}),
        ("文件状态：部分失效", {"status": "已修改"}),
        ("文件状态：未废止", {"status": "现行有效"}),
        ("他说有效性：失效", {}),
    ],
)
def test_days_and_status(text: str, expected: dict[str, str]) -> None:
    assert read(text) == expected


def test_without_a_day_of_its_own_nothing_follows() -> None:
    assert read_validity("本办法自印发之日起施行，有效期5年。", {}) == {}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("《清河区供水暂行办法》同时废止。", ["清河区供水暂行办法"]),
        ("原《清河区供水暂行办法》（清水发〔2015〕3号）同时废止。", ["清水发〔2015〕3号"]),
        ("《甲办法》（清水发[2015]3号）、《乙办法》和《丙办法》同时废止。", ["清水发〔2015〕3号", "乙办法", "丙办法"]),
        ("本办法自2024年7月1日起施行，《甲办法》自行废止。", ["甲办法"]),
        ("《甲办法》自本办法施行之日起予以废止。", ["甲办法"]),
        ("现废止《甲办法》《乙办法》。", ["甲办法", "乙办法"]),
        ("《关于印发〈甲办法〉的通知》即行废止。", ["关于印发〈甲办法〉的通知"]),
        # What the text only refers to stays in force.
        ("根据《上位条例》，《甲办法》同时废止。", ["甲办法"]),
        ("根据《上位条例》制定本办法，原《甲办法》同时废止。", ["甲办法"]),
        ("《甲办法》不予废止，《乙办法》执行到年底。", []),
        ("《甲办法》不废止。《乙办法》同时废止。", ["乙办法"]),
        ("《甲办法》尚未废止。", []),
        ("《甲办法》是否废止，由市里决定。", []),
        ("您建议废止《甲办法》。", []),
        ("我们正研究废止《甲办法》。", []),
        ("《甲办法》第十二条同时废止。", []),
        ("根据《上位条例》的规定，原有办法同时废止。", []),
        ("《甲办法》施行。此前的规定同时废止。", []),
        ("《甲办法》施行后，没有文件。废止", []),
    ],
)
def test_what_a_text_repeals(text: str, names: list[str]) -> None:
    assert read(text).get("repeals", "").split("\n") == (names or [""])


def test_the_span_of_a_repeal_is_its_clause() -> None:
    text = "本办法施行。\n二、《甲办法》同时废止；其他不变。"
    field = read_validity(text, {})["repeals"]
    assert text[field.start : field.end] == "二、《甲办法》同时废止"


def test_a_letter_that_answers_a_proposal_repeals_nothing() -> None:
    assert read("经研究，《甲办法》同时废止。", kind="reply") == {}


@given(texts())
def test_any_text_can_be_read(text: str) -> None:
    read(text + "《甲》废止")


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
        ({"date": "2024-05-06", "effective": "2024-07-01"}, {}, "2024-07-01"),
        ({"date": "2024-05-06"}, {}, "2024-05-06"),
        ({"published": "2024-05-08"}, {}, "2024-05-08"),
        ({}, {}, None),
        ({"date": "2024-05-06"}, {"expires": "2020-01-01"}, "2020-01-01"),
        ({"date": "2024-05-06"}, {"expires": "2030-01-01"}, "2024-05-06"),
    ],
)
def test_what_a_repeal_sets(new: dict[str, str], before: dict[str, str], expires: str | None) -> None:
    old = document("旧", "甲办法", status="现行有效", **before)
    newer = document("新", "乙办法", repeals="甲办法", **new)
    changed, same = with_status([old, newer])
    assert same == newer
    assert {name: field.value for name, field in changed.metadata.items()} == {
        "status": "废止", "superseded_by": "新", **({"expires": expires} if expires else {}),
    }  # fmt: skip
    assert with_status([old]) == [old]
