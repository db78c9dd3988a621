"""Tables of the people who run the desk: roles, audit, broadcasts, topics and follows, curating, live talks."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Boolean, ForeignKey, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.moments import BigId, Moment
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


class RoleLinkRow(Base):
    """A one-time link that grants a role. Only its digest is kept."""

    __tablename__ = "role_links"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    role: Mapped[str] = mapped_column(String(20))
    created_by: Mapped[int | None] = mapped_column(ForeignKey(PERSON, ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(Moment)
    expires_at: Mapped[datetime] = mapped_column(Moment)
    used_by: Mapped[int | None] = mapped_column(ForeignKey(PERSON, ondelete="SET NULL"))
    used_at: Mapped[datetime | None] = mapped_column(Moment)


class AuditRow(Base):
    """A staff action: who, what, to what, before and after."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment, index=True)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey(PERSON, ondelete="SET NULL"), index=True)
    action: Mapped[str] = mapped_column(String(60), index=True)
    target: Mapped[str] = mapped_column(String(160))
    before: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)
    after: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)


class PreferenceRow(Base):
    """Whether a person wants announcements at all, and news of what they follow in one message a week."""

    __tablename__ = "preferences"

    person_id: Mapped[int] = mapped_column(ForeignKey(PERSON, ondelete="CASCADE"), primary_key=True)
    stopped_at: Mapped[datetime | None] = mapped_column(Moment)
    stopped_by: Mapped[int | None] = mapped_column(BigId)
    """The broadcast whose stop button was pressed."""
    digest: Mapped[bool] = mapped_column(Boolean, default=False)


class InterestRow(Base):
    """A topic that the person chose (wanted) or switched off."""

    __tablename__ = "interests"

    person_id: Mapped[int] = mapped_column(ForeignKey(PERSON, ondelete="CASCADE"), primary_key=True)
    topic: Mapped[str] = mapped_column(String(20), primary_key=True)
    wanted: Mapped[bool] = mapped_column(Boolean)


class FollowRow(Base):
    """A record that the person wants to hear about when it changes."""

    __tablename__ = "follows"

    person_id: Mapped[int] = mapped_column(ForeignKey(PERSON, ondelete="CASCADE"), primary_key=True)
    target: Mapped[str] = mapped_column(String(80), primary_key=True, index=True)
    since: Mapped[datetime] = mapped_column(Moment)


class NewsRow(Base):
    """Something that changed and that a person with a digest is still to be told."""

    __tablename__ = "follow_news"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey(PERSON, ondelete="CASCADE"), index=True)
    target: Mapped[str] = mapped_column(String(80))
    changed: Mapped[list[Any]] = mapped_column(JSON)
    at: Mapped[datetime] = mapped_column(Moment)


class BroadcastRow(Base):
    """An announcement. state: draft, approval, scheduled, sending, paused, done, cancelled."""

    __tablename__ = "broadcasts"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    author_id: Mapped[int | None] = mapped_column(ForeignKey(PERSON, ondelete="SET NULL"))
    state: Mapped[str] = mapped_column(String(12), default="draft", index=True)
    texts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    fallback: Mapped[str | None] = mapped_column(String(10))
    """Language for people whose own has no text; None: they are sent nothing."""
    topic: Mapped[str] = mapped_column(String(20), default="general")
    blob: Mapped[str | None] = mapped_column(String(64))
    buttons: Mapped[list[Any]] = mapped_column(JSON, default=list)
    audience: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    urgent: Mapped[bool] = mapped_column(Boolean, default=False)
    scheduled_for: Mapped[datetime | None] = mapped_column(Moment)
    created_at: Mapped[datetime] = mapped_column(Moment)
    started_at: Mapped[datetime | None] = mapped_column(Moment)
    finished_at: Mapped[datetime | None] = mapped_column(Moment)
    approved_by: Mapped[int | None] = mapped_column(ForeignKey(PERSON, ondelete="SET NULL"))
    total: Mapped[int] = mapped_column(Integer, default=0)
    progress_row: Mapped[int | None] = mapped_column(BigId)
    """The ledger row of the message that shows the progress by editing itself."""
    progress: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """Counts as last shown, and those at the last start or resumption ("since")."""
    reason: Mapped[str | None] = mapped_column(Text)
    edition: Mapped[int] = mapped_column(Integer, default=1)
    changed_at: Mapped[datetime | None] = mapped_column(Moment)
    """When it was last corrected or recalled."""


