"""Announcements: enqueueing 100,000 people, and 5,000 recipients under faults with kill -9 in the middle.

python -m benchmarks.broadcast enqueue [--people 100000] [--postgres URL]
python -m benchmarks.broadcast kill [--people 5000] [--kills 8]
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from pathlib import Path

from sqlalchemy import insert

from bot.app import CAPABILITIES
from bot.clock import SystemClock
from bot.outbox import Outbox
from bot.services import Services, broadcasts
from bot.settings import Settings
from bot.store import Store, open_store
from bot.store.migrate import migrate
from bot.store.staff_tables import BroadcastRow, RoleRow
from bot.store.tables import IdentityRow, PersonRow
from knowledge.language import Language
from tests.faults.broadcasting import BroadcastKilling


async def populate(store: Store, people: int) -> None:
    now, languages = SystemClock().now(), list(Language)
    async with store.write() as session:
        for start in range(0, people, 2_000):
            numbers = range(start + 1, min(start + 2_000, people) + 1)
            await session.execute(
                insert(PersonRow),
                [
                    {
                        "id": n, "language": languages[n % 7].value, "country": "LA", "created_at": now,
                        "welcomed_at": now, "context": {}, "form": None,
                    }
                    for n in numbers
                ],
            )  # fmt: skip
            await session.execute(
                insert(IdentityRow),
                [{"person_id": n, "platform": "telegram", "external_id": str(10_000 + n)} for n in numbers],
            )
        session.add(RoleRow(person_id=1, role="owner", granted_at=now, by_setting=False))


async def enqueue(people: int, url: str | None) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(url or f"sqlite+aiosqlite:///{folder}/desk.db")
        await migrate(store)
        await populate(store, people)
        services = Services(SystemClock(), Settings(), None, Outbox(store, CAPABILITIES))  # type: ignore[arg-type]
        async with store.write() as session:
            row = await broadcasts.do_create(session, 1, SystemClock().now())
            row.texts = {language.value: f"The forum opens on 3 March. {language.endonym}" for language in Language}
        began = time.perf_counter()
        async with store.write(durable=True) as session:
            held = await session.get(BroadcastRow, row.id)
            assert held is not None
            total = await broadcasts.do_start(session, services, held, 1)
        seconds = time.perf_counter() - began
        print(f"{'PostgreSQL' if url else 'SQLite'}: {total:,} recipients fixed and committed in {seconds:.2f} s")
        await store.close()


async def kill(people: int, kills: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        verdict = await BroadcastKilling(Path(folder), seed=7).run(people, kills)
    print(verdict)
    print("holds" if verdict.holds else "DOES NOT HOLD")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["enqueue", "kill"])
    parser.add_argument("--people", type=int)
    parser.add_argument("--kills", type=int, default=8)
    parser.add_argument("--postgres")
    options = parser.parse_args()
    if options.what == "enqueue":
        asyncio.run(enqueue(options.people or 100_000, options.postgres))
    else:
        asyncio.run(kill(options.people or 5_000, options.kills))


if __name__ == "__main__":
    main()
