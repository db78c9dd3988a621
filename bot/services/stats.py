"""Numbers about questions and answers, without anything personal: no words of people, no ids."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.services import roles
from bot.store.tables import AnswerRow, HandoverRow, PersonRow

SPAN = timedelta(weeks=12)
FEWEST = 3  # an unanswered wording is shown only when so many people asked alike: it could tell who asked


@dataclass
class Numbers:
    """Each counter's key is (language, country, topic, week); topic is the record's facet."""

    cells: dict[str, Counter[tuple[str, str, str, str]]] = field(default_factory=dict)

    def add(self, what: str, key: tuple[str, str, str, str]) -> None:
        self.cells.setdefault(what, Counter())[key] += 1

    def total(self, what: str) -> int:
        return sum(self.cells.get(what, Counter()).values())

    def by(self, what: str, column: int) -> Counter[str]:
        """Counts by language (0), country (1), topic (2) or week (3)."""
        found: Counter[str] = Counter()
        for key, count in self.cells.get(what, Counter()).items():
            found[key[column]] += count
        return found

    def rows(self) -> Iterable[tuple[str, str, str, str, str, int]]:
        for what, counter in self.cells.items():
            for key, count in sorted(counter.items()):
                yield (what, *key, count)


async def numbers(session: AsyncSession, actor: int, now: datetime) -> Numbers:
    await roles.check(session, actor, "stats.read")
    found = Numbers()
    answers = await session.execute(
        select(
            AnswerRow.id, AnswerRow.asked_at, AnswerRow.language, AnswerRow.outcome, AnswerRow.facet, AnswerRow.useful,
            (AnswerRow.question != "").label("typed"), PersonRow.country,
        )
        .outerjoin(PersonRow, PersonRow.id == AnswerRow.person_id)
        .where(AnswerRow.asked_at > now - SPAN)
    )  # fmt: skip
    for row in answers:
        key = (row.language, row.country or "–", row.facet or "–", f"{row.asked_at:%G-W%V}")
        found.add("questions" if row.typed else "taps", key)
        found.add({"answer": "answered", "choices": "choices", "declined": "declined"}.get(row.outcome, "other"), key)
        if row.useful is not None:
            found.add("useful" if row.useful else "not_useful", key)
    passed = await session.execute(
        select(HandoverRow.asked_at, HandoverRow.language, PersonRow.country)
        .outerjoin(PersonRow, PersonRow.id == HandoverRow.person_id)
        .where(HandoverRow.asked_at > now - SPAN)
    )
    for at, language, country in passed:
        found.add("handed_over", (language, country or "–", "–", f"{at:%G-W%V}"))
    return found
