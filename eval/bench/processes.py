"""Processes of ours that are measured: commands that end, and a service that answers until it is stopped."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile

import httpx2

from indexer.encoders import BUNDLED
from indexer.errors import ZhengwenError

_PATIENCE = 300.0
_STOPPING = 30.0


def environment() -> dict[str, str]:
    """Settings are the defaults but for the limits on requests: a benchmark asks more than people do."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ZHENGWEN_")}
    return kept | {"ZHENGWEN_ENCODER": BUNDLED, "ZHENGWEN_RATE_LIMIT_ADDRESS": "off", "ZHENGWEN_RATE_LIMIT_KEY": "off"}


def output_of(arguments: Sequence[str]) -> str:
    """Run Python with the bundled encoder and return its stdout. Raises ZhengwenError when it fails."""
    done = subprocess.run(
        [sys.executable, *arguments], env=environment(), capture_output=True, text=True, encoding="utf-8", check=False
    )
    if done.returncode:
        raise _failed(done.stderr)
    return done.stdout


def _failed(messages: str) -> ZhengwenError:
    last = (messages.strip().splitlines() or ["?"])[-1]
    return ZhengwenError(f"测量的进程失败：{last} / a measured process failed")


@dataclass(frozen=True, slots=True)
class Service:
    """A running service: its address, its process, and the seconds from its start to the first good /readyz."""

    url: str
    process: int
    started: float


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


@contextmanager
def serving(data_dir: Path) -> Iterator[Service]:
    """``zhengwen serve`` over an index, a process of its own on loopback. Raises ZhengwenError when it does not start."""
    port = _free_port()
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "server", "serve", "--port", str(port), "--data-dir", str(data_dir)]
    with TemporaryFile() as written:
        began = time.perf_counter()
        process = subprocess.Popen(command, env=environment(), stdout=written, stderr=written)
        try:
            while not _ready(url):
                if process.poll() is not None or time.perf_counter() - began > _PATIENCE:
                    written.seek(0)
                    raise _failed(written.read().decode("utf-8", "replace"))
                time.sleep(0.005)
            yield Service(url, process.pid, time.perf_counter() - began)
        finally:
            process.terminate()
            try:
                process.wait(_STOPPING)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _ready(url: str) -> bool:
    try:
        return httpx2.get(f"{url}/readyz", timeout=_PATIENCE, trust_env=False).is_success
    except httpx2.TransportError:
        return False


def resident(process: int) -> dict[str, int]:
    """Bytes of a process that lie in memory: ``all``; ``own`` alone, without those of files that are mapped, which the
    system takes back when it needs the memory. Empty where the system has no /proc."""
    path = Path(f"/proc/{process}/status")
    if not path.is_file():
        return {}
    lines = (line.partition(":") for line in path.read_text(encoding="ascii", errors="replace").splitlines())
    sizes = {name: value.split()[0] for name, _, value in lines if value.strip().endswith("kB")}
    return {name: 1024 * int(sizes[field]) for name, field in (("all", "VmRSS"), ("own", "RssAnon")) if field in sizes}
