"""What another process publishes is answered with, without a restart; how soon: `python -m benchmarks.publication`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio

from bot import terminal
from bot.app import make_router
from bot.clock import SystemClock
from bot.store import Store, open_store
from knowledge import curate
from knowledge.base import KnowledgeBase
from knowledge.seed import seed
from tests.conftest import Running
from tests.fake_telegram import FakeTelegram
from tests.spine.stand_ins import until
from tests.staff.conftest import loaded, someone
from tests.staff.knowing import desk_of

ZONE = "la-savan-park"
NAME = "Zebrafish Meadow Park"


@pytest_asyncio.fixture
async def small(
    store: Store, knowledge: KnowledgeBase, database_url: str, telegram: FakeTelegram
) -> AsyncIterator[Running]:
    """A desk that knows one zone and its country: on PostgreSQL too all records would take seconds."""
    content = replace(knowledge.content, records={id_: knowledge.content.records[id_] for id_ in (ZONE, "country-la")})
    async with store.write() as session:
        await seed(session, content, SystemClock().now())
    async with desk_of(await loaded(store), store, database_url, telegram) as running:
        yield running


async def publish_elsewhere(database_url: str) -> None:
    """As a process of its own would: with its own connections."""
    store = open_store(database_url)
    async with store.write() as session:
        held = await curate.published(session, ZONE)
        assert held is not None
        body = curate.with_value(held[0], "names.en", NAME)
        await curate.publish(session, body, held[1], "somebody else", SystemClock().now())
    await store.close()


async def test_a_serving_desk_finds_it(small: Running, database_url: str, telegram: FakeTelegram, store: Store) -> None:
    trader, _ = await someone(telegram, store, "Trader")
    await publish_elsewhere(database_url)

    async def answered() -> bool:
        await trader.says("zebrafish meadow park")
        return NAME in (await trader.sees(lambda _: True)).shown

    await until(answered)


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_the_terminal_finds_it(
    small: Running, database_url: str, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines: asyncio.Queue[str | None] = asyncio.Queue()
    shown: list[str] = []
    monkeypatch.setattr(terminal, "_ask_line", lines.get)
    monkeypatch.setattr(terminal, "_show", shown.append)
    await small.desk.stop()  # nobody else in this process looks for publications
    talk = asyncio.create_task(terminal.talk(store, small.services, make_router(), "me"))
    await publish_elsewhere(database_url)

    async def known() -> bool:
        return small.services.knowledge.index.corpus.content.records[ZONE].names.en == NAME

    await until(known)
    await lines.put("zebrafish meadow park")

    async def answered() -> bool:
        return any(NAME in message for message in shown)

    await until(answered)
    await lines.put(None)
    await talk
