"""What a visitor does with the page, and what they see."""

from __future__ import annotations

from playwright.async_api import Page, expect

from tests.web.desk import Desk

GREETING = "Hello! I am Mekong Desk. Ask me about zones, borders and forums."


async def visit(page: Page, desk: Desk, greeting: str = GREETING) -> None:
    """Opens the page for the first time and waits for the greeting."""
    await page.goto(desk.url)
    await expect(page.locator(".desk .text")).to_have_text(greeting)


async def say(page: Page, text: str) -> None:
    box = page.get_by_role("textbox", name="Your message")
    await box.fill(text)
    await box.press("Enter")


async def expect_desk(page: Page, *texts: str) -> None:
    """The desk's messages, all of them, after the greeting."""
    await expect(page.locator(".desk .text")).to_have_text([GREETING, *texts])


async def expect_mine(page: Page, *texts: str) -> None:
    """The visitor's own messages, all of them."""
    await expect(page.locator(".mine .text")).to_have_text(list(texts))


async def expect_conversation(page: Page, *texts: str) -> None:
    """All messages in the order in which they are shown."""
    await expect(page.locator(".message .text")).to_have_text(list(texts))


async def expect_state(page: Page, text: str) -> None:
    await expect(page.get_by_role("status").first).to_have_text(text)
