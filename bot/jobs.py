"""Work that comes again with time: each job in one transaction, in one process at a time, never two at once.

On PostgreSQL an advisory lock of the transaction says which process; a job that is not done by its process is found
again by the next round of any other.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from bot.services import Services
from bot.store import Store

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """`work` must do no harm when it comes too often: what it says goes out with an idempotency key."""

    name: str
    every: timedelta
    work: Callable[[AsyncSession, Services], Awaitable[None]]


class Jobs:
    def __init__(self, store: Store, services: Services, jobs: Sequence[Job]) -> None:
        self._store = store
        self._services = services
        self._jobs = jobs
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        self._tasks = [asyncio.create_task(self._repeat(job), name=f"job {job.name}") for job in self._jobs]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def run(self, job: Job) -> bool:
        """Does the job now; False when another process is at it."""
        async with self._store.write() as session:
            if not await self._store.try_lock(session, f"job:{job.name}"):
                return False
            await job.work(session, self._services)
        return True

    async def _repeat(self, job: Job) -> None:
        while True:
            try:
                await self.run(job)
            except Exception:
                log.exception("job.failed", job=job.name)
            await asyncio.sleep(job.every.total_seconds())
