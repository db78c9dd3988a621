"""Places: who gets one, who waits, who is next. Nothing here reads a number and writes it back.

    register → confirmed | waiting | pending (staff approve) → confirmed | waiting | rejected
    waiting → offered (for a limited time) → confirmed | declined | expired → the next one is offered it
    any of them → cancelled → the next one is offered the place

Each step first takes the row of the event's count: from there to the end of the transaction nobody else counts this
event's places. The table's checks refuse what would oversell, whatever the code does.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncSession

from bot.services.events import counting, notices
from bot.services.events.model import Event, Refused, get
from bot.services.events.tickets import new_number
from bot.store.event_tables import EventCountRow, RegistrationRow

IN_PLAY = ("pending", "waiting", "offered", "confirmed")
OFFERED_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Applicant:
    """Who wants a place. `key` tells double sign-ups; `contact` is a normalised phone number or address."""

    person_id: int | None
    key: str
    language: str
    answers: dict[str, Any] = field(default_factory=dict)
    holder: str = "self"
    contact: str | None = None
    country: str | None = None
    sector: str | None = None
    ticket_kind: str | None = None


@dataclass(frozen=True, slots=True)
class Placed:
    """What became of a registration."""

    id: int
    state: str
    number: str
    place: int


def check_open(event: Event, now: datetime) -> None:
    """Raises Refused when nobody can register (now)."""
    if event.state == "cancelled":
        raise Refused("cancelled")
    if event.state != "published":
        raise Refused("gone")
    if now >= event.starts_at or (event.closes_at and now >= event.closes_at):
        raise Refused("closed")
    if event.opens_at and now < event.opens_at:
        raise Refused("not_open", opens=event.opens_at)


async def do_register(session: AsyncSession, event: Event, who: Applicant, now: datetime) -> Placed:
    """Confirms, or puts at the end of the waiting list, or asks staff.

    Raises:
        Refused: closed, or registered already ("duplicate" with the registration's id).
    """
    check_open(event, now)
    if event.approval:
        state, place = "pending", await counting.arrive(session, event.id)
    else:
        state, place = await counting.take_or_wait(session, event.id, who.country, who.ticket_kind)
    placed = await _insert(session, event.id, who, state, place, now)
    if placed is not None:
        return placed
    if state == "confirmed":
        await counting.give_back(session, event.id, who.country, who.ticket_kind)
    raise Refused("duplicate", registration=await _active(session, event.id, who.key))


async def do_walk_in(session: AsyncSession, event: Event, who: Applicant, now: datetime) -> Placed:
    """A place for somebody at the door, if there is one; nobody waits there.

    Raises:
        Refused: full, or registered already.
    """
    if event.state != "published" or now >= event.ends_at:
        raise Refused("closed")
    state, place = await counting.take_or_wait(session, event.id, who.country, who.ticket_kind)
    if state != "confirmed":
        raise Refused("full")
    placed = await _insert(session, event.id, who, state, place, now)
    if placed is None:
        await counting.give_back(session, event.id, who.country, who.ticket_kind)
        raise Refused("duplicate", registration=await _active(session, event.id, who.key))
    return placed


async def do_cancel(session: AsyncSession, event: Event, registration_id: int, now: datetime) -> bool:
    """Gives the place (or the place in the line) up, and offers it to the next. False when there was none."""
    await counting.lock(session, event.id)
    row = await _row(session, event.id, registration_id)
    if row is None or row.state not in IN_PLAY:
        return False
    await _leave(session, row, "cancelled", now)
    await promote(session, event, now)
    return True


async def do_accept(session: AsyncSession, event: Event, registration_id: int, now: datetime) -> None:
    """Takes the offered place.

    Raises:
        Refused: there is no offer (any more).
    """
    await counting.lock(session, event.id)
    row = await _row(session, event.id, registration_id)
    if row is None or row.state != "offered":
        raise Refused("confirmed" if row is not None and row.state == "confirmed" else "no_offer")
    if row.offer_until and row.offer_until <= now:
        await _leave(session, row, "expired", now)
        await promote(session, event, now)
        raise Refused("no_offer")
    row.state, row.offer_until = "confirmed", None
    await session.flush()


async def do_decline(session: AsyncSession, event: Event, registration_id: int, now: datetime) -> bool:
    """Lets the offered place go to the next."""
    await counting.lock(session, event.id)
    row = await _row(session, event.id, registration_id)
    if row is None or row.state != "offered":
        return False
    await _leave(session, row, "declined", now)
    await promote(session, event, now)
    return True


async def do_decide(session: AsyncSession, event: Event, registration_id: int, *, approve: bool, now: datetime) -> str:
    """Staff let somebody in, or not; returns the new state.

    Raises:
        Refused: it was decided before.
    """
    await counting.lock(session, event.id)
    row = await _row(session, event.id, registration_id)
    if row is None or row.state != "pending":
        raise Refused("decided")
    if not approve:
        await _leave(session, row, "rejected", now)
    else:
        took = await counting.take(session, event.id, row.country, row.ticket_kind)
        row.state = "confirmed" if took else "waiting"
        await session.flush()
    await notices.add(session, event.id, "decision", now, registration_id=row.id, data={"state": row.state})
    return row.state


async def do_set_capacity(session: AsyncSession, event: Event, capacity: int | None, now: datetime) -> None:
    """More or fewer places; those who wait are offered what is new.

    Raises:
        Refused: more are taken already.
    """
    await counting.lock(session, event.id)
    changed = await session.execute(
        update(EventCountRow)
        .where(EventCountRow.event_id == event.id, EventCountRow.taken <= (2**31 - 1 if capacity is None else capacity))
        .values(capacity=capacity)
        .returning(EventCountRow.event_id)
    )
    if changed.scalar() is None:
        raise Refused("too_few_places")
    await promote(session, event, now)


async def do_set_quota(session: AsyncSession, event: Event, key: str, capacity: int | None, now: datetime) -> None:
    """Sets places apart for a country or kind of ticket, or (None) no longer; who came before counts in them.

    Raises:
        Refused: more of them are taken already.
    """
    await counting.lock(session, event.id)
    if not await counting.set_quota(session, event.id, key, capacity):
        raise Refused("too_few_places")
    await promote(session, event, now)


async def promote(session: AsyncSession, event: Event, now: datetime) -> int:
    """Offers free places to those who wait, strictly in their order; returns how many. The count's row is held.

    Who waits for a full quota is passed over by those of another. Nothing is offered once the event has begun.
    """
    if event.state != "published" or now >= event.starts_at:
        return 0
    made = 0
    full: set[str] = set()
    after = 0
    while True:
        waiting = await _next_waiting(session, event.id, after, full)
        if waiting is None:
            return made
        after = waiting.place
        if not await counting.take(session, event.id, waiting.country, waiting.ticket_kind, full=full):
            if "total" in full:
                return made
            continue
        until = offer_end(event, now)
        waiting.state, waiting.offer_until = "offered", until
        await session.flush()
        await notices.add(
            session, event.id, "offer", now, registration_id=waiting.id, data={"until": until.isoformat()}
        )
        made += 1


def offer_end(event: Event, now: datetime) -> datetime:
    """An offer made in the night counts from the morning, and none outlasts the beginning."""
    start = notices.after_quiet(now, event.zone)
    return min(start + timedelta(hours=event.details.offer_hours), event.starts_at)


async def expire_offers(session: AsyncSession, now: datetime) -> int:
    """Passes on every offer whose time is over; returns how many."""
    late = (
        await session.execute(
            select(RegistrationRow.id, RegistrationRow.event_id)
            .where(RegistrationRow.state == "offered", RegistrationRow.offer_until <= now)
            .order_by(RegistrationRow.event_id, RegistrationRow.place)
            .limit(OFFERED_AT_ONCE)
        )
    ).all()
    done = 0
    for registration_id, event_id in late:
        event = await get(session, event_id)
        await counting.lock(session, event_id)
        row = await _row(session, event_id, registration_id)
        if row is None or row.state != "offered" or row.offer_until is None or row.offer_until > now:
            continue
        await _leave(session, row, "expired", now)
        await notices.add(session, event_id, "expired", now, registration_id=registration_id)
        await promote(session, event, now)
        done += 1
    return done


async def position(session: AsyncSession, registration_id: int) -> int:
    """How many wait, up to and with this one."""
    mine = select(RegistrationRow.event_id, RegistrationRow.place).where(RegistrationRow.id == registration_id)
    event_id, place = (await session.execute(mine)).one()
    query = select(func.count()).where(
        RegistrationRow.event_id == event_id, RegistrationRow.state == "waiting", RegistrationRow.place <= place
    )
    return await session.scalar(query) or 0


# -- rows


async def _row(session: AsyncSession, event_id: int, registration_id: int) -> RegistrationRow | None:
    """The registration as it is now, with the count's row held."""
    return await session.scalar(
        select(RegistrationRow)
        .where(RegistrationRow.id == registration_id, RegistrationRow.event_id == event_id)
        .execution_options(populate_existing=True)
    )


async def _leave(session: AsyncSession, row: RegistrationRow, state: str, now: datetime) -> None:
    if row.state in counting.HOLDS_PLACE:
        await counting.give_back(session, row.event_id, row.country, row.ticket_kind)
    row.state, row.offer_until, row.ended_at = state, None, now
    await session.flush()


async def _next_waiting(session: AsyncSession, event_id: int, after: int, full: set[str]) -> RegistrationRow | None:
    query = select(RegistrationRow).where(
        RegistrationRow.event_id == event_id, RegistrationRow.state == "waiting", RegistrationRow.place > after
    )
    for key in full:
        kind, _, value = key.partition(":")
        column = RegistrationRow.country if kind == "country" else RegistrationRow.ticket_kind
        query = query.where(or_(column.is_(None), column != value))
    return await session.scalar(query.order_by(RegistrationRow.place).limit(1))


async def _insert(
    session: AsyncSession, event_id: int, who: Applicant, state: str, place: int, now: datetime
) -> Placed | None:
    """The row; None when the same applicant is in the event already. A number that is taken is drawn again."""
    insert = (sqlite_insert if session.get_bind().dialect.name == "sqlite" else postgresql_insert)(RegistrationRow)
    for _ in range(20):
        number = new_number()
        values = {
            "event_id": event_id, "person_id": who.person_id, "holder": who.holder, "key": who.key[:120],
            "contact": who.contact, "state": state, "place": place, "number": number, "version": 1,
            "ticket_kind": who.ticket_kind, "country": who.country, "sector": who.sector, "language": who.language,
            "answers": who.answers, "registered_at": now,
        }  # fmt: skip
        made = await session.execute(insert.values(values).on_conflict_do_nothing().returning(RegistrationRow.id))
        registration_id = made.scalar()
        if registration_id is not None:
            return Placed(registration_id, state, number, place)
        if await _active(session, event_id, who.key) is not None:
            return None
    raise RuntimeError("no free ticket number was found")


async def _active(session: AsyncSession, event_id: int, key: str) -> int | None:
    return await session.scalar(
        select(RegistrationRow.id).where(
            RegistrationRow.event_id == event_id, RegistrationRow.key == key[:120], RegistrationRow.state.in_(IN_PLAY)
        )
    )
