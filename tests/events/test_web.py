"""Events in the web chat, spoken with as its page does it, in the visitor's own language."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio
from sqlalchemy import select, update

from bot.services.events import model, staff
from bot.store.event_tables import EventRow, RegistrationRow
from bot.store.tables import IdentityRow
from knowledge.language import Language
from knowledge.texts import Text
from tests.conftest import DeskFactory, Running
from tests.events.making import START, HeldClock, give_role, store_event
from tests.events.visiting import Open, register, visiting


@pytest.fixture(params=["sqlite"])
def backend(request: pytest.FixtureRequest) -> str:
    """Both databases are tried through Telegram; here the page is what matters."""
    return str(request.param)


@pytest_asyncio.fixture
async def web(desks: DeskFactory, clock: HeldClock) -> AsyncIterator[Running]:
    async with desks.running(clock, telegram=False) as running:
        yield running


@pytest_asyncio.fixture
async def visit(web: Running) -> AsyncIterator[Open]:
    async with visiting(web.url) as open_:
        yield open_


CASES = {
    "lao": (Language.LO, "ເວທີກະສິກຳ ຢູ່ ລາວ ມີບໍ່?", "ເວທີກະສິກຳແມ່ຂອງ", "ນ້ອຍ ແກ້ວມະນີ", "ກະສິກຳຈຳປາ"),
    "khmer": (Language.KM, "តើមានវេទិកាកសិកម្មនៅឡាវទេ?", "វេទិកាកសិកម្មមេគង្គ", "សុភា ចាន់", "សហករណ៍កំពត"),
    "chinese": (Language.ZH, "老挝有没有农业论坛？", "湄公河农业论坛", "王伟", "昆明绿源"),
    "burmese": (Language.MY, "လာအိုမှာ စိုက်ပျိုးရေး ဖိုရမ် ရှိလား", "Mekong Farm Forum", "ခင်မျိုးချစ်", "မြန်မာ့ဆန်"),
}


@pytest.mark.parametrize("case", list(CASES))
async def test_found_by_a_question_registered_ticket_calendar_and_given_up(
    web: Running, visit: Open, case: str
) -> None:
    language, question, title, name, business = CASES[case]
    await store_event(web.store)
    visitor, stranger = await visit(language), await visit(Language.EN)
    await visitor.says(question)
    await visitor.sees(title, "UTC+7")
    await register(visitor, name, business, title)
    ticket = await visitor.sees("You are registered ✓", title, name)
    status, picture = await visitor.file(ticket)
    assert (status, picture[:4]) == (200, b"\x89PNG")
    assert (await stranger.file(ticket))[0] == 404
    await visitor.presses("📆 Into my calendar")
    status, calendar = await visitor.file(await visitor.sees("Open this file to put the event into your calendar."))
    assert title in calendar.decode().replace("\r\n ", "")
    await visitor.says("/mytickets")
    await visitor.sees("Your ticket:", name)
    await visitor.presses("✏️ Change")
    await visitor.sees("Please check:", business)
    await visitor.presses(str(visitor.t("Correct: {name}", name=visitor.t("Business")).unescape()))
    await visitor.sees("What is your business or organisation called?")
    await visitor.says(f"{business} 2")
    await visitor.sees("Please check:", f"{business} 2")
    await visitor.presses("Save ✓")
    await visitor.sees("Your ticket:", name)
    await visitor.presses("✖️ Cancel it")
    await visitor.sees(title)
    await visitor.presses("Yes, cancel it")
    await visitor.sees(name)
    await visitor.says("/mytickets")
    await visitor.sees("You are not registered for any event.")
    async with web.store.read() as session:
        row = await session.scalar(select(RegistrationRow))
    assert row is not None
    assert (row.state, row.language, row.answers["organisation"]) == ("cancelled", language.value, f"{business} 2")


async def test_waiting_an_offer_a_reminder_a_change_feedback_and_the_certificate(
    web: Running, visit: Open, clock: HeldClock
) -> None:
    event = await store_event(web.store, capacity=1)
    first, second = await visit(Language.KM), await visit(Language.LO)
    for visitor, name in ((first, "សុភា ចាន់"), (second, "ນ້ອຍ ແກ້ວມະນີ")):
        title = "វេទិកាកសិកម្មមេគង្គ" if visitor is first else "ເວທີກະສິກຳແມ່ຂອງ"
        await visitor.says("/start ev_farm-forum")
        await visitor.sees(title)
        await register(visitor, name, "X", title)
    await first.says("/mytickets")
    await first.sees("Your ticket:")
    await first.presses("✖️ Cancel it")
    await first.sees("វេទិកាកសិកម្មមេគង្គ")
    await first.presses("Yes, cancel it")
    await second.sees("ເວທີກະສິກຳແມ່ຂອງ", "🎉 A place has become free for you:")
    await second.presses("Take the place ✓")
    await second.sees("You are registered ✓", "ນ້ອຍ ແກ້ວມະນີ")

    title, lao = "ເວທີກະສິກຳແມ່ຂອງ", second.t
    clock.set(START - timedelta(days=1))
    await second.sees(title, str(lao.n("⏰ In {count} day:", "⏰ In {count} days:", 1).unescape()))
    async with web.store.write() as session:
        venue = Text(en="Lao Plaza", lo="ລາວພລາຊາ").model_dump()
        await staff.do_change(session, None, event.id, {"venue": venue}, clock.now())
    await second.sees(title, "❗ An event that you are registered for has changed:")

    async with web.store.write() as session:
        state = RegistrationRow.state == "confirmed"
        await session.execute(update(RegistrationRow).where(state).values(checked_in_at=START, checked_in_by="gate"))
    clock.set((START + timedelta(days=1)).replace(hour=3))
    await second.sees("ເວທີກະສິກຳແມ່ຂອງ", "Thank you for coming!")
    await second.presses("Tell how it was")
    await second.sees("How was it, all in all?")
    await second.presses("★★★★★")
    await second.sees("What was most useful?")
    await second.presses("New contacts")
    await second.sees("Would you come again?")
    await second.presses("Yes")
    await second.sees("What should be better next time? A few words, or Skip.")
    await second.says("ເວລາຫຼາຍກວ່ານີ້")
    await second.sees("Shall the organiser see who wrote this?")
    await second.presses("Without my name")
    await second.sees("Thank you, that helps the next one.")
    await second.presses("📜 My certificate")
    status, paper = await second.file(await second.sees("ເວທີກະສິກຳແມ່ຂອງ"))
    assert (status, paper[:4]) == (200, b"%PDF")


async def test_staff_make_publish_and_export_an_event(web: Running, visit: Open) -> None:
    officer, trader = await visit(Language.TH), await visit(Language.MY)
    await officer.says("/manage")
    await officer.sees("This is for our staff only.")
    async with web.store.read() as session:
        account = await session.scalar(select(IdentityRow.external_id).where(IdentityRow.platform == "web"))
    assert account is not None
    await give_role(web.store, "web", account, "owner")
    await officer.says("/manage")
    await officer.sees("Events, the latest first:")
    await officer.presses("➕ New event")
    for prompt, words in (
        ("The event's title in English?", "Durian day"),
        ("Where does it take place?", "Boten"),
    ):
        await officer.sees(prompt)
        await officer.says(words)
    await officer.sees("In which country?")
    await officer.presses(f"🇱🇦 {officer.t.country('LA')}")
    await officer.sees("In which time zone?")
    await officer.presses(f"{officer.t.country('LA')} (Asia/Vientiane)")
    for prompt, words in (
        ("When does it begin? For example 15/4/2027 9:00", "๓/๕/๒๕๗๐ ๙:๐๐"),
        ("When does it end? For example 15/4/2027 17:00", "3/5/2027 17:00"),
        ("How many places? Skip when there is no limit.", "2"),
    ):
        await officer.sees(prompt)
        await officer.says(words)
    await officer.sees("Who can come?")
    await officer.presses("Everybody can register")
    await officer.sees("Who is the organiser?")
    await officer.presses("Skip")
    await officer.sees("Please check:", "Durian day")
    await officer.presses("All correct ✓")
    await officer.sees("Durian day")
    await officer.presses("🚀 Publish")
    await officer.sees("🟢", "Durian day")
    async with web.store.read() as session:
        link = model.event_of((await session.scalars(select(EventRow))).one()).link
    await trader.says(f"/start {link}")
    await trader.sees("Durian day")
    await register(trader, "ခင်မျိုးချစ်", "မြန်မာ့ဆန်", "Durian day")
    await officer.presses("👥 Participants")
    await officer.sees("ခင်မျိုးချစ်")
    await officer.presses("CSV")
    status, listed = await officer.file(
        await officer.sees("Personal data: keep it safe, and delete it when the event is over. This export was logged.")
    )
    assert status == 200
    assert "ခင်မျိုးချစ်" in listed.decode("utf-8-sig")
