"""A full disk, and a folder that cannot be written: one line, and what was published goes on answering.

The full disk is real: a small file system in memory, which needs the right to mount one.
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from indexer.encoders import load_encoder
from indexer.generations import Generation
from indexer.soundness import problems_of
from indexer.static_model import STATIC
from server.assistant import Assistant
from tests.indexer.support import FILES, written

ROOT = Path(__file__).parents[2]
_PUMPS = "".join(
    f"{n}号泵站由第{n * 7 % 90}班负责，配备水泵{n % 5 + 2}台，每月检修{n % 3 + 1}次。\n" for n in range(300)
)
# In a mount namespace of its own: nothing that is mounted is seen outside, or outlives the command.
_CONFINED = ("unshare", "--mount", "--propagation", "private", "sh", "-euc")


def _may_mount() -> bool:
    try:
        probe = subprocess.run(
            [*_CONFINED, "mount -t tmpfs -o size=1m none /mnt"], capture_output=True, timeout=20, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return probe.returncode == 0


may_mount = pytest.mark.skipif(not _may_mount(), reason="mounting is not allowed here")


def environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ZHENGWEN_")}
    return kept | {"PYTHONPATH": str(ROOT), "ZHENGWEN_ENCODER": STATIC, "PYTHONDONTWRITEBYTECODE": "1"}


def run(*arguments: str | Path, script: str = "", cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """A command; within a ``script``, where the commands are ``"$@"``, in a mount namespace of its own."""
    command = [sys.executable, "-m", "server", *map(str, arguments)]
    if script:
        command = [*_CONFINED, script, "sh", *command]
    return subprocess.run(command, cwd=cwd, env=environment(), capture_output=True, text=True, timeout=120, check=False)


def errors(done: subprocess.CompletedProcess[str]) -> list[str]:
    """The lines for the user on stderr."""
    assert "Traceback" not in done.stderr, done.stderr
    return [line for line in done.stderr.splitlines() if line.startswith("zhengwen: ")]


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A folder of files and the data directory of its index, then with a change to publish."""
    place = tmp_path_factory.mktemp("disk")
    folder = written(place / "文 件", {**FILES, "泵站.txt": f"泵站检修\n\n{_PUMPS}"})
    data = place / "数 据"
    done = run("index", folder, "--data-dir", data)
    assert done.returncode == 0, done.stderr
    written(folder, {"新.txt": f"新的泵站\n\n{_PUMPS.replace('泵站', '水闸')}"})
    return folder, data


