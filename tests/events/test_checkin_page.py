"""The check-in page in a real browser, with a fake camera stream, and through a dropped line."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import web
from playwright.async_api import BrowserContext, async_playwright
from sqlalchemy import func, select

from bot.channels.checkin import CheckInPage
from bot.services import signing
from bot.services.events import door, tickets
from bot.store import Store
from bot.store.event_tables import RegistrationRow
from tests.events.making import HeldClock
from tests.events.test_door_and_lists import NAMES, filled
from tests.spine.stand_ins import until
from tests.web.conftest import CHROMIUM, FLAGS, HAS_CHROMIUM

pytestmark = pytest.mark.browser
CAMERA = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
DETECTOR = """
window.BarcodeDetector = class { async detect(video) {
  return window.CODE && video.videoWidth > 0 ? [{rawValue: window.CODE}] : [];
} };
"""


@pytest_asyncio.fixture
async def site(store: Store) -> AsyncIterator[str]:
    app = web.Application()
    app.add_routes(CheckInPage(store, HeldClock(), secure=False).routes())
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


@pytest_asyncio.fixture
async def phone() -> AsyncIterator[BrowserContext]:
    if not HAS_CHROMIUM:
        pytest.skip(f"no browser: install Debian's chromium ({CHROMIUM} is missing)")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=str(CHROMIUM), args=[*FLAGS, *CAMERA], headless=True)
        context = await browser.new_context(locale="en-GB", viewport={"width": 360, "height": 740})
        context.set_default_timeout(20_000)
        await context.add_init_script(DETECTOR)
        yield context
        await browser.close()


async def test_the_door_on_a_phone(store: Store, site: str, phone: BrowserContext, tmp_path: Path) -> None:
    event, owner, _ids = await filled(store)
    async with store.write() as session:
        token = await door.do_make_link(session, owner, event.id, "gate A", HeldClock().now())
        numbers = [row.number for row in await session.scalars(select(RegistrationRow).order_by(RegistrationRow.id))]
        code = tickets.code(await signing.secret(session), numbers[0], 1)
    page = await phone.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if "Security Policy" in message.text else None)
    await page.goto(f"{site}/door/{token}")
    await page.click("#open")
    await page.wait_for_selector("#door:not([hidden])")
    await until(lambda: page.evaluate("document.querySelector('#here').textContent.startsWith('0 of 6')"))

    await page.click("#start")
    await until(lambda: page.evaluate("document.querySelector('#camera').videoWidth > 0"))
    await page.evaluate("code => { window.CODE = code; }", f"https://t.me/desk?start={code}")
    await page.wait_for_selector("#result.in")
    assert NAMES[0] in await page.inner_text("#result")
    await page.evaluate("() => { window.CODE = ''; }")

    await page.fill("#ticket", tickets.spoken(numbers[0]))
    await page.click("#type button")
    await page.wait_for_selector("#result.again")
    assert "gate A" in await page.inner_text("#result")

    await page.fill("#ticket", "ចាន់")
    await page.click("#type button")
    await page.click("#found button")
    await page.wait_for_selector("#result.in")

    await phone.set_offline(True)
    for number in numbers[2:5]:
        await page.fill("#ticket", number)
        await page.click("#type button")
    await until(lambda: page.evaluate("document.querySelector('#line').innerText.includes('3 waiting')"))
    await page.screenshot(path=tmp_path / "door.png")
    await phone.set_offline(False)
    await page.wait_for_selector("#line", state="hidden")
    await until(lambda: page.evaluate("document.querySelector('#here').textContent.startsWith('5 of 6')"))
    async with store.read() as session:
        here = RegistrationRow.checked_in_at.is_not(None)
        assert await session.scalar(select(func.count()).where(here)) == 5
    assert errors == []

    other = await phone.browser.new_context() if phone.browser else phone  # the link was used
    again = await other.new_page()
    await again.goto(f"{site}/door/{token}")
    await again.click("#open")
    await until(lambda: again.evaluate("document.querySelector('#closed').textContent.includes('was used')"))
