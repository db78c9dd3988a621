"""What became of what the desk said."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.store.tables import OutboxRow

LISTED = 100


async def summary(session: AsyncSession) -> dict[str, Any]:
    """Counts by state, and the latest messages whose fate is unknown: staff decide what becomes of them."""
    counts = await session.execute(select(OutboxRow.state, func.count()).group_by(OutboxRow.state))
    unknown = await session.scalars(
        select(OutboxRow).where(OutboxRow.state == "unknown").order_by(OutboxRow.id.desc()).limit(LISTED)
    )
    return {
        "states": dict(sorted((row[0], row[1]) for row in counts)),
        "unknown": [{"id": row.id, "platform": row.platform, "chat": row.chat, "error": row.error} for row in unknown],
    }
