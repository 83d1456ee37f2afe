"""The shared store: a table of batches in PostgreSQL, or in a SQLite file for the processes of one host.

Everything in it is transient. Whoever wants a batch computed puts it there and takes it away with its result; workers
claim one at a time for as long as they renew their claim. Times are those of the database: clocks of hosts differ.
"""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from indexer.errors import ZhengwenError, reason_of

# Tables of another layout bear another number.
_BATCHES = sa.Table(
    "zhengwen_batches_1",
    sa.MetaData(),
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("number", sa.BigInteger, nullable=False),
    sa.Column("run", sa.String, nullable=False),
    sa.Column("maker", sa.String, nullable=False),
    sa.Column("batch", sa.LargeBinary, nullable=False),
    sa.Column("result", sa.LargeBinary),
    sa.Column("worker", sa.String),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("leased_until", sa.Float(53), nullable=False),
    sa.Column("wanted_until", sa.Float(53), nullable=False),
)
_ROW = _BATCHES.c
_NOW: Mapping[str, sa.ColumnElement[float]] = {
    "postgresql": sa.cast(sa.extract("epoch", sa.func.clock_timestamp()), sa.Float(53)),
    "sqlite": sa.literal_column("(julianday('now') - 2440587.5) * 86400.0", sa.Float),
}
# Seconds after which a claim that is not renewed is void, and a batch of someone who does not come back is deleted.
LEASE = 60.0
_WANTED = 86_400.0
# How often workers try a batch. Then it is left to whoever put it there.
TRIES = 5


@dataclass(frozen=True, slots=True)
class Claim:
    """A batch, as bytes, that a worker may compute; ``worker`` names the claim."""

    id: str
    batch: bytes
    worker: str


