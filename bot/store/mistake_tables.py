"""Mistakes that readers of draft translations report."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.moments import BigId, Moment
from knowledge.store import Base

PERSON = "persons.id"


class MistakeRow(Base):
    """A reported mistake. `person_id` only where the person agreed to be written to. state: open, closed."""

    __tablename__ = "mistakes"
    __table_args__ = (
        Index("ix_mistakes_open", "id", postgresql_where=text("state = 'open'"), sqlite_where=text("state = 'open'")),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    record: Mapped[str] = mapped_column(String(80))
    facet: Mapped[str] = mapped_column(String(40))
    language: Mapped[str] = mapped_column(String(10))
    revision: Mapped[int | None] = mapped_column(Integer)
    words: Mapped[str] = mapped_column(Text)
    person_id: Mapped[int | None] = mapped_column(ForeignKey(PERSON, ondelete="SET NULL"), index=True)
    reported_at: Mapped[datetime] = mapped_column(Moment)
    state: Mapped[str] = mapped_column(String(10), default="open")
    closed_at: Mapped[datetime | None] = mapped_column(Moment)
    closed_by: Mapped[int | None] = mapped_column(ForeignKey(PERSON, ondelete="SET NULL"))
