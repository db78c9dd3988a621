"""Fixtures of the web chat's tests: a desk, and a real browser where there is one."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, async_playwright

from bot.channels.web import Limits
from tests.web.desk import Desk

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
HAS_CHROMIUM = CHROMIUM.exists()
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

DeskMaker = Callable[..., Awaitable[Desk]]
ContextMaker = Callable[..., Awaitable[BrowserContext]]


@pytest_asyncio.fixture(loop_scope="session")
async def make_desk(tmp_path: Path) -> AsyncIterator[DeskMaker]:
    """Starts desks; they are stopped at the end."""
    async with AsyncExitStack() as stack:

        async def make(limits: Limits | None = None) -> Desk:
            desk = Desk(f"sqlite:///{tmp_path}/desk.db", limits)
            await desk.start()
            stack.push_async_callback(desk.stop)
            return desk

        yield make


@pytest_asyncio.fixture(loop_scope="session")
async def desk(make_desk: DeskMaker) -> Desk:
    return await make_desk()


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def browser() -> AsyncIterator[Browser]:
    if not HAS_CHROMIUM:
        pytest.skip(f"no browser: install Debian's chromium ({CHROMIUM} is missing)")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS, headless=True)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def make_context(browser: Browser) -> AsyncIterator[ContextMaker]:
    """Opens browser profiles. Whatever a test does, a script error or a violation of the policy makes it fail."""
    problems: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            problems.append(message.text)

    def watch(page: Page) -> None:
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", note)

    async def make(**options: Any) -> BrowserContext:
        context = await browser.new_context(**{"locale": "en-GB", **options})
        context.set_default_timeout(10_000)
        context.on("page", watch)
        return context

    yield make
    assert problems == []


@pytest_asyncio.fixture(loop_scope="session")
async def page(make_context: ContextMaker) -> Page:
    context = await make_context()
    return await context.new_page()
