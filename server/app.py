"""The FastAPI application."""

from typing import TYPE_CHECKING

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from server.api import (
    ask,
    chat,
    desk,
    desk_keys,
    desk_problems,
    desk_questions,
    documents,
    exports,
    feedback,
    health,
    metrics,
    originals,
    pages,
    problems,
    replies,
    search,
    session,
    tokens,
    uploads,
)
from server.assistant import Assistant
from server.desk.jobs import IndexJobs
from server.desk.unanswered import RecordingAnswers, UnansweredStore
from server.desk.uploads import Uploads
from server.observability.exporting import open_tracing
from server.observability.metrics import Metrics
from server.observability.requests import Requests
from server.recent import RecentAnswers
from server.security.access import Access
from server.security.audit import AuditLog
from server.security.gate import Gate
from server.security.headers import Headers
from server.security.limits import Limits
from server.security.origins import Cors
from server.settings import Settings

if TYPE_CHECKING:
    from fastapi.telemetry import TelemetryConfig

    from server.observability.tracing import Tracing

# FastAPI's own would hand the questions in addresses and the messages of exceptions to any provider that is there.
_NO_TELEMETRY: "TelemetryConfig" = {
    "tracing": False, "metrics": False, "logs": False, "operation_spans": False, "auto_configure": False,
}  # fmt: skip


def create_app(assistant: Assistant, settings: Settings, tracing: "Tracing | None" = None) -> FastAPI:
    """The app over one assistant. It loads nothing from other hosts: the API pages of FastAPI, which do, are off.

    ``tracing``: where spans go, None: where the settings say. Raises TracingUnavailable.
    """
    app = FastAPI(
        title="政问 Zhengwen", docs_url=None, redoc_url=None, openapi_url=None, telemetry=_NO_TELEMETRY
    )  # fmt: skip
    app.state.assistant = assistant
    app.state.settings = settings
    unanswered = UnansweredStore(assistant.data_dir, settings.unanswered_days)
    app.state.recent = RecordingAnswers(unanswered) if settings.record_unanswered else RecentAnswers()
    app.state.jobs = IndexJobs()
    app.state.uploads = Uploads(assistant.data_dir)
    app.state.metrics = Metrics(assistant)
    access = app.state.access = Access(assistant.data_dir, settings)
    limits = app.state.limits = Limits(settings.rate_limit_address, settings.rate_limit_key)
    audit = app.state.audit = AuditLog(assistant.data_dir, settings.audit_days, settings.audit_texts)
    # The last one added is the first that a request comes to.
    app.add_middleware(
        Gate, access=access, limits=limits, audit=audit, max_body=settings.max_body_kb * 1_000,
        max_upload=settings.max_file_mb * 1_000_000,
    )  # fmt: skip
    app.add_middleware(Cors, listed=access.origins)
    app.add_middleware(Headers)
    app.add_middleware(Requests, metrics=app.state.metrics, tracing=tracing or open_tracing(settings))
    if settings.trusted_proxies:
        app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=settings.trusted_proxies)
    problems.install(app)
    desk_problems.install(app)
    for module in (
        ask,
        chat,
        search,
        documents,
        uploads,
        replies,
        exports,
        originals,
        feedback,
        desk,
        desk_questions,
        desk_keys,
        health,
        metrics,
        session,
        tokens,
        pages,
    ):
        app.include_router(module.router)
    app.mount("/static", StaticFiles(directory=pages.WEB), name="static")
    return app
