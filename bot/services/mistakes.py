"""Mistakes in translations: reported by readers, listed and closed by editors."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.services import people, roles
from bot.services.people import Reach
from bot.store.mistake_tables import MistakeRow
from bot.store.tables import AnswerRow
from knowledge.language import Language

WORDS_LIMIT = 1_000
ACTION = "mistakes.read"


@dataclass(frozen=True, slots=True)
class Mistake:
    """A report as editors see it; nothing of the person but whether they may be written to."""

    id: int
    record: str
    facet: str
    language: Language
    revision: int | None
    words: str
    reported_at: datetime
    open: bool
    may_contact: bool


async def report(session: AsyncSession, answer: AnswerRow, words: str, person_id: int | None, now: datetime) -> int:
    """Keeps a report on what the answer showed; `person_id` only with the person's consent."""
    assert answer.record is not None
    row = MistakeRow(
        record=answer.record,
        facet=answer.facet or "overview",
        language=answer.language,
        revision=answer.revisions.get(answer.record),
        words=words[:WORDS_LIMIT],
        person_id=person_id,
        reported_at=now,
        state="open",
    )
    session.add(row)
    await session.flush()
    return row.id


async def waiting(session: AsyncSession, actor: int) -> list[Mistake]:
    """The open reports, the oldest first.

    Raises:
        NotAllowed: the actor is no editor.
    """
    await roles.check(session, actor, ACTION)
    rows = await session.scalars(select(MistakeRow).where(MistakeRow.state == "open").order_by(MistakeRow.id))
    return [_mistake(row) for row in rows]


async def find(session: AsyncSession, actor: int, number: int) -> Mistake | None:
    """Raises NotAllowed as `waiting`."""
    await roles.check(session, actor, ACTION)
    row = await session.get(MistakeRow, number)
    return _mistake(row) if row else None


async def do_close(session: AsyncSession, actor: int, number: int, now: datetime) -> tuple[bool, Reach | None]:
    """Closes a report, once; returns whether it was open, and who may be told. Raises NotAllowed as `waiting`."""
    await roles.check(session, actor, ACTION)
    row = await session.get(MistakeRow, number, with_for_update=True)
    if row is None or row.state != "open":
        return False, None
    row.state, row.closed_at, row.closed_by = "closed", now, actor
    await session.flush()
    return True, await people.reach(session, row.person_id) if row.person_id is not None else None


def _mistake(row: MistakeRow) -> Mistake:
    return Mistake(
        row.id,
        row.record,
        row.facet,
        Language(row.language),
        row.revision,
        row.words,
        row.reported_at,
        row.state == "open",
        row.person_id is not None,
    )


async def kept(session: AsyncSession, person_id: int) -> int:
    """How many reports carry the person's name."""
    count = select(func.count()).select_from(MistakeRow).where(MistakeRow.person_id == person_id)
    return await session.scalar(count) or 0


async def forget(session: AsyncSession, person_id: int) -> None:
    """The person's reports go with them; those without a name were never theirs to find."""
    await session.execute(delete(MistakeRow).where(MistakeRow.person_id == person_id))
