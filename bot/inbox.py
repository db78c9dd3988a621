"""Durable, deduplicated arrivals.

`put` returns only when the arrival is on disk; many callers share one commit. What was stored is handed to the
workers by chat; arrivals that a dead process left behind are found again by `waiting_chats`.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence

from sqlalchemy import func, select

from bot.channels import Arrival
from bot.store.engine import Store
from bot.store.tables import InboxRow

BATCH = 500
CALM_SECONDS = 0.5
LISTED = 500


class Inbox:
    def __init__(self, store: Store) -> None:
        self._store = store
        self._queue: asyncio.Queue[tuple[Arrival, asyncio.Future[bool]]] = asyncio.Queue()
        self._calm = asyncio.Event()
        self._calm.set()
        self._task: asyncio.Task[None] | None = None
        self.on_arrival: Callable[[str], None] = lambda chat_key: None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="inbox")

    async def stop(self) -> None:
        """Stores what is still queued, then ends."""
        if self._task is None:
            return
        await self._queue.join()
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task

    async def put(self, arrival: Arrival) -> bool:
        """Stores the arrival; False when it was there already (the platform delivered it again).

        Raises:
            Exception: the database's, when it can't be stored; the caller must not acknowledge it then.
        """
        done: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._queue.put_nowait((arrival, done))
        self._calm.clear()
        return await done

    async def calm(self) -> None:
        """Waits a moment while arrivals are being stored: the platform waits for it, the person can wait a little.

        Never long, so that answers go on under a steady load.
        """
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._calm.wait(), CALM_SECONDS)

    async def waiting_chats(self) -> list[str]:
        """Chats with arrivals that nobody has handled yet, oldest first, at most `LISTED`."""
        waiting = (
            select(InboxRow.chat_key)
            .where(InboxRow.state == "new")
            .group_by(InboxRow.chat_key)
            .order_by(func.min(InboxRow.id))
            .limit(LISTED)
        )
        async with self._store.read() as session:
            return list(await session.scalars(waiting))

    async def _run(self) -> None:
        while True:
            batch = [await self._queue.get()]
            while len(batch) < BATCH and not self._queue.empty():
                batch.append(self._queue.get_nowait())
            try:
                await self._store_batch(batch)
            except Exception as error:
                for _, done in batch:
                    if not done.done():
                        done.set_exception(error)
            finally:
                for _ in batch:
                    self._queue.task_done()
                if self._queue.empty():
                    self._calm.set()

    async def _store_batch(self, batch: Sequence[tuple[Arrival, asyncio.Future[bool]]]) -> None:
        rows = [
            {
                "platform": arrival.platform,
                "update_key": arrival.key,
                "chat_key": arrival.chat_key,
                "sequence": arrival.sequence,
                "payload": arrival.payload,
                "state": "new",
                "attempts": 0,
                "received_at": arrival.at,
            }
            for arrival, _ in batch
        ]
        inbox = InboxRow.__table__  # the table itself: through the class, each row costs the unit of work's bookkeeping
        statement = self._store.insert(inbox).on_conflict_do_nothing()
        async with self._store.write(durable=True) as session:
            result = await session.execute(statement.returning(inbox.c.platform, inbox.c.update_key), rows)
            stored = {(platform, key) for platform, key in result}
        for arrival, done in batch:
            new = (arrival.platform, arrival.key) in stored
            stored.discard((arrival.platform, arrival.key))  # a twin within the batch is a duplicate too
            if not done.done():
                done.set_result(new)
            if new:
                self.on_arrival(arrival.chat_key)
