"""Hostile zip containers: every one of them ends in UnreadableFile, soon and in little memory."""

import contextlib
import io
import struct
import time
import tracemalloc
import warnings
import zipfile
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.errors import UnreadableFile
from indexer.loaders.archive import Archive, Limits, parse_xml


def _zip(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def _reason(error: pytest.ExceptionInfo[UnreadableFile]) -> str:
    reason = str(error.value)
    assert "\n" not in reason
    assert "/" in reason  # 中文 / English
    return reason


def test_reads_members_by_name_whatever_the_slashes_and_the_case() -> None:
    archive = Archive(_zip({"Doc_0/Document.xml": b"<a/>", "OFD.xml": b"<b/>"}))
    assert archive.names == ("Doc_0/Document.xml", "OFD.xml")
    assert archive.read("/Doc_0/Document.xml") == b"<a/>"
    assert archive.read("Doc_0\\document.XML") == b"<a/>"
    assert archive.read("./OFD.xml") == b"<b/>"
    assert archive.xml("OFD.xml").tag == "b"
    assert "missing.xml" not in archive
    with pytest.raises(UnreadableFile, match=r"missing\.xml"):
        archive.read("missing.xml")


@pytest.mark.parametrize("name", ["../evil.xml", "a/../../evil.xml", "/..", "C:/evil.xml", "..\\evil.xml"])
def test_names_that_lead_outside_are_ignored(name: str) -> None:
    archive = Archive(_zip({name: b"evil", "good.xml": b"<a/>"}))
    assert archive.names == ("good.xml",)
    assert name not in archive
    with pytest.raises(UnreadableFile):
        archive.read(name)


def test_a_bomb_is_cut_off_while_it_is_read() -> None:
    bomb = _zip({"a.xml": b" " * (300 << 20)})
    assert len(bomb) < 400_000
    archive = Archive(bomb)
    tracemalloc.start()
    try:
        with pytest.raises(UnreadableFile) as error:
            archive.read("a.xml")
        assert "压缩" in _reason(error)
        assert tracemalloc.get_traced_memory()[1] < 16 << 20
    finally:
        tracemalloc.stop()


def test_the_limit_of_one_member_holds_without_any_compression() -> None:
    archive = Archive(_zip({"a": b"x" * 2001}, zipfile.ZIP_STORED), Limits(member_bytes=2000))
    with pytest.raises(UnreadableFile) as error:
        archive.read("a")
    assert "过大" in _reason(error)


def test_many_members_together_may_not_exceed_the_total() -> None:
    archive = Archive(_zip({str(i): b"x" * 1000 for i in range(5)}), Limits(total_bytes=3500))
    for i in range(3):
        archive.read(str(i))
    with pytest.raises(UnreadableFile):
        archive.read("3")


def test_a_large_container_of_incompressible_members_is_no_bomb() -> None:
    archive = Archive(_zip({str(i): b"x" * 1000 for i in range(5)}, zipfile.ZIP_STORED), Limits(total_bytes=3500))
    assert [len(archive.read(str(i))) for i in range(5)] == [1000] * 5


def test_a_size_in_the_header_that_lies_does_not_help() -> None:
    honest = _zip({"a.xml": b" " * (40 << 20)})
    lying = honest.replace(struct.pack("<I", 40 << 20), struct.pack("<I", 100))
    assert lying != honest
    with pytest.raises(UnreadableFile):
        Archive(lying).read("a.xml")


def test_too_many_members_are_refused_before_they_are_listed() -> None:
    data = _zip({str(i): b"" for i in range(60)})
    assert len(Archive(data, Limits(members=60)).names) == 60
    with pytest.raises(UnreadableFile) as error:
        Archive(data, Limits(members=59))
    assert "59" in _reason(error)


def test_encrypted_members_are_reported_as_such() -> None:
    data = bytearray(_zip({"a.xml": b"<a/>"}))
    data[6] |= 1  # general purpose flag of the local header
    data[data.index(b"PK\x01\x02") + 8] |= 1  # and of the directory
    with pytest.raises(UnreadableFile) as error:
        Archive(bytes(data)).read("a.xml")
    assert "加密" in _reason(error)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_compression_that_has_no_bound_per_step_is_refused(method: int) -> None:
    with pytest.raises(UnreadableFile) as error:
        Archive(_zip({"a.xml": b"<a/>"}, method)).read("a.xml")
    assert "压缩方式" in _reason(error)


def test_of_two_members_with_one_name_the_first_counts() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        archive.writestr("a", b"first")
        archive.writestr("a", b"second")
    assert Archive(out.getvalue()).read("a") == b"first"


def test_every_truncation_is_refused() -> None:
    whole = _zip({"OFD.xml": zlib.compress(b"x" * 500), "b.xml": b"<b>text</b>" * 50})
    for length in range(len(whole)):
        with pytest.raises(UnreadableFile):
            Archive(whole[:length])


def _read_all(data: bytes) -> None:
    archive = Archive(data, Limits(total_bytes=1 << 20))
    for name in archive.names:
        archive.read(name)


_SAMPLE = _zip({"OFD.xml": b"<a>" + b"text " * 40 + b"</a>", "Doc_0/b.xml": b"<b/>", "image.png": bytes(range(256))})


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, len(_SAMPLE) - 1), st.integers(0, 255)), min_size=1, max_size=8),
    st.integers(0, len(_SAMPLE)),
)
def test_damage_anywhere_ends_in_unreadable_file_or_not_at_all(changes: list[tuple[int, int]], cut: int) -> None:
    data = bytearray(_SAMPLE)
    for place, value in changes:
        data[place] = value
    for damaged in (bytes(data), bytes(data[:cut] + data[cut + 1 :])):
        with contextlib.suppress(UnreadableFile):
            _read_all(damaged)


