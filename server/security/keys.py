"""Access keys: who holds one may come in with its role. Kept beside the index, as hashes, never as they are."""

import base64
import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal, get_args

from filelock import FileLock, Timeout

from indexer.errors import ZhengwenError
from server.search.disclosure import Role
from server.security.origins import checked_origin

Kind = Literal["secret", "publish"]

FILE = "keys.json"
_VERSION = 1
_PREFIX = {"secret": "zws", "publish": "zwp"}
# What a page may be let see: its key is there for everyone to read.
_PUBLISHED: tuple[Role, ...] = ("public", "staff")
_MAX_NAME = 80
# Bytes of the secret part, and of what tokens are signed with: 256 bits cannot be guessed, so a plain hash is enough.
_SECRET = 32
_PATIENCE = 10


class BadKey(ZhengwenError):
    """What was asked for cannot be: an unknown role, a key for pages without a page, a key that does not exist."""


class KeysUnreadable(ZhengwenError):
    """The file of keys cannot be read or written. Nobody is let in then."""


@dataclass(frozen=True, slots=True)
class Key:
    """An access key as it is kept. ``kind``: secret keys are sent by programs and people, publish keys stand in pages and
    can only be exchanged, from one of their ``origins``, for a token. Times are ISO 8601, UTC."""

    id: str
    kind: Kind
    role: Role
    name: str
    hash: str = field(repr=False)
    created: str
    origins: tuple[str, ...] = ()
    expires: str | None = None
    revoked: str | None = None

    @property
    def valid(self) -> bool:
        """Neither revoked nor expired."""
        return self.revoked is None and (self.expires is None or self.expires > _now())


@dataclass(frozen=True, slots=True)
class Keys:
    """All keys at a moment, and what tokens and sessions are signed with."""

    keys: Sequence[Key] = ()
    signing: bytes = field(default=b"", repr=False)

    @property
    def configured(self) -> bool:
        """Whether keys decide who comes in. Keys that are all revoked let nobody in: they do not open the door again."""
        return bool(self.keys)

    def find(self, key_id: str) -> Key | None:
        """The valid key with this id."""
        return next((key for key in self.keys if key.id == key_id and key.valid), None)

    def match(self, presented: str, kind: Kind) -> Key | None:
        """The valid key of this kind that somebody presents."""
        prefix, _, rest = presented.partition("_")
        key_id, _, _ = rest.partition("_")
        key = self.find(key_id)
        if key is None or key.kind != kind or prefix != _PREFIX[kind]:
            return None
        return key if hmac.compare_digest(key.hash, _hash(presented)) else None

    @property
    def origins(self) -> set[str]:
        """Pages of other hosts that may call: those of the valid publish keys."""
        return {origin for key in self.keys if key.valid for origin in key.origins}


