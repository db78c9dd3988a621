"""`mekongdesk chat`: one person at a keyboard."""

from __future__ import annotations

import asyncio
import sys

from bot import refresh
from bot.channels.console import ConsoleChannel
from bot.inbox import Inbox
from bot.routing import Router
from bot.services import Services
from bot.store import Store
from bot.worker import Workers

PROMPT = "› "


async def talk(store: Store, services: Services, router: Router, name: str) -> None:
    """Talks until the input ends or the person writes /quit."""
    inbox = Inbox(store)
    channel = ConsoleChannel(store, inbox, services.clock, name, _ask_line, _show)
    workers = Workers(store, inbox, {channel.name: channel}, router, services, lambda _p, chat: channel.notify(chat))
    inbox.start()
    workers.start()
    refresher = refresh.start(store, services.knowledge)
    try:
        await channel.talk()
    finally:
        refresher.cancel()
        await inbox.stop()
        await workers.stop()


async def _ask_line() -> str | None:
    sys.stdout.write(PROMPT)
    sys.stdout.flush()
    line = await asyncio.to_thread(sys.stdin.readline)
    return line if line else None


def _show(message: str) -> None:
    sys.stdout.write(f"\n{message}\n\n")
    sys.stdout.flush()
