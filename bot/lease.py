"""One process at a time: a lease that goes when its process dies, however it dies.

PostgreSQL: an advisory lock of a connection of its own. SQLite has one serving process anyway.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.engine import Store


class Held:
    """A lease in hand; on PostgreSQL it lives as long as its connection."""

    def __init__(self, connection: AsyncConnection | None = None) -> None:
        self._connection = connection

    async def still(self) -> bool:
        """Whether it is still ours."""
        if self._connection is None:
            return True
        try:
            await self._connection.execute(text("SELECT 1"))
        except Exception:
            return False
        return True


@contextlib.asynccontextmanager
async def lease(store: Store, name: str) -> AsyncIterator[Held | None]:
    """The lease, or None when another process has it."""
    if store.is_sqlite:
        yield Held()
        return
    async with store.engine.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        key = {"key": name}
        if not await connection.scalar(text("SELECT pg_try_advisory_lock(hashtextextended(:key, 0))"), key):
            yield None
            return
        try:
            yield Held(connection)
        finally:
            with contextlib.suppress(Exception):
                await connection.execute(text("SELECT pg_advisory_unlock(hashtextextended(:key, 0))"), key)