def used(data: Path) -> int:
    """Bytes that a file system in memory needs for it: whole pages."""
    return sum(-(-path.stat().st_size // 4096) * 4096 + 4096 for path in data.rglob("*"))


def answers(data: Path) -> bool:
    """Whether what was published first is still what is published, is whole and answers."""
    return "新.txt" not in {document.source for document in Generation(data).documents()} and whole(data)


def whole(data: Path) -> bool:
    """Whether what is published is whole and answers."""
    assert problems_of(Generation(data)) == []
    answer = Assistant.open(data, load_encoder(STATIC)).ask("“三清”机制是什么")
    return "清理管网" in answer.answer


@may_mount
class TestFullDisk:
    # The data directory is copied to a file system with so much room left, and what is there afterwards is brought back.
    SCRIPT = """
        disk=$(mktemp -d); mount -t tmpfs -o size={size} none "$disk"
        cp -r {data}/. "$disk"; code=0
        "$@" --data-dir "$disk" || code=$?
        for attempt in "search 水厂 --system bm25" "check"; do
            {python} -m server $attempt --data-dir "$disk" > {after}/out 2>&1 || {{ cat {after}/out >&2; exit 99; }}
        done
        cp -r "$disk" {after}/disk; umount "$disk"; rmdir "$disk"; exit $code
    """

    def full(
        self, places: tuple[Path, Path], after: Path, room: int, *arguments: str | Path
    ) -> subprocess.CompletedProcess[str]:
        script = self.SCRIPT.format(
            size=used(places[1]) + room, data=quoted(places[1]), after=quoted(after), python=quoted(sys.executable)
        )
        return run(*arguments, script=script)

    # From too little to begin with to enough for everything.
    @pytest.mark.parametrize("room", [16_384, 98_304, 400_000, 600_000, 8_000_000])
    def test_indexing(self, places: tuple[Path, Path], tmp_path: Path, room: int) -> None:
        done = self.full(places, tmp_path, room, "index", places[0], "--quiet")
        if done.returncode == 0:  # There was room enough, and everything is there.
            assert room > 98_304
            assert "新.txt" in {document.source for document in Generation(tmp_path / "disk").documents()}
            return
        assert (done.returncode, room < 8_000_000) == (2, True), done.stderr
        (line,) = errors(done)
        assert "磁盘空间" in line, line
        # Near the end there may be room to publish, and none to write down that it was: then the new one answers.
        assert whole(tmp_path / "disk") if room > 98_304 else answers(tmp_path / "disk")
        # With room again, the same command does what it could not.
        again = run("index", places[0], "--data-dir", tmp_path / "disk")
        assert again.returncode == 0, again.stderr
        assert "新.txt" in {document.source for document in Generation(tmp_path / "disk").documents()}
        assert run("check", "--data-dir", tmp_path / "disk").returncode == 0

    def test_removing(self, places: tuple[Path, Path], tmp_path: Path) -> None:
        wanted = next(d.document_id for d in Generation(places[1]).documents() if d.source == "专版.md")
        done = self.full(places, tmp_path, 65_536, "documents", "remove", wanted)
        assert done.returncode == 2, done.stderr
        assert len(errors(done)) == 1
        assert answers(tmp_path / "disk")

    def test_backing_up_to_a_full_disk(self, places: tuple[Path, Path], tmp_path: Path) -> None:
        script = 'disk=$(mktemp -d); mount -t tmpfs -o size=64k none "$disk"; cd "$disk"; code=0; "$@" || code=$?; ls -A; exit $code'
        done = run("backup", "b.tar.gz", "--data-dir", places[1], script=script)
        assert (done.returncode, done.stdout) == (2, "")
        assert len(errors(done)) == 1
        assert answers(places[1])

    def test_restoring_to_a_full_disk(self, places: tuple[Path, Path], tmp_path: Path) -> None:
        assert run("backup", tmp_path / "b.tar.gz", "--data-dir", places[1]).returncode == 0
        done = self.full(places, tmp_path, 65_536, "restore", tmp_path / "b.tar.gz")
        assert done.returncode == 2
        assert len(errors(done)) == 1
        assert answers(tmp_path / "disk")
        assert not (tmp_path / "disk" / ".restoring").exists()


def quoted(path: str | Path) -> str:
    return "'" + str(path).replace("'", "'\\''") + "'"


@may_mount
class TestReadOnly:
    SCRIPT = 'mount --bind {data} {data}; mount -o remount,ro,bind {data}; cd /; exec "$@" --data-dir {data}'

    def run(self, data: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        return run(*arguments, script=self.SCRIPT.format(data=quoted(data)))

    @pytest.mark.parametrize(
        "arguments", [("ask", "“三清”机制是什么"), ("search", "水厂"), ("check",), ("documents", "list"), ("replies",)]
    )
    def test_reading_needs_no_right_to_write(self, places: tuple[Path, Path], arguments: Sequence[str]) -> None:
        done = self.run(places[1], *arguments)
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout

    @pytest.mark.parametrize("what", ["index", "remove", "restore", "backup"])
    def test_writing_is_refused_in_a_line(self, places: tuple[Path, Path], tmp_path: Path, what: str) -> None:
        folder, data = places
        wanted = next(document.document_id for document in Generation(data).documents())
        assert run("backup", tmp_path / "b.tar.gz", "--data-dir", data).returncode == 0
        commands: dict[str, tuple[str | Path, ...]] = {
            "index": ("index", folder), "remove": ("documents", "remove", wanted), "restore": ("restore", tmp_path / "b.tar.gz"),
            "backup": ("backup", tmp_path / "c.tar.gz"),
        }  # fmt: skip
        done = self.run(data, *commands[what])
        assert (done.returncode, done.stdout) == (2, "")
        (line,) = errors(done)
        assert "Read-only" in line
        assert answers(data)
