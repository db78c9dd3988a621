"""A message that is under way when it is withdrawn, and that Telegram then refuses for now, does not go out later."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from bot.hours import ZONES
from bot.services import recipients
from bot.store import Store
from bot.store.staff_tables import BroadcastRow
from bot.store.tables import OutboxRow
from tests.conftest import DeskFactory, Running
from tests.fake_telegram import FakeTelegram, faults
from tests.fake_telegram.people import Person
from tests.spine.stand_ins import until
from tests.staff.conftest import Hire
from tests.staff.test_broadcasts import compose, crowd, send


async def under_way(telegram: FakeTelegram, officer: Person, person: Person) -> asyncio.Event:
    """The announcement is sent to all; Telegram has the person's in hand and refuses it when the event is set."""
    gate = asyncio.Event()
    refusal = telegram.fail(faults.flood(1, method="sendMessage", chat=person.chat.id, gate=gate))
    await compose(officer)
    await send(officer)
    await refusal.struck(within=20.0)
    await officer.sees("being sent", "Remaining: 1", buttons=["⏸ Pause", "⏹ Cancel", "🗑 Recall"])
    return gate


async def ends_as(store: Store, person: Person, state: str, cause: str | None) -> None:
    async def ended() -> bool:
        return await row_of(store, person) == (state, cause)

    await until(ended)


async def row_of(store: Store, person: Person) -> tuple[str, str | None]:
    query = select(OutboxRow.state, OutboxRow.cause).where(
        OutboxRow.part == "send", OutboxRow.chat == str(person.chat.id)
    )
    async with store.read() as session:
        state, cause = (await session.execute(query)).one()
    return state, cause


def announced(person: Person) -> int:
    return sum("Forum" in message.shown for message in person.messages())


@pytest.mark.parametrize("way", ["recall", "cancel", "stop", "topic"])
async def test_what_comes_back_after_it_was_withdrawn_is_not_sent(
    way: str, desk: Running, hire: Hire, telegram: FakeTelegram, store: Store
) -> None:
    noy, other = await crowd(telegram, store, "en", "en")
    officer = await hire("Officer", "announcer")
    await noy.says("/notifications")
    await noy.sees("Which announcements", buttons=["🔔 General news"])
    gate = await under_way(telegram, officer, noy)
    match way:
        case "recall":
            await officer.presses("🗑 Recall")
            await officer.presses("Yes, recall it")
            await officer.sees("being deleted")
        case "cancel":
            await officer.presses("⏹ Cancel")
            await officer.sees("cancelled")
        case "stop":
            await noy.says("/stop")
        case "topic":
            await noy.presses("🔔 General news")
    cause = "stopped" if way in ("stop", "topic") else "cancelled"
    await ends_as(store, noy, "sending", cause)
    gate.set()
    await ends_as(store, noy, "failed", cause)
    if cause == "stopped":
        await noy.sees("no more announcements" if way == "stop" else "Which announcements")
        await officer.sees("finished", "Stopped announcements meanwhile: 1")
    if way == "recall":
        await other.sees_no_more("Forum")
    assert announced(noy) == 0


async def test_what_comes_back_while_paused_waits_and_then_goes_out_once(
    desk: Running, hire: Hire, telegram: FakeTelegram, store: Store
) -> None:
    (noy,) = await crowd(telegram, store, "en")
    officer = await hire("Officer", "announcer")
    gate = await under_way(telegram, officer, noy)
    await officer.presses("⏸ Pause")
    await officer.sees("paused", buttons=["▶ Resume"])
    gate.set()
    await ends_as(store, noy, "held", None)
    assert announced(noy) == 0
    await officer.presses("▶ Resume")
    await officer.sees("finished", "Sent: 2")
    assert announced(noy) == 1


async def test_the_night_that_comes_in_the_middle_is_kept_unless_it_is_urgent(
    desks: DeskFactory, hire: Hire, telegram: FakeTelegram, store: Store
) -> None:
    (noy,) = await crowd(telegram, store, "en")
    officer = await hire("Officer", "announcer")
    waits = (OutboxRow.state == "queued", OutboxRow.part == "send")
    here = datetime.now(ZONES["LA"])
    night = f"{here - timedelta(hours=2):%H:%M}-{here + timedelta(hours=2):%H:%M}"
    async with desks.running(quiet_hours="00:00-00:00"):
        gate = await under_way(telegram, officer, noy)
        await officer.presses("⏸ Pause")
        await officer.sees("paused", buttons=["▶ Resume"])
        gate.set()
        await ends_as(store, noy, "held", None)
    async with desks.running(quiet_hours=night):
        await officer.presses("▶ Resume")
        await officer.sees("being sent", "Remaining: 1", buttons=["⏹ Cancel"])
        async with store.write() as session:
            morning = await session.scalar(select(OutboxRow.not_before).where(*waits))
            assert morning is not None
            assert timedelta(hours=1) < morning - datetime.now(UTC) <= timedelta(hours=2)
        assert announced(noy) == 0
        async with store.write() as session:  # what is urgent goes out at night too
            await session.execute(update(BroadcastRow).values(urgent=True))
            await session.execute(update(OutboxRow).where(*waits).values(not_before=None))
        await officer.sees("finished", "Sent: 2")
        assert announced(noy) == 1


async def test_who_is_unknown_gets_it_again_only_while_it_stands_and_they_want_it(
    desk: Running, hire: Hire, telegram: FakeTelegram, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recipients, "LISTED", 1)
    noy, boun = await crowd(telegram, store, "en", "en")
    officer = await hire("Officer", "announcer")
    for person in (noy, boun):
        telegram.fail(faults.cut_after(method="sendMessage", chat=person.chat.id))
    await compose(officer)
    await send(officer)
    await officer.sees("finished", "Unknown: 2", buttons=["❓ Unknown ones"])
    await noy.says("/stop")
    await noy.sees("no more announcements")
    await officer.presses("❓ Unknown ones")
    await officer.sees(f"telegram:{noy.chat.id}", "… and 1 more.")
    await officer.presses("Send it to them (some may get it twice)")
    await officer.sees("finished", "Sent: 2", "Unknown: 1")
    assert (announced(noy), announced(boun)) == (1, 2)
    await officer.presses("🗑 Recall")
    await officer.presses("Yes, recall it")
    await officer.sees("being deleted")
    await officer.presses("Send it to them (some may get it twice)", vanished=True)
    await officer.sees("not possible in its present state")
    assert announced(noy) == 1
