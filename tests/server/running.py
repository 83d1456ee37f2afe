"""Services that run as processes of their own for as long as a test needs them."""

import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.server.support import ROOT, Cli, free_port


@contextmanager
def running(arguments: list[str], folder: Path, environment: Mapping[str, str], ready: str) -> Iterator[str]:
    """A Python process that serves HTTP on the port in ``PORT`` or ``{port}``; its address, once ``ready`` answers."""
    port = free_port()
    command = [sys.executable, *(argument.format(port=port) for argument in arguments)]
    log = folder / f"log {port}"
    with log.open("wb") as written:
        process = subprocess.Popen(
            command, cwd=folder, env={**environment, "PORT": str(port)}, stdout=written, stderr=written
        )
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(2_000):
            if process.poll() is not None:
                break
            try:
                if httpx.get(url + ready, timeout=60).is_success:
                    break
            except httpx.TransportError:
                time.sleep(0.05)
        else:
            raise AssertionError(log.read_text(encoding="utf-8"))
        if process.poll() is not None:
            raise AssertionError(log.read_text(encoding="utf-8"))
        yield url
    finally:
        process.terminate()
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise


@contextmanager
def service(data_dir: Path, folder: Path, **environment: str) -> Iterator[str]:
    """``zhengwen serve`` over an index; ``environment`` is added to what it is started with."""
    environ = Cli(folder, folder, None).environ(**environment)
    arguments = ["-m", "server", "serve", "--port", "{port}", "--data-dir", str(data_dir)]
    with running(arguments, folder, environ, "/readyz") as url:
        yield url


@contextmanager
def model_server(folder: Path) -> Iterator[str]:
    """The server of recorded and faulty models; its address, ending in /v1."""
    environ = Cli(folder, folder, None).environ()
    with running([str(ROOT / "tests/server/model_server.py")], folder, environ, "/seen") as url:
        yield url + "/v1"
