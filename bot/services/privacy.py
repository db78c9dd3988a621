"""What is kept about a person: shown, deleted on request, and let go after its time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.conversation import Person
from bot.services import Services, linking, mistakes, personal
from bot.services.events import personal as event_data
from bot.services.personal import StaffKept
from bot.store.tables import AnswerRow, BlobRow, ButtonRow, HandoverRow, IdentityRow, InboxRow, OutboxRow, PersonRow

KEEP_ARRIVALS = timedelta(days=14)  # longer than any platform delivers again
KEEP_MESSAGES = timedelta(days=90)
KEEP_BUTTONS = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class Kept:
    """What the desk holds about a person."""

    since: datetime
    platforms: tuple[str, ...]
    questions: int
    passed_on: int
    registrations: int
    form_answers: bool
    staff: StaffKept
    mistakes: int


async def kept(session: AsyncSession, person: Person) -> Kept:
    since = await session.scalar(select(PersonRow.created_at).where(PersonRow.id == person.id))
    platforms = await session.scalars(select(IdentityRow.platform).where(IdentityRow.person_id == person.id))
    questions = select(func.count()).select_from(AnswerRow).where(AnswerRow.person_id == person.id)
    handovers = select(func.count()).select_from(HandoverRow).where(HandoverRow.person_id == person.id)
    assert since is not None
    registrations, form_answers = await event_data.kept(session, person.id)
    return Kept(
        since,
        tuple(sorted(platforms)),
        await session.scalar(questions) or 0,
        await session.scalar(handovers) or 0,
        registrations,
        form_answers,
        await personal.kept(session, person.id),
        await mistakes.kept(session, person.id),
    )


async def forget(session: AsyncSession, person: Person, now: datetime) -> None:
    """Removes the person: profile, accounts, words and messages, and from events. Counts stay, without the person."""
    await event_data.forget(session, person.id, now)
    await personal.forget(session, person.id, now)
    accounts = (
        await session.execute(
            select(IdentityRow.platform, IdentityRow.external_id).where(IdentityRow.person_id == person.id)
        )
    ).all()
    await session.execute(
        update(AnswerRow).where(AnswerRow.person_id == person.id).values(person_id=None, question="", text="")
    )
    await session.execute(delete(HandoverRow).where(HandoverRow.person_id == person.id))
    await mistakes.forget(session, person.id)
    for platform, external_id in accounts:
        await session.execute(
            delete(OutboxRow).where(
                OutboxRow.platform == platform,
                OutboxRow.chat == external_id,
                OutboxRow.state.not_in(["queued", "sending"]),
            )
        )
        await session.execute(
            delete(InboxRow).where(InboxRow.chat_key == f"{platform}:{external_id}", InboxRow.state != "new")
        )
    await session.execute(delete(IdentityRow).where(IdentityRow.person_id == person.id))
    await session.execute(delete(PersonRow).where(PersonRow.id == person.id))


async def let_go(session: AsyncSession, services: Services) -> None:
    """Deletes what has been kept long enough: arrivals, delivered messages, attachments and old buttons."""
    now = services.clock.now()
    await session.execute(delete(InboxRow).where(InboxRow.state == "done", InboxRow.done_at < now - KEEP_ARRIVALS))
    await session.execute(
        delete(OutboxRow).where(OutboxRow.state.in_(["sent", "failed"]), OutboxRow.finished_at < now - KEEP_MESSAGES)
    )
    never_fetched = func.coalesce(OutboxRow.not_before, OutboxRow.created_at) < now - KEEP_MESSAGES
    await session.execute(delete(OutboxRow).where(OutboxRow.state == "queued", never_fetched))
    await session.execute(delete(BlobRow).where(BlobRow.created_at < now - KEEP_MESSAGES))
    await personal.let_go(session, now)
    await linking.let_go(session, now)
    await session.execute(delete(ButtonRow).where(ButtonRow.created_at < now - KEEP_BUTTONS))
