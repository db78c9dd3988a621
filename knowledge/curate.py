"""Changing what is published: revisions, history, differences, and publication as one step.

A body is the JSON that `knowledge.bodies` reads. `publish` checks it, keeps it as the record's next revision and
raises the content version, which every process polls.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError
from sqlalchemy import func, select, update

from knowledge.bodies import record_of
from knowledge.records import Record, Source
from knowledge.store import ContentPartRow, ContentVersionRow, RecordRow, RevisionRow
from knowledge.texts import Text

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

Body = dict[str, Any]
MISSING = "–"


class Conflict(Exception):
    """Somebody published another version since; `number` is the one that is published now."""

    def __init__(self, record_id: str, number: int | None) -> None:
        super().__init__(f"{record_id} is at revision {number} now")
        self.record_id = record_id
        self.number = number


class BadRecord(ValueError):
    """The record can't be read; the text says where and why, fit for an editor."""


@dataclass(frozen=True)
class Version:
    """One revision in a record's history."""

    number: int
    author: str
    at: datetime
    published: bool


@dataclass(frozen=True)
class Change:
    """One field that differs; `path` as in facets.fee.text.lo."""

    path: str
    before: Any
    after: Any


def check(body: Body) -> Record:
    """The body as a record. Raises BadRecord."""
    try:
        return record_of(json.dumps(body, ensure_ascii=False))
    except ValidationError as error:
        raise BadRecord("; ".join(_reason(one["loc"], one["msg"]) for one in error.errors()[:5])) from None


def _reason(location: tuple[int | str, ...], message: str) -> str:
    return f"{'.'.join(str(part) for part in location[1:])}: {message}"


async def published(session: AsyncSession, record_id: str) -> tuple[Body, int] | None:
    """The published body and its revision's number."""
    row = (
        await session.execute(
            select(RevisionRow.body, RevisionRow.number)
            .join(RecordRow, (RecordRow.id == RevisionRow.record_id) & (RecordRow.published == RevisionRow.number))
            .where(RecordRow.id == record_id)
        )
    ).first()
    return None if row is None else (json.loads(row.body), row.number)


async def everything(session: AsyncSession) -> dict[str, tuple[Body, int]]:
    """Every published body with its revision, in the base's order."""
    rows = await session.execute(
        select(RecordRow.id, RevisionRow.body, RevisionRow.number)
        .join(RevisionRow, (RevisionRow.record_id == RecordRow.id) & (RevisionRow.number == RecordRow.published))
        .order_by(RecordRow.position, RecordRow.id)
    )
    return {id_: (json.loads(body), number) for id_, body, number in rows}


async def revision(session: AsyncSession, record_id: str, number: int) -> Body | None:
    """One version of a record."""
    body = await session.scalar(
        select(RevisionRow.body).where(RevisionRow.record_id == record_id, RevisionRow.number == number)
    )
    return None if body is None else json.loads(body)


async def history(session: AsyncSession, record_id: str) -> list[Version]:
    """All versions, the newest first."""
    now = await session.scalar(select(RecordRow.published).where(RecordRow.id == record_id))
    rows = await session.execute(
        select(RevisionRow.number, RevisionRow.author, RevisionRow.created_at)
        .where(RevisionRow.record_id == record_id)
        .order_by(RevisionRow.number.desc())
    )
    return [Version(number, author, datetime.fromisoformat(at), number == now) for number, author, at in rows]


async def publish(
    session: AsyncSession, body: Body, base: int | None, author: str, now: datetime
) -> tuple[int, list[Change]]:
    """Makes the body what everybody is answered with; returns its revision's number and what changed.

    Raises:
        BadRecord: it can't be read.
        Conflict: another version than `base` is published now (None: the record is new).
    """
    record = check(body)
    held = await session.scalar(select(RecordRow).where(RecordRow.id == record.id).with_for_update())
    before = await published(session, record.id)
    if (before[1] if before else None) != base:
        raise Conflict(record.id, before[1] if before else None)
    newest = await session.scalar(select(func.max(RevisionRow.number)).where(RevisionRow.record_id == record.id))
    number = (newest or 0) + 1
    if held is None:
        last = await session.scalar(select(func.max(RecordRow.position)))
        held = RecordRow(id=record.id, kind=record.kind.value, position=(last or 0) + 1, file=None, withdrawn_by=None)
        session.add(held)
        await session.flush()
    held.published, held.withdrawn_by = number, None
    session.add(_revision(record.id, number, body, author, now))
    await _next_version(session)
    return number, difference(before[0] if before else {}, body)


