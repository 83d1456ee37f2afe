"""Opening an index that may be damaged: the current generation, else the newest sound one before it."""

import logging
from collections.abc import Callable
from pathlib import Path
from threading import Lock, Thread
from typing import TypeVar

from indexer.errors import DamagedGeneration, ZhengwenError
from indexer.generations import Generation, current_name, folders

_LOG = logging.getLogger(__name__)
# Bytes of a generation whose checksums are verified before it is used: a tenth of a second. Of larger ones the sizes are
# compared at once, and the checksums by ``watch`` while they answer.
VERIFIED_AT_ONCE = 32_000_000

T = TypeVar("T")
_Key = tuple[str, str]


def _key(generation: Generation) -> _Key:
    """A generation by name and by when it was made: an index begun afresh counts from 000001 again."""
    return generation.name, generation.manifest.created


class Opener:
    """Opens generations of one data directory and remembers which of them are damaged. Safe to share between threads."""

    def __init__(self, data_dir: Path, verified_at_once: int = VERIFIED_AT_ONCE) -> None:
        self._data_dir = data_dir
        self._verified_at_once = verified_at_once
        self._lock = Lock()
        self._watching: Thread | None = None
        self._verified: set[_Key] = set()
        self._altered: dict[_Key, str] = {}

    def published(self) -> tuple[str, int]:
        """Name of the current generation and the time of its manifest: an index begun afresh counts from 000001 again.

        Raises NoGeneration.
        """
        name = current_name(self._data_dir)
        manifest = self._data_dir / "generations" / name / "manifest.json"
        return name, manifest.stat().st_mtime_ns if manifest.is_file() else 0

    def open(self, make: Callable[[Generation], T]) -> T:
        """What ``make`` makes of the current generation; where that one is damaged, of the one before it, with a warning.

        Raises NoGeneration, DamagedGeneration when there is no sound one, and what ``make`` raises.
        """
        try:
            return make(self._sound(Generation(self._data_dir)))
        except DamagedGeneration as error:
            for name in self._earlier():
                try:
                    made = make(self._sound(Generation(self._data_dir, name)))
                except ZhengwenError:  # Damaged too, or of an encoder that is used no more: the current one matters.
                    continue
                _LOG.warning("%s；现由第 %d 代索引回答 / the generation before it answers", error, int(name))
                return made
            raise

    def _earlier(self) -> list[str]:
        """Names of the generations before the current one, newest first. None where the name itself is damaged."""
        names = [folder.name for folder in folders(self._data_dir)]
        current = current_name(self._data_dir)
        return names[: names.index(current)][::-1] if current in names else []

    def _sound(self, generation: Generation) -> Generation:
        if generation.size <= self._verified_at_once:
            self._verify(generation)
        if altered := self.damage(generation):
            raise generation.damaged(f"{altered}：内容与校验和不符")
        return generation

    def _verify(self, generation: Generation) -> None:
        key = _key(generation)
        with self._lock:
            if key in self._verified:
                return
            self._verified.add(key)
        if altered := generation.altered():
            self._altered[key] = altered[0]

    def damage(self, generation: Generation) -> str:
        """The first file of a generation that is known to be altered; empty when none is."""
        return self._altered.get(_key(generation), "")

    def watch(self, generation: Generation) -> None:
        """Verify the checksums of a generation beside other work, once: ``damage`` tells later what was found."""
        if _key(generation) not in self._verified:
            # Nothing waits for it: a process may end before it does.
            self._watching = Thread(target=self._verify, args=(generation,), daemon=True, name="checksums")
            self._watching.start()

    def join(self) -> None:
        """Wait for what ``watch`` began last."""
        if self._watching:
            self._watching.join()
