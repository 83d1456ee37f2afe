"""Qdrant nodes on loopback, started and stopped by the tests."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx


def free_ports(count: int) -> list[int]:
    """Ports of this machine on which nothing listens, all different."""
    with ExitStack() as stack:
        probes = [stack.enter_context(closing(socket.create_server(("127.0.0.1", 0)))) for _ in range(count)]
        return [int(probe.getsockname()[1]) for probe in probes]


@dataclass
class Node:
    """One process. ``bootstrap`` is the address of the node through which it joins a cluster, None for the first one;
    ``clustered`` is False for a node by itself."""

    binary: Path
    folder: Path
    clustered: bool = False
    bootstrap: str | None = None
    ports: list[int] = field(default_factory=lambda: free_ports(3))
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def http(self) -> str:
        """Where it answers over HTTP."""
        return f"http://127.0.0.1:{self.ports[0]}"

    @property
    def url(self) -> str:
        """Where it answers over gRPC."""
        return f"http://127.0.0.1:{self.ports[1]}"

    @property
    def peer(self) -> str:
        """Where the other nodes find it."""
        return f"http://127.0.0.1:{self.ports[2]}"

    def start(self) -> None:
        """Start it, or start it again with what it had stored, and wait until it is ready."""
        self.folder.mkdir(parents=True, exist_ok=True)
        http, grpc, peer = map(str, self.ports)
        environment = {
            "QDRANT__SERVICE__HOST": "127.0.0.1", "QDRANT__SERVICE__HTTP_PORT": http, "QDRANT__SERVICE__GRPC_PORT": grpc,
            "QDRANT__STORAGE__STORAGE_PATH": str(self.folder / "storage"),
            "QDRANT__STORAGE__SNAPSHOTS_PATH": str(self.folder / "snapshots"), "QDRANT__TELEMETRY_DISABLED": "true",
        }  # fmt: skip
        command = [str(self.binary), "--disable-telemetry"]
        if self.clustered:
            environment |= {"QDRANT__CLUSTER__ENABLED": "true", "QDRANT__CLUSTER__P2P__PORT": peer}
            command += ["--uri", self.peer] + (["--bootstrap", self.bootstrap] if self.bootstrap else [])
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                command, cwd=self.folder, env=os.environ | environment, stdout=log, stderr=log
            )
        until = time.monotonic() + 120
        while not self.ready():
            if self.process.poll() is not None or time.monotonic() > until:
                raise RuntimeError((self.folder / "log").read_text(errors="replace")[-2_000:])
            time.sleep(0.1)

    def ready(self) -> bool:
        """Whether it answers."""
        try:
            return httpx.get(f"{self.http}/readyz", timeout=5).is_success
        except httpx.TransportError:
            return False

    def get(self, path: str) -> Any:
        """What it says of itself over HTTP."""
        return httpx.get(self.http + path, timeout=30).json()["result"]

    def kill(self) -> None:
        """kill -9."""
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
            self.process = None

    def resident(self) -> int:
        """Bytes of memory of its own, without what it has mapped from files."""
        if self.process is None:
            return 0
        status = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        return next(1024 * int(line.split()[1]) for line in status if line.startswith("RssAnon"))

    def worked(self) -> float:
        """Seconds of processor time so far."""
        if self.process is None:
            return 0.0
        # The name of the program, in brackets, may hold spaces; user and system time are the 14th and 15th fields.
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def stored(self) -> int:
        """Bytes on disk."""
        return sum(path.stat().st_blocks * 512 for path in (self.folder / "storage").rglob("*") if path.is_file())


@contextmanager
def node(binary: Path, folder: Path) -> Iterator[Node]:
    """A node by itself."""
    single = Node(binary, folder)
    try:
        single.start()
        yield single
    finally:
        single.kill()


@contextmanager
def cluster(binary: Path, folder: Path, size: int = 3) -> Iterator[list[Node]]:
    """Several nodes that know each other."""
    ports = free_ports(3 * size)
    nodes = [Node(binary, folder / f"node{i}", True, None, ports[3 * i : 3 * i + 3]) for i in range(size)]
    try:
        nodes[0].start()
        for other in nodes[1:]:
            other.bootstrap = nodes[0].peer
            other.start()
        until = time.monotonic() + 60
        while len(nodes[0].get("/cluster")["peers"]) < size:
            if time.monotonic() > until:
                raise RuntimeError("the nodes do not find each other")
            time.sleep(0.2)
        yield nodes
    finally:
        for each in nodes:
            each.kill()
