"""A small desk behind the real web channel: real inbox, workers and outbox, with a few handlers of its own."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import Any, cast

from aiohttp import web
from markupsafe import Markup, escape
from sqlalchemy import select

from bot.channels.web import Limits, WebChannel
from bot.clock import SystemClock
from bot.conversation import Attachment, Button, Kind, Turn, rows
from bot.inbox import Inbox
from bot.outbox import Outbox
from bot.routing import Router, Routes
from bot.services import Services
from bot.settings import Settings
from bot.store import Store, open_store
from bot.store.tables import InboxRow, OutboxRow
from bot.worker import Workers
from knowledge.language import Language
from knowledge.store import Base
from tests.web.texts import ANSWERS, GREETINGS

routes = Routes()
LABELS = [("Land lease", "menu"), ("ពន្ធលើប្រាក់ចំណូល", "menu"), ("အခွန်ကင်းလွတ်ခွင့်", "menu"), ("ອາກອນກຳໄລ", "menu")]
HOSTILE = "<img src=x onerror=alert(1)><script>alert(1)</script>"
PNG = bytes.fromhex(  # 48 by 32 pixels
    "89504e470d0a1a0a0000000d4948445200000030000000200802000000dbb66c4b0000003a4944415478daedce310d00200c"
    "00b0fd48c3052f06a70b05fb51b02c4d2aa0b1ee6925848484848484848484848486855eee5684848484843e054b4326ca42"
    "8e72880000000049454e44ae426082"
)


@routes.command("start")
async def start(turn: Turn) -> None:
    buttons = [Button("Menu", "menu"), Button("Where am I?", request="location")]
    turn.say(GREETINGS[turn.person.language], rows(buttons, 2))


@routes.command("language")
async def language(turn: Turn) -> None:
    chosen = Language(turn.incoming.text)
    turn.person = type(turn.person)(turn.person.id, chosen)
    turn.say(GREETINGS[chosen])


@routes.command("zones", "borders", "forums", "programmes")
async def topic(turn: Turn) -> None:
    turn.say(Markup("Topic <b>{}</b>").format(turn.incoming.command), rows([Button("Menu", "menu")]))


@routes.button("menu")
async def menu(turn: Turn) -> None:
    step = int(turn.pressed.data.get("step", 0)) if turn.pressed else 0
    buttons = [Button("Next step", "menu", {"step": step + 1}), Button("Tell me", "tell", {"step": step})]
    turn.say(Markup("Menu step {}").format(step), rows(buttons, 2), edit=True)


@routes.button("tell")
async def tell(turn: Turn) -> None:
    turn.say(Markup("Told about step {}").format(turn.pressed.data["step"] if turn.pressed else "?"))


@routes.kind(Kind.LOCATION)
async def location(turn: Turn) -> None:
    turn.say(Markup("You are at {}").format(turn.incoming.location))


@routes.kind(Kind.TEXT)
async def text(turn: Turn) -> None:
    words = turn.incoming.text
    if words == "hostile":
        turn.say(
            Markup(
                HOSTILE + '<a href="javascript:alert(1)">bad link</a> <a href="https://example.org/?a=1&amp;b=2">'
                "good link</a>"
            ),
            rows([Button(HOSTILE, "menu")]),
        )
    elif words == "picture":
        turn.say(Markup("A picture"), attachment=Attachment("map.png", "image/png", PNG))
    elif words == "page":
        turn.say(Markup("A page"), attachment=Attachment('x"/../ឯកសារ.html', "text/html", b"<script>alert(1)</script>"))
    elif match := re.fullmatch("only ([a-z]{2})", words):
        answer = next(answer for language, answer in ANSWERS.items() if language.short == match[1])
        turn.say(answer, rows([Button(*label) for label in LABELS], 2))
    elif words == "all scripts":
        for answer in ANSWERS.values():
            turn.say(answer)
    else:
        turn.say(Markup("You said: {}").format(words))


async def unknown(turn: Turn) -> None:
    turn.say(escape("I don't know that."))


class Desk:
    """One run of the server; `restart` makes another one over the same database, on the same port."""

    def __init__(self, database_url: str, limits: Limits | None = None) -> None:
        self.settings = Settings(database_url=database_url)
        self.limits = limits
        self.port = 0
        self.refused: set[str] = set()  # paths that a proxy in between would not let through
        self.open: list[str] = []  # paths of requests under way
        self.answers_lost: set[str] = set()  # paths whose next request arrives, but not its answer

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        self.store: Store = open_store(self.settings.database_url)
        async with self.store.engine.begin() as connection:
            await connection.run_sync(Base.metadata.create_all)
        clock = SystemClock()
        self.inbox = Inbox(self.store)
        self.channel = WebChannel(self.store, self.inbox, clock, self.settings, self.limits)
        self.workers = Workers(
            self.store,
            self.inbox,
            {"web": self.channel},
            Router(routes, unknown_button=unknown, unknown_command=unknown),
            Services(clock, self.settings, cast(Any, None), Outbox(self.store, {"web": self.channel.capabilities})),
            lambda platform, chat: self.channel.notify(chat),
        )
        self.inbox.start()
        self.workers.start()
        await self.channel.start()
        await self._listen()

    async def _listen(self) -> None:
        @web.middleware
        async def proxy(
            request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
        ) -> web.StreamResponse:
            if request.path in self.refused:
                return web.Response(status=502)
            self.open.append(request.path)
            response = await handler(request)
            self.open.remove(request.path)
            if request.path in self.answers_lost:
                self.answers_lost.remove(request.path)
                return web.Response(status=504)
            return response

        app = web.Application(middlewares=[proxy])
        app.add_routes(self.channel.routes())
        self.runner = web.AppRunner(app, access_log=None, shutdown_timeout=2)
        await self.runner.setup()
        await web.TCPSite(self.runner, "127.0.0.1", self.port, reuse_address=True).start()
        self.port = self.runner.addresses[0][1]

    async def stop(self) -> None:
        await self.channel.stop()
        await self.runner.cleanup()
        await self.inbox.stop()
        await self.workers.stop()
        await self.store.close()

    async def restart(self) -> None:
        await self.stop()
        await self.start()

    # -- what the database holds

    async def said(self) -> list[str]:
        """The texts that arrived, in the order of their handling."""
        async with self.store.read() as session:
            found = await session.scalars(select(InboxRow.payload).order_by(InboxRow.sequence))
            return [match[1] for payload in found if (match := re.search(r'"text": "([^"]*)"', payload))]

    async def outbox(self) -> list[OutboxRow]:
        async with self.store.read() as session:
            return list(await session.scalars(select(OutboxRow).order_by(OutboxRow.id)))

    async def write(self, chat: str, text: str) -> None:
        """A message from another process: nobody here is told."""
        async with self.store.write() as session:
            session.add(
                OutboxRow(
                    platform="web",
                    chat=chat,
                    lane=2,
                    body={"text": text},
                    state="queued",
                    attempts=0,
                    created_at=SystemClock().now(),
                )
            )

    async def polled(self) -> bool:
        """Whether a long poll is waiting."""
        return "/web/poll" in self.open

    async def until_sent(self) -> None:
        """Waits until every message has its receipt."""

        async def sent() -> bool:
            return all(row.state == "sent" for row in await self.outbox())

        await until(sent)


async def until(condition: Callable[[], Awaitable[object]]) -> None:
    """Waits for what only looking can tell, because it happens in the database or behind a connection."""
    async with asyncio.timeout(10):
        while not await condition():
            await asyncio.sleep(0.02)
