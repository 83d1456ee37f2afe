"""Origins: where a page that calls comes from, and which may call."""

import re
from collections.abc import Callable, Collection
from urllib.parse import urlsplit

from starlette.middleware.cors import CORSMiddleware
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp

from indexer.errors import ZhengwenError

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_ORIGIN = re.compile(r"https?://(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?")
_USUAL_PORTS = {"http": 80, "https": 443}


class BadOrigin(ZhengwenError):
    """What was given is no origin of a page."""


def checked_origin(value: str) -> str:
    """An origin as browsers send it: scheme, host and, where it is unusual, the port. Raises BadOrigin."""
    origin = value.strip().rstrip("/").lower()
    try:
        parts = urlsplit(origin)
        port = parts.port
    except ValueError:
        origin, port, parts = "", None, urlsplit("")
    if not _ORIGIN.fullmatch(origin) or port == 0:
        raise BadOrigin(
            f"{value[:100]}：不是网页来源，应如 https://oa.example.gov.cn 或 http://10.0.0.5:8080，不带路径 / not an origin"
        )
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return f"{parts.scheme}://{host}" + (f":{port}" if port and port != _USUAL_PORTS[parts.scheme] else "")


def authority_of(origin: str) -> str:
    """Host and port of an origin as a browser sends it; empty for “null” and where there is none."""
    return origin.partition("://")[2]


def from_own_page(connection: HTTPConnection) -> bool:
    """Whether a request was made by a page of this service, or by no page at all, as far as a browser says.

    Browsers state it in Sec-Fetch-Site; older ones send the Origin with requests that change something. Only hosts and
    ports are compared: behind a proxy the service may be reached over HTTPS without knowing.
    """
    site = connection.headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = connection.headers.get("origin")
    return origin is None or (authority_of(origin) or None) == connection.headers.get("host")


def changes(connection: HTTPConnection) -> bool:
    """Whether a request may change something: only those of the safe methods do not."""
    return connection.scope["method"] not in _SAFE


class Cors(CORSMiddleware):
    """Lets pages of the listed origins call; the list is asked for at every request. Cookies are never taken along."""

    def __init__(self, app: ASGIApp, listed: Callable[[], Collection[str]]) -> None:
        super().__init__(
            app, allow_methods=("GET", "POST"), allow_headers=("Authorization", "Content-Type"),
            expose_headers=("Retry-After", "X-Request-Id"), max_age=600,
        )  # fmt: skip
        self._listed = listed

    def is_allowed_origin(self, origin: str) -> bool:
        """Whether a valid publish key names this origin."""
        return origin in self._listed()
