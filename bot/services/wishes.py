"""What people want to be told: announcements by topic, news of what they follow, and that it stops."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.services import recipients
from bot.store.staff_tables import ClickRow, FollowRow, InterestRow, PreferenceRow


async def preferences(session: AsyncSession, person_id: int) -> PreferenceRow:
    row = await session.get(PreferenceRow, person_id, populate_existing=True)
    if row is None:
        row = PreferenceRow(person_id=person_id, digest=False)
        session.add(row)
        await session.flush()
    return row


async def do_stop(session: AsyncSession, person_id: int, broadcast: int | None, now: datetime) -> None:
    """No announcements any more, from this moment on."""
    row = await preferences(session, person_id)
    if row.stopped_at is None:
        row.stopped_at, row.stopped_by = now, broadcast
    await session.flush()
    await recipients.opted_out(session, person_id, now)


async def do_go_on(session: AsyncSession, person_id: int) -> None:
    row = await preferences(session, person_id)
    row.stopped_at = row.stopped_by = None
    await session.flush()


async def interests(session: AsyncSession, person_id: int) -> dict[str, bool]:
    rows = await session.scalars(select(InterestRow).where(InterestRow.person_id == person_id))
    return {row.topic: row.wanted for row in rows}


async def do_want(session: AsyncSession, person_id: int, topic: str, wanted: bool, now: datetime) -> None:
    """Switches a topic on, or off from this moment on."""
    row = await session.get(InterestRow, (person_id, topic), populate_existing=True)
    if row is None:
        session.add(InterestRow(person_id=person_id, topic=topic, wanted=wanted))
    else:
        row.wanted = wanted
    await session.flush()
    if not wanted:
        await recipients.opted_out(session, person_id, now, topic)


async def do_digest(session: AsyncSession, person_id: int, wanted: bool) -> None:
    (await preferences(session, person_id)).digest = wanted
    await session.flush()


async def follows(session: AsyncSession, person_id: int) -> list[str]:
    return list(
        await session.scalars(
            select(FollowRow.target).where(FollowRow.person_id == person_id).order_by(FollowRow.since)
        )
    )


async def do_follow(session: AsyncSession, person_id: int, target: str, now: datetime) -> bool:
    """The person is told what changes, of a series also its dates; False when they follow it already."""
    if await session.get(FollowRow, (person_id, target), populate_existing=True) is not None:
        return False
    session.add(FollowRow(person_id=person_id, target=target, since=now))
    await session.flush()
    return True


async def do_unfollow(session: AsyncSession, person_id: int, target: str) -> None:
    await session.execute(delete(FollowRow).where(FollowRow.person_id == person_id, FollowRow.target == target))


async def followed(session: AsyncSession, limit: int = 20) -> list[str]:
    """What people follow, the most followed first."""
    found = await session.scalars(
        select(FollowRow.target).group_by(FollowRow.target).order_by(func.count().desc(), FollowRow.target).limit(limit)
    )
    return list(found)


async def do_click(session: AsyncSession, person_id: int | None, broadcast: int, button: int, now: datetime) -> None:
    session.add(ClickRow(broadcast_id=broadcast, button=button, person_id=person_id, at=now))
    await session.flush()
