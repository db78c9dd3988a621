"""Brings a database to the tables that this version of the code needs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.engine import Connection

from bot.store.engine import Store
from knowledge.store import Base

SCRIPTS = Path(__file__).parent / "migrations"
LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('migrate', 0))"


async def migrate(store: Store, revision: str = "head") -> None:
    """Upgrades (or, to an older revision, downgrades). Safe when several processes start at once."""
    async with store.write() as session:
        connection = await session.connection()
        if not store.is_sqlite:
            await connection.execute(text(LOCK))
        await connection.run_sync(_move, revision)


async def differences(store: Store) -> list[Any]:
    """What the models have and the migrated database has not, or the other way; empty when they agree."""
    async with store.engine.connect() as connection:
        return await connection.run_sync(
            lambda sync: compare_metadata(MigrationContext.configure(sync, opts={"compare_type": True}), Base.metadata)
        )


def _move(connection: Connection, revision: str) -> None:
    config = _config(connection)
    current = MigrationContext.configure(connection).get_current_revision()
    scripts = ScriptDirectory.from_config(config).walk_revisions()
    revisions = [script.revision for script in scripts]  # newest first
    target = revisions[0] if revision == "head" else revision
    if current == target:
        return
    older = target == "base" or (current in revisions and revisions.index(target) > revisions.index(current))
    (command.downgrade if older else command.upgrade)(config, revision)


def new_revision(connection: Connection, message: str, number: str) -> None:
    """Writes a migration from the differences, for a developer to read and correct."""
    command.revision(_config(connection), message, autogenerate=True, rev_id=number)


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["connection"] = connection
    return config
