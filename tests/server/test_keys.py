"""Access keys: made, kept as hashes, matched, revoked; and the command line for them."""

import json
import stat
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.security.keys import FILE, BadKey, Keys, KeyStore, KeysUnreadable
from server.security.origins import BadOrigin, checked_origin
from tests.server.support import Cli

PAGE = "https://oa.example.gov.cn"


def test_a_key_is_matched_and_kept_as_a_hash(tmp_path: Path) -> None:
    store = KeyStore(tmp_path)
    assert not store.keys().configured
    key, presented = store.create("staff", " 办公系统 ")
    assert (key.role, key.name, key.kind, key.valid) == ("staff", "办公系统", "secret", True)
    assert store.keys().match(presented, "secret") == key
    assert store.keys().match(presented, "publish") is None
    kept = (tmp_path / FILE).read_text(encoding="utf-8")
    secret = presented.split("_", 2)[2]
    assert len(secret) >= 43  # 32 bytes in base64.
    assert secret not in kept
    assert key.hash in kept
    assert secret not in repr(key)
    assert key.hash not in repr(key)
    assert "signing" not in repr(store.keys())
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600


def test_near_misses_match_nothing(tmp_path: Path) -> None:
    store = KeyStore(tmp_path)
    key, presented = store.create("admin", "one")
    _, other = store.create("public", "two")
    secret = presented.split("_", 2)[2]
    for wrong in (
        "", "_", "__", key.id, key.hash, secret, presented[:-1], presented + "A", presented.upper(), presented.replace("zws", "zwp"),
        f"zws_{key.id}_", f"zws_{key.id}_{other.split('_', 2)[2]}", f"zws_{key.id}_{key.hash}", f" {presented}", "\ud800", "zws_\x00_x",
    ):  # fmt: skip
        assert store.keys().match(wrong, "secret") is None, wrong


