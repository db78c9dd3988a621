"""pytest fixtures; a conftest takes them in with `pytest_plugins = ["tests.fake_telegram.fixtures"]`."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from .clock import ManualClock
from .people import Person
from .server import FakeTelegram


@pytest_asyncio.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    """A running server with the real clock and no enforced limits."""
    async with FakeTelegram() as server:
        yield server


@pytest.fixture
def manual_clock() -> ManualClock:
    """The clock of `limited_telegram`."""
    return ManualClock()


@pytest_asyncio.fixture
async def limited_telegram(manual_clock: ManualClock) -> AsyncIterator[FakeTelegram]:
    """A running server that enforces Telegram's budgets by `manual_clock`."""
    async with FakeTelegram(clock=manual_clock, enforce_limits=True) as server:
        yield server


@pytest.fixture
def alice(telegram: FakeTelegram) -> Person:
    """A person who never wrote to the bot."""
    return telegram.person("Alice", username="alice")
