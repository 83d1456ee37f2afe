"""The id of a request, under which its response, its log lines and its problem document are found together."""

import re
from contextvars import ContextVar
from uuid import uuid4

HEADER = "X-Request-Id"

# Long enough for a UUID or a trace id; nothing that means anything in a log, a page or a shell.
_HARMLESS = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")

REQUEST_ID: ContextVar[str | None] = ContextVar("request_id", default=None)


def request_id_of(sent: str | None) -> str:
    """The id that a client or proxy sent, where it is harmless; else a new one, 32 hexadecimal digits."""
    return sent if sent is not None and _HARMLESS.fullmatch(sent) else uuid4().hex
