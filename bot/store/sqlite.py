"""SQLite connections that cross to their thread once a statement.

aiosqlite crosses four times (make a cursor, execute, fetch, close), which costs a turn of a conversation several
milliseconds. Given to SQLAlchemy through `async_creator`; the dialect stays its own.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

import aiosqlite


class _Cursor:
    """What SQLAlchemy's adapter asks of a cursor; the rows are here when `execute` returns."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._rows: Sequence[Any] = ()
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None
        self.arraysize = 1

    async def __aenter__(self) -> _Cursor:
        return self

    async def execute(self, operation: str, parameters: Any = ()) -> _Cursor:
        return await self._run(sqlite3.Cursor.execute, operation, parameters)

    async def executemany(self, operation: str, parameters: Iterable[Any]) -> _Cursor:
        return await self._run(sqlite3.Cursor.executemany, operation, parameters)

    async def fetchall(self) -> Sequence[Any]:
        return self._rows

    async def close(self) -> None:
        """The real cursor was closed in its thread."""

    async def _run(self, call: Any, operation: str, parameters: Any) -> _Cursor:
        await self._connection._execute(self._in_thread, call, operation, parameters)  # type: ignore[no-untyped-call]
        return self

    def _in_thread(self, call: Any, operation: str, parameters: Any) -> None:
        cursor = self._connection._conn.cursor()
        try:
            if self._connection.begins:
                cursor.execute("BEGIN IMMEDIATE")
                self._connection.begins = False
            call(cursor, operation, parameters)
            self.description = cursor.description
            self._rows = cursor.fetchall() if cursor.description else ()
            self.rowcount, self.lastrowid = cursor.rowcount, cursor.lastrowid
        finally:
            cursor.close()


class Connection(aiosqlite.Connection):
    begins = False  # a write transaction begins with the next statement, in the same crossing

    def cursor(self) -> Any:
        return _Cursor(self)

    async def commit(self) -> None:
        self.begins = False
        if self._conn.in_transaction:
            await super().commit()

    async def rollback(self) -> None:
        self.begins = False
        if self._conn.in_transaction:
            await super().rollback()


async def connect(database: str) -> Connection:
    """A connection with a thread of its own that does not keep the process alive."""
    connection = Connection(lambda: sqlite3.connect(database, isolation_level=None), 64)
    connection._thread.daemon = True
    await connection
    return connection
