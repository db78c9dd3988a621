"""The coverage page: in the visitor's language, under the strict policy, on a small phone, without a script."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import date

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web
from playwright.async_api import expect

from bot.channels.web import CoveragePage
from bot.channels.web import page as chat_page
from bot.clock import SystemClock
from knowledge.coverage import Coverage, coverage
from knowledge.language import Language
from knowledge.loader import Content
from knowledge.phrases import Phrases
from tests.web.conftest import ContextMaker
from tests.web.test_page import OUTSIDE, WIDEST

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.fixture(scope="module")
def counted(shipped_content: Content) -> Coverage:
    return coverage(shipped_content, date(2026, 11, 27))


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def site(counted: Coverage) -> AsyncIterator[str]:
    """Serves the page over the shipped content; a visitor's language is Lao."""

    async def known(_: date) -> Coverage:
        return counted

    async def lao(_: web.Request) -> Language:
        return Language.LO

    async def file(request: web.Request) -> web.StreamResponse:
        return chat_page.file(request, request.match_info["version"], request.match_info["name"])

    app = web.Application()
    app.add_routes(CoveragePage(known, SystemClock(), lao).routes())
    app.add_routes([web.get("/web/{version}/{name}", file)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/coverage"
    await runner.cleanup()


async def fetch(url: str) -> tuple[str, Mapping[str, str]]:
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        assert response.status == 200
        return await response.text(), response.headers


async def test_the_visitors_language_unless_another_is_asked_for(site: str) -> None:
    for query, language in (("", "lo"), ("?lang=zh_Hans", "zh-Hans"), ("?lang=vi-VN", "vi"), ("?lang=xx", "lo")):
        text, headers = await fetch(site + query)
        assert f'<html lang="{language}">' in text
        assert headers["Content-Language"] == language


async def test_the_policy_allows_no_script_and_there_is_none(site: str) -> None:
    text, headers = await fetch(site + "?of=<script>alert(1)</script>&lang=en")
    assert headers["Content-Security-Policy"] == chat_page.SECURITY_HEADERS["Content-Security-Policy"]
    assert "<script" not in text
    assert " style=" not in text


async def test_says_how_many_how_fresh_who_read_them_and_how_well_it_finds(site: str, counted: Coverage) -> None:
    text, _ = await fetch(site + "?lang=en&of=km")
    assert Phrases(Language.EN).n("{count} record", "{count} records", counted.total.records) in text
    assert "Texts in ខ្មែរ" in text
    for score in counted.scores.values():
        assert Phrases(Language.EN).percent(score.right) in text
    for country in ("KH", "CN", "LA", "MM", "TH", "VN"):
        assert f">{Phrases(Language.EN).country(country)}</h2>" in text


@pytest.mark.browser
@pytest.mark.parametrize("language", [Language.LO, Language.MY])
async def test_nothing_is_cut_off_at_320_pixels(make_context: ContextMaker, site: str, language: Language) -> None:
    context = await make_context(viewport={"width": 320, "height": 568}, java_script_enabled=True)
    page = await context.new_page()
    await page.goto(f"{site}?lang={language.value}")
    assert await page.evaluate(WIDEST.replace(", #log", "")) <= 320
    assert await page.evaluate(OUTSIDE.replace(".hidden, .skip", "thead")) == []
    await expect(page.get_by_role("table").first.get_by_role("row")).to_have_count(8)
    small = "nodes => nodes.filter(node => node.getBoundingClientRect().height < 44).length"
    assert await page.locator("nav a").evaluate_all(small) == 0


@pytest.mark.browser
async def test_links_choose_the_language_of_the_page_and_of_the_texts(make_context: ContextMaker, site: str) -> None:
    context = await make_context(java_script_enabled=False)
    page = await context.new_page()
    await page.goto(site + "?lang=en")
    await page.locator("nav.of").get_by_role("link", name="ไทย").click()
    await expect(page.get_by_role("columnheader", name="Texts in ไทย").first).to_be_visible()
    await expect(page.locator("html")).to_have_attribute("lang", "en")
    await page.locator("header").get_by_role("link", name="Tiếng Việt").click()
    await expect(page.locator("html")).to_have_attribute("lang", "vi")
