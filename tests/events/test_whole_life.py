"""One whole life of a registration: found by a question, registered in Lao, reminded, moved, let in, asked, exported.

`TRANSCRIPT=life.txt pytest tests/events/test_whole_life.py -k sqlite` writes down what both sides said.
"""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.store.event_tables import RegistrationRow
from bot.store.staff_tables import AuditRow
from knowledge.language import Language
from knowledge.phrases import Phrases
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

    lao, title = Phrases(Language.LO), "ເວທີກະສິກຳແມ່ຂອງ"

    def said(words: str) -> str:
        return str(lao(words).unescape())

    await dialog(noy, [("/language", sees("Which language")), (press("ລາວ"), sees(re.compile("[\u0e80-\u0eff]{6}")))])
    await dialog(noy, [("ເວທີກະສິກຳ ຢູ່ ລາວ ມີບໍ່?", sees(title))])
    await fill_in(noy, "ນ້ອຍ ແກ້ວມະນີ", "ກະສິກຳຈຳປາ", Language.LO)

    clock.set(START - timedelta(days=1))
    await noy.sees(str(lao.n("⏰ In {count} day:", "⏰ In {count} days:", 1).unescape()), title, fresh=False)

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
    changed = said("❗ An event that you are registered for has changed:")
    await noy.sees(changed, title, "20 ເມສາ 2027", fresh=False)

    clock.set(START + timedelta(days=5))
    async with held.store.read() as session:
        row = await session.scalar(select(RegistrationRow))
        assert row is not None
        number = row.number
    from bot.services import signing
    from bot.services.events import tickets

    async with held.store.read() as session:
        code = tickets.code(await signing.secret(session), number, 1)
    scan = said("This is a ticket. The staff scan it at the entrance; /mytickets shows your own.")
    await dialog(noy, [(start(code), sees(scan))])
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
    await noy.sees(said("Thank you for coming!"), title, fresh=False)
    certificate = str(lao.p("button", "📜 My certificate").unescape())
    await dialog(
        noy,
        [
            (press(str(lao.p("button", "Tell how it was").unescape())), sees(said("How was it, all in all?"))),
            (press("★★★★★"), sees(said("What was most useful?"))),
            (press(said("New contacts")), sees(said("Would you come again?"))),
            (press(said("Yes")), sees(said("What should be better next time? A few words, or Skip."))),
            ("ເວລາຫຼາຍກວ່ານີ້", sees(said("Shall the organiser see who wrote this?"))),
            (press(said("Without my name")), sees(said("Thank you, that helps the next one."), buttons=[certificate])),
            (press(certificate), sees(title)),
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
    transcript.write_if_wanted()
