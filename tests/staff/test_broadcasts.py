"""Announcements as an officer sends them and as people get them, through the strict fake Telegram."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from aiohttp import ClientSession
from sqlalchemy import func, select, update

from bot.clock import SystemClock
from bot.store import Store
from bot.store.staff_tables import BroadcastRow, FollowRow
from bot.store.tables import OutboxRow
from tests.conftest import DeskFactory, Running
from tests.fake_telegram import FakeTelegram, dialog, faults, press, sees
from tests.fake_telegram.people import Person
from tests.spine.stand_ins import until
from tests.staff.conftest import PATIENCE, Hire, someone
from tests.swollen import swollen_workbook

TEXTS = "[en]\nForum in Vientiane on 3 March.\n[lo]\nເວທີ ທີ່ວຽງຈັນ ວັນທີ 3 ມີນາ."


async def crowd(telegram: FakeTelegram, store: Store, *languages: str, country: str = "LA") -> list[Person]:
    known = [
        await someone(telegram, store, f"P{number}", language=language, country=country)
        for number, language in enumerate(languages)
    ]
    return [person for person, _ in known]


async def compose(officer: Person, text: str = TEXTS) -> None:
    await dialog(
        officer,
        [
            ("/announce", sees("Announcements:", buttons=["➕ New announcement"])),
            (press("➕ New announcement"), sees("Write the announcement in English")),
            (text, sees("(draft)", buttons=["📤 Send…", "✓ English"])),
        ],
    )


async def send(officer: Person) -> None:
    await officer.presses("📤 Send…")
    await officer.sees("Send it to")
    await officer.presses("Yes, send it")


async def states(store: Store, part: str = "send") -> dict[str, int]:
    async with store.read() as session:
        found = await session.execute(
            select(OutboxRow.state, func.count()).where(OutboxRow.part == part).group_by(OutboxRow.state)
        )
        return dict(found.all())


async def test_each_gets_it_once_in_their_language(
    desk: Running, hire: Hire, telegram: FakeTelegram, store: Store
) -> None:
    lao, english, thai = await crowd(telegram, store, "lo", "en", "th")
    officer = await hire("Officer", "announcer")
    await compose(officer)
    await officer.presses("👁 Preview")
    preview = await officer.sees("This is how it looks", "In the web chat and on Telegram")
    address = re.search(r"/preview/[\w.-]+", preview.shown)
    assert address is not None
    async with ClientSession() as web, web.get(desk.url + address[0]) as answer:
        page = await answer.text()
        assert (page.count("Forum in Vientiane"), page.count("ວຽງຈັນ")) == (2, 2)  # in the web chat and on Telegram
    await officer.presses("‹ Back")
    await officer.sees("not sent")  # Thai has no text and no fallback
    await send(officer)
    await officer.sees("finished", "Sent: 3", "Remaining: 0")  # the officer is a subscriber too
    assert "ວຽງຈັນ" in (await lao.sees("ເວທີ")).shown
    await english.sees("Forum in Vientiane")
    assert thai.messages() == []
    assert await states(store) == {"sent": 3}
    await officer.presses("📊 Report")
    await officer.sees("delivered: 3")
    await officer.sees("table for a spreadsheet")


async def test_fallback_buttons_picture_and_clicks(
    desk: Running, hire: Hire, telegram: FakeTelegram, store: Store
) -> None:
    (thai,) = await crowd(telegram, store, "th")
    officer = await hire("Officer", "announcer")
    await compose(officer, "Forum in Vientiane.")
    await officer.presses("Others get…")
    await officer.sees("What do people get")
    await officer.presses("English")
    await officer.sees("without a text get: English")
    await officer.presses("Picture or file")
    await officer.sees("Send the picture")
    await officer.sends_photo()
    await officer.sees("With a picture")
    await officer.presses("Buttons")
    await officer.sees("up to four", buttons=["+ Ask a question"])
    await officer.says("See the zone | la-savan-park\nSite | https://example.org/x\nAsk | ask")
    await officer.sees("Buttons: See the zone")
    await send(officer)
    message = await thai.sees("Forum in Vientiane", buttons=["See the zone", "Site", "Ask"])
    assert "photo" in message.content
    await thai.presses("See the zone")
    await thai.sees("Savan Park")
    await officer.sees("Sent: 2")
    await officer.presses("📊 Report")
    await officer.sees("clicked: 1")


async def test_audience_with_conditions_and_a_saved_one(
    desk: Running, hire: Hire, telegram: FakeTelegram, store: Store
) -> None:
    lao, _ = await crowd(telegram, store, "lo", "en")
    (thai,) = await crowd(telegram, store, "en", country="TH")
    officer = await hire("Officer", "announcer")
    await compose(officer)
    await officer.presses("Audience")
    await officer.sees("everybody", "Goes to 4 people")
    for how, kind, value in (("and", "Country", "🇱🇦 Laos"), ("and not", "Language", "English")):
        await officer.presses(how)
        await officer.sees("Which condition?")
        await officer.presses(kind)
        await officer.sees("Choose one", buttons=[f"☐ {value}"])
        await officer.presses(f"☐ {value}")
        await officer.sees("Choose", buttons=[f"☑ {value}"])
        await officer.presses("Done ✓")
        await officer.sees("Audience:")
    await officer.sees("country: Laos and not (language: English)", "Goes to 1 person")
    await officer.presses("Save this audience")
    await officer.says("Lao speakers in Laos")
    await officer.sees("Audience:", buttons=["Saved: Lao speakers in Laos"])
    await officer.presses("‹ Back")
    await send(officer)
    await lao.sees("ເວທີ")
    await officer.sees("finished", "Sent: 1")
    assert thai.messages() == []


async def test_an_uploaded_list_and_followers(desk: Running, hire: Hire, telegram: FakeTelegram, store: Store) -> None:
    one, two, three = await crowd(telegram, store, "en", "en", "en")
    officer = await hire("Officer", "announcer")
    async with store.write() as session:
        session.add(FollowRow(person_id=3, target="th-mukdahan-sez", since=SystemClock().now()))
    await compose(officer)
    await officer.presses("Audience")
    await officer.presses("and")
    await officer.sees("Which condition?")
    await officer.presses("Uploaded list")
    await officer.sees("one account a line")
    for too_long in (b"4711\n" * 20_001, b"telegram:" + b"9" * 1_000_000):
        await officer.sends_document("list.csv", too_long, mime_type="text/csv")
        await officer.sees("too long for me", "20,000 accounts and 1 MB", "join them with “or”", buttons=["‹ Back"])
    await officer.sends_document("list.xlsx", swollen_workbook())
    await officer.sees("save the list as text (CSV)", buttons=["‹ Back"])
    await officer.sends_document("list.csv", f"telegram:{one.user.id}\n4711\n".encode(), mime_type="text/csv")
    await officer.sees("Not known here: 4711")
    await officer.sees("Goes to 1 person")
    await officer.presses("or")
    await officer.sees("Which condition?")
    await officer.presses("Followers of…")
    await officer.sees("Choose one", buttons=["☐ Mukdahan Special Economic Zone"])
    await officer.presses("☐ Mukdahan")
    await officer.sees("Choose one", buttons=["☑ Mukdahan Special Economic Zone"])
    await officer.presses("Done ✓")
    await officer.sees("Goes to 2 people")
    await officer.presses("‹ Back")
    await send(officer)
    await one.sees("Forum")
    await three.sees("Forum")
    await officer.sees("finished", "Sent: 2")
    assert two.messages() == []


async def test_stop_in_the_middle_of_a_sending_is_honoured(
    desks: DeskFactory, hire: Hire, telegram: FakeTelegram, store: Store
) -> None:
    people = await crowd(telegram, store, *["en"] * 12)
    officer = await hire("Officer", "announcer")
    async with desks.running(telegram_rate=3):
        await compose(officer)
        await send(officer)
        await people[0].sees("Forum", buttons=["🔕 Stop these messages"])
        last = people[-1]
        await last.says("/stop")
        await last.sees("no more announcements")
        await officer.sees("finished", "Stopped announcements meanwhile: 1", within=40)
    assert not any("Forum" in message.shown for message in last.messages())
    assert await states(store) == {"sent": 12, "failed": 1}


async def test_a_second_person_approves_and_the_week_has_a_limit(
    desks: DeskFactory, hire: Hire, telegram: FakeTelegram, store: Store
) -> None:
    (one,) = await crowd(telegram, store, "en")
    officer, second = await hire("Officer", "announcer"), await hire("Second", "admin")
    async with desks.running(broadcast_approval_above=1, broadcasts_per_week=1):
        await compose(officer)
        await send(officer)
        await officer.sees("asked 1 person to approve")
        await second.sees("waits for your approval", buttons=["Approve and send"])
        assert await states(store) == {}
        await officer.says("/announce")
        await officer.presses("1. waits for a second person: Forum in Vientiane on 3 March.")
        await officer.presses("Approve and send")
        await officer.sees("not its author")
        await second.presses("Approve and send")
        await second.sees("on its way")
        await one.sees("Forum")
        await officer.sees("finished")
        await compose(officer, "A second one this week.")
        await officer.presses("📤 Send…")
        await officer.sees("Nobody fits this audience")
        await officer.presses("‹ Back")
        await officer.presses("Urgent")
        await officer.sees("Urgent:", "Goes to 3 people")


async def test_pause_correct_resume_recall(
    desks: DeskFactory, hire: Hire, telegram: FakeTelegram, store: Store
) -> None:
    people = await crowd(telegram, store, *["en"] * 10)
    officer = await hire("Officer", "announcer")
    async with desks.running(telegram_rate=4):
        await compose(officer)
        await send(officer)
        await people[0].sees("3 March")
        await officer.sees("Remaining", buttons=["⏸ Pause"])
        await officer.presses("⏸ Pause")
        await officer.sees("paused", buttons=["▶ Resume"])
        before = await states(store)
        assert before["held"] > 0
        await officer.presses("✏️ Correct everywhere")
        await officer.says("[en]\n" + "long " * 800)
        await officer.sees("too long for one message")
        await officer.says("[en]\nForum in Vientiane on 4 March.")
        await officer.sees("being corrected")
        await people[0].sees("4 March", within=PATIENCE)
        await officer.says("/announce")
        await officer.presses("1. paused: Forum in Vientiane on 4 March.")
        await officer.presses("▶ Resume")
        await officer.sees("finished", "Sent: 11", within=40)
        for person in people:
            await person.sees("4 March", fresh=False)
            assert len([m for m in person.messages() if "Forum" in m.shown]) == 1
        await officer.presses("🗑 Recall")
        await officer.sees("Delete it at everybody's?")
        await officer.presses("Yes, recall it")
        await officer.sees("11 messages are being deleted")
        for person in people:
            await person.sees_no_more("Forum", within=PATIENCE)


async def test_scheduled_and_quiet_hours(desk: Running, hire: Hire, telegram: FakeTelegram, store: Store) -> None:
    (one,) = await crowd(telegram, store, "en")
    officer = await hire("Officer", "announcer")
    await compose(officer)
    await officer.presses("Time")
    await officer.says("soon")
    await officer.sees("write day and time")
    await officer.says("2020-01-01 09:30")
    await officer.sees("That time is over")
    await officer.says("2099-01-01 09:30")
    await officer.sees("Asia/Bangkok", "2099")
    await send(officer)
    await officer.sees("Scheduled for")
    assert await states(store) == {}
    async with store.write() as session:
        past = datetime.now(UTC) - timedelta(seconds=1)
        await session.execute(update(BroadcastRow).values(scheduled_for=past, urgent=True))
    await one.sees("Forum")


async def test_it_stops_itself_when_failures_pile_up(
    desk: Running, hire: Hire, telegram: FakeTelegram, store: Store
) -> None:
    people = await crowd(telegram, store, *["en"] * 30)
    officer = await hire("Officer", "announcer")
    await compose(officer)
    for person in people:
        telegram.fail(faults.error(400, "Bad Request: wrong", method="sendMessage", chat=person.chat.id, times=None))
    await send(officer)
    await officer.sees(re.compile("paused|finished"), within=30)
    await officer.sees("too many failures", within=30)


async def test_unknown_ones_are_listed_and_only_staff_send_them_again(
    desk: Running, hire: Hire, telegram: FakeTelegram, store: Store
) -> None:
    people = await crowd(telegram, store, "en", "en", "en")
    blocked = people[2]
    await blocked.says("/about")
    await blocked.blocks_bot()
    officer = await hire("Officer", "announcer")
    await compose(officer)
    telegram.fail(faults.cut_after(method="sendMessage", chat=people[0].chat.id))
    await send(officer)
    await officer.sees("finished", "Unknown: 1", buttons=["❓ Unknown ones"])
    await officer.presses("❓ Unknown ones")
    await officer.sees(f"telegram:{people[0].chat.id}")
    assert len(people[0].messages()) == 1
    await officer.presses("Send it to them (some may get it twice)")
    await officer.sees("Unknown: 0", "finished", within=PATIENCE)
    assert len(people[0].messages()) == 2

    async def back() -> bool:
        return await states(store) == {"sent": 3}

    await until(back)
