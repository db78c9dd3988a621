"""200 people send 5 quick messages each, through the whole product on a local fake Telegram.

Every person sends a message, and the next as soon as the answer is there or after a tenth of a second, whichever
first: taps and questions as in real chats. Prints the time from a message to its answer, and checks each one's order.
The rate limit is lifted as with Telegram's paid broadcast: at 25 a second a thousand answers take forty seconds.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import statistics
import sys
import tempfile
import time

from tests.fake_telegram import FakeTelegram
from tests.fake_telegram.people import Person

QUESTIONS = (
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
PAUSE = 0.1


async def person(someone: Person, number: int, messages: int, times: list[float]) -> bool:
    """Sends the messages; returns whether the answers came in order and complete."""
    began: list[float] = []

    async def answered(count: int) -> None:
        await someone.world.until(lambda: len(someone.messages()) >= count, 120.0, lambda: "an answer is missing")
        times.append(time.perf_counter() - began[count - 1])

    waiting = []
    for index in range(messages):
        began.append(time.perf_counter())
        await someone.says(QUESTIONS[(number + index) % len(QUESTIONS)])
        waiting.append(asyncio.create_task(answered(index + 1)))
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(waiting[-1]), PAUSE)
    await asyncio.gather(*waiting)
    return len(someone.messages()) == messages


async def main_async(people: int, messages: int, dense: str) -> None:
    async with FakeTelegram() as telegram:
        crowd = [telegram.person(f"P{n}", language_code="en", started=True) for n in range(people)]
        with tempfile.TemporaryDirectory() as folder:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "bot.cli",
                "run",
                env={
                    **os.environ,
                    "DATABASE_URL": f"sqlite:///{folder}/crowd.db",
                    "TELEGRAM_BOT_TOKEN": telegram.token,
                    "TELEGRAM_API_URL": telegram.root,
                    "TELEGRAM_RATE": "1000",
                    "PORT": "0",
                    "DENSE": dense,
                    "LOG_LEVEL": "ERROR",
                    "OMP_NUM_THREADS": "1",
                },
                stdout=asyncio.subprocess.PIPE,
            )
            assert process.stdout is not None
            await process.stdout.readline()
            times: list[float] = []
            began = time.perf_counter()
            complete = await asyncio.gather(*(person(p, n, messages, times) for n, p in enumerate(crowd)))
            seconds = time.perf_counter() - began
            process.terminate()
            await process.communicate()
    times.sort()
    print(f"\n{people} people × {messages} messages: {len(times)} answers in {seconds:.1f} s")
    print(
        f"  median {statistics.median(times):.2f} s, p95 {times[int(len(times) * 0.95)]:.2f} s, max {times[-1]:.2f} s"
    )
    print(f"  complete for {sum(complete)} of {people} people")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--messages", type=int, default=5)
    parser.add_argument("--no-dense", action="store_true")
    options = parser.parse_args()
    asyncio.run(main_async(options.people, options.messages, "0" if options.no_dense else "1"))


if __name__ == "__main__":
    main()
