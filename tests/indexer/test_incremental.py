import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from indexer.document import SourceDocument
from indexer.encoders import Floats
from indexer.files import document_id_of
from indexer.generations import Generation
from indexer.loaders import text
from indexer.pipeline import Indexer
from indexer.soundness import problems_of
from tests.indexer.published import counts, documents, ids
from tests.indexer.support import FILES, REPORT, HashingEncoder, index, written


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
        assert generation.sentences.shape[1] == generation.chunk_vectors.dimension == 16
        assert problems_of(generation) == []
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
