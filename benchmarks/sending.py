"""Sending messages to a local fake Bot API: PTB with its default request class against ours through the ledger.

Ours writes each message's states to the database (queued → sending → sent); PTB keeps nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time

from pydantic import SecretStr
from sqlalchemy import func, select
from telegram import Bot
from telegram.request import HTTPXRequest

from benchmarks.load import child, free_port, report
from bot.channels.telegram import TelegramChannel
from bot.channels.telegram.profile import Introduction
from bot.clock import SystemClock
from bot.conversation import Lane
from bot.dispatcher import Dispatcher
from bot.inbox import Inbox
from bot.limiter import Limiter
from bot.settings import Settings
from bot.store import Store, open_store
from bot.store.migrate import migrate
from bot.store.tables import OutboxRow

IN_FLIGHT = 30
TEXT = "The forum in Vientiane begins at nine. Please bring your ticket."


async def ptb(root: str, token: str, count: int) -> float:
    """Messages a second with PTB's HTTPX request class, 30 in flight."""
    request = HTTPXRequest(connection_pool_size=IN_FLIGHT)
    async with Bot(token, base_url=f"{root}/bot", request=request) as bot:
        waiting = iter(range(count))

        async def one() -> None:
            for number in waiting:
                await bot.send_message(1000 + number, TEXT)

        began = time.perf_counter()
        await asyncio.gather(*(one() for _ in range(IN_FLIGHT)))
        return count / (time.perf_counter() - began)


async def desk(root: str, token: str, count: int, database_url: str) -> float:
    """Messages a second through the ledger: from all queued to all sent."""
    store = open_store(database_url)
    await migrate(store)
    await _queue(store, count, SystemClock())
    seconds = await drain(store, root, token, Limiter(1_000_000, 0.0))
    await store.close()
    return count / seconds


async def drain(store: Store, root: str, token: str, limiter: Limiter) -> float:
    """The seconds that the dispatcher takes until nothing is queued any more."""
    settings = Settings(telegram_bot_token=SecretStr(token), telegram_api_url=root)
    clock = SystemClock()
    words = Introduction(lambda t: [], lambda t: [], lambda t: "", lambda t: "")
    channel = TelegramChannel(settings, Inbox(store), clock, words)
    for request in channel.requests:
        await request.initialize()
    dispatcher = Dispatcher(store, channel, clock, limiter)
    began = time.perf_counter()
    dispatcher.start()
    while await _open(store):
        await asyncio.sleep(0.05)
    seconds = time.perf_counter() - began
    await dispatcher.stop()
    await channel.stop()
    return seconds


async def _queue(store: Store, count: int, clock: SystemClock) -> None:
    now = clock.now()
    rows = [
        {
            "platform": "telegram",
            "chat": str(1000 + number),
            "lane": int(Lane.BROADCAST),
            "body": {"text": TEXT},
            "state": "queued",
            "attempts": 0,
            "created_at": now,
        }
        for number in range(count)
    ]
    async with store.write() as session:
        await session.execute(store.insert(OutboxRow), rows)


async def _open(store: Store) -> int:
    async with store.read() as session:
        query = select(func.count()).where(OutboxRow.state.in_(["queued", "sending"]))
        return await session.scalar(query) or 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=3_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    rates: dict[str, list[float]] = {"PTB, default request class": [], "Mekong Desk through the ledger (SQLite)": []}
    with child("tests.fake_telegram", "--port", str(free_port()), "--bench", "--open-chats") as fake:
        root, _, token = fake.first_line.split()[:3]  # type: ignore[attr-defined]
        for _ in range(options.rounds):
            rates["PTB, default request class"].append(asyncio.run(ptb(root, token, options.messages)))
            with tempfile.TemporaryDirectory() as folder:
                url = f"sqlite+aiosqlite:///{folder}/bench.db"
                rate = asyncio.run(desk(root, token, options.messages, url))
                rates["Mekong Desk through the ledger (SQLite)"].append(rate)
    report("Sending", rates, "messages/s", "PTB, default request class")


if __name__ == "__main__":
    main()