class KeyStore:
    """The keys of one data directory. Several processes may use it at once; changes count from the next request on."""

    def __init__(self, data_dir: Path) -> None:
        self.path = data_dir / FILE
        self._read: tuple[tuple[int, int, int] | None, Keys] = (None, Keys())

    def keys(self) -> Keys:
        """All keys as they are now. Raises KeysUnreadable."""
        try:
            found = self.path.stat()
        except FileNotFoundError:
            return Keys()
        except OSError as error:
            raise self._unreadable(error.strerror or str(error)) from None
        # Every change is a new file.
        signature = (found.st_ino, found.st_mtime_ns, found.st_size)
        if self._read[0] != signature:
            self._read = signature, self._load()
        return self._read[1]

    def create(
        self, role: str, name: str, kind: str = "secret", origins: Sequence[str] = (), days: int | None = None
    ) -> tuple[Key, str]:
        """A new key, and what its holder presents, which is not kept. ``days``: after so many it is valid no more.

        Raises BadKey and KeysUnreadable.
        """
        if role not in get_args(Role):
            raise BadKey(f"没有角色 {role[:40]}，可用：{'、'.join(get_args(Role))} / no such role")
        if kind not in _PREFIX:
            raise BadKey(f"没有密钥类型 {kind[:40]}，可用：secret、publish / no such kind of key")
        if not name.strip() or len(name) > _MAX_NAME or not name.isprintable():
            raise BadKey(f"密钥名称应为 1 到 {_MAX_NAME} 个可见字符 / the name must be 1 to {_MAX_NAME} characters")
        if kind == "publish" and role not in _PUBLISHED:
            raise BadKey("网页密钥的角色只能是 public 或 staff / a key for pages has the role public or staff")
        if (kind == "publish") != bool(origins):
            raise BadKey(
                "网页密钥要写明所在网页的来源，如 --origin https://oa.example.gov.cn；其他密钥没有来源 / "
                "keys for pages, and only these, name their origins"
            )
        checked = tuple(dict.fromkeys(checked_origin(origin) for origin in origins))
        now = datetime.now(UTC)
        expires = (now + timedelta(days=days)).isoformat(timespec="seconds") if days is not None else None
        with self._changing() as lock_held:
            known = lock_held.keys()
            key_id = secrets.token_hex(4)
            while any(key.id == key_id for key in known.keys):
                key_id = secrets.token_hex(4)
            presented = f"{_PREFIX[kind]}_{key_id}_{secrets.token_urlsafe(_SECRET)}"
            key = Key(
                key_id, "publish" if kind == "publish" else "secret", _role(role), name.strip(), _hash(presented),
                now.isoformat(timespec="seconds"), checked, expires,
            )  # fmt: skip
            self._write(Keys((*known.keys, key), known.signing or secrets.token_bytes(_SECRET)))
        return key, presented

    def revoke(self, key_id: str) -> Key:
        """End a key, and with it its tokens and sessions; it stays in the list. Raises BadKey and KeysUnreadable."""
        with self._changing() as lock_held:
            known = lock_held.keys()
            found = next((key for key in known.keys if key.id == key_id), None)
            if found is None:
                raise BadKey(f"没有编号为 {key_id[:40]} 的密钥，见 zhengwen keys list / no such key")
            if found.revoked is None:
                found = replace(found, revoked=_now())
                self._write(Keys([found if key.id == key_id else key for key in known.keys], known.signing))
        return found

    def _changing(self) -> "_Change":
        return _Change(self)

    def _unreadable(self, reason: str) -> KeysUnreadable:
        return KeysUnreadable(
            f"{self.path}：密钥文件无法使用（{reason}），请修复或从备份恢复 / the file of keys cannot be used: restore it"
        )

    def _load(self) -> Keys:
        try:
            stored = json.loads(self.path.read_bytes())
            if stored["version"] > _VERSION:
                raise self._unreadable("由更新的版本写成 / written by a newer version")
            keys = [_key(one) for one in stored["keys"]]
            signing = base64.b64decode(stored["signing"], validate=True)
            if len(signing) != _SECRET:
                raise ValueError("signing")
        except OSError as error:
            raise self._unreadable(error.strerror or str(error)) from None
        except (ValueError, KeyError, TypeError):
            raise self._unreadable("内容已损坏 / damaged") from None
        return Keys(tuple(keys), signing)

    def _write(self, keys: Keys) -> None:
        stored = {
            "version": _VERSION,
            "signing": base64.b64encode(keys.signing).decode(),
            "keys": [asdict(key) for key in keys.keys],
        }
        new = self.path.with_name(f"{FILE}.new")
        try:
            new.unlink(missing_ok=True)
            # For nobody else's eyes from the first byte on.
            with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
                json.dump(stored, file, ensure_ascii=False, indent=1)
                file.flush()
                os.fsync(file.fileno())
            new.replace(self.path)
        except OSError as error:
            raise self._unreadable(error.strerror or str(error)) from None


class _Change:
    """Holds the lock of the file of keys while it is changed."""

    def __init__(self, store: KeyStore) -> None:
        self._store = store
        self._lock = FileLock(store.path.with_name(f"{FILE}.lock"), timeout=_PATIENCE)

    def __enter__(self) -> KeyStore:
        try:
            self._store.path.parent.mkdir(parents=True, exist_ok=True)
            self._lock.acquire()
        except (OSError, Timeout) as error:
            raise self._store._unreadable(getattr(error, "strerror", None) or str(error)) from None
        return self._store

    def __exit__(self, *_: object) -> None:
        self._lock.release()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _hash(presented: str) -> str:
    return hashlib.sha256(presented.encode("utf-8", "surrogatepass")).hexdigest()


def _role(value: str) -> Role:
    for role in get_args(Role):
        if role == value:
            found: Role = role
            return found
    raise ValueError(value)


def _key(stored: dict[str, Any]) -> Key:
    """Raises ValueError, KeyError or TypeError where a stored key is none."""
    if stored["kind"] not in _PREFIX:
        raise ValueError("kind")
    _role(stored["role"])
    return Key(**{**stored, "origins": tuple(stored["origins"])})
