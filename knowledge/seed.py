"""From the content files to the database, and back into memory.

Files seed the database, which is the truth from then on: what a person has changed there stays as it is, and the
newer version of the file is kept beside it as a revision that is not published.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, select, text, update

from knowledge.bodies import Part, PublishedRow, body_of, build_content, parts_of
from knowledge.loader import CONTENT, Content, load_content
from knowledge.store import ContentPartRow, ContentVersionRow, RecordRow, RevisionRow

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

AUTHOR = "content files"
FORM = "1"
"""Raise it when stored bodies take another form: everything is seeded anew then."""
_LOCK = 7_305_221
"""Key of the PostgreSQL lock that keeps two starting processes from seeding at once."""
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Seeded:
    """What seeding did. True when anything was published or withdrawn."""

    changed: bool
    added: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()
    withdrawn: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    """Records of which a person's version stays although the files say otherwise."""

    def __bool__(self) -> bool:
        return self.changed


@dataclass(frozen=True)
class Published:
    """The published state of the base."""

    content: Content
    revisions: dict[str, int]
    version: int


async def seed(session: AsyncSession, content: Content | Path | None, now: datetime) -> Seeded:
    """Brings the content files into the database, in the caller's transaction.

    With a folder (None: the shipped one) unchanged files are not even parsed; content that is loaded already is taken
    as it is. Raises ContentError when the files can't be read.
    """
    if session.get_bind().dialect.name == "postgresql":
        await session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    mark = await session.get(ContentVersionRow, 1)
    digest = ""
    if not isinstance(content, Content):
        folder = content or CONTENT
        digest = await asyncio.to_thread(files_digest, folder)
        if mark and mark.seed_digest == digest:
            return Seeded(False)
        content = await asyncio.to_thread(load_content, folder)
    if mark and mark.content_hash == _hash(content):
        mark.seed_digest = digest or mark.seed_digest
        return Seeded(False)
    plan = await _plan(session, content, now)
    await plan.carry_out(session)
    changed = await _seed_parts(session, content) or plan.changed
    if mark is None:
        mark = ContentVersionRow(id=1, version=0, seed_digest="", content_hash="")
        session.add(mark)
    mark.seed_digest, mark.content_hash = digest, _hash(content)
    mark.version += changed
    await session.flush()
    if plan.kept:
        log.warning("content files differ from what people wrote at the desk; kept theirs: %s", ", ".join(plan.kept))
    return Seeded(changed, tuple(plan.added), tuple(plan.updated), tuple(plan.withdrawn), tuple(plan.kept))


def files_digest(folder: Path) -> str:
    """The mark of every content file's name and bytes. A few milliseconds."""
    digest = hashlib.sha256(FORM.encode())
    for path in sorted(folder.rglob("*.yaml")):
        digest.update(f"\0{path.relative_to(folder)}\0".encode() + path.read_bytes())
    return digest.hexdigest()


def _hash(content: Content) -> str:
    return f"{FORM}:{content.hash}"


@dataclass
class _Plan:
    """What is to be written to `records` and `revisions`."""

    records: list[dict[str, Any]] = field(default_factory=list)
    revisions: list[dict[str, Any]] = field(default_factory=list)
    changes: list[dict[str, Any]] = field(default_factory=list)
    added: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    withdrawn: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)

    @property
    def changed(self) -> bool:
        return bool(self.added or self.updated or self.withdrawn)

    async def carry_out(self, session: AsyncSession) -> None:
        for table, rows in ((RecordRow, self.records), (RevisionRow, self.revisions)):
            if rows:
                await session.execute(insert(table), rows)
        if self.changes:
            await session.execute(update(RecordRow), self.changes)


@dataclass(frozen=True)
class _Known:
    """What the database says of one record."""

    published: int | None
    withdrawn_by: str | None
    position: int
    file: str | None
    newest: int
    """Its highest revision number."""
    seeded: tuple[int, str] | None
    """Number and mark of the newest version that came from the files."""
    edited: bool
    """Whether the published version is a person's."""


async def _plan(session: AsyncSession, content: Content, now: datetime) -> _Plan:
    plan, known = _Plan(), await _known(session)
    stamp = now.astimezone(UTC).isoformat()
    for position, (id_, record) in enumerate(content.records.items()):
        body = body_of(record)
        stored = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
        digest = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
        old, file = known.pop(id_, None), content.files[id_]
        revision = {"record_id": id_, "body": stored, "digest": digest, "author": AUTHOR, "created_at": stamp}
        if old is None:
            row = {"id": id_, "kind": record.kind.value, "position": position, "file": file, "published": 1}
            plan.records.append({**row, "withdrawn_by": None})
            plan.revisions.append({**revision, "number": 1, "seeded": True})
            plan.added.append(id_)
            continue
        change: dict[str, Any] = {}
        if old.seeded is None or old.seeded[1] != digest:
            plan.revisions.append({**revision, "number": old.newest + 1, "seeded": True})
            if old.edited or old.withdrawn_by not in (None, AUTHOR):
                plan.kept.append(id_)
            else:
                change = {"published": old.newest + 1, "withdrawn_by": None}
                plan.updated.append(id_)
        elif old.withdrawn_by == AUTHOR:
            change = {"published": old.seeded[0], "withdrawn_by": None}
            plan.updated.append(id_)
        if change or (old.position, old.file) != (position, file):
            plan.changes.append({"id": id_, "position": position, "file": file, **change})
    _withdraw(plan, known)
    return plan


