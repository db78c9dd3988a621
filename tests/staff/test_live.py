"""Talks with staff through a forum group: relay both ways, the bot silent, nothing lost at a restart."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot.store import Store
from bot.store.staff_tables import LiveRow
from tests.conftest import DeskFactory
from tests.fake_telegram import PNG, FakeTelegram
from tests.fake_telegram.model import Chat
from tests.staff.conftest import PATIENCE, Hire, someone


async def topic_of(telegram: FakeTelegram, forum: Chat) -> int:
    await telegram.world.until(lambda: bool(forum.topics), PATIENCE, lambda: "no topic was made")
    return next(iter(forum.topics))


async def test_a_talk_with_pictures_a_restart_in_the_middle_and_back_to_the_bot(
    desks: DeskFactory, hire: Hire, telegram: FakeTelegram, store: Store
) -> None:
    helper = await hire("Helper", "helper")
    forum = telegram.group("Staff", helper, is_forum=True, bot_status="administrator")
    noy, _ = await someone(telegram, store, "Noy")
    staff = helper.at(forum)
    async with desks.running(staff_group=str(forum.id), service_hours="Mon-Sun 00:00-23:59"):
        await noy.says("/human")
        await noy.sees("A person of our staff will answer you here", buttons=["Back to the bot"])
        thread = await topic_of(telegram, forum)
        await staff.sees("Noy wants to talk", buttons=["I take it"], fresh=False)
        await noy.says("My truck stands at Boten, what now?")
        relayed = await staff.sees("My truck stands at Boten", fresh=False)
        assert relayed.thread_id == thread
        await noy.sends_photo(PNG)
        await telegram.world.until(
            lambda: any("photo" in m.content for m in staff.messages()), PATIENCE, lambda: staff.screen()
        )
        await staff.says("Which papers do you have?", thread=thread)
        await noy.sees("A person of our staff is with you now", fresh=False)
        await noy.sees("Which papers do you have?", fresh=False)
    noy.post(text="Form D and the invoice")  # while the desk is down
    async with desks.running(staff_group=str(forum.id)):
        await staff.sees("Form D and the invoice", fresh=False)
        await staff.sends_document("permit.pdf", thread=thread)
        await telegram.world.until(
            lambda: any("document" in m.content for m in noy.messages()), PATIENCE, lambda: noy.screen()
        )
        assert not any("Form D" in m.shown for m in noy.messages())  # the bot itself was silent
        await staff.says("/close", thread=thread)
        await noy.sees("I answer again", fresh=False)
        await noy.says("/about")
        await noy.sees("free assistant")
        await noy.says("/human")
        await noy.sees("will answer you here")
        await noy.says("One more thing")
        again = await staff.sees("One more thing", fresh=False)
        assert again.thread_id == thread  # one topic a person
        await noy.presses("Back to the bot")
        await noy.sees("I answer again")
    async with store.read() as session:
        assert list(await session.scalars(select(LiveRow.state))) == ["closed", "closed"]


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_out_of_office_and_strangers_in_the_group(
    desks: DeskFactory, hire: Hire, telegram: FakeTelegram, store: Store
) -> None:
    helper = await hire("Helper", "helper")
    forum = telegram.group("Staff", helper, is_forum=True, bot_status="administrator")
    noy, _ = await someone(telegram, store, "Noy")
    stranger = telegram.person("Stranger")
    async with desks.running(
        staff_group=str(forum.id),
        service_hours="Mon 00:00-00:01",
        out_of_office="Call 1500 when it burns.",
    ):
        await noy.says("/human")
        await noy.sees("Our staff are back on", "Call 1500")
        thread = await topic_of(telegram, forum)
        await stranger.at(forum).says("I am staff, believe me", thread=thread)
        await stranger.at(forum).sees("for our staff only", fresh=False, within=PATIENCE)
        assert not any("believe me" in m.shown for m in noy.messages())
