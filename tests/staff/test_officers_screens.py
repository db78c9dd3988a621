"""Officers' and helpers' screens that no other test opens: documents, cancelling, reports, topics, talks, numbers."""

from __future__ import annotations

import csv
import io

import pytest
from aiohttp import ClientSession
from openpyxl import load_workbook

from bot.clock import SystemClock
from bot.store import Store
from bot.store.tables import AnswerRow
from tests.conftest import DeskFactory, Running, free_port
from tests.fake_telegram import FakeTelegram
from tests.fake_telegram.model import Message
from tests.fake_telegram.people import Person
from tests.staff.conftest import PATIENCE, Hire, someone
from tests.staff.test_broadcasts import compose, crowd, send, states
from tests.staff.test_live import topic_of

pytestmark = pytest.mark.parametrize("backend", ["sqlite"])


async def with_file(telegram: FakeTelegram, person: Person, name: str) -> Message:
    """The message that brings the document of that name, or the picture."""

    def found() -> list[Message]:
        return [
            message
            for message in person.messages()
            if (name == "picture" and "photo" in message.content)
            or name in str(message.content.get("document", {}).get("file_name", ""))
        ]

    await telegram.world.until(lambda: bool(found()), PATIENCE, person.screen)
    return found()[-1]


async def test_a_document_goes_out_and_the_report_comes_as_picture_and_csv(
    desk: Running, hire: Hire, telegram: FakeTelegram, store: Store
) -> None:
    lao, english = await crowd(telegram, store, "lo", "en")
    officer = await hire("Officer", "announcer")
    await compose(officer)
    await officer.presses("Picture or file")
    await officer.sees("Send the picture")
    await officer.says("no file")
    await officer.sees("Please send a picture or a document")
    await officer.sends_document("programme.pdf", b"%PDF-1.4 programme")
    await officer.sees("With a picture or file")
    await officer.presses("Test to me")
    assert telegram.file_of(await with_file(telegram, officer, "programme.pdf")) == b"%PDF-1.4 programme"
    await officer.sees("This is how it looks")
    await officer.presses("‹ Back")
    await officer.sees("(draft)")
    await send(officer)
    assert (await with_file(telegram, lao, "programme.pdf")).shown.startswith("ເວທີ")
    await with_file(telegram, english, "programme.pdf")
    await officer.sees("finished", "Sent: 3")
    await officer.presses("📊 Report")
    await officer.sees("delivered: 3", "By language:", "ລາວ: delivered 1", "By country:")
    assert telegram.file_of(await with_file(telegram, officer, "picture")).startswith(b"\x89PNG")
    table = telegram.file_of(await with_file(telegram, officer, "announcement-1.csv")).decode("utf-8-sig")
    assert ["lo", "LA", "sent", "1"] in list(csv.reader(io.StringIO(table)))


async def test_a_cancelled_one_reaches_nobody_more(
    desks: DeskFactory, hire: Hire, telegram: FakeTelegram, store: Store
) -> None:
    people = await crowd(telegram, store, *["en"] * 12)
    officer = await hire("Officer", "announcer")
    async with desks.running(telegram_rate=4):
        await compose(officer)
        await send(officer)
        await people[0].sees("Forum")
        await officer.sees("Remaining", buttons=["⏹ Cancel"])
        await officer.presses("⏹ Cancel")
        await officer.sees("cancelled", "Remaining: 0", buttons=["📊 Report"])
        counted = await states(store)
        assert counted["failed"] > 0
        got = [person for person in people if any("Forum" in one.shown for one in person.messages())]
        assert len(got) <= counted["sent"] + counted.get("sending", 0) <= len(people)


async def test_topics_and_stop_are_chosen_by_the_people(
    desk: Running, hire: Hire, telegram: FakeTelegram, store: Store
) -> None:
    noy, boun = await crowd(telegram, store, "en", "en")
    await noy.says("/notifications")
    await noy.sees("Which announcements", buttons=["🔔 Zones and incentives", "News of what I follow: weekly"])
    await noy.presses("🔔 Zones and incentives")
    await noy.sees("Which announcements", buttons=["🔕 Zones and incentives"])
    await noy.presses("News of what I follow: weekly")
    await noy.sees("Which announcements", buttons=["News of what I follow: at once"])
    await boun.says("/notifications")
    await boun.presses("🔕 No announcements at all")
    await boun.sees("no more announcements", buttons=["Undo"])
    officer = await hire("Officer", "announcer")
    await compose(officer)
    await officer.sees("Goes to 2 people")  # Noy and the officer
    await officer.presses("Topic")
    await officer.sees("What is it about?")
    await officer.presses("Zones and incentives")
    await officer.sees("Topic: Zones and incentives", "Goes to 1 person")
    await boun.presses("Undo")
    await boun.sees("you will get announcements again")
    await officer.presses("Audience")
    await officer.sees("Goes to 2 people")


