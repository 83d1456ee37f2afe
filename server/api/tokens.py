"""POST /api/token: a page's publish key for a token that is good for some minutes, at that page alone."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request
from pydantic import Field

from server.api.dependencies import TheAccess
from server.api.schemas import Model, Text
from server.search.disclosure import Role
from server.security.audit import note, note_reader
from server.security.reader import requires

# Whoever has no token yet comes here for one: the key says whether it is given.
router = APIRouter(dependencies=[Depends(requires(None))])


class TokenIn(Model):
    """A publish key. The origin of the page is what the browser says it is."""

    key: Annotated[Text, Field(min_length=1, max_length=200)]


class TokenOut(Model):
    token: str
    token_type: Literal["Bearer"] = "Bearer"
    expires_in: int
    role: Role


@router.post("/api/token")
async def exchange(body: TokenIn, request: Request, access: TheAccess) -> TokenOut:
    """Exchange a publish key for a token. ``expires_in``: seconds."""
    origin = request.headers.get("origin")
    note(request, action="token", origin=origin[:200] if origin else None)
    token, key = access.exchange(body.key, origin)
    note_reader(request, key.role, key.name, key.id, origin)
    request.app.state.limits.hit_key(key.id)
    return TokenOut(token=token, expires_in=access.token_seconds, role=key.role)
