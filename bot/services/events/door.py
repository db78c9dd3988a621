"""At the door: each ticket once. A command that is sent again (the line dropped) changes nothing and says the same."""

from __future__ import annotations

import hashlib
import secrets
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.services import audit, roles, signing
from bot.services.events import places, tickets
from bot.services.events.model import Event, Refused, get
from bot.services.events.registrations import Registration, by_number, find, registration_of
from bot.store.event_tables import DoorLinkRow, EventRow, RegistrationRow

LINK_LIFE = timedelta(hours=36)
FOUND = 8
SEARCHED = 500  # at once

Result = Literal["in", "again", "not_confirmed", "other_event", "old_code", "cancelled", "unknown"]


@dataclass(frozen=True, slots=True)
class Checked:
    """What the door shows. "again": it was used at `at` by `by`."""

    result: Result
    registration: Registration | None = None
    at: datetime | None = None
    by: str = ""


@dataclass(frozen=True, slots=True)
class Counts:
    """Who is here, of how many."""

    expected: int
    here: int
    by_country: dict[str, int]
    by_sector: dict[str, int]


async def do_scan(
    session: AsyncSession, event_id: int | None, text: str, by: str, now: datetime, command: str = ""
) -> Checked:
    """Checks in the ticket behind a scanned code, a link or a typed number. `event_id` None: whichever event it is."""
    key = await signing.secret(session)
    if scanned := tickets.read_code(key, text):
        registration = await by_number(session, scanned.number)
        if registration is not None and registration.version != scanned.version:
            return Checked("old_code", registration)
    else:
        number = tickets.read_number(text)
        registration = await by_number(session, number) if number else None
    if registration is None:
        return Checked("unknown")
    if event_id is not None and registration.event_id != event_id:
        return Checked("other_event", registration)
    return await do_check_in(session, registration.id, by, now, command)


async def do_check_in(
    session: AsyncSession, registration_id: int, by: str, now: datetime, command: str = ""
) -> Checked:
    """Lets somebody in. The update itself decides who was first, so two doors can't both let the ticket in."""
    taken = await session.execute(
        update(RegistrationRow)
        .where(
            RegistrationRow.id == registration_id,
            RegistrationRow.state == "confirmed",
            RegistrationRow.checked_in_at.is_(None),
            RegistrationRow.event_id.in_(select(EventRow.id).where(EventRow.state == "published")),
        )
        .values(checked_in_at=now, checked_in_by=by[:80], check_command=command[:40] or None)
        .returning(RegistrationRow.id)
        .execution_options(synchronize_session=False)
    )
    first = taken.scalar() is not None
    row = await session.get(RegistrationRow, registration_id, populate_existing=True)
    if row is None:
        return Checked("unknown")
    registration = registration_of(row)
    if first or (command and row.check_command == command):
        return Checked("in", registration, row.checked_in_at, row.checked_in_by or "")
    if row.checked_in_at is not None:
        return Checked("again", registration, row.checked_in_at, row.checked_in_by or "")
    return Checked("cancelled" if row.state == "confirmed" else "not_confirmed", registration)


async def do_walk_in(
    session: AsyncSession, event: Event, who: places.Applicant, by: str, now: datetime, command: str = ""
) -> Checked:
    """Registers somebody who just came, and lets them in.

    Raises:
        Refused: full.
    """
    if command and (before := await _by_command(session, event.id, command)):
        return Checked("in", before, before.checked_in_at, before.checked_in_by or "")
    placed = await places.do_walk_in(session, event, who, now)
    return await do_check_in(session, placed.id, by, now, command)


async def _by_command(session: AsyncSession, event_id: int, command: str) -> Registration | None:
    row = await session.scalar(
        select(RegistrationRow).where(
            RegistrationRow.event_id == event_id, RegistrationRow.check_command == command[:40]
        )
    )
    return registration_of(row) if row else None


