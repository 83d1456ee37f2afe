import os
import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from indexer.document import SourceDocument
from indexer.encoders import Encoder, Floats
from indexer.errors import NothingToIndex, StoreInUse, StoreMismatch, ZhengwenError
from indexer.files import document_id_of
from indexer.generations import Generation
from indexer.loaders import text
from indexer.pipeline import Indexer, IndexReport
from tests.indexer.support import FILES, REPORT, HashingEncoder, index, visible, written

ROOT = Path(__file__).parents[2]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return written(tmp_path / "文 件夹", FILES)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "数 据"


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """What the loader of plain text was given, in order."""
    given: list[bytes] = []
    real = text.load

    def counting(content: bytes) -> SourceDocument:
        given.append(content)
        return real(content)

    monkeypatch.setattr(text, "load", counting)
    return given


def documents(data: Path) -> dict[str, str]:
    """Source -> text of what is published; the generation is checked."""
    generation = Generation(data)
    assert generation.check() == []
    return {document.source: document.text for document in generation.documents()}


def ids(data: Path) -> dict[str, str]:
    return {document.source: document.document_id for document in Generation(data).documents()}


def counts(report: IndexReport) -> tuple[int, int, int, int]:
    return report.added, report.changed, report.unchanged, report.removed


def reasons(report: IndexReport) -> dict[str, str]:
    found = {skipped.source: skipped.reason for skipped in report.skipped}
    assert all("\n" not in reason for reason in found.values())
    return found


def one_line(error: BaseException) -> str:
    assert isinstance(error, ZhengwenError)
    assert "\n" not in str(error)
    return str(error)


