"""Who may do what as staff (the narrow seam that events need)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.moments import Moment
from knowledge.store import Base

PERSON = "persons.id"


class RoleRow(Base):
    """What a person may do as staff: owner, admin, editor, announcer, door, helper."""

    __tablename__ = "roles"

    person_id: Mapped[int] = mapped_column(ForeignKey(PERSON, ondelete="CASCADE"), primary_key=True)
    role: Mapped[str] = mapped_column(String(20), primary_key=True)
    granted_by: Mapped[int | None] = mapped_column(ForeignKey(PERSON, ondelete="SET NULL"))
    granted_at: Mapped[datetime] = mapped_column(Moment)
    by_setting: Mapped[bool] = mapped_column(Boolean, default=False)
