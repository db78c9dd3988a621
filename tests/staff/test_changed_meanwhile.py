"""An announcement that changes while somebody is at another screen of it, or while it is being sent."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from bot.clock import SystemClock
from bot.store import Store
from bot.store.staff_tables import BroadcastRow, ListMemberRow
from bot.store.tables import OutboxRow
from tests.conftest import Running
from tests.fake_telegram import FakeTelegram
from tests.spine.stand_ins import until
from tests.staff.conftest import PATIENCE, Hire
from tests.staff.test_broadcasts import compose, crowd, send, states


@pytest.mark.parametrize("backend", ["sqlite"])
@pytest.mark.parametrize("way", ["add", "use", "typed", "save"])
async def test_an_audience_of_a_discarded_one_is_refused_with_the_reason(
    way: str, desk: Running, hire: Hire, telegram: FakeTelegram, store: Store
) -> None:
    officer, other = await hire("Officer", "announcer"), await hire("Other", "announcer")
    await compose(officer)
    await officer.presses("Audience")
    await officer.sees("everybody")
    if way == "save":
        await officer.presses("Save this audience")
        await officer.sees("Under which name?")
    if way in ("add", "typed"):
        await officer.presses("and")
        await officer.sees("Which condition?")
    if way == "add":
        await officer.presses("Country")
        await officer.presses("☐ 🇱🇦 Laos")
        await officer.sees("Choose", buttons=["☑ 🇱🇦 Laos"])
    if way == "typed":
        await officer.presses("Uploaded list")
        await officer.sees("one account a line")
    await other.says("/announce")
    await other.presses("1. draft")
    await other.presses("Discard")
    await other.sees("cancelled")
    if way in ("add", "use"):
        await officer.presses({"add": "Done ✓", "use": "Everybody"}[way])
    else:
        await officer.says(f"telegram:{officer.user.id}")
    await officer.sees("can't be changed any more")
    async with store.read() as session:
        assert await session.scalar(select(ListMemberRow)) is None


@pytest.mark.parametrize("backend", ["sqlite"])
@pytest.mark.parametrize("gone", [False, True])
@pytest.mark.parametrize("label", ["Others get…", "Urgent", "+ Ask a question", "👁 Preview", "Test to me"])
async def test_a_button_of_one_that_is_discarded_or_gone_says_so(
    label: str, gone: bool, desk: Running, hire: Hire, telegram: FakeTelegram, store: Store
) -> None:
    officer = await hire("Officer", "announcer")
    await compose(officer)
    if label == "+ Ask a question":
        await officer.presses("Buttons")
        await officer.sees("Tap a button", buttons=[label])
    async with store.write() as session:
        await session.execute(delete(BroadcastRow) if gone else update(BroadcastRow).values(state="cancelled"))
    await officer.presses(label)
    if gone:
        await officer.sees("does not exist any more", buttons=["‹ Staff menu"])
    elif label in ("👁 Preview", "Test to me"):
        await officer.sees("This is how it looks", buttons=["‹ Back"])
        await officer.presses("‹ Back")
        await officer.sees("cancelled")
    else:
        await officer.sees("can't be changed any more", buttons=["‹ Back"])


async def test_what_was_under_way_is_corrected_and_then_left_alone(
    desk: Running, hire: Hire, telegram: FakeTelegram, store: Store
) -> None:
    """Both messages count as being sent when the correction comes; one arrives so, the other comes back unsent."""
    under_way, again = await crowd(telegram, store, "lo", "en")
    officer = await hire("Officer", "announcer")
    await compose(officer)
    await send(officer)
    await officer.sees("finished", "Sent: 3", buttons=["✏️ Correct everywhere"])
    async with store.write() as session:
        await _put(session, str(under_way.user.id), state="sending")
        await _put(session, str(again.user.id), state="sending")
    await officer.presses("✏️ Correct everywhere")
    await officer.says("[en]\nForum on 4 March.\n[lo]\nເວທີ 4 ມີນາ.")
    await officer.sees("1 message is being corrected")
    later = SystemClock().now() + timedelta(hours=1)
    async with store.write() as session:
        await _put(session, str(under_way.user.id), state="sent")
        await _put(session, str(again.user.id), state="queued", not_before=later)
    await under_way.sees("ເວທີ 4 ມີນາ", within=PATIENCE)
    async with store.write() as session:
        body = await session.scalar(select(OutboxRow.body).where(OutboxRow.chat == str(again.user.id)))
        assert body is not None
        assert body["text"] == "Forum on 4 March."
        await _put(session, str(again.user.id), state="sent")
    await again.sees("Forum on 4 March", within=PATIENCE)

    async def all_edited() -> bool:
        return await states(store, "edit") == {"sent": 3}

    await until(all_edited)


async def _put(session: Any, chat: str, **values: Any) -> None:
    await session.execute(update(OutboxRow).where(OutboxRow.chat == chat, OutboxRow.part == "send").values(**values))
