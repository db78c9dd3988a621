"""Our webhook route, inbox and workers with a handler that does nothing. Arguments: port, secret, database URL."""

from __future__ import annotations

import asyncio
import sys
from typing import cast

from aiohttp import web
from pydantic import SecretStr

from benchmarks.load import TOKEN
from bot.channels.telegram import TelegramChannel
from bot.channels.telegram.profile import Introduction
from bot.clock import SystemClock
from bot.conversation import Kind, Turn
from bot.inbox import Inbox
from bot.outbox import Outbox
from bot.routing import Router, Routes
from bot.services import Services
from bot.settings import Settings
from bot.store import open_store
from bot.store.migrate import migrate
from bot.worker import Workers
from knowledge.base import KnowledgeBase


async def nothing(_turn: Turn) -> None:
    """Handled."""


async def main(port: int, secret: str, database_url: str) -> None:
    settings = Settings(
        telegram_bot_token=SecretStr(TOKEN),
        public_url="https://desk.example.org",
        webhook_secret=SecretStr(secret),
        database_url=database_url,
    )
    store = open_store(settings.database_url)
    await migrate(store)
    clock, inbox = SystemClock(), Inbox(store)
    words = Introduction(lambda t: [], lambda t: [], lambda t: "", lambda t: "")
    channel = TelegramChannel(settings, inbox, clock, words)
    routes = Routes()
    routes.kind(Kind.TEXT)(nothing)
    router = Router(routes, unknown_button=nothing, unknown_command=nothing)
    outbox = Outbox(store, {channel.name: channel.capabilities})
    services = Services(clock, settings, cast(KnowledgeBase, None), outbox)
    workers = Workers(store, inbox, {channel.name: channel}, router, services, lambda p, c: None)
    inbox.start()
    workers.start()
    app = web.Application()
    app.add_routes(channel.routes())
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    print("ready", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2], sys.argv[3]))
