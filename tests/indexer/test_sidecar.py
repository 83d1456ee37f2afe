"""Corrections by people: what wins over what, what cannot be read, and when a document is read again."""

import os
from pathlib import Path

import pytest

from indexer.document import Document, Field
from indexer.errors import NothingToIndex, UnreadableFile
from indexer.generations import Generation
from indexer.sidecar import corrected, read_sidecar, sidecars
from tests.indexer.support import index, written

LETTER = "清河区水利局\n\n同意公开\n\n关于饮水工程的报告\n\n全区新建水厂3座。\n"
OTHER = "清河区财政局\n\n关于预算的报告\n\n全年安排资金2亿元。\n"


def documents(data: Path) -> dict[str, Document]:
    return {document.source: document for document in Generation(data).documents()}


def value(data: Path, source: str, name: str) -> str | None:
    found = documents(data)[source].metadata.get(name)
    return found.value if found else None


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


def test_nearest_first(tmp_path: Path) -> None:
    folder = written(
        tmp_path / "f",
        {
            "_defaults.toml": "", "a/_defaults.toml": "", "a/b/x.txt": "", "a/b/x.txt.meta.toml": "", "a/b/x.meta.toml": "",
            "a/b/y.txt": "", "a/b/y.meta.toml": "", "z.txt": "",
        },
    )  # fmt: skip
    (tmp_path / "_defaults.toml").touch()

    def found(name: str) -> list[str]:
        return [path.relative_to(folder).as_posix() for path in sidecars(folder / name, folder)]

    assert found("a/b/x.txt") == ["a/b/x.txt.meta.toml", "a/_defaults.toml", "_defaults.toml"]
    assert found("a/b/y.txt") == ["a/b/y.meta.toml", "a/_defaults.toml", "_defaults.toml"]
    assert found("z.txt") == ["_defaults.toml"]


def test_a_side_car_overrides_and_defaults_fill_gaps(tmp_path: Path, data: Path) -> None:
    folder = written(
        tmp_path / "f",
        {
            "_defaults.toml": 'disclosure = "不予公开"\nissuer = "清河区"\ncategory = "C"\nsession = "甲"\n',
            "内/_defaults.toml": 'category = "B"\n',
            "内/一.txt": LETTER,
            "内/一.meta.toml": 'issuer = "清河区水务集团"\ncategory = "A"\n',
            "内/二.txt": OTHER,
        },
    )
    report = index(data, folder)
    assert (report.documents, report.skipped) == (2, ())
    one, two = documents(data)["内/一.txt"].metadata, documents(data)["内/二.txt"].metadata
    assert {name: one[name].value for name in ("disclosure", "issuer", "category", "session")} == {
        "disclosure": "同意公开", "issuer": "清河区水务集团", "category": "A", "session": "甲",
    }  # fmt: skip
    assert {name: two[name].value for name in ("disclosure", "issuer", "category", "session")} == {
        "disclosure": "不予公开", "issuer": "清河区财政局", "category": "B", "session": "甲",
    }  # fmt: skip


def test_corrected_values_point_to_where_they_stand(tmp_path: Path) -> None:
    path = tmp_path / "x.meta.toml"
    path.write_text('title = "饮水工程"\nissuer = "水利局"\ncategory = "A"\nproposal_number = 31\ndate = 2024-05-06\n')
    text = "关于A区的报告\n水利局31号文提到饮水工程。"
    found = corrected({"title": Field("关于A区的报告", 0, 7), "signer": Field("王五")}, text, [path])
    assert found == {
        # A mention below the title is not the title: what stands above it would be cut off from the outline.
        "title": Field("饮水工程"), "issuer": Field("水利局", 8, 11), "category": Field("A"), "proposal_number": Field("31"),
        "date": Field("2024-05-06"), "signer": Field("王五"),
    }  # fmt: skip


def test_a_corrected_title_keeps_the_outline(tmp_path: Path, data: Path) -> None:
    text = "报告\n\n各位委员：\n\n一、水厂\n\n全区水厂19座。\n\n二、管网\n\n本文是饮水安全情况的说明。\n"
    folder = written(tmp_path / "f", {"x.txt": text, "x.meta.toml": 'title = "饮水安全情况"\n'})
    index(data, folder)
    document = documents(data)["x.txt"]
    assert document.title == "饮水安全情况"
    assert [heading.title for heading in document.headings][-2:] == ["一、水厂", "二、管网"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param('title = "未完', "无法读取", id="not TOML"),
        pytest.param("标题 = 1", "无法读取", id="a bare Chinese key"),
        pytest.param(b"\xff\xfe\x00", "无法读取", id="not UTF-8"),
        pytest.param("disclosure = " + "[" * 5000, "无法读取", id="nested without end"),
        pytest.param("proposal_number = " + "1" * 5000, "无法读取", id="a number without end"),
        pytest.param('discloshure = "公开"', "discloshure", id="unknown field"),
        pytest.param('disclosure = ["公开"]', "disclosure", id="a list"),
        pytest.param("[disclosure]\na = 1", "disclosure", id="a table"),
        pytest.param("disclosure = true", "disclosure", id="yes or no"),
        pytest.param('disclosure = " "', "disclosure", id="empty"),
        pytest.param('effective = "明年"', "effective", id="no date"),
        pytest.param('date = "2024年2月30日"', "date", id="no such day"),
    ],
)
def test_a_side_car_that_cannot_be_read_keeps_its_document_out(
    tmp_path: Path, data: Path, content: str | bytes, said: str
) -> None:
    folder = written(tmp_path / "f", {"一.txt": LETTER, "一.meta.toml": content, "二.txt": OTHER})
    report = index(data, folder)
    assert set(documents(data)) == {"二.txt"}
    (skipped,) = report.skipped
    assert skipped.source == "一.txt"
    assert "一.meta.toml" in skipped.reason
    assert said in skipped.reason
    assert len(skipped.reason.splitlines()) == 1


