"""Codes that join two accounts of one person."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.moments import BigId, Moment
from knowledge.store import Base

PERSON = "persons.id"


class LinkCodeRow(Base):
    """The open code of a person; only its digest is kept. It goes when it is used, replaced or too old."""

    __tablename__ = "link_codes"

    person_id: Mapped[int] = mapped_column(ForeignKey(PERSON, ondelete="CASCADE"), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    expires_at: Mapped[datetime] = mapped_column(Moment, index=True)


class LinkTryRow(Base):
    """A wrong code, counted so that codes can't be guessed."""

    __tablename__ = "link_tries"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey(PERSON, ondelete="CASCADE"), index=True)
    at: Mapped[datetime] = mapped_column(Moment)
