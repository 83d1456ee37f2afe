"""From when and until when documents are in force; days worked out by hand."""

import pytest
from hypothesis import given

from indexer.document import Field
from indexer.validity import read_validity, status_on
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
        ("本办法自公布之日起施行，有效期5年。", {"effective": "2024-05-06", "expires": "2029-05-05"}),
        ("本办法自2024年7月1日起施行，有效期至2026年12月31日。", {"effective": "2024-07-01", "expires": "2026-12-31"}),
        (
            "本办法自2024年7月1日起施行，有效期截至2026年12月31日。",
            {"effective": "2024-07-01", "expires": "2026-12-31"},
        ),
        (
            "本办法自2024年7月1日起施行，有效期截止到2026年12月31日。",
            {"effective": "2024-07-01", "expires": "2026-12-31"},
        ),
        ("本办法自2024年7月1日起施行，有效期为三年。", {"effective": "2024-07-01", "expires": "2027-06-30"}),
        ("本办法自2024年7月1日起施行。\n有效期两年。", {"effective": "2024-07-01", "expires": "2026-06-30"}),
        ("本办法自2024年7月1日起施行，有效期限为十年。", {"effective": "2024-07-01", "expires": "2034-06-30"}),
        # The term ends the day before its anniversary; three years after the 29th of February there is none.
        ("本办法自2024年2月29日起施行，有效期4年。", {"effective": "2024-02-29", "expires": "2028-02-28"}),
        ("本办法自2024年2月29日起施行，有效期3年。", {"effective": "2024-02-29", "expires": "2027-02-28"}),
        ("本办法有效期2年。", {"expires": "2026-05-05"}),
        ("《清河区供水管理办法》自2024年7月1日起施行。", {"effective": "2024-07-01"}),
        ("本办法自2024年2月30日起施行。", {}),
        ("本办法自2024年7月1日起施行，有效期6个月。", {"effective": "2024-07-01", "expires": "2024-12-31"}),
        ("本办法自2024年7月1日起试行，试行期两年。", {"effective": "2024-07-01", "expires": "2026-06-30"}),
        ("本办法自2024年7月1日起施行，试行2年。", {"effective": "2024-07-01", "expires": "2026-06-30"}),
        ("本办法有效期自2024年7月1日至2026年12月31日。", {"expires": "2026-12-31"}),
        ("现予公布，自2024年7月1日起施行。", {"effective": "2024-07-01"}),
        ("一、自2024年7月1日起施行。", {"effective": "2024-07-01"}),
        ("施行日期：2024-07-01 失效日期：2029-06-30", {"effective": "2024-07-01", "expires": "2029-06-30"}),
        ("新的取水标准从2024年7月1日起执行。", {}),
        ("全市水价于2024年7月1日起实施调整。", {}),
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


@given(texts())
def test_any_text_can_be_read(text: str) -> None:
    read(text + "《甲》废止")


@pytest.mark.parametrize("kind", ["news", "reply"])
def test_what_news_and_letters_say_of_other_documents(kind: str) -> None:
    assert read("本办法自2024年7月1日起施行。《甲办法》同时废止。", kind=kind) == {}


def test_an_explanation_is_in_force_from_no_day() -> None:
    said = "《甲办法》自2024年7月1日起施行，原《乙办法》同时废止。"
    assert read(said, title="《甲办法》解读") == {}
    assert read(said, title="甲办法") == {"effective": "2024-07-01", "repeals": "乙办法"}
    # Unless the text itself follows.
    assert read(said + "\n本办法自2024年7月1日起施行。", title="《甲办法》解读") == {"effective": "2024-07-01"}


@pytest.mark.parametrize(
    ("metadata", "before", "on", "after"),
    [
        ({"expires": "2024-06-30"}, None, None, "失效"),
        ({"expires": "2024-06-30", "status": "现行有效"}, "现行有效", "现行有效", "失效"),
        ({"expires": "2024-06-30", "status": "废止", "superseded_by": "新"}, "现行有效", "现行有效", "废止"),
        ({"expires": "2024-06-30", "superseded_by": "新"}, None, None, "废止"),
        ({"expires": "2024-06-30", "status": "现行有效", "status_by": "side-car"}, *["现行有效"] * 3),
        ({"status": "废止"}, "废止", "废止", "废止"),
        ({}, None, None, None),
    ],
)
def test_the_status_of_a_day(metadata: dict[str, str], before: str, on: str, after: str) -> None:
    fields = {name: Field(value) for name, value in metadata.items()}
    assert [status_on(fields, day) for day in ("2024-06-01", "2024-06-30", "2024-07-01")] == [before, on, after]
