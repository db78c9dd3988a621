"""Lists out as XLSX and CSV, events in from YAML and XLSX."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import yaml
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.services import audit, roles
from bot.services.events import staff, tickets
from bot.services.events.model import Details, Event, Refused, get, known_zone
from bot.services.events.papers import Badge, badges
from bot.services.events.registrations import Registration, registration_of
from bot.services.events.staff import Draft
from bot.store.event_tables import RegistrationRow

DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
HEAD = ("number", "state", "kind", "full_name", "organisation", "position", "country", "sector", "contact", "language",
        "needs", "registered_at", "checked_in_at", "checked_in_by")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Filter:
    """Which participants; "" is all."""

    state: str = ""
    country: str = ""
    sector: str = ""
    checked_in: bool | None = None


async def participants(session: AsyncSession, event_id: int, wanted: Filter) -> Sequence[tuple[Registration, datetime]]:
    """The event's registrations in order of arrival, with when they came in."""
    query = select(RegistrationRow).where(RegistrationRow.event_id == event_id)
    if wanted.state:
        query = query.where(RegistrationRow.state == wanted.state)
    if wanted.country:
        query = query.where(RegistrationRow.country == wanted.country)
    if wanted.sector:
        query = query.where(RegistrationRow.sector == wanted.sector)
    if wanted.checked_in is not None:
        column = RegistrationRow.checked_in_at
        query = query.where(column.is_not(None) if wanted.checked_in else column.is_(None))
    rows = await session.scalars(query.order_by(RegistrationRow.place))
    return [(registration_of(row), row.registered_at) for row in rows]


async def do_export(
    session: AsyncSession, actor: int, event_id: int, form: str, wanted: Filter, now: datetime
) -> bytes:
    """The list as "xlsx", "csv" or "badges" (PDF). Who took it is logged.

    Raises:
        NotAllowed, Refused.
    """
    await roles.check(session, actor, "events.export")
    event = await get(session, event_id)
    people = await participants(session, event_id, wanted)
    await audit.record(session, actor, f"event.export.{form}", f"event:{event_id}", now, after={"people": len(people)})
    if form == "badges":
        return await _badges(session, event, [one for one, _ in people if one.state == "confirmed"])
    extra = sorted({name for one, _ in people for name in one.answers} - set(HEAD) - {"consent"})
    rows = [[*HEAD, *extra], *(_line(event, one, at, extra) for one, at in people)]
    return _xlsx(rows) if form == "xlsx" else _csv(rows)


def _line(event: Event, one: Registration, at: datetime, extra: Sequence[str]) -> list[str]:
    def local(moment: datetime | None) -> str:
        return moment.astimezone(event.zone).strftime("%Y-%m-%d %H:%M") if moment else ""

    known: dict[str, Any] = {
        **one.answers,
        "number": tickets.spoken(one.number),
        "state": one.state,
        "kind": one.answers.get("ticket_kind") or one.holder,
        "country": one.country or "",
        "sector": one.sector or "",
        "language": one.language,
        "registered_at": local(at),
        "checked_in_at": local(one.checked_in_at),
        "checked_in_by": one.checked_in_by or "",
    }
    return [_cell(known.get(name)) for name in (*HEAD, *extra)]


def _cell(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)


def harmless(text: str) -> str:
    """Text that a spreadsheet does not take for a formula: with an apostrophe before it where it begins like one."""
    return f"'{text}" if text.lstrip(" \u00a0\u200b").startswith(DANGEROUS) or text.startswith(DANGEROUS) else text


def _csv(rows: Sequence[Sequence[str]]) -> bytes:
    """With the byte order mark that makes Excel read UTF-8."""
    text = io.StringIO()
    csv.writer(text).writerows([[harmless(cell) for cell in row] for row in rows])
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def _xlsx(rows: Sequence[Sequence[str]]) -> bytes:
    """Every cell is text, so nothing is reckoned."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "participants"
    for number, row in enumerate(rows, 1):
        for column, value in enumerate(row, 1):
            cell = sheet.cell(number, column)
            cell.value = _printable(harmless(value))
            cell.data_type = "s"
            cell.number_format = "@"
            if number == 1:
                cell.font = Font(bold=True)
    sheet.freeze_panes = "A2"
    for index in range(1, len(rows[0]) + 1):
        sheet.column_dimensions[get_column_letter(index)].width = 20
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _printable(text: str) -> str:
    """Without control characters, which a workbook can't hold."""
    return "".join(char for char in text if char >= " " or char in "\n\t")


