"""Which events there are: by what somebody looks for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.services.events.model import Event, event_of
from bot.store.event_tables import EventRow
from knowledge.loader import Content
from knowledge.search.calendar import Wanted, stands_in

LISTED = 60


async def coming(session: AsyncSession, now: datetime) -> Sequence[Event]:
    """Published events that are not over, the next first."""
    rows = await session.scalars(
        select(EventRow)
        .where(EventRow.state == "published", EventRow.ends_at > now)
        .order_by(EventRow.starts_at, EventRow.id)
        .limit(LISTED)
    )
    return [event_of(row) for row in rows]


async def published(session: AsyncSession, limit: int = 12) -> Sequence[Event]:
    """Published events, also those that are over, the latest first."""
    rows = await session.scalars(
        select(EventRow).where(EventRow.state == "published").order_by(EventRow.starts_at.desc()).limit(limit)
    )
    return [event_of(row) for row in rows]


def fits(event: Event, wanted: Wanted, content: Content) -> bool:
    """Whether the event is what is wanted; `content` knows the names of places."""
    start, end = event.starts_at.astimezone(event.zone).date(), event.ends_at.astimezone(event.zone).date()
    details = event.details
    return (
        (wanted.country is None or event.country == wanted.country)
        and (wanted.place is None or stands_in(content, wanted.place, [details.title, *filter(None, [details.venue])]))
        and (wanted.first is None or end >= wanted.first)
        and (wanted.last is None or start <= wanted.last)
        and (wanted.sector is None or wanted.sector in details.sectors)
        and (wanted.language is None or wanted.language in details.languages)
        and (not wanted.online or bool(details.online_url))
    )


def named(event: Event, folded: str) -> bool:
    """Whether the event's title, in any language, stands in the text."""
    return any(words.casefold() in folded for _, words in event.details.title.items())


async def of_series(session: AsyncSession, series: str, now: datetime) -> Event | None:
    """The series' next announced event."""
    row = await session.scalar(
        select(EventRow)
        .where(EventRow.series == series, EventRow.state == "published", EventRow.ends_at > now)
        .order_by(EventRow.starts_at)
        .limit(1)
    )
    return event_of(row) if row else None
