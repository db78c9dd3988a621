"""What staff do with events: create, copy, change, publish, close, cancel. Each is checked and logged here."""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.services import audit, roles
from bot.services.events import counting, notices, places
from bot.services.events.model import Details, Event, Refused, event_of, get, known_zone
from bot.services.events.model import places as places_of
from bot.store.event_tables import EventRow, RegistrationRow
from knowledge.texts import Text

LISTED = 40


@dataclass(frozen=True, slots=True)
class Draft:
    """Everything that an event is made from."""

    details: Details
    zone: str
    starts_at: datetime
    ends_at: datetime
    code: str = ""
    series: str | None = None
    country: str | None = None
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    approval: bool = False
    capacity: int | None = None
    quotas: Mapping[str, int] = field(default_factory=dict)
    sample: bool = False


def check_draft(draft: Draft) -> None:
    """Raises Refused where the pieces do not fit each other."""
    known_zone(draft.zone)
    if draft.ends_at <= draft.starts_at:
        raise Refused("times")
    if draft.closes_at and draft.opens_at and draft.closes_at <= draft.opens_at:
        raise Refused("times")


async def do_create(session: AsyncSession, actor: int | None, draft: Draft, now: datetime) -> Event:
    """A new draft. `actor` None: the desk itself, e.g. the sample.

    Raises:
        NotAllowed, Refused.
    """
    if actor is not None:
        await roles.check(session, actor, "events.manage")
    check_draft(draft)
    code = draft.code or await _free_code(session, draft.details.title.en)
    row = EventRow(
        code=code,
        series=draft.series,
        state="draft",
        sample=draft.sample,
        details=draft.details.model_dump(mode="json"),
        country=draft.country,
        zone=draft.zone,
        starts_at=draft.starts_at,
        ends_at=draft.ends_at,
        opens_at=draft.opens_at,
        closes_at=draft.closes_at,
        approval=draft.approval,
        created_by=actor,
        created_at=now,
        revision=1,
    )
    session.add(row)
    await session.flush()
    capacity = None if draft.capacity is None else draft.capacity + draft.details.overbooking
    await counting.ensure_counts(session, row, capacity, dict(draft.quotas))
    await audit.record(session, actor, "event.create", f"event:{row.id}", now, after={"code": code})
    return event_of(row)


async def _free_code(session: AsyncSession, title: str) -> str:
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    base = "-".join(re.findall(r"[a-z0-9]+", plain))[:24].strip("-") or "event"
    code = base
    while await session.scalar(select(EventRow.id).where(EventRow.code == code)) is not None:
        code = f"{base}-{secrets.token_hex(2)}"
    return code


async def do_copy(session: AsyncSession, actor: int, event_id: int, now: datetime) -> Event:
    """A draft like the event, a year later."""
    old = await get(session, event_id)
    limits = await places_of(session, event_id)
    shift = timedelta(days=364)  # the same day of the week
    programme = tuple(
        s.model_copy(update={"starts": s.starts + shift, "ends": s.ends + shift if s.ends else None})
        for s in old.details.programme
    )
    draft = Draft(
        details=old.details.model_copy(update={"programme": programme}),
        zone=old.zone.key,
        starts_at=old.starts_at + shift,
        ends_at=old.ends_at + shift,
        series=old.series,
        country=old.country,
        approval=old.approval,
        capacity=None if limits.capacity is None else limits.capacity - old.details.overbooking,  # do_create adds it
        quotas={key: capacity for key, (capacity, _) in limits.quotas.items()},
    )
    return await do_create(session, actor, draft, now)


async def do_publish(session: AsyncSession, actor: int | None, event_id: int, now: datetime) -> Event:
    """Shows the event to everybody; followers of its series are told."""
    if actor is not None:
        await roles.check(session, actor, "events.manage")
    event = await get(session, event_id)
    if event.state != "draft":
        return event
    await session.execute(update(EventRow).where(EventRow.id == event_id).values(state="published"))
    if event.series:
        await notices.add(session, event_id, "announced", now, key="announced", data={"series": event.series})
    await audit.record(session, actor, "event.publish", f"event:{event_id}", now)
    return replace(event, state="published")


async def do_change(
    session: AsyncSession, actor: int | None, event_id: int, changes: Mapping[str, Any], now: datetime
) -> Event:
    """Changes columns (starts_at, ends_at, zone, closes_at, …) and, under their own names, details.

    When date, venue or online link of a published event change, everybody in it is told what changed.
    """
    if actor is not None:
        await roles.check(session, actor, "events.manage")
    before = await get(session, event_id)
    columns = {name: value for name, value in changes.items() if name in COLUMNS}
    rest = {name: value for name, value in changes.items() if name not in COLUMNS}
    details = Details.model_validate({**before.details.model_dump(mode="json"), **rest})
    starts, ends = columns.get("starts_at", before.starts_at), columns.get("ends_at", before.ends_at)
    if ends <= starts:
        raise Refused("times")
    if "zone" in columns:
        known_zone(columns["zone"])
    values = {**columns, "details": details.model_dump(mode="json"), "revision": before.revision + 1}
    told = _worth_telling(before, columns, details)
    if told and before.state == "published":
        values["changed_at"] = now
    await session.execute(update(EventRow).where(EventRow.id == event_id).values(**values))
    after = await _fresh(session, event_id)
    if told and before.state == "published":
        if "starts_at" in columns:
            await notices.close_open(session, event_id, ("reminder",), now)
        await notices.add(session, event_id, "changed", now, data={"what": told, "was": _was(before)})
        await places.promote(session, after, now)
    await audit.record(
        session, actor, "event.change", f"event:{event_id}", now,
        before=_plainly(before, changes), after={**_plainly(after, changes), "told": told},
    )  # fmt: skip
    return after


