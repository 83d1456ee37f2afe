"""The FastAPI application."""

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.api import ask, chat, documents, feedback, health, pages, problems, replies, search
from server.assistant import Assistant
from server.recent import RecentAnswers
from server.settings import Settings

_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


class _Headers:
    """Adds the headers above to every response. Not a ``BaseHTTPMiddleware``: that one stands between streams and readers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, with_headers if scope["type"] == "http" else send)


def create_app(assistant: Assistant, settings: Settings) -> FastAPI:
    """The app over one assistant. It loads nothing from other hosts: the API pages of FastAPI, which do, are off."""
    app = FastAPI(title="政问 Zhengwen", docs_url=None, redoc_url=None)
    app.state.assistant = assistant
    app.state.settings = settings
    app.state.recent = RecentAnswers()
    app.add_middleware(_Headers)
    problems.install(app)
    for module in (ask, chat, search, documents, replies, feedback, health, pages):
        app.include_router(module.router)
    app.mount("/static", StaticFiles(directory=pages.WEB), name="static")
    return app
