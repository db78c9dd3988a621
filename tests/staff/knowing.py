"""Desks whose knowledge is in the database, as in the product (seeded once, then copied), and editors' steps there."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio

from bot.clock import SystemClock
from bot.store import Store
from bot.store.staff_tables import FollowRow, PreferenceRow
from bot.store.tables import HandoverRow
from knowledge.base import KnowledgeBase, Snapshot
from tests.conftest import DeskFactory, Running
from tests.fake_telegram import FakeTelegram
from tests.fake_telegram.people import Person
from tests.staff.conftest import someone


@pytest.fixture(scope="session")
def migrated_sqlite(seeded_sqlite: Path) -> Path:
    """In the place of the empty one."""
    return seeded_sqlite


@asynccontextmanager
async def desk_of(
    base: KnowledgeBase, store: Store, database_url: str, telegram: FakeTelegram
) -> AsyncIterator[Running]:
    """A desk of its own that knows what this base does; what it publishes reaches no other."""
    own = KnowledgeBase(Snapshot(base.content, base.index, base.revisions, base.version))
    async with DeskFactory(store, own, database_url, telegram).running() as running:
        yield running
    own.close()


@pytest_asyncio.fixture
async def seeded(
    published: KnowledgeBase, store: Store, database_url: str, telegram: FakeTelegram
) -> AsyncIterator[Running]:
    async with desk_of(published, store, database_url, telegram) as running:
        yield running


async def open_record(editor: Person, record: str, *, found: str = "1 record:") -> None:
    """By its id; `found` says how many ids hold it."""
    await editor.says("/curate")
    await editor.sees("Which record?")
    await editor.says(record)
    await editor.sees(found)
    await editor.presses(f"({record})")
    await editor.sees("Checked on", buttons=["Any field", "History", "Checked today"])


async def publish(second: Person, *shown: str) -> None:
    """Follows the call to review, sees all this there, and publishes it."""
    await second.presses("Look at it")
    await _publish(second, *shown)


async def publish_waiting(second: Person, record: str) -> None:
    """Finds the one change that waits by itself."""
    await second.says("/review")
    await second.sees("1 change waits")
    await second.presses(record)
    await _publish(second, f"Proposed change of {record}")


async def _publish(second: Person, *shown: str) -> None:
    await second.sees("Proposed change", *shown, buttons=["Reject"])
    await second.presses("Publish")
    await second.sees("Published")


async def follower(
    telegram: FakeTelegram, store: Store, record: str, *, language: str = "en", digest: bool = False
) -> Person:
    person, number = await someone(telegram, store, "Follower", language=language)
    async with store.write() as session:
        session.add(FollowRow(person_id=number, target=record, since=SystemClock().now()))
        if digest:
            session.add(PreferenceRow(person_id=number, digest=True))
    return person


async def ask_in_vain(
    store: Store, number: int, question: str, *, language: str = "en", may_contact: bool = True
) -> None:
    """This person asked before, and waits."""
    async with store.write() as session:
        session.add(
            HandoverRow(
                person_id=number, question=question, language=language, context={}, may_contact=may_contact,
                state="waiting", asked_at=SystemClock().now(),
            )
        )  # fmt: skip
