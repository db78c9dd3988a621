"""A desk whose clock is held, and people of three scripts."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.conftest import DeskFactory, Running
from tests.events.making import HeldClock, give_role
from tests.fake_telegram import FakeTelegram, dialog, sees
from tests.fake_telegram.people import Person

PATIENCE = 20.0


@pytest.fixture
def clock() -> HeldClock:
    return HeldClock()


@pytest_asyncio.fixture
async def held(desks: DeskFactory, clock: HeldClock) -> AsyncIterator[Running]:
    """A desk that lives at the clock's time."""
    async with desks.running(clock) as running:
        yield running


def someone(telegram: FakeTelegram, name: str, language: str) -> Person:
    person = telegram.person(name, language_code=language, started=True)
    person.patience = PATIENCE
    return person


@pytest.fixture
def noy(telegram: FakeTelegram) -> Person:
    """Writes Lao; her phone speaks English, so that the tests can read the buttons."""
    return someone(telegram, "Noy", "en")


@pytest.fixture
def sophea(telegram: FakeTelegram) -> Person:
    return someone(telegram, "Sophea", "en")


@pytest.fixture
def wei(telegram: FakeTelegram) -> Person:
    return someone(telegram, "Wei", "en")


@pytest_asyncio.fixture
async def boss(held: Running, telegram: FakeTelegram) -> Person:
    """An editor, who has written to the desk before."""
    person = someone(telegram, "Boss", "en")
    await dialog(person, [("/about", sees("free assistant")), ("/manage", sees("for our staff only"))])
    await give_role(held.store, "telegram", person.user.id, "editor")
    return person