def walk_in(name: str, country: str | None, language: str) -> places.Applicant:
    """Somebody at the door, of whom only the name is known."""
    return places.Applicant(
        person_id=None,
        key=f"walk_in:{secrets.token_hex(8)}",
        language=language,
        answers={"full_name": name},
        holder="walk_in",
        country=country,
    )


async def search(session: AsyncSession, event_id: int, words: str) -> Sequence[Registration]:
    """Confirmed people of the event whose name or business holds the words, in any script."""
    wanted = _plain(words)
    if not wanted:
        return []
    found: list[Registration] = []
    after = 0
    while len(found) < FOUND:
        rows = await session.scalars(
            select(RegistrationRow)
            .where(
                RegistrationRow.event_id == event_id, RegistrationRow.state == "confirmed", RegistrationRow.id > after
            )
            .order_by(RegistrationRow.id)
            .limit(SEARCHED)
        )
        part = list(rows)
        if not part:
            break
        after = part[-1].id
        found += [registration_of(row) for row in part if wanted in _plain(_searched(row.answers))]
    return found[:FOUND]


def _searched(answers: Mapping[str, Any]) -> str:
    return " ".join(str(answers.get(name, "")) for name in ("full_name", "name_local", "organisation"))


def _plain(words: str) -> str:
    """Without accents of Latin letters, case and width; marks of other scripts stay."""
    kept = [
        char for char in unicodedata.normalize("NFKD", words) if not (unicodedata.combining(char) and ord(char) < 0x370)
    ]
    return " ".join("".join(kept).casefold().replace("đ", "d").split())


async def counts(session: AsyncSession, event_id: int) -> Counts:
    mine = (RegistrationRow.event_id == event_id, RegistrationRow.state == "confirmed")
    here = (*mine, RegistrationRow.checked_in_at.is_not(None))
    expected = await session.scalar(select(func.count()).where(*mine)) or 0
    groups = []
    for column in (RegistrationRow.country, RegistrationRow.sector):
        rows = await session.execute(select(column, func.count()).where(*here).group_by(column))
        groups.append({value or "": count for value, count in rows})
    return Counts(expected, sum(groups[0].values()), groups[0], groups[1])


# -- the web page's one-time links


async def do_make_link(session: AsyncSession, actor: int, event_id: int, label: str, now: datetime) -> str:
    """A token that opens the web check-in of the event once."""
    await roles.check(session, actor, "events.door")
    await get(session, event_id)
    token = secrets.token_urlsafe(18)
    session.add(
        DoorLinkRow(
            digest=_digest(token), event_id=event_id, created_by=actor, label=label[:80], expires_at=now + LINK_LIFE
        )
    )
    await session.flush()
    await audit.record(session, actor, "event.door_link", f"event:{event_id}", now, after={"label": label})
    return token


async def do_open_link(session: AsyncSession, token: str, now: datetime) -> str:
    """Uses the link up; returns the session that stands for it from now on.

    Raises:
        Refused: it is used, over or unknown.
    """
    session_token = secrets.token_urlsafe(24)
    taken = await session.execute(
        update(DoorLinkRow)
        .where(DoorLinkRow.digest == _digest(token), DoorLinkRow.session.is_(None), DoorLinkRow.expires_at > now)
        .values(session=_digest(session_token))
        .returning(DoorLinkRow.digest)
    )
    if taken.scalar() is None:
        raise Refused("gone")
    return session_token


async def door_of(session: AsyncSession, session_token: str, now: datetime) -> tuple[Event, str]:
    """The event and the name of the door that a session stands for.

    Raises:
        Refused: it is over or unknown.
    """
    row = await session.scalar(
        select(DoorLinkRow).where(DoorLinkRow.session == _digest(session_token), DoorLinkRow.expires_at > now)
    )
    if row is None:
        raise Refused("gone")
    return await get(session, row.event_id), row.label


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


async def of_registration(session: AsyncSession, registration_id: int) -> Registration | None:
    return await find(session, registration_id)