def _withdraw(plan: _Plan, gone: dict[str, _Known]) -> None:
    """Unpublishes what the files no longer have, except what people wrote or changed at the desk."""
    for id_, old in gone.items():
        if old.published is None or old.file is None:
            continue
        if old.edited:
            plan.kept.append(id_)
        else:
            plan.changes.append({"id": id_, "published": None, "withdrawn_by": AUTHOR})
            plan.withdrawn.append(id_)


async def _known(session: AsyncSession) -> dict[str, _Known]:
    revisions: dict[str, list[tuple[int, str, bool]]] = {}
    columns = (RevisionRow.record_id, RevisionRow.number, RevisionRow.digest, RevisionRow.seeded)
    for id_, number, digest, seeded in await session.execute(select(*columns).order_by(RevisionRow.number)):
        revisions.setdefault(id_, []).append((number, digest, seeded))
    known: dict[str, _Known] = {}
    for row in await session.scalars(select(RecordRow)):
        versions = revisions.get(row.id, [])
        known[row.id] = _Known(
            published=row.published,
            withdrawn_by=row.withdrawn_by,
            position=row.position,
            file=row.file,
            newest=versions[-1][0] if versions else 0,
            seeded=next(((number, digest) for number, digest, seeded in reversed(versions) if seeded), None),
            edited=any(number == row.published and not seeded for number, _, seeded in versions),
        )
    return known


async def _seed_parts(session: AsyncSession, content: Content) -> bool:
    """Replaces what the files brought before by what they hold now; what people wrote stays."""
    table = ContentPartRow
    stored = {
        (row.part, row.id): row
        for row in await session.execute(select(table.part, table.id, table.position, table.body, table.seeded))
    }
    wanted = {(part.part, part.id): part for part in parts_of(content)}
    theirs = {key for key, row in stored.items() if not row.seeded}
    fresh: list[Part] = []
    for key, part in wanted.items():
        row = stored.get(key)
        if key not in theirs and (row is None or (row.position, row.body) != (part.position, part.body)):
            fresh.append(part)
    stale = [key for key in stored if key not in theirs and key not in wanted]
    for name, id_ in [*stale, *((part.part, part.id) for part in fresh if (part.part, part.id) in stored)]:
        await session.execute(delete(table).where(table.part == name, table.id == id_))
    if fresh:
        await session.execute(insert(table), [{**part._asdict(), "seeded": True} for part in fresh])
    return bool(fresh or stale)


async def load_published(session: AsyncSession) -> Published:
    """The published records with everything around them; under half a second for the whole base.

    Raises LookupError before the first seed.
    """
    mark = await session.get(ContentVersionRow, 1, populate_existing=True)
    if mark is None:
        raise LookupError("nothing has been seeded yet")
    revision = RevisionRow
    rows = await session.execute(
        select(RecordRow.id, RecordRow.file, revision.number, revision.digest, revision.seeded, revision.body)
        .join(RevisionRow, (RevisionRow.record_id == RecordRow.id) & (RevisionRow.number == RecordRow.published))
        .order_by(RecordRow.position, RecordRow.id)
    )
    records = [PublishedRow(*row) for row in rows]
    columns = (ContentPartRow.part, ContentPartRow.id, ContentPartRow.position, ContentPartRow.body)
    parts = [Part(*row) for row in await session.execute(select(*columns).order_by(*columns[:3:2]))]
    withdrawn = await session.scalars(select(RecordRow.id).where(RecordRow.withdrawn_by.not_in((AUTHOR,))))
    seed_hash = mark.content_hash.removeprefix(f"{FORM}:")
    hash_ = _published_hash(seed_hash, records, withdrawn)
    content = await asyncio.to_thread(build_content, records, parts, hash_)
    return Published(content, {row.id: row.number for row in records}, mark.version)


def _published_hash(seeded: str, records: Iterable[PublishedRow], withdrawn: Iterable[str]) -> str:
    """The hash of the files where nobody has changed anything (what is cached for them fits), else one of it all."""
    differing = [f"{row.id}:{row.digest}" for row in records if not row.seeded]
    differing += [f"-{id_}" for id_ in sorted(withdrawn)]
    if not differing:
        return seeded
    return hashlib.sha256("\n".join([seeded, *differing]).encode()).hexdigest()[:16]


async def content_version(session: AsyncSession) -> int:
    """The number that grows with each publication; 0 before the first seed."""
    return await session.scalar(select(ContentVersionRow.version).where(ContentVersionRow.id == 1)) or 0
