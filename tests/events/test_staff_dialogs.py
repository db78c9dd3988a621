"""Staff make and look after an event, in the chat; each row is a tap or a message of theirs."""

from __future__ import annotations

import csv
import io

from openpyxl import load_workbook
from sqlalchemy import select

from bot.services.events import model
from bot.services.events.model import Event
from bot.store.event_tables import EventRow, RegistrationRow
from bot.store.staff_tables import AuditRow
from tests.conftest import Running
from tests.events.making import HeldClock, store_event
from tests.events.test_registering import fill_in
from tests.fake_telegram import FakeTelegram, dialog, press, sees
from tests.fake_telegram.actions import PNG
from tests.fake_telegram.dialogs import start
from tests.fake_telegram.people import Person


async def event_in(running: Running) -> Event:
    async with running.store.read() as session:
        row = await session.scalar(select(EventRow).order_by(EventRow.id.desc()).limit(1))
        assert row is not None
        return model.event_of(row)


async def test_made_by_hand_shown_in_each_language_published_copied_closed_and_cancelled(
    held: Running, boss: Person, noy: Person
) -> None:
    await dialog(
        boss,
        [
            ("/manage", sees("Events, the latest first")),
            (press("➕ New event"), sees("title in English")),
            ("Durian day", sees("Where does it take place?")),
            ("Boten, Laos", sees("In which country")),
            (press("🇱🇦 Laos"), sees("which time zone")),
            (press("Laos (Asia/Vientiane)"), sees("When does it begin")),
            ("tomorrow", [sees("Please write day and time"), sees("When does it begin")]),
            ("๓/๕/๒๕๗๐ ๙:๐๐", sees("When does it end")),
            ("3/5/2027 17:00", sees("How many places")),
            ("2", sees("Who can come")),
            (press("Everybody can register"), sees("Who is the organiser")),
            ("Boten zone", sees("Please check:", "Durian day", "Boten, Laos")),
            (press("All correct ✓"), [sees("The draft is there"), sees("Places: 0 of 2", buttons=["🚀 Publish"])]),
            (press("✏️ Edit"), sees("What shall change?")),
            (press("Title"), sees("In which language?")),
            (press("ລາວ"), sees("The new words?")),
            ("ມື້ທຸລຽນ", [sees("Saved."), sees("Durian day")]),
            (
                press("👁 Preview"),
                [
                    sees("ລາວ (missing):", "ມື້ທຸລຽນ", "Boten, Laos"),
                    sees("简体中文 (missing):", "Durian day"),
                    sees("မြန်မာ"),
                ],
            ),
        ],
    )
    event = await event_in(held)
    assert event.starts_at.isoformat() == "2027-05-03T02:00:00+00:00"
    await dialog(noy, [(start(event.link), sees("no longer there"))])
    await dialog(boss, [(press("🚀 Publish"), sees("🟢 published"))])
    await dialog(noy, [(start(event.link), sees("Durian day", "Boten, Laos", buttons=["✅ Register"]))])
    await dialog(
        boss,
        [
            (press("📄 Copy"), sees("✏️ draft", "Durian day", "Places: 0 of 2")),
            (press("‹ Back"), sees("Events", buttons=["🟢 Durian day", "✏️ Durian day"])),
            (press("🟢 Durian day"), sees("🟢 published")),
            (press("🔒 Close registration"), sees("Registration for this event is closed")),
        ],
    )
    await dialog(noy, [(start(event.link), sees("Registration for this event is closed"))])
    await dialog(
        boss,
        [
            (press("🔓 Open registration again"), sees("🟢 published", buttons=["🔒 Close registration"])),
            (press("❌ Cancel the event"), sees("There is no way back")),
            (press("Yes, cancel the event"), sees("❌ cancelled")),
        ],
    )
    await dialog(noy, [(start(event.link), sees("This event was cancelled"))])
    async with held.store.read() as session:
        logged = list(await session.scalars(select(AuditRow.action).where(AuditRow.action.startswith("event."))))
    assert {"event.create", "event.publish", "event.cancel"} <= set(logged)