class SharedStore:
    """The table behind a SQLAlchemy URL, created where it is missing. Every statement is a transaction of its own, which
    the database ends by itself: a process that stops in the middle leaves no lock behind.

    Raises ZhengwenError, in every call, when the database cannot be used.
    """

    def __init__(self, url: str, lease: float = LEASE) -> None:
        self.lease = lease
        try:
            parsed = sa.make_url(url)
        except sa.exc.ArgumentError:
            raise ZhengwenError(
                "ZHENGWEN_SHARED_STORE 无法识别，应如 postgresql+psycopg://用户:密码@主机/库 或 sqlite:///文件 / not a database URL"
            ) from None
        self._shown = parsed.render_as_string(hide_password=True)
        name = parsed.get_backend_name()
        if name not in _NOW:
            raise ZhengwenError(
                f"{self._shown}：只支持 postgresql+psycopg:// 和 sqlite:/// / only PostgreSQL and SQLite can be shared"
            )
        if parsed.drivername == "postgresql":
            parsed = parsed.set(drivername="postgresql+psycopg")
        self._now = _NOW[name]
        self._insert = postgresql_insert if name == "postgresql" else sqlite_insert
        try:
            options = {"timeout": 60} if name == "sqlite" else {}
            self._engine = sa.create_engine(
                parsed, isolation_level="AUTOCOMMIT", pool_pre_ping=True, connect_args=options
            )
        except ImportError:
            raise ZhengwenError(
                f"{self._shown}：没有安装驱动：pip install 'zhengwen[postgres]' / the driver is not installed"
            ) from None
        if name == "sqlite":
            sa.event.listen(self._engine, "connect", _prepare_sqlite)
        with self._reported():
            try:
                _BATCHES.create(self._engine, checkfirst=True)
            except sa.exc.DBAPIError:  # Another process was quicker, or it cannot be created.
                _BATCHES.create(self._engine, checkfirst=True)

    @contextmanager
    def _reported(self) -> Iterator[None]:
        try:
            yield
        except sa.exc.SQLAlchemyError as error:
            cause = error.orig if isinstance(error, sa.exc.DBAPIError) and error.orig else error
            raise ZhengwenError(
                f"{self._shown}：共享库无法使用（{reason_of(cause)}）；已编码的都已保存，可接着运行 / the shared store cannot be used; "
                "what was encoded is kept, run it again"
            ) from error

    @contextmanager
    def _connected(self) -> Iterator[sa.Connection]:
        with self._reported(), self._engine.connect() as connection:
            yield connection

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    # Whoever wants batches computed

    def put(self, run: str, maker: str, batches: Mapping[str, tuple[int, bytes]]) -> None:
        """Ask for batches: number and bytes by id. Those that are there stay as they are, with their results."""
        rows = [
            {"id": id_, "number": number, "run": run, "maker": maker, "batch": batch, "tries": 0, "leased_until": 0.0}
            for id_, (number, batch) in batches.items()
        ]
        insert = self._insert(_BATCHES).values(wanted_until=self._now + _WANTED).on_conflict_do_nothing()
        if rows:
            with self._connected() as connection:
                connection.execute(insert, rows)

    def present(self, ids: Collection[str]) -> set[str]:
        """Which of these batches are there."""
        with self._connected() as connection:
            return set(connection.scalars(sa.select(_ROW.id).where(_ROW.id.in_(ids))))

    def finished(self, ids: Collection[str], most: int) -> list[tuple[str, bytes]]:
        """Results of at most so many of these batches, with their ids."""
        done = sa.select(_ROW.id, _ROW.result).where(_ROW.id.in_(ids), _ROW.result.is_not(None)).limit(most)
        with self._connected() as connection:
            return [(row.id, row.result) for row in connection.execute(done)]

    def reject(self, id_: str) -> None:
        """The result of a batch is none: it is to be computed again."""
        with self._connected() as connection:
            connection.execute(sa.update(_BATCHES).where(_ROW.id == id_).values(result=None, leased_until=0.0))

    def delete(self, ids: Collection[str]) -> None:
        """Take batches away, and their results."""
        with self._connected() as connection:
            connection.execute(sa.delete(_BATCHES).where(_ROW.id.in_(ids)))

    def clear(self, run: str) -> None:
        """Take all batches of a run away."""
        with self._connected() as connection:
            connection.execute(sa.delete(_BATCHES).where(_ROW.run == run))

    def void(self, run: str, worker: str) -> None:
        """A worker that went by this name is no more: others may claim what it was at."""
        with self._connected() as connection:
            connection.execute(
                sa.update(_BATCHES).where(_ROW.run == run, _ROW.worker == worker).values(leased_until=0.0)
            )

    # Workers

    def claim(self, maker: str, worker: str, run: str | None = None) -> Claim | None:
        """The next batch that nobody is at, of this ``run`` alone where it is given; None when there is none."""
        free = [_ROW.maker == maker, _ROW.result.is_(None), _ROW.leased_until < self._now]
        free.append(_ROW.tries < TRIES if run is None else _ROW.run == run)
        # SQLite knows no locks of rows, and needs none: the whole statement is atomic there.
        next_ = sa.select(_ROW.id).where(*free).order_by(_ROW.number).limit(1).with_for_update(skip_locked=True)
        taken = (
            sa.update(_BATCHES)
            .where(_ROW.id == next_.scalar_subquery())
            .values(worker=worker, leased_until=self._now + self.lease, tries=_ROW.tries + 1)
            .returning(_ROW.id)
        )
        with self._connected() as connection:
            # Apart: the lock would be held for as long as a slow receiver takes.
            id_ = connection.scalar(taken)
            batch = None if id_ is None else connection.scalar(sa.select(_ROW.batch).where(_ROW.id == id_))
        return None if id_ is None or batch is None else Claim(id_, batch, worker)

    def renew(self, claim: Claim) -> None:
        """Say that the work goes on."""
        self._lease(claim, self._now + self.lease)

    def release(self, claim: Claim) -> None:
        """Give a batch back that was not computed."""
        self._lease(claim, sa.literal(0.0))

    def _lease(self, claim: Claim, until: sa.ColumnElement[float]) -> None:
        held = sa.update(_BATCHES).where(_ROW.id == claim.id, _ROW.worker == claim.worker)
        with self._connected() as connection:
            connection.execute(held.values(leased_until=until))

    def complete(self, claim: Claim, result: bytes) -> None:
        """Hand a result in. Whether another was quicker, or the batch was taken away, does not matter."""
        done = sa.update(_BATCHES).where(_ROW.id == claim.id, _ROW.result.is_(None)).values(result=result)
        with self._connected() as connection:
            connection.execute(done)

    def makers(self) -> set[str]:
        """What makes the results that are asked for; batches that nobody came back for are deleted first."""
        with self._connected() as connection:
            connection.execute(sa.delete(_BATCHES).where(_ROW.wanted_until < self._now))
            return set(connection.scalars(sa.select(_ROW.maker).where(_ROW.result.is_(None)).distinct()))


def _prepare_sqlite(connection: sa.engine.interfaces.DBAPIConnection, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.execute("PRAGMA secure_delete = ON")  # Texts of internal documents are to be gone when they are deleted.
    cursor.close()
