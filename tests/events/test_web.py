"""Events in the web chat, spoken with as its page does it, in the visitor's own language."""

from __future__ import annotations

import asyncio
import html
import itertools
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import ClientSession, ClientWebSocketResponse, CookieJar
from sqlalchemy import select, update

from bot.store.event_tables import RegistrationRow
from knowledge.language import Language
from knowledge.phrases import Phrases
from tests.conftest import DeskFactory, Running
from tests.events.making import START, HeldClock, store_event

Open = Callable[[Language], Awaitable["Visitor"]]
PATIENCE = 20.0


class Visitor:
    """Somebody with the page open. Labels and prompts are given in English and looked for in their language."""

    def __init__(self, url: str, session: ClientSession, socket: ClientWebSocketResponse, language: Language) -> None:
        self._url = url
        self._session = session
        self._socket = socket
        self._ids = itertools.count(1)
        self._items: dict[str, dict[str, Any]] = {}
        self._unseen: list[str] = []
        self.t = Phrases(language)

    async def says(self, words: str) -> None:
        self._unseen.clear()
        await self._send({"type": "text", "text": words})

    async def presses(self, label: str) -> None:
        """The newest button of this English label, or (of content) of these words themselves."""
        wanted = {label, str(self.t.p("button", label).unescape()), str(self.t(label).unescape())}
        for row, item in sorted(self._items.items(), key=lambda pair: -pair[1]["id"]):
            for button in itertools.chain(*item["buttons"]):
                if button["label"] in wanted:
                    self._unseen.clear()
                    await self._send({"type": "button", "key": button["key"], "message": row, "label": button["label"]})
                    return
        raise AssertionError(f"no button {wanted}\n{self.screen()}")

    async def _send(self, frame: dict[str, Any]) -> None:
        await self._socket.send_json({**frame, "id": f"f{next(self._ids)}"})

    async def sees(self, *parts: str) -> dict[str, Any]:
        """Waits for a new message that holds all parts: English messages in the visitor's language, or content."""
        wanted = [(part, str(self.t(part).unescape())) for part in parts]
        try:
            async with asyncio.timeout(PATIENCE):
                while True:
                    for row in self._unseen:
                        shown = _plain(self._items[row]["text"])
                        if all(any(words in shown for words in ways) for ways in wanted):
                            return self._items[row]
                    await self._hear()
        except TimeoutError:
            raise AssertionError(f"did not see {wanted}\n{self.screen()}") from None

    async def _hear(self) -> None:
        frame = await self._socket.receive_json()
        if frame["type"] != "messages":
            return
        for item in frame["items"]:
            row = str(item.get("edit") or item["id"])
            self._items[row] = item
            self._unseen.append(row)

    async def file(self, item: dict[str, Any]) -> tuple[int, bytes]:
        answer = await self._session.get(self._url + item["file"]["url"])
        return answer.status, await answer.read()

    def screen(self) -> str:
        lines = [_plain(item["text"]) + " " + str(item["buttons"]) for item in self._items.values()]
        return "\n".join(lines)


def _plain(text: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "", text))


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
    async with AsyncExitStack() as stack:

        async def open_(language: Language) -> Visitor:
            headers = {"Accept-Language": language.value.replace("_", "-"), "Origin": web.url}
            session = await stack.enter_async_context(ClientSession(cookie_jar=CookieJar(unsafe=True), headers=headers))
            await session.get(web.url)
            socket = await stack.enter_async_context(session.ws_connect(f"{web.url}/web/socket"))
            await socket.send_json({"type": "hello", "have": []})
            return Visitor(web.url, session, socket, language)

        yield open_


async def register(visitor: Visitor, name: str, business: str, title: str) -> None:
    """From the card to what became of it."""
    await visitor.presses("✅ Register")
    await visitor.sees("What is your full name, as it should stand on the badge?")
    await visitor.says(name)
    await visitor.sees("What is your business or organisation called?")
    await visitor.says(business)
    await visitor.sees("What is your position there?")
    await visitor.presses("Skip")
    await visitor.sees("In which country is the business?")
    await visitor.presses(f"🇱🇦 {visitor.t.country('LA')}")
    await visitor.sees("What is the business about?")
    await visitor.presses("Farming and food")
    await visitor.sees("A phone number or e-mail for the organiser? Only they see it.")
    await visitor.presses("Skip")
    await visitor.sees("What would you like? Tap all that apply, then Done.")
    await visitor.presses("Done ✓")
    await visitor.sees("Please check:", name, business)
    await visitor.presses("I agree: register ✓")
    await visitor.sees(title)


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
    await visitor.presses("✖️ Cancel it")
    await visitor.sees(title)
    await visitor.presses("Yes, cancel it")
    await visitor.sees(name)
    await visitor.says("/mytickets")
    await visitor.sees("You are not registered for any event.")
    async with web.store.read() as session:
        row = await session.scalar(select(RegistrationRow))
    assert row is not None
    assert (row.state, row.language, row.answers["organisation"]) == ("cancelled", language.value, business)


async def test_waiting_an_offer_feedback_and_the_certificate(web: Running, visit: Open, clock: HeldClock) -> None:
    await store_event(web.store, capacity=1)
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
