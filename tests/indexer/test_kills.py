"""Whatever moment a command is killed at: nothing is lost, nothing is broken. ``ZHENGWEN_KILLS``: how often."""

import os
from pathlib import Path

from tests.indexer.killing import kill_many, waterworks


def test_killed_at_random_moments(tmp_path: Path) -> None:
    works, reader = waterworks(tmp_path, seed=int(os.environ.get("ZHENGWEN_KILLS_SEED", "631")))
    times = int(os.environ.get("ZHENGWEN_KILLS", "10"))
    kill_many(works, reader, times, print)
    assert works.counts["interrupted"] + works.counts["finished"] == times
    assert works.counts["interrupted"]