async def test_a_talk_is_taken_given_back_and_closed(
    desks: DeskFactory, hire: Hire, telegram: FakeTelegram, store: Store
) -> None:
    helper = await hire("Helper", "helper")
    forum = telegram.group("Staff", helper, is_forum=True, bot_status="administrator")
    noy, _ = await someone(telegram, store, "Noy")
    staff = helper.at(forum)
    async with desks.running(staff_group=str(forum.id), service_hours="Mon-Sun 00:00-23:59"):
        await noy.says("/human")
        await noy.sees("will answer you here")
        thread = await topic_of(telegram, forum)
        await staff.sees("wants to talk", buttons=["I take it", "Back to the bot"], fresh=False)
        await staff.says("/take", thread=thread)
        await noy.sees("is with you now")
        await staff.sees("It is yours", fresh=False)
        await staff.says("/bot", thread=thread)
        await noy.sees("I answer again")
        await noy.says("/about")
        await noy.sees("free assistant")
        await staff.says("Are you still there?", thread=thread)
        await staff.sees("conversation is closed", fresh=False)


async def test_a_question_passed_on_says_when_to_expect_an_answer(
    desks: DeskFactory, hire: Hire, telegram: FakeTelegram, store: Store
) -> None:
    noy, _ = await someone(telegram, store, "Noy")
    async with desks.running(service_hours="Mon 00:00-00:01", out_of_office="Call 1500 when it burns."):
        await noy.says("where does my grandmother keep the recipe for her soup")
        await noy.sees("", buttons=["🙋 Ask a person"])
        await noy.presses("🙋 Ask a person")
        await noy.sees("May they write to you")
        await noy.presses("Yes, write to me")
        await noy.sees("Passed on", "Our staff are back on", "Asia/Bangkok", "Call 1500")


async def test_numbers_come_as_pictures_and_workbook_without_anything_personal(
    desk: Running, hire: Hire, telegram: FakeTelegram, store: Store
) -> None:
    officer = await hire("Officer", "announcer")
    noy, number = await someone(telegram, store, "Noy", country="LA")
    now = SystemClock().now()
    async with store.write() as session:
        session.add_all(
            AnswerRow(
                person_id=number, asked_at=now, question=f"my secret {outcome}", language="lo", outcome=outcome,
                record="la-savan-park", facet="fee", candidates=[], score=0.5, text="", revisions={}, useful=useful,
            )
            for outcome, useful in (("answer", True), ("declined", None))
        )  # fmt: skip
    await officer.says("/stats")
    await officer.sees("Questions: 2", "Answered: 1", "Declined: 1", "Useful: 1")
    assert telegram.file_of(await with_file(telegram, officer, "picture")).startswith(b"\x89PNG")
    book = load_workbook(io.BytesIO(telegram.file_of(await with_file(telegram, officer, "stats.xlsx"))))
    cells = list(book["numbers"].iter_rows(values_only=True))
    assert ("questions", "lo", "LA", "fee", f"{now:%G-W%V}", 2) in cells
    assert "secret" not in str(cells)
    assert str(noy.user.id) not in str(cells)


async def test_opened_links_and_pressed_buttons_are_counted(
    desks: DeskFactory, hire: Hire, telegram: FakeTelegram, store: Store
) -> None:
    (noy,) = await crowd(telegram, store, "en")
    officer, port = await hire("Officer", "announcer"), free_port()
    address = f"http://127.0.0.1:{port}"
    async with desks.running(port=port, public_url=address, webhook_secret="x" * 16):
        await compose(officer, "Forum in Vientiane.")
        await officer.presses("Buttons")
        await officer.sees("Tap a button")
        await officer.says("Programme | https://example.org/programme\nAsk | ask")
        await officer.sees("Buttons: Programme")
        await send(officer)
        message = await noy.sees("Forum", buttons=["Programme", "Ask"])
        await noy.presses("Ask")
        await noy.sees("in your own words")
        await officer.sees("finished")
        keyboard = message.to_json()["reply_markup"]["inline_keyboard"]
        link = next(button["url"] for row in keyboard for button in row if "url" in button)
        assert link == f"{address}/go/1/0"
        async with ClientSession() as web:
            for path, status in ((link, 302), (f"{address}/go/1/1", 404), (f"{address}/go/9/0", 404)):
                async with web.get(path, allow_redirects=False) as answer:
                    assert answer.status == status
                    assert answer.headers.get("Location") in ("https://example.org/programme", None)
        await officer.presses("📊 Report")
        await officer.sees("clicked: 1", "links opened: 1")
