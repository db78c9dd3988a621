"""People who run the desk, in front of the strict fake Telegram."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from bot.clock import SystemClock
from bot.services import people
from bot.store import Store
from bot.store.staff_tables import RoleRow
from bot.store.tables import PersonRow
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
