"""A second person lets an announcement go that would reach more people than one may send to alone."""

from __future__ import annotations

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.services import Services, audit, recipients
from bot.store.staff_tables import BroadcastRow


async def do_hold_back(session: AsyncSession, services: Services, row: BroadcastRow) -> bool:
    """Lets it wait for an approval instead of starting, where its audience has outgrown what was allowed.

    An approval is for the number that was approved; from there on the limit is counted anew.
    """
    count = await recipients.count(session, services, row)
    approved = row.total if row.approved_by is not None else 0
    if count <= approved + services.settings.broadcast_approval_above:
        return False
    held = await session.execute(
        update(BroadcastRow)
        .where(BroadcastRow.id == row.id, BroadcastRow.state.in_(["approval", "scheduled"]))
        .values(state="approval", total=count)
        .returning(BroadcastRow.id)
    )
    if held.scalar() is None:
        return False
    await session.refresh(row)
    await audit.record(
        session, None, "broadcast.outgrown", f"broadcast:{row.id}", services.clock.now(),
        before={"recipients": approved}, after={"recipients": count},
    )  # fmt: skip
    return True