@pytest.fixture(scope="module")
def one_key(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    store = KeyStore(tmp_path_factory.mktemp("keys"))
    store.create("admin", "one")
    return store.keys()


@given(text=st.text(max_size=60))
def test_no_text_matches_by_chance(one_key: Keys, text: str) -> None:
    assert one_key.match(text, "secret") is None
    assert one_key.match(f"zws_{one_key.keys[0].id}_{text}", "secret") is None


def test_revoked_keys_stay_in_the_list(tmp_path: Path) -> None:
    store = KeyStore(tmp_path)
    key, presented = store.create("staff", "one")
    revoked = store.revoke(key.id)
    assert revoked.revoked is not None
    assert not revoked.valid
    assert store.keys().match(presented, "secret") is None
    assert [one.id for one in store.keys().keys] == [key.id]
    assert store.keys().configured
    assert store.revoke(key.id) == revoked
    with pytest.raises(BadKey, match="no such key"):
        store.revoke("ffffffff")


def test_a_key_expires(tmp_path: Path) -> None:
    store = KeyStore(tmp_path)
    key, presented = store.create("staff", "one", days=3)
    assert key.expires is not None
    assert datetime.fromisoformat(key.expires) - datetime.now(UTC) <= timedelta(days=3)
    assert store.keys().match(presented, "secret") is not None
    stored = json.loads((tmp_path / FILE).read_text(encoding="utf-8"))
    stored["keys"][0]["expires"] = (datetime.now(UTC) - timedelta(seconds=1)).isoformat(timespec="seconds")
    (tmp_path / FILE).write_text(json.dumps(stored), encoding="utf-8")
    assert store.keys().match(presented, "secret") is None
    assert store.keys().configured


def test_another_process_sees_changes_at_once(tmp_path: Path) -> None:
    reader, writer = KeyStore(tmp_path), KeyStore(tmp_path)
    assert not reader.keys().configured
    key, presented = writer.create("staff", "one")
    assert reader.keys().match(presented, "secret") == key
    writer.revoke(key.id)
    assert reader.keys().match(presented, "secret") is None


def test_writers_at_once_lose_nothing(tmp_path: Path) -> None:
    threads = [threading.Thread(target=lambda n=n: KeyStore(tmp_path).create("public", f"key {n}")) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {key.name for key in KeyStore(tmp_path).keys().keys} == {f"key {n}" for n in range(12)}


@pytest.mark.parametrize(
    "content", ["", "{}", "[]", "null", '{"version": 1}', '{"version": 99, "keys": [], "signing": ""}', "\x00\x01",
                '{"version": 1, "signing": "AAAA", "keys": []}', '{"version": 1, "signing": "!", "keys": [{"id": 1}]}'],
)  # fmt: skip
def test_a_damaged_file_lets_nobody_in(tmp_path: Path, content: str) -> None:
    store = KeyStore(tmp_path)
    store.create("staff", "one")
    (tmp_path / FILE).write_text(content, encoding="utf-8")
    with pytest.raises(KeysUnreadable, match=FILE):
        store.keys()
    # Nor is it overwritten: what is left of it may be mended.
    with pytest.raises(KeysUnreadable):
        store.create("admin", "two")
    assert (tmp_path / FILE).read_text(encoding="utf-8") == content


@pytest.mark.parametrize(
    ("role", "name", "kind", "origins", "says"),
    [
        ("boss", "x", "secret", (), "boss"), ("staff", "", "secret", (), "name"), ("staff", "  ", "secret", (), "name"),
        ("staff", "x" * 81, "secret", (), "name"), ("staff", "a\nb", "secret", (), "name"), ("staff", "x", "other", (), "other"),
        ("admin", "x", "publish", (PAGE,), "public or staff"), ("deputy", "x", "publish", (PAGE,), "public or staff"),
        ("staff", "x", "publish", (), "origins"), ("staff", "x", "secret", (PAGE,), "origins"),
    ],
)  # fmt: skip
def test_what_cannot_be(tmp_path: Path, role: str, name: str, kind: str, origins: tuple[str, ...], says: str) -> None:
    with pytest.raises(BadKey, match=says):
        KeyStore(tmp_path).create(role, name, kind, origins)
    assert not KeyStore(tmp_path).keys().configured


@pytest.mark.parametrize(
    ("given_", "kept"),
    [
        ("https://oa.example.gov.cn", "https://oa.example.gov.cn"), ("HTTPS://OA.Example.gov.cn/", "https://oa.example.gov.cn"),
        ("https://a.cn:443", "https://a.cn"), ("http://a.cn:80", "http://a.cn"), ("http://a.cn:443", "http://a.cn:443"),
        ("http://10.0.0.5:8080", "http://10.0.0.5:8080"), ("http://[::1]:8000", "http://[::1]:8000"), ("http://localhost", "http://localhost"),
    ],
)  # fmt: skip
def test_origins_as_browsers_send_them(given_: str, kept: str) -> None:
    assert checked_origin(given_) == kept


@pytest.mark.parametrize(
    "value",
    ["", "*", "null", "a.cn", "https://", "https://*.a.cn", "https://a.cn/path", "https://a.cn?x", "https://u:p@a.cn", "ftp://a.cn",
     "https://a.cn:99999", "https://a.cn:0", "https://a.cn:x", "https://a .cn", "file:///etc/passwd", "https://a.cn\nx", "javascript:alert(1)",
     "https://.a.cn", "https://[::1", "https://例.cn"],
)  # fmt: skip
def test_what_is_no_origin(value: str) -> None:
    with pytest.raises(BadOrigin):
        checked_origin(value)


def test_the_command_line(cli: Cli) -> None:
    data = ("--data-dir", str(cli.folder / "data"))
    assert "no keys" in cli("keys", "list", *data).err
    made = cli("keys", "create", "--role", "staff", "--name", "办公系统", "--days", "30", *data)
    assert made.code == 0
    presented = made.out.strip()
    assert presented.startswith("zws_")
    assert presented not in made.err
    assert "there is no admin key yet" in made.err
    embedded = cli(
        "keys", "create", "--role", "public", "--name", "门户", "--publish", "--origin", PAGE, *data, "--json"
    ).json()
    assert embedded["key"].startswith("zwp_")
    assert embedded["origins"] == [PAGE]
    assert "hash" not in embedded
    listed = cli("keys", "--json", *data)
    assert [(one["role"], one["kind"], one["valid"]) for one in listed.json()["keys"]] == [
        ("staff", "secret", True), ("public", "publish", True),
    ]  # fmt: skip
    assert presented.split("_", 2)[2] not in listed.out
    lines = cli("keys", *data).out.splitlines()
    assert len(lines) == 2
    assert "办公系统" in lines[0]
    assert PAGE in lines[1]
    gone = cli("keys", "revoke", listed.json()["keys"][0]["id"], *data)
    assert gone.code == 0
    assert "已撤销" in cli("keys", "list", *data).out.splitlines()[0]
    for wrong in (("revoke", "nothing"), ("create", "--role", "boss", "--name", "x"), ("create", "--role", "staff", "--name", " "),
                  ("create", "--role", "staff", "--name", "x", "--publish", "--origin", "https://a.cn/x")):  # fmt: skip
        failed = cli("keys", *wrong, *data)
        assert failed.code == 2
        assert failed.one_line()
    written = [
        json.loads(line)
        for path in (cli.folder / "data" / "audit").iterdir()
        for line in path.read_text("utf-8").splitlines()
    ]
    assert [entry["action"] for entry in written] == ["key created", "key created", "key revoked"]
    assert all(presented not in json.dumps(entry) for entry in written)
