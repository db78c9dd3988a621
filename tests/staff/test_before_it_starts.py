"""What is decided anew when an announcement starts and while it waits: to how many, who has had enough, who sleeps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import select, update

from bot.app import CAPABILITIES
from bot.outbox import Outbox
from bot.services import Services, broadcasts, people, quiet, roles
from bot.settings import Settings
from bot.store import Store
from bot.store.staff_tables import BroadcastRow
from bot.store.tables import IdentityRow, OutboxRow, PersonRow
from tests.conftest import DeskFactory
from tests.events.making import HeldClock
from tests.fake_telegram import FakeTelegram
from tests.staff.conftest import Hire, someone
from tests.staff.test_broadcasts import compose, crowd, send, states

EVENING = datetime(2026, 11, 27, 13, 30, tzinfo=UTC)  # half past nine in China, half past eight in Laos
MORNING = datetime(2026, 11, 27, 23, tzinfo=UTC)  # seven o'clock in China


async def test_a_scheduled_one_that_has_outgrown_the_limit_waits_for_approval(
    desks: DeskFactory, hire: Hire, telegram: FakeTelegram, store: Store
) -> None:
    officer, second = await hire("Officer", "announcer"), await hire("Second", "admin")
    async with desks.running(broadcast_approval_above=2):
        await compose(officer)
        await officer.presses("Time")
        await officer.says("2099-01-01 09:30")
        await officer.sees("Time: ")
        await send(officer)
        await officer.sees("Scheduled for")
        newcomers = await crowd(telegram, store, "en", "en")
        async with store.write() as session:
            due = datetime.now(UTC) - timedelta(seconds=1)
            await session.execute(update(BroadcastRow).values(scheduled_for=due))
        await officer.sees("By now it goes to 4 people", "asked 1 person to approve", buttons=["⏹ Cancel"])
        await second.sees("to 4 people waits for your approval", "Forum in Vientiane")
        assert await states(store) == {}
        more = await crowd(telegram, store, "en", "en", "en")
        await second.presses("Approve and send")
        await second.sees("to 7 people waits for your approval")  # more than the limit beyond the four of the question
        assert await states(store) == {}
        await second.presses("Approve and send")
        await second.sees("on its way")
        await officer.sees("finished", "Sent: 7")
        for person in (*newcomers, *more):
            await person.sees("Forum in Vientiane")


async def test_the_week_has_one_limit_for_all_accounts_of_a_person(
    desks: DeskFactory, hire: Hire, telegram: FakeTelegram, store: Store
) -> None:
    noy, number = await someone(telegram, store, "Noy")
    officer = await hire("Officer", "announcer")
    second_phone = telegram.person("Noy's second phone", started=True)
    async with desks.running(broadcasts_per_week=1):
        await compose(officer)
        await send(officer)
        await noy.sees("Forum")
        await officer.sees("finished", "Sent: 2")
        async with store.write() as session:  # as after /link
            session.add(IdentityRow(person_id=number, platform="telegram", external_id=str(second_phone.user.id)))
        await compose(officer, "A second one this week.")
        await officer.presses("📤 Send…")
        await officer.sees("Nobody fits this audience")
    assert second_phone.messages() == []


async def test_night_is_looked_for_when_it_comes_and_not_for_ever(store: Store) -> None:
    clock = HeldClock(EVENING - timedelta(hours=4))
    services = Services(clock, Settings(quiet_hours="21:00-07:00"), None, Outbox(store, CAPABILITIES))  # type: ignore[arg-type]
    async with store.write() as session:
        for account, country in (("1", "CN"), ("2", "LA")):
            known = await people.create(session, "telegram", account, "en", clock.now())
            values = {"country": country, "welcomed_at": clock.now()}
            await session.execute(update(PersonRow).where(PersonRow.id == known.person.id).values(values))
        await roles.ensure_owner(session, "telegram:1", clock.now())
        row = await broadcasts.do_create(session, 1, clock.now())
        row.texts = {"en": "Forum"}
        await session.flush()
        await broadcasts.do_start(session, services, row, 1)

    async def waits(*, came_back: bool = False) -> list[datetime | None]:
        """What each waits for after the job has come by; `came_back`: Telegram has refused the first for now."""
        async with store.write() as session:
            if came_back:
                first = OutboxRow.chat == "1"
                await session.execute(update(OutboxRow).where(first).values(not_before=None, attempts=1))
            row = await session.get(BroadcastRow, 1)
            assert row is not None
            await quiet.do_keep_waiting(session, services, row)
        async with store.read() as session:
            return list(await session.scalars(select(OutboxRow.not_before).order_by(OutboxRow.chat)))

    begun = clock.now()
    assert await waits() == [begun, begun]
    clock.set(EVENING)
    assert await waits() == [MORNING, begun]
    clock.move(seconds=90)
    assert await waits(came_back=True) == [MORNING, begun]
    clock.move(seconds=60)
    assert await waits(came_back=True) == [None, begun]  # nothing is under way any more: nobody walks through the rows
    clock.move(hours=1)  # night comes to Laos, and all are looked at
    assert await waits() == [MORNING, MORNING + timedelta(hours=1)]
