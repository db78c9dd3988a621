"""Two accounts of one person: joined by a one-time code, parted again when it was a mistake.

The code is shown on the first account and told on the second, which joins the first: what is kept for it moves along.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, delete, exists, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bot.conversation import Address, Json, Person
from bot.services import audit, live, people, roles
from bot.services.events.model import Event, event_of
from bot.services.events.places import IN_PLAY
from bot.services.people import Known
from bot.store.event_tables import EventRow, RegistrationRow
from bot.store.link_tables import LinkCodeRow, LinkTryRow
from bot.store.staff_tables import LiveRow, PreferenceRow
from bot.store.tables import IdentityRow, PersonRow
from knowledge.store import Base

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: no letter that looks like another
MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1", "-": "", " ": "", "–": "", "\u00a0": ""})
LENGTH = 8
CODE_LIFE = timedelta(minutes=10)
UNDO_LIFE = timedelta(hours=1)
TRIES = 5
TRIES_IN = timedelta(hours=1)
FIRST_CONTACT = "first_contact"  # a form that nobody wants to go on with as somebody known
SHELF = 4  # hexadecimal digits of a digest by which candidates are looked up; the rest is compared in constant time


class NotLinked(Exception):
    """The accounts can't be joined. reason: code, own, wait, staff, talk, event."""

    def __init__(self, reason: str, *, event: Event | None = None, wait: timedelta = timedelta()) -> None:
        super().__init__(reason)
        self.reason = reason
        self.event = event
        self.wait = wait


@dataclass(frozen=True, slots=True)
class Account:
    id: int
    address: Address


@dataclass(frozen=True, slots=True)
class Joined:
    """The one person now, the accounts that they had before, and those that came along."""

    known: Known
    before: tuple[Account, ...]
    came: tuple[Account, ...]


# -- codes


async def do_issue(session: AsyncSession, person_id: int, now: datetime) -> str:
    """A new code, in two groups of four; the person's earlier one no longer counts."""
    code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    await session.execute(delete(LinkCodeRow).where(LinkCodeRow.person_id == person_id))
    session.add(LinkCodeRow(person_id=person_id, digest=digest_of(code), expires_at=now + CODE_LIFE))
    await session.flush()
    return f"{code[:4]}-{code[4:]}"


def digest_of(code: str) -> str:
    """Of the code as people type it: in small letters, with or without the dash, with O for 0."""
    return hashlib.sha256(code.upper().translate(MISREAD).strip().encode()).hexdigest()


async def do_try(session: AsyncSession, person_id: int, code: str, now: datetime) -> tuple[str, list[Account]]:
    """The digest of a code that would join this person's account to another's, and the other's accounts.

    Raises:
        NotLinked: the code is wrong (which is counted), or what stands against it.
    """
    await _lock(session, person_id)
    await _check_tries(session, person_id, now)
    digest = digest_of(code)
    first = await _holder(session, digest, now)
    if first is None:
        session.add(LinkTryRow(person_id=person_id, at=now))
        await session.flush()
        raise NotLinked("code")
    await _check_joinable(session, first, person_id, now)
    return digest, await accounts(session, first)


async def _check_tries(session: AsyncSession, person_id: int, now: datetime) -> None:
    tried = list(
        await session.scalars(
            select(LinkTryRow.at)
            .where(LinkTryRow.person_id == person_id, LinkTryRow.at > now - TRIES_IN)
            .order_by(LinkTryRow.at.desc())
            .limit(TRIES)
        )
    )
    if len(tried) == TRIES:
        raise NotLinked("wait", wait=tried[-1] + TRIES_IN - now)


async def _holder(session: AsyncSession, digest: str, now: datetime) -> int | None:
    """Who was shown the code."""
    found = await session.execute(
        select(LinkCodeRow.person_id, LinkCodeRow.digest).where(
            LinkCodeRow.digest.startswith(digest[:SHELF]), LinkCodeRow.expires_at > now
        )
    )
    return next((person for person, kept in found.all() if hmac.compare_digest(kept, digest)), None)


async def _check_joinable(session: AsyncSession, first: int, second: int, now: datetime) -> None:
    if first == second:
        raise NotLinked("own")
    if await roles.roles_of(session, second):
        raise NotLinked("staff")
    if await live.find_open(session, first) and await live.find_open(session, second):
        raise NotLinked("talk")
    if event := await _both_in(session, first, second, now):
        raise NotLinked("event", event=event)


async def _both_in(session: AsyncSession, first: int, second: int, now: datetime) -> Event | None:
    """An event to come for which both have registered themselves."""
    other = aliased(RegistrationRow)
    row = await session.scalar(
        select(EventRow)
        .join(RegistrationRow, RegistrationRow.event_id == EventRow.id)
        .join(other, other.event_id == EventRow.id)
        .where(
            RegistrationRow.key == f"person:{first}",
            RegistrationRow.state.in_(IN_PLAY),
            other.key == f"person:{second}",
            other.state.in_(IN_PLAY),
            EventRow.ends_at > now,
        )
        .order_by(EventRow.starts_at)
        .limit(1)
    )
    return event_of(row) if row else None


async def accounts(session: AsyncSession, person_id: int) -> list[Account]:
    found = await session.scalars(
        select(IdentityRow).where(IdentityRow.person_id == person_id).order_by(IdentityRow.id)
    )
    return [Account(row.id, Address(row.platform, row.external_id)) for row in found]


async def _lock(session: AsyncSession, *persons: int) -> None:
    """Two accounts that try at once do so one after the other."""
    await session.execute(
        select(PersonRow.id).where(PersonRow.id.in_(persons)).order_by(PersonRow.id).with_for_update()
    )


