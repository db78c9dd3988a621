"""People who run the desk, in front of the strict fake Telegram."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from bot.clock import SystemClock
from bot.services import people
from bot.store import Store, open_store
from bot.store.migrate import migrate
from bot.store.staff_tables import RoleRow
from bot.store.tables import PersonRow
from knowledge.base import KnowledgeBase
from knowledge.seed import seed
from tests.fake_telegram import FakeTelegram
from tests.fake_telegram.people import Person

PATIENCE = 20.0


Hire = Callable[..., Awaitable[Person]]


async def account(store: Store, person: Person, *, language: str = "en", **profile: str) -> int:
    """The desk has met the person before; returns their number."""
    now = SystemClock().now()
    async with store.write() as session:
        known = await people.create(session, "telegram", str(person.user.id), language, now)
        row = await session.get(PersonRow, known.person.id)
        assert row is not None
        row.welcomed_at = now
        row.country, row.sector = profile.get("country"), profile.get("sector")
    return known.person.id


async def someone(
    telegram: FakeTelegram, store: Store, name: str, *, phone: str = "en", language: str = "en", **profile: str
) -> tuple[Person, int]:
    """A person whom the desk knows, and their number; the phone may speak another language than they chose."""
    person = telegram.person(name, language_code=phone, started=True)
    person.patience = PATIENCE
    return person, await account(store, person, language=language, **profile)


@pytest.fixture
def hire(telegram: FakeTelegram, store: Store) -> Hire:
    """`await hire("Somchai", "announcer")`: a member of staff with these roles."""

    async def make(name: str, *roles: str, language: str = "en") -> Person:
        person, number = await someone(telegram, store, name, phone=language, language=language)
        async with store.write() as session:
            session.add_all(
                RoleRow(person_id=number, role=role, granted_at=SystemClock().now(), by_setting=False) for role in roles
            )
        return person

    return make


async def loaded(store: Store) -> KnowledgeBase:
    """What is published in a database."""
    async with store.read() as session:
        return await KnowledgeBase.load(session)


# Once for all modules, because each takes seconds: what a module imports is made anew for it.
@pytest.fixture(scope="session")
def seeded_sqlite(tmp_path_factory: pytest.TempPathFactory, knowledge: KnowledgeBase) -> Path:
    """A database with the whole content, to be copied."""
    file = tmp_path_factory.mktemp("seeded") / "template.db"

    async def make() -> None:
        store = open_store(f"sqlite+aiosqlite:///{file}")
        await migrate(store)
        async with store.write() as session:
            await seed(session, knowledge.content, SystemClock().now())
        await store.close()

    asyncio.run(make())
    return file


@pytest.fixture(scope="session")
def published(seeded_sqlite: Path) -> KnowledgeBase:
    """What is published there."""

    async def load() -> KnowledgeBase:
        store = open_store(f"sqlite+aiosqlite:///{seeded_sqlite}")
        base = await loaded(store)
        await store.close()
        return base

    return asyncio.run(load())
