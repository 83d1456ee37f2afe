"""Corrections: what is written into which side-car, what is kept of it, what is not taken."""

import tomllib
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.errors import ZhengwenError
from indexer.places import Place
from indexer.sidecar import UnreadableSidecar, read_sidecar
from server.desk.corrections import MAX_VALUE, BadCorrection, checked_values, correct, corrections_of


@pytest.fixture
def place(tmp_path: Path) -> Place:
    (tmp_path / "文件").mkdir()
    (tmp_path / "文件" / "一.txt").write_text("关于供水的报告\n", encoding="utf-8")
    return Place(str(tmp_path), "文件/一.txt")


def sidecar(place: Place) -> Path:
    return place.path.with_name("一.txt.meta.toml")


def test_a_correction_is_a_line_of_the_side_car(place: Place) -> None:
    corrected = correct(place, {"issuer": " 清河区“水利局” \\ ", "date": "2024年5月6日"})
    assert corrected.own == {"issuer": "清河区“水利局” \\", "date": "2024-05-06"}
    assert corrected.sidecar == sidecar(place)
    assert tomllib.loads(sidecar(place).read_text(encoding="utf-8")) == corrected.own
    assert corrections_of(place) == corrected


def test_other_lines_and_remarks_stay(place: Place) -> None:
    sidecar(place).write_text('# 来自档案室\nissuer = "甲"  # 电话核实\ncategory = "A"\n', encoding="utf-8")
    correct(place, {"issuer": "乙"})
    assert sidecar(place).read_text(encoding="utf-8") == '# 来自档案室\nissuer = "乙"  # 电话核实\ncategory = "A"\n'
    correct(place, {"category": ""})
    assert read_sidecar(sidecar(place)) == {"issuer": "乙"}


def test_withdrawing_all_of_them_removes_the_side_car(place: Place) -> None:
    correct(place, {"issuer": "甲"})
    assert correct(place, {"issuer": "", "signer": ""}).sidecar is None
    assert sorted(path.name for path in place.path.parent.iterdir()) == ["一.txt"]


def test_a_side_car_of_several_files_is_left_alone(place: Place) -> None:
    shared = place.path.with_name("一.meta.toml")
    shared.write_text('issuer = "甲"\ndisclosure = "不予公开"\n', encoding="utf-8")
    assert corrections_of(place).own == {"issuer": "甲", "disclosure": "不予公开"}
    correct(place, {"issuer": "乙"})
    assert read_sidecar(shared) == {"issuer": "甲", "disclosure": "不予公开"}
    assert corrections_of(place).own == {"issuer": "乙", "disclosure": "不予公开"}
    # Withdrawn for this file, it stays withdrawn although the other says it.
    correct(place, {"issuer": "", "disclosure": ""})
    assert corrections_of(place).own == {}


def test_defaults_of_the_nearest_folder_first(place: Place, tmp_path: Path) -> None:
    (tmp_path / "_defaults.toml").write_text('issuer = "甲"\nsession = "三次"\n', encoding="utf-8")
    (tmp_path / "文件" / "_defaults.toml").write_text('issuer = "乙"\n', encoding="utf-8")
    assert corrections_of(place).defaults == {"issuer": "乙", "session": "三次"}
    assert corrections_of(place).sidecar is None


def test_what_is_not_taken_is_said_field_by_field(place: Place) -> None:
    with pytest.raises(BadCorrection) as wrong:
        correct(
            place,
            {
                "date": "昨天", "expires": "2024-02-30", "kind": "letter", "status": "有效", "owner": "甲", "issuer": "甲\n乙",
                "signer": "长" * (MAX_VALUE + 1), "addressee": "\u202e甲", "organ": "好的", "phone": "138********",
            },
        )  # fmt: skip
    errors = wrong.value.errors
    assert set(errors) == {"date", "expires", "kind", "status", "owner", "issuer", "signer", "addressee", "phone"}
    assert "日期" in errors["date"]
    assert "reply" in errors["kind"]
    assert all("\n" not in reason and ".toml" not in reason for reason in errors.values())
    assert not sidecar(place).exists()


def test_a_file_that_is_gone_is_said(place: Place) -> None:
    place.path.unlink()
    with pytest.raises(ZhengwenError, match=r"原文件不在了"):
        correct(place, {"issuer": "甲"})
    assert not sidecar(place).exists()


def test_a_side_car_that_cannot_be_read_is_not_written_over(place: Place) -> None:
    sidecar(place).write_text("issuer = 甲", encoding="utf-8")
    with pytest.raises(UnreadableSidecar):
        correct(place, {"issuer": "乙"})
    assert sidecar(place).read_text(encoding="utf-8") == "issuer = 甲"


@given(st.dictionaries(st.sampled_from(["issuer", "title", "signer", "phone"]), st.text(max_size=60), max_size=4))
def test_what_is_written_is_what_is_read(values: dict[str, str]) -> None:
    try:
        wanted = {name: value for name, value in checked_values(values).items() if value}
    except BadCorrection:
        assert any(not value.strip().isprintable() or "***" in value for value in values.values())
        return
    with TemporaryDirectory() as folder:
        Path(folder, "x.txt").write_text("x")
        assert correct(Place(folder, "x.txt"), values).own == wanted
