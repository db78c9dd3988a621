"""Handles what the inbox holds: one message of a chat at a time, many chats beside each other.

A turn ends in one transaction that holds the handler's changes, the replies in the outbox and "inbox row done": a
crash before it leaves the arrival as it was, to be handled again; after it everything stands.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum, auto

import structlog
from sqlalchemy import bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.channels import Channel
from bot.conversation import Incoming, Kind, Person, Pressed, Reply, Turn
from bot.inbox import Inbox
from bot.observe import metrics
from bot.routing import Router
from bot.services import Services, people
from bot.store.engine import Store, TurnTransaction
from bot.store.tables import ButtonRow, InboxRow
from knowledge.language import Language, parse_language
from knowledge.phrases import Phrases

log = structlog.get_logger(__name__)

CONCURRENT_CHATS = 12
SWEEP_SECONDS = 1.0
TRIES = 3
TYPING_AFTER_SECONDS = 1.0
FREE_MESSAGES, FREE_SECONDS = 20, 30.0  # beyond so many messages in so many seconds, a chat is slowed down
SLOW_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class _Waiting:
    """An arrival that is to be handled."""

    id: int
    platform: str
    chat_key: str
    payload: str
    attempts: int
    received_at: datetime


_OLDEST = (
    select(InboxRow.id, InboxRow.platform, InboxRow.chat_key, InboxRow.payload, InboxRow.attempts, InboxRow.received_at)
    .where(InboxRow.chat_key == bindparam("chat_key"), InboxRow.state == "new")
    .order_by(InboxRow.sequence, InboxRow.id)
    .limit(2)
)
_INBOX = InboxRow.__table__
_FINISH = (
    update(_INBOX)  # type: ignore[arg-type]
    .where(_INBOX.c.id == bindparam("row"))
    .values(state="done", done_at=bindparam("done"))
)


async def _oldest(session: AsyncSession, chat_key: str) -> tuple[_Waiting | None, bool]:
    """The chat's oldest arrival that waits, and whether another one waits behind it."""
    rows = (await session.execute(_OLDEST, {"chat_key": chat_key})).all()
    return (_Waiting(*rows[0]) if rows else None), len(rows) > 1


class _Progress(Enum):
    """What became of looking for a chat's next arrival."""

    NOTHING = auto()
    LAST = auto()
    MORE = auto()


