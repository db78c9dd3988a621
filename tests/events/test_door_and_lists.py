"""The door, lists and papers, below the chat."""

from __future__ import annotations

import asyncio
import csv
import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import select, update

from bot.services import roles, signing
from bot.services.events import after, calendar, charts, door, exchange, model, papers, places, staff, tickets
from bot.services.events.exchange import Filter
from bot.services.events.model import Event, Refused
from bot.store import Store
from bot.store.event_tables import EventRow, FeedbackRow, RegistrationRow
from bot.store.staff_tables import AuditRow, RoleRow
from knowledge.language import Language
from tests.events.making import NOW, START, applicant, make_event, people

NAMES = ["ນ້ອຍ ແກ້ວມະນີ", "សុភា ចាន់", "王伟", "ခင်မျိုးချစ်", "Nguyễn Thị Đặng", "=HYPERLINK(1)"]


async def filled(store: Store, **more: Any) -> tuple[Event, int, list[int]]:
    """An event with people of many scripts; the event, a staff person, the registrations."""
    async with store.write() as session:
        event = await make_event(session, **more)
        owner, *persons = await people(session, 1 + len(NAMES))
        session.add(RoleRow(person_id=owner, role="owner", granted_at=NOW))
        ids = []
        for person, name in zip(persons, NAMES, strict=True):
            who = applicant(person, answers={"full_name": name, "organisation": "ຈຳປາ"}, sector="agriculture")
            ids.append((await places.do_register(session, event, who, NOW)).id)
    return event, owner, ids


async def test_each_ticket_once_and_a_repeated_command_says_the_same(store: Store) -> None:
    event, _, ids = await filled(store)
    async with store.write() as session:
        row = await session.get(RegistrationRow, ids[0])
        assert row is not None
        code = tickets.code(await signing.secret(session), row.number, 1)
        link = f"https://t.me/desk_bot?start={code}"
        first = await door.do_scan(session, event.id, link, "gate A", START, "c1")
        again_sent = await door.do_scan(session, event.id, link, "gate A", START, "c1")
        second = await door.do_scan(session, event.id, tickets.spoken(row.number), "gate B", START, "c2")
        forged = await door.do_scan(session, event.id, code[:-1] + ("A" if code[-1] != "A" else "B"), "B", START)
        row.version = 2
        await session.flush()
        old = await door.do_scan(session, event.id, link, "gate A", START, "c3")
    assert (first.result, again_sent.result, second.result) == ("in", "in", "again")
    assert (second.by, second.at) == ("gate A", START)
    assert (forged.result, old.result) == ("unknown", "old_code")


async def test_a_cancelled_events_tickets_let_nobody_in(store: Store) -> None:
    event, _, ids = await filled(store)
    async with store.write() as session:
        before = await door.do_check_in(session, ids[0], "gate A", START)
        await session.execute(update(EventRow).values(state="cancelled"))
        results = [(await door.do_check_in(session, one, "gate A", START)).result for one in ids[:2]]
        with pytest.raises(Refused, match="closed"):
            await door.do_walk_in(
                session, await model.get(session, event.id), door.walk_in("W", None, "th"), "A", START
            )
    assert (before.result, results) == ("in", ["again", "cancelled"])


async def test_two_doors_at_once_let_a_ticket_in_once(store: Store) -> None:
    _, _, ids = await filled(store)

    async def scan(number: int) -> str:
        async with store.write() as session:
            return (await door.do_check_in(session, ids[0], f"gate {number}", START, f"c{number}")).result

    results = await asyncio.gather(*(scan(number) for number in range(6)))
    assert sorted(results) == ["again"] * 5 + ["in"]


async def test_names_are_found_in_any_script_and_walk_ins_take_free_places_only(store: Store) -> None:
    event, _, _ = await filled(store, capacity=7)
    async with store.write() as session:
        for words, name in (("ແກ້ວ", NAMES[0]), ("ចាន់", NAMES[1]), ("伟", NAMES[2]), ("nguyen thi dang", NAMES[4])):
            assert [one.name for one in await door.search(session, event.id, words)] == [name]
        assert await door.search(session, event.id, "  ") == []
        who = door.walk_in("Walk In", "TH", "th")
        came = await door.do_walk_in(session, event, who, "gate A", START, "w1")
        same = await door.do_walk_in(session, event, door.walk_in("Walk In", "TH", "th"), "gate A", START, "w1")
        assert came.registration == same.registration
        with pytest.raises(Refused, match="full"):
            await door.do_walk_in(session, event, door.walk_in("Late", None, "th"), "gate A", START, "w2")
        counts = await door.counts(session, event.id)
    assert (counts.expected, counts.here, counts.by_country) == (7, 1, {"TH": 1})


