"""Kills a serving process with SIGKILL at random moments between an update's arrival and its answer, again and again.

The fake Telegram saw what was really delivered, the database says what the desk believes; both are compared.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import signal
import sqlite3
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from tests.fake_telegram import FakeTelegram
from tests.fake_telegram.people import Person

READY_SECONDS = 60.0
DRAIN_SECONDS = 60.0


@dataclass(frozen=True)
class Verdict:
    """What became of every update."""

    kills: int
    updates: int
    stored: int
    sent: int
    unknown: int
    failed: int
    open: int
    delivered: int
    lost: int  # updates without any message in the ledger
    doubled: int  # chats that saw more answers than they sent updates

    @property
    def holds(self) -> bool:
        return self.lost == self.doubled == self.open == self.failed == 0 and self.stored == self.updates


class Killing:
    """Starts `command` as the desk, lets people write, kills it, and counts at the end."""

    def __init__(self, command: list[str], folder: Path, seed: int) -> None:
        self._command = command
        self._database = folder / "killed.db"
        self._random = random.Random(seed)

    async def run(self, kills: int, people: int = 6, burst: int = 4) -> Verdict:
        async with FakeTelegram() as telegram:
            crowd = [telegram.person(f"P{n}", language_code="en", started=True) for n in range(people)]
            said: Counter[int] = Counter()
            for _ in range(kills):
                process = await self._start(telegram)
                for person in self._random.choices(crowd, k=burst):
                    await person.says("/about")
                    said[person.chat.id] += 1
                await asyncio.sleep(self._random.uniform(0.0, 0.2))
                await self._end(process, signal.SIGKILL)
            process = await self._start(telegram)
            await self._drained(telegram, sum(said.values()))
            await self._end(process, signal.SIGTERM)
            return self._verdict(kills, said, crowd)

    async def _start(self, telegram: FakeTelegram, **settings: str) -> asyncio.subprocess.Process:
        environment = {
            **os.environ,
            "DATABASE_URL": f"sqlite:///{self._database}",
            "TELEGRAM_BOT_TOKEN": telegram.token,
            "TELEGRAM_API_URL": telegram.root,
            "TELEGRAM_RATE": "1000",
            "PORT": "0",
            "DENSE": "0",
            "LOG_LEVEL": "ERROR",
            "QUIET_HOURS": "00:00-00:00",  # whatever the hour at which it runs
            "OMP_NUM_THREADS": "1",
            **settings,
        }
        process = await asyncio.create_subprocess_exec(
            *self._command, env=environment, stdout=asyncio.subprocess.PIPE, cwd=Path(__file__).parents[2]
        )
        assert process.stdout is not None
        first = await asyncio.wait_for(process.stdout.readline(), READY_SECONDS)
        assert first, "the desk did not start"
        return process

    @staticmethod
    async def _end(process: asyncio.subprocess.Process, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(number)
        assert process.stdout is not None
        await process.stdout.read()
        await process.wait()

    async def _drained(self, telegram: FakeTelegram, updates: int) -> None:
        async with asyncio.timeout(DRAIN_SECONDS):
            while self._count("SELECT count(*) FROM inbox WHERE state != 'new'") < updates or self._count(
                "SELECT count(*) FROM outbox WHERE state IN ('queued', 'sending')"
            ):
                await asyncio.sleep(0.05)

    def _count(self, query: str) -> int:
        with contextlib.closing(sqlite3.connect(self._database)) as connection:
            return int(connection.execute(query).fetchone()[0])

    def _verdict(self, kills: int, said: Counter[int], crowd: list[Person]) -> Verdict:
        with contextlib.closing(sqlite3.connect(self._database)) as connection:
            states = Counter(row[0] for row in connection.execute("SELECT state FROM outbox"))
            ledger = Counter(
                {int(chat): n for chat, n in connection.execute("SELECT chat, count(*) FROM outbox GROUP BY 1")}
            )
        delivered = Counter({person.chat.id: len(person.messages()) for person in crowd})
        return Verdict(
            kills=kills,
            updates=sum(said.values()),
            stored=self._count("SELECT count(*) FROM inbox"),
            sent=states["sent"],
            unknown=states["unknown"],
            failed=states["failed"],
            open=states["queued"] + states["sending"],
            delivered=sum(delivered.values()),
            lost=sum(max(0, said[chat] - ledger[chat]) for chat in said),
            doubled=sum(delivered[chat] > said[chat] or ledger[chat] > said[chat] for chat in said),
        )


def product() -> list[str]:
    """The product as people start it."""
    return [sys.executable, "-m", "bot.cli", "run"]
