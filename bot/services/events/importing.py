"""Events in from files: read, compared with what is there, shown, and then taken in whole or not at all."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.services import roles
from bot.services.events import model, staff
from bot.services.events.model import Details, Event, Places, Refused, known_zone
from bot.services.events.sheets import TEXTS, Item, Problem
from bot.services.events.staff import Draft

TIMES = ("starts_at", "ends_at", "opens_at", "closes_at")
COUNTS = ("capacity", "offer_hours", "overbooking", "keep_days")
LISTS = ("languages", "sectors", "countries", "reminders")
COLUMNS = ("code", "series", "country", "zone", "approval", "capacity", "quotas", *TIMES)
NEEDED = ("title", "zone", "starts_at", "ends_at")
CODE = re.compile(r"[a-z0-9-]{1,40}")
COUNTRY = re.compile(r"[A-Z]{2}")
YES, NO = {"yes", "true", "1", "x"}, {"no", "false", "0", ""}


@dataclass(frozen=True, slots=True)
class Change:
    """What a file changes in one event; `shown` has (field, before, after)."""

    event: Event
    columns: Mapping[str, Any]
    capacity: int | None
    quotas: Mapping[str, int | None]
    shown: Sequence[tuple[str, Any, Any]]


@dataclass(slots=True)
class Plan:
    """What a file would do. While there are problems, nothing is taken in."""

    new: list[Draft] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    same: int = 0
    problems: list[Problem] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.new or self.changed) and not self.problems


class _Wrong(Exception):
    """A value that won't do: path, code, detail."""

    def __init__(self, path: Sequence[int | str], code: str, detail: object = "") -> None:
        super().__init__(code)
        self.path = path
        self.code = code
        self.detail = str(detail)


async def plan(session: AsyncSession, read: tuple[Sequence[Item], Sequence[Problem]]) -> Plan:
    """Compares what was read from a file with the events that are there."""
    items, problems = read
    found = Plan(problems=list(problems))
    seen: set[str] = set()
    for item in items:
        try:
            if item.code in seen:
                raise _Wrong(["code"], "twice", item.code)
            seen |= {item.code} - {""}
            known = await model.by_code(session, item.code) if item.code else None
            if known is None:
                found.new.append(_draft(item))
            else:
                await _compare(session, known, item, found)
        except _Wrong as wrong:
            found.problems.append(Problem(*item.place(wrong.path), wrong.code, wrong.detail))
        except ValidationError as error:
            found.problems += [
                Problem(*item.place(part["loc"]), "missing" if part["type"] == "missing" else "unfit", part["msg"])
                for part in error.errors()
            ]
    if not items and not problems:
        found.problems.append(Problem("", 0, "", "empty"))
    return found


async def do_take_in(session: AsyncSession, actor: int | None, found: Plan, now: datetime) -> list[Event]:
    """Makes the new drafts and the changes.

    Raises:
        NotAllowed, Refused: then nothing of it is done.
    """
    if actor is not None:
        await roles.check(session, actor, "events.manage")
    if not found:
        raise Refused("nothing")
    events: list[Event] = []
    async with session.begin_nested():
        for draft in found.new:
            events.append(await staff.do_create(session, actor, draft, now))
        for change in found.changed:
            await _change(session, actor, change, now)
            events.append(await model.get(session, change.event.id))
    return events


async def _change(session: AsyncSession, actor: int | None, change: Change, now: datetime) -> None:
    event_id = change.event.id
    if change.columns:
        await staff.do_change(session, actor, event_id, change.columns, now)
    if any(name == "capacity" for name, _, _ in change.shown):
        await staff.do_set_capacity(session, actor, event_id, change.capacity, now)
    for key, places in change.quotas.items():
        await staff.do_set_quota(session, actor, event_id, key, places, now)


# -- a new event


def _draft(item: Item) -> Draft:
    for name in NEEDED:
        if item.values.get(name) in (None, ""):
            raise _Wrong([name], "missing")
    values = _plain(item.values, None)
    details = Details.model_validate({name: value for name, value in values.items() if name not in COLUMNS})
    columns = {name: values[name] for name in COLUMNS if name in values and name != "zone"}
    draft = Draft(details=details, zone=values["zone"].key, **columns)
    try:
        staff.check_draft(draft)
    except Refused as refused:
        raise _Wrong(["ends_at" if refused.code == "times" else "zone"], refused.code) from None
    return draft


# -- a known one