COLUMNS = {"starts_at", "ends_at", "zone", "country", "opens_at", "closes_at", "approval", "series"}


def _plainly(event: Event, names: Iterable[str]) -> dict[str, Any]:
    """The named columns and details, as the log takes them."""
    known = {**event.details.model_dump(mode="json"), **{name: getattr(event, name) for name in COLUMNS}}
    return {
        name: value if isinstance(value := known.get(name), (dict, list, int)) or value is None else str(value)
        for name in sorted(names)
    }


def _worth_telling(before: Event, columns: Mapping[str, Any], details: Details) -> list[str]:
    told = []
    if any(name in columns and columns[name] != getattr(before, name) for name in ("starts_at", "ends_at")):
        told.append("time")
    if _english(details.venue) != _english(before.details.venue):  # another translation moves nobody
        told.append("venue")
    if details.online_url != before.details.online_url:
        told.append("online")
    return told


def _english(text: Text | None) -> str:
    return text.en if text else ""


def _was(event: Event) -> dict[str, Any]:
    venue = event.details.venue
    return {
        "starts_at": event.starts_at.isoformat(),
        "ends_at": event.ends_at.isoformat(),
        "venue": venue.model_dump(mode="json") if venue else None,
    }


async def do_cancel(session: AsyncSession, actor: int | None, event_id: int, now: datetime) -> Event:
    """Calls the event off; everybody in it is told, and nothing else is said about it."""
    if actor is not None:
        await roles.check(session, actor, "events.manage")
    event = await get(session, event_id)
    if event.state == "cancelled":
        return event
    await session.execute(
        update(EventRow)
        .where(EventRow.id == event_id)
        .values(state="cancelled", changed_at=now, revision=event.revision + 1)
    )
    await notices.close_open(session, event_id, ("reminder", "changed", "offer", "feedback", "announced"), now)
    if event.state == "published":
        await notices.add(session, event_id, "cancelled", now, key="cancelled")
    await audit.record(session, actor, "event.cancel", f"event:{event_id}", now)
    return await _fresh(session, event_id)


async def do_close(session: AsyncSession, actor: int, event_id: int, now: datetime) -> Event:
    """Nobody can register from now on."""
    return await do_change(session, actor, event_id, {"closes_at": now}, now)


async def do_set_capacity(
    session: AsyncSession, actor: int | None, event_id: int, capacity: int | None, now: datetime
) -> None:
    if actor is not None:
        await roles.check(session, actor, "events.manage")
    event = await get(session, event_id)
    before = (await places_of(session, event_id)).capacity
    await places.do_set_capacity(session, event, capacity, now)
    await audit.record(
        session, actor, "event.capacity", f"event:{event_id}", now,
        before={"capacity": before}, after={"capacity": capacity},
    )  # fmt: skip


async def do_set_quota(
    session: AsyncSession, actor: int | None, event_id: int, key: str, capacity: int | None, now: datetime
) -> None:
    """Sets places apart for "country:LA" or "ticket:guest"; None: no longer."""
    if actor is not None:
        await roles.check(session, actor, "events.manage")
    event = await get(session, event_id)
    await places.do_set_quota(session, event, key, capacity, now)
    await audit.record(
        session, actor, "event.quota", f"event:{event_id}", now, after={"key": key, "capacity": capacity}
    )


async def do_decide(
    session: AsyncSession, actor: int, event: Event, registration_id: int, *, approve: bool, now: datetime
) -> str:
    await roles.check(session, actor, "events.manage")
    state = await places.do_decide(session, event, registration_id, approve=approve, now=now)
    await audit.record(
        session, actor, "event.decide", f"event:{event.id}", now,
        after={"registration": registration_id, "state": state},
    )  # fmt: skip
    return state


async def _fresh(session: AsyncSession, event_id: int) -> Event:
    row = await session.get(EventRow, event_id, populate_existing=True)
    assert row is not None
    return event_of(row)


async def everything(session: AsyncSession, actor: int) -> Sequence[Event]:
    """All events, drafts too, the latest first."""
    await roles.check(session, actor, "events.door")
    rows = await session.scalars(select(EventRow).order_by(EventRow.starts_at.desc()).limit(LISTED))
    return [event_of(row) for row in rows]


async def pending(session: AsyncSession, event_id: int) -> Sequence[RegistrationRow]:
    """Who waits for the staff's decision, in order of arrival."""
    rows = await session.scalars(
        select(RegistrationRow)
        .where(RegistrationRow.event_id == event_id, RegistrationRow.state == "pending")
        .order_by(RegistrationRow.place)
    )
    return list(rows)


async def states(session: AsyncSession, event_id: int) -> dict[str, int]:
    """How many registrations are in each state."""
    found = await session.execute(
        select(RegistrationRow.state, func.count())
        .where(RegistrationRow.event_id == event_id)
        .group_by(RegistrationRow.state)
    )
    return {row.state: int(row[1]) for row in found}
