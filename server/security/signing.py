"""Signed notes that a client carries: tokens of widgets, sessions of people. Each names the key that it was given for."""

import hashlib
from dataclasses import dataclass
from typing import Any, Literal

from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer

from indexer.errors import ZhengwenError

# What a note is good for. One made for one purpose is worthless for another: each is signed with a salt of its own.
Purpose = Literal["token", "session", "visit"]

TOKEN_PREFIX = "zwt_"


class BadNote(ZhengwenError):
    """The note was not signed here, not for this, or was altered."""


class ExpiredNote(BadNote):
    """The note was good, and is too old."""


@dataclass(frozen=True, slots=True)
class Note:
    """What was signed: the id of the key and, in tokens, the origin of the page."""

    key_id: str
    origin: str | None = None


def _serializer(secret: bytes, purpose: Purpose) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(
        secret, salt=f"zhengwen {purpose}", signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256}
    )


def signed(secret: bytes, purpose: Purpose, note: Note) -> str:
    """The note as text, fit for headers and cookies, with the time of now."""
    text: str | bytes = _serializer(secret, purpose).dumps([note.key_id, note.origin])
    return text.decode() if isinstance(text, bytes) else text


def read_note(secret: bytes, purpose: Purpose, text: str, max_age: int) -> Note:
    """What a text says, if it was signed at most ``max_age`` seconds ago. Raises ExpiredNote and BadNote."""
    try:
        found: Any = _serializer(secret, purpose).loads(text, max_age=max_age)
    except SignatureExpired:
        raise ExpiredNote("已过期 / expired") from None
    except BadSignature:
        raise BadNote("无效 / not valid") from None
    return Note(str(found[0]), None if found[1] is None else str(found[1]))