# -- joining


async def do_join(session: AsyncSession, second: Person, digest: str, now: datetime) -> Joined:
    """The second person becomes the one who was shown the code. The code is used up.

    Raises:
        NotLinked: the code is no longer open, or what stands against it.
    """
    first = await _holder(session, digest, now)
    if first is None:
        raise NotLinked("code")
    await _lock(session, first, second.id)
    await _check_joinable(session, first, second.id, now)
    used = await session.execute(  # two presses at once: one of them gets it
        delete(LinkCodeRow).where(LinkCodeRow.digest == digest).returning(LinkCodeRow.person_id)
    )
    if used.scalar() is None:
        raise NotLinked("code")
    before, came = await accounts(session, first), await accounts(session, second.id)
    await session.execute(delete(LinkCodeRow).where(LinkCodeRow.person_id == second.id))
    await _merge_profile(session, first, second.id)
    await _merge_registrations(session, first, second.id)
    await _move_rows(session, first, second.id)
    await session.execute(delete(PersonRow).where(PersonRow.id == second.id))
    if await roles.roles_of(session, first):
        await audit.record(session, first, "accounts.join", f"person:{first}", now, after={"accounts": len(came)})
    address = came[0].address
    known = await people.find(session, address.platform, address.chat)
    assert known is not None
    return Joined(known, tuple(before), tuple(came))


async def _merge_profile(session: AsyncSession, first: int, second: int) -> None:
    """What the first has not told is taken from the second; that somebody wants no announcements holds for both."""
    kept = await session.get_one(PersonRow, first, populate_existing=True)
    other = await session.get_one(PersonRow, second)
    kept.country = kept.country or other.country
    kept.sector = kept.sector or other.sector
    kept.welcomed_at = kept.welcomed_at or other.welcomed_at
    kept.form = _unfinished(kept.form, other.form)
    kept.revision += 1
    kept.created_at = min(kept.created_at, other.created_at)
    stopped = await session.scalar(select(PreferenceRow.stopped_at).where(PreferenceRow.person_id == second))
    if stopped:
        await session.execute(
            update(PreferenceRow)
            .where(PreferenceRow.person_id == first, PreferenceRow.stopped_at.is_(None))
            .values(stopped_at=stopped)
        )
    await session.flush()


def _unfinished(kept: Json | None, other: Json | None) -> Json | None:
    """The form that stays open: the first's, or what was begun on the second when that would be lost."""
    if other is None or other["name"] == FIRST_CONTACT:
        return kept
    return other if kept is None or kept["name"] == FIRST_CONTACT else kept


async def _merge_registrations(session: AsyncSession, first: int, second: int) -> None:
    """Their keys name the person. Of events that are over both may have one: those are told apart by the number."""
    other = aliased(RegistrationRow)
    twice = exists().where(
        other.event_id == RegistrationRow.event_id, other.key == f"person:{first}", other.state.in_(IN_PLAY)
    )
    mine = RegistrationRow.key == f"person:{second}"
    for which, key in (
        (and_(mine, RegistrationRow.state.in_(IN_PLAY), twice), f"person:{first}/" + RegistrationRow.number),
        (mine, f"person:{first}"),
    ):
        await session.execute(
            update(RegistrationRow).where(which).values(key=key).execution_options(synchronize_session=False)
        )


async def _move_rows(session: AsyncSession, first: int, second: int) -> None:
    """Every table that names a person; where the first has the like already, the second's row goes."""
    for table in Base.metadata.sorted_tables:
        for column in _persons(table):
            if column.primary_key:
                other = table.alias()
                same = [other.c[name.name] == name for name in table.primary_key if name is not column]
                there = exists().where(other.c[column.name] == first, *same)
                await session.execute(delete(table).where(column == second, there))
            await session.execute(update(table).where(column == second).values({column.name: first}))


def _persons(table: Table) -> list[Any]:
    return [
        column for column in table.columns if any(key.target_fullname == "persons.id" for key in column.foreign_keys)
    ]


# -- parting


async def do_part(
    session: AsyncSession, person: Person, own: Address, ids: Sequence[int], now: datetime
) -> list[Address]:
    """Makes the accounts a person of their own, who knows nothing; returns those that were parted.

    Not the account that asks for it: the person stays with it.
    """
    mine: ColumnElement[bool] = and_(IdentityRow.person_id == person.id, IdentityRow.id.in_(ids))
    parted = [
        Account(row.id, Address(row.platform, row.external_id))
        for row in await session.scalars(select(IdentityRow).where(mine).with_for_update())
    ]
    if not parted or own in [account.address for account in parted]:
        return []
    row = PersonRow(language=person.language.value, created_at=now, context={})
    session.add(row)
    await session.flush()
    await session.execute(
        update(IdentityRow).where(IdentityRow.id.in_([account.id for account in parted])).values(person_id=row.id)
    )
    for account in parted:  # a talk goes on where it is held
        await session.execute(
            update(LiveRow)
            .where(
                LiveRow.person_id == person.id,
                LiveRow.platform == account.address.platform,
                LiveRow.chat == account.address.chat,
                LiveRow.state != "closed",
            )
            .values(person_id=row.id)
        )
    await session.execute(delete(LinkCodeRow).where(LinkCodeRow.person_id == person.id))
    return [account.address for account in parted]


# -- its time


async def let_go(session: AsyncSession, now: datetime) -> None:
    """Removes codes that are too old and wrong tries that no longer count."""
    await session.execute(delete(LinkCodeRow).where(LinkCodeRow.expires_at <= now))
    await session.execute(delete(LinkTryRow).where(LinkTryRow.at <= now - TRIES_IN))
