"""/api/desk/keys: access keys, and the pages that may hold one."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Request
from pydantic import Field
from starlette.exceptions import HTTPException

from server.api.dependencies import TheAccess
from server.api.schemas import Model, Text
from server.search.disclosure import Role
from server.security.audit import note
from server.security.keys import Key, Keys
from server.security.keys import Kind as KeyKind
from server.security.reader import TheAdmin

router = APIRouter()

KeyId = Annotated[str, Path(max_length=100)]


class KeyOut(Model):
    """A key without what its holder presents. ``own``: whether this request came with it."""

    id: str
    kind: KeyKind
    role: Role
    name: str
    created: str
    origins: list[str]
    expires: str | None
    revoked: str | None
    valid: bool
    own: bool


class KeyList(Model):
    """``configured``: whether keys decide who comes in; without any, whoever is at the machine itself is the keeper."""

    configured: bool
    keys: list[KeyOut]


class KeyIn(Model):
    role: Role
    name: Annotated[Text, Field(min_length=1, max_length=80)]
    kind: Literal["secret", "publish"] = "secret"
    origins: Annotated[list[Text], Field(default_factory=list, max_length=50)]
    days: Annotated[int, Field(ge=1, le=3_650)] | None = None


class CreatedKey(Model):
    """A new key. ``presented`` is what its holder sends; it is shown this once."""

    key: KeyOut
    presented: str


def _key_of(key: Key, own: str | None) -> KeyOut:
    fields: dict[str, Any] = {
        name: getattr(key, name) for name in KeyOut.model_fields if name not in ("origins", "own")
    }
    return KeyOut(**fields, origins=list(key.origins), own=key.id == own)


def _keepers(keys: Keys) -> list[Key]:
    """The valid keys with which the desk can be reached."""
    return [key for key in keys.keys if key.valid and key.kind == "secret" and key.role == "admin"]


@router.get("/api/desk/keys")
def list_keys(reader: TheAdmin, access: TheAccess) -> KeyList:
    """All keys, those that were revoked included, newest first."""
    keys = access.keys.keys()
    return KeyList(configured=keys.configured, keys=[_key_of(key, reader.key) for key in reversed(keys.keys)])


@router.post("/api/desk/keys", status_code=201)
def create_key(body: KeyIn, reader: TheAdmin, access: TheAccess, request: Request) -> CreatedKey:
    """A new key. 409 where it would lock the desk: the first one has to be a keeper's."""
    keeper = body.kind == "secret" and body.role == "admin"
    if not _keepers(access.keys.keys()) and not keeper:
        raise HTTPException(
            409,
            "先创建一把管理员密钥：有了密钥，本机也要登录才能进入管理台 / create a key of the role admin first: it opens the desk",
        )
    key, presented = access.keys.create(body.role, body.name, body.kind, body.origins, body.days)
    note(request, action="create key", created=key.id)
    return CreatedKey(key=_key_of(key, reader.key), presented=presented)


@router.delete("/api/desk/keys/{key_id}")
def revoke_key(key_id: KeyId, reader: TheAdmin, access: TheAccess, request: Request) -> KeyOut:
    """End a key, its tokens and its sessions. 404 for one that does not exist, 409 for the last that opens the desk."""
    keys = access.keys.keys()
    if all(key.id != key_id for key in keys.keys):
        raise HTTPException(404, "没有这把密钥 / no such key")
    if [key.id for key in _keepers(keys)] == [key_id]:
        raise HTTPException(
            409,
            "这是最后一把管理员密钥，撤销后无人能进入管理台；先创建另一把 / the last key of the role admin: create another first",
        )
    note(request, action="revoke key", revoked=key_id)
    return _key_of(access.keys.revoke(key_id), reader.key)