class ClickRow(Base):
    """A pressed button of a broadcast."""

    __tablename__ = "broadcast_clicks"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    broadcast_id: Mapped[int] = mapped_column(ForeignKey("broadcasts.id", ondelete="CASCADE"), index=True)
    button: Mapped[int] = mapped_column(Integer)
    person_id: Mapped[int | None] = mapped_column(ForeignKey(PERSON, ondelete="SET NULL"))
    at: Mapped[datetime] = mapped_column(Moment)


class AudienceRow(Base):
    """A saved audience."""

    __tablename__ = "audiences"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    rules: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_by: Mapped[int | None] = mapped_column(ForeignKey(PERSON, ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(Moment)


class ListMemberRow(Base):
    """A person on an uploaded list; the list goes with its saved broadcast's need, the person with themselves."""

    __tablename__ = "list_members"

    list_key: Mapped[str] = mapped_column(String(40), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey(PERSON, ondelete="CASCADE"), primary_key=True)


class VainAnswerRow(Base):
    """What a helper answered to a question that the desk could not answer."""

    __tablename__ = "vain_answers"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    handover_id: Mapped[int] = mapped_column(ForeignKey("handovers.id", ondelete="CASCADE"), unique=True)
    helper_id: Mapped[int | None] = mapped_column(ForeignKey(PERSON, ondelete="SET NULL"))
    text: Mapped[str] = mapped_column(Text)
    record: Mapped[str | None] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(Moment)


class ProposalRow(Base):
    """A change of a record on its way. state: draft, review, published, rejected."""

    __tablename__ = "proposals"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    record_id: Mapped[str] = mapped_column(String(80), index=True)
    base: Mapped[int | None] = mapped_column(Integer)
    """The revision that it was made from; None for a new record."""
    body: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(12), default="draft", index=True)
    author_id: Mapped[int | None] = mapped_column(ForeignKey(PERSON, ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(Moment)
    reviewer_id: Mapped[int | None] = mapped_column(ForeignKey(PERSON, ondelete="SET NULL"))
    decided_at: Mapped[datetime | None] = mapped_column(Moment)
    broken: Mapped[list[Any]] = mapped_column(JSON, default=list)
    """Evaluation questions that would be answered worse."""
    askers: Mapped[list[Any]] = mapped_column(JSON, default=list)
    """Questions asked in vain that it answers."""


class LiveRow(Base):
    """A talk between a person and staff. state: waiting, staff, closed; none open means that the desk answers."""

    __tablename__ = "live_chats"
    __table_args__ = (
        Index(
            "uq_live_chats_open",
            "person_id",
            unique=True,
            postgresql_where=text("state != 'closed'"),
            sqlite_where=text("state != 'closed'"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey(PERSON, ondelete="CASCADE"), index=True)
    platform: Mapped[str] = mapped_column(String(40))
    chat: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    staff_id: Mapped[int | None] = mapped_column(ForeignKey(PERSON, ondelete="SET NULL"))
    topic_row: Mapped[int | None] = mapped_column(BigId, index=True)
    """The ledger row that makes the topic in the staff group; its message id is the topic's."""
    opened_at: Mapped[datetime] = mapped_column(Moment)
    taken_at: Mapped[datetime | None] = mapped_column(Moment)
    closed_at: Mapped[datetime | None] = mapped_column(Moment)
