"""Registrations looked up, prefilled and changed."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.conversation import Person
from bot.services.events import counting
from bot.services.events.model import Event, Refused, event_of, places, quota_keys
from bot.services.events.places import IN_PLAY, Applicant
from bot.store.event_tables import EventProfileRow, EventRow, RegistrationRow

PROFILE_FIELDS = ("full_name", "organisation", "position", "country", "sector", "contact", "needs")
SHOWN_AFTER_END = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Registration:
    """One person's (or their colleague's) registration."""

    id: int
    event_id: int
    person_id: int | None
    holder: str
    state: str
    number: str
    version: int
    answers: Mapping[str, Any]
    country: str | None
    sector: str | None
    language: str
    offer_until: datetime | None
    checked_in_at: datetime | None
    checked_in_by: str | None
    feedback_at: datetime | None

    @property
    def name(self) -> str:
        return str(self.answers.get("full_name", ""))

    @property
    def organisation(self) -> str:
        return str(self.answers.get("organisation", ""))


def registration_of(row: RegistrationRow) -> Registration:
    return Registration(
        row.id, row.event_id, row.person_id, row.holder, row.state, row.number, row.version, row.answers or {},
        row.country, row.sector, row.language, row.offer_until, row.checked_in_at, row.checked_in_by, row.feedback_at,
    )  # fmt: skip


async def find(session: AsyncSession, registration_id: int) -> Registration | None:
    row = await session.get(RegistrationRow, registration_id, populate_existing=True)
    return registration_of(row) if row else None


async def own(session: AsyncSession, person_id: int, registration_id: int) -> Registration:
    """The registration, if this person made it.

    Raises:
        Refused: it is not theirs, or gone.
    """
    found = await find(session, registration_id)
    if found is None or found.person_id != person_id:
        raise Refused("gone")
    return found


async def of_event(session: AsyncSession, person_id: int, event_id: int) -> list[Registration]:
    """What the person has in this event, their own first."""
    found = await session.scalars(
        select(RegistrationRow)
        .where(
            RegistrationRow.person_id == person_id,
            RegistrationRow.event_id == event_id,
            RegistrationRow.state.in_(IN_PLAY),
        )
        .order_by(RegistrationRow.holder.desc(), RegistrationRow.id)
    )
    return [registration_of(row) for row in found]


async def mine(session: AsyncSession, person_id: int, now: datetime) -> Sequence[tuple[Registration, Event]]:
    """All of the person's registrations that still matter, the next event first."""
    found = await session.execute(
        select(RegistrationRow, EventRow)
        .join(EventRow, EventRow.id == RegistrationRow.event_id)
        .where(
            RegistrationRow.person_id == person_id,
            RegistrationRow.state.in_(IN_PLAY),
            EventRow.ends_at > now - SHOWN_AFTER_END,
        )
        .order_by(EventRow.starts_at, RegistrationRow.id)
    )
    return [(registration_of(row), event_of(event)) for row, event in found]


async def by_number(session: AsyncSession, number: str) -> Registration | None:
    row = await session.scalar(
        select(RegistrationRow).where(RegistrationRow.number == number).execution_options(populate_existing=True)
    )
    return registration_of(row) if row else None


# -- registering


def applicant(person: Person, answers: Mapping[str, Any], *, colleague: bool = False) -> Applicant:
    """Who registers, with what tells double sign-ups apart."""
    contact = answers.get("contact") or answers.get("phone") or answers.get("email")
    normal = contact.casefold() if isinstance(contact, str) else None
    if not colleague:
        key = f"person:{person.id}"
    else:
        key = f"contact:{normal}" if normal else f"name:{_same(answers, 'full_name')}|{_same(answers, 'organisation')}"
    return Applicant(
        person_id=person.id,
        key=key,
        language=person.language.value,
        answers=dict(answers),
        holder="colleague" if colleague else "self",
        contact=normal,
        country=answers.get("country") or (None if colleague else person.country),
        sector=answers.get("sector") or (None if colleague else person.sector),
        ticket_kind=answers.get("ticket_kind"),
    )


def _same(answers: Mapping[str, Any], name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", str(answers.get(name, ""))).casefold().split())


async def twin(session: AsyncSession, event: Event, who: Applicant) -> Registration | None:
    """Somebody in the event with the same address, or the same name and business: perhaps the same person."""
    query = select(RegistrationRow).where(
        RegistrationRow.event_id == event.id, RegistrationRow.state.in_(IN_PLAY), RegistrationRow.key != who.key[:120]
    )
    if who.contact:
        row = await session.scalar(query.where(RegistrationRow.contact == who.contact).limit(1))
        return registration_of(row) if row else None
    mine = query.where(RegistrationRow.person_id == who.person_id)
    for row in await session.scalars(mine):
        if _same(row.answers, "full_name") == _same(who.answers, "full_name"):
            return registration_of(row)
    return None


async def profile(session: AsyncSession, person: Person) -> dict[str, Any]:
    """What is known for a form: the answers given last, and the desk's own profile."""
    row = await session.get(EventProfileRow, person.id)
    known = dict(row.answers) if row else {}
    if person.country:
        known.setdefault("country", person.country)
    if person.sector:
        known.setdefault("sector", person.sector)
    return known


async def save_profile(session: AsyncSession, person: Person, answers: Mapping[str, Any], now: datetime) -> None:
    kept = {name: answers[name] for name in PROFILE_FIELDS if name in answers}
    row = await session.get(EventProfileRow, person.id)
    if row is None:
        session.add(EventProfileRow(person_id=person.id, answers=kept, at=now))
    else:
        row.answers, row.at = {**row.answers, **kept}, now
    await session.flush()


# -- changing


async def do_change(session: AsyncSession, event: Event, found: Registration, answers: Mapping[str, Any]) -> None:
    """Takes corrected answers in.

    Raises:
        Refused: the new country or ticket kind has its own quota; that needs a new registration.
    """
    country, kind = answers.get("country", found.country), answers.get("ticket_kind")
    if (country, kind) != (found.country, found.answers.get("ticket_kind")):
        await counting.lock(session, event.id)
        limits = (await places(session, event.id)).quotas
        old = quota_keys(found.country, found.answers.get("ticket_kind"))
        if any(key in limits for key in (*old, *quota_keys(country, kind))):
            raise Refused("quota")
    contact = answers.get("contact") or answers.get("phone") or answers.get("email")
    asked = {field.id for field in event.details.fields}
    unasked = {name: value for name, value in found.answers.items() if name not in asked}
    await session.execute(
        update(RegistrationRow)
        .where(RegistrationRow.id == found.id)
        .values(
            answers={**unasked, **answers},  # what is skipped now is gone
            country=country,
            ticket_kind=kind,
            sector=answers.get("sector", found.sector),
            contact=contact.casefold() if isinstance(contact, str) else None,
        )
    )


async def do_reissue(session: AsyncSession, found: Registration) -> int:
    """A new ticket in place of a lost one; returns its version."""
    result = await session.execute(
        update(RegistrationRow)
        .where(RegistrationRow.id == found.id)
        .values(version=RegistrationRow.version + 1)
        .returning(RegistrationRow.version)
    )
    return int(result.scalar_one())
