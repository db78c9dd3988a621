"""Tables of the knowledge base: the truth at run time, seeded from the content files."""

from __future__ import annotations

from sqlalchemy import Boolean, Float, ForeignKey, Integer, LargeBinary, String, Text, UniqueConstraint
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
    """A record and the revision of it that is published; None while it is only a draft or withdrawn."""

    __tablename__ = "records"

    id: Mapped[str] = mapped_column(String(80), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), index=True)
    position: Mapped[int] = mapped_column(Integer)
    """Its place among the records, as the content files order them."""
    file: Mapped[str | None] = mapped_column(String(120))
    """The content file that it stands in; None where it was written at the desk."""
    published: Mapped[int | None] = mapped_column(Integer)
    withdrawn_by: Mapped[str | None] = mapped_column(String(80))
    """Who unpublished it; the content files bring back only what the content files withdrew."""


class RevisionRow(Base):
    """One version of a record. Numbers count from 1 in each record."""

    __tablename__ = "revisions"
    __table_args__ = (UniqueConstraint("record_id", "number"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    record_id: Mapped[str] = mapped_column(ForeignKey("records.id", ondelete="CASCADE"))
    number: Mapped[int] = mapped_column(Integer)
    body: Mapped[str] = mapped_column(Text)
    """JSON with the fields of its content file: what parts take over from the record stands there only once."""
    digest: Mapped[str] = mapped_column(String(64))
    author: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[str] = mapped_column(String(40))
    """ISO 8601, UTC."""
    seeded: Mapped[bool] = mapped_column(Boolean, default=False)


class ContentPartRow(Base):
    """What is no record: a source, tag, topic, place or pair of zones each, and the desk's designs as one part each."""

    __tablename__ = "content_parts"

    part: Mapped[str] = mapped_column(String(40), primary_key=True)
    id: Mapped[str] = mapped_column(String(120), primary_key=True)
    """Empty for a design."""
    position: Mapped[int] = mapped_column(Integer)
    body: Mapped[str] = mapped_column(Text)
    seeded: Mapped[bool] = mapped_column(Boolean, default=True)
    """False where a person wrote it: the content files leave it alone."""


class ContentVersionRow(Base):
    """One row: a number that grows with each publication, polled by every process, and the seed's marks."""

    __tablename__ = "content_version"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    version: Mapped[int] = mapped_column(Integer)
    seed_digest: Mapped[str] = mapped_column(String(64))
    """Mark of the files that were seeded last."""
    content_hash: Mapped[str] = mapped_column(String(64))
    """`Content.hash` of those files, so that what is cached for them is found again."""


class VectorRow(Base):
    """A vector computed here, for a text that the shipped ones don't cover. int8 with one scale."""

    __tablename__ = "vectors"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    model: Mapped[str] = mapped_column(String(40), primary_key=True)
    scale: Mapped[float] = mapped_column(Float)
    values: Mapped[bytes] = mapped_column(LargeBinary)
