"""What is kept is let go after its time, and not before."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from bot.clock import SystemClock
from bot.jobs import Job, Jobs
from bot.services.privacy import KEEP_ARRIVALS, KEEP_MESSAGES, let_go
from bot.store import Store
from bot.store.tables import InboxRow, OutboxRow
from tests.spine.stand_ins import small_desk

NOW = datetime(2027, 5, 1, 12, 0, tzinfo=UTC)


class Still(SystemClock):
    def now(self) -> datetime:
        return NOW


def message(name: str, state: str, age: timedelta, *, waits: timedelta | None = None) -> OutboxRow:
    at = NOW - age
    return OutboxRow(
        platform="web",
        chat=name,
        lane=0,
        body={"text": name},
        state=state,
        created_at=at,
        finished_at=None if state == "queued" else at,
        not_before=NOW + waits if waits else None,
    )


async def test_only_what_is_old_and_settled_goes(store: Store) -> None:
    old, young = KEEP_MESSAGES + timedelta(days=1), KEEP_MESSAGES - timedelta(days=1)
    async with store.write() as session:
        session.add_all(
            [
                message("old sent", "sent", old),
                message("young sent", "sent", young),
                message("old unknown", "unknown", old),
                message("never fetched", "queued", old),
                message("still to come", "queued", old, waits=timedelta(days=2)),
            ]
        )
        for name, age in (("old", KEEP_ARRIVALS * 2), ("young", KEEP_ARRIVALS / 2)):
            session.add(
                InboxRow(
                    platform="web",
                    update_key=name,
                    chat_key="web:1",
                    sequence=1,
                    payload="{}",
                    state="done",
                    received_at=NOW - age,
                    done_at=NOW - age,
                )
            )
    desk = small_desk(store, clock=Still())
    assert await Jobs(store, desk.services, ()).run(Job("retention", timedelta(hours=1), let_go))
    async with store.read() as session:
        assert set(await session.scalars(select(OutboxRow.chat))) == {"young sent", "old unknown", "still to come"}
        assert list(await session.scalars(select(InboxRow.update_key))) == ["young"]
