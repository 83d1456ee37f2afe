"""Sockets of the service: without access keys nothing but this machine is listened to."""

import errno
import ipaddress
import socket

from indexer.errors import ZhengwenError

_NO_SUCH_ADDRESS = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)


class CannotListen(ZhengwenError):
    """The address is not of this machine alone, or is taken."""


def _addresses(host: str) -> list[tuple[int, str]]:
    """Family and address of each address a host name stands for."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError as error:
        raise CannotListen(f"--host {host}：地址无效（{error.strerror}）/ not an address") from None
    except UnicodeError:  # A name that no domain name can be: too long, or with an empty part.
        raise CannotListen(f"--host {host}：地址无效 / not an address") from None
    return list(dict.fromkeys((int(family), str(place[0])) for family, _, _, _, place in found))


def listen(host: str, port: int, guarded: bool = False) -> list[socket.socket]:
    """Listening sockets on every address of ``host``. Raises CannotListen before anything is loaded.

    ``guarded``: whether access keys are configured; without them only this machine is listened to.
    """
    addresses = _addresses(host)
    if not guarded and not all(ipaddress.ip_address(address.split("%")[0]).is_loopback for _, address in addresses):
        raise CannotListen(
            f"--host {host}：没有配置访问密钥（zhengwen keys create）时只能监听本机地址 127.0.0.1 / without access keys only this machine is served"
        )
    sockets: list[socket.socket] = []
    for family, address in addresses:
        try:
            opened = socket.create_server((address, port), family=family, backlog=2048)
            # Connections inherit it. asyncio sets it only on sockets that name their protocol, which these do not; without
            # it the end of every answer waits 40 ms for the client's acknowledgement (Nagle's algorithm).
            opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sockets.append(opened)
        except OSError as error:
            if error.errno in _NO_SUCH_ADDRESS and len(addresses) > 1:  # localhost on a machine without IPv6
                continue
            for one in sockets:
                one.close()
            reason = "端口已被占用" if error.errno == errno.EADDRINUSE else error.strerror
            raise CannotListen(
                f"{host}:{port}：无法监听（{reason}），可另选 --port / cannot listen: try another --port"
            ) from None
    if not sockets:
        raise CannotListen(f"--host {host}：本机没有这个地址 / this machine has no such address")
    return sockets