async def test_a_door_link_opens_once(store: Store) -> None:
    event, owner, _ = await filled(store)
    async with store.write() as session:
        token = await door.do_make_link(session, owner, event.id, "gate A", NOW)
        opened = await door.do_open_link(session, token, NOW)
        with pytest.raises(Refused):
            await door.do_open_link(session, token, NOW)
        assert (await door.door_of(session, opened, NOW))[1] == "gate A"
        with pytest.raises(Refused):
            await door.door_of(session, opened, NOW + timedelta(days=3))
        with pytest.raises(roles.NotAllowed):
            await door.do_make_link(session, owner + 1, event.id, "x", NOW)


async def test_lists_are_harmless_complete_and_logged(store: Store) -> None:
    event, owner, _ = await filled(store)
    async with store.write() as session:
        text = await exchange.do_export(session, owner, event.id, "csv", Filter(), NOW)
        book = await exchange.do_export(session, owner, event.id, "xlsx", Filter(state="confirmed"), NOW)
        with pytest.raises(roles.NotAllowed):
            await exchange.do_export(session, owner + 1, event.id, "csv", Filter(), NOW)
        logged = list(await session.scalars(select(AuditRow.action).where(AuditRow.actor_id == owner)))
    assert text.startswith(b"\xef\xbb\xbf")
    lines = list(csv.reader(io.StringIO(text.decode("utf-8-sig"))))
    assert [line[3] for line in lines[1:]] == [*NAMES[:-1], "'=HYPERLINK(1)"]
    sheet = load_workbook(io.BytesIO(book)).active
    assert sheet is not None
    cells = [sheet.cell(row, 4) for row in range(2, 8)]
    assert [cell.value for cell in cells] == [*NAMES[:-1], "'=HYPERLINK(1)"]
    assert {cell.data_type for cell in cells} == {"s"}
    assert logged == ["event.export.csv", "event.export.xlsx"]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "＝1"])
def test_nothing_begins_like_a_formula(text: str) -> None:
    assert exchange.harmless(text).startswith("'")


async def test_badges_hold_every_script(store: Store, tmp_path: Path) -> None:
    event, owner, _ = await filled(store)
    async with store.write() as session:
        content = await exchange.do_export(session, owner, event.id, "badges", Filter(), NOW)
    assert content.startswith(b"%PDF")


def test_papers_and_pictures_are_made_in_every_script() -> None:
    content = papers.certificate([papers.Line(name, 24) for name in NAMES], "Sample")
    assert content.startswith(b"%PDF")
    assert charts.bars("ການປະເມີນ", [(name, 2) for name in NAMES]).startswith(b"\x89PNG")
    assert charts.over_time("លទ្ធផល", [("1", 1), ("2", 3)]).startswith(b"\x89PNG")


async def test_feedback_is_counted_once_and_anonymous_is_anonymous(store: Store) -> None:
    event, owner, ids = await filled(store)
    async with store.write() as session:
        for registration in ids[:2]:
            await door.do_check_in(session, registration, "gate", START)
        first, second = [await door.of_registration(session, one) for one in ids[:2]]
        assert first
        assert second
        answers = {"overall": "5", "useful": "contacts", "again": "yes", "comment": "ດີຫຼາຍ", "named": "no"}
        assert await after.do_give(session, first, answers, named=False, now=NOW)
        assert not await after.do_give(session, first, answers, named=False, now=NOW)
        assert await after.do_give(session, second, {**answers, "overall": "3"}, named=True, now=NOW)
        summary = await after.summary(session, event.id)
        owner_sees = await exchange.do_export_feedback(session, owner, event.id, NOW)
        rows = list(await session.scalars(select(FeedbackRow).order_by(FeedbackRow.id)))
    assert (summary.given, summary.invited, summary.counts["overall"]) == (2, 2, {"5": 1, "3": 1})
    assert [row.registration_id for row in rows] == [None, ids[1]]
    assert rows[0].language == ""
    assert [(comment.words, comment.name) for comment in summary.comments] == [("ດີຫຼາຍ", NAMES[1]), ("ດີຫຼາຍ", "")]
    sheet = load_workbook(io.BytesIO(owner_sees)).active
    assert sheet is not None
    assert [sheet.cell(row, 7).value or "" for row in (2, 3)] == [NAMES[1], ""]


async def test_a_copy_is_a_draft_a_year_later(store: Store) -> None:
    event, owner, _ = await filled(store)
    async with store.write() as session:
        copy = await staff.do_copy(session, owner, event.id, NOW)
    assert (copy.state, copy.starts_at - event.starts_at) == ("draft", timedelta(days=364))


async def test_a_calendar_file_moves_with_the_event(store: Store) -> None:
    event, _, _ = await filled(store)
    text = calendar.ics(event, Language.LO, NOW).decode()
    assert "DTSTART:20270415T020000Z\r\n" in text
    assert "UID:farm-forum@mekongdesk" in text
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
