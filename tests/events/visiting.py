"""People with the web chat open, who speak with it as its page does."""

from __future__ import annotations

import asyncio
import html
import itertools
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from aiohttp import ClientSession, ClientWebSocketResponse, CookieJar

from knowledge.language import Language
from knowledge.phrases import Phrases

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


@asynccontextmanager
async def visiting(url: str) -> AsyncIterator[Open]:
    """Opens the page of the desk at `url`, each time as somebody new."""
    async with AsyncExitStack() as stack:

        async def open_(language: Language) -> Visitor:
            headers = {"Accept-Language": language.value.replace("_", "-"), "Origin": url}
            session = await stack.enter_async_context(ClientSession(cookie_jar=CookieJar(unsafe=True), headers=headers))
            await session.get(url)
            socket = await stack.enter_async_context(session.ws_connect(f"{url}/web/socket"))
            await socket.send_json({"type": "hello", "have": []})
            return Visitor(url, session, socket, language)

        yield open_


async def register(visitor: Visitor, name: str, business: str, title: str) -> None:
    """From the card to what became of it."""
    await visitor.presses("✅ Register")
    await visitor.sees("What is your full name, as it should stand on the badge?")
    await visitor.says(name)
    await visitor.sees("What is your business or organisation called?")
    await register_from_business(visitor, name, business)
    await visitor.sees(title)


async def register_from_business(visitor: Visitor, name: str, business: str) -> None:
    """From the question after the name, wherever that was given."""
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
