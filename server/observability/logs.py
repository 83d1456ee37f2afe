"""Log lines, as text or JSON. Each names its request; what an exception says is left out, for it may quote a question."""

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from typing import Any, Literal

from server.observability.identity import REQUEST_ID

LogFormat = Literal["text", "json"]
LogLevel = Literal["debug", "info", "warning", "error"]

# Loggers of this project; others, such as those of HTTP clients, speak from warnings on.
_OWN = ("server", "indexer")
# What a line may hold beside its message; anything else that is given as extra is not written.
FACTS = ("method", "route", "status", "ms")
# Line breaks and what steers terminals: one record is one line, whatever it says.
_CONTROLS = dict.fromkeys((*range(32), *range(127, 160), 0x2028, 0x2029), " ")


def frames_of(error: BaseException) -> list[str]:
    """Where an exception came from, innermost last: file, line and function, without any value."""
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)]


def _told(record: logging.LogRecord) -> tuple[str, datetime, BaseException | None]:
    """Message on one line, time, and exception of a record."""
    message = record.getMessage().strip().translate(_CONTROLS)
    error = record.exc_info[1] if record.exc_info else None
    return message, datetime.fromtimestamp(record.created, UTC), error


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time (UTC), level, logger, message, request_id, FACTS, exception with type and frames."""

    def format(self, record: logging.LogRecord) -> str:
        message, time, error = _told(record)
        line: dict[str, Any] = {
            "time": time.isoformat(timespec="milliseconds"), "level": record.levelname.lower(),
            "logger": record.name, "message": message, "request_id": REQUEST_ID.get(),
        }  # fmt: skip
        line |= {name: getattr(record, name, None) for name in FACTS}
        if error is not None:
            line["exception"] = {"type": type(error).__qualname__, "frames": frames_of(error)}
        return json.dumps({name: value for name, value in line.items() if value is not None}, ensure_ascii=False)


class TextFormatter(logging.Formatter):
    """Time, level, logger, message and the id of the request; below it, indented, where an exception came from."""

    def format(self, record: logging.LogRecord) -> str:
        message, time, error = _told(record)
        request_id = REQUEST_ID.get()
        line = f"{time:%Y-%m-%dT%H:%M:%SZ} {record.levelname} {record.name}: {message}"
        line += f" [{request_id}]" if request_id else ""
        if error is not None:
            line += "".join(f"\n    {frame}" for frame in (*frames_of(error), type(error).__qualname__))
        return line


def configure(log_format: LogFormat, level: LogLevel | None = None) -> None:
    """Send everything that is logged to stderr, a record a line. ``level``: None stands for info as JSON, warning as text."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter() if log_format == "json" else TextFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    chosen = level or ("info" if log_format == "json" else "warning")
    for name in _OWN:
        logging.getLogger(name).setLevel(chosen.upper())
    logging.captureWarnings(True)
