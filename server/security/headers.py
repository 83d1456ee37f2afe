"""Headers that tell a browser what a page of this service may do: nothing but what it needs."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "SAMEORIGIN",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
# What one reader was answered is for nobody else, and for no cache.
_PRIVATE = ("/api/", "/v1/", "/replies.atom")


def secure(headers: MutableHeaders, path: str) -> None:
    """Add what is not there yet."""
    for name, value in SECURITY_HEADERS.items():
        headers.setdefault(name, value)
    if path.startswith(_PRIVATE):
        headers.setdefault("Cache-Control", "no-store")


class Headers:
    """Adds the headers above to every response. Not a ``BaseHTTPMiddleware``: that one stands between streams and readers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """An ASGI application."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                secure(MutableHeaders(scope=message), scope["path"])
            await send(message)

        await self._app(scope, receive, with_headers if scope["type"] == "http" else send)
