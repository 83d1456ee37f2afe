"""Without keys: whoever is at this machine is the administrator, and nobody else gets in."""

import ipaddress
import re

from starlette.requests import HTTPConnection

from server.search.disclosure import Role
from server.security.origins import authority_of
from server.security.refused import AccessRefused

# A name or address with its port, as far as it may be this machine's.
_AUTHORITY = re.compile(r"(?:([a-z0-9.-]+)|\[([0-9a-f:.]+)\])(?::[0-9]{1,5})?", re.IGNORECASE)
# What a proxy adds: behind one, every visitor seems to be at this machine. One that adds nothing, as nginx does unless
# told to, gives itself away by its version of HTTP, or by the address that the visitor's browser names as the page's.
_FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip")


def is_loopback(address: str) -> bool:
    """Whether an address, or the name localhost, is this machine itself."""
    if address == "localhost":
        return True
    try:
        found = ipaddress.ip_address(address.split("%", maxsplit=1)[0])
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None)
    return bool((mapped or found).is_loopback)


def _names_this_machine(authority: str) -> bool:
    """Whether a host, with or without a port, is this machine; nothing is guessed of what is not plainly one."""
    found = _AUTHORITY.fullmatch(authority)
    return found is not None and is_loopback((found[1] or found[2]).lower())


def local_reader_of(connection: HTTPConnection) -> tuple[Role, str]:
    """Role and name where no keys are configured. Raises AccessRefused unless the request was made at this machine.

    The name that was called must be this machine's too: a page of another host, whose name is made to point here,
    would otherwise read as if it were of this service (DNS rebinding).
    """
    page = authority_of(connection.headers.get("origin", ""))
    if (
        any(header in connection.headers for header in _FORWARDED)
        or connection.scope.get("http_version") == "1.0"
        or (page and not _names_this_machine(page))
    ):
        raise AccessRefused(
            403,
            "没有配置访问密钥，不能经代理访问：请先运行 zhengwen keys create / behind a proxy access keys are needed",
        )
    client = connection.client
    if client is None or not is_loopback(client.host):
        raise AccessRefused(403, "没有配置访问密钥，只能在本机访问 / without access keys only this machine is served")
    # As it was sent: of a name that it cannot read, the framework makes the address on which it listens.
    if not _names_this_machine(connection.headers.get("host", "")):
        raise AccessRefused(
            403,
            "没有配置访问密钥，只能以 127.0.0.1 或 localhost 访问 / without access keys, call 127.0.0.1 or localhost",
        )
    return "admin", "local"
