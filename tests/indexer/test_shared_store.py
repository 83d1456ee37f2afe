"""The table of batches, in SQLite and, where ``ZHENGWEN_TEST_POSTGRES`` is the URL of a database for tests, in PostgreSQL."""

import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from indexer.errors import ZhengwenError
from indexer.sharing import table
from indexer.sharing.table import TRIES, SharedStore
from tests.indexer.sharing import ROOT, environment, store_url

RUN, MAKER = "一台:甲", "encoder:1"
Batches = dict[str, tuple[int, bytes]]


@pytest.fixture(params=["sqlite", "postgresql"])
def shared_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with store_url(request.param, tmp_path) as url:
        yield url


@pytest.fixture
def store(shared_url: str) -> Iterator[SharedStore]:
    opened = SharedStore(shared_url)
    yield opened
    opened.close()


def asked(count: int) -> Batches:
    return {f"{number:04d}": (number, f"批{number}".encode()) for number in range(count)}


def test_each_batch_is_claimed_once_and_in_order(store: SharedStore) -> None:
    store.put(RUN, MAKER, dict(reversed(asked(3).items())))
    claims = [store.claim(MAKER, f"工{number}") for number in range(4)]
    assert [claim and (claim.id, claim.batch.decode(), claim.worker) for claim in claims] == [
        ("0000", "批0", "工0"), ("0001", "批1", "工1"), ("0002", "批2", "工2"), None,
    ]  # fmt: skip


def test_who_may_claim(store: SharedStore) -> None:
    store.put(RUN, MAKER, asked(1))
    assert store.claim("encoder:2", "工") is None
    assert store.claim(MAKER, "工", run="another") is None
    assert store.makers() == {MAKER}
    assert store.claim(MAKER, "工", run=RUN)


def test_a_claim_runs_out_unless_renewed(shared_url: str) -> None:
    store = SharedStore(shared_url, lease=0.5)
    store.put(RUN, MAKER, asked(1))
    first = store.claim(MAKER, "甲")
    assert first
    for _ in range(4):
        time.sleep(0.25)
        store.renew(first)
        assert store.claim(MAKER, "乙") is None
    time.sleep(0.6)
    second = store.claim(MAKER, "乙")
    assert second
    assert second.id == first.id
    store.release(first)  # It is not the first one's any more.
    assert store.claim(MAKER, "丙") is None
    store.release(second)
    assert store.claim(MAKER, "丙")
    store.close()


def test_what_a_killed_process_claimed_is_free_for_the_next_of_its_name(store: SharedStore) -> None:
    store.put(RUN, MAKER, asked(2))
    first, second = store.claim(MAKER, "甲"), store.claim(MAKER, "乙")
    assert first
    assert second
    store.void(RUN, "甲")
    again = store.claim(MAKER, "甲")
    assert again
    assert again.id == first.id
    assert store.claim(MAKER, "甲") is None
    store.void("other", "乙")
    assert store.claim(MAKER, "甲") is None


def test_results_come_once(store: SharedStore) -> None:
    store.put(RUN, MAKER, asked(2))
    claim = store.claim(MAKER, "甲")
    assert claim
    assert store.finished(list(asked(2)), 9) == []
    store.complete(claim, b"result")
    store.complete(claim, b"late")
    store.put(RUN, MAKER, asked(2))  # Asked for again by a run that goes on: the result stays.
    assert store.finished(list(asked(2)), 9) == [("0000", b"result")]
    assert store.finished(["0001"], 9) == []
    store.delete(["0000"])
    store.complete(claim, b"too late")
    assert store.finished(list(asked(2)), 9) == []
    assert store.present(list(asked(2))) == {"0001"}


def test_what_was_rejected_is_tried_again_some_times(store: SharedStore) -> None:
    store.put(RUN, MAKER, asked(1))
    for _ in range(TRIES):
        claim = store.claim(MAKER, "甲")
        assert claim
        store.complete(claim, b"nonsense")
        assert store.claim(MAKER, "甲") is None
        store.reject(claim.id)
    assert store.claim(MAKER, "甲") is None
    assert store.claim(MAKER, "whoever asked", run=RUN)


def test_clear_takes_away_one_run(store: SharedStore) -> None:
    store.put(RUN, MAKER, asked(2))
    store.put("other", MAKER, {"x": (0, b"x")})
    store.clear(RUN)
    assert store.present([*asked(2), "x"]) == {"x"}


def test_what_nobody_came_back_for_goes(store: SharedStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "_WANTED", -1.0)
    store.put(RUN, MAKER, asked(1))
    monkeypatch.undo()
    store.put(RUN, "other", {"x": (0, b"x")})
    assert store.makers() == {"other"}
    assert store.present([*asked(1), "x"]) == {"x"}


def test_many_at_once(shared_url: str) -> None:
    """Eight workers, each with a store of its own: every batch goes to one of them."""
    store = SharedStore(shared_url)
    store.put(RUN, MAKER, asked(120))

    def claim_all(name: str) -> list[str]:
        own = SharedStore(shared_url)
        found = []
        while claim := own.claim(MAKER, name):
            found.append(claim.id)
            own.complete(claim, name.encode())
        own.close()
        return found

    with ThreadPoolExecutor(8) as pool:
        claimed = list(pool.map(claim_all, "甲乙丙丁戊己庚辛"))
    assert sorted(id_ for found in claimed for id_ in found) == list(asked(120))
    results = dict(store.finished(list(asked(120)), 999))
    assert {id_: name for name, found in zip("甲乙丙丁戊己庚辛", claimed, strict=True) for id_ in found} == {
        id_: result.decode() for id_, result in results.items()
    }
    store.close()


def test_the_table_is_made_by_many_at_once(tmp_path: Path) -> None:
    with ThreadPoolExecutor(6) as pool:
        stores = list(pool.map(SharedStore, [f"sqlite:///{tmp_path}/neu.sqlite"] * 6))
    assert all(store.makers() == set() for store in stores)
    for store in stores:
        store.close()


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("quatsch", "无法识别"), ("mysql://x/y", "只支持"), ("sqlite:////nowhere/at/all.sqlite", "无法使用"),
        ("postgresql://me:geheim@127.0.0.1:1/x", "无法使用"),
    ],
)  # fmt: skip
def test_a_store_that_cannot_be_used(url: str, said: str) -> None:
    if url.startswith("postgresql"):
        pytest.importorskip("psycopg")
    with pytest.raises(ZhengwenError, match=said) as raised:
        SharedStore(url)
    assert len(str(raised.value).splitlines()) == 1
    assert "geheim" not in str(raised.value)


def test_who_shares_nothing_does_not_load_it() -> None:
    code = "import sys, indexer.pipeline, server.cli; sys.exit('sqlalchemy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], env=environment(), cwd=ROOT, check=False).returncode == 0
