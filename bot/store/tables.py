"""The running assistant's tables. Times are UTC. The knowledge base's own tables are in `knowledge.store`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from bot.store import event_tables, link_tables, mistake_tables, staff_tables
from bot.store.moments import BigId, Moment
from knowledge.store import Base

__all__ = [
    "BigId",
    "Moment",
    "event_tables",
    "link_tables",
    "mistake_tables",
    "staff_tables",
]  # migrations and others find all tables by this module


class PersonRow(Base):
    """A person; what answers need and no more."""

    __tablename__ = "persons"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    language: Mapped[str] = mapped_column(String(10))
    country: Mapped[str | None] = mapped_column(String(8))
    sector: Mapped[str | None] = mapped_column(String(40))
    welcomed_at: Mapped[datetime | None] = mapped_column(Moment)
    created_at: Mapped[datetime] = mapped_column(Moment)
    context: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    form: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    revision: Mapped[int] = mapped_column(Integer, default=0, server_default="0")  # of context and form


class IdentityRow(Base):
    """A person's account on a platform."""

    __tablename__ = "identities"
    __table_args__ = (UniqueConstraint("platform", "external_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id", ondelete="CASCADE"), index=True)
    platform: Mapped[str] = mapped_column(String(20))
    external_id: Mapped[str] = mapped_column(String(64))
    unreachable_at: Mapped[datetime | None] = mapped_column(Moment)


class InboxRow(Base):
    """An arrival, kept before it is acknowledged. state: new, done, failed."""

    __tablename__ = "inbox"
    __table_args__ = (
        UniqueConstraint("platform", "update_key"),
        Index(
            "ix_inbox_waiting",
            "chat_key",
            "sequence",
            postgresql_where=text("state = 'new'"),
            sqlite_where=text("state = 'new'"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    platform: Mapped[str] = mapped_column(String(40))
    update_key: Mapped[str] = mapped_column(String(80))
    chat_key: Mapped[str] = mapped_column(String(100))
    sequence: Mapped[int] = mapped_column(BigInteger)
    payload: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(10), default="new")
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    error: Mapped[str | None] = mapped_column(Text)
    received_at: Mapped[datetime] = mapped_column(Moment)
    done_at: Mapped[datetime | None] = mapped_column(Moment)


class OutboxRow(Base):
    """The ledger: one message to one chat. state: queued, held (paused), sending, sent, failed, unknown."""

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("idempotency_key"),
        Index(
            "ix_outbox_queued",
            "platform",
            "lane",
            "id",
            postgresql_where=text("state = 'queued'"),
            sqlite_where=text("state = 'queued'"),
        ),
        Index("ix_outbox_chat", "platform", "chat", "id"),
        Index("ix_outbox_state", "state", "platform"),
        Index(
            "ix_outbox_broadcast",
            "broadcast_id",
            "part",
            "state",
            postgresql_where=text("broadcast_id IS NOT NULL"),
            sqlite_where=text("broadcast_id IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    platform: Mapped[str] = mapped_column(String(40))
    chat: Mapped[str] = mapped_column(String(64))
    lane: Mapped[int] = mapped_column(Integer)
    body: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(10), default="queued")
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    error: Mapped[str | None] = mapped_column(Text)
    not_before: Mapped[datetime | None] = mapped_column(Moment)
    created_at: Mapped[datetime] = mapped_column(Moment)
    sending_at: Mapped[datetime | None] = mapped_column(Moment)
    finished_at: Mapped[datetime | None] = mapped_column(Moment)
    message_id: Mapped[str | None] = mapped_column(String(64))
    idempotency_key: Mapped[str | None] = mapped_column(String(120))
    broadcast_id: Mapped[int | None] = mapped_column(BigId)
    part: Mapped[str | None] = mapped_column(String(10))
    """Of a broadcast: send, edit or recall."""
    cause: Mapped[str | None] = mapped_column(String(12))
    """Why it failed, where the counts ask for it: unreachable, stopped (by the person), cancelled."""


class ButtonRow(Base):
    """What a short button key stands for. The key is a digest, so the same button is kept once."""

    __tablename__ = "buttons"

    key: Mapped[str] = mapped_column(String(32), primary_key=True)
    action: Mapped[str] = mapped_column(String(80))
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    label: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Moment)


class BlobRow(Base):
    """An attachment waiting to be sent, kept once by its SHA-256."""

    __tablename__ = "blobs"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    mime: Mapped[str] = mapped_column(String(100))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(Moment)


class AnswerRow(Base):
    """An answer as it was given, with the revisions behind it, so that a complaint can be looked up later."""

    __tablename__ = "answers"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id", ondelete="SET NULL"), index=True)
    asked_at: Mapped[datetime] = mapped_column(Moment, index=True)
    question: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(10))
    outcome: Mapped[str] = mapped_column(String(10))
    record: Mapped[str | None] = mapped_column(String(80))
    facet: Mapped[str | None] = mapped_column(String(40))
    score: Mapped[float | None] = mapped_column(Float)
    candidates: Mapped[list[Any]] = mapped_column(JSON)
    revisions: Mapped[dict[str, Any]] = mapped_column(JSON)  # record id → revision number shown
    text: Mapped[str] = mapped_column(Text)
    useful: Mapped[bool | None] = mapped_column()
    chosen_from: Mapped[int | None] = mapped_column(BigId)  # the answer whose "did you mean" led here


class HandoverRow(Base):
    """A question that the person asked to pass to staff. state: waiting, answered, withdrawn."""

    __tablename__ = "handovers"
    __table_args__ = (UniqueConstraint("answer_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id", ondelete="SET NULL"), index=True)
    answer_id: Mapped[int | None] = mapped_column(ForeignKey("answers.id", ondelete="SET NULL"))
    question: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(10))
    context: Mapped[dict[str, Any]] = mapped_column(JSON)
    may_contact: Mapped[bool] = mapped_column()
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    asked_at: Mapped[datetime] = mapped_column(Moment)