def _revision(record_id: str, number: int, body: Body, author: str, now: datetime) -> RevisionRow:
    return RevisionRow(
        record_id=record_id,
        number=number,
        body=json.dumps(body, ensure_ascii=False, separators=(",", ":")),
        digest=hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest(),
        author=author[:80],
        created_at=now.astimezone(UTC).isoformat(),
        seeded=False,
    )


async def withdraw(session: AsyncSession, record_id: str, author: str) -> bool:
    """Takes a record out of all answers; its versions stay. False when it was not published."""
    gone = await session.execute(
        update(RecordRow)
        .where(RecordRow.id == record_id, RecordRow.published.is_not(None))
        .values(published=None, withdrawn_by=author[:80])
        .returning(RecordRow.id)
    )
    if gone.scalar() is None:
        return False
    await _next_version(session)
    return True


async def _next_version(session: AsyncSession) -> None:
    await session.flush()
    await session.execute(
        update(ContentVersionRow).where(ContentVersionRow.id == 1).values(version=ContentVersionRow.version + 1)
    )


# -- differences


def difference(before: Body, after: Body) -> list[Change]:
    """Field by field, in the order of the path."""
    old, new = flat(before), flat(after)
    return [
        Change(path, old.get(path, MISSING), new.get(path, MISSING))
        for path in sorted(old.keys() | new.keys())
        if old.get(path, MISSING) != new.get(path, MISSING)
    ]


def flat(value: Any, path: str = "") -> dict[str, Any]:
    """{"names.en": …, "facets.fee.items.0.text.lo": …}."""
    if isinstance(value, dict) and (value or not path):
        found: dict[str, Any] = {}
        for key, part in value.items():
            found |= flat(part, f"{path}.{key}" if path else str(key))
        return found
    if isinstance(value, list) and any(isinstance(part, dict) for part in value):
        found = {}
        for number, part in enumerate(value):
            found |= flat(part, f"{path}.{number}")
        return found
    return {path: value}


def with_value(body: Body, path: str, value: Any) -> Body:
    """A copy of the body in which the path has the value (None: is gone). Raises BadRecord for an impossible path."""
    copy = json.loads(json.dumps(body, ensure_ascii=False))
    at: Any = copy
    parts = path.split(".")
    try:
        for part, following in pairwise(parts):
            inner: Any = [] if following.isdigit() else {}
            at = at[int(part)] if isinstance(at, list) else at.setdefault(part, inner)
        last: Any = int(parts[-1]) if isinstance(at, list) else parts[-1]
        if value is not None:
            at[last] = value
        elif isinstance(at, list) or last in at:
            del at[last]
    except (ValueError, IndexError, TypeError, AttributeError):
        raise BadRecord(f"{path}: there is no such field") from None
    return copy  # type: ignore[no-any-return]


# -- sources and freshness


async def add_source(session: AsyncSession, source: Source) -> None:
    """Keeps a source that records can name; an existing one of the same id is replaced."""
    row = await session.get(ContentPartRow, ("sources", source.id), populate_existing=True)
    body = json.dumps(source.model_dump(mode="json", exclude_unset=True), ensure_ascii=False, separators=(",", ":"))
    if row is None:
        last = await session.scalar(select(func.max(ContentPartRow.position)).where(ContentPartRow.part == "sources"))
        session.add(ContentPartRow(part="sources", id=source.id, position=(last or 0) + 1, body=body, seeded=False))
    else:
        row.body, row.seeded = body, False
    await session.flush()


async def sources(session: AsyncSession) -> dict[str, Source]:
    """All sources, also those that no published record names yet."""
    bodies = await session.scalars(select(ContentPartRow.body).where(ContentPartRow.part == "sources"))
    found = [Source.model_validate_json(body) for body in bodies]
    return {source.id: source for source in found}


def texts_of(record: Record) -> list[Text]:
    """Its name and every text that answers show."""
    found = [record.names]
    for facet in record.facets.values():
        found += [facet.text] if facet.text else []
        found += [item.text for item in facet.items]
    return [*found, *(item.text for item in record.cautions)]
