"""Migrations: they make what the models say, go back down, and carry old data along."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import bindparam, inspect, select, text

from bot.clock import SystemClock
from bot.store import Store, open_store
from bot.store.migrate import differences, migrate
from bot.store.moments import Moment
from bot.store.staff_tables import AuditRow, FollowRow, RoleRow
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


async def test_the_second_releases_staff_log_and_follows_survive(store: Store) -> None:
    """It had a log and follows of events' own; both ways nothing is lost."""
    await migrate(store, "0002")
    now = SystemClock().now()
    rows = (
        "INSERT INTO persons (id, language, created_at, context) VALUES (1, 'lo', :now, '{}')",
        "INSERT INTO roles (person_id, role, granted_at, by_setting) VALUES (1, 'owner', :now, true)",
        "INSERT INTO series_follows (person_id, series, since) VALUES (1, 'caexpo', :now)",
        "INSERT INTO event_log (at, actor, event_id, action, data) VALUES (:now, 1, 7, 'export.xlsx', '[12]')",
        "INSERT INTO event_log (at, actor, event_id, action, data) VALUES (:now, 99, 7, 'event.cancel', '{}')",
    )
    async with store.write() as session:
        for row in rows:
            await session.execute(text(row).bindparams(bindparam("now", now, Moment)))
    await migrate(store)
    assert await differences(store) == []
    async with store.read() as session:
        assert await session.scalar(select(RoleRow.role)) == "owner"
        assert await session.scalar(select(FollowRow.target)) == "caexpo"
        logged = await session.execute(
            select(AuditRow.actor_id, AuditRow.target, AuditRow.action, AuditRow.after).order_by(AuditRow.id)
        )
        assert logged.all() == [(1, "event:7", "export.xlsx", [12]), (None, "event:7", "event.cancel", {})]
    await migrate(store, "0002")
    async with store.read() as session:
        assert await session.scalar(text("SELECT series FROM series_follows")) == "caexpo"
        assert await session.scalar(text("SELECT count(*) FROM event_log WHERE event_id = 7")) == 2


@pytest.mark.parametrize("revision", ["9999"])
async def test_an_unknown_revision_is_an_error(store: Store, revision: str) -> None:
    with pytest.raises(Exception, match=revision):
        await migrate(store, revision)
