"""Lists of participants as XLSX, CSV and badges."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.services import audit, roles, signing
from bot.services.events import after, tickets
from bot.services.events.model import Event, get
from bot.services.events.papers import Badge, badges
from bot.services.events.registrations import Registration, registration_of
from bot.store.event_tables import RegistrationRow

DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
HEAD = ("number", "state", "kind", "full_name", "organisation", "position", "country", "sector", "contact", "language",
        "needs", "registered_at", "checked_in_at", "checked_in_by")  # fmt: skip
FEEDBACK_HEAD = ("day", "overall", "useful", "again", "comment", "language", "full_name")


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


async def do_export_feedback(session: AsyncSession, actor: int, event_id: int, now: datetime) -> bytes:
    """All feedback as "xlsx", names only of those who wanted to be seen. Who took it is logged.

    Raises:
        NotAllowed, Refused.
    """
    await roles.check(session, actor, "events.export")
    event = await get(session, event_id)
    found = await after.given(session, event_id)
    await audit.record(session, actor, "event.export.feedback", f"event:{event_id}", now, after={"people": len(found)})
    lines = [
        [
            row.at.astimezone(event.zone).strftime("%Y-%m-%d"),
            *(_cell(row.answers.get(name)) for name in FEEDBACK_HEAD[1:-2]),
            row.language,
            name,
        ]
        for row, name in found
    ]
    return _xlsx([list(FEEDBACK_HEAD), *lines], "feedback")


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


def _xlsx(rows: Sequence[Sequence[str]], title: str = "participants") -> bytes:
    """Every cell is text, so nothing is reckoned."""
    from openpyxl import Workbook  # here, because it would slow every start down
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
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
    key = await signing.secret(session)
    title = ("SAMPLE · " if event.sample else "") + event.details.title.en
    return badges(
        [
            Badge(one.name, one.organisation, one.country or "", title, tickets.code(key, one.number, one.version))
            for one in people
        ]
    )
