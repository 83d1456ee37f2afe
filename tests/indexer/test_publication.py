import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from indexer import generations, publication
from indexer.errors import ZhengwenError
from indexer.generations import Generation, folders
from indexer.pipeline import Indexer
from indexer.soundness import problems_of
from tests.indexer.published import sound, sources
from tests.indexer.support import LETTER, REPORT, HashingEncoder, index, written

ROOT = Path(__file__).parents[2]


@pytest.fixture
def data(tmp_path: Path, folder: Path) -> Path:
    """A data directory with one published generation."""
    index(tmp_path / "数 据", folder)
    return tmp_path / "数 据"


class PowerCut(BaseException):
    """Nothing catches this."""


class TestPublishing:
    def change(self, folder: Path) -> None:
        written(folder, {"报告.txt": REPORT + "\n新增一段，水质良好。\n"})

    def steps(self, data: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> int:
        """How often publishing makes something durable."""
        count = 0
        real = os.fsync

        def counting(descriptor: int) -> None:
            nonlocal count
            count += 1
            real(descriptor)

        with monkeypatch.context() as patched:
            patched.setattr(os, "fsync", counting)
            index(data, folder)
        return count

    def cut(self, monkeypatch: pytest.MonkeyPatch, at: int, error: BaseException) -> None:
        count = 0
        real = os.fsync

        def cutting(descriptor: int) -> None:
            nonlocal count
            count += 1
            if count == at:
                raise error
            real(descriptor)

        monkeypatch.setattr(os, "fsync", cutting)

    def test_a_crash_at_any_moment_leaves_the_old_or_the_new_generation(
        self, data: Path, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.change(folder)
        shutil.copytree(data, tmp_path / "copy")
        steps = self.steps(tmp_path / "copy", folder, monkeypatch)
        assert steps > 15
        for at in (1, 2, steps // 2, steps - 3, steps - 2, steps - 1, steps):
            broken = tmp_path / f"data{at}"
            shutil.copytree(data, broken)
            with monkeypatch.context() as patched:
                self.cut(patched, at, PowerCut())
                with pytest.raises(PowerCut):
                    index(broken, folder)
            left = sound(broken)
            switched = "新增一段" in next(d.text for d in left.documents() if d.source == "报告.txt")
            assert left.name == ("000002" if switched else "000001")
            assert switched == (at == steps)
            report = index(broken, folder)
            assert (report.published, report.encoded) == (True, 0)
            assert "新增一段" in "".join(document.text for document in sound(broken).documents())
            assert not list((broken / "generations").glob(".partial-*"))
            assert len(folders(broken)) <= 2

    def test_a_full_disk_is_one_line_and_the_old_generation_stays(
        self, data: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.change(folder)
        with monkeypatch.context() as patched:
            self.cut(patched, 3, OSError(28, "No space left on device"))
            with pytest.raises(ZhengwenError, match=r"No space left on device.*what is published stays") as caught:
                index(data, folder)
        assert "\n" not in str(caught.value)
        assert sound(data).name == "000001"
        assert index(data, folder).published

    @pytest.mark.parametrize("moment", ["switch", "_write_documents"])
    def test_a_crash_around_the_switch(
        self, data: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, moment: str
    ) -> None:
        self.change(folder)

        def crash(*_: object) -> None:
            raise PowerCut

        with monkeypatch.context() as patched:
            patched.setattr(publication, moment, crash)
            with pytest.raises(PowerCut):
                index(data, folder)
        assert sound(data).name == "000001"
        index(data, folder)
        assert "新增一段" in "".join(document.text for document in sound(data).documents())

    def test_a_killed_process_leaves_the_old_generation_and_no_lock(self, data: Path, folder: Path) -> None:
        self.change(folder)
        code = (
            "import os, sys; from pathlib import Path; from indexer import publication\n"
            "from tests.indexer.support import index\n"
            "publication.switch = lambda *_: os._exit(9)\n"
            "index(Path(sys.argv[1]), Path(sys.argv[2]))"
        )
        killed = subprocess.run([sys.executable, "-c", code, str(data), str(folder)], cwd=ROOT, timeout=60, check=False)
        assert killed.returncode == 9
        assert sound(data).name == "000001"
        report = index(data, folder)
        assert report.published
        # The folder that was never current is gone, the one that readers may hold is not.
        assert [path.name for path in folders(data)] == ["000001", report.generation]

    def test_old_generations_go_when_nobody_reads_them(self, data: Path, folder: Path) -> None:
        for number in range(2, 6):
            self.change_again(folder, number)
            index(data, folder)
            assert [path.name for path in folders(data)] == [f"{number - 1:06d}", f"{number:06d}"]

    def test_a_generation_that_is_read_stays_whole(self, data: Path, folder: Path) -> None:
        reader = Generation(data)
        before = sources(reader)
        for number in range(2, 6):
            self.change_again(folder, number)
            late = Generation(data)
            index(data, folder)
            # Whatever is opened for the first time now is still there.
            assert problems_of(reader) == []
            assert problems_of(late) == []
            del late
        assert sources(reader) == before
        assert [path.name for path in folders(data)] == ["000001", "000004", "000005"]
        del reader
        self.change_again(folder, 6)
        index(data, folder)
        assert [path.name for path in folders(data)] == ["000005", "000006"]
        assert not list((data / "generations").glob(".*"))

    def test_a_generation_that_is_read_by_another_process_stays(self, data: Path, folder: Path) -> None:
        code = (
            "import sys; from pathlib import Path\n"
            "from indexer.generations import Generation; from indexer.soundness import problems_of\n"
            "generation = Generation(Path(sys.argv[1])); print('open', flush=True); sys.stdin.readline()\n"
            "print(problems_of(generation), [d.title for d in generation.documents()] != [])"
        )
        reader = subprocess.Popen(
            [sys.executable, "-c", code, str(data)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert reader.stdout is not None
        assert reader.stdout.readline() == "open\n"
        for number in range(2, 5):
            self.change_again(folder, number)
            index(data, folder)
        assert [path.name for path in folders(data)] == ["000001", "000003", "000004"]
        assert reader.communicate("\n", timeout=60)[0] == "[] True\n"
        self.change_again(folder, 5)
        index(data, folder)
        assert [path.name for path in folders(data)] == ["000004", "000005"]

    def test_a_generation_replaced_while_it_is_opened(
        self, data: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Its name is read; before it is opened, it is two publications old and deleted."""
        names = iter(["000001"])
        real = generations.current_name
        for number in (2, 3):
            self.change_again(folder, number)
            index(data, folder)
        monkeypatch.setattr(generations, "current_name", lambda place: next(names, None) or real(place))
        assert sources(Generation(data)) == sources(sound(data))
        assert Generation(data).name == "000003"

    def change_again(self, folder: Path, number: int) -> None:
        written(folder, {"报告.txt": f"{REPORT}\n第{number}次修改，水质良好。\n"})

    def test_folders_that_are_no_generations_are_left_alone(self, data: Path, folder: Path) -> None:
        copy = data / "generations" / "000001 的备份"
        shutil.copytree(data / "generations" / "000001", copy)
        self.change(folder)
        assert index(data, folder).generation == "000002"
        assert copy.is_dir()

    def test_numbers_go_on_beyond_six_digits(self, data: Path, folder: Path) -> None:
        (data / "generations" / "000001").rename(data / "generations" / "999999")
        (data / "CURRENT").write_text("999999\n", encoding="utf-8")
        for expected in ("1000000", "1000001"):
            written(folder, {"报告.txt": REPORT + expected})
            assert index(data, folder).generation == expected

    def test_removing_a_document_publishes_without_it(self, data: Path) -> None:
        letter = next(d for d in Generation(data).documents() if d.text.startswith(LETTER[:5]))
        with Indexer(data, HashingEncoder()) as indexer:
            assert indexer.remove(letter.document_id)
        assert letter.source not in sources(sound(data))
