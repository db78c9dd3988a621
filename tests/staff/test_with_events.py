"""Announcements and events together: audiences by registration, buttons that register, and what came of it."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot.clock import SystemClock
from bot.services import wishes
from bot.services.events import places
from bot.store import Store
from bot.store.staff_tables import BroadcastRow
from knowledge.language import Language
from knowledge.phrases import Phrases
from tests.conftest import Running
from tests.events.making import NOW, applicant, details, make_event
from tests.fake_telegram import FakeTelegram
from tests.fake_telegram.people import Person
from tests.staff.conftest import Hire, someone
from tests.staff.test_broadcasts import compose, send

TITLE = "Mekong Farm Forum"


async def choose(officer: Person, how: str, kind: str, value: str) -> None:
    await officer.presses(how)
    await officer.sees("Which condition?")
    await officer.presses(kind)
    await officer.sees("Choose one", buttons=[f"☐ {value}"])
    await officer.presses(f"☐ {value}")
    await officer.sees("Choose", buttons=[f"☑ {value}"])
    await officer.presses("Done ✓")


async def test_those_not_yet_registered_are_invited_and_register_by_the_button(
    desk: Running, hire: Hire, telegram: FakeTelegram, store: Store
) -> None:
    noy, follower = await someone(telegram, store, "Noy", country="LA")
    boun, registered = await someone(telegram, store, "Boun", country="LA")
    officer = await hire("Officer", "announcer")
    async with store.write() as session:
        event = await make_event(
            session, now=SystemClock().now(), details=details(fields=({"id": "full_name", "optional": False},))
        )
        await places.do_register(session, event, applicant(registered), NOW)
        await wishes.do_follow(session, follower, "caexpo", NOW)
    await compose(officer, "Come to the forum.")
    await officer.presses("Audience")
    await officer.sees("Goes to 3 people")
    await choose(officer, "and", "Not yet registered for…", TITLE)
    await officer.sees(f"not yet registered for: {TITLE}", "Goes to 2 people")
    await choose(officer, "and", "Followers of…", "China-ASEAN Expo (CAEXPO)")
    await officer.sees("follows: China-ASEAN Expo", "Goes to 1 person")
    await choose(officer, "or", "Registered for…", TITLE)
    await officer.sees(f"registered for: {TITLE}", "Goes to 2 people")
    await officer.presses("‹ Back")
    await officer.sees("(draft)")
    await officer.presses("Buttons")
    await officer.sees("Tap a button to add it")
    await officer.presses(f"+ Register: {TITLE}")
    await officer.sees("Buttons: ✅ Register")
    await send(officer)
    await noy.sees("Come to the forum.", buttons=["✅ Register"])
    await boun.sees("Come to the forum.")
    await noy.presses("✅ Register")
    await noy.sees("full name")
    await noy.says("Noy Keomany")
    await noy.sees("Please check:", "Noy Keomany")
    await noy.presses("I agree: register ✓")
    await noy.sees("You are registered ✓")
    await officer.sees("Sent: 2", "finished")
    await officer.presses("📊 Report")
    await officer.sees("clicked: 1", "registered because of it: 1")


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_staff_find_all_their_tools_in_one_menu(
    desk: Running, hire: Hire, telegram: FakeTelegram, store: Store
) -> None:
    editor, door = await hire("Editor", "editor"), await hire("Door", "door")
    await editor.says("/menu")
    await editor.sees("What would you like to know?", buttons=["🧰 Staff menu"])
    await editor.presses("🧰 Staff menu")
    await editor.sees("Staff menu", buttons=["✏️ Knowledge", "📅 Events", "🚪 Check-in"])
    assert "📣 Announcements" not in editor.last.buttons
    await door.says("/staff")
    await door.sees("Staff menu", buttons=["🚪 Check-in", "🏠 Home"])
    assert list(door.last.buttons) == ["🚪 Check-in", "🏠 Home"]
    trader, _ = await someone(telegram, store, "Trader")
    await trader.says("/menu")
    await trader.sees("What would you like to know?")
    assert "🧰 Staff menu" not in trader.last.buttons


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_buttons_and_time_in_thai(desk: Running, hire: Hire, telegram: FakeTelegram, store: Store) -> None:
    async with store.write() as session:
        event = await make_event(session, now=SystemClock().now())
    officer = await hire("Officer", "announcer", language="th")
    t = Phrases(Language.TH)
    await officer.says("/announce")
    await officer.presses(str(t.p("button", "➕ New announcement")))
    await officer.says("[ไทย]\nงานที่เวียงจันทน์\n[en]\nForum.")
    await officer.presses(str(t.p("button", "Buttons")))
    await officer.sees("| ถาม", "| งาน:")
    await officer.says(f"ไทย: สมัคร / en: Join ｜ งาน：{event.id}\nสอบถาม | ถาม")
    await officer.sees(buttons=["✓ ไทย", "✓ English"])
    await officer.presses(str(t.p("button", "Time")))
    await officer.sees("“ตอนนี้”")
    await officer.says("1/12/2569 9：30")
    await officer.sees("1 ธ.ค. 2026 09:30")
    async with store.read() as session:
        row = (await session.scalars(select(BroadcastRow))).one()
    assert [(one["kind"], one["value"], one["label"]) for one in row.buttons] == [
        ("event", str(event.id), {"th": "สมัคร", "en": "Join"}),
        ("ask", "ask", {"th": "สอบถาม"}),
    ]
    assert row.scheduled_for is not None
    assert f"{row.scheduled_for:%Y-%m-%d %H:%M}" == "2026-12-01 02:30"
    await officer.presses(str(t.p("button", "Time")))
    await officer.says("ตอนนี้")
    await officer.sees(buttons=["✓ ไทย"])
    async with store.read() as session:
        assert await session.scalar(select(BroadcastRow.scheduled_for)) is None
