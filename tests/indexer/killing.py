"""A real ``zhengwen`` process over a folder that changes, killed while it works, and what has to hold afterwards."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from indexer.encoders import load_encoder
from indexer.files import document_id_of
from indexer.generations import Generation
from indexer.soundness import problems_of
from indexer.static_model import STATIC
from indexer.store import Store
from server.assistant import Assistant

ROOT = Path(__file__).parents[2]
State = dict[str, str]
"""Text of every document by its source."""
Before = tuple[State, State, set[str], set[int]]

_DISTRICTS = "清河 白沙 南岭 东湖 西山 北塘 柳泉 石桥 长风 大渡 小南 新安 平乐 永和 高坪 临江".split()


def text_of(number: int, version: int) -> str:
    """A document of which no two versions are alike; some are long enough to take a while."""
    name = f"{_DISTRICTS[number % len(_DISTRICTS)]}区第{number}号水厂"
    body = "".join(
        f"{_DISTRICTS[(number + k) % len(_DISTRICTS)]}泵站{number * 31 + k}台机组，第{version}轮检修{(number * k + version) % 97}次。\n"
        for k in range(3 + number % 4 * 20)
    )
    return f"{name}检修情况\n\n{name}在第{version}轮检修中更换水表{1000 * version + number}只。\n\n{body}"


@dataclass
class Waterworks:
    """A folder of documents, the data directory of its index, and a reader that stays open.

    ``seconds``: how long a command takes to start, and to run.
    """

    folder: Path
    data: Path
    draw: random.Random
    counts: Counter[str] = field(default_factory=Counter)
    seconds: tuple[float, float] = (0.0, 0.0)
    versions: dict[int, int] = field(default_factory=dict)
    version: int = 0

    def command(self, *arguments: str | Path) -> list[str]:
        return [sys.executable, "-m", "server", *map(str, arguments), "--data-dir", str(self.data)]

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("ZHENGWEN_")}
        return kept | {"PYTHONPATH": str(ROOT), "ZHENGWEN_ENCODER": STATIC, "OMP_NUM_THREADS": "1"}

    def run(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*arguments), env=self.environment, cwd=ROOT, capture_output=True, text=True, check=False,
            timeout=120,
        )  # fmt: skip

    def write(self, number: int) -> None:
        self.version += 1
        self.versions[number] = self.version
        suffix, text = (".html", "<p>{}</p>") if number % 10 == 9 else (".txt", "{}")
        path = self.folder / f"{number:03d}{suffix}"
        path.write_text(
            text.format(text_of(number, self.version).replace("\n", "</p><p>" if number % 10 == 9 else "\n"))
        )

    def change(self) -> None:
        """Some files change, some come, some go."""
        for number in self.draw.sample(sorted(self.versions), 3):
            self.write(number)
        self.write(self.draw.randrange(60))
        if len(self.versions) > 25:
            gone = self.draw.choice(sorted(self.versions))
            next(self.folder.glob(f"{gone:03d}.*")).unlink()
            del self.versions[gone]

    def stored(self) -> State:
        """What the store holds: what the next publication would publish."""
        store = Store(self.data / "store.sqlite")
        try:
            return {document.source: document.text for document in store.documents()}
        finally:
            store.close()

    def removed(self) -> set[str]:
        """Sources that were removed by hand."""
        store = Store(self.data / "store.sqlite")
        try:
            return {source for _, source in store.removed().values()}
        finally:
            store.close()

    def wanted(self) -> dict[str, int]:
        """The version of each file that an index of the folder has to hold, by source."""
        out = self.removed()
        paths = sorted(self.folder.iterdir())
        return {path.name: self.versions[int(path.stem)] for path in paths if path.name not in out}

    def published(self) -> State:
        """What is published; every checksum and span is verified."""
        generation = Generation(self.data)
        assert problems_of(generation) == []
        return {document.source: document.text for document in generation.documents()}

    def unfinished(self) -> set[int]:
        """Folders of generations that were begun and not finished, by inode."""
        return {path.stat().st_ino for path in (self.data / "generations").glob(".partial-*")}

    def operation(self) -> tuple[str, list[str | Path]]:
        """Something to be interrupted in: its name and its command."""
        kind = self.draw.choice(["update", "update", "rebuild", "remove", "restore"])
        if kind == "remove":
            return kind, ["documents", "remove", document_id_of(self.draw.choice(sorted(self.stored())))]
        out = sorted(self.removed())
        if kind == "restore" and out:
            return kind, ["documents", "restore", document_id_of(self.draw.choice(out))]
        self.change()
        return (kind, ["index", self.folder, "--rebuild"]) if kind == "rebuild" else ("update", ["index", self.folder])

    def measure(self) -> None:
        """How long a command takes to start and to run, so that kills fall into its work."""
        began = time.perf_counter()
        self.run("documents", "show", "none")
        start = time.perf_counter() - began
        self.change()
        began = time.perf_counter()
        assert self.run("index", self.folder, "--rebuild").returncode == 0
        # Some get to their end: the moments around the switch count as much as the others.
        self.seconds = (0.7 * start, 1.1 * (time.perf_counter() - began))

    def kill_once(self) -> str:
        """Begin an operation and kill it, and the processes it started, at a random moment; what it was."""
        kind, arguments = self.operation()
        process = subprocess.Popen(
            self.command(*arguments), env=self.environment, cwd=ROOT, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        time.sleep(self.draw.uniform(*self.seconds))
        finished = process.poll() is not None
        self.counts["finished" if finished else "interrupted"] += 1
        # A machine is busier at one time than at another: the moments follow what a command takes now.
        start, end = self.seconds
        self.seconds = (0.9 * start, max(start, 0.8 * end)) if finished else (start, 1.05 * end)
        if not finished:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        self.counts[kind] += 1
        return kind


def says(texts: State) -> dict[str, int]:
    """The version that each document speaks of, by source."""
    return {source: int(text.split("在第")[1].split("轮")[0]) for source, text in texts.items()}


def check_after_kill(works: Waterworks, reader: Assistant, before: Before, kind: str) -> None:
    """Old or new, whole, and answering: the store, what is published, and a reader that was open all the time.

    ``before``: what was published, stored, removed and left behind before the operation.
    """
    was_published, was_stored, was_removed, was_unfinished = before
    published, stored, removed = works.published(), works.stored(), works.removed()
    newly = removed - was_removed
    assert len(newly) <= (kind == "remove")
    assert len(was_removed - removed) <= (kind == "restore")
    if kind in ("update", "rebuild"):
        assert stored == was_stored or says(stored) == works.wanted()
    else:
        assert stored == {source: text for source, text in was_stored.items() if source not in newly}
    assert published in (was_published, stored)
    if stored != was_stored:
        works.counts["store changed"] += 1
    if published != was_published:
        works.counts["published"] += 1
    if works.unfinished() - was_unfinished:
        works.counts["killed while publishing"] += 1
    reader.refresh()
    assert {document.source: document.text for document in reader.documents()} == published
    source = works.draw.choice(sorted(published))
    number, version = int(source.split(".")[0]), says(published)[source]
    question = f"{_DISTRICTS[number % len(_DISTRICTS)]}区第{number}号水厂更换水表多少只"
    answer = reader.ask(question)
    assert answer.answered, question
    assert f"{1000 * version + number}只" in answer.answer, (question, answer.answer)


def waterworks(place: Path, seed: int) -> tuple[Waterworks, Assistant]:
    """Thirty documents, indexed, and a reader of their index."""
    works = Waterworks(place / "文件", place / "数据", random.Random(seed))
    works.folder.mkdir()
    for number in range(30):
        works.write(number)
    done = works.run("index", works.folder)
    assert done.returncode == 0, done.stderr
    works.measure()
    return works, Assistant.open(works.data, load_encoder(STATIC))


def kill_many(works: Waterworks, reader: Assistant, times: int, tell: Callable[[str], None]) -> None:
    """Kill so many operations, and check after each. Now and then one runs to its end, and everything is there."""
    for number in range(times):
        before = works.published(), works.stored(), works.removed(), works.unfinished()
        kind = works.kill_once()
        check_after_kill(works, reader, before, kind)
        if number % 5 == 4:
            checked = works.run("check")
            assert (checked.returncode, checked.stderr) == (0, ""), checked.stderr
            asked = works.run("ask", "水厂更换水表多少只")
            assert asked.returncode == 0, asked.stderr
            done = works.run("index", works.folder)
            assert done.returncode == 0, done.stderr
            assert says(works.published()) == works.wanted() == says(works.stored())
            assert not works.unfinished()
            tell(f"{number + 1}: {dict(works.counts)}")
