"""Kills the serving process with SIGKILL at random moments while it sends an announcement through faults.

The fake Telegram saw what really arrived; the ledger says what the desk believes. Both are compared.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import sqlite3
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select

from bot.app import CAPABILITIES
from bot.clock import SystemClock
from bot.outbox import Outbox
from bot.services import Services, broadcasts
from bot.settings import Settings
from bot.store import Store, open_store
from bot.store.migrate import migrate
from bot.store.staff_tables import BroadcastRow, RoleRow
from bot.store.tables import IdentityRow, PersonRow
from tests.fake_telegram import FakeTelegram, faults
from tests.faults.killing import Killing, product

PATIENCE = 300.0
WORDS = "Forum on 3 March."
PART = 2_000  # rows that are inserted at once


@dataclass(frozen=True)
class Verdict:
    """What became of every recipient."""

    recipients: int
    kills: int
    states: dict[str, int]
    unreachable: int
    delivered: int
    twice: int  # recipients who saw it twice
    silent: int  # listed as sent, and nothing arrived
    denied: int  # listed as failed, and it arrived
    unknown_arrived: int
    open: int
    blocked: int

    @property
    def holds(self) -> bool:
        finals = sum(self.states.get(state, 0) for state in ("sent", "failed", "unknown"))
        return self.twice == self.silent == self.denied == self.open == 0 and finals == self.recipients


async def populate(store: Store, chats: Sequence[int], languages: Sequence[str] = ("en",)) -> None:
    """People with these Telegram accounts, who speak these languages in turn; the first is the owner."""
    now = SystemClock().now()
    async with store.write() as session:
        for start in range(0, len(chats), PART):
            part = list(enumerate(chats[start : start + PART], start + 1))
            await session.execute(
                insert(PersonRow),
                [
                    {
                        "id": n, "language": languages[n % len(languages)], "country": "LA", "created_at": now,
                        "welcomed_at": now, "context": {}, "form": None,
                    }
                    for n, _ in part
                ],
            )  # fmt: skip
            await session.execute(
                insert(IdentityRow),
                [{"person_id": n, "platform": "telegram", "external_id": str(chat)} for n, chat in part],
            )
        session.add(RoleRow(person_id=1, role="owner", granted_at=now, by_setting=False))


def _services(store: Store) -> Services:
    return Services(SystemClock(), Settings(), None, Outbox(store, CAPABILITIES))  # type: ignore[arg-type]


class BroadcastKilling(Killing):
    """The product, an announcement in its ledger, and a Telegram that misbehaves."""

    def __init__(self, folder: Path, seed: int) -> None:
        super().__init__(product(), folder, seed)

    async def run(self, people: int, kills: int) -> Verdict:  # type: ignore[override]
        async with FakeTelegram() as telegram:
            chats = [telegram.person(f"P{n}", started=True) for n in range(people)]
            blocked = self._random.sample(chats, max(1, people // 50))
            for person in blocked:
                person.chat.blocked = True
            await self._prepare([person.chat.id for person in chats])
            self._misbehave(telegram)
            for _ in range(kills):
                process = await self._start(telegram)
                await asyncio.sleep(self._random.uniform(0.05, 0.8))
                await self._end(process, signal.SIGKILL)
            process = await self._start(telegram)
            async with asyncio.timeout(PATIENCE):
                while self._count("SELECT count(*) FROM outbox WHERE state IN ('queued', 'sending', 'held')"):
                    if self._count("SELECT count(*) FROM broadcasts WHERE state = 'paused'"):
                        await self._resume()  # after early kills most outcomes are unknown: it stopped itself
                    await asyncio.sleep(0.1)
            await self._end(process, signal.SIGTERM)
            seen = Counter({p.chat.id: sum(WORDS in m.shown for m in p.messages()) for p in chats})
            return self._compare(kills, seen, len(blocked))

    def _misbehave(self, telegram: FakeTelegram) -> None:
        chance: dict[str, Any] = {"method": "sendMessage", "times": None}
        telegram.fail(faults.flood(1, probability=0.002, **chance))
        telegram.fail(faults.error(500, probability=0.005, **chance))
        telegram.fail(faults.cut_after(probability=0.005, **chance))
        telegram.fail(faults.cut_before(probability=0.005, **chance))

    async def _prepare(self, chats: list[int]) -> None:
        store = open_store(f"sqlite+aiosqlite:///{self._database}")
        await migrate(store)
        await populate(store, chats)
        services = _services(store)
        async with store.write(durable=True) as session:
            row = await broadcasts.do_create(session, 1, SystemClock().now())
            row.texts, row.urgent = {"en": WORDS}, True
            await session.flush()
            held = await session.get(BroadcastRow, row.id)
            assert held is not None
            assert await broadcasts.do_start(session, services, held, 1) == len(chats)
            held.author_id = None  # nobody is shown the progress: each message that counts is the announcement
        await store.close()

    async def _resume(self) -> None:
        """As the officer does who was told."""
        store = open_store(f"sqlite+aiosqlite:///{self._database}")
        services = _services(store)
        async with store.write() as session:
            number = await session.scalar(select(BroadcastRow.id))
            assert number is not None
            await broadcasts.do_resume(session, services, 1, number)
        await store.close()

    def _compare(self, kills: int, seen: Counter[int], blocked: int) -> Verdict:
        with contextlib.closing(sqlite3.connect(self._database)) as connection:
            rows = connection.execute("SELECT chat, state, cause, body FROM outbox WHERE part = 'send'").fetchall()
        assert all(WORDS in json.loads(body)["text"] for *_, body in rows)
        states = Counter(state for _, state, _, _ in rows)
        return Verdict(
            recipients=len(rows),
            kills=kills,
            states=dict(states),
            unreachable=sum(cause == "unreachable" for _, _, cause, _ in rows),
            delivered=sum(seen.values()),
            twice=sum(count > 1 for count in seen.values()),
            silent=sum(state == "sent" and not seen[int(chat)] for chat, state, _, _ in rows),
            denied=sum(state == "failed" and seen[int(chat)] > 0 for chat, state, _, _ in rows),
            unknown_arrived=sum(state == "unknown" and seen[int(chat)] > 0 for chat, state, _, _ in rows),
            open=states["queued"] + states["sending"] + states["held"],
            blocked=blocked,
        )
