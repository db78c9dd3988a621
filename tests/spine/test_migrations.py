"""Migrations: they make what the models say, go back down, and carry old data along."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import inspect, select, text

from bot.clock import SystemClock
from bot.store import Store, open_store
from bot.store.migrate import differences, migrate
from bot.store.tables import PersonRow


async def test_models_and_migrations_agree(store: Store) -> None:
    assert await differences(store) == []


async def test_down_to_nothing_and_up_again(store: Store) -> None:
    await migrate(store, "base")
    async with store.engine.connect() as connection:
        tables = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
    assert set(tables) <= {"alembic_version"}
    await migrate(store)
    assert await differences(store) == []


async def test_migrating_twice_changes_nothing_and_keeps_data(store: Store) -> None:
    async with store.write() as session:
        session.add(PersonRow(language="lo", created_at=SystemClock().now(), context={}))
    await migrate(store)
    async with store.read() as session:
        assert await session.scalar(select(PersonRow.language)) == "lo"


@pytest_asyncio.fixture
async def old_store(tmp_path: Path) -> AsyncIterator[Store]:
    """A database as the first release left it, with data in it."""
    file = tmp_path / "old.db"
    shutil.copy(Path(__file__).parent / "data" / "release_0001.db", file)
    store = open_store(f"sqlite+aiosqlite:///{file}")
    yield store
    await store.close()


async def test_the_first_releases_data_survives_to_today(old_store: Store) -> None:
    await migrate(old_store)
    assert await differences(old_store) == []
    async with old_store.read() as session:
        person = await session.scalar(select(PersonRow))
        assert person is not None
        assert (person.language, person.country) == ("lo", "LA")
        counts = [await session.scalar(text(f"SELECT count(*) FROM {table}")) for table in ("inbox", "outbox")]
        assert counts == [1, 1]


@pytest.mark.parametrize("revision", ["9999"])
async def test_an_unknown_revision_is_an_error(store: Store, revision: str) -> None:
    with pytest.raises(Exception, match=revision):
        await migrate(store, revision)
