"""Announcements leave people alone in the quiet hours of their country, unless they are urgent."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, case, cast, exists, literal, null, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot import hours
from bot.services import Services
from bot.store.moments import Moment
from bot.store.staff_tables import BroadcastRow
from bot.store.tables import IdentityRow, OutboxRow, PersonRow


def not_before(services: Services, row: BroadcastRow, now: datetime) -> ColumnElement[Any]:
    """When each of the persons may be sent to."""
    if row.urgent:
        return cast(null(), Moment)
    ends, home = _ends(services, now)
    return case(
        *((PersonRow.country == country, literal(at, Moment)) for country, at in ends.items()),
        else_=literal(home, Moment),
    )


async def do_wait(session: AsyncSession, services: Services, row: BroadcastRow) -> None:
    """What is still queued where the night has come meanwhile waits for the morning.

    A long sending runs into it, a paused one may be resumed in it.
    """
    if row.urgent:
        return
    now = services.clock.now()
    ends, home = _ends(services, now)
    waits = {country: at for country, at in ends.items() if at > now}
    places = [(PersonRow.country == country, at) for country, at in waits.items()]
    if home > now:
        places.append((PersonRow.country.is_(None) | PersonRow.country.not_in(list(ends)), home))
    for place, at in places:
        there = exists().where(
            IdentityRow.platform == OutboxRow.platform,
            IdentityRow.external_id == OutboxRow.chat,
            PersonRow.id == IdentityRow.person_id,
            place,
        )
        sooner = OutboxRow.not_before.is_(None) | (OutboxRow.not_before < at)
        await session.execute(
            update(OutboxRow)
            .where(
                OutboxRow.broadcast_id == row.id, OutboxRow.part == "send", OutboxRow.state == "queued", sooner, there
            )
            .values(not_before=at),
            execution_options={"synchronize_session": False},
        )


def _ends(services: Services, now: datetime) -> tuple[dict[str, datetime], datetime]:
    """When the quiet hours end by country, and at the desk's home, for all others; now where it is day."""
    quiet = hours.parse_span(services.settings.quiet_hours)
    ends = {country: hours.after_quiet(quiet, zone, now) for country, zone in hours.ZONES.items()}
    return ends, hours.after_quiet(quiet, services.settings.zone, now)
