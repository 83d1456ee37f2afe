"""Damaged and hostile Word documents: UnreadableFile and nothing else."""

import contextlib
import io
import re
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.errors import UnreadableFile
from indexer.loaders.docx import load
from tests.indexer.loaders.docx_writer import (
    OFFICIAL,
    cell,
    docx_file,
    numbered,
    p,
    r,
    table,
    zipped,
)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "zip"),
        (b"plain text", "zip"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600, ".doc"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + "EncryptedPackage".encode("utf-16-le"), "密码"),
        (zipped({"xl/workbook.xml": b"<workbook/>"}), "不是 Word"),
        (zipped({"word/document.xml": b"<document/>"}), "没有正文"),
        (zipped({"word/document.xml": b"<document><body>"}), "XML"),
        (zipped({"word/document.xml": b'<!DOCTYPE d [<!ENTITY e "x">]><d><body>&e;</body></d>'}), "实体"),
        (docx_file("<w:p>" * 3 + "<w:ins>" * 300 + "</w:ins>" * 300 + "</w:p>" * 3), ""),
    ],
)
def test_bad_input_is_refused_with_a_reason(data: bytes, words: str) -> None:
    with pytest.raises(UnreadableFile) as error:
        load(data)
    assert words in str(error.value)
    assert "\n" not in str(error.value)
    assert "/ " in str(error.value)


def test_the_deepest_nesting_the_parser_lets_through_is_no_danger() -> None:
    inner = "深处"
    for _ in range(60):
        inner = table(f"<w:tc>{inner if inner.startswith('<') else p(inner)}</w:tc>")
    assert "深处" in load(docx_file(inner)).text
    assert "深处" in load(docx_file(p("<w:ins>" * 245 + r("深处") + "</w:ins>" * 245))).text


_SAMPLE = docx_file(
    numbered("总体要求") + p(r("正文") + '<w:r><w:footnoteReference w:id="1"/></w:r>') + table(cell("甲") + cell("乙")),
    numbering=OFFICIAL,
    footnotes=f'<w:footnote w:id="1">{p("脚注")}</w:footnote>',
    styles='<w:style w:type="paragraph" w:styleId="a" w:default="1"><w:name w:val="heading 1"/></w:style>',
    title="总体要求",
    pages="1",
)


_MEMBERS = {
    name: zipfile.ZipFile(io.BytesIO(_SAMPLE)).read(name) for name in zipfile.ZipFile(io.BytesIO(_SAMPLE)).namelist()
}


def test_every_truncation_is_refused() -> None:
    for length in range(0, len(_SAMPLE), 7):
        with pytest.raises(UnreadableFile):
            load(_SAMPLE[:length])


def _load_or_refuse(data: bytes) -> None:
    with contextlib.suppress(UnreadableFile):
        load(data)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(_SAMPLE) - 1), st.integers(0, 255)), min_size=1, max_size=20))
def test_changed_bytes_of_the_file(changes: list[tuple[int, int]]) -> None:
    data = bytearray(_SAMPLE)
    for place, value in changes:
        data[place] = value
    _load_or_refuse(bytes(data))


_FRAGMENTS = [
    "",
    "w:p",
    "w:tbl",
    "w:tc",
    "-1",
    "999999999999",
    "%1%2%9",
    '"',
    "<w:p/>",
    "</w:p>",
    "w:val",
    "\x00",
    "一",
    " ",
]


@settings(max_examples=250, deadline=None)
@given(
    st.sampled_from(sorted(_MEMBERS)),
    st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 30), st.sampled_from(_FRAGMENTS)), min_size=1, max_size=4),
)
def test_changed_text_of_the_parts(name: str, changes: list[tuple[int, int, str]]) -> None:
    text = _MEMBERS[name].decode()
    for place, length, fragment in changes:
        start = place % (len(text) + 1)
        text = text[:start] + fragment + text[start + length :]
    _load_or_refuse(zipped(_MEMBERS | {name: text.encode()}))


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_changed_values_of_the_parts(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(_MEMBERS)))
    values = st.sampled_from(
        ["", "-1", "0", "9", "1e9", "9" * 30, "%%", "①", "heading 1", "nothing", "bullet", "../x", "\ud7ff"]
    )
    text = re.sub(
        r'(?<==")[^"]*(?=")',
        lambda match: data.draw(values) if data.draw(st.booleans()) else match.group(),
        _MEMBERS[name].decode(),
    )
    _load_or_refuse(zipped(_MEMBERS | {name: text.encode()}))
