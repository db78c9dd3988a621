"""The web's side of the outbox: what a page still lacks.

Row ids are given before a transaction commits, so a younger row can appear before an older one. Nothing here relies on
"greater than the last id" alone: a row is missing when the page doesn't have it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.channels.web.frames import PLATFORM
from bot.clock import Clock
from bot.outbox import rendered_buttons
from bot.services import people
from bot.store.engine import Store
from bot.store.tables import BlobRow, OutboxRow

HISTORY = 50  # messages shown again when the page is opened
WINDOW = 300  # rows looked at for them; a menu that was changed in place takes several
LATE = 1_000  # rows behind the newest among which a late commit is still found
PICTURES = {"image/png", "image/jpeg", "image/webp", "image/gif"}


@dataclass(frozen=True, slots=True)
class News:
    """Messages for the page, oldest first, and the person's language."""

    items: list[dict[str, Any]]
    language: str | None
    unreceipted: frozenset[int] = frozenset()  # rows that the page shows, but has never said so
    outdated: frozenset[int] = frozenset()  # changes to a message that a later change has replaced


class Ledger:
    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def history(self, chat: str, known: Collection[int]) -> News:
        """What a page that was just opened or reconnected lacks: the last messages and all that still waits."""
        async with self._store.read() as session:
            window = await session.execute(
                select(OutboxRow.id, OutboxRow.body["edit"].as_string(), OutboxRow.state)
                .where(self._shown(chat))
                .order_by(OutboxRow.id.desc())
                .limit(WINDOW)
            )
            rows = [(id_, edit, state) for id_, edit, state in window]
            waiting = [id_ for id_, _, state in rows if state == "queued"]
            if len(rows) == WINDOW:
                waiting = await self._queued(session, chat)
            shown, outdated = _worth_showing(rows)
            items = await self._items(session, [id_ for id_ in {*shown, *waiting} if id_ not in known])
            language = await self._language(session, chat)
        return News(items, language, frozenset(waiting) & frozenset(known), outdated - frozenset(waiting))

    async def news(self, chat: str, known: Collection[int]) -> News:
        """What has been said since: rows younger than the page's oldest that it lacks, and all that still waits."""
        recent = max(min(known, default=0), max(known, default=0) - LATE)
        async with self._store.read() as session:
            found = await session.scalars(
                select(OutboxRow.id)
                .where(self._shown(chat), or_(OutboxRow.state == "queued", OutboxRow.id > recent))
                .order_by(OutboxRow.id.desc())
                .limit(WINDOW)
            )
            items = await self._items(session, [id_ for id_ in found if id_ not in known])
            language = await self._language(session, chat) if items else None
        return News(items, language)

    async def file(self, chat: str, row: int) -> BlobRow | None:
        """The attachment of one of the chat's own messages."""
        async with self._store.read() as session:
            body = await session.scalar(select(OutboxRow.body).where(OutboxRow.id == row, self._shown(chat)))
            key = body.get("blob") if body else None
            return await session.get(BlobRow, key) if key else None

    async def language(self, chat: str) -> str | None:
        """The language that the visitor is answered in; None for one whom the desk has not met."""
        async with self._store.read() as session:
            return await self._language(session, chat)

    def _shown(self, chat: str) -> ColumnElement[bool]:
        return and_(
            OutboxRow.platform == PLATFORM,
            OutboxRow.chat == chat,
            OutboxRow.state.not_in(["failed", "held"]),
            or_(OutboxRow.not_before.is_(None), OutboxRow.not_before <= self._clock.now()),
        )

    async def _queued(self, session: AsyncSession, chat: str) -> list[int]:
        found = await session.scalars(
            select(OutboxRow.id)
            .where(self._shown(chat), OutboxRow.state == "queued")
            .order_by(OutboxRow.id)
            .limit(WINDOW)
        )
        return list(found)

    async def _language(self, session: AsyncSession, chat: str) -> str | None:
        known = await people.find(session, PLATFORM, chat)
        return known.person.language.value if known else None

    async def _items(self, session: AsyncSession, ids: Sequence[int]) -> list[dict[str, Any]]:
        if not ids:
            return []
        found = await session.execute(
            select(OutboxRow.id, OutboxRow.body, OutboxRow.created_at)
            .where(OutboxRow.id.in_(ids))
            .order_by(OutboxRow.id)
        )
        rows = found.all()
        blobs = await self._blobs(session, {row.body["blob"] for row in rows if row.body.get("blob")})
        items: list[dict[str, Any]] = []
        for row in rows:
            item = {"id": row.id, "at": int(row.created_at.timestamp() * 1000), "text": row.body["text"]}
            item["buttons"] = [[dict(button) for button in buttons] for buttons in rendered_buttons(row.body)]
            if row.body.get("edit"):
                item["edit"] = row.body["edit"]
            if key := row.body.get("blob"):
                item["file"] = {**blobs[key], "url": f"/web/files/{row.id}"} if key in blobs else {}
            items.append(item)
        return items

    async def _blobs(self, session: AsyncSession, keys: Collection[str]) -> dict[str, dict[str, Any]]:
        if not keys:
            return {}
        found = await session.execute(
            select(BlobRow.sha256, BlobRow.name, BlobRow.mime, func.length(BlobRow.content)).where(
                BlobRow.sha256.in_(keys)
            )
        )
        return {key: {"name": name, "size": size, "picture": mime in PICTURES} for key, name, mime, size in found}


def _worth_showing(rows: Sequence[tuple[int, str | None, str]]) -> tuple[set[int], frozenset[int]]:
    """Of rows, newest first: the last messages and the newest change to each; and the changes passed over for it."""
    chosen: set[int] = set()
    outdated: set[int] = set()
    changed: set[str] = set()
    messages = 0
    for id_, edit, _ in rows:
        if edit is None:
            messages += 1
        elif edit in changed:
            outdated.add(id_)
            continue
        else:
            changed.add(edit)
        chosen.add(id_)
        if messages == HISTORY:
            break
    return chosen, frozenset(outdated)
