"""Sends what the ledger holds for one platform, within the platform's budget.

One dispatcher per bot account, because the budget is per account: it holds a lease (PostgreSQL: an advisory lock of
its own connection; SQLite: the one process) that goes when its process dies. A row is `sending` only from just before
the request until its outcome is stored, so what a dead dispatcher left in that state may have arrived or not: it
becomes `unknown` and is never sent again by itself. Marks and outcomes of many rows share a commit.
"""

from __future__ import annotations

import asyncio
import contextlib
import heapq
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import ColumnElement, bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.channels import DeliveryError, Later, Moved, PushChannel, Rejected, Uncertain, Unreachable
from bot.clock import Clock
from bot.conversation import Lane
from bot.lease import Held, lease
from bot.limiter import Limiter
from bot.observe import metrics
from bot.outgoing import outgoing
from bot.services.people import mark_unreachable, move_chat
from bot.store.engine import Store
from bot.store.tables import OutboxRow
from bot.withdrawal import STORE_RETURN

log = structlog.get_logger(__name__)

IN_FLIGHT = 30
CAPACITY = {Lane.ANSWER: 500, Lane.NOTICE: 500, Lane.BROADCAST: 200}  # rows of each lane held in memory
POLL_SECONDS = 0.25  # how soon rows written by another process are seen
LATE = {Lane.ANSWER: 200, Lane.NOTICE: 200, Lane.BROADCAST: 0}
"""How far behind the youngest row is looked for those that committed after it: a chat's next answer must not overtake
them. Of announcements a chat gets one at a time."""
SWEEP_SECONDS = 2.0  # how soon a row is seen that committed still later
LEASE_SECONDS = 1.0
MAX_ATTEMPTS = 8


@dataclass(order=True, slots=True)
class _Job:
    """A queued row in memory. Order: lane, then age."""

    lane: int
    id: int
    chat: str = field(compare=False)
    body: dict[str, Any] = field(compare=False)
    attempts: int = field(compare=False)


@dataclass(slots=True)
class _Outcome:
    job: _Job
    state: str
    message_id: str | None = None
    error: str | None = None
    retry_in: float | None = None
    moved: bool = False


