"""Fixtures for desks whose knowledge is in the database, as in the product. Seeded once, then copied."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.clock import SystemClock
from bot.store import Store, open_store
from bot.store.migrate import migrate
from knowledge.base import KnowledgeBase
from knowledge.seed import seed
from tests.conftest import DeskFactory, Running
from tests.fake_telegram import FakeTelegram


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory, knowledge: KnowledgeBase) -> Path:
    """In the place of the empty one."""
    file = tmp_path_factory.mktemp("seeded") / "template.db"

    async def make() -> None:
        store = open_store(f"sqlite+aiosqlite:///{file}")
        await migrate(store)
        async with store.write() as session:
            await seed(session, knowledge.content, SystemClock().now())
        await store.close()

    asyncio.run(make())
    return file


@pytest_asyncio.fixture
async def seeded(store: Store, database_url: str, telegram: FakeTelegram) -> AsyncIterator[Running]:
    async with store.read() as session:
        base = await KnowledgeBase.load(session)
    async with DeskFactory(store, base, database_url, telegram).running() as running:
        yield running
    base.close()
