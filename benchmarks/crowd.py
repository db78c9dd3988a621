"""200 people send 5 quick messages each, through the whole product on a local fake Telegram.

All begin within the first pause, and each sends the next message after a pause (2 s: as fast as people type; 0: all
at once) whether the answer is there or not. Prints the time from a message to its answer, and checks that everyone
got each answer once and in order: one who asked alone before has seen what every message is answered with.
The rate limit is lifted as with Telegram's paid broadcast: at 25 a second a thousand answers take forty seconds.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from tests.fake_telegram import FakeTelegram
from tests.fake_telegram.people import Person

MESSAGES = (
    "/zones",
    "tax holiday in savan seno?",
    "/borders",
    "papers for durian to china",
    "/forums",
    "is mohan boten open",
    "/about",
    "what is form e",
    "/programmes",
    "rent in map ta phut",
)
LOOK_SECONDS = 0.01
PATIENCE_SECONDS = 120.0


@asynccontextmanager
async def desk(
    telegram: FakeTelegram, dense: bool, rate: int = 1000, database_url: str | None = None
) -> AsyncIterator[None]:
    """A serving desk in a process of its own; with a database of its own unless one is given."""
    with tempfile.TemporaryDirectory() as folder:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot.cli", "run"),
            env={
                **os.environ,
                "DATABASE_URL": database_url or f"sqlite:///{folder}/crowd.db",
                "TELEGRAM_BOT_TOKEN": telegram.token,
                "TELEGRAM_API_URL": telegram.root,
                "TELEGRAM_RATE": str(rate),
                "PORT": "0",
                "DENSE": "1" if dense else "0",
                "LOG_LEVEL": "ERROR",
                "QUIET_HOURS": "00:00-00:00",
            },
            stdout=asyncio.subprocess.PIPE,
        )
        assert process.stdout is not None
        try:
            await process.stdout.readline()
            yield
        finally:
            if process.returncode is None:
                process.terminate()
            await process.communicate()


async def answers_alone(someone: Person) -> dict[str, str]:
    """What each message is answered with, by its first line."""
    answers = {}
    for message in MESSAGES:
        await someone.says(message)
        answers[message] = _first_line((await someone.sees(lambda _: True)).shown)
    return answers


async def talk(someone: Person, messages: Sequence[str], delay: float, pause: float, began: list[float]) -> None:
    await asyncio.sleep(delay)
    for message in messages:
        began.append(time.perf_counter())
        await someone.says(message)
        await asyncio.sleep(pause)


async def watch(crowd: Sequence[Person], began: Sequence[Sequence[float]], count: int) -> list[float]:
    """The seconds from each message to its answer. One look over all chats now and then: a waiter for each message
    would cost more than the bot."""
    seen = [0] * len(crowd)
    seconds: list[float] = []
    newest = time.perf_counter()
    while len(seconds) < count * len(crowd) and time.perf_counter() < newest + PATIENCE_SECONDS:
        await asyncio.sleep(LOOK_SECONDS)
        now = time.perf_counter()
        for number, someone in enumerate(crowd):
            arrived = len(someone.messages()) if seen[number] < count else count
            seconds += [now - sent for sent in began[number][seen[number] : arrived]]
            newest = now if arrived > seen[number] else newest
            seen[number] = arrived
    return seconds


async def measure(people: int, count: int, pause: float, dense: bool) -> None:
    async with FakeTelegram() as telegram:
        crowd = [telegram.person(f"P{number}", language_code="en", started=True) for number in range(people)]
        says = [[MESSAGES[(number + index) % len(MESSAGES)] for index in range(count)] for number in range(people)]
        began: list[list[float]] = [[] for _ in crowd]
        async with desk(telegram, dense):
            alone = await answers_alone(telegram.person("Alone", language_code="en", started=True))
            talks = [
                asyncio.create_task(talk(someone, says[number], pause * number / people, pause, began[number]))
                for number, someone in enumerate(crowd)
            ]
            start = time.perf_counter()
            seconds = sorted(await watch(crowd, began, count))
            took = time.perf_counter() - start
            await asyncio.gather(*talks)
        in_order = [
            [_first_line(message.shown) for message in someone.messages()] == [alone[message] for message in said]
            for someone, said in zip(crowd, says, strict=True)
        ]
    print(f"\n{people} people × {count} messages, {pause:g} s apart: {len(seconds)} answers in {took:.1f} s")
    print(
        f"  median {statistics.median(seconds):.2f} s, p95 {seconds[int(len(seconds) * 0.95)]:.2f} s, "
        f"max {seconds[-1]:.2f} s"
    )
    print(f"  complete and in order for {sum(in_order)} of {people} people")


def _first_line(text: str) -> str:
    return text.strip().partition("\n")[0]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--messages", type=int, default=5)
    parser.add_argument("--pause", type=float, default=2.0)
    parser.add_argument("--no-dense", action="store_true")
    options = parser.parse_args()
    asyncio.run(measure(options.people, options.messages, options.pause, not options.no_dense))


if __name__ == "__main__":
    main()
