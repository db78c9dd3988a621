"""After the event: what people thought of it, in counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.services.events.model import Refused
from bot.services.events.registrations import Registration, of_event
from bot.store.event_tables import FeedbackRow, RegistrationRow


@dataclass(frozen=True, slots=True)
class Comment:
    """What somebody wrote; `name` is empty where they did not want to be named."""

    words: str
    name: str


@dataclass(frozen=True, slots=True)
class Summary:
    """Feedback of an event: how many, counts of each choice, the comments, the latest first."""

    given: int
    invited: int
    counts: Mapping[str, Mapping[str, int]]
    comments: tuple[Comment, ...]


async def attended(session: AsyncSession, person_id: int, event_id: int) -> Registration:
    """The person's own registration, when they were there.

    Raises:
        Refused: they were not.
    """
    here = [one for one in await of_event(session, person_id, event_id) if one.checked_in_at is not None]
    if not here:
        raise Refused("not_there")
    return here[0]


async def do_give(
    session: AsyncSession, who: Registration, answers: Mapping[str, Any], *, named: bool, now: datetime
) -> bool:
    """Keeps the feedback, once for each registration; anonymously without a trace of whose it is."""
    first = await session.execute(
        update(RegistrationRow)
        .where(RegistrationRow.id == who.id, RegistrationRow.feedback_at.is_(None))
        .values(feedback_at=now)
        .returning(RegistrationRow.id)
        .execution_options(synchronize_session=False)
    )
    if first.scalar() is None:
        return False
    session.add(
        FeedbackRow(
            event_id=who.event_id,
            registration_id=who.id if named else None,
            language=who.language if named else "",
            answers={key: value for key, value in answers.items() if key != "named"},
            at=now if named else now.replace(minute=0, second=0, microsecond=0),
        )
    )
    await session.flush()
    return True


async def summary(session: AsyncSession, event_id: int) -> Summary:
    given_by = await given(session, event_id)
    rows = [row for row, _ in given_by]
    counts: dict[str, Counter[str]] = {"overall": Counter(), "useful": Counter(), "again": Counter()}
    for row in rows:
        for name, counter in counts.items():
            if name in row.answers:
                counter[str(row.answers[name])] += 1
    there = await session.scalars(
        select(RegistrationRow.id).where(
            RegistrationRow.event_id == event_id, RegistrationRow.checked_in_at.is_not(None)
        )
    )
    comments = tuple(Comment(str(row.answers["comment"]), name) for row, name in given_by if row.answers.get("comment"))
    return Summary(len(rows), len(there.all()), counts, comments)


async def given(session: AsyncSession, event_id: int) -> Sequence[tuple[FeedbackRow, str]]:
    """All feedback, the latest first, each with the name where it was to be seen."""
    found = await session.execute(
        select(FeedbackRow, RegistrationRow.answers)
        .outerjoin(RegistrationRow, RegistrationRow.id == FeedbackRow.registration_id)
        .where(FeedbackRow.event_id == event_id)
        .order_by(FeedbackRow.id.desc())
    )
    return [(row, str((answers or {}).get("full_name", ""))) for row, answers in found]
