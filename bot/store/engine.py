"""Engine and transactions.

SQLite has one writer: writes of this process queue at a lock of ours (fair, no busy-waiting) and begin with
BEGIN IMMEDIATE, so a transaction never fails half-way because somebody else wrote since it began to read.
PostgreSQL needs neither.

Durable writes are on disk, through a power cut too, when they return: what somebody else is told about afterwards (an
update acknowledged, a message sent). A turn's own writes survive the process at once and a power cut with the next
durable write, which comes before anything of the turn leaves the machine; so they need not wait for the disk.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy import event, text
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from bot.store.sqlite import connect

BUSY_SECONDS = 30
POOL = 16  # connections; a turn keeps one to read and may take the writer's: more than worker.CONCURRENT_CHATS


class Store:
    """Opens sessions. `read()` never waits for the writer; `write()` is one transaction, committed at its end."""

    def __init__(self, engine: AsyncEngine, durable: AsyncEngine | None = None) -> None:
        self.engine = engine
        self._durable = durable or engine
        self.is_sqlite = engine.dialect.name == "sqlite"
        self._reader = engine.execution_options(read_only=True) if self.is_sqlite else engine
        self._writer: AbstractAsyncContextManager[Any] = asyncio.Lock() if self.is_sqlite else nullcontext()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        async with AsyncSession(self._reader, expire_on_commit=False) as session:
            yield session

    @asynccontextmanager
    async def write(self, *, durable: bool = False) -> AsyncIterator[AsyncSession]:
        """A transaction: committed when the block ends well, rolled back when it raises."""
        engine = self._durable if durable else self.engine
        async with self._writer, AsyncSession(engine, expire_on_commit=False) as session, session.begin():
            yield session

    @asynccontextmanager
    async def turn(self, chat_key: str) -> AsyncIterator[TurnTransaction | None]:
        """The database's side of one turn of a chat; None when another process is in that chat right now."""
        async with AsyncExitStack() as stack:
            if self.is_sqlite:
                yield TurnTransaction(self, stack)
                return
            session = await stack.enter_async_context(self.write())
            locked = await self.try_lock(session, chat_key)
            yield TurnTransaction(self, stack, session) if locked else None

    async def try_lock(self, session: AsyncSession, name: str) -> bool:
        """Takes the lock of that name until the transaction ends; False when another process has it.

        On SQLite whoever writes is alone anyway.
        """
        if self.is_sqlite:
            return True
        query = text("SELECT pg_try_advisory_xact_lock(hashtextextended(:name, 0))")
        return bool(await session.scalar(query, {"name": name}))

    def insert(self, table: Any) -> Any:
        """An INSERT that knows ON CONFLICT, which both databases have and SQLAlchemy's common one lacks."""
        return sqlite_insert(table) if self.is_sqlite else postgresql_insert(table)

    async def close(self) -> None:
        await self.engine.dispose()
        await self._durable.dispose()


class TurnTransaction:
    """Reads first, then at most one write transaction that lasts until the turn ends.

    On PostgreSQL both are the same session, begun with the chat's advisory lock, which goes when the process dies.
    """

    def __init__(self, store: Store, stack: AsyncExitStack, session: AsyncSession | None = None) -> None:
        self._store = store
        self._stack = stack
        self._session = session
        self._reader: AsyncSession | None = None

    async def read(self) -> AsyncSession:
        """The session to look things up in; on SQLite each statement sees the latest commit, also after a write."""
        if self._session is not None:
            return self._session
        if self._reader is None:
            self._reader = await self._stack.enter_async_context(self._store.read())
        return self._reader

    @asynccontextmanager
    async def early(self) -> AsyncIterator[AsyncSession]:
        """A write before the handler's own that may stand even if the turn fails.

        On SQLite it is committed at once, so that the only writer is free while the handler thinks.
        """
        if self._session is not None:
            yield self._session
            return
        async with self._store.write() as session:
            yield session

    async def begin(self) -> AsyncSession:
        """The write session; the first call begins it, later ones give the same."""
        if self._session is None:
            self._session = await self._stack.enter_async_context(self._store.write())
        return self._session


def open_store(database_url: str) -> Store:
    """An engine for the URL (with async driver). Makes the folder of a SQLite file."""
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite":
        if url.database and url.database != ":memory:":
            Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        file = url.database or ":memory:"
        engine = create_async_engine(url, async_creator=lambda: connect(file), pool_size=POOL, max_overflow=0)
        durable = create_async_engine(url, async_creator=lambda: connect(file), pool_size=1, max_overflow=0)
        _tune_sqlite(engine, "NORMAL")
        _tune_sqlite(durable, "FULL")
        return Store(engine, durable)
    return Store(create_async_engine(url, pool_size=POOL, max_overflow=4, pool_pre_ping=True))


def _tune_sqlite(engine: AsyncEngine, synchronous: str) -> None:
    """WAL, real foreign keys, our own BEGIN. FULL syncs the log with each commit, NORMAL with each checkpoint."""

    @event.listens_for(engine.sync_engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        for pragma in (
            f"busy_timeout={BUSY_SECONDS * 1000}",
            "journal_mode=WAL",
            f"synchronous={synchronous}",
            "foreign_keys=ON",
            "temp_store=MEMORY",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def _begin(connection: Connection) -> None:
        if not connection.get_execution_options().get("read_only"):  # reads see the latest commit, each by itself
            connection.connection.driver_connection.begins = True  # type: ignore[union-attr]