async def test_by_invitation_the_staff_decide(held: Running, boss: Person, noy: Person, sophea: Person) -> None:
    await store_event(held.store, approval=True)
    for person, name in ((noy, "ນ້ອຍ"), (sophea, "សុភា")):
        await dialog(
            person,
            [
                (start("ev_farm-forum"), sees("By invitation")),
                (press("✅ Register"), sees("full name")),
                (name, sees("organisation")),
                ("ຈຳປາ", sees("position")),
                (press("Skip"), sees("country")),
                (press("🇱🇦 Laos"), sees("about")),
                (press("Skip"), sees("phone")),
                (press("Skip"), sees("Tap all")),
                (press("Done ✓"), sees("Please check")),
                (press("I agree: register ✓"), sees("The organisers decide")),
            ],
        )
    await dialog(
        boss,
        [
            ("/manage", sees("Events")),
            (press("🟢 Mekong Farm Forum"), sees("pending: 2")),
            (press("🙋 Requests"), [sees("ນ້ອຍ", buttons=["Let in ✓"]), sees("សុភា", buttons=["Decline"])]),
        ],
    )
    requests = {name: next(m for m in boss.messages() if name in m.shown) for name in ("ນ້ອຍ", "សុភា")}
    await boss.presses("Let in ✓", message=requests["ນ້ອຍ"])
    await boss.sees("Done: confirmed")
    await boss.presses("Decline", message=requests["សុភា"])
    await boss.sees("Done: rejected")
    await noy.sees("Mekong Farm Forum", buttons=["🎫 My tickets"], fresh=False)
    async with held.store.read() as session:
        rows = await session.scalars(select(RegistrationRow.state).order_by(RegistrationRow.id))
        assert list(rows) == ["confirmed", "rejected"]


async def test_lists_files_and_pictures(
    held: Running, telegram: FakeTelegram, boss: Person, noy: Person, wei: Person, clock: HeldClock
) -> None:
    await store_event(held.store, capacity=1)
    await noy.starts("ev_farm-forum")
    await fill_in(noy, "ນ້ອຍ ແກ້ວມະນີ", "ຈຳປາ")
    async with held.store.write() as session:
        row = await session.scalar(select(RegistrationRow))
        assert row is not None
        row.checked_in_at = clock.now()
    await dialog(
        boss,
        [
            ("/manage", sees("Events")),
            (press("🟢 Mekong Farm Forum"), sees("Places: 1 of 1")),
            (press("👥 Participants"), sees("1 person", "ນ້ອຍ ແກ້ວມະນີ", buttons=["XLSX", "CSV"])),
            (press("Waiting"), sees("0 people")),
            (press("Checked in"), sees("1 person", "✓ ນ້ອຍ")),
            (press("CSV"), sees("This export was logged")),
        ],
    )
    lines = list(csv.DictReader(io.StringIO(telegram.file_of(boss.last).decode("utf-8-sig"))))
    assert [(line["full_name"], line["organisation"], line["state"]) for line in lines] == [
        ("ນ້ອຍ ແກ້ວມະນີ", "ຈຳປາ", "confirmed")
    ]
    await dialog(boss, [(press("XLSX"), sees("This export was logged"))])
    sheet = load_workbook(io.BytesIO(telegram.file_of(boss.last))).active
    assert sheet is not None
    assert "ນ້ອຍ ແກ້ວມະນີ" in [cell.value for cell in sheet[2]]
    await dialog(boss, [(press("🏷 Badges (PDF)"), sees("This export was logged"))])
    assert telegram.file_of(boss.last).startswith(b"%PDF")
    await dialog(
        boss,
        [(press("‹ Back"), sees("Places: 1 of 1")), (press("📈 Dashboard"), sees("1 places are taken", "Laos: 1"))],
    )
    assert telegram.file_of(boss.last).startswith(b"\x89PNG")


