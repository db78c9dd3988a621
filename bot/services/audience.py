"""Whom an announcement is for, as data: conditions joined by all, any and not, compiled to one SQL condition.

    {"all": [{"country": ["LA", "TH"]}, {"not": {"sector": ["public"]}}]}

`PARTS` holds the kinds of conditions, each with a list of values.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, false, func, not_, or_, select, true, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bot.conversation import Json
from bot.services.events.places import IN_PLAY
from bot.store.event_tables import RegistrationRow
from bot.store.staff_tables import FollowRow, InterestRow, ListMemberRow, PreferenceRow
from bot.store.tables import IdentityRow, PersonRow

PLATFORMS = ("telegram", "web")
TOPICS = ("general", "zones", "borders", "forums", "ecommerce", "programmes")
CHUNK = 500  # lines of an uploaded list that are looked up at once
Condition = ColumnElement[bool]
PARTS: dict[str, Callable[[Sequence[str]], Condition]] = {}


class BadAudience(ValueError):
    """A condition that nobody knows."""


def condition(name: str) -> Callable[[Callable[[Sequence[str]], Condition]], Callable[[Sequence[str]], Condition]]:
    """Registers what the condition `name` with its list of values means for a row of `persons`."""

    def register(make: Callable[[Sequence[str]], Condition]) -> Callable[[Sequence[str]], Condition]:
        PARTS[name] = make
        return make

    return register


@condition("country")
def _country(values: Sequence[str]) -> Condition:
    return PersonRow.country.in_(values)


@condition("language")
def _language(values: Sequence[str]) -> Condition:
    return PersonRow.language.in_(values)


@condition("sector")
def _sector(values: Sequence[str]) -> Condition:
    return PersonRow.sector.in_(values)


@condition("interest")
def _interest(values: Sequence[str]) -> Condition:
    return exists().where(
        InterestRow.person_id == PersonRow.id, InterestRow.topic.in_(values), InterestRow.wanted.is_(True)
    )


@condition("follows")
def _follows(values: Sequence[str]) -> Condition:
    return exists().where(FollowRow.person_id == PersonRow.id, FollowRow.target.in_(values))


@condition("registered")
def _registered(values: Sequence[str]) -> Condition:
    """In it, waiting for it, or having signed somebody up for it."""
    return exists().where(RegistrationRow.person_id == PersonRow.id, _of(values), RegistrationRow.state.in_(IN_PLAY))


@condition("attended")
def _attended(values: Sequence[str]) -> Condition:
    return exists().where(
        RegistrationRow.person_id == PersonRow.id, _of(values), RegistrationRow.checked_in_at.is_not(None)
    )


@condition("not_registered")
def _not_registered(values: Sequence[str]) -> Condition:
    return not_(_registered(values))


def _of(events: Sequence[str]) -> Condition:
    return RegistrationRow.event_id.in_([int(event) for event in events if event.isdigit()])


@condition("list")
def _list(values: Sequence[str]) -> Condition:
    return exists().where(ListMemberRow.person_id == PersonRow.id, ListMemberRow.list_key.in_(values))


def compiled(rules: Json) -> Condition:
    """The condition on `persons`; no rules mean everybody.

    Raises:
        BadAudience: an unknown kind of condition.
    """
    if not rules:
        return true()
    if len(rules) != 1:
        raise BadAudience("one condition at a time")
    ((name, value),) = rules.items()
    if name == "all":
        return and_(true(), *(compiled(rule) for rule in value))
    if name == "any":
        return or_(false(), *(compiled(rule) for rule in value))
    if name == "not":
        return not_(compiled(value))
    if name not in PARTS:
        raise BadAudience(name)
    return PARTS[name]([str(one) for one in value])


def joined(rules: Json, how: str, part: Json) -> Json:
    """The rules with one more condition: and, or, not (and not)."""
    if how == "not":
        part, how = {"not": part}, "and"
    if not rules:
        return part
    name = {"and": "all", "or": "any"}[how]
    return {name: [*rules[name], part]} if name in rules else {name: [rules, part]}


def reachable() -> Any:
    """(person_id, platform, external_id): the open account through which each person is told; see people.address_of."""
    other = aliased(IdentityRow)
    newest = (
        select(func.coalesce(func.max(case((other.platform != "web", other.id))), func.max(other.id)))
        .where(other.unreachable_at.is_(None), other.platform.in_(PLATFORMS))
        .group_by(other.person_id)
    )
    return select(IdentityRow).where(IdentityRow.id.in_(newest)).subquery("reachable")


def subscribed(topic: str) -> Condition:
    """Has been greeted, has not stopped announcements and has not switched the topic off."""
    stopped = exists().where(PreferenceRow.person_id == PersonRow.id, PreferenceRow.stopped_at.is_not(None))
    muted = exists().where(
        InterestRow.person_id == PersonRow.id, InterestRow.topic == topic, InterestRow.wanted.is_(False)
    )
    return and_(PersonRow.welcomed_at.is_not(None), not_(stopped), not_(muted))


async def put_list(session: AsyncSession, key: str, accounts: Sequence[str]) -> tuple[int, list[str]]:
    """Keeps an uploaded list of accounts ("telegram:123", "123" or a person's number "#12").

    Returns how many are on it, and the lines that nobody fits.
    """
    lines = list(dict.fromkeys(accounts))
    known: dict[str, int] = {}
    for start in range(0, len(lines), CHUNK):
        known |= await _people_of(session, lines[start : start + CHUNK])
    found = set(known.values())
    session.add_all(ListMemberRow(list_key=key, person_id=person) for person in sorted(found))
    await session.flush()
    return len(found), [line for line in lines if line not in known]


async def _people_of(session: AsyncSession, lines: Sequence[str]) -> dict[str, int]:
    """The person whom each line names; lines that nobody fits are left out."""
    numbers = {line: int(line[1:]) for line in lines if line.startswith("#") and line[1:].isdigit()}
    accounts = {line: _account(line) for line in lines if line not in numbers}
    people = set(await session.scalars(select(PersonRow.id).where(PersonRow.id.in_(list(numbers.values())))))
    named = tuple_(IdentityRow.platform, IdentityRow.external_id).in_(list(accounts.values()))
    rows = await session.execute(
        select(IdentityRow.platform, IdentityRow.external_id, IdentityRow.person_id).where(named)
    )
    owners = {(platform, external_id): person for platform, external_id, person in rows}
    return {line: number for line, number in numbers.items() if number in people} | {
        line: owners[account] for line, account in accounts.items() if account in owners
    }


def _account(line: str) -> tuple[str, str]:
    platform, colon, external_id = line.partition(":")
    return (platform, external_id) if colon else ("telegram", line)
