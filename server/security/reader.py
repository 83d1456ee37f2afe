"""Who reads: the role of a request, and the dependencies by which every route declares the least role it asks for."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from server.search.disclosure import ROLES, Role
from server.security.audit import note_reader
from server.security.refused import AccessRefused

# Whoever needs no key where public documents are open to everyone.
ANONYMOUS = "anonymous"
_NAMES = {"public": "公众", "deputy": "代表", "staff": "工作人员", "admin": "管理员"}


@dataclass(frozen=True, slots=True)
class Reader:
    """Whoever sent a request. ``name``: that of the key, “local” or “anonymous”; ``origin``: the page that a token is bound
    to; ``key``: the id of the key."""

    role: Role
    name: str
    origin: str | None = None
    key: str | None = None

    def may(self, role: Role) -> bool:
        """Whether the reader has at least this role."""
        return ROLES.index(self.role) >= ROLES.index(role)


async def reader_of(request: Request) -> Reader:
    """The reader of a request, counted and written down. Raises AccessRefused (401, 403, 429)."""
    reader: Reader = request.app.state.access.reader_of(request)
    note_reader(request, reader.role, reader.name, reader.key, reader.origin)
    request.app.state.limits.hit_key(reader.key)
    return reader


class Requires:
    """A dependency: the reader, who must have at least ``role``. Raises AccessRefused. None: anybody may come, known or not."""

    def __init__(self, role: Role | None) -> None:
        self.role = role

    async def __call__(self, request: Request) -> Reader | None:
        if self.role is None:
            return None
        reader = await reader_of(request)
        if not reader.may(self.role):
            if reader.name == ANONYMOUS and reader.key is None:
                raise AccessRefused(401, "请先登录 / sign in first")
            raise AccessRefused(403, f"需要的角色是{_NAMES[self.role]} / the role {self.role} is needed")
        return reader


def requires(role: Role | None) -> Requires:
    """The dependency of a route that asks for ``role``, or for none: ``dependencies=[Depends(requires(None))]``."""
    return Requires(role)


TheReader = Annotated[Reader, Depends(requires("public"))]
TheAdmin = Annotated[Reader, Depends(requires("admin"))]
