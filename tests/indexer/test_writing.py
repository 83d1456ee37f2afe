import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from indexer.errors import NothingToIndex, StoreInUse, StoreMismatch, ZhengwenError
from indexer.files import document_id_of
from indexer.generations import Generation
from indexer.pipeline import Indexer
from tests.indexer.published import counts, documents, ids, one_line, reasons
from tests.indexer.support import FILES, REPORT, HashingEncoder, index, written

ROOT = Path(__file__).parents[2]


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
