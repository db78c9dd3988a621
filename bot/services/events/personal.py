"""What is kept about a person because of events: shown, anonymised, let go after its time."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.services.events.model import event_of, get
from bot.services.events.places import IN_PLAY, do_cancel
from bot.store.event_tables import (
    EventNoticeRow,
    EventProfileRow,
    EventRow,
    FeedbackRow,
    RegistrationRow,
)

KEEP_NOTICES = timedelta(days=90)


async def kept(session: AsyncSession, person_id: int) -> tuple[int, bool]:
    """How many registrations there are, and whether form answers are kept."""
    registrations = select(func.count()).select_from(RegistrationRow).where(RegistrationRow.person_id == person_id)
    profile = await session.get(EventProfileRow, person_id)
    return await session.scalar(registrations) or 0, profile is not None


async def forget(session: AsyncSession, person_id: int, now: datetime) -> None:
    """Gives places in coming events to the next in line and takes the person out of all; the counts stay."""
    coming = await session.execute(
        select(RegistrationRow.id, RegistrationRow.event_id)
        .join(EventRow, EventRow.id == RegistrationRow.event_id)
        .where(RegistrationRow.person_id == person_id, RegistrationRow.state.in_(IN_PLAY), EventRow.starts_at > now)
    )
    for registration_id, event_id in coming.all():
        await do_cancel(session, await get(session, event_id), registration_id, now)
    ids = select(RegistrationRow.id).where(RegistrationRow.person_id == person_id)
    await session.execute(delete(FeedbackRow).where(FeedbackRow.registration_id.in_(ids)))
    await _anonymise(session, RegistrationRow.person_id == person_id, now)
    await session.execute(delete(EventProfileRow).where(EventProfileRow.person_id == person_id))


async def _anonymise(session: AsyncSession, which: object, now: datetime) -> None:
    """Number, name, address and answers go; that somebody of this country and sector was there stays."""
    rows = await session.execute(select(RegistrationRow.id).where(which))  # type: ignore[arg-type]
    ids = list(rows.scalars())
    for start in range(0, len(ids), 500):
        part = ids[start : start + 500]
        await session.execute(
            update(RegistrationRow)
            .where(RegistrationRow.id.in_(part))
            .values(
                person_id=None,
                key="gone:" + func.coalesce(RegistrationRow.number, ""),
                contact=None,
                answers={},
                version=RegistrationRow.version + 1,
                anonymised_at=now,
            )
            .execution_options(synchronize_session=False)
        )


async def let_go(session: AsyncSession, now: datetime) -> int:
    """Anonymises the registrations of events whose time is over; returns of how many events."""
    rows = await session.scalars(
        select(EventRow).where(EventRow.let_go_at.is_(None), EventRow.ends_at < now - timedelta(days=1))
    )
    done = 0
    for row in rows.all():
        event = event_of(row)
        if event.let_go_after > now:
            continue
        await _anonymise(session, RegistrationRow.event_id == event.id, now)
        await session.execute(update(FeedbackRow).where(FeedbackRow.event_id == event.id).values(registration_id=None))
        row.let_go_at = now
        done += 1
    await session.execute(delete(EventNoticeRow).where(EventNoticeRow.done_at < now - KEEP_NOTICES))
    await session.flush()
    return done
