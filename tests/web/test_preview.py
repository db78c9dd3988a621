"""The preview of an announcement: as the web chat and as Telegram show it, in each language, without a script."""

from __future__ import annotations

import re
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web
from playwright.async_api import expect
from sqlalchemy import delete

from bot.app import CAPABILITIES
from bot.channels.web import PreviewPage
from bot.channels.web import page as chat_page
from bot.conversation import Attachment
from bot.outbox import Outbox
from bot.services import Services, broadcasts, people, preview, roles, signing
from bot.settings import Settings
from bot.store import Store, open_store
from bot.store.staff_tables import RoleRow
from tests.events.making import HeldClock
from tests.web.conftest import ContextMaker
from tests.web.desk import PNG
from tests.web.test_page import OUTSIDE, WIDEST

pytestmark = pytest.mark.asyncio(loop_scope="session")

WORDS = "Forum in Vientiane <b>3 March</b>.\n\nProgramme: https://example.org/x?a=1&b=2."
BUTTONS = [
    {"label": {"en": "Programme", "lo": "ກຳນົດການ"}, "kind": "link", "value": "https://example.org/x"},
    {"label": {"en": "Ask", "lo": "ຖາມ"}, "kind": "ask", "value": "ask"},
]


@dataclass
class Site:
    store: Store
    services: Services
    clock: HeldClock
    root: str

    async def address(self, **values: object) -> str:
        """Where an officer sees a new announcement with these values."""
        now = self.clock.now()
        async with self.store.write() as session:
            row = await broadcasts.do_create(session, 1, now)
            row.texts, row.buttons = {"en": WORDS, "lo": "ເວທີ ທີ່ວຽງຈັນ"}, BUTTONS
            for name, value in values.items():
                setattr(row, name, value)
            return f"{self.root}/preview/{await preview.token(session, 1, row.id, now)}"


@pytest_asyncio.fixture(loop_scope="session")
async def site(migrated_sqlite: Path, tmp_path: Path) -> AsyncIterator[Site]:
    shutil.copy(migrated_sqlite, tmp_path / "desk.db")
    store, clock = open_store(f"sqlite+aiosqlite:///{tmp_path}/desk.db"), HeldClock()
    services = Services(clock, Settings(), None, Outbox(store, CAPABILITIES))  # type: ignore[arg-type]
    async with store.write() as session:
        await people.create(session, "telegram", "1", "en", clock.now())
        await roles.ensure_owner(session, "telegram:1", clock.now())
        await signing.ensure_secret(session)

    async def file(request: web.Request) -> web.StreamResponse:
        return chat_page.file(request, request.match_info["version"], request.match_info["name"])

    app = web.Application()
    app.add_routes([*PreviewPage(store, services).routes(), web.get("/web/{version}/{name}", file)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield Site(store, services, clock, f"http://127.0.0.1:{runner.addresses[0][1]}")
    await runner.cleanup()
    await store.close()


async def fetch(url: str) -> tuple[int, str]:
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        policy = chat_page.SECURITY_HEADERS["Content-Security-Policy"]
        assert response.headers["Content-Security-Policy"] == policy
        assert response.headers["Cache-Control"] == "no-store"
        return response.status, await response.text()


async def test_only_whoever_has_the_link_sees_it_for_an_hour_while_they_are_staff(site: Site) -> None:
    address = await site.address()
    status, text = await fetch(address)
    assert status == 200
    assert "<script" not in text
    assert " style=" not in text
    assert "&lt;b&gt;3 March&lt;/b&gt;" in text
    number, person, until, signature = address.rpartition("/")[2].split(".")
    for forged in (f"2.{person}.{until}", f"{number}.2.{until}", f"{number}.{person}.9{until}"):
        assert (await fetch(f"{site.root}/preview/{forged}.{signature}"))[0] == 404
    site.clock.move(minutes=59)
    assert (await fetch(address))[0] == 200
    site.clock.move(minutes=1)
    assert (await fetch(address))[0] == 404
    site.clock.at -= timedelta(minutes=30)
    assert (await fetch(address))[0] == 200
    async with site.store.write() as session:
        await session.execute(delete(RoleRow))
    assert (await fetch(address))[0] == 404


async def test_an_empty_draft_says_so(site: Site) -> None:
    status, text = await fetch(await site.address(texts={}))
    assert status == 200
    assert "It has no text yet." in text


@pytest.mark.browser
async def test_both_platforms_in_each_language(site: Site, make_context: ContextMaker) -> None:
    picture = Attachment("poster.png", "image/png", PNG)
    async with site.store.write() as session:
        await site.services.outbox.keep(session, picture, site.clock.now())
    context = await make_context(java_script_enabled=False)
    page = await context.new_page()
    await page.goto(await site.address(blob=site.services.outbox.key_of(picture), fallback="en"))
    await expect(page.locator("section")).to_have_count(7)
    english, lao, thai = (page.locator(f"#{code}") for code in ("en", "lo", "th"))
    for platform in (english.locator(".web"), english.locator(".telegram")):
        await expect(platform.locator(".text")).to_contain_text("Forum in Vientiane <b>3 March</b>.")
        await expect(platform.locator(".button")).to_have_text(["Programme", "Ask", "🔕 Stop these messages"])
        assert await platform.locator("img").evaluate("image => image.naturalWidth") == 48
    await expect(english.locator(".telegram .link")).to_have_text("https://example.org/x?a=1&b=2")
    await expect(english.locator(".web .link")).to_have_count(0)  # the chat makes no links of addresses
    await expect(english.locator(".size")).to_contain_text("of at most 1,024 characters")
    await expect(lao.locator(".web .button").first).to_have_text("ກຳນົດການ")
    await expect(lao.locator(".web .text")).to_have_attribute("lang", "lo")
    await expect(thai).to_contain_text("Languages without a text get: English")
    await expect(thai.locator(".telegram .text")).to_have_attribute("lang", "en")
    assert await page.locator("a[href], button:enabled").count() == 0  # nothing leads anywhere
    await page.set_viewport_size({"width": 320, "height": 568})
    assert await page.evaluate(WIDEST.replace(", #log", "")) <= 320
    assert await page.evaluate(OUTSIDE) == []


@pytest.mark.browser
async def test_the_bubble_is_the_chats_own(site: Site, make_context: ContextMaker) -> None:
    """The file that is no picture, and the text's limit without one."""
    pdf = Attachment("programme.pdf", "application/pdf", b"%PDF-1.4" + b"x" * 2_000)
    async with site.store.write() as session:
        await site.services.outbox.keep(session, pdf, site.clock.now())
    page = await (await make_context()).new_page()
    await page.goto(await site.address(blob=site.services.outbox.key_of(pdf)))
    await expect(page.locator("#en .file")).to_have_text(["programme.pdf · 2 KB"] * 2)
    await page.goto(await site.address())
    await expect(page.locator("#en .size")).to_have_text(re.compile(r"^The text: 7\d of at most 4,096 characters"))
    style = "node => [getComputedStyle(node).backgroundColor, getComputedStyle(node).borderTopRightRadius]"
    assert await page.locator("#en .web .bubble").evaluate(style) == ["rgb(255, 255, 255)", "18.4px"]
