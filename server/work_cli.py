"""Sharing the work of indexing: ``zhengwen index --workers``, and ``zhengwen work`` over a shared store."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from socket import gethostname
from typing import TYPE_CHECKING, Annotated

import typer

from indexer.encoders import Encoder
from indexer.errors import ZhengwenError
from server.options import make_encoder, read_settings
from server.settings import Settings
from server.terminal import reported

if TYPE_CHECKING:
    from indexer.sharing.processes import Workers
    from indexer.sharing.table import SharedStore

WorkerCount = Annotated[
    int | None,
    typer.Option(
        "--workers", min=1, max=256,
        help="用几个进程分担，默认按处理器核数，1 为不另起进程 / processes that share the work; 1: none beside this one.",
    ),
]  # fmt: skip


def _opened(url: str) -> "SharedStore":
    if find_spec("sqlalchemy") is None:
        raise ZhengwenError(
            "没有安装 sqlalchemy：pip install 'zhengwen[postgres]' / SQLAlchemy, by which the work is shared, is not installed"
        )
    from indexer.sharing.table import SharedStore

    return SharedStore(url)


@contextmanager
def spread(settings: Settings, data_dir: Path, encoder: Encoder, workers: "Workers") -> Iterator[Encoder]:
    """The encoder, with its work done by the workers of the shared store, else by processes of this machine."""
    from indexer.sharing.processes import compute_in_processes
    from indexer.sharing.spread import SpreadEncoder

    url = settings.shared_store.get_secret_value()
    if not url:
        yield SpreadEncoder(encoder, partial(compute_in_processes, workers, encoder))
        return
    from indexer.sharing.labour import compute_with_others

    run, store = f"{gethostname()}:{data_dir.resolve()}", _opened(url)
    try:
        yield SpreadEncoder(encoder, partial(compute_with_others, store, run, encoder))
    finally:
        store.close()


def work(
    idle: Annotated[
        float | None,
        typer.Option(min=0, help="多少秒没有活就退出，默认一直等 / leave after so many seconds without work."),
    ] = None,
) -> None:
    """替别处的 zhengwen index 编码；每个进程用一个处理器核 / encode for a zhengwen index elsewhere; one core each."""
    from indexer.sharing.labour import work as work_for
    from indexer.sharing.processes import alone

    # Stopped by whoever runs services, it gives back what it is at, as it does for Ctrl+C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with reported(), suppress(KeyboardInterrupt):
        settings = read_settings()
        url = settings.shared_store.get_secret_value()
        if not url:
            raise ZhengwenError(
                "没有设置 ZHENGWEN_SHARED_STORE，如 postgresql+psycopg://用户:密码@主机/库 / the shared store is not set"
            )
        alone()
        store, encoder = _opened(url), make_encoder(settings)
        done = work_for(store, encoder, lambda line: typer.echo(line, err=True), idle)
        typer.echo(f"编码 {done} 批 / {done} batches computed", err=True)


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(work)
