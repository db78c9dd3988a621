"""A process that is killed while people register leaves no place lost, none sold twice, and nobody half registered."""

from __future__ import annotations

import asyncio
import contextlib
import sys

from sqlalchemy import func, select

from bot.services.events import places
from bot.services.events.model import Refused
from bot.store import Store
from bot.store.event_tables import EventCountRow, RegistrationRow
from tests.events.making import NOW, applicant, people, store_event

CHILD = """
import asyncio, contextlib, sys
from bot.services.events import model, places
from bot.store import open_store
from tests.events.making import NOW, applicant

async def main(url, event_id, first, last):
    store = open_store(url)
    async with store.read() as session:
        event = await model.get(session, event_id)
    print("begin", flush=True)
    async def one(person):
        with contextlib.suppress(model.Refused):  # registered before an earlier kill
            async with store.write() as session:
                await places.do_register(session, event, applicant(person), NOW)
            print("done", flush=True)
    await asyncio.gather(*(one(person) for person in range(first, last)))

asyncio.run(main(sys.argv[1], *map(int, sys.argv[2:])))
"""


async def test_killed_in_the_middle_of_concurrent_registrations(store: Store, database_url: str) -> None:
    event = await store_event(store, capacity=30)
    async with store.write() as session:
        persons = await people(session, 90)
    for kill_after in (3, 11, 22):
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-c", CHILD, database_url, str(event.id), str(persons[0]), str(persons[-1] + 1),
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        assert child.stdout is not None
        seen = 0
        while seen < kill_after and await child.stdout.readline():
            seen += 1
        child.kill()
        await child.wait()

    async def finish(person: int) -> None:
        async with store.write() as session:
            with contextlib.suppress(Refused):  # registered before the kill
                await places.do_register(session, event, applicant(person), NOW)

    await asyncio.gather(*(finish(person) for person in persons))
    async with store.read() as session:
        rows = await session.execute(
            select(RegistrationRow.state, RegistrationRow.place).order_by(RegistrationRow.place)
        )
        states = [state for state, _ in rows]
        assert states == ["confirmed"] * 30 + ["waiting"] * 60
        assert await session.scalar(select(EventCountRow.taken)) == 30
        assert await session.scalar(select(func.count(func.distinct(RegistrationRow.person_id)))) == 90
