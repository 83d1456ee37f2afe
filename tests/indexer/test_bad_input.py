import os
import re
import time
from pathlib import Path

import pytest

from indexer.errors import NothingToIndex, ZhengwenError
from indexer.generations import Generation
from indexer.pipeline import Indexer
from indexer.soundness import problems_of
from tests.indexer.published import counts, documents, one_line, reasons
from tests.indexer.support import FILES, HashingEncoder, index, visible, written


class TestBadInput:
    def test_what_cannot_be_read_is_reported_and_the_rest_indexed(self, data: Path, folder: Path) -> None:
        written(
            folder,
            {
                "程序.txt": b"\x7fELF" + bytes(200),
                "空.txt": b"",
                "空白.md": b" \n\n",
                "隐形.txt": "\u200b\ufeff\u200d",
                "目录.txt/x.xyz": b"x",
            },
        )
        (folder / "断.txt").symlink_to(folder / "没有")
        report = index(data, folder)
        assert {source: reason.rsplit(" / ", 1)[-1] for source, reason in reasons(report).items()} == {
            "程序.txt": "not a text file",
            "空.txt": "the file holds no text",
            "空白.md": "the file holds no text",
            "隐形.txt": "the file holds no text",
            "目录.txt/x.xyz": "unsupported format",
            "断.txt": "cannot be read",
        }
        assert sorted(documents(data)) == sorted(FILES)

    def test_only_unreadable_files(self, data: Path, tmp_path: Path) -> None:
        folder = written(tmp_path / "坏", {"空.txt": b"", "隐形.txt": "\u200b"})
        with pytest.raises(NothingToIndex, match="nothing could be indexed") as caught:
            index(data, folder)
        one_line(caught.value)
        assert [source for source, _ in caught.value.skipped] == ["空.txt", "隐形.txt"]

    def test_a_file_that_becomes_unreadable_keeps_its_last_version(self, data: Path, folder: Path) -> None:
        first = index(data, folder)
        before = documents(data)
        for content in (bytes(100), b""):
            (folder / "报告.txt").write_bytes(content)
            report = index(data, folder)
            assert list(reasons(report)) == ["报告.txt"]
            assert (counts(report), report.generation) == ((0, 0, 2, 0), first.generation)
            assert documents(data) == before
        (folder / "报告.txt").unlink()
        (folder / "报告.txt").symlink_to(folder / "没有")
        assert list(reasons(index(data, folder))) == ["报告.txt"]
        assert documents(data) == before
        assert list(reasons(index(data, folder, rebuild=True))) == ["报告.txt"]
        assert documents(data) == before
        (folder / "报告.txt").unlink()
        assert counts(index(data, folder)) == (0, 0, 2, 1)

    def test_an_empty_folder_changes_nothing(self, data: Path, folder: Path, tmp_path: Path) -> None:
        index(data, folder)
        before = documents(data)
        (tmp_path / "空").mkdir()
        with pytest.raises(NothingToIndex, match="what is published stays") as caught:
            index(data, tmp_path / "空")
        one_line(caught.value)
        assert documents(data) == before
        assert counts(index(data, folder)) == (0, 0, 3, 0)

    def test_a_path_that_does_not_exist(self, data: Path, folder: Path, tmp_path: Path) -> None:
        index(data, folder)
        (tmp_path / "断").symlink_to(tmp_path / "没有")
        for path in (tmp_path / "没有", tmp_path / "断"):
            with pytest.raises(ZhengwenError, match="no such file or folder") as caught:
                index(data, folder, path)
            assert str(path) in one_line(caught.value)
        assert sorted(documents(data)) == sorted(FILES)

    def test_a_data_directory_that_is_a_file(self, folder: Path, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("x", encoding="utf-8")
        for place in (tmp_path / "file", tmp_path / "file" / "below"):
            with pytest.raises(ZhengwenError, match="cannot be written") as caught:
                index(place, folder)
            one_line(caught.value)

    def test_file_names_of_all_kinds(self, data: Path, tmp_path: Path) -> None:
        names = [
            "有 空格.txt",
            "中文（第1号）.txt",
            "🙂𠮷.txt",
            "a'b\"c.txt",
            "%s#?.txt",
            "-x.txt",
            "新\n行.txt",
            "夹 子/内 层/e\u0301.txt",
        ]
        folder = written(tmp_path / "名 字🙂", {name: f"第{i}份\n\n水质良好。" for i, name in enumerate(names)})
        assert index(data, folder).documents == len(names)
        assert sorted(documents(data)) == sorted(names)
        assert counts(index(data, folder)) == (0, 0, len(names), 0)

    def test_file_names_that_are_not_utf8(self, data: Path, tmp_path: Path) -> None:
        folder = tmp_path / os.fsdecode("旧".encode("gb18030"))
        folder.mkdir()
        (folder / os.fsdecode("国资.txt".encode("gb18030"))).write_text("甲\n\n水质良好。", encoding="utf-8")
        (folder / os.fsdecode(b"\xff\xff.txt")).write_text("乙\n\n水质良好。", encoding="utf-8")
        assert index(data, folder).documents == 2
        assert sorted(documents(data)) == ["\\xff\\xff.txt", "国资.txt"]
        assert counts(index(data, folder)) == (0, 0, 2, 0)

    def test_a_huge_file_is_refused_in_a_line(self, data: Path, folder: Path) -> None:
        written(folder, {"大.txt": b"x" * 50_000_000})
        began = time.perf_counter()
        reason = reasons(index(data, folder))["大.txt"]
        assert time.perf_counter() - began < 5
        assert "50 MB" in reason
        assert "32 MB" in reason
        with Indexer(data, HashingEncoder()) as indexer:
            assert list(reasons(indexer.index([folder], max_bytes=10))) == ["大.txt"]  # The others are known already.

    @pytest.mark.parametrize(
        ("name", "unit", "size"),
        [
            ("长.txt", "没有标点的一行", 3_000_000),
            ("长.txt", "第一百二十三条，", 500_000),
            ("长.md", "# 标题", 1_000_000),
            ("长.html", "<p>" + "水质达标。" * 20 + "</p>", 1_500_000),
        ],
    )
    def test_a_line_of_megabytes_is_indexed_in_time(
        self, data: Path, tmp_path: Path, name: str, unit: str, size: int
    ) -> None:
        content = unit * (size // len(unit.encode()))
        folder = written(tmp_path / "长", {name: content})
        began = time.perf_counter()
        assert index(data, folder).documents == 1
        assert time.perf_counter() - began < 60  # A second or two; minutes if anything were quadratic.
        (canonical,) = documents(data).values()
        assert visible(canonical) == visible(re.sub("</?p>", "", content))
        # What stands above every chunk, and is analysed and encoded with it, stays short.
        assert all(sum(map(len, chunk.section)) < 2000 for _, chunk in Generation(data).chunks_of(0))
        assert len(Generation(data).document(0).title) < 300

    def test_text_of_nothing_but_marks(self, data: Path, tmp_path: Path) -> None:
        folder = written(tmp_path / "标点", {"甲.txt": "？？？！！！", "乙.txt": "# \n", "丙.md": "- \n"})
        assert index(data, folder).documents == 3
        generation = Generation(data)
        assert problems_of(generation) == []
        assert generation.words.scores(["水"]).tolist() == [0, 0, 0]
        assert all(document.title for document in generation.documents())
