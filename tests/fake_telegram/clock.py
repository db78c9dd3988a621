"""Time and waiting: a clock that a test moves, and a signal that wakes whoever waits for a condition."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

Clock = Callable[[], float]


class ManualClock:
    """A clock that stands still until a test moves it."""

    def __init__(self, now: float = 1_790_000_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        """Let `seconds` pass."""
        self.now += seconds


class Signal:
    """Wakes every waiter when something changed; waiters check their condition again, nobody polls."""

    def __init__(self) -> None:
        self._waiters: set[asyncio.Future[None]] = set()

    def notify(self) -> None:
        """Something changed."""
        if self._waiters:
            for waiter in self._waiters:
                if not waiter.done():
                    waiter.set_result(None)
            self._waiters.clear()

    async def wait(self) -> None:
        """Until the next notify()."""
        waiter = asyncio.get_running_loop().create_future()
        self._waiters.add(waiter)
        try:
            await waiter
        finally:
            self._waiters.discard(waiter)

    async def until(self, condition: Callable[[], bool], within: float) -> bool:
        """True as soon as `condition` holds; False after `within` seconds of real time."""
        if condition():
            return True
        try:
            async with asyncio.timeout(within):
                while not condition():
                    await self.wait()
        except TimeoutError:
            return condition()
        return True