async def test_the_form_is_edited_and_people_get_it(held: Running, boss: Person, noy: Person) -> None:
    await store_event(held.store)
    await dialog(
        boss,
        [
            ("/manage", sees("Events")),
            (press("🟢 Mekong Farm Forum"), sees("Places")),
            (press("❓ Questions"), sees("1. Name (needed)", "3. Position (may be skipped)")),
            (press("3. Position"), sees("“Position”: one of the usual questions")),
            (press("🗑 Remove"), sees("3. Country (needed)")),
            (press("➕ A usual question"), sees("Which question", buttons=["Arrival"])),
            (press("Arrival"), sees("7. Arrival (may be skipped)")),
            (press("➕ An own question"), sees("What is the answer?")),
            (press("One of several choices"), sees("The question, in English?")),
            ("Which rice do you grow?", sees("The choices, in English")),
            ("only one", [sees("two to twelve"), sees("The choices")]),
            ("Jasmine; Sticky rice", sees("Must everybody answer it?")),
            (press("Yes"), sees("“Which rice do you grow?”", "• Jasmine", "• Sticky rice")),
            (press("🌐 In another language"), sees("In which language?")),
            (press("ລາວ"), sees("in that language?")),
            ("ປູກເຂົ້າຊະນິດໃດ?", sees("The choices in that language")),
            ("ເຂົ້າຈ້າວ", [sees("There are 2 choices"), sees("The choices")]),
            ("ເຂົ້າຫອມ; ເຂົ້າໜຽວ", sees("ລາວ: ປູກເຂົ້າຊະນິດໃດ?")),
            (press("⬆ Earlier"), sees("7. Which rice do you grow? (needed)", "8. Arrival")),
        ],
    )
    event = await event_in(held)
    assert [spec.id for spec in event.details.fields][-2:] == ["own_1", "arrival"]
    assert [label.lo for _, label in event.details.fields[6].options] == ["ເຂົ້າຫອມ", "ເຂົ້າໜຽວ"]
    await dialog(
        noy,
        [
            ("/language", sees("Which language", buttons=["ລາວ"])),
            (press("ລາວ"), None),
            (start("ev_farm-forum"), sees("ເວທີກະສິກຳແມ່ຂອງ")),
        ],
    )
    await noy.presses(noy.last.buttons[0])
    for words in ("ນ້ອຍ", "ຈຳປາ"):
        await noy.sees(buttons=[])
        await noy.says(words)
    await noy.presses("🇱🇦")
    for _ in range(2):  # sector and contact are skipped
        await noy.sees()
        await noy.presses(noy.last.buttons[-2])
    await noy.sees()
    await noy.presses("✓")
    await noy.sees("ປູກເຂົ້າຊະນິດໃດ?", buttons=["ເຂົ້າຫອມ", "ເຂົ້າໜຽວ"])


