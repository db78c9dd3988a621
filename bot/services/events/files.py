"""Papers and the poster of an event, as staff sent them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.conversation import Attachment
from bot.services import audit, roles
from bot.services.events.model import Refused, get
from bot.store.event_tables import EventFileRow

FileKind = Literal["poster", "paper", "after"]
PICTURES = {"image/png": ".png", "image/jpeg": ".jpg"}
PAPERS = {
    **PICTURES,
    "application/pdf": ".pdf",
    "text/plain": ".txt",
    "text/csv": ".csv",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ".pptx",
}
LARGEST, MOST = 10_000_000, 12


@dataclass(frozen=True, slots=True)
class EventFile:
    """One of an event's files, without its content."""

    id: int
    event_id: int
    kind: str
    title: str


async def listed(session: AsyncSession, event_id: int) -> Sequence[EventFile]:
    """The event's files, the poster first."""
    columns = (EventFileRow.id, EventFileRow.event_id, EventFileRow.kind, EventFileRow.title)
    query = select(*columns).where(EventFileRow.event_id == event_id)
    found = await session.execute(query.order_by(EventFileRow.kind != "poster", EventFileRow.id))
    return [EventFile(*row) for row in found]


async def content(session: AsyncSession, file_id: int) -> tuple[EventFile, Attachment] | None:
    row = await session.get(EventFileRow, file_id)
    if row is None:
        return None
    return EventFile(row.id, row.event_id, row.kind, row.title), Attachment(row.name, row.mime, row.content)


def check(kind: str, file: Attachment) -> None:
    """Raises Refused where the file is nothing to give out."""
    if file.mime not in (PICTURES if kind == "poster" else PAPERS):
        raise Refused("no_picture" if kind == "poster" else "no_paper")
    if not 0 < len(file.content) <= LARGEST:
        raise Refused("large_file")


async def do_add(
    session: AsyncSession, actor: int, event_id: int, kind: FileKind, title: str, file: Attachment, now: datetime
) -> int:
    """Keeps the file with the event; a new poster takes the old one's place.

    Raises:
        NotAllowed, Refused.
    """
    await roles.check(session, actor, "events.manage")
    check(kind, file)
    await get(session, event_id)
    if kind == "poster":
        await session.execute(
            delete(EventFileRow).where(EventFileRow.event_id == event_id, EventFileRow.kind == "poster")
        )
    elif len(await listed(session, event_id)) >= MOST:
        raise Refused("many_files")
    row = EventFileRow(
        event_id=event_id, kind=kind, title=title[:120], name=file.name[:160], mime=file.mime, content=file.content,
        added_at=now,
    )  # fmt: skip
    session.add(row)
    await session.flush()
    await audit.record(
        session, actor, "event.file", f"event:{event_id}", now, after={"kind": kind, "title": title[:120]}
    )
    return row.id


async def do_remove(session: AsyncSession, actor: int, file_id: int, now: datetime) -> None:
    await roles.check(session, actor, "events.manage")
    row = await session.get(EventFileRow, file_id)
    if row is not None:
        await session.execute(delete(EventFileRow).where(EventFileRow.id == file_id))
        await audit.record(session, actor, "event.file", f"event:{row.event_id}", now, before={"title": row.title})
