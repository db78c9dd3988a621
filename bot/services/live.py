"""Talks between a person and staff: one explicit state per person, kept in the database with every message.

    bot → waiting → staff → closed (the bot answers again)

What is said goes through the ledger both ways, so a restart loses nothing. Each person has one topic in the staff's
group; its id is what the ledger row that made it got back.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot import hours
from bot.conversation import Address, Incoming, Json, Lane
from bot.services import Services, audit, roles
from bot.store.staff_tables import LiveRow
from bot.store.tables import OutboxRow


def back_at(services: Services) -> datetime | None:
    """When staff are there again; None while they are."""
    settings = services.settings
    return hours.opens_at(hours.parse_week(settings.service_hours), settings.zone, services.clock.now())


def group_of(services: Services) -> Address | None:
    group = services.settings.staff_group
    return Address("telegram", group) if group else None


async def find_open(session: AsyncSession, person: int) -> LiveRow | None:
    return await session.scalar(select(LiveRow).where(LiveRow.person_id == person, LiveRow.state != "closed"))


async def find(session: AsyncSession, number: int) -> LiveRow | None:
    return await session.get(LiveRow, number, populate_existing=True)


async def in_topic(session: AsyncSession, group: str, thread: str) -> LiveRow | None:
    """The latest talk of the person whom the topic is about."""
    return await session.scalar(
        select(LiveRow)
        .join(OutboxRow, OutboxRow.id == LiveRow.topic_row)
        .where(OutboxRow.platform == "telegram", OutboxRow.chat == group, OutboxRow.message_id == thread)
        .order_by(LiveRow.id.desc())
        .limit(1)
    )


async def do_open(
    session: AsyncSession, services: Services, person: int, incoming: Incoming, title: str
) -> tuple[LiveRow, bool]:
    """Opens the person's talk, once; returns it and whether it is new."""
    if (row := await find_open(session, person)) is not None:
        return row, False
    now, group = services.clock.now(), group_of(services)
    topic = None
    if group is not None:
        topic = await _old_topic(session, person)
        body: Json = {"text": "", "action": "reopen_topic", "topic_row": topic}
        if topic is None:
            body = {"text": title, "action": "topic"}
        made = await services.outbox.put(session, group, body, now, Lane.ANSWER)
        topic = topic or made
    row = LiveRow(
        person_id=person,
        platform=incoming.platform,
        chat=incoming.chat,
        state="waiting",
        topic_row=topic,
        opened_at=now,
    )
    session.add(row)
    await session.flush()
    return row, True


async def _old_topic(session: AsyncSession, person: int) -> int | None:
    return await session.scalar(
        select(OutboxRow.id)
        .join(LiveRow, LiveRow.topic_row == OutboxRow.id)
        .where(LiveRow.person_id == person, OutboxRow.state == "sent")
        .order_by(LiveRow.id.desc())
        .limit(1)
    )


async def to_staff(session: AsyncSession, services: Services, row: LiveRow, body: Json) -> None:
    """Says something in the person's topic."""
    if (group := group_of(services)) is not None:
        await services.outbox.put(
            session, group, {**body, "topic_row": row.topic_row}, services.clock.now(), Lane.ANSWER
        )


async def to_person(session: AsyncSession, services: Services, row: LiveRow, body: Json) -> None:
    await services.outbox.put(session, Address(row.platform, row.chat), body, services.clock.now(), Lane.ANSWER)


async def do_take(session: AsyncSession, actor: int, row: LiveRow, now: datetime) -> bool:
    """A member of staff has the conversation; False when somebody had it already (it moves to the new one)."""
    await roles.check(session, actor, "live.talk")
    first = row.state == "waiting"
    if row.state == "closed" or row.staff_id == actor:
        return False
    before = row.staff_id
    row.state, row.staff_id, row.taken_at = "staff", actor, now
    await session.flush()
    await audit.record(
        session, actor, "live.take", f"live:{row.id}", now, before={"staff": before}, after={"staff": actor}
    )
    return first


async def do_close(session: AsyncSession, services: Services, actor: int, row: LiveRow, *, by_staff: bool) -> bool:
    """The bot answers again; False when it was closed already."""
    now = services.clock.now()
    if by_staff:
        await roles.check(session, actor, "live.talk")
    closed = await session.execute(
        update(LiveRow)
        .where(LiveRow.id == row.id, LiveRow.state != "closed")
        .values(state="closed", closed_at=now)
        .returning(LiveRow.id)
    )
    if closed.scalar() is None:
        return False
    await to_staff(session, services, row, {"text": "", "action": "close_topic"})
    if by_staff:
        await audit.record(session, actor, "live.close", f"live:{row.id}", now)
    return True
