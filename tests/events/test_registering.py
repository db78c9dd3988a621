"""Registering in the chat: found by a question, filled in, corrected, given up, handed on."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot.services.events import tickets
from bot.store.event_tables import EventProfileRow, RegistrationRow
from knowledge.language import Language
from knowledge.phrases import Phrases
from tests.conftest import DeskFactory, Running, count
from tests.events.making import HeldClock, details, store_event
from tests.fake_telegram import FakeTelegram, dialog, press, sees
from tests.fake_telegram.dialogs import start
from tests.fake_telegram.people import Person


async def registrations(running: Running) -> list[RegistrationRow]:
    async with running.store.read() as session:
        return list(await session.scalars(select(RegistrationRow).order_by(RegistrationRow.id)))


async def fill_in(person: Person, name: str, business: str, language: Language = Language.EN) -> None:
    """Nine messages in all, from the poster's link to the ticket, in the person's language."""
    t = Phrases(language)

    def said(words: str) -> str:
        return str(t(words).unescape())

    def button(label: str) -> str:
        return str(t.p("button", label).unescape())

    agree = button("I agree: register ✓")
    await dialog(
        person,
        [
            (press(button("✅ Register")), sees(said("What is your full name, as it should stand on the badge?"))),
            (name, sees(said("What is your business or organisation called?"))),
            (business, sees(said("What is your position there?"))),
            (press(button("Skip")), sees(said("In which country is the business?"))),
            (press(f"🇱🇦 {t.country('LA')}"), sees(said("What is the business about?"))),
            (
                press(said("Farming and food")),
                sees(said("A phone number or e-mail for the organiser? Only they see it.")),
            ),
            ("໐໒໐ 5555 1234", sees(said("What would you like? Tap all that apply, then Done."))),
            (press(button("Done ✓")), sees(said("Please check:"), name, business, buttons=[agree])),
            (press(agree), sees(said("You are registered ✓"), name, buttons=[button("✏️ Change")])),
        ],
    )


@pytest.mark.parametrize(
    ("name", "business"),
    [
        ("ນາງ ນ້ອຍ ແກ້ວມະນີ", "ກະສິກຳປອດສານຈຳປາ"),
        ("សុភា ចាន់", "សហករណ៍កសិកម្មកំពត"),
        ("王伟", "昆明绿源农业有限公司"),
    ],
    ids=["lao", "khmer", "chinese"],
)
async def test_from_the_poster_to_the_ticket_in_nine_messages(
    held: Running, noy: Person, name: str, business: str
) -> None:
    await store_event(held.store)
    await dialog(noy, [(start("ev_farm-forum"), sees("Mekong Farm Forum", "Don Chan Palace", "9:00", "UTC+7"))])
    await fill_in(noy, name, business)
    [row] = await registrations(held)
    assert (row.state, row.answers["full_name"], row.answers["organisation"]) == ("confirmed", name, business)
    assert (row.country, row.sector, row.contact) == ("LA", "agriculture", "+8562055551234")
    assert row.answers["consent"]["at"]
    ticket = noy.last
    assert tickets.spoken(row.number) in ticket.shown
    assert "photo" in ticket.content


async def test_with_a_filled_profile_three_messages_are_enough(held: Running, noy: Person) -> None:
    await store_event(held.store)
    await store_event(held.store, code="second", details=details(title={"en": "Second forum"}))
    await noy.starts("ev_farm-forum")
    await fill_in(noy, "ນ້ອຍ", "ຈຳປາ")
    await dialog(
        noy,
        [
            (start("ev_second"), sees("Second forum")),
            (press("✅ Register"), sees("your position")),  # the only one that was skipped
            (press("Skip"), sees("Please check:", "ນ້ອຍ", "ຈຳປາ")),
            (press("I agree: register ✓"), sees("You are registered ✓")),
        ],
    )


async def test_nonsense_is_refused_kindly_a_question_is_answered_and_the_form_goes_on(
    held: Running, noy: Person
) -> None:
    await store_event(held.store)
    await noy.starts("ev_farm-forum")
    await dialog(
        noy,
        [
            (press("✅ Register"), sees("full name")),
            ("123", [sees("Please write the name in letters."), sees("full name")]),
            ("tax holiday in savan seno?", sees("full name")),
            ("ນ້ອຍ", sees("business or organisation called")),
            (press("‹ Back"), sees("full name")),
            ("ນ້ອຍ ສອງ", sees("business or organisation called")),
            ("ຈຳປາ", sees("position")),
            (press("Skip"), sees("country")),
            (press("🇱🇦 Laos"), sees("about")),
            (press("Farming and food"), sees("phone number or e-mail")),
            ("12", [sees("no phone number"), sees("phone number or e-mail")]),
            ("noy@example", [sees("e-mail address"), sees("phone number or e-mail")]),
            ("Noy@Example.com", sees("Tap all that apply")),
            (press("Halal food"), sees("Tap all", buttons=["☑ Halal food"])),
            (press("Interpretation"), sees("Tap all", buttons=["☑ Interpretation", "☑ Halal food"])),
            (press("☑ Halal food"), sees("Tap all", buttons=["Halal food"])),
            (press("Done ✓"), sees("Please check:", "Interpretation")),
            (press("Correct: Name"), sees("full name")),
            ("ນ້ອຍ ສາມ", sees("Please check:", "ນ້ອຍ ສາມ")),
            (press("I agree: register ✓"), sees("You are registered ✓", "ນ້ອຍ ສາມ")),
        ],
    )
    [row] = await registrations(held)
    assert row.answers["needs"] == ["interpretation"]
    assert row.contact == "noy@example.com"


async def test_it_goes_on_after_a_restart_and_days_later(
    desks: DeskFactory, telegram: FakeTelegram, noy: Person, clock: HeldClock
) -> None:
    async with desks.running(clock) as running:
        await store_event(running.store)
        await noy.starts("ev_farm-forum")
        await dialog(noy, [(press("✅ Register"), sees("full name")), ("王伟", sees("organisation called"))])
    clock.move(days=5)
    async with desks.running(clock) as running:
        await dialog(noy, [("昆明绿源", sees("position")), (press("‹ Back"), sees("organisation called"))])


async def test_a_colleague_and_a_double(held: Running, noy: Person) -> None:
    await store_event(held.store)
    await noy.starts("ev_farm-forum")
    await fill_in(noy, "ນ້ອຍ", "ຈຳປາ")
    await noy.presses("➕ Register a colleague")
    await dialog(
        noy,
        [
            (None, sees("full name")),
            ("ບຸນມີ", sees("position")),
            (press("Skip"), sees("phone number or e-mail")),
            ("+856 20 5555 1234", sees("Tap all")),
            (press("Done ✓"), sees("Please check:", "ບຸນມີ", "ຈຳປາ")),
            (press("I agree: register ✓"), sees("is registered already", buttons=["I agree: register ✓"])),
            (press("I agree: register ✓"), sees("You are registered ✓", "ບຸນມີ")),
            ("/mytickets", sees("Your registrations:", "ນ້ອຍ", "ບຸນມີ")),
        ],
    )
    assert [row.holder for row in await registrations(held)] == ["self", "colleague"]


async def test_registering_again_shows_the_ticket(held: Running, noy: Person) -> None:
    await store_event(held.store)
    await noy.starts("ev_farm-forum")
    card = await noy.sees("Mekong Farm Forum")
    await fill_in(noy, "ນ້ອຍ", "ຈຳປາ")
    await noy.presses("✅ Register", message=card, vanished=True)
    await noy.sees("Your ticket:")
    assert len(await registrations(held)) == 1


async def test_change_renew_calendar_cancel(held: Running, noy: Person) -> None:
    await store_event(held.store)
    await noy.starts("ev_farm-forum")
    await fill_in(noy, "ນ້ອຍ", "ຈຳປາ")
    await dialog(
        noy,
        [
            (press("✏️ Change"), sees("Please check:", buttons=["Save ✓", "Correct: Business"])),
            (press("Correct: Business"), sees("organisation called")),
            ("ດອກຈຳປາ", sees("Please check:", "ດອກຈຳປາ")),
            (press("Correct: Contact"), sees("A phone number or e-mail")),
            (press("Skip"), sees("Please check:")),
            (press("Save ✓"), sees("Your ticket:")),
            (press("🔁 New code (lost phone)"), sees("worthless")),
        ],
    )
    await noy.sees("Your ticket:")
    [row] = await registrations(held)
    assert (row.version, row.answers["organisation"]) == (2, "ດອກຈຳປາ")
    assert row.answers["consent"]["at"]
    assert (row.contact, row.answers.get("contact")) == (None, None)
    await noy.presses("📆 Into my calendar")
    file = await noy.sees("Open this file")
    assert "document" in file.content
    await dialog(
        noy,
        [
            ("/mytickets", sees("Your ticket:")),
            (press("✖️ Cancel it"), sees("Shall I cancel", buttons=["No, keep it"])),
            (press("Yes, cancel it"), sees("no longer registered")),
            ("/mytickets", sees("not registered for any event")),
        ],
    )


async def test_waiting_offer_and_taking_it(
    held: Running, noy: Person, sophea: Person, wei: Person, clock: HeldClock
) -> None:
    await store_event(held.store, capacity=1)
    await noy.starts("ev_farm-forum")
    await fill_in(noy, "ນ້ອຍ", "ຈຳປາ")
    for person, name in ((sophea, "សុភា"), (wei, "王伟")):
        await person.starts("ev_farm-forum")
        await dialog(person, [(None, sees("waiting list"))])
        await dialog(
            person,
            [
                (press("✅ Register"), sees("full name")),
                (name, sees("called")),
                ("X", sees("position")),
                (press("Skip"), sees("country")),
                (press("🇱🇦 Laos"), sees("about")),
                (press("Skip"), sees("phone")),
                (press("Skip"), sees("Tap all")),
                (press("Done ✓"), sees("Please check")),
                (
                    press("I agree: register ✓"),
                    sees("All places are taken", "number", buttons=["Leave the waiting list"]),
                ),
            ],
        )
    await noy.says("/mytickets")
    await noy.presses("✖️ Cancel it")
    await noy.presses("Yes, cancel it")
    await sophea.sees("A place has become free for you", buttons=["Take the place ✓", "Let it go"], fresh=False)
    clock.move(hours=25)
    await sophea.sees("not taken in time", fresh=False)
    await wei.sees("A place has become free for you", fresh=False)
    await sophea.presses("Take the place ✓", vanished=True)
    await sophea.sees("This offer is over")
    await dialog(wei, [(press("Take the place ✓"), sees("You are registered ✓", "王伟"))])
    assert [row.state for row in await registrations(held)] == ["cancelled", "expired", "confirmed"]


async def test_what_is_kept_is_shown_and_forgotten(held: Running, noy: Person) -> None:
    await store_event(held.store)
    await noy.starts("ev_farm-forum")
    await fill_in(noy, "ນ້ອຍ", "ຈຳປາ")
    await dialog(
        noy,
        [
            ("/mydata", sees("1 registration for an event", "last answers")),
            ("/forget", sees("Shall I delete")),
            (press("Yes, delete everything"), sees("I have forgotten you")),
        ],
    )
    [row] = await registrations(held)
    assert (row.answers, row.person_id, row.contact, row.country) == ({}, None, None, "LA")
    assert row.state == "cancelled"  # the place went back
    assert await count(held.store, EventProfileRow) == 0


def test_numbers_are_read_in_any_script_and_a_wrong_digit_is_noticed() -> None:
    number = tickets.new_number()
    lao = "".join(chr(0x0ED0 + int(digit)) for digit in number)
    assert tickets.read_number(tickets.spoken(number)) == number
    assert tickets.read_number(lao) == number
    wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
    assert tickets.read_number(wrong) is None


def test_a_code_holds_nothing_personal_and_no_other_secret_makes_it() -> None:
    key, other = b"a" * 32, b"b" * 32
    code = tickets.code(key, "123456782", 3)
    assert len(code) <= 64
    found = tickets.read_code(key, f"https://t.me/desk?start={code}")
    assert found is not None
    assert (found.number, found.version) == ("123456782", 3)
    assert tickets.read_code(other, code) is None
    assert tickets.read_code(key, code.replace("_3_", "_4_")) is None
    assert tickets.qr_png(code).startswith(b"\x89PNG")
