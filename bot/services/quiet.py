"""Announcements leave people alone in the quiet hours of their country, unless they are urgent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, case, cast, func, literal, null, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot import hours
from bot.services import Services
from bot.store.moments import Moment
from bot.store.staff_tables import BroadcastRow
from bot.store.tables import IdentityRow, OutboxRow, PersonRow

SETTLES = timedelta(minutes=2)  # what was being sent when night came has come back by then, if it does


def not_before(services: Services, row: BroadcastRow, now: datetime) -> ColumnElement[Any]:
    """When each of the persons may be sent to."""
    if row.urgent:
        return cast(null(), Moment)
    ends, home = _ends(services, now)
    return case(
        *((PersonRow.country == country, literal(at, Moment)) for country, at in ends.items()),
        else_=literal(home, Moment),
    )


async def do_keep_waiting(session: AsyncSession, services: Services, row: BroadcastRow) -> None:
    """`do_wait` for a job that comes every second: all that waits when night has come somewhere, and a
    while after what was just being sent then and has come back.

    Over 100,000 waiting rows `do_wait` takes a good part of a second, even where it finds nothing to put off.
    """
    if row.urgent:
        return
    now = services.clock.now()
    nights = {country or "": at.isoformat() for country, at in _nights(services, now).items()}
    known = row.progress.get("night") or {}
    if known.get("ends", {}) != nights:
        row.progress = {**row.progress, "night": {"ends": nights, "since": now.isoformat()}}
        await do_wait(session, services, row)
    elif nights and now < datetime.fromisoformat(known["since"]) + SETTLES:
        await do_wait(session, services, row, OutboxRow.attempts > 0)


def woken(progress: Mapping[str, Any]) -> dict[str, Any]:
    """The progress of an announcement of which rows are queued anew: `do_keep_waiting` looks at all of them again."""
    return {name: value for name, value in progress.items() if name != "night"}


async def do_wait(session: AsyncSession, services: Services, row: BroadcastRow, *which: ColumnElement[bool]) -> None:
    """What is still queued where the night has come meanwhile waits for the morning.

    A long sending runs into it, a paused one may be resumed in it.
    """
    now = services.clock.now()
    nights = {} if row.urgent else _nights(services, now)
    if not nights:
        return
    morning = case(
        *((_elsewhere() if country is None else PersonRow.country == country, literal(at, Moment))
          for country, at in nights.items())
    )  # fmt: skip
    await session.execute(
        update(OutboxRow)
        .where(
            OutboxRow.broadcast_id == row.id,
            OutboxRow.part == "send",
            OutboxRow.state == "queued",
            *which,
            IdentityRow.platform == OutboxRow.platform,
            IdentityRow.external_id == OutboxRow.chat,
            PersonRow.id == IdentityRow.person_id,
            func.coalesce(OutboxRow.not_before, literal(now, Moment)) < morning,
        )
        .values(not_before=morning),
        execution_options={"synchronize_session": False},
    )


def _nights(services: Services, now: datetime) -> dict[str | None, datetime]:
    """When the night ends where it is night; None stands for people of whom no country of ours is known."""
    ends, home = _ends(services, now)
    return {country: at for country, at in ((None, home), *ends.items()) if at > now}


def _elsewhere() -> ColumnElement[bool]:
    return PersonRow.country.is_(None) | PersonRow.country.not_in(list(hours.ZONES))


def _ends(services: Services, now: datetime) -> tuple[dict[str, datetime], datetime]:
    """When the quiet hours end by country, and at the desk's home, for all others; now where it is day."""
    quiet = hours.parse_span(services.settings.quiet_hours)
    ends = {country: hours.after_quiet(quiet, zone, now) for country, zone in hours.ZONES.items()}
    return ends, hours.after_quiet(quiet, services.settings.zone, now)
