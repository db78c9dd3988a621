"""What is kept about a person because of announcements, what they follow, talks and work for the desk."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.services import recipients
from bot.store.staff_tables import (
    AudienceRow,
    AuditRow,
    BroadcastRow,
    ClickRow,
    FollowRow,
    InterestRow,
    ListMemberRow,
    LiveRow,
    PreferenceRow,
    RoleLinkRow,
    RoleRow,
)
from bot.store.tables import IdentityRow, OutboxRow

KEEP_TRACES = timedelta(days=90)  # as long as messages
KEEP_AUDIT = timedelta(days=730)


@dataclass(frozen=True, slots=True)
class StaffKept:
    """What the staff's side of the desk holds about a person."""

    follows: int = 0
    topics: int = 0
    stopped: bool = False
    clicks: int = 0
    lists: int = 0
    talks: int = 0
    roles: tuple[str, ...] = ()


async def kept(session: AsyncSession, person_id: int) -> StaffKept:
    async def count(table: type[FollowRow | InterestRow | ClickRow | ListMemberRow | LiveRow]) -> int:
        query = select(func.count()).select_from(table).where(table.person_id == person_id)
        return await session.scalar(query) or 0

    preference = await session.get(PreferenceRow, person_id, populate_existing=True)
    roles = await session.scalars(select(RoleRow.role).where(RoleRow.person_id == person_id).order_by(RoleRow.role))
    return StaffKept(
        follows=await count(FollowRow),
        topics=await count(InterestRow),
        stopped=preference is not None and preference.stopped_at is not None,
        clicks=await count(ClickRow),
        lists=await count(ListMemberRow),
        talks=await count(LiveRow),
        roles=tuple(roles),
    )


async def forget(session: AsyncSession, person_id: int, now: datetime) -> None:
    """Takes the person out of announcements' ledgers and clicks; the counts stay. The rest goes with the person."""
    await recipients.opted_out(session, person_id, now)
    chats = select(IdentityRow.external_id).where(IdentityRow.person_id == person_id)
    platforms = select(IdentityRow.platform).where(IdentityRow.person_id == person_id)
    await session.execute(
        update(OutboxRow)
        .where(
            OutboxRow.part == "send",
            OutboxRow.chat.in_(chats),
            OutboxRow.platform.in_(platforms),
            OutboxRow.state.not_in(["queued", "held", "sending"]),
        )
        .values(chat="–", body={"text": ""}, message_id=None, idempotency_key=None)
        .execution_options(synchronize_session=False)
    )
    await session.execute(update(ClickRow).where(ClickRow.person_id == person_id).values(person_id=None))


async def let_go(session: AsyncSession, now: datetime) -> None:
    """Ends what has been kept long enough: who clicked, closed talks, used links, lists that nothing names, the log."""
    old = now - KEEP_TRACES
    await session.execute(update(ClickRow).where(ClickRow.at < old).values(person_id=None))
    await session.execute(delete(LiveRow).where(LiveRow.state == "closed", LiveRow.closed_at < old))
    await session.execute(delete(RoleLinkRow).where(RoleLinkRow.expires_at < old))
    await session.execute(delete(AuditRow).where(AuditRow.at < now - KEEP_AUDIT))
    keys = set(await session.scalars(select(ListMemberRow.list_key).distinct()))
    if keys:
        needed = or_(BroadcastRow.finished_at.is_(None), BroadcastRow.finished_at > old)
        rules = [
            *await session.scalars(select(AudienceRow.rules)),
            *await session.scalars(select(BroadcastRow.audience).where(needed, BroadcastRow.created_at > old)),
        ]
        named = json.dumps(rules)
        gone = [key for key in keys if json.dumps(key) not in named]
        await session.execute(delete(ListMemberRow).where(ListMemberRow.list_key.in_(gone)))