class TestFirstRun:
    def test_a_folder_becomes_an_index(self, data: Path, folder: Path) -> None:
        report = index(data, folder)
        assert counts(report) == (3, 0, 0, 0)
        assert (report.documents, report.published, report.skipped) == (3, True, ())
        assert report.encoded == report.chunks > 3
        assert {name: visible(text) for name, text in documents(data).items()} == {
            n: visible(t) for n, t in FILES.items()
        }

    def test_ids_are_hashes_of_the_relative_path(self, data: Path, folder: Path) -> None:
        index(data, folder)
        assert ids(data) == {name: document_id_of(name) for name in FILES}
        # `printf 专版.md | sha256sum`
        assert document_id_of("专版.md") == "d1dfbffa0922fccd"

    def test_single_files_and_folders_may_be_named_together(self, data: Path, folder: Path) -> None:
        report = index(data, folder / "报告.txt", folder)
        assert counts(report) == (3, 0, 0, 0)
        assert counts(index(data, folder, folder)) == (0, 0, 3, 0)
        assert counts(index(data, folder / "报告.txt")) == (0, 0, 1, 2)
        assert list(documents(data)) == ["报告.txt"]

    def test_relative_paths_and_links_lead_to_the_same_documents(
        self, data: Path, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        index(data, folder)
        monkeypatch.chdir(folder)
        (tmp_path / "link").symlink_to(folder)
        for path in (Path(), Path(), Path("../文 件夹"), tmp_path / "link"):
            assert counts(index(data, path)) == (0, 0, 3, 0)

    def test_hidden_and_temporary_files_are_left_out(self, data: Path, folder: Path) -> None:
        written(folder, {".hidden.txt": "甲", ".git/x.txt": "乙", "~$报告.txt": "丙"})
        assert index(data, folder).documents == 3

    def test_formats_that_are_not_supported_are_reported(self, data: Path, folder: Path) -> None:
        written(folder, {"表.xyz": "x", "没有后缀": "y"})
        assert reasons(index(data, folder)) == {
            "表.xyz": "格式 .xyz 暂不支持 / unsupported format",
            "没有后缀": "格式 (无后缀) 暂不支持 / unsupported format",
        }

    def test_progress_is_reported_for_each_step(self, data: Path, folder: Path) -> None:
        seen: list[tuple[str, int, int]] = []
        with Indexer(data, HashingEncoder(), lambda *step: seen.append(step)) as indexer:
            indexer.index([folder])
        assert list(dict.fromkeys(name for name, _, _ in seen)) == ["read", "encode", "publish"]
        for name in ("read", "encode", "publish"):
            steps = [(done, total) for step, done, total in seen if step == name]
            assert steps == sorted(steps)
            assert steps[-1][0] == steps[-1][1] > 0


class TestIncremental:
    def test_an_unchanged_file_is_not_read_again(self, data: Path, folder: Path, read: list[bytes]) -> None:
        first = index(data, folder)
        assert len(read) == 2
        encoder = HashingEncoder()
        report = index(data, folder, encoder=encoder)
        assert counts(report) == (0, 0, 3, 0)
        assert (report.generation, report.published, report.encoded) == (first.generation, False, 0)
        assert len(read) == 2
        assert encoder.encoded == []

    def test_size_and_time_decide_whether_a_file_changed(self, data: Path, folder: Path, read: list[bytes]) -> None:
        index(data, folder)
        path = folder / "报告.txt"
        state = path.stat()
        path.write_bytes(path.read_bytes().replace("19座".encode(), "18座".encode()))
        os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))
        assert counts(index(data, folder)) == (0, 0, 3, 0)
        os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns + 1))
        assert counts(index(data, folder)) == (0, 1, 2, 0)
        assert len(read) == 3
        assert "18座" in documents(data)["报告.txt"]

    def test_only_changed_chunks_are_encoded(self, data: Path, folder: Path) -> None:
        first = index(data, folder)
        before = ids(data)
        written(folder, {"报告.txt": REPORT.replace("2.5亿元", "3.5亿元")})
        encoder = HashingEncoder()
        report = index(data, folder, encoder=encoder)
        assert counts(report) == (0, 1, 2, 0)
        assert (report.encoded, report.chunks) == (1, first.chunks)
        assert [text for text in encoder.encoded if "3.5亿元" in text]
        assert not [text for text in encoder.encoded if "19座" in text]
        assert "3.5亿元" in documents(data)["报告.txt"]
        assert ids(data) == before

    def test_a_file_that_comes_back_is_not_encoded_again(self, data: Path, folder: Path) -> None:
        index(data, folder)
        content = (folder / "报告.txt").read_bytes()
        (folder / "报告.txt").unlink()
        assert counts(index(data, folder)) == (0, 0, 2, 1)
        assert "报告.txt" not in documents(data)
        written(folder, {"报告.txt": content})
        report = index(data, folder)
        assert (counts(report), report.encoded) == ((1, 0, 2, 0), 0)
        assert documents(data)["报告.txt"].startswith("清河区")

    def test_the_same_content_is_encoded_once(self, data: Path, folder: Path) -> None:
        written(folder, {"副本/另一份.txt": REPORT})
        encoder = HashingEncoder()
        report = index(data, folder, encoder=encoder)
        assert len([text for text in encoder.encoded if "19座" in text]) == 1
        assert report.added == 4

    def test_an_index_holds_what_was_named_last(self, data: Path, folder: Path, tmp_path: Path) -> None:
        other = written(tmp_path / "别处", {"乙.txt": "乙文件\n\n水质良好。"})
        index(data, folder)
        assert counts(index(data, other)) == (1, 0, 0, 3)
        assert list(documents(data)) == ["乙.txt"]
        assert counts(index(data, folder, other)) == (3, 0, 1, 0)
        assert sorted(documents(data)) == sorted([*FILES, "乙.txt"])

    def test_a_folder_that_moved_keeps_its_ids(self, data: Path, folder: Path, tmp_path: Path) -> None:
        index(data, folder)
        before = ids(data)
        folder.rename(tmp_path / "搬家")
        report = index(data, tmp_path / "搬家")
        assert (counts(report), report.encoded) == ((3, 0, 0, 3), 0)
        assert ids(data) == before

    def test_the_same_path_below_two_folders(self, data: Path, tmp_path: Path) -> None:
        one = written(tmp_path / "一", {"甲.txt": "第一份\n\n全区水厂19座，水质良好。"})
        two = written(tmp_path / "二", {"甲.txt": "第二份\n\n全市管网改造20公里，资金到位。"})

        def by_text() -> dict[str, str]:
            return {document.title: document.document_id for document in Generation(data).documents()}

        index(data, one, two)
        before = by_text()
        assert len(set(before.values())) == 2
        assert before["第一份"] == document_id_of("甲.txt")
        index(data, two, one)
        assert by_text() == before
        index(data, two, one, rebuild=True)
        assert by_text() == before
        index(data, two)
        assert by_text() == {"第二份": before["第二份"]}
        written(two, {"甲.txt": "第二份\n\n全市管网改造21公里。"})
        assert counts(index(data, two)) == (0, 1, 0, 0)
        assert by_text() == {"第二份": before["第二份"]}

    def test_rebuilding_reads_and_encodes_everything(self, data: Path, folder: Path, read: list[bytes]) -> None:
        first = index(data, folder)
        encoder = HashingEncoder()
        report = index(data, folder, encoder=encoder, rebuild=True)
        assert (counts(report), report.encoded, report.published) == ((0, 3, 0, 0), first.chunks, True)
        assert len(read) == 4
        assert report.generation == "000002"

    def test_another_encoder_encodes_everything_again_and_the_first_is_remembered(
        self, data: Path, folder: Path
    ) -> None:
        first = index(data, folder)
        other = HashingEncoder("another", 16)
        report = index(data, folder, encoder=other)
        assert (counts(report), report.encoded, report.published) == ((0, 0, 3, 0), first.chunks, True)
        generation = Generation(data)
        assert (generation.identity.encoder, generation.identity.dimension) == ("another", 16)
        assert generation.sentences.shape[1] == generation.chunk_vectors.d == 16
        assert generation.check() == []
        back = index(data, folder)
        assert (back.encoded, back.published) == (0, True)
        assert Generation(data).identity.encoder == "hashing"

    def test_an_interrupted_run_goes_on_where_it_stopped(self, data: Path, tmp_path: Path) -> None:
        folder = written(tmp_path / "多", {f"{n:03d}.txt": f"第{n}份\n\n全区水厂{n}座。" for n in range(150)})

        class Interrupted(HashingEncoder):
            def encode_passages(self, passages: Sequence[Sequence[str]]) -> tuple[Floats, Floats]:
                if self.encoded:
                    raise KeyboardInterrupt
                return super().encode_passages(passages)

        with pytest.raises(KeyboardInterrupt), Indexer(data, Interrupted()) as indexer:
            indexer.index([folder])
        report = index(data, folder)
        assert (report.unchanged, report.documents, report.published) == (150, 150, True)
        assert 0 < report.encoded < 150
        assert len(documents(data)) == 150

    def test_a_newer_reader_reads_everything_again(
        self, data: Path, folder: Path, read: list[bytes], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        index(data, folder)
        before = ids(data)
        monkeypatch.setattr("indexer.reading.READER_VERSION", "of tomorrow")
        report = index(data, folder)
        assert (counts(report), report.encoded) == ((0, 3, 0, 0), 0)
        assert len(read) == 4
        assert ids(data) == before
        assert counts(index(data, folder)) == (0, 0, 3, 0)


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
        assert generation.check() == []
        assert generation.words.scores(["水"]).tolist() == [0, 0, 0]
        assert all(document.title for document in generation.documents())


class TestStore:
    def test_a_second_writer_is_turned_away_while_the_first_writes(self, data: Path, folder: Path) -> None:
        index(data, folder)
        code = (
            "import sys; from pathlib import Path; from indexer.pipeline import Indexer\n"
            "from tests.indexer.support import HashingEncoder\n"
            "with Indexer(Path(sys.argv[1]), HashingEncoder()):\n    print('holding', flush=True); sys.stdin.read()"
        )
        first = subprocess.Popen(
            [sys.executable, "-c", code, str(data)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        try:
            assert first.stdout is not None
            assert first.stdout.readline() == "holding\n"
            with pytest.raises(StoreInUse, match="another zhengwen is writing here") as caught:
                index(data, folder)
            assert str(data) in one_line(caught.value)
            assert len(documents(data)) == 3
        finally:
            first.communicate("", timeout=30)
        assert counts(index(data, folder)) == (0, 0, 3, 0)

    def test_a_second_writer_in_the_same_process(self, data: Path, folder: Path) -> None:
        with Indexer(data, HashingEncoder()), pytest.raises(StoreInUse):
            index(data, folder)
        index(data, folder)

    def test_a_store_of_a_newer_version(self, data: Path, folder: Path) -> None:
        index(data, folder)
        db = sqlite3.connect(data / "store.sqlite")
        db.execute("PRAGMA user_version = 99")
        db.close()
        for _ in range(2):  # The lock is free again after the first refusal.
            with pytest.raises(StoreMismatch, match="newer version") as caught:
                index(data, folder)
            one_line(caught.value)
        assert len(documents(data)) == 3

    def damaged(self, data: Path) -> Iterator[bytes]:
        """A store damaged in many ways."""
        original = (data / "store.sqlite").read_bytes()
        yield b"no database at all " * 500
        for fraction in (0.1, 0.3, 0.5, 0.7, 0.9):
            yield original[: int(len(original) * fraction)]
        for start in range(4096, len(original), 4096):
            yield original[:start] + b"\xff" * 4096 + original[start + 4096 :]

    def test_a_damaged_store_is_one_line_and_the_published_index_stays(self, data: Path, folder: Path) -> None:
        index(data, folder)
        before = documents(data)
        original = (data / "store.sqlite").read_bytes()
        outcomes = []
        for content in self.damaged(data):
            (data / "store.sqlite").write_bytes(content)
            try:
                index(data, folder, rebuild=True)
                outcomes.append("")
            except ZhengwenError as error:
                outcomes.append(one_line(error))
            assert documents(data) == before
        assert sum("store.sqlite" in outcome for outcome in outcomes) > 5
        # What the message advises:
        (data / "store.sqlite").unlink()
        report = index(data, folder)
        assert (report.added, report.published) == (3, True)
        assert documents(data) == before
        assert len(original) > 4096

    def test_a_store_without_a_published_index_publishes_again(self, data: Path, folder: Path) -> None:
        index(data, folder)
        (data / "CURRENT").unlink()
        report = index(data, folder)
        assert (counts(report), report.published, report.encoded) == ((0, 0, 3, 0), True, 0)
        assert len(documents(data)) == 3


class TestRemoval:
    def test_a_removed_document_stays_out_until_it_is_restored(self, data: Path, folder: Path) -> None:
        index(data, folder)
        wanted = ids(data)["报告.txt"]
        with Indexer(data, HashingEncoder()) as indexer:
            assert indexer.remove(wanted)
            assert not indexer.remove(wanted)
            assert not indexer.remove("没有这个编号")
        assert "报告.txt" not in documents(data)
        for rebuild in (False, True):
            report = index(data, folder, rebuild=rebuild)
            assert report.documents == 2
            assert "removed by hand" in reasons(report)["报告.txt"]
        written(folder, {"报告.txt": REPORT + "新的一段，水质良好。"})
        assert index(data, folder).documents == 2
        with Indexer(data, HashingEncoder()) as indexer:
            assert indexer.restore(wanted)
            assert not indexer.restore(wanted)
        assert "报告.txt" not in documents(data)
        assert counts(index(data, folder)) == (1, 0, 2, 0)
        assert ids(data)["报告.txt"] == wanted

    def test_the_last_document_stays(self, data: Path, tmp_path: Path) -> None:
        folder = written(tmp_path / "一", {"甲.txt": "甲\n\n水质良好。"})
        index(data, folder)
        with pytest.raises(NothingToIndex, match="last document"), Indexer(data, HashingEncoder()) as indexer:
            indexer.remove(document_id_of("甲.txt"))
        assert list(documents(data)) == ["甲.txt"]
        assert counts(index(data, folder)) == (0, 0, 1, 0)

    def test_removal_with_another_encoder_encodes_what_is_left(self, data: Path, folder: Path) -> None:
        index(data, folder)
        other = HashingEncoder("another", 16)
        with Indexer(data, other) as indexer:
            assert indexer.remove(document_id_of("报告.txt"))
        assert Generation(data).identity.encoder == "another"
        assert sorted(documents(data)) == sorted(set(FILES) - {"报告.txt"})


class TestDocuments:
    def test_documents_that_are_no_files(self, data: Path) -> None:
        with Indexer(data, HashingEncoder()) as indexer:
            report = indexer.index_documents(
                (f"d{n}", SourceDocument(f"第{n}份\n\n全区水厂{n}座。", title=f"第{n}份")) for n in range(3)
            )
            assert (report.added, report.documents) == (3, 3)
            again = indexer.index_documents(
                [("d1", SourceDocument("第1份\n\n全区水厂1座。")), ("空", SourceDocument(" "))]
            )
        assert (again.documents, again.removed) == (1, 2)
        assert list(reasons(again)) == ["空"]
        assert list(documents(data)) == ["d1"]


def test_the_sample_corpus_with_the_bundled_encoder(data: Path, corpus: Path, encoder: Encoder) -> None:
    with Indexer(data, encoder) as indexer:
        report = indexer.index([corpus / "关于第0457号建议的答复函.txt", corpus / "大渡口区2023年度国有资产报告.txt"])
    assert report.documents == 2
    generation = Generation(data)
    assert generation.check() == []
    assert generation.identity.fingerprint == encoder.fingerprint
    for ordinal in range(0, report.chunks, 7):
        document = generation.document(generation.chunk(ordinal)[0])
        places = slice(*generation.sentence_starts[ordinal : ordinal + 2].tolist())
        sentences = [document.text[start:end] for start, end in generation.sentence_spans[places].tolist()]
        cosines = (encoder.encode(sentences) * generation.sentences[places].astype(np.float32)).sum(axis=1)
        assert (cosines > 0.999).all()
