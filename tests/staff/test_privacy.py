"""What announcements, following, lists and talks keep about a person is shown, forgotten, and let go in time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.clock import SystemClock
from bot.services import people, personal, wishes
from bot.store import Store
from bot.store.staff_tables import (
    AudienceRow,
    AuditRow,
    BroadcastRow,
    ClickRow,
    FollowRow,
    InterestRow,
    ListMemberRow,
    LiveRow,
    PreferenceRow,
    RoleLinkRow,
)
from bot.store.tables import OutboxRow
from tests.conftest import Running, count
from tests.fake_telegram import FakeTelegram
from tests.staff.conftest import Hire, someone
from tests.staff.test_broadcasts import compose, send


async def leave_traces(session: Any, person: int) -> None:
    now = SystemClock().now()
    await wishes.do_follow(session, person, "th-mukdahan-sez", now)
    await wishes.do_want(session, person, "zones", False, now)
    session.add(AudienceRow(name="invited", rules={"list": ["invited"]}, created_at=now))
    session.add(ListMemberRow(list_key="invited", person_id=person))
    session.add(LiveRow(person_id=person, platform="telegram", chat="1", state="closed", opened_at=now, closed_at=now))


async def test_shown_and_forgotten_and_the_report_still_adds_up(
    desk: Running, hire: Hire, telegram: FakeTelegram, store: Store
) -> None:
    noy, number = await someone(telegram, store, "Noy")
    officer = await hire("Officer", "announcer")
    async with store.write() as session:
        await leave_traces(session, number)
    await compose(officer, "Come to the forum.")
    await officer.presses("Buttons")
    await officer.sees("Tap a button")
    await officer.presses("+ Ask a question")
    await officer.sees("Buttons:")
    await send(officer)
    await noy.sees("Come to the forum")
    await noy.presses("❔ Ask a question")
    await noy.sees("in your own words")
    await noy.presses("🔕 Stop these messages")
    await noy.sees("no more announcements")
    await noy.says("/mydata")
    for words in ("thing that you follow", "topic that you chose", "want no announcements", "button of an announcement",
                  "list for announcements", "talk with our staff"):  # fmt: skip
        assert words in (await noy.sees("all that I keep", fresh=False)).shown
    await officer.sees("finished", "Sent: 2")
    await noy.says("/forget")
    await noy.sees("Shall I delete")
    await noy.presses("Yes, delete everything")
    await noy.sees("I have forgotten you")
    tables = (FollowRow, InterestRow, ListMemberRow, LiveRow, PreferenceRow)
    assert [await count(store, table) for table in tables] == [0] * len(tables)
    async with store.read() as session:
        assert await session.scalar(select(ClickRow.person_id)) is None
        sent = select(OutboxRow).where(OutboxRow.part == "send")
        assert str(noy.chat.id) not in {row.chat for row in await session.scalars(sent)}
    await officer.presses("📊 Report")
    await officer.sees("delivered: 2", "–: delivered 1")


@pytest.mark.parametrize("age", [timedelta(days=1), personal.KEEP_TRACES + timedelta(days=1)], ids=["young", "old"])
async def test_it_is_let_go_after_its_time_and_not_before(store: Store, age: timedelta) -> None:
    now = SystemClock().now()
    at = now - age
    async with store.write() as session:
        person = (await people.create(session, "telegram", "1", "en", at)).person.id
        blank: dict[str, Any] = {"texts": {}, "buttons": [], "progress": {}, "created_at": at, "state": "done"}
        session.add(BroadcastRow(id=1, audience={"list": ["of a broadcast"]}, finished_at=at, **blank))
        session.add(AudienceRow(name="saved", rules={"list": ["of a saved audience"]}, created_at=at))
        await session.flush()
        session.add_all(
            ListMemberRow(list_key=key, person_id=person) for key in ("of a broadcast", "of a saved audience")
        )
        session.add(ClickRow(broadcast_id=1, button=0, person_id=person, at=at))
        session.add(
            LiveRow(person_id=person, platform="telegram", chat="1", state="closed", opened_at=at, closed_at=at)
        )
        session.add(RoleLinkRow(digest="x", role="helper", created_at=at, expires_at=at))
        session.add(AuditRow(at=at, action="x", target="y"))
    async with store.write() as session:
        await personal.let_go(session, now)
    async with store.read() as session:
        lists = set(await session.scalars(select(ListMemberRow.list_key)))
        clicker = await session.scalar(select(ClickRow.person_id))
    old = age > personal.KEEP_TRACES
    counts = [await count(store, table) for table in (LiveRow, RoleLinkRow, AuditRow, ClickRow)]
    assert counts == ([0, 0, 1, 1] if old else [1, 1, 1, 1])
    assert lists == ({"of a saved audience"} if old else {"of a broadcast", "of a saved audience"})
    assert clicker == (None if old else person)
