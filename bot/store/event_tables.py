"""Events, who comes to them, and what is to be said about them. Times are UTC."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
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

from bot.store.moments import BigId, Moment
from knowledge.store import Base

ACTIVE = "state IN ('pending', 'waiting', 'offered', 'confirmed')"
PERSON = "persons.id"
EVENT = "events.id"


class EventRow(Base):
    """An event. state: draft, published, cancelled; "changed" and "past" follow from the times.

    `details` holds what is only shown: texts by language, programme, venue (see `services.events.model.Details`).
    """

    __tablename__ = "events"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    series: Mapped[str | None] = mapped_column(String(80), index=True)
    state: Mapped[str] = mapped_column(String(10))
    sample: Mapped[bool] = mapped_column(default=False)
    details: Mapped[dict[str, Any]] = mapped_column(JSON)
    country: Mapped[str | None] = mapped_column(String(8))
    zone: Mapped[str] = mapped_column(String(40))
    starts_at: Mapped[datetime] = mapped_column(Moment, index=True)
    ends_at: Mapped[datetime] = mapped_column(Moment)
    opens_at: Mapped[datetime | None] = mapped_column(Moment)
    closes_at: Mapped[datetime | None] = mapped_column(Moment)
    approval: Mapped[bool] = mapped_column(default=False)
    revision: Mapped[int] = mapped_column(Integer, default=1)
    created_by: Mapped[int | None] = mapped_column(ForeignKey(PERSON, ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(Moment)
    changed_at: Mapped[datetime | None] = mapped_column(Moment)
    let_go_at: Mapped[datetime | None] = mapped_column(Moment)


class EventCountRow(Base):
    """How many places an event has and how many are taken (confirmed or offered). The check is the last guard.

    `arrivals` numbers registrations in their order. `got_place` is what the last arrival got.
    """

    __tablename__ = "event_counts"
    __table_args__ = (
        CheckConstraint("taken >= 0", name="not_negative"),
        CheckConstraint("capacity IS NULL OR taken <= capacity", name="not_oversold"),
    )

    event_id: Mapped[int] = mapped_column(ForeignKey(EVENT, ondelete="CASCADE"), primary_key=True)
    capacity: Mapped[int | None] = mapped_column(Integer)
    taken: Mapped[int] = mapped_column(Integer, default=0)
    arrivals: Mapped[int] = mapped_column(Integer, default=0)
    got_place: Mapped[bool] = mapped_column(default=False)


class EventQuotaRow(Base):
    """Places set apart for a kind of ticket ("ticket:…") or a country ("country:…")."""

    __tablename__ = "event_quotas"
    __table_args__ = (
        CheckConstraint("taken >= 0", name="not_negative"),
        CheckConstraint("taken <= capacity", name="not_oversold"),
    )

    event_id: Mapped[int] = mapped_column(ForeignKey(EVENT, ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(String(40), primary_key=True)
    capacity: Mapped[int] = mapped_column(Integer)
    taken: Mapped[int] = mapped_column(Integer, default=0)


class RegistrationRow(Base):
    """A person's registration. state: pending (approval), waiting, offered, confirmed, declined, expired, rejected,
    cancelled.

    `key` tells double sign-ups: "person:7", or a colleague's address or name. `country` and `sector` stay for the
    counts when the rest is anonymised.
    """

    __tablename__ = "registrations"
    __table_args__ = (
        Index(
            "ix_registrations_once",
            "event_id",
            "key",
            unique=True,
            postgresql_where=text(ACTIVE),
            sqlite_where=text(ACTIVE),
        ),
        Index("ix_registrations_queue", "event_id", "state", "place"),
        Index(
            "ix_registrations_offers",
            "offer_until",
            postgresql_where=text("state = 'offered'"),
            sqlite_where=text("state = 'offered'"),
        ),
        UniqueConstraint("number"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey(EVENT, ondelete="CASCADE"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey(PERSON, ondelete="SET NULL"), index=True)
    holder: Mapped[str] = mapped_column(String(10))  # self, colleague, walk_in
    key: Mapped[str] = mapped_column(String(120))
    contact: Mapped[str | None] = mapped_column(String(120), index=True)  # normalised, to notice duplicates
    state: Mapped[str] = mapped_column(String(10))
    place: Mapped[int] = mapped_column(Integer)  # order of arrival
    number: Mapped[str] = mapped_column(String(12))
    version: Mapped[int] = mapped_column(Integer, default=1)  # of the ticket: a lost one's QR code no longer counts
    ticket_kind: Mapped[str | None] = mapped_column(String(20))
    country: Mapped[str | None] = mapped_column(String(8))
    sector: Mapped[str | None] = mapped_column(String(40))
    language: Mapped[str] = mapped_column(String(10))
    answers: Mapped[dict[str, Any]] = mapped_column(JSON)
    registered_at: Mapped[datetime] = mapped_column(Moment)
    offer_until: Mapped[datetime | None] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    checked_in_at: Mapped[datetime | None] = mapped_column(Moment)
    checked_in_by: Mapped[str | None] = mapped_column(String(80))
    check_command: Mapped[str | None] = mapped_column(String(40))
    feedback_at: Mapped[datetime | None] = mapped_column(Moment)
    anonymised_at: Mapped[datetime | None] = mapped_column(Moment)


class EventNoticeRow(Base):
    """Something to be said to many (or one) about an event; a job works through the people, `cursor` by `cursor`."""

    __tablename__ = "event_notices"
    __table_args__ = (
        UniqueConstraint("event_id", "key"),
        Index(
            "ix_event_notices_open",
            "id",
            postgresql_where=text("done_at IS NULL"),
            sqlite_where=text("done_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey(EVENT, ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(20))
    registration_id: Mapped[int | None] = mapped_column(BigInteger)
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    cursor: Mapped[int] = mapped_column(BigInteger, default=0)
    created_at: Mapped[datetime] = mapped_column(Moment)
    done_at: Mapped[datetime | None] = mapped_column(Moment)


class EventProfileRow(Base):
    """What a person answered last, so that the next registration need not ask again."""

    __tablename__ = "event_profiles"

    person_id: Mapped[int] = mapped_column(ForeignKey(PERSON, ondelete="CASCADE"), primary_key=True)
    answers: Mapped[dict[str, Any]] = mapped_column(JSON)
    at: Mapped[datetime] = mapped_column(Moment)


class EventFileRow(Base):
    """A paper or the poster that staff sent for an event. kind: poster, paper, after (given out when it is over)."""

    __tablename__ = "event_files"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey(EVENT, ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    title: Mapped[str] = mapped_column(String(120))
    name: Mapped[str] = mapped_column(String(160))
    mime: Mapped[str] = mapped_column(String(100))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    added_at: Mapped[datetime] = mapped_column(Moment)


class FeedbackRow(Base):
    """What somebody thought of an event; without registration when given anonymously."""

    __tablename__ = "event_feedback"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey(EVENT, ondelete="CASCADE"), index=True)
    registration_id: Mapped[int | None] = mapped_column(ForeignKey("registrations.id", ondelete="SET NULL"))
    language: Mapped[str] = mapped_column(String(10))
    answers: Mapped[dict[str, Any]] = mapped_column(JSON)
    at: Mapped[datetime] = mapped_column(Moment)


class DoorLinkRow(Base):
    """A link that opens the web check-in once; then its session does. Only digests are kept."""

    __tablename__ = "door_links"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey(EVENT, ondelete="CASCADE"))
    created_by: Mapped[int | None] = mapped_column(ForeignKey(PERSON, ondelete="SET NULL"))
    label: Mapped[str] = mapped_column(String(80))
    expires_at: Mapped[datetime] = mapped_column(Moment)
    session: Mapped[str | None] = mapped_column(String(64), unique=True)


class SecretRow(Base):
    """A secret of this database, made once, e.g. what tickets are signed with."""

    __tablename__ = "secrets"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[str] = mapped_column(Text)