async def test_tickets_with_quotas(held: Running, boss: Person, noy: Person) -> None:
    await store_event(held.store, capacity=10)
    await dialog(
        boss,
        [
            ("/manage", sees("Events")),
            (press("🟢 Mekong Farm Forum"), sees("Places")),
            (press("🎟 Tickets and quotas"), sees("All places are alike")),
            (press("➕ A kind of ticket"), sees("called, in English")),
            ("Exhibitor", sees("How many places")),
            ("1", sees("• Exhibitor: 0 of 1")),
            (press("➕ A kind of ticket"), sees("called, in English")),
            ("Visitor", sees("How many places")),
            (press("Skip"), sees("• Visitor: from all places")),
            (press("➕ Places for a country"), sees("which country")),
            (press("🇹🇭 Thailand"), sees("How many places")),
            ("3", sees("Thailand: 0 of 3")),
            (press("Exhibitor"), sees("English: Exhibitor")),
            (press("🌐 In another language"), sees("In which language?")),
            (press("ລາວ"), sees("Its name?")),
            ("ຜູ້ວາງສະແດງ", sees("• Exhibitor: 0 of 1")),
        ],
    )
    await noy.starts("ev_farm-forum")
    await dialog(
        noy,
        [
            (press("✅ Register"), sees("Which kind of ticket?", buttons=["Exhibitor", "Visitor"])),
            (press("Exhibitor"), sees("full name")),
            ("ນ້ອຍ", sees("organisation")),
            ("ຈຳປາ", sees("position")),
            (press("Skip"), sees("country")),
            (press("🇱🇦 Laos"), sees("about")),
            (press("Skip"), sees("phone")),
            (press("Skip"), sees("Tap all")),
            (press("Done ✓"), sees("Ticket: Exhibitor")),
            (press("I agree: register ✓"), sees("You are registered ✓")),
        ],
    )
    await dialog(
        boss,
        [
            ("/manage", sees("Events")),
            (press("🟢 Mekong Farm Forum"), sees("Places: 1 of 10")),
            (press("🎟 Tickets and quotas"), sees("• Exhibitor: 1 of 1")),
            (press("Exhibitor"), sees("English: Exhibitor")),
            (press("🔢 Places"), sees("How many places")),
            ("0", [sees("More places are taken already"), sees("• Exhibitor: 1 of 1")]),
            (press("🇹🇭 Thailand"), sees("Thailand")),
            (press("🗑 Remove"), sees("• Visitor: from all places")),
        ],
    )
    async with held.store.read() as session:
        found = await model.places(session, (await event_in(held)).id)
    assert found.quotas == {"ticket:exhibitor": (1, 1)}


async def test_a_poster_and_papers_reach_people_and_go_up_once(
    held: Running, telegram: FakeTelegram, boss: Person, noy: Person, wei: Person, clock: HeldClock
) -> None:
    await store_event(held.store)
    await dialog(
        boss,
        [
            ("/manage", sees("Events")),
            (press("🟢 Mekong Farm Forum"), sees("Places")),
            (press("📎 Papers, poster"), sees("No poster and no papers yet")),
            (press("🖼 Set the poster"), sees("Send it now")),
            ("here it is", sees("Please send a file")),
        ],
    )
    await boss.sends_document("list.pdf", b"%PDF-1.4 programme")
    await boss.sees("A poster is a picture")
    await boss.sends_photo(PNG)
    await boss.sees("Saved: poster.jpg")
    await boss.presses("➕ A paper")
    await boss.sees("Send it now")
    await boss.sends_document("list.pdf", b"%PDF-1.4 programme", caption="ໂປຣແກຣມ")
    await boss.sees("• poster.jpg (poster)", "• ໂປຣແກຣມ (paper)")
    await boss.presses("➕ A paper for afterwards")
    await boss.sees("Send it now")
    await boss.sends_document("slides.pdf", b"%PDF-1.4 slides", caption="Slides")
    await boss.sees("• Slides (paper for afterwards)")

    held_before = len(telegram.world.files)
    for person in (noy, wei):
        await person.starts("ev_farm-forum")
        await person.presses("🖼 Poster")
        await person.sees("poster.jpg")
        assert telegram.file_of(person.last) == PNG
        await person.presses("📎 ໂປຣແກຣມ")
        await person.sees("📎 ໂປຣແກຣມ", fresh=True)
        assert telegram.file_of(person.last) == b"%PDF-1.4 programme"
    assert len(telegram.world.files) == held_before + 2  # the second person's were known to Telegram
    card = await noy.sees("Don Chan Palace", fresh=False)
    assert "📎 Slides" not in card.buttons
    await dialog(boss, [(press("🗑 Remove: Slides"), sees("• ໂປຣແກຣມ (paper)"))])
    await boss.sees_no_more("• Slides")
