"""The work beside the connections: noting what pages have shown, and looking for what other processes have written."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Collection

import structlog
from sqlalchemy import func, select, update

from bot.channels.web.frames import PLATFORM
from bot.channels.web.ledger import LATE
from bot.clock import Clock
from bot.observe import metrics
from bot.store.engine import Store
from bot.store.tables import OutboxRow

log = structlog.get_logger(__name__)

POLL_SECONDS = 1.0
GATHER_SECONDS = 0.05  # how long receipts are gathered for one commit
RETRY_SECONDS = 1.0


class Receipts:
    """Writes "sent" for rows that a page has shown; those of many pages share a commit."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._shown: set[tuple[str, int]] = set()
        self._some = asyncio.Event()
        self._stopping = False
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="web receipts")

    def add(self, chat: str, rows: Collection[int]) -> None:
        """The chat's page shows these rows. Rows of other chats are passed over."""
        if rows:
            self._shown.update((chat, row) for row in rows)
            self._some.set()

    async def stop(self) -> None:
        """Writes what is still gathered. What can't be written stays queued, and the page says it again."""
        self._stopping = True
        self._some.set()
        if self._task is not None:
            await self._task

    async def _run(self) -> None:
        while not self._stopping:
            await self._some.wait()
            await asyncio.sleep(GATHER_SECONDS)
            self._some.clear()
            try:
                await self._write()
            except Exception:
                log.exception("web.receipts_failed", waiting=len(self._shown))
                self._some.set()
                await asyncio.sleep(RETRY_SECONDS)

    async def _write(self) -> None:
        shown = set(self._shown)
        by_chat: dict[str, list[int]] = {}
        for chat, row in shown:
            by_chat.setdefault(chat, []).append(row)
        if not by_chat:
            return
        written = 0
        async with self._store.write() as session:
            for chat, rows in by_chat.items():
                result = await session.execute(
                    update(OutboxRow)
                    .where(
                        OutboxRow.id.in_(rows),
                        OutboxRow.platform == PLATFORM,
                        OutboxRow.chat == chat,
                        OutboxRow.state == "queued",
                    )
                    .values(state="sent", attempts=OutboxRow.attempts + 1, finished_at=self._clock.now())
                    .returning(OutboxRow.id)
                )
                written += len(result.all())
        self._shown -= shown
        if written:
            metrics.outcomes.labels(PLATFORM, "sent").inc(written)


class Watcher:
    """Looks for rows that another process has written, while `is_watched` says that somebody is connected."""

    def __init__(self, store: Store, is_watched: Callable[[], bool], on_new: Callable[[str | None], None]) -> None:
        """`on_new` is told the chat that has a new row, or None when any chat may have one."""
        self._store = store
        self._is_watched = is_watched
        self._on_new = on_new
        self._newest = 0
        self._seen: set[int] | None = None
        self._stopped = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="web watcher")

    async def stop(self) -> None:
        self._stopped.set()
        if self._task is not None:
            await self._task

    async def _run(self) -> None:
        while not self._stopped.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopped.wait(), POLL_SECONDS)
            try:
                await self._look()
            except Exception:
                log.exception("web.watch_failed")
                self._seen = None

    async def _look(self) -> None:
        if not self._is_watched():
            self._seen = None
            return
        async with self._store.read() as session:
            newest = await session.scalar(select(func.max(OutboxRow.id))) or 0
            since = newest if self._seen is None else min(newest, self._newest)
            found = await session.execute(
                select(OutboxRow.id, OutboxRow.chat).where(OutboxRow.id > since - LATE, OutboxRow.platform == PLATFORM)
            )
            rows = {row.id: row.chat for row in found}
        if self._seen is None:
            self._on_new(None)
        else:
            for chat in {rows[row] for row in rows.keys() - self._seen}:
                self._on_new(chat)
        self._newest = newest
        self._seen = {row for row in rows if row > newest - LATE}