class Workers:
    def __init__(
        self,
        store: Store,
        inbox: Inbox,
        channels: Mapping[str, Channel],
        router: Router,
        services: Services,
        on_queued: Callable[[str, str], None],
        free_messages: int = FREE_MESSAGES,
    ) -> None:
        """`on_queued` is told the platform and chat whenever replies were committed."""
        self._store = store
        self._inbox = inbox
        self._channels = channels
        self._router = router
        self._services = services
        self._on_queued = on_queued
        self._chats: dict[str, asyncio.Task[None]] = {}
        self._again: set[str] = set()
        self._slots = asyncio.Semaphore(CONCURRENT_CHATS)
        self._pace = _Pace(free_messages)
        self._sweeper: asyncio.Task[None] | None = None
        self._stopping = False

    def start(self) -> None:
        self._inbox.on_arrival = self.notice
        self._sweeper = asyncio.create_task(self._sweep(), name="worker sweep")

    def notice(self, chat_key: str) -> None:
        """The chat has something to handle."""
        if self._stopping or chat_key.partition(":")[0] not in self._channels:
            return
        if chat_key in self._chats:
            self._again.add(chat_key)
            return
        self._chats[chat_key] = asyncio.create_task(self._drain(chat_key), name=f"chat {chat_key}")

    async def stop(self, patience: float = 10.0) -> None:
        """Begins no new turn; turns under way are finished, or rolled back when they take too long."""
        self._stopping = True
        if self._sweeper:
            self._sweeper.cancel()
        if self._chats:
            _, late = await asyncio.wait(list(self._chats.values()), timeout=patience)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _sweep(self) -> None:
        """Finds what another process stored or left behind."""
        while True:
            try:
                for chat_key in await self._inbox.waiting_chats():
                    self.notice(chat_key)
            except Exception:
                log.exception("worker.sweep_failed")
            await asyncio.sleep(SWEEP_SECONDS)

    async def _drain(self, chat_key: str) -> None:
        try:
            while not self._stopping:
                self._again.discard(chat_key)
                async with self._slots:
                    await self._inbox.calm()
                    progress = await self._handle_next(chat_key)
                if progress is not _Progress.NOTHING:
                    await self._pace.rest(chat_key, self._services.clock.monotonic())
                if progress is not _Progress.MORE and chat_key not in self._again:
                    break
        finally:
            del self._chats[chat_key]
            if chat_key in self._again and not self._stopping:
                self.notice(chat_key)

    async def _handle_next(self, chat_key: str) -> _Progress:
        """Handles the chat's oldest waiting arrival, unless another process is in the chat."""
        row: _Waiting | None = None
        try:
            async with self._store.turn(chat_key) as transaction:
                if transaction is None:
                    return _Progress.NOTHING
                row, more = await _oldest(await transaction.read(), chat_key)
                if row is None:
                    return _Progress.NOTHING
                with structlog.contextvars.bound_contextvars(inbox=row.id, chat=chat_key):
                    await self._turn(transaction, row)
        except people.Overtaken:  # nothing of the turn was kept: it is handled again, knowing what was said meanwhile
            log.info("worker.overtaken", inbox=row.id if row else None, chat=chat_key)
            more = True
        except Exception as error:
            log.exception("worker.turn_failed", inbox=row.id if row else None, chat=chat_key)
            if row is None:
                await asyncio.sleep(SWEEP_SECONDS)
                return _Progress.NOTHING
            await self._note_failure(row, error)
            more = True  # itself, unless it was the last try
        channel_name, _, chat = chat_key.partition(":")
        self._on_queued(channel_name, chat)
        return _Progress.MORE if more else _Progress.LAST

    async def _turn(self, transaction: TurnTransaction, row: _Waiting) -> None:
        channel = self._channels[row.platform]
        incoming = channel.parse(json.loads(row.payload))
        if incoming is None:
            await self._finish(await transaction.begin(), row, "ignored")
            return
        known, pressed = await self._look_up(transaction, incoming)
        if known is None:
            async with transaction.early() as session:
                known = await people.create(
                    session, incoming.platform, incoming.sender, incoming.language_hint, self._services.clock.now()
                )
        turn = Turn(incoming, known.person, known.dialog, self._services, transaction.begin, pressed, transaction.read)
        before = (turn.person, json.dumps([turn.dialog.context, turn.dialog.form], sort_keys=True))
        async with self._typing(channel, incoming):
            await self._router.dispatch(turn)
        session = await transaction.begin()
        await self._save(session, turn, before)
        replies = turn.replies
        if self._pace.just_slowed(row.chat_key):
            replies = [*replies, _slow_down(turn.person.language)]
        await self._services.outbox.answer(session, incoming, replies, self._services.clock.now())
        await self._finish(session, row, "handled")

    async def _look_up(
        self, transaction: TurnTransaction, incoming: Incoming
    ) -> tuple[people.Known | None, Pressed | None]:
        session = await transaction.read()
        known = await people.find(session, incoming.platform, incoming.sender)
        pressed = None
        if incoming.kind is Kind.BUTTON:
            button = await session.get(ButtonRow, incoming.button)
            pressed = Pressed(button.action, button.data, button.label) if button else Pressed("", {})
        return known, pressed

    async def _save(self, session: AsyncSession, turn: Turn, before: tuple[Person, str]) -> None:
        person, dialog = before
        changed = json.dumps([turn.dialog.context, turn.dialog.form], sort_keys=True) != dialog
        if changed or turn.person != person:  # an account that was joined speaks for another person from now on
            await people.save_dialog(session, turn.person.id, turn.dialog)
        if turn.person != person:
            await people.save_profile(session, turn.person, self._services.clock.now())

    async def _finish(self, session: AsyncSession, row: _Waiting, result: str) -> None:
        now = self._services.clock.now()
        await session.execute(_FINISH, {"row": row.id, "done": now})
        metrics.turns.labels(row.platform, result).inc()
        metrics.turn_seconds.labels(row.platform).observe(max(0.0, (now - row.received_at).total_seconds()))

    @contextlib.asynccontextmanager
    async def _typing(self, channel: Channel, incoming: Incoming) -> AsyncIterator[None]:
        async def later() -> None:
            await asyncio.sleep(TYPING_AFTER_SECONDS)
            await channel.typing(incoming.chat)

        task = asyncio.create_task(later())
        try:
            yield
        finally:
            task.cancel()

    async def _note_failure(self, row: _Waiting, error: Exception) -> None:
        """Counts the try; after the last one the person is told, and the arrival is kept as failed for staff."""
        attempts = row.attempts + 1
        failed = attempts >= TRIES
        now = self._services.clock.now()
        async with self._store.write() as session:
            await session.execute(
                update(InboxRow)
                .where(InboxRow.id == row.id)
                .values(
                    attempts=attempts,
                    state="failed" if failed else "new",
                    error=f"{type(error).__name__}: {error}",
                    done_at=now if failed else None,
                )
            )
            if failed:
                metrics.turns.labels(row.platform, "failed").inc()
                await self._apologise(session, row)
        if not failed:
            await asyncio.sleep(0.1 * attempts)

    async def _apologise(self, session: AsyncSession, row: _Waiting) -> None:
        channel = self._channels[row.platform]
        try:
            incoming = channel.parse(json.loads(row.payload))
        except ValueError:  # it was never understood: there is nobody to tell
            return
        if incoming is None:
            return
        known = await people.find(session, incoming.platform, incoming.sender)
        language = known.person.language if known else parse_language(incoming.language_hint) or Language.EN
        t = Phrases(language)
        text = t("Something went wrong on our side. Your message was kept and our staff can see it. Please try again.")
        await self._services.outbox.answer(
            session, replace(incoming, message=None), [Reply(text)], self._services.clock.now()
        )


def _slow_down(language: Language) -> Reply:
    return Reply(Phrases(language)("That is a lot at once. I read everything, one message at a time."))


class _Pace:
    """Slows a chat down that sends more than people do, so that others are served in time. Nothing is dropped."""

    def __init__(self, free_messages: int) -> None:
        self._free_messages = free_messages
        self._recent: dict[str, deque[float]] = {}
        self._slow: set[str] = set()
        self._told: set[str] = set()

    async def rest(self, chat_key: str, now: float) -> None:
        recent = self._recent.setdefault(chat_key, deque())
        recent.append(now)
        while recent and recent[0] < now - FREE_SECONDS:
            recent.popleft()
        if len(recent) > self._free_messages:
            self._slow.add(chat_key)
            await asyncio.sleep(SLOW_SECONDS)
        else:
            self._slow.discard(chat_key)
            self._told.discard(chat_key)
        if len(self._recent) > 10_000:
            self._recent = {key: times for key, times in self._recent.items() if times[-1] > now - FREE_SECONDS}

    def just_slowed(self, chat_key: str) -> bool:
        """True once for each time that the chat becomes slow."""
        if chat_key in self._slow and chat_key not in self._told:
            self._told.add(chat_key)
            return True
        return False
