"""Questions that the desk could not answer: grouped with their likes, answered, turned into knowledge."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.services import audit, roles
from bot.store.staff_tables import VainAnswerRow
from bot.store.tables import AnswerRow, HandoverRow
from knowledge.search.lexical import grams_of

LOOK_BACK = timedelta(days=60)
LIMIT = 500
ALIKE_WORDS, ALIKE_MEANING, SAME_RECORD = 0.45, 0.90, 0.10
Embed = Callable[[Sequence[str]], NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class Asked:
    """One question asked in vain. `handover` where its asker wants a person to look at it."""

    handover: int | None
    person: int | None
    question: str
    language: str
    asked_at: datetime
    may_contact: bool
    candidates: tuple[tuple[str, str], ...]
    context: str | None


async def waiting(session: AsyncSession, actor: int, now: datetime) -> list[Asked]:
    """What was handed over and waits, and what was declined lately (counted only), the oldest first."""
    await roles.check(session, actor, "queue.read")
    passed = await session.execute(
        select(HandoverRow, AnswerRow.candidates)
        .outerjoin(AnswerRow, AnswerRow.id == HandoverRow.answer_id)
        .where(HandoverRow.state == "waiting")
        .order_by(HandoverRow.id)
        .limit(LIMIT)
    )
    found = [
        Asked(
            row.id, row.person_id, row.question, row.language, row.asked_at, row.may_contact,
            _pairs(candidates), (row.context or {}).get("record"),
        )
        for row, candidates in passed
    ]  # fmt: skip
    handed = select(HandoverRow.answer_id).where(HandoverRow.answer_id.is_not(None))
    declined = await session.scalars(
        select(AnswerRow)
        .where(
            AnswerRow.outcome == "declined",
            AnswerRow.asked_at > now - LOOK_BACK,
            AnswerRow.question != "",
            AnswerRow.id.not_in(handed),
        )
        .order_by(AnswerRow.id)
        .limit(LIMIT)
    )
    found += [
        Asked(None, None, row.question, row.language, row.asked_at, False, _pairs(row.candidates), None)
        for row in declined
    ]
    return [one for one in found if one.question]


def _pairs(candidates: Sequence[Sequence[str]] | None) -> tuple[tuple[str, str], ...]:
    return tuple((one[0], one[1]) for one in candidates or ())


_known: dict[str, NDArray[np.float32]] = {}


def remembering(embed: Embed) -> Embed:
    """Embeds only what it has not seen: the queue is opened again and again."""

    def vectors(questions: Sequence[str]) -> NDArray[np.float32]:
        if new := [one for one in dict.fromkeys(questions) if one not in _known]:
            if len(_known) > 10 * LIMIT:
                _known.clear()
                new = list(dict.fromkeys(questions))
            _known.update(zip(new, embed(new), strict=True))
        return np.stack([_known[one] for one in questions])

    return vectors


def grouped(questions: Sequence[Asked], embed: Embed | None = None) -> list[list[Asked]]:
    """Similar questions together, across languages; the largest group first.

    Alike is what shares most of its letters, or (with a model) its meaning; sharing the first candidate helps both.
    """
    if not questions:
        return []
    alike = _letters(questions)
    meaning = None
    if embed is not None:
        vectors = embed([one.question for one in questions])
        meaning = vectors @ vectors.T
    groups: list[list[int]] = []
    for number, one in enumerate(questions):
        best, home = 0.0, None
        for group in groups:
            score = max(_score(one, questions[other], number, other, alike, meaning) for other in group)
            if score > best:
                best, home = score, group
        if home is not None and best >= 1.0:
            home.append(number)
        else:
            groups.append([number])
    groups.sort(key=len, reverse=True)
    return [[questions[number] for number in group] for group in groups]


def _letters(questions: Sequence[Asked]) -> NDArray[np.float64]:
    hashes, rows = grams_of([one.question.casefold() for one in questions], 3, 3)
    sets: list[set[int]] = [set() for _ in questions]
    for gram, row in zip(hashes.tolist(), rows.tolist(), strict=True):
        sets[row].add(gram)
    size = len(questions)
    alike = np.zeros((size, size))
    for i in range(size):
        for j in range(i):
            together = len(sets[i] | sets[j])
            alike[i, j] = alike[j, i] = len(sets[i] & sets[j]) / together if together else 0.0
    return alike


def _score(
    one: Asked, other: Asked, i: int, j: int, alike: NDArray[np.float64], meaning: NDArray[np.float32] | None
) -> float:
    """At least 1 where the two belong together."""
    same = bool(one.candidates and other.candidates and one.candidates[0] == other.candidates[0])
    words = (alike[i, j] + SAME_RECORD * same) / ALIKE_WORDS
    if meaning is None:  # across languages only the same first candidate can tell
        across = same and one.language != other.language
        return float(max(words, 1.0 if across else 0.0))
    return float(max(words, (meaning[i, j] + 0.03 * same) / ALIKE_MEANING))


async def take_off(session: AsyncSession, numbers: Sequence[int], state: str) -> list[HandoverRow]:
    """Takes those that still wait off the queue; returns them. Their rows are held, so nobody else takes them too."""
    rows = list(
        await session.scalars(
            select(HandoverRow)
            .where(HandoverRow.id.in_(numbers), HandoverRow.state == "waiting")
            .order_by(HandoverRow.id)
            .with_for_update()
        )
    )
    for row in rows:
        row.state = state
    await session.flush()
    return rows


async def do_answer(
    session: AsyncSession, actor: int, numbers: Sequence[int], text: str, now: datetime
) -> list[HandoverRow]:
    """Takes the questions off the queue as answered; returns those whose askers may be told.

    A question that another helper answered meanwhile is left out: nobody is answered twice.
    """
    await roles.check(session, actor, "queue.answer")
    rows = await take_off(session, numbers, "answered")
    session.add_all(VainAnswerRow(handover_id=row.id, helper_id=actor, text=text, at=now) for row in rows)
    await session.flush()
    await audit.record(
        session, actor, "queue.answer", ", ".join(f"question:{row.id}" for row in rows), now, after={"text": text}
    )
    return [row for row in rows if row.may_contact and row.person_id is not None]


async def do_close(session: AsyncSession, actor: int, numbers: Sequence[int], now: datetime) -> None:
    """Not for the desk: off the queue without an answer."""
    await roles.check(session, actor, "queue.answer")
    rows = await take_off(session, numbers, "withdrawn")
    await audit.record(session, actor, "queue.close", ", ".join(f"question:{row.id}" for row in rows), now)


async def find(session: AsyncSession, numbers: Sequence[int]) -> list[HandoverRow]:
    return list(await session.scalars(select(HandoverRow).where(HandoverRow.id.in_(numbers)).order_by(HandoverRow.id)))
