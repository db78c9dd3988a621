"""A platform and a desk small enough to see through: a message "say x" is answered "x"."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, cast

from markupsafe import escape
from sqlalchemy import select

from bot.channels import Arrival, Capabilities, Outgoing
from bot.clock import Clock, SystemClock
from bot.conversation import Incoming, Kind, Turn
from bot.dispatcher import Dispatcher
from bot.inbox import Inbox
from bot.limiter import Limiter
from bot.outbox import Outbox
from bot.routing import Router, Routes
from bot.services import Services
from bot.settings import Settings
from bot.store import Store
from bot.store.tables import InboxRow, OutboxRow
from bot.worker import Workers
from knowledge.base import KnowledgeBase

PATIENCE = 20.0


class Loopback:
    """A push channel that keeps what it is given; `behave` may raise as a platform would."""

    name = "loop"
    capabilities = Capabilities(text_units=100, caption_units=50, edits=True)

    def __init__(self) -> None:
        self.delivered: list[Outgoing] = []
        self.times: list[float] = []
        self.behave: Callable[[Outgoing], Awaitable[None]] | None = None
        self.quotas: dict[str, tuple[int, float]] = {}
        self._changed = asyncio.Condition()

    def parse(self, payload: Mapping[str, Any]) -> Incoming | None:
        return Incoming(self.name, **{**payload, "kind": Kind(payload["kind"])})

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def typing(self, chat: str) -> None: ...

    def quota(self, chat: str) -> tuple[int, float] | None:
        return self.quotas.get(chat)

    async def deliver(self, message: Outgoing) -> str | None:
        if self.behave:
            await self.behave(message)
        self.delivered.append(message)
        self.times.append(asyncio.get_running_loop().time())
        async with self._changed:
            self._changed.notify_all()
        return f"m{message.id}"

    async def has_delivered(self, count: int) -> list[str]:
        """The texts, once there are so many."""
        async with self._changed:
            await asyncio.wait_for(self._changed.wait_for(lambda: len(self.delivered) >= count), PATIENCE)
        return [message.text for message in self.delivered]


def arrival(chat: str, number: int, text: str = "say hello", **more: Any) -> Arrival:
    payload = {"chat": chat, "sender": chat, "kind": "text", "text": text, **more}
    return Arrival("loop", f"{chat}:{number}", chat, number, json.dumps(payload), SystemClock().now())


async def repeat(turn: Turn) -> None:
    turn.say(escape(turn.incoming.text.removeprefix("say ")))


def routes_for(handler: Callable[[Turn], Awaitable[None]]) -> Router:
    routes = Routes()
    routes.kind(Kind.TEXT)(handler)
    return Router(routes, unknown_button=handler, unknown_command=handler)


class SmallDesk:
    """Inbox, workers and dispatcher around a loopback channel."""

    def __init__(self, store: Store, router: Router, clock: Clock, limiter: Limiter) -> None:
        self.store = store
        self.channel = Loopback()
        self.inbox = Inbox(store)
        self.outbox = Outbox(store, {self.channel.name: self.channel.capabilities})
        self.services = Services(clock, Settings(), cast(KnowledgeBase, None), self.outbox)
        self.dispatcher = Dispatcher(store, self.channel, clock, limiter)
        self.workers = Workers(
            store,
            self.inbox,
            {self.channel.name: self.channel},
            router,
            self.services,
            lambda platform, chat: self.dispatcher.wake(),
        )

    @asynccontextmanager
    async def running(self, *, sending: bool = True) -> AsyncIterator[SmallDesk]:
        self.inbox.start()
        self.workers.start()
        if sending:
            self.dispatcher.start()
        try:
            yield self
        finally:
            await self.inbox.stop()
            await self.workers.stop()
            await self.dispatcher.stop()


def small_desk(
    store: Store,
    handler: Callable[[Turn], Awaitable[None]] = repeat,
    clock: Clock | None = None,
    limiter: Limiter | None = None,
) -> SmallDesk:
    return SmallDesk(store, routes_for(handler), clock or SystemClock(), limiter or Limiter(10_000, 0.0))


async def ledger(store: Store) -> list[tuple[str, str, str | None]]:
    """(text, state, error) of every message, in order."""
    async with store.read() as session:
        rows = await session.scalars(select(OutboxRow).order_by(OutboxRow.id))
        return [(row.body["text"], row.state, row.error) for row in rows]


async def inbox_states(store: Store) -> list[str]:
    async with store.read() as session:
        return list(await session.scalars(select(InboxRow.state).order_by(InboxRow.id)))


async def until(condition: Callable[[], Awaitable[bool]], within: float = PATIENCE) -> None:
    """Waits for something that only the database can tell."""
    async with asyncio.timeout(within):
        while not await condition():
            await asyncio.sleep(0.01)
