"""The nodes of a Qdrant cluster: whatever one of them cannot answer, the next is asked."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import count
from threading import Lock
from typing import Any, TypeVar
from urllib.parse import urlsplit

import grpc  # type: ignore[import-untyped]  # Its stubs are a package of their own.
from qdrant_client import grpc as q

from indexer.errors import ZhengwenError

T = TypeVar("T")

# Seconds for which a node that did not answer is asked only when no other one does.
_REST = 5.0
# Seconds that one node is waited for, and all of them together, and the pause after all of them failed.
_PATIENCE, _DEADLINE, _PAUSE = 5.0, 30.0, 0.2
# What another node may answer: the node is gone, is starting, or had it from one that is gone.
_ELSEWHERE = frozenset(
    {
        grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.INTERNAL,
        grpc.StatusCode.CANCELLED, grpc.StatusCode.ABORTED, grpc.StatusCode.UNKNOWN, grpc.StatusCode.RESOURCE_EXHAUSTED,
    }
)  # fmt: skip
_OPTIONS = [
    ("grpc.max_receive_message_length", -1),
    ("grpc.max_send_message_length", -1),
    # A node that comes back is found again soon.
    ("grpc.max_reconnect_backoff_ms", 2_000),
]


class ClusterUnavailable(ZhengwenError):
    """No node answers, or the cluster refuses."""


class UnknownCollection(ClusterUnavailable):
    """There is no such collection, or not any longer."""


@dataclass(slots=True)
class _Node:
    address: str
    points: Any
    collections: Any
    channel: Any
    resting: float = field(default=0.0)


class Nodes:
    """Safe to share between threads; ``urls`` name the gRPC ports, ``http://HOST:6334``. Raises ValueError for others."""

    def __init__(self, urls: Sequence[str], api_key: str | None = None) -> None:
        if not urls:
            raise ValueError("no node is given")
        self._metadata = [("api-key", api_key)] if api_key else []
        self._nodes = [self._open(url) for url in urls]
        self._turn = count()
        self._lock = Lock()

    def _open(self, url: str) -> _Node:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"{url} is no address such as http://HOST:6334")
        address = f"{parts.hostname}:{parts.port or 6334}"
        if parts.scheme == "https":
            channel = grpc.secure_channel(address, grpc.ssl_channel_credentials(), _OPTIONS)
        else:
            channel = grpc.insecure_channel(address, _OPTIONS)
        points, collections = (stub(channel) for stub in (q.PointsStub, q.CollectionsStub))
        return _Node(address, points, collections, channel)

    def close(self) -> None:
        """End all connections."""
        for node in self._nodes:
            node.channel.close()

    def _in_turn(self) -> list[_Node]:
        """All nodes, beginning with another one each time, those that did not answer lately last."""
        with self._lock:
            first = next(self._turn) % len(self._nodes)
        turned = self._nodes[first:] + self._nodes[:first]
        now = time.monotonic()
        return sorted(turned, key=lambda node: node.resting > now)

    def points(self, method: str, request: object, patience: float = _PATIENCE) -> Any:
        """Call a method of the service of points. ``patience``: seconds to wait for each node. Raises ClusterUnavailable."""
        return self._call(lambda node: getattr(node.points, method), request, patience)

    def collections(self, method: str, request: object, patience: float = 60) -> Any:
        """Call a method of the service of collections. Raises ClusterUnavailable."""
        return self._call(lambda node: getattr(node.collections, method), request, patience)

    def _call(self, method: Callable[[_Node], Callable[..., T]], request: object, patience: float) -> T:
        until = time.monotonic() + max(_DEADLINE, patience)
        failed: grpc.RpcError | None = None
        while failed is None or time.monotonic() < until:
            for node in self._in_turn():
                try:
                    return method(node)(request, timeout=patience, metadata=self._metadata)
                except grpc.RpcError as error:
                    if error.code() not in _ELSEWHERE:
                        raise _refused(node, error) from error
                    node.resting = time.monotonic() + _REST
                    failed = error
            time.sleep(_PAUSE)
        names = ", ".join(node.address for node in self._nodes)
        raise ClusterUnavailable(
            f"Qdrant（{names}）没有应答：{_reason(failed)}；请检查 ZHENGWEN_QDRANT_URL 和各节点 / no node answers: see that they run"
        ) from failed


def _reason(error: grpc.RpcError) -> str:
    return str(error.details() or error.code().name).split("\n")[0][:200]


def _refused(node: _Node, error: grpc.RpcError) -> ClusterUnavailable:
    if error.code() == grpc.StatusCode.NOT_FOUND:
        return UnknownCollection(
            f"Qdrant（{node.address}）：{_reason(error)}，请运行 zhengwen index / not in the cluster: run zhengwen index"
        )
    return ClusterUnavailable(f"Qdrant（{node.address}）拒绝了请求：{_reason(error)} / refused the request")