async def _compare(session: AsyncSession, event: Event, item: Item, found: Plan) -> None:
    values = _plain(item.values, event.zone)
    limits = await model.places(session, event.id)
    before = event.details.model_dump(mode="json")
    for name in TEXTS:  # a file may bring one language only
        if name in values and isinstance(values[name], dict):
            values[name] = {**(before[name] or {}), **values[name]}
    details = Details.model_validate({**before, **{k: v for k, v in values.items() if k not in COLUMNS}})
    after = details.model_dump(mode="json")
    shown = [(name, before[name], after[name]) for name in after if before[name] != after[name]]
    columns: dict[str, Any] = {name: after[name] for name, _, _ in shown}
    for name in ("series", "country", "approval", *TIMES):
        if name in values and values[name] != getattr(event, name):
            columns[name] = values[name]
            shown.append((name, getattr(event, name), values[name]))
    if "zone" in values and values["zone"].key != event.zone.key:
        columns["zone"] = values["zone"].key
        shown.append(("zone", event.zone.key, values["zone"].key))
    if columns.get("ends_at", event.ends_at) <= columns.get("starts_at", event.starts_at):
        raise _Wrong(["ends_at"], "times")
    capacity = _capacity(values, event, details, limits)
    if capacity is not None and capacity != limits.capacity:
        _check_taken(capacity, limits.taken, ["capacity"])
        shown.append(("capacity", limits.capacity, capacity))
    quotas = _quota_changes(values.get("quotas", {}), limits)
    shown += [(key, limits.quotas[key][0] if key in limits.quotas else None, places) for key, places in quotas.items()]
    if shown:
        found.changed.append(Change(event, columns, capacity, quotas, shown))
    else:
        found.same += 1


def _capacity(values: Mapping[str, Any], event: Event, details: Details, limits: Places) -> int | None:
    """The places with those beyond the room's, as do_create keeps them; None where they have no limit."""
    if "capacity" in values:
        room: int = values["capacity"]
        return room + details.overbooking
    return None if limits.capacity is None else limits.capacity + details.overbooking - event.details.overbooking


def _quota_changes(wanted: Mapping[str, int], limits: Places) -> dict[str, int | None]:
    for key, places in wanted.items():
        _check_taken(places, limits.quotas.get(key, (0, 0))[1], ["quotas", key])
    return {key: places for key, places in wanted.items() if limits.quotas.get(key, (None, 0))[0] != places}


def _check_taken(places: int | None, taken: int, path: Sequence[str]) -> None:
    if places is not None and places < taken:
        raise _Wrong(path, "too_few_places", taken)


# -- cells


def _plain(values: Mapping[str, Any], zone: ZoneInfo | None) -> dict[str, Any]:
    """The values as their types; times without a zone are the event's own."""
    plain = {name: value for name, value in values.items() if value is not None}
    try:
        zone = known_zone(str(plain["zone"])) if "zone" in plain else zone
    except Refused as refused:
        raise _Wrong(["zone"], refused.code, plain["zone"]) from None
    assert zone is not None
    if "zone" in plain:
        plain["zone"] = zone
    if "code" in plain and not CODE.fullmatch(plain["code"]):
        raise _Wrong(["code"], "bad_code", plain["code"])
    if "country" in plain and not COUNTRY.fullmatch(str(plain["country"])):
        raise _Wrong(["country"], "bad_country", plain["country"])
    for name in TIMES:
        if name in plain:
            plain[name] = _moment(plain[name], zone, [name])
    for name in COUNTS:
        if name in plain:
            plain[name] = _count(plain[name], [name])
    for name in LISTS:
        if isinstance(plain.get(name), str):
            plain[name] = [part.strip() for part in plain[name].split(",") if part.strip()]
        elif isinstance(plain.get(name), int):
            plain[name] = [plain[name]]
    if "approval" in plain:
        plain["approval"] = _yes(plain["approval"], ["approval"])
    if "edition" in plain:
        plain["edition"] = str(plain["edition"])
    if "programme" in plain:
        plain["programme"] = _programme(plain["programme"], zone)
    for name, key in (("links", "after"), ("fields", "optional")):
        if isinstance(plain.get(name), list):
            plain[name] = [
                {**one, key: _yes(one[key], [name, number, key])} if isinstance(one, dict) and key in one else one
                for number, one in enumerate(plain[name])
            ]
    if "quotas" in plain:
        plain["quotas"] = _quotas(plain["quotas"])
    return plain


def _programme(sessions: Any, zone: ZoneInfo) -> Any:
    if not isinstance(sessions, list):
        return sessions  # its type is told of with the rest
    made: list[Any] = []
    for number, session in enumerate(sessions):
        if not isinstance(session, dict):
            made.append(session)
            continue
        times = {
            name: _moment(session[name], zone, ["programme", number, name])
            for name in ("starts", "ends")
            if session.get(name) is not None
        }
        made.append({**session, **times})
    return made


def _quotas(quotas: Any) -> dict[str, int]:
    if not isinstance(quotas, dict):
        raise _Wrong(["quotas"], "unfit")
    for key in quotas:
        kind, _, name = str(key).partition(":")
        if not name or kind not in ("country", "ticket") or (kind == "country" and not COUNTRY.fullmatch(name)):
            raise _Wrong(["quotas"], "bad_quota", key)
    return {str(key): _count(places, ["quotas", str(key)]) for key, places in quotas.items()}


def _moment(value: Any, zone: ZoneInfo, path: Sequence[int | str]) -> datetime:
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day)  # noqa: DTZ001  (given its zone below)
    try:
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    except ValueError:
        raise _Wrong(path, "no_moment", value) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def _count(value: Any, path: Sequence[int | str]) -> int:
    try:
        number = int(str(value))
    except ValueError:
        number = -1
    if number < 0 or number > 10**9 or isinstance(value, bool):
        raise _Wrong(path, "no_number", value)
    return number


def _yes(value: Any, path: Sequence[int | str]) -> bool:
    word = str(value).strip().lower()
    if word not in YES | NO:
        raise _Wrong(path, "no_choice", value)
    return word in YES
