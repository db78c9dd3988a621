"""What the job that looks after announcements reads."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.store.staff_tables import BroadcastRow
from bot.store.tables import OutboxRow

SETTLES = timedelta(minutes=10)  # what was under way when a correction came has its outcome by then


async def open_broadcasts(session: AsyncSession) -> list[BroadcastRow]:
    """Those that change by themselves, and those whose last state may not be shown yet."""
    return list(
        await session.scalars(
            select(BroadcastRow)
            .where(
                BroadcastRow.state.in_(["scheduled", "sending", "paused"])
                | (BroadcastRow.progress["state"].as_string() != BroadcastRow.state)
            )
            .order_by(BroadcastRow.id)
        )
    )


async def recently_changed(session: AsyncSession, now: datetime) -> list[BroadcastRow]:
    """Corrected or recalled a short while ago."""
    found = await session.scalars(
        select(BroadcastRow).where(BroadcastRow.changed_at.is_not(None), BroadcastRow.changed_at > now - SETTLES)
    )
    return list(found)


async def ledger_row(session: AsyncSession, number: int) -> OutboxRow | None:
    return await session.get(OutboxRow, number, populate_existing=True)
