"""The conversation in a real browser: what is said arrives once, what is answered is shown once."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from bot.channels.web import Limits
from bot.channels.web.frames import TEXT_LIMIT
from tests.web.conftest import ContextMaker, DeskMaker
from tests.web.desk import Desk
from tests.web.seeing import (
    GREETING,
    expect_conversation,
    expect_desk,
    expect_mine,
    expect_state,
    say,
    visit,
)

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_asks_and_sees_the_answer(page: Page, desk: Desk) -> None:
    await visit(page, desk)
    await say(page, "tax?")
    await expect_conversation(page, GREETING, "tax?", "You said: tax?")
    await expect(page.locator(".mine .foot")).to_contain_text("Sent")
    await desk.until_sent()
    assert await desk.said() == ["/start", "tax?"]


async def test_a_reload_shows_the_conversation_again(page: Page, desk: Desk) -> None:
    await visit(page, desk)
    await say(page, "one")
    await expect_desk(page, "You said: one")
    await say(page, "two")
    await expect_desk(page, "You said: one", "You said: two")
    await desk.until_sent()
    await page.reload()
    await expect_conversation(page, GREETING, "one", "You said: one", "two", "You said: two")
    assert await desk.said() == ["/start", "one", "two"]


async def test_a_menu_changes_in_place_and_an_answer_comes_below(page: Page, desk: Desk) -> None:
    await visit(page, desk)
    await page.get_by_role("button", name="Menu").click()
    await expect_conversation(page, "Menu step 0")
    await page.get_by_role("button", name="Next step").click()
    await expect_conversation(page, "Menu step 1")
    await page.get_by_role("button", name="Tell me").click()
    await expect_conversation(page, "Menu step 1", "Tell me", "Told about step 1")
    await desk.until_sent()
    await page.reload()
    await expect_conversation(page, "Menu step 1", "Tell me", "Told about step 1")
    await say(page, "more")
    await expect_conversation(page, "Menu step 1", "Tell me", "Told about step 1", "more", "You said: more")


async def test_a_posters_link_is_said_once_and_no_other_payload(page: Page, desk: Desk) -> None:
    await page.goto(f"{desk.url}/?start=ev_farm-forum")
    await expect_desk(page)
    await desk.until_sent()
    await expect(page).to_have_url(f"{desk.url}/")
    await page.reload()
    await expect_conversation(page, GREETING)
    await page.goto(f"{desk.url}/?start=s_token")
    await say(page, "one")
    await expect_desk(page, "You said: one")
    assert await desk.said() == ["/start ev_farm-forum", "one"]


async def test_the_topics_are_commands_shown_in_words(page: Page, desk: Desk) -> None:
    await visit(page, desk)
    for number, name in enumerate(["Zones", "Borders", "Forums", "Programmes"], start=1):
        await page.get_by_role("navigation", name="Topics").get_by_role("button", name=name).click()
        await expect(page.locator(".desk .text")).to_have_count(1 + number)
    await expect_mine(page, "Zones", "Borders", "Forums", "Programmes")
    await expect_desk(page, "Topic zones", "Topic borders", "Topic forums", "Topic programmes")


async def test_shares_the_location_when_asked(make_context: ContextMaker, desk: Desk) -> None:
    context = await make_context(geolocation={"latitude": 21.19, "longitude": 101.69}, permissions=["geolocation"])
    page = await context.new_page()
    await visit(page, desk)
    await page.get_by_role("button", name="Where am I?").click()
    await expect_desk(page, "You are at (21.19, 101.69)")
    await expect_mine(page, "My location")


async def test_without_a_location_it_says_what_to_do(page: Page, desk: Desk) -> None:
    await visit(page, desk)
    await page.get_by_role("button", name="Where am I?").click()
    await expect(page.locator("#notice")).to_contain_text("write the name of a place")
    assert await desk.said() == ["/start"]


async def test_a_text_that_is_too_long_is_kept(page: Page, desk: Desk) -> None:
    await visit(page, desk)
    await say(page, "x" * (TEXT_LIMIT + 12))
    await expect(page.locator("#notice")).to_contain_text("12 characters too long")
    await expect(page.get_by_role("textbox")).to_have_value("x" * (TEXT_LIMIT + 12))
    await say(page, "x" * TEXT_LIMIT)
    await expect(page.locator("#notice")).to_be_hidden()
    await expect(page.locator(".mine")).to_have_count(1)


async def test_a_restart_in_the_middle_loses_and_doubles_nothing(page: Page, desk: Desk) -> None:
    await visit(page, desk)
    await say(page, "before")
    await expect_desk(page, "You said: before")
    await desk.stop()
    await expect_state(page, "Connecting…")
    await say(page, "while away 1")
    await say(page, "while away 2")
    await expect(page.locator(".mine.waiting")).to_have_count(2)
    await desk.start()
    await expect_conversation(
        page, GREETING, "before", "You said: before", "while away 1", "while away 2",
        "You said: while away 1", "You said: while away 2",
    )  # fmt: skip
    await expect_state(page, "Connected")
    await desk.until_sent()
    assert await desk.said() == ["/start", "before", "while away 1", "while away 2"]


async def test_what_was_answered_while_the_page_was_closed_is_shown_later(
    make_context: ContextMaker, desk: Desk
) -> None:
    context = await make_context()
    page = await context.new_page()
    await visit(page, desk)
    await desk.until_sent()
    await page.close()
    chat = (await desk.outbox())[0].chat
    await desk.write(chat, "A forum was moved to May")
    page = await context.new_page()
    await page.goto(desk.url)
    await expect_desk(page, "A forum was moved to May")
    await desk.until_sent()


async def test_a_row_of_another_process_is_seen_while_connected(page: Page, desk: Desk) -> None:
    await visit(page, desk)
    await desk.write((await desk.outbox())[0].chat, "From elsewhere")
    await expect_desk(page, "From elsewhere")
    await desk.until_sent()


async def test_offline_typing_is_kept_and_sent_when_the_network_is_back(make_context: ContextMaker, desk: Desk) -> None:
    context = await make_context()
    page = await context.new_page()
    await visit(page, desk)
    await context.set_offline(True)
    await expect_state(page, "Waiting for the network")
    await say(page, "typed in a tunnel")
    await page.get_by_role("textbox").fill("not finished")
    await expect(page.locator(".mine .foot")).to_contain_text("Waiting to be sent")
    await context.set_offline(False)
    await expect_desk(page, "You said: typed in a tunnel")
    await page.reload()
    await expect_desk(page, "You said: typed in a tunnel")
    await expect(page.get_by_role("textbox")).to_have_value("not finished")
    assert await desk.said() == ["/start", "typed in a tunnel"]


async def test_without_websockets_it_polls(page: Page, desk: Desk) -> None:
    desk.refused.add("/web/socket")
    await visit(page, desk)
    await say(page, "slow line")
    await expect_desk(page, "You said: slow line")
    await page.get_by_role("button", name="Menu").click()
    await expect_conversation(page, "Menu step 0", "slow line", "You said: slow line")
    await desk.write((await desk.outbox())[0].chat, "From elsewhere")
    await expect_conversation(page, "Menu step 0", "slow line", "You said: slow line", "From elsewhere")
    await page.get_by_role("button", name="Next step").click()
    await expect(page.locator(".desk .text").first).to_have_text("Menu step 1")
    await desk.until_sent()
    await page.reload()
    await say(page, "more")  # brings the outdated change too, which must not win
    await expect(page.locator(".desk .text").last).to_have_text("You said: more")
    await desk.until_sent()
    await expect(page.locator(".desk .text").first).to_have_text("Menu step 1")


async def test_an_answer_lost_on_the_way_doubles_nothing(page: Page, desk: Desk) -> None:
    desk.refused.add("/web/socket")
    await visit(page, desk)
    desk.answers_lost.add("/web/frames")
    await say(page, "said once")
    await expect(page.locator(".mine .foot")).to_contain_text("Sent")
    await expect_desk(page, "You said: said once")
    assert await desk.said() == ["/start", "said once"]


async def test_polling_survives_a_restart_too(page: Page, desk: Desk) -> None:
    desk.refused.add("/web/socket")
    await visit(page, desk)
    await desk.stop()
    await say(page, "while away")
    await desk.start()
    await expect_desk(page, "You said: while away")
    await expect_state(page, "Connected")
    assert await desk.said() == ["/start", "while away"]


async def test_two_windows_show_the_same_conversation(make_context: ContextMaker, desk: Desk) -> None:
    context = await make_context()
    one = await context.new_page()
    await visit(one, desk)
    other = await context.new_page()
    await visit(other, desk)
    await say(one, "from one")
    await say(other, "from the other")
    for page in (one, other):
        await expect(page.locator(".desk .text")).to_have_count(3)
        await expect(page.locator(".mine.sent .text")).to_have_text(["from one", "from the other"])
    assert await desk.said() == ["/start", "from one", "from the other"]


async def test_too_many_windows_give_way_to_the_newest(make_context: ContextMaker, make_desk: DeskMaker) -> None:
    desk = await make_desk(Limits(visitor_lines=1))
    context = await make_context()
    old = await context.new_page()
    await visit(old, desk)
    new = await context.new_page()
    await visit(new, desk)
    await expect_state(old, "The chat goes on in another window. Click here to use it in this one.")
    await old.get_by_role("status").get_by_role("button").click()
    await expect_state(old, "Connected")


async def test_a_browser_without_cookies_is_told(make_context: ContextMaker, desk: Desk) -> None:
    context = await make_context()
    page = await context.new_page()

    await page.route("**/*", lambda route: route.continue_(headers={**route.request.headers, "cookie": ""}))
    desk.refused.add("/web/socket")
    await page.goto(desk.url)
    await context.clear_cookies()
    await expect(page.get_by_role("status").first).to_contain_text("needs a cookie")
