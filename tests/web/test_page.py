"""The page in a real browser: safe, small, readable in seven scripts, usable without a mouse or a wide screen."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from playwright.async_api import Page, Response, expect

from knowledge.language import Language
from tests.web.conftest import ContextMaker
from tests.web.desk import HOSTILE, Desk
from tests.web.seeing import expect_desk, expect_state, say, visit
from tests.web.texts import ANSWERS, GREETINGS

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

WIDEST = "Math.max(...[...document.querySelectorAll('html, body, #log')].map(e => e.scrollWidth))"
OUTSIDE = """[...document.querySelectorAll('body *')].filter(e => {
  const box = e.getBoundingClientRect();
  return box.width > 1 && !e.closest('.hidden, .skip') && (box.left < -1 || box.right > innerWidth + 1);
}).map(e => e.outerHTML.slice(0, 80))"""


async def test_what_looks_like_markup_stays_text(page: Page, desk: Desk) -> None:
    await visit(page, desk)
    await say(page, "hostile")
    answer = page.locator(".desk").last
    await expect(answer.locator(".text")).to_contain_text(HOSTILE)
    await expect(answer.get_by_role("button")).to_have_text(HOSTILE)
    assert await answer.locator("img, script").count() == 0
    assert await answer.get_by_role("link").evaluate_all("links => links.map(a => [a.textContent, a.href, a.rel])") == [
        ["good link", "https://example.org/?a=1&b=2", "noopener noreferrer"]
    ]
    await say(page, HOSTILE)
    await expect(page.locator(".mine .text").last).to_have_text(HOSTILE)
    assert await page.locator("#log img, #log script").count() == 0


async def test_the_policy_is_strict_and_kept(page: Page, desk: Desk) -> None:
    await page.add_init_script(
        "window.violations = []; addEventListener('securitypolicyviolation', e => violations.push(e.blockedURI))"
    )
    response = await page.goto(desk.url)
    assert response is not None
    policy = response.headers["content-security-policy"]
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
    await expect_desk(page)
    await say(page, "picture")
    await expect(page.get_by_role("img", name="map.png")).to_be_visible()
    assert await page.evaluate("violations") == []
    assert await page.locator("script:not([src]), style, [style*=':']:not(#text)").count() == 0


async def test_everything_is_small_and_from_here(page: Page, desk: Desk) -> None:
    answers: list[Response] = []
    page.on("response", lambda response: answers.append(response))
    await visit(page, desk)
    sizes = {urlsplit(answer.url).path: len(await answer.body()) for answer in answers}
    assert {urlsplit(answer.url).netloc for answer in answers} == {urlsplit(desk.url).netloc}
    assert sum(sizes.values()) < 60_000, sizes


async def test_a_document_is_saved_and_a_picture_shown(page: Page, desk: Desk) -> None:
    await visit(page, desk)
    await say(page, "page")
    async with page.expect_download() as download:
        await page.get_by_role("link", name="html").click()
    assert (await download.value).suggested_filename.endswith(".html")
    await say(page, "picture")
    await expect(page.get_by_role("img", name="map.png")).to_have_js_property("naturalWidth", 48)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_nothing_is_cut_off_at_320_pixels(make_context: ContextMaker, desk: Desk, scheme: str) -> None:
    context = await make_context(viewport={"width": 320, "height": 568}, color_scheme=scheme)
    page = await context.new_page()
    await visit(page, desk)
    await say(page, "all scripts")
    await expect(page.locator(".desk")).to_have_count(1 + len(ANSWERS))
    await say(page, "hostile")
    await say(page, "x" * 400)
    await expect(page.locator(".desk")).to_have_count(3 + len(ANSWERS))
    assert await page.evaluate(WIDEST) <= 320
    assert await page.evaluate(OUTSIDE) == []


async def test_every_message_names_its_language(page: Page, desk: Desk) -> None:
    await visit(page, desk)
    await say(page, "all scripts")
    await expect(page.locator(".desk")).to_have_count(1 + len(ANSWERS))
    assert await page.locator(".desk .text").evaluate_all("texts => texts.map(text => text.lang)") == [
        "en", "en", "zh-Hans", "th", "lo", "km", "my", "vi",
    ]  # fmt: skip


@pytest.mark.parametrize("language", list(Language))
async def test_greets_in_the_browsers_language(make_context: ContextMaker, desk: Desk, language: Language) -> None:
    context = await make_context(locale={"zh": "zh-CN"}.get(language.short, language.short))
    page = await context.new_page()
    await visit(page, desk, GREETINGS[language].striptags())
    assert await page.evaluate("document.documentElement.lang") == language.value.replace("_", "-")
    await expect(page.locator("#language")).to_have_value(language.value)
    await expect(page.locator("#language option")).to_have_text([each.endonym for each in Language])


async def test_switches_the_language_of_the_page_and_of_the_desk(page: Page, desk: Desk) -> None:
    await visit(page, desk)
    await page.get_by_label("Language").select_option("km")
    await expect_desk(page, GREETINGS[Language.KM].striptags())
    assert await page.evaluate("document.documentElement.lang") == "km"
    assert await desk.said() == ["/start", "/language km"]
    await page.reload()
    assert await page.evaluate("document.documentElement.lang") == "km"


async def test_follows_a_language_that_was_chosen_in_the_conversation(page: Page, desk: Desk) -> None:
    await visit(page, desk)
    await say(page, "/language vi")
    await expect(page.locator("html")).to_have_attribute("lang", "vi")
    await expect(page.locator("#language")).to_have_value("vi")


async def test_works_with_the_keyboard_alone(page: Page, desk: Desk) -> None:
    await visit(page, desk)
    await page.locator("body").focus()
    names = []
    for _ in range(10):
        await page.keyboard.press("Tab")
        names.append(await page.evaluate("(e => e.id || e.textContent.trim())(document.activeElement)"))
    assert names == ["Go to the message box", "language", "Zones", "Borders", "Forums", "Programmes", "log", "Menu",
                     "Where am I?", "text"]  # fmt: skip
    await page.keyboard.type("first line")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("second line")
    await page.keyboard.press("Enter")
    await expect_desk(page, "You said: first line second line")
    await page.get_by_role("button", name="Menu").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator(".desk .text").first).to_have_text("Menu step 0")
    assert await page.evaluate("document.activeElement.className") == "message desk"
    await page.keyboard.press("Tab")
    assert await page.evaluate("document.activeElement.textContent") == "Next step"


async def test_enter_that_ends_a_composition_sends_nothing(page: Page, desk: Desk) -> None:
    await visit(page, desk)
    box = page.get_by_role("textbox")
    await box.fill("口岸")
    await box.dispatch_event("keydown", {"key": "Enter", "isComposing": True, "bubbles": True, "cancelable": True})
    await expect(box).to_have_value("口岸")
    await box.press("Enter")
    await expect_desk(page, "You said: 口岸")


async def test_is_announced_to_screen_readers(page: Page, desk: Desk) -> None:
    await visit(page, desk)
    log = page.get_by_role("log", name="Conversation")
    await expect(log).to_have_attribute("aria-live", "polite")
    await say(page, "hello")
    await expect(log.locator(".mine .bubble")).to_have_text("You: hello")
    await expect(log.locator(".desk .bubble").last).to_contain_text("The desk: You said: hello")
    await expect_state(page, "Connected")


async def test_buttons_are_large_enough_to_be_hit(page: Page, desk: Desk) -> None:
    await visit(page, desk)
    targets = page.locator("button:visible, select")
    assert min(await targets.evaluate_all("all => all.map(e => e.getBoundingClientRect().height)")) >= 44
