"""The FastAPI application."""

from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Request, Response
from fastapi.staticfiles import StaticFiles

from server.api import ask, documents, health, pages, problems, search
from server.assistant import Assistant
from server.settings import Settings

_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


def create_app(assistant: Assistant, settings: Settings) -> FastAPI:
    """The app over one assistant. It loads nothing from other hosts: the API pages of FastAPI, which do, are off."""
    app = FastAPI(title="政问 Zhengwen", docs_url=None, redoc_url=None)
    app.state.assistant = assistant
    app.state.settings = settings

    @app.middleware("http")
    async def add_headers(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        response = await call_next(request)
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        return response

    problems.install(app)
    for module in (ask, search, documents, health, pages):
        app.include_router(module.router)
    app.mount("/static", StaticFiles(directory=pages.WEB), name="static")
    return app