@given(st.binary(max_size=300))
def test_any_bytes_at_all(data: bytes) -> None:
    with pytest.raises(UnreadableFile):
        Archive(data)


def _laughs(levels: int) -> bytes:
    entities = ['<!ENTITY l0 "哈">'] + [f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, levels)]
    return f"<!DOCTYPE a [{''.join(entities)}]>".encode()


@pytest.mark.parametrize(
    "data",
    [
        _laughs(12) + b"<a>&l11;</a>",
        _laughs(12) + b'<a b="&l11;"/>',
        b'<!DOCTYPE a [<!ENTITY q "' + b"x" * 100_000 + b'">]><a>' + b"&q;" * 100_000 + b"</a>",
        b'<!DOCTYPE a [<!ENTITY file SYSTEM "file:///etc/passwd">]><a>&file;</a>',
        b'<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd"><a/>',
        b'<!DOCTYPE a [<!ENTITY % p SYSTEM "http://127.0.0.1:9/p"> %p;]><a/>',
        (_laughs(12) + b"<a>&l11;</a>").decode().encode("utf-16"),
    ],
    ids=["laughs", "laughs in an attribute", "quadratic", "file", "dtd", "parameter entity", "utf-16"],
)
def test_entities_are_refused_quickly(data: bytes) -> None:
    started = time.monotonic()
    with pytest.raises(UnreadableFile) as error:
        parse_xml(data)
    assert "XML" in _reason(error)
    assert "root:" not in str(error.value)
    assert time.monotonic() - started < 5


def test_nesting_and_the_number_of_nodes_are_bounded() -> None:
    with pytest.raises(UnreadableFile):
        parse_xml(b"<a>" * 100_000 + b"</a>" * 100_000)
    with pytest.raises(UnreadableFile) as error:
        parse_xml(b"<a>" + b"<b/>" * 1000 + b"</a>", Limits(xml_nodes=1000))
    assert "节点" in _reason(error)


@pytest.mark.parametrize(
    "data", [b"", b"not xml", b"<a>", b"<a></b>", b"<a>\xff</a>", b'<?xml encoding="x-none"?><a/>']
)
def test_what_is_no_xml_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableFile):
        parse_xml(data)


def test_comments_and_instructions_do_not_reach_the_reader() -> None:
    root = parse_xml("<?xml version='1.0'?><a><!-- c --><?p i?><b>文</b></a>".encode())
    assert [child.tag for child in root] == ["b"]
