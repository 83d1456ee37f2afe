"""/api/session: signing in with an access key, in a browser; who is signed in; signing out."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field

from server.api.dependencies import TheAccess
from server.api.schemas import Model, Text
from server.search.disclosure import Role
from server.security.access import SESSION_COOKIE, VISIT_COOKIE, set_cookie
from server.security.audit import note, note_reader
from server.security.origins import from_own_page
from server.security.reader import TheReader, requires
from server.security.refused import AccessRefused

router = APIRouter()


class SignIn(Model):
    """A secret key."""

    key: Annotated[Text, Field(min_length=1, max_length=200)]


class SessionOut(Model):
    """Who is signed in. ``name``: that of the key; “local” where there are no keys, “anonymous” for who needs none."""

    name: str
    role: Role


@router.get("/api/session")
async def session(reader: TheReader) -> SessionOut:
    """Who is signed in; 401 when nobody is."""
    return SessionOut(name=reader.name, role=reader.role)


@router.post("/api/session", dependencies=[Depends(requires(None))])
async def sign_in(body: SignIn, request: Request, response: Response, access: TheAccess) -> SessionOut:
    """Sign in. The session is a cookie that scripts cannot read and that other sites' pages do not send."""
    note(request, action="sign in")
    _own_page(request)
    value, key = access.sign_in(body.key)
    note_reader(request, key.role, key.name, key.id, None)
    request.app.state.limits.hit_key(key.id)
    set_cookie(response, SESSION_COOKIE, value, access.session_seconds, request)
    return SessionOut(name=key.name, role=key.role)


@router.delete("/api/session", status_code=204, dependencies=[Depends(requires(None))])
async def sign_out(request: Request, response: Response) -> None:
    """Sign out in this browser. Revoking the key ends all its sessions."""
    _own_page(request)
    for name in (SESSION_COOKIE, VISIT_COOKIE):
        response.delete_cookie(name, httponly=True, samesite="strict")


def _own_page(request: Request) -> None:
    if not from_own_page(request):
        raise AccessRefused(403, "只能在本服务的页面登录和退出 / sign in and out at the pages of this service")
