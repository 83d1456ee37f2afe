"""Whether traces are wanted, and by whom. Nothing of OpenTelemetry is loaded before."""

import os
from importlib.util import find_spec
from typing import TYPE_CHECKING

from indexer.errors import ZhengwenError
from server.settings import Settings

if TYPE_CHECKING:
    from server.observability.tracing import Tracing

# The variables of OpenTelemetry by which any program is told to send traces.
_STANDARD = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")


class TracingUnavailable(ZhengwenError):
    """Traces are asked for and cannot be sent."""


def open_tracing(settings: Settings) -> "Tracing | None":
    """Traces to the collector that the settings or the standard variables name; None without one.

    Raises TracingUnavailable.
    """
    wanted = settings.otel_endpoint or any(os.environ.get(name) for name in _STANDARD)
    if not wanted or os.environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        return None
    if settings.otel_endpoint and not settings.otel_endpoint.startswith(("http://", "https://")):
        raise TracingUnavailable(
            f"ZHENGWEN_OTEL_ENDPOINT：{settings.otel_endpoint[:80]} 不是网址，应如 http://127.0.0.1:4318 / not an address"
        )
    try:
        found = find_spec("opentelemetry.sdk") and find_spec("opentelemetry.exporter.otlp.proto.http")
    except ModuleNotFoundError:
        found = None
    if found is None:
        raise TracingUnavailable(
            "已设置 OpenTelemetry 的地址，但没有安装：pip install 'zhengwen[otel]' / OpenTelemetry is not installed"
        )
    from server.observability.tracing import exporting

    return exporting(settings.otel_endpoint)
