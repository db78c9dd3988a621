"""Tables of the knowledge base: the truth at run time, seeded from the content files."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, Boolean, Float, ForeignKey, Integer, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Base of all tables, here and in the running assistant, so that one migration history covers both."""


Base.metadata.naming_convention = NAMING


class RecordRow(Base):
    """A record and the revision of it that is published; None while it is only a draft."""

    __tablename__ = "records"

    id: Mapped[str] = mapped_column(String(80), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), index=True)
    published: Mapped[int | None] = mapped_column(Integer)


class RevisionRow(Base):
    """One version of a record, as its content file holds it. Numbers count from 1 in each record."""

    __tablename__ = "revisions"
    __table_args__ = (UniqueConstraint("record_id", "number"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    record_id: Mapped[str] = mapped_column(ForeignKey("records.id", ondelete="CASCADE"))
    number: Mapped[int] = mapped_column(Integer)
    body: Mapped[dict[str, Any]] = mapped_column(JSON)
    digest: Mapped[str] = mapped_column(String(64))
    author: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[str] = mapped_column(String(40))
    seeded: Mapped[bool] = mapped_column(Boolean, default=False)


class ContentVersionRow(Base):
    """One row: a number that grows with each publication, polled by every process, and the seed's digest."""

    __tablename__ = "content_version"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    version: Mapped[int] = mapped_column(Integer)
    seed_digest: Mapped[str] = mapped_column(String(64))


class VectorRow(Base):
    """A vector computed here, for a text that the shipped ones don't cover. int8 with one scale."""

    __tablename__ = "vectors"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    model: Mapped[str] = mapped_column(String(40), primary_key=True)
    scale: Mapped[float] = mapped_column(Float)
    values: Mapped[bytes] = mapped_column(LargeBinary)