def test_a_link_that_leads_nowhere_is_no_missing_side_car(tmp_path: Path, data: Path) -> None:
    folder = written(tmp_path / "f", {"一.txt": LETTER, "二.txt": OTHER})
    (folder / "一.meta.toml").symlink_to(tmp_path / "nowhere")
    assert [skipped.source for skipped in index(data, folder).skipped if "meta" not in skipped.source] == ["一.txt"]
    assert set(documents(data)) == {"二.txt"}


def test_a_status_that_people_stated_stays(tmp_path: Path, data: Path) -> None:
    old = "清河区供水暂行办法\n\n第一条 供水企业应当检测水质。\n\n清河区水利局\n\n2015年2月1日\n"
    new = "清河区供水管理办法\n\n第一条 《清河区供水暂行办法》同时废止。\n\n清河区水利局\n\n2020年5月6日\n"
    folder = written(tmp_path / "f", {"旧.txt": old, "新.txt": new, "_defaults.toml": 'status = "现行有效"\n'})
    index(data, folder)
    assert (value(data, "旧.txt", "status"), value(data, "旧.txt", "expires")) == ("废止", "2020-05-05")
    written(folder, {"旧.meta.toml": 'status = "现行有效"\n'})
    index(data, folder)
    assert (value(data, "旧.txt", "status"), value(data, "旧.txt", "superseded_by")) == ("现行有效", None)


def test_a_term_is_counted_from_the_day_that_people_stated(tmp_path: Path, data: Path) -> None:
    text = "清河区供水办法\n\n第一条 本办法自印发之日起施行，有效期5年。\n"
    folder = written(tmp_path / "f", {"一.txt": text, "一.meta.toml": 'date = "2090-05-06"\n'})
    index(data, folder)
    assert [value(data, "一.txt", name) for name in ("effective", "expires")] == ["2090-05-06", "2095-05-05"]


def test_days_are_written_in_one_way(tmp_path: Path) -> None:
    path = tmp_path / "x.meta.toml"
    path.write_text(
        '\ufeffdate = "2024年5月6日"\neffective = 2024-07-01\nexpires = "2029-06-30"\npublished = 2024-05-07T08:00:00Z\n'
    )
    days = {"date": "2024-05-06", "effective": "2024-07-01", "expires": "2029-06-30", "published": "2024-05-07"}
    assert read_sidecar(path) == days
    with pytest.raises(UnreadableFile):
        read_sidecar(tmp_path / "nowhere.meta.toml")


def test_a_document_is_read_again_when_its_side_car_comes_changes_and_goes(tmp_path: Path, data: Path) -> None:
    folder = written(tmp_path / "f", {"一.txt": LETTER, "二.txt": OTHER})
    index(data, folder)
    assert value(data, "一.txt", "disclosure") == "同意公开"
    for side_car, expected in (
        ('disclosure = "不予公开"', "不予公开"), ('disclosure = "主动公开"', "主动公开"), (None, "同意公开"),
    ):  # fmt: skip
        path = folder / "一.meta.toml"
        if side_car is None:
            path.unlink()
        else:
            path.write_text(side_car, encoding="utf-8")
        report = index(data, folder)
        assert (report.changed, report.unchanged, report.removed, report.published) == (1, 1, 0, True)
        assert value(data, "一.txt", "disclosure") == expected
    written(folder, {"_defaults.toml": 'category = "B"'})
    assert index(data, folder).changed == 2
    assert index(data, folder).changed == 0


def test_a_side_car_older_than_its_document_is_seen_to_change(tmp_path: Path, data: Path) -> None:
    folder = written(tmp_path / "f", {"一.txt": LETTER, "一.meta.toml": 'disclosure = "主动公开"', "二.txt": OTHER})
    os.utime(folder / "一.meta.toml", (1_600_000_000, 1_600_000_000))
    index(data, folder)
    written(folder, {"一.meta.toml": 'disclosure = "不予公开"'})
    os.utime(folder / "一.meta.toml", (1_600_000_100, 1_600_000_100))
    index(data, folder)
    assert value(data, "一.txt", "disclosure") == "不予公开"


def test_a_side_car_that_breaks_withdraws_its_document(tmp_path: Path, data: Path) -> None:
    """It may say that what is shown now must not be seen any more."""
    folder = written(tmp_path / "f", {"一.txt": LETTER, "二.txt": OTHER})
    index(data, folder)
    written(folder, {"一.meta.toml": 'disclosure = "不予公开'})
    assert [skipped.source for skipped in index(data, folder).skipped] == ["一.txt"]
    assert set(documents(data)) == {"二.txt"}
    written(folder, {"一.meta.toml": 'disclosure = "不予公开"'})
    index(data, folder)
    assert value(data, "一.txt", "disclosure") == "不予公开"


def test_only_side_cars_are_no_documents(tmp_path: Path, data: Path) -> None:
    with pytest.raises(NothingToIndex):
        index(data, written(tmp_path / "f", {"_defaults.toml": "", "x.meta.toml": ""}))