async def _badges(session: AsyncSession, event: Event, people: Sequence[Registration]) -> bytes:
    key = await tickets.secret(session)
    title = ("SAMPLE · " if event.sample else "") + event.details.title.en
    return badges(
        [
            Badge(one.name, one.organisation, one.country or "", title, tickets.code(key, one.number, one.version))
            for one in people
        ]
    )


# -- in

TIMES = ("starts_at", "ends_at", "opens_at", "closes_at")
PLAIN = ("code", "series", "country", "approval", "capacity", "quotas")


@dataclass(frozen=True, slots=True)
class RowError:
    """What is wrong with one event of the file."""

    row: int
    reason: str


def read_file(name: str, content: bytes) -> tuple[list[Draft], list[RowError]]:
    """The events of a YAML file (a list of mappings) or XLSX sheet (first row: names; languages as title.lo)."""
    try:
        found = _yaml_rows(content) if name.lower().endswith((".yaml", ".yml")) else _xlsx_rows(content)
    except Exception as error:
        return [], [RowError(0, f"the file can't be read: {error}")]
    drafts, errors = [], []
    for number, row in enumerate(found, 1):
        try:
            drafts.append(draft_from(row))
        except (ValidationError, Refused, ValueError, KeyError, TypeError) as error:
            errors.append(RowError(number, _reason(error)))
    return drafts, errors


def _reason(error: Exception) -> str:
    if isinstance(error, ValidationError):
        return "; ".join(f"{'.'.join(map(str, part['loc']))}: {part['msg']}" for part in error.errors())
    if isinstance(error, KeyError):
        return f"{error.args[0]} is missing"
    return error.code if isinstance(error, Refused) else str(error)


def _yaml_rows(content: bytes) -> list[dict[str, Any]]:
    data = yaml.safe_load(content)
    rows = data if isinstance(data, list) else [data]
    if not all(isinstance(row, dict) for row in rows):
        raise ValueError("it is no list of events")
    return rows


def _xlsx_rows(content: bytes) -> list[dict[str, Any]]:
    sheet = load_workbook(io.BytesIO(content), read_only=True, data_only=True).active
    assert sheet is not None
    lines = list(sheet.iter_rows(values_only=True))
    head = [str(name or "") for name in lines[0]]
    rows = []
    for line in lines[1:]:
        row: dict[str, Any] = {}
        for name, value in zip(head, line, strict=False):
            if name and value is not None:
                field, _, language = name.partition(".")
                if language:
                    row.setdefault(field, {})[language] = str(value)
                else:
                    row[field] = value
        if row:
            rows.append(row)
    return rows


def draft_from(row: Mapping[str, Any]) -> Draft:
    """An event from plain data; times without a zone are the event's own."""
    rest = dict(row)
    zone = known_zone(str(rest.pop("zone")))
    times: dict[str, Any] = {name: _moment(rest.pop(name), zone) for name in TIMES if rest.get(name) is not None}
    plain = {name: rest.pop(name) for name in PLAIN if rest.get(name) is not None}
    for name in ("languages", "countries", "sectors", "reminders"):
        if isinstance(rest.get(name), str):
            rest[name] = [part.strip() for part in rest[name].split(",")]
    for session in rest.get("programme", ()):
        for name in ("starts", "ends"):
            if session.get(name) is not None:
                session[name] = _moment(session[name], zone)
    details = Details.model_validate(rest)
    draft = Draft(details=details, zone=zone.key, starts_at=times.pop("starts_at"), ends_at=times.pop("ends_at"),
                  **times, **plain)  # fmt: skip
    staff.check_draft(draft)
    return draft


def _moment(value: Any, zone: Any) -> datetime:
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day)  # noqa: DTZ001  (given its zone below)
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


async def do_import(
    session: AsyncSession, actor: int | None, name: str, content: bytes, now: datetime
) -> tuple[list[Event], list[RowError]]:
    """Makes drafts of a file's events: all of them, or, when any is wrong, none."""
    if actor is not None:
        await roles.check(session, actor, "events.manage")
    drafts, errors = read_file(name, content)
    if errors:
        return [], errors
    return [await staff.do_create(session, actor, draft, now) for draft in drafts], []
