"""Damaged and hostile OFD files: UnreadableFile and nothing else."""

import contextlib
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.errors import UnreadableFile
from indexer.loaders.ofd import load
from indexer.loaders.ofd_page import deltas, numbers
from tests.indexer.loaders.ofd_writer import (
    BODY,
    lines_of_text,
    members_of,
    ofd_file,
    page_xml,
    text_object,
    zipped,
)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "zip"),
        (zipped({"word/document.xml": b"<a/>"}), "缺少 OFD.xml"),
        (ofd_file(page_xml(""), OFD_xml="<ofd:OFD/>"), "OFD.xml 没有文档"),
        (ofd_file(page_xml(""), OFD_xml="<ofd:OFD><ofd:DocBody/></ofd:OFD>"), "Document.xml"),
        (ofd_file(page_xml(lines_of_text(*BODY)), Encryptions_xml="<ofd:Encryptions/>"), "加密"),
        (ofd_file(page_xml("")), "没有文字"),
        (ofd_file(), "没有文字"),
        (ofd_file(page_xml('<ofd:ImageObject Boundary="0 0 210 297"/>')), "第 1 页没有文字，只有图像"),
        (ofd_file(page_xml("").replace("</ofd:Page>", "")), "XML"),
    ],
)
def test_bad_input_is_refused_with_a_reason(data: bytes, words: str) -> None:
    with pytest.raises(UnreadableFile) as error:
        load(data)
    assert words in str(error.value)
    assert "\n" not in str(error.value)
    assert "/ " in str(error.value)


def test_every_truncation_is_refused() -> None:
    whole = ofd_file(page_xml(lines_of_text(*BODY)))
    for length in range(0, len(whole), 5):
        with pytest.raises(UnreadableFile):
            load(whole[:length])


_SAMPLE = ofd_file(
    page_xml(
        lines_of_text(*BODY)
        + '<ofd:PathObject ID="5" Boundary="28 60 120 1"><ofd:AbbreviatedData>M 0 0 L 120 0 B 1 1 2 2 3 3 C</ofd:AbbreviatedData></ofd:PathObject>',
        '<ofd:Template TemplateID="t0"/>',
        "<ofd:Area><ofd:PhysicalBox>0 0 210 297</ofd:PhysicalBox></ofd:Area>",
    ),
    templates=(page_xml(text_object(60, 30, "文件")),),
    info="<ofd:Title>总体情况</ofd:Title>",
)


_PARTS = {name: data.decode() for name, data in members_of(_SAMPLE).items()}


def _load_or_refuse(data: bytes) -> None:
    with contextlib.suppress(UnreadableFile):
        load(data)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(_SAMPLE) - 1), st.integers(0, 255)), min_size=1, max_size=20))
def test_changed_bytes_of_the_file(changes: list[tuple[int, int]]) -> None:
    data = bytearray(_SAMPLE)
    for place, value in changes:
        data[place] = value
    _load_or_refuse(bytes(data))


_FRAGMENTS = ["", "-1", "1e9", "99999 99999", "g 9 9", '"', "<ofd:Layer>", "</ofd:Layer>", "ofd:Page", "nan", "一", " "]


@settings(max_examples=250, deadline=None)
@given(
    st.sampled_from(sorted(_PARTS)),
    st.lists(st.tuples(st.integers(0, 6000), st.integers(0, 30), st.sampled_from(_FRAGMENTS)), min_size=1, max_size=4),
)
def test_changed_text_of_the_parts(name: str, changes: list[tuple[int, int, str]]) -> None:
    text = _PARTS[name]
    for place, length, fragment in changes:
        start = place % (len(text) + 1)
        text = text[:start] + fragment + text[start + length :]
    _load_or_refuse(zipped({key: value.encode() for key, value in (_PARTS | {name: text}).items()}))


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_changed_values_of_the_parts(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(_PARTS)))
    values = st.sampled_from(
        ["", "0", "-1", "1e5", "g 99999999999 1", "nan nan nan nan nan nan", "0 0 0 0 0 0", "1 0 0 1 0 0", "90", "t9"]
    )
    text = re.sub(
        r'(?<==")[^"]*(?=")',
        lambda match: data.draw(values) if data.draw(st.integers(0, 3)) == 0 else match.group(),
        _PARTS[name],
    )
    _load_or_refuse(zipped({key: value.encode() for key, value in (_PARTS | {name: text}).items()}))


@pytest.mark.parametrize(
    ("value", "count", "expected"),
    [
        ("g 3 2", 3, [2, 2, 2]),
        ("1 g 2 3.5 -4", 4, [1, 3.5, 3.5, -4]),
        ("g 1000000000 1", 2, [1, 1]),
        ("1 2 3", 2, [1, 2]),
        ("5", 3, [5]),
        ("", 3, []),
        (None, 3, []),
        ("g", 2, []),
        ("g 2", 2, [0, 0]),
        ("g -5 1 7", 2, [7]),
        ("x nan inf 1e400 2", 5, [0, 0, 0, 0, 2]),
    ],
)
def test_steps(value: str | None, count: int, expected: list[float]) -> None:
    assert deltas(value, count) == expected


def test_numbers_are_plain_and_bounded() -> None:
    assert numbers("0 1.5,-2", 3) == [0, 1.5, -2]
    for bad in (None, "", "1 2", "1 2 3 4", "a b c", "1 2 nan", "1 2 1e300"):
        assert numbers(bad, 3) is None
