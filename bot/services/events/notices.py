"""What is to be said about events without being asked: kept here by the services, said by `bot.event_notices`."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot import hours
from bot.services.events.model import Event, event_of
from bot.store.event_tables import EventNoticeRow, EventRow

NIGHT = hours.Span(time(21), time(7))
FEEDBACK_AT = time(9)


def zone_of(country: str | None, event_zone: ZoneInfo) -> ZoneInfo:
    """The person's time zone by their country; the event's where that is not known."""
    return hours.ZONES.get(country or "", event_zone)


def after_quiet(now: datetime, zone: ZoneInfo) -> datetime:
    """`now`, or the end of the night when it is night in the zone."""
    return hours.after_quiet(NIGHT, zone, now)


async def add(
    session: AsyncSession,
    event_id: int,
    kind: str,
    now: datetime,
    *,
    key: str = "",
    registration_id: int | None = None,
    data: dict[str, Any] | None = None,
) -> bool:
    """Notes that something is to be said; once for each key. Without one it is new each time."""
    if key and await session.scalar(
        select(EventNoticeRow.id).where(EventNoticeRow.event_id == event_id, EventNoticeRow.key == key)
    ):
        return False
    if not key:
        key = f"{kind}:{registration_id or 0}:{now.timestamp():.6f}"
        serial = 0
        while await session.scalar(
            select(EventNoticeRow.id).where(EventNoticeRow.event_id == event_id, EventNoticeRow.key == key)
        ):
            serial += 1
            key = f"{kind}:{registration_id or 0}:{now.timestamp():.6f}:{serial}"
    session.add(
        EventNoticeRow(
            event_id=event_id,
            key=key,
            kind=kind,
            registration_id=registration_id,
            data=data or {},
            created_at=now,
            cursor=0,
        )
    )
    await session.flush()
    return True


async def add_due(session: AsyncSession, now: datetime) -> None:
    """Notes the reminders and feedback requests whose time has come."""
    soon = await session.scalars(
        select(EventRow).where(
            EventRow.state == "published", EventRow.ends_at > now - timedelta(days=3), EventRow.let_go_at.is_(None)
        )
    )
    for row in soon:
        event = event_of(row)
        await _reminders(session, event, now)
        morning = datetime.combine(
            event.ends_at.astimezone(event.zone).date() + timedelta(days=1), FEEDBACK_AT, event.zone
        )
        if now >= morning:
            await add(session, event.id, "feedback", now, key="feedback")


async def _reminders(session: AsyncSession, event: Event, now: datetime) -> None:
    """The nearest reminder that is due; earlier ones that were missed are not made up for."""
    if now >= event.starts_at:
        return
    due = [minutes for minutes in event.details.reminders if event.starts_at - timedelta(minutes=minutes) <= now]
    if due:
        minutes = min(due)
        key = f"reminder:{minutes}:{event.starts_at.timestamp():.0f}"
        await add(session, event.id, "reminder", now, key=key, data={"minutes": minutes})


async def close_open(session: AsyncSession, event_id: int, kinds: tuple[str, ...], now: datetime) -> None:
    """What was to be said is overtaken by events."""
    await session.execute(
        update(EventNoticeRow)
        .where(EventNoticeRow.event_id == event_id, EventNoticeRow.kind.in_(kinds), EventNoticeRow.done_at.is_(None))
        .values(done_at=now)
    )