class Dispatcher:
    def __init__(self, store: Store, channel: PushChannel, clock: Clock, limiter: Limiter) -> None:
        self._store = store
        self._channel = channel
        self._clock = clock
        self._limiter = limiter
        self._wake = asyncio.Event()
        self._chats: dict[str, deque[_Job]] = {}
        self._known: set[int] = set()
        self._ready: list[_Job] = []  # heads of chats that may be sent to now
        self._later: list[tuple[float, str]] = []  # chats that must wait, by monotonic time
        self._in_flight: dict[int, asyncio.Task[None]] = {}
        self._outcomes: list[_Outcome] = []
        self._held = dict.fromkeys(Lane, 0)
        self._more = dict.fromkeys(Lane, False)  # the ledger holds more of the lane than was read
        self._cursor = dict.fromkeys(Lane, 0)
        self._look = True
        self._next_poll = 0.0
        self._next_sweep = 0.0
        self._next_lease_check = 0.0
        self._task: asyncio.Task[None] | None = None
        self._stopping = False

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name=f"dispatcher {self._channel.name}")

    def wake(self) -> None:
        """Something was queued: look now rather than at the next poll."""
        self._look = True
        self._wake.set()

    async def stop(self, patience: float = 10.0) -> None:
        """Sends nothing new, waits for what is under way, stores its outcome."""
        if self._task is None:
            return
        self._stopping = True
        self._wake.set()
        try:
            await asyncio.wait_for(self._task, patience)
        except TimeoutError:
            log.warning("dispatcher.stopped_hard", platform=self._channel.name, in_flight=len(self._in_flight))

    async def _run(self) -> None:
        while not self._stopping:
            try:
                async with lease(self._store, f"dispatcher:{self._channel.name}") as holds:
                    if holds:
                        await self._reclaim()
                        await self._serve(holds)
                    else:
                        await self._pause(LEASE_SECONDS)
            except Exception:
                log.exception("dispatcher.failed", platform=self._channel.name)
                self._forget()
                await self._pause(LEASE_SECONDS)

    async def _reclaim(self) -> None:
        """What the last dispatcher was sending when it died can't be known."""
        async with self._store.write() as session:
            result = await session.execute(
                update(OutboxRow)
                .where(OutboxRow.platform == self._channel.name, OutboxRow.state == "sending")
                .values(
                    state="unknown",
                    error="the sender stopped before the outcome was known",
                    finished_at=self._clock.now(),
                )
                .returning(OutboxRow.id)
            )
            lost = list(result.scalars())
        if lost:
            log.warning("dispatcher.reclaimed", platform=self._channel.name, unknown=lost)
            metrics.outcomes.labels(self._channel.name, "unknown").inc(len(lost))

    # -- the loop

    async def _serve(self, held: Held) -> None:
        while not self._stopping:
            self._wake.clear()
            await self._read_ahead()
            await self._send_ready()
            await self._store_outcomes()
            if not await self._still_ours(held):
                log.error("dispatcher.lease_lost", platform=self._channel.name)
                break
            await self._pause(self._idle_seconds())
        await self._finish()

    async def _still_ours(self, held: Held) -> bool:
        now = self._clock.monotonic()
        if now < self._next_lease_check:
            return True
        self._next_lease_check = now + LEASE_SECONDS
        return await held.still()

    async def _finish(self) -> None:
        if self._in_flight:
            await asyncio.wait(self._in_flight.values())
        await self._store_outcomes()
        self._forget()

    def _forget(self) -> None:
        """What is only queued goes back to the ledger's care, where it still stands."""
        self._chats.clear()
        self._known.clear()
        self._ready.clear()
        self._later.clear()
        self._held = dict.fromkeys(Lane, 0)
        self._more = dict.fromkeys(Lane, False)
        self._cursor = dict.fromkeys(Lane, 0)
        self._next_sweep = 0.0

    async def _pause(self, seconds: float) -> None:
        if seconds > 0 and not self._stopping:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), seconds)

    def _idle_seconds(self) -> float:
        now = self._clock.monotonic()
        if self._outcomes:
            return 0.0
        until = POLL_SECONDS
        if self._later:
            until = min(until, max(0.0, self._later[0][0] - now))
        if self._ready and len(self._in_flight) < IN_FLIGHT:
            until = min(until, max(0.0, self._limiter.ready_at(now) - now))
        return until

    # -- reading

    async def _read_ahead(self) -> None:
        now = self._clock.monotonic()
        sweep = now >= self._next_sweep
        look = sweep or self._look or now >= self._next_poll
        if sweep:
            self._next_sweep = now + SWEEP_SECONDS
        if look:
            self._look = False
            self._next_poll = now + POLL_SECONDS
        lanes = [lane for lane, room in CAPACITY.items() if self._held[lane] < room]
        wanted = [lane for lane in lanes if look or (self._more[lane] and self._held[lane] < CAPACITY[lane] // 2)]
        if not wanted:
            return
        async with self._store.read() as session:
            for lane in wanted:
                await self._read_lane(session, lane, sweep)

    async def _read_lane(self, session: AsyncSession, lane: Lane, sweep: bool) -> None:
        late = LATE[lane]
        limit = CAPACITY[lane] - (0 if sweep or late else self._held[lane])
        found = await session.execute(
            select(OutboxRow.lane, OutboxRow.id, OutboxRow.chat, OutboxRow.body, OutboxRow.attempts)
            .where(
                OutboxRow.platform == self._channel.name,
                OutboxRow.state == "queued",
                OutboxRow.lane == int(lane),
                self._is_due(),
                OutboxRow.id > (0 if sweep else self._cursor[lane] - late),
            )
            .order_by(OutboxRow.id)
            .limit(limit)
        )
        rows = found.all()
        self._more[lane] = len(rows) == limit
        for row in rows:
            self._cursor[lane] = max(self._cursor[lane], row.id)
            if row.id not in self._known:
                self._take(_Job(*row))

    def _is_due(self) -> ColumnElement[bool]:
        return OutboxRow.not_before.is_(None) | (OutboxRow.not_before <= self._clock.now())

    def _take(self, job: _Job) -> None:
        self._known.add(job.id)
        self._held[Lane(job.lane)] += 1
        queue = self._chats.get(job.chat)
        if queue is None:
            self._chats[job.chat] = deque([job])
            self._schedule(job.chat)
        else:
            queue.append(job)

    def _schedule(self, chat: str) -> None:
        """Puts a chat's first message where it belongs: ready, or waiting for the chat's limit."""
        now = self._clock.monotonic()
        at = self._limiter.chat_ready_at(chat, now, self._channel.quota(chat))
        if at <= now:
            heapq.heappush(self._ready, self._chats[chat][0])
        else:
            heapq.heappush(self._later, (at, chat))

    # -- sending

    async def _send_ready(self) -> None:
        now = self._clock.monotonic()
        while self._later and self._later[0][0] <= now:
            heapq.heappush(self._ready, self._chats[heapq.heappop(self._later)[1]][0])
        room = min(len(self._ready), IN_FLIGHT - len(self._in_flight), self._limiter.room(now))
        batch = [heapq.heappop(self._ready) for _ in range(room)]
        if not batch:
            return
        marked = await self._mark_sending(batch)
        now = self._clock.monotonic()  # they leave now: however long marking took, the platform sees the budget kept
        for job in batch:
            if job.id in marked:
                self._limiter.spend(job.chat, now, group=self._channel.quota(job.chat) is not None)
                job.body = marked[job.id]  # it may have been corrected since it was read
                self._in_flight[job.id] = asyncio.create_task(self._send(job))
            else:  # withdrawn or put off since it was read
                self._advance(job)

    async def _mark_sending(self, batch: Sequence[_Job]) -> dict[int, dict[str, Any]]:
        answered = OutboxRow.broadcast_id.is_(None)  # its turn has come; an announcement may have been put off
        async with self._store.write(durable=True) as session:
            result = await session.execute(
                update(OutboxRow)
                .where(
                    OutboxRow.id.in_([job.id for job in batch]), OutboxRow.state == "queued", answered | self._is_due()
                )
                .values(state="sending", sending_at=self._clock.now(), attempts=OutboxRow.attempts + 1)
                .returning(OutboxRow.id, OutboxRow.body)
            )
            return {row.id: row.body for row in result}

    async def _send(self, job: _Job) -> None:
        try:
            outcome = _Outcome(
                job, "sent", await self._channel.deliver(await outgoing(self._store, job.id, job.chat, job.body))
            )
        except Later as error:
            if error.whole_platform:
                self._limiter.block(self._clock.monotonic() + error.seconds)
            final = job.attempts + 1 >= MAX_ATTEMPTS and not error.whole_platform
            retry_in = None if final else error.seconds
            outcome = _Outcome(job, "failed" if final else "queued", error=str(error), retry_in=retry_in)
        except Moved as error:
            await self._move(job, error.chat)
            outcome = _Outcome(job, "queued", error=str(error), moved=True)
        except Unreachable as error:
            outcome = _Outcome(job, "unreachable", error=str(error))
        except Rejected as error:
            outcome = _Outcome(job, "failed", error=str(error))
        except (Uncertain, DeliveryError) as error:
            outcome = _Outcome(job, "unknown", error=str(error))
        except Exception as error:
            log.exception("dispatcher.delivery_raised", outbox=job.id)
            outcome = _Outcome(job, "unknown", error=type(error).__name__)
        self._outcomes.append(outcome)
        self._in_flight.pop(job.id, None)
        self._wake.set()

    async def _move(self, job: _Job, chat: str) -> None:
        async with self._store.write() as session:
            await move_chat(session, self._channel.name, job.chat, chat)

    # -- outcomes

    async def _store_outcomes(self) -> None:
        outcomes, self._outcomes = self._outcomes, []
        if not outcomes:
            return
        now = self._clock.now()
        final, back = [], []
        for outcome in outcomes:
            known = {"row": outcome.job.id, "reason": outcome.error}
            if outcome.state == "queued":
                back.append({**known, "again": now + timedelta(seconds=outcome.retry_in or 0.0), "at": now})
                continue
            unreachable = outcome.state == "unreachable"
            final.append(
                {
                    **known,
                    "new_state": "failed" if unreachable else outcome.state,
                    "message": outcome.message_id,
                    "done": now,
                    "why": "unreachable" if unreachable else None,
                }
            )
        async with self._store.write() as session:
            connection = await session.connection()
            for statement, rows in ((_STORE_OUTCOME, final), (STORE_RETURN, back)):
                if rows:
                    await connection.execute(statement, rows)
            for outcome in outcomes:
                if outcome.state == "unreachable":
                    await mark_unreachable(session, self._channel.name, outcome.job.chat, outcome.error or "", now)
        for outcome in outcomes:
            self._settle(outcome)

    def _settle(self, outcome: _Outcome) -> None:
        job = outcome.job
        metrics.outcomes.labels(self._channel.name, outcome.state).inc()
        if outcome.state == "unreachable" or outcome.moved:
            for other in self._chats.pop(job.chat, ()):
                self._drop(other)
            self._next_sweep = 0.0
        elif outcome.state == "queued":  # the chat's later messages wait for this one, so that their order holds
            job.attempts += 1
            heapq.heappush(self._later, (self._clock.monotonic() + (outcome.retry_in or 0.0), job.chat))
        else:
            self._advance(job)

    def _advance(self, job: _Job) -> None:
        """The chat's next message, after this one has left."""
        queue = self._chats[job.chat]
        self._drop(queue.popleft())
        if queue:
            self._schedule(job.chat)
        else:
            del self._chats[job.chat]

    def _drop(self, job: _Job) -> None:
        self._known.discard(job.id)
        self._held[Lane(job.lane)] -= 1


_STORE_OUTCOME = (
    update(OutboxRow.__table__)  # type: ignore[arg-type]
    .where(OutboxRow.__table__.c.id == bindparam("row"))
    .values(
        state=bindparam("new_state"),
        message_id=bindparam("message"),
        error=bindparam("reason"),
        not_before=None,
        finished_at=bindparam("done"),
        cause=bindparam("why"),
    )
)
