"""Counting places: of the event, and of each quota. Atomic updates, and checks of the tables as the last guard."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import case, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.services.events.model import quota_keys
from bot.store.event_tables import EventCountRow, EventQuotaRow, EventRow, RegistrationRow

HOLDS_PLACE = ("confirmed", "offered")


async def lock(session: AsyncSession, event_id: int) -> None:
    await session.execute(select(EventCountRow.event_id).where(EventCountRow.event_id == event_id).with_for_update())


async def arrive(session: AsyncSession, event_id: int) -> int:
    result = await session.execute(
        update(EventCountRow)
        .where(EventCountRow.event_id == event_id)
        .values(arrivals=EventCountRow.arrivals + 1)
        .returning(EventCountRow.arrivals)
    )
    return int(result.scalar_one())


async def take_or_wait(
    session: AsyncSession, event_id: int, country: str | None, ticket_kind: str | None
) -> tuple[str, int]:
    """State and place in the order of arrival, in one statement where the event has no quotas for this one."""
    free = or_(EventCountRow.capacity.is_(None), EventCountRow.taken < EventCountRow.capacity)
    result = await session.execute(
        update(EventCountRow)
        .where(EventCountRow.event_id == event_id)
        .values(
            arrivals=EventCountRow.arrivals + 1,
            taken=EventCountRow.taken + case((free, 1), else_=0),
            got_place=case((free, True), else_=False),
        )
        .returning(EventCountRow.arrivals, EventCountRow.got_place)
    )
    place, got = result.one()
    keys = quota_keys(country, ticket_kind)
    if got and keys and await _has_quota(session, event_id, keys):  # looked up now that nobody else can add one
        await _count_total(session, event_id, -1)
        got = await take(session, event_id, country, ticket_kind)
    return ("confirmed" if got else "waiting"), place


async def _has_quota(session: AsyncSession, event_id: int, keys: Sequence[str]) -> bool:
    query = select(EventQuotaRow.key).where(EventQuotaRow.event_id == event_id, EventQuotaRow.key.in_(keys)).limit(1)
    return await session.scalar(query) is not None


async def _count_total(session: AsyncSession, event_id: int, by: int) -> None:
    await session.execute(
        update(EventCountRow)
        .where(EventCountRow.event_id == event_id)
        .values(taken=EventCountRow.taken + by)
        .execution_options(synchronize_session=False)
    )


async def take(
    session: AsyncSession, event_id: int, country: str | None, ticket_kind: str | None, *, full: set[str] | None = None
) -> bool:
    """One place of the event and of each quota that applies, or none at all. `full` learns what has none."""
    full = set() if full is None else full
    keys = quota_keys(country, ticket_kind)
    quotas = await _quotas(session, event_id, keys)
    blocked = [key for key, (capacity, taken) in quotas.items() if taken >= capacity]
    if blocked:
        full.update(blocked)
        return False
    total = await session.execute(
        update(EventCountRow)
        .where(
            EventCountRow.event_id == event_id,
            or_(EventCountRow.capacity.is_(None), EventCountRow.taken < EventCountRow.capacity),
        )
        .values(taken=EventCountRow.taken + 1)
        .returning(EventCountRow.event_id)
    )
    if total.scalar() is None:
        full.add("total")
        return False
    await _count_quotas(session, event_id, list(quotas), 1)
    return True


async def _quotas(session: AsyncSession, event_id: int, keys: Sequence[str]) -> dict[str, tuple[int, int]]:
    if not keys:
        return {}
    found = await session.execute(
        select(EventQuotaRow.key, EventQuotaRow.capacity, EventQuotaRow.taken)
        .where(EventQuotaRow.event_id == event_id, EventQuotaRow.key.in_(keys))
        .with_for_update()
    )
    return {key: (capacity, taken) for key, capacity, taken in found}


async def _count_quotas(session: AsyncSession, event_id: int, keys: Sequence[str], by: int) -> None:
    if keys:
        await session.execute(
            update(EventQuotaRow)
            .where(EventQuotaRow.event_id == event_id, EventQuotaRow.key.in_(keys))
            .values(taken=EventQuotaRow.taken + by)
            .execution_options(synchronize_session=False)
        )


async def give_back(session: AsyncSession, event_id: int, country: str | None, ticket_kind: str | None) -> None:
    await _count_total(session, event_id, -1)
    await _count_quotas(session, event_id, quota_keys(country, ticket_kind), -1)


async def ensure_counts(session: AsyncSession, row: EventRow, capacity: int | None, quotas: dict[str, int]) -> None:
    """The counting rows of a new event."""
    session.add(EventCountRow(event_id=row.id, capacity=capacity, taken=0, arrivals=0, got_place=False))
    for key, places in quotas.items():
        session.add(EventQuotaRow(event_id=row.id, key=key, capacity=places, taken=0))
    await session.flush()


async def set_quota(session: AsyncSession, event_id: int, key: str, capacity: int | None) -> bool:
    """Sets, changes or (None) ends a quota; False when more of its places are taken. The count's row is held."""
    row = EventQuotaRow
    if capacity is None:
        await session.execute(delete(row).where(row.event_id == event_id, row.key == key))
        return True
    kind, _, value = key.partition(":")
    column = RegistrationRow.country if kind == "country" else RegistrationRow.ticket_kind
    taken = await session.scalar(
        select(func.count()).where(
            RegistrationRow.event_id == event_id, RegistrationRow.state.in_(HOLDS_PLACE), column == value
        )
    )
    if (taken or 0) > capacity:
        return False
    await session.execute(delete(row).where(row.event_id == event_id, row.key == key))
    session.add(EventQuotaRow(event_id=event_id, key=key, capacity=capacity, taken=taken or 0))
    await session.flush()
    return True
