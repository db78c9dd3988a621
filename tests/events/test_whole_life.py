"""One whole life of a registration: found by a question, registered in Lao, reminded, moved, let in, asked, exported.

`TRANSCRIPT=life.txt pytest tests/events/test_whole_life.py -k sqlite` writes down what both sides said.
"""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.store.event_tables import RegistrationRow
from bot.store.staff_tables import AuditRow
from tests.conftest import Running
from tests.events.conftest import someone
from tests.events.making import START, HeldClock, give_role, store_event
from tests.events.test_registering import fill_in
from tests.events.transcript import Transcript
from tests.fake_telegram import FakeTelegram, dialog, press, sees
from tests.fake_telegram.dialogs import start
from tests.fake_telegram.people import Person


async def test_from_the_question_to_the_export(
    held: Running, telegram: FakeTelegram, noy: Person, clock: HeldClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    transcript = Transcript(telegram, clock.now, monkeypatch)
    boss = someone(telegram, "Boss", "en")
    await store_event(held.store)
    await dialog(boss, [("/about", sees("free assistant")), ("/manage", sees("for our staff only"))])
    await give_role(held.store, "telegram", boss.user.id, "owner")

    await dialog(noy, [("/home", sees("What would you like to know?"))])
    await dialog(noy, [("ເວທີກະສິກຳ ຢູ່ ລາວ ມີບໍ່?", sees("Mekong Farm Forum", buttons=["✅ Register", "📤 Share"]))])
    await fill_in(noy, "ນ້ອຍ ແກ້ວມະນີ", "ກະສິກຳຈຳປາ")

    clock.set(START - timedelta(days=1))
    await noy.sees("In 1 day", "Mekong Farm Forum", fresh=False)

    await dialog(
        boss,
        [
            ("/manage", sees("Events, the latest first")),
            (press("🟢 Mekong Farm Forum"), sees("Places: 1 of 100", "confirmed")),
            (press("✏️ Edit"), sees("What shall change?")),
            (press("Begin (e.g. 15/4/2027 9:00)"), sees("Day and time?")),
            ("๒๐/๔/๒๕๗๐ 9:00", sees("Saved.")),  # Thai digits, Buddhist year
        ],
    )
    await noy.sees("has changed", "Old date", "April 20, 2027", fresh=False)

    clock.set(START + timedelta(days=5))
    async with held.store.read() as session:
        row = await session.scalar(select(RegistrationRow))
        assert row is not None
        number = row.number
    from bot.services.events import tickets

    async with held.store.read() as session:
        code = tickets.code(await tickets.secret(session), number, 1)
    await dialog(noy, [(start(code), sees("The staff scan it"))])
    await dialog(
        boss,
        [
            (start(code), sees("✅ Welcome: ນ້ອຍ ແກ້ວມະນີ", "1 of 1")),
            (start(code), sees("⚠️ Already in", "by Boss")),
            ("/checkin", sees("The door of which event?")),
            (press("Mekong Farm Forum"), sees("Type a ticket's number or a name")),
            (tickets.spoken(number), sees("⚠️ Already in")),
            ("ແກ້ວ", sees("Who is it?", buttons=["✓ ນ້ອຍ ແກ້ວມະນີ, ກະສິກຳຈຳປາ"])),
            ("/cancel", sees("we stop here")),
        ],
    )

    clock.set((START + timedelta(days=6)).replace(hour=3))
    await noy.sees("Thank you for coming!", fresh=False)
    await dialog(
        noy,
        [
            (press("Tell how it was"), sees("all in all")),
            (press("★★★★★"), sees("most useful")),
            (press("New contacts"), sees("come again")),
            (press("Yes"), sees("better next time")),
            ("ເວລາຫຼາຍກວ່ານີ້", sees("who wrote this")),
            (press("Without my name"), sees("helps the next one", buttons=["📜 My certificate"])),
            (press("📜 My certificate"), sees("Mekong Farm Forum")),
        ],
    )
    assert "document" in noy.last.content

    await dialog(
        boss,
        [
            ("/manage", sees("Events")),
            (press("⚪ Mekong Farm Forum"), sees("Places")),
            (press("👥 Participants"), sees("ນ້ອຍ ແກ້ວມະນີ", buttons=["XLSX", "CSV"])),
            (press("XLSX"), sees("This export was logged")),
            (press("‹ Back"), sees("Places")),
            (press("📈 Dashboard"), sees("places are taken", buttons=["💬 Feedback"])),
            (press("💬 Feedback"), sees("1 of 1", "ເວລາຫຼາຍກວ່ານີ້", buttons=["XLSX", "💬 All comments"])),
            (press("💬 All comments"), sees("1 comment", "“ເວລາຫຼາຍກວ່ານີ້”")),
            (press("‹ Back"), sees("1 of 1")),
            (press("XLSX"), sees("This export was logged")),
        ],
    )
    async with held.store.read() as session:
        actions = list(await session.scalars(select(AuditRow.action).order_by(AuditRow.id)))
    assert actions == ["event.create", "event.publish", "event.change", "event.export.xlsx", "event.export.feedback"]
    if wanted := os.environ.get("TRANSCRIPT"):
        transcript.write(Path(wanted))
