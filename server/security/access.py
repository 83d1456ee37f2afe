"""Deciding who a request comes from: by its key, its token or its session; without keys, by where it was made."""

from pathlib import Path

from starlette.requests import HTTPConnection
from starlette.responses import Response

from server.search.disclosure import Role
from server.security.keys import Key, Keys, KeyStore, KeysUnreadable
from server.security.local import local_reader_of
from server.security.origins import changes, from_own_page
from server.security.reader import ANONYMOUS, Reader
from server.security.refused import AccessRefused
from server.security.signing import TOKEN_PREFIX, BadNote, ExpiredNote, Note, Purpose, read_note, signed
from server.settings import Settings

SESSION_COOKIE = "zhengwen_session"
# Whoever opens a source from a widget reads it with the widget's rights, beside a session of their own.
VISIT_COOKIE = "zhengwen_visit"
VISIT_PARAMETER = "visit"


class Access:
    """Who may come in to one service. ``keys`` is read anew whenever it has changed."""

    def __init__(self, data_dir: Path, settings: Settings) -> None:
        self.keys = KeyStore(data_dir)
        self.session_seconds = int(settings.session_hours * 3600)
        self.token_seconds = int(settings.token_minutes * 60)
        self._open_to_public = settings.open_to_public

    @property
    def configured(self) -> bool:
        """Whether keys decide who comes in."""
        return self.keys.keys().configured

    def origins(self) -> set[str]:
        """Pages of other hosts that may call. Without readable keys, none."""
        try:
            return self.keys.keys().origins
        except KeysUnreadable:
            return set()

    def reader_of(self, connection: HTTPConnection) -> Reader:
        """The reader of a request. Raises AccessRefused (401 or 403) and KeysUnreadable."""
        keys = self.keys.keys()
        if not keys.configured:
            role, name = local_reader_of(connection)
            _check_page(connection)
            return Reader(role, name)
        presented = connection.headers.getlist("authorization")
        if len(presented) > 1:  # A proxy may have looked at the other one.
            raise AccessRefused(401, "Authorization 只能有一个 / there must be one Authorization alone")
        if presented:
            return self._presented(keys, presented[0], connection)
        carried: tuple[tuple[Purpose, str | None, int], ...] = (
            ("session", connection.cookies.get(SESSION_COOKIE), self.session_seconds),
            ("visit", connection.cookies.get(VISIT_COOKIE), self.token_seconds),
        )
        expired = False
        for purpose, cookie, seconds in carried:
            if not cookie:
                continue
            _check_page(connection)
            try:
                key = keys.find(read_note(keys.signing, purpose, cookie, seconds).key_id)
            except BadNote:
                key = None
            if key is not None:
                return _reader(key)
            expired = True
        # From a link of a widget to a source: browsers send no cookie along with the first request from another site.
        visit = connection.query_params.get(VISIT_PARAMETER)
        if visit and connection.url.path.startswith("/documents/") and not changes(connection):
            key, _ = _token_key(keys, visit, self.token_seconds)
            return _reader(key)
        if self._open_to_public:
            return Reader("public", ANONYMOUS)
        if expired:
            raise AccessRefused(401, "登录已过期，请重新登录 / the sign-in has expired: sign in again")
        raise AccessRefused(401, "请登录，或在 Authorization 里给出访问密钥 / sign in, or send an access key")

    def _presented(self, keys: Keys, authorization: str, connection: HTTPConnection) -> Reader:
        scheme, _, value = authorization.strip().partition(" ")
        if scheme.lower() != "bearer":
            raise AccessRefused(401, "Authorization 应为 Bearer 加访问密钥 / Authorization must be Bearer and a key")
        value = value.strip()
        if value.startswith(TOKEN_PREFIX):
            return self._token(keys, value, connection)
        key = keys.match(value, "secret")
        if key is None:
            if keys.match(value, "publish"):
                raise AccessRefused(
                    401, "网页密钥只能换取短期令牌（POST /api/token）/ a publish key can only be exchanged for a token"
                )
            raise AccessRefused(401, "访问密钥无效或已撤销 / the access key is unknown, expired or revoked")
        return _reader(key)

    def _token(self, keys: Keys, value: str, connection: HTTPConnection) -> Reader:
        key, note = _token_key(keys, value, self.token_seconds)
        origin = connection.headers.get("origin")
        # Reading at the service's own pages sends no origin.
        if origin != note.origin and not (origin is None and connection.headers.get("sec-fetch-site") == "same-origin"):
            raise AccessRefused(403, "令牌不属于这个网页来源 / the token belongs to another origin")
        return _reader(key, note.origin)

    def exchange(self, presented: str, origin: str | None) -> tuple[str, Key]:
        """A token for a publish key that a page of ``origin`` holds, and the key. Raises AccessRefused."""
        keys = self.keys.keys()
        key = keys.match(presented, "publish")
        if key is None:
            raise AccessRefused(401, "网页密钥无效或已撤销 / the publish key is unknown, expired or revoked")
        if origin is None or origin not in key.origins:
            raise AccessRefused(
                403,
                f"网页来源 {(origin or '（无）')[:100]} 不在这个密钥的名单里 / this origin is not on the key's list",
            )
        return TOKEN_PREFIX + signed(keys.signing, "token", Note(key.id, origin)), key

    def sign_in(self, presented: str) -> tuple[str, Key]:
        """What the session cookie of a person with this secret key holds, and the key. Raises AccessRefused."""
        keys = self.keys.keys()
        key = keys.match(presented, "secret")
        if key is None:
            raise AccessRefused(401, "访问密钥无效或已撤销 / the access key is unknown, expired or revoked")
        return signed(keys.signing, "session", Note(key.id)), key

    def visit(self, token: str) -> str:
        """What the cookie of a visit holds that begins with the token of a widget. Raises AccessRefused."""
        keys = self.keys.keys()
        key, _ = _token_key(keys, token, self.token_seconds)
        return signed(keys.signing, "visit", Note(key.id))


def _check_page(connection: HTTPConnection) -> None:
    """Browsers send cookies, and reach this machine, for any page: what changes something must be asked for by our own."""
    if changes(connection) and not from_own_page(connection):
        raise AccessRefused(
            403, "请求来自别的网页；嵌入其他网页请用网页密钥 / sent by another page: to embed, use a publish key"
        )


def _token_key(keys: Keys, value: str, seconds: int) -> tuple[Key, Note]:
    try:
        note = read_note(keys.signing, "token", value.removeprefix(TOKEN_PREFIX), seconds)
    except ExpiredNote:
        raise AccessRefused(401, "令牌已过期，请重新换取 / the token has expired: get a new one") from None
    except BadNote:
        raise AccessRefused(401, "令牌无效 / the token is not valid") from None
    key = keys.find(note.key_id)
    if key is None or note.origin not in key.origins:
        raise AccessRefused(401, "令牌的密钥已撤销 / the key of this token was revoked")
    return key, note


def _reader(key: Key, origin: str | None = None) -> Reader:
    role: Role = key.role
    return Reader(role, key.name, origin, key.id)


def set_cookie(response: Response, name: str, value: str, seconds: int, connection: HTTPConnection) -> None:
    """Set a cookie that scripts cannot read and other sites' pages do not send; over HTTPS it comes back that way alone."""
    response.set_cookie(
        name, value, max_age=seconds, httponly=True, samesite="strict", secure=connection.url.scheme == "https"
    )
