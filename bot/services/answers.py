"""Answers as they were given, what people thought of them, and questions passed on to staff."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.conversation import Json, Person
from bot.store.tables import AnswerRow, HandoverRow
from knowledge.answers import Answer

_ANSWERS = AnswerRow.__table__
_RECORD = insert(_ANSWERS).returning(_ANSWERS.c.id)  # type: ignore[arg-type]
QUESTION_LIMIT = 2_000  # characters kept of a question


async def record(
    session: AsyncSession,
    person: Person,
    question: str,
    answer: Answer,
    now: datetime,
    *,
    chosen_from: int | None = None,
) -> int:
    """Keeps the answer with the revisions that it shows; returns its number.

    `chosen_from`: the earlier answer that offered this one as "did you mean".
    """
    values = {
        "person_id": person.id,
        "asked_at": now,
        "question": question[:QUESTION_LIMIT],
        "language": answer.language.value,
        "outcome": answer.outcome,
        "record": answer.record,
        "facet": answer.facet,
        "score": answer.candidates[0].score if answer.candidates else None,
        "candidates": [[c.record, c.facet, round(c.score, 4)] for c in answer.candidates[:5]],
        "revisions": answer.revisions,
        "text": str(answer.full or answer.short),
        "chosen_from": chosen_from,
    }
    return int((await session.execute(_RECORD, values)).scalar_one())


async def own(session: AsyncSession, person: Person, answer_id: int) -> AnswerRow | None:
    """The answer, if it was given to this person."""
    return await session.scalar(select(AnswerRow).where(AnswerRow.id == answer_id, AnswerRow.person_id == person.id))


async def rate(session: AsyncSession, person: Person, answer_id: int, useful: bool) -> bool:
    """Keeps the person's opinion (the last one counts); False when the answer is not theirs."""
    result = await session.execute(
        update(AnswerRow)
        .where(AnswerRow.id == answer_id, AnswerRow.person_id == person.id)
        .values(useful=useful)
        .returning(AnswerRow.id)
    )
    return result.scalar() is not None


async def hand_over(
    session: AsyncSession, person: Person, answer: AnswerRow, context: Json, *, may_contact: bool, now: datetime
) -> bool:
    """Passes the question to staff, once; False when it was passed on before."""
    before = await session.scalar(select(HandoverRow.id).where(HandoverRow.answer_id == answer.id))
    if before is not None:
        return False
    session.add(
        HandoverRow(
            person_id=person.id,
            answer_id=answer.id,
            question=answer.question,
            language=answer.language,
            context=context,
            may_contact=may_contact,
            asked_at=now,
        )
    )
    await session.flush()
    return True
